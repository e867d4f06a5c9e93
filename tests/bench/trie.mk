# The trie's benchmark.

## make bench-trie       what 5,000 changes of a million accounts cost (JSON=1)
$(BUILD)/gavel-trie-bench: $(BUILD)/tests/bench/trie_bench.o $(call libs_from,trie)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

.PHONY: bench-trie
bench-trie: $(BUILD)/gavel-trie-bench
	@$< $(if $(JSON),--json)
