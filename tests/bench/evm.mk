# The interpreter's benchmark, and a peer beside it.

BENCH_SHARED = $(or $(GAVEL_SHARED),../shared)/vectors/bench
BENCH_TOKEN := $(BUILD)/bench/openzeppelin
BENCH_FOLDERS = $(wildcard $(BENCH_SHARED)/main $(BENCH_SHARED)/micro) $(BENCH_TOKEN)

## make bench-evm        how fast the EVM runs, beside revm (programs of $GAVEL_SHARED/vectors/bench and ours; JSON=1)
## make bench-evm-alone  the same without revm
$(BUILD)/gavel-evm-bench: $(BUILD)/tests/bench/evm_bench.o $(BUILD)/tests/bench/evm_programs.o $(call libs_from,evm)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BENCH_TOKEN)/erc20.json: tests/bench/evm_token.mjs tests/bench/contracts/Transfers.sol \
		| deploy/node_modules/.installed
	@$(NODE) tests/bench/evm_token.mjs $(@D)

.PHONY: bench-evm bench-evm-alone
bench-evm: $(BUILD)/gavel-evm-bench $(BENCH_TOKEN)/erc20.json
	@$(NODE) tests/bench/evm_peer.mjs $(if $(JSON),--json) $< $(BENCH_FOLDERS)
bench-evm-alone: $(BUILD)/gavel-evm-bench $(BENCH_TOKEN)/erc20.json
	@$< $(if $(JSON),--json) $(BENCH_FOLDERS)
