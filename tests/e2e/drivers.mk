# Programs that tests play with.  The one that l1_transactions.test.mjs kills:
$(BUILD)/tests/e2e/l1_transactions_driver: $(BUILD)/tests/e2e/l1_transactions_driver.o \
		$(call libs_from,net)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# What lib/liar_driver.mjs asks:
LIAR_DRIVER_SOURCES := $(wildcard tests/e2e/liar_*.c) tests/support/lies.c
$(BUILD)/tests/e2e/liar_driver: $(call objects,$(LIAR_DRIVER_SOURCES)) $(DISPUTE_OBJECTS) $(PROOF_OBJECTS) $(ALL_LIBS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# What proposer.test.mjs changes a stored chain with:
$(BUILD)/tests/e2e/sql_driver: $(BUILD)/tests/e2e/sql_driver.o
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

## make e2e-l1           the L1 transaction manager against anvil, a flaky network and kill -9
.PHONY: e2e-l1
e2e-l1: $(BUILD)/tests/e2e/l1_transactions_driver | deploy/node_modules/.installed
	BUILD=$(abspath $(BUILD)) $(NODE) --test tests/e2e/l1_transactions.test.mjs
