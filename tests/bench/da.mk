# What transactions cost on L1.

## make bench-da         payload bytes per transaction (JSON=1)
$(BUILD)/gavel-da-bench: $(call objects,tests/bench/da_bench.c tests/bench/workload.c \
		deploy/gavel/batch_measure.c) $(call libs_from,rollup)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lz -lbrotlienc

.PHONY: bench-da
bench-da: $(BUILD)/gavel-da-bench
	@$< $(if $(JSON),--json)
