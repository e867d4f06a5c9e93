# What transactions cost on L1, and how fast they are read back from it.

## make bench-da         payload bytes per transaction (JSON=1)
$(BUILD)/gavel-da-bench: $(call objects,tests/bench/da_bench.c tests/bench/workload.c \
		deploy/gavel/batch_measure.c) $(call libs_from,rollup)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lz -lbrotlienc

.PHONY: bench-da
bench-da: $(BUILD)/gavel-da-bench
	@$< $(if $(JSON),--json)

## make bench-verify     blocks, transactions and gas per second of a verifier (JSON=1)
$(BUILD)/gavel-verify-bench: $(call objects,tests/bench/verify_bench.c tests/bench/workload.c \
		tests/support/memory_chain.c) $(call libs_from,store)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

.PHONY: bench-verify
bench-verify: $(BUILD)/gavel-verify-bench
	@$< $(if $(JSON),--json)
