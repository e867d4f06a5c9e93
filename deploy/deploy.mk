# The JavaScript side: tools from npm, pinned by the lock.

## make demo             install what is needed, build, and play the whole path
## make devnet           the same start-up; stays up, for a wallet
## make install-deps     what a fresh Debian 12 lacks (as root, or by sudo)
## make contracts        compile the contracts and the L2 predeploys
## make contracts-test   test them on anvil, under L1's limits
## make contracts-gas    what they cost on L1 (JSON=1: an object a line)
## make bench-gas        the same for disputes: moves, steps of the machine, preimages

NODE_MODULES := deploy/node_modules/.installed

# tests/ finds the same packages through a link: Node looks for node_modules upwards only.
$(NODE_MODULES): deploy/package.json deploy/package-lock.json
	@# One at a time: npm ci begins by emptying the folder.
	flock deploy/.install.lock sh -c ' \
		[ $@ -nt deploy/package-lock.json ] && [ $@ -nt deploy/package.json ] || { \
			(cd deploy && $(NPM) ci) && \
			ln -sfn ../deploy/node_modules tests/node_modules && touch $@; }'

CONTRACT_SOURCES := $(wildcard deploy/contracts/src/*/*.sol deploy/contracts/src/*/*/*.sol)
CONTRACTS := $(BUILD)/contracts/predeploys.json

.PHONY: contracts contracts-test contracts-gas bench-gas

contracts: $(CONTRACTS)

$(CONTRACTS): $(CONTRACT_SOURCES) deploy/build.mjs deploy/genesis.mjs $(NODE_MODULES)
	$(NODE) deploy/build.mjs $(BUILD)/contracts

contracts-test: $(CONTRACTS)
	GAVEL_CONTRACTS=$(abspath $(BUILD)/contracts) $(NODE) --test --test-reporter=spec \
		tests/e2e/anvil.test.mjs $(wildcard deploy/contracts/test/*.test.mjs)

contracts-gas: $(CONTRACTS)
	@GAVEL_CONTRACTS=$(abspath $(BUILD)/contracts) $(NODE) deploy/contracts/gas.mjs

bench-gas: $(CONTRACTS)
	@GAVEL_CONTRACTS=$(abspath $(BUILD)/contracts) $(NODE) deploy/contracts/gas_dispute.mjs

# ---- the chain on this machine ----

.PHONY: install-deps demo devnet install-contracts

install-deps:
	deploy/install.sh

# The dependencies come first, so make starts anew: they decide what it finds.
demo devnet: install-deps
	$(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc)) all contracts
	@GAVEL_BUILD=$(abspath $(BUILD)) $(NODE) deploy/$@.mjs

# `gavel deploy` finds them here.
install: install-contracts
install-contracts: $(CONTRACTS)
	install -d $(DESTDIR)$(PREFIX)/share/gavel/contracts
	install -m 644 $(BUILD)/contracts/*.json $(DESTDIR)$(PREFIX)/share/gavel/contracts
