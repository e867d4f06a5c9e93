# The official vectors of the trie (ethereum/tests, TrieTests), which lie
# outside of the repository: GAVEL_SHARED says where.

$(BUILD)/gavel-trietest: \
		$(addprefix $(BUILD)/tests/conformance/,trietest.o trietest_next.o vector_files.o) \
		$(call libs_from,trie)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

## make vectors-trie     run the official trie vectors
.PHONY: vectors-trie
vectors-trie: $(BUILD)/gavel-trietest
	@if [ -d $(or $(GAVEL_SHARED),../shared)/vectors/trie ]; then \
		$< $(or $(GAVEL_SHARED),../shared)/vectors/trie; \
	else echo "SKIPPED: no trie vectors (set GAVEL_SHARED)"; fi
