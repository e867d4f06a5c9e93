# The interpreter's benchmark.

## make bench-evm        how fast the EVM runs ($GAVEL_SHARED/vectors/bench; JSON=1)
$(BUILD)/gavel-evm-bench: $(BUILD)/tests/bench/evm_bench.o $(BUILD)/tests/bench/evm_programs.o $(call libs_from,evm)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

.PHONY: bench-evm
bench-evm: $(BUILD)/gavel-evm-bench
	@$< $(if $(JSON),--json) $(or $(GAVEL_SHARED),../shared)/vectors/bench/main \
		$(or $(GAVEL_SHARED),../shared)/vectors/bench/micro
