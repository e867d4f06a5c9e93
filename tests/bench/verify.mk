# How fast a verifier reads back from L1 what a sequencer has made.

$(BUILD)/gavel-verify-bench: $(call objects,tests/bench/verify_bench.c tests/bench/recovery_gauge.c \
		prover/footprint.c prover/options.c prover/turn.c \
		prover/verifier.c) $(ALL_LIBS)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

## make bench-verify     blocks, transactions and gas per second of a verifier, beside the sequencer's (JSON=1)
.PHONY: bench-verify
bench-verify: $(BUILD)/gavel-verify-bench $(BUILD)/gavel-tps-bench \
		$(addprefix $(BUILD)/,gavel-sequencer gavel) $(CONTRACTS) \
		| deploy/node_modules/.installed
	@GAVEL_BUILD=$(abspath $(BUILD)) $(NODE) tests/bench/verify.mjs $(if $(JSON),--json) \
		$(if $(TRANSACTIONS),--transactions $(TRANSACTIONS))
