# The JavaScript side: tools from npm, pinned by the lock.

## make contracts        compile the contracts and the L2 predeploys
## make contracts-test   test them on anvil, under L1's limits
## make contracts-gas    what they cost on L1 (JSON=1: an object a line)

NODE_MODULES := deploy/node_modules/.installed

# tests/ finds the same packages through a link: Node looks for node_modules upwards only.
$(NODE_MODULES): deploy/package.json deploy/package-lock.json
	cd deploy && $(NPM) ci
	ln -sfn ../deploy/node_modules tests/node_modules
	touch $@

CONTRACT_SOURCES := $(wildcard deploy/contracts/src/*/*.sol)
CONTRACTS := $(BUILD)/contracts/predeploys.json

.PHONY: contracts contracts-test contracts-gas

contracts: $(CONTRACTS)

$(CONTRACTS): $(CONTRACT_SOURCES) deploy/build.mjs deploy/genesis.mjs $(NODE_MODULES)
	$(NODE) deploy/build.mjs $(BUILD)/contracts

contracts-test: $(CONTRACTS)
	GAVEL_CONTRACTS=$(abspath $(BUILD)/contracts) $(NODE) --test --test-reporter=spec \
		tests/e2e/anvil.test.mjs $(wildcard deploy/contracts/test/*.test.mjs)

contracts-gas: $(CONTRACTS)
	@GAVEL_CONTRACTS=$(abspath $(BUILD)/contracts) $(NODE) deploy/contracts/gas.mjs
