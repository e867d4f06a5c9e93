# Everything that `make test` runs.  Each suite is a target of its own.

TEST_SUITES := unit unit:SANITIZE=1:BUILD=$(BUILD)/sanitize core-rv64 \
	vectors-basic vectors-trie conformance-state conformance-rv64 conformance-sanitize \
	precompiles keystore \
	guest-check guest-test guest-vectors guest-worst \
	contracts-test bench-gas e2e fuzz-replay:SANITIZE=1:BUILD=$(BUILD)/sanitize \
	vm-step vm-qemu vm-anvil dispute-games dispute-memory

## make test             install what is needed, build, and run all tests
## make e2e              the programs end to end, on a real L1 (anvil)
.PHONY: test e2e
test:
	deploy/install.sh
	$(MAKE) --no-print-directory -j"$$(nproc)" all contracts
	BUILD=$(BUILD) MAKE="$(MAKE)" tests/run.sh $(TEST_SUITES)

# What takes too long for every time.
TEST_FULL_SUITES := guest-vectors-full guest-worst-full conformance-sanitize-full conformance-rv64:STATE_SAMPLE_STEP=1 precompiles-full \
	fuzz-evm dispute-games-full e2e-lies-full dispute-memory-full

## make test-full        make test, and what takes longer: all vectors sanitized, 100,000 cases against revm
.PHONY: test-full
test-full: test
	BUILD=$(BUILD) MAKE="$(MAKE)" tests/run.sh $(TEST_FULL_SUITES)

E2E_TESTS := $(filter-out tests/e2e/anvil.test.mjs,$(wildcard tests/e2e/*.test.mjs))
E2E_NEEDS = all $(CONTRACTS) $(addprefix $(BUILD)/tests/e2e/,l1_transactions_driver liar_driver sql_driver)
E2E_NODE = BUILD=$(abspath $(BUILD)) GAVEL_BUILD=$(abspath $(BUILD)) GAVEL_CONTRACTS=$(abspath $(BUILD)/contracts) \
	$(NODE) --test --test-concurrency=1 --test-reporter=spec
e2e: $(E2E_NEEDS)
	$(E2E_NODE) $(E2E_TESTS)

## make e2e-lies-full    disputes on a real L1, five times, each with another seed and three times as much trouble
.PHONY: e2e-lies-full
e2e-lies-full: $(E2E_NEEDS)
	@failed=0; for round in 1 2 3 4 5; do \
		GAVEL_TROUBLE=12 $(E2E_NODE) $(filter tests/e2e/lying_%,$(E2E_TESTS)) || failed=1; \
	done; exit $$failed
