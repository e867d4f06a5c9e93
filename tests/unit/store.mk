# What tests of common/store/, and of what uses it, need beyond their module: a
# small chain with an L1 that reorganises, and the same in memory to compare with.
STORE_TESTS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/store/*_test.c))
$(STORE_TESTS) $(addprefix $(BUILD)/tests/unit/sequencer/,open_batch_test queue_test): \
	$(call objects,tests/support/test_world.c tests/support/test_chain.c tests/support/memory_chain.c tests/bench/workload.c)
$(BUILD)/tests/unit/net/l1_transactions_test: $(call objects,tests/support/json_node.c)
$(BUILD)/tests/unit/net/l1_watcher_test: $(call objects,tests/support/fake_l1.c tests/support/json_node.c)
$(addprefix $(BUILD)/tests/unit/net/,l1_watcher_test service_test): \
	$(call objects,tests/support/test_world.c tests/support/memory_chain.c tests/bench/workload.c)
