# The state's benchmark.

$(BUILD)/gavel-state-bench: $(BUILD)/tests/bench/state_bench.o $(call libs_from,store)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

## make bench-state      a million accounts, blocks of 5,000 transfers: execution, root, database (JSON=1)
.PHONY: bench-state
bench-state: $(BUILD)/gavel-state-bench
	@mkdir -p $(BUILD)/bench
	@$< $(if $(JSON),--json) $(BUILD)/bench
