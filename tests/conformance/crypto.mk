# The native mathematics and keystores against other implementations.

## make precompiles      compare the native precompiles with noble-curves
## make precompiles-full the same on 10,000 random inputs of each kind

$(BUILD)/gavel-precompile: $(BUILD)/tests/conformance/precompile.o $(call libs_from,crypto)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

.PHONY: precompiles precompiles-full
precompiles: $(BUILD)/gavel-precompile $(NODE_MODULES)
	GAVEL_PRECOMPILE=$(BUILD)/gavel-precompile $(NODE) --test tests/conformance/precompiles.mjs

precompiles-full: $(BUILD)/gavel-precompile $(NODE_MODULES)
	GAVEL_PRECOMPILE=$(BUILD)/gavel-precompile PRECOMPILE_INPUTS=10000 \
		$(NODE) --test tests/conformance/precompiles.mjs

## make keystore         open keystores that ethers writes

$(BUILD)/gavel-keystore: $(BUILD)/tests/conformance/keystore.o $(call libs_from,crypto)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

.PHONY: keystore
keystore: $(BUILD)/gavel-keystore $(NODE_MODULES)
	GAVEL_KEYSTORE=$(BUILD)/gavel-keystore $(NODE) --test tests/conformance/keystore.mjs

# The fuzz target of the precompiles needs nothing above crypto.
FUZZ_FROM_precompile := crypto
