# What it takes to run a challenger.

## make bench-challenger a challenger's L1 calls, CPU time and memory, idle and in a dispute: eight minutes (JSON=1)
.PHONY: bench-challenger
bench-challenger: $(E2E_NEEDS)
	@GAVEL_BUILD=$(abspath $(BUILD)) GAVEL_CONTRACTS=$(abspath $(BUILD)/contracts) $(NODE) tests/bench/challenger.mjs \
		$(if $(JSON),--json) $(if $(SECONDS),--seconds $(SECONDS))
