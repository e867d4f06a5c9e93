# Differential fuzzing of the EVM against revm (anvil).

$(BUILD)/gavel-evm-case: $(call objects,tests/fuzz/evm_differential.c \
		tests/conformance/statetest_state.c tests/conformance/statetest_json.c) \
		$(call libs_from,evm)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

## make fuzz-evm         CASES (100000) random cases in our EVM and in revm (SEED=..., FORK=osaka)
.PHONY: fuzz-evm
fuzz-evm: $(BUILD)/gavel-evm-case | deploy/node_modules/.installed
	GAVEL_BUILD=$(abspath $(BUILD)) $(NODE) tests/fuzz/evm_differential.mjs \
		--cases $(or $(CASES),100000) $(if $(SEED),--seed $(SEED)) $(if $(FORK),--fork $(FORK))
