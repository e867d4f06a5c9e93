# How fast the sequencer takes transactions.

$(BUILD)/gavel-tps-bench: $(call objects,tests/bench/tps_bench.c tests/bench/tps_client.c \
		tests/bench/recovery_gauge.c tests/bench/workload.c) $(call libs_from,eth)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LDLIBS)

## make bench-tps        transactions per second through HTTP, and their CPU time (JSON=1)
.PHONY: bench-tps
bench-tps: $(BUILD)/gavel-tps-bench $(addprefix $(BUILD)/,gavel-sequencer gavel) $(CONTRACTS) \
		| deploy/node_modules/.installed
	@GAVEL_BUILD=$(abspath $(BUILD)) $(NODE) tests/bench/tps.mjs $(if $(JSON),--json) \
		$(if $(TRANSACTIONS),--transactions $(TRANSACTIONS))
