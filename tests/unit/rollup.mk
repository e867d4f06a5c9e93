# What tests of common/rollup/ need beyond their module: a chain in memory,
# workloads, and zlib to compare with.
ROLLUP_TESTS := $(BUILD)/tests/unit/rollup
$(addprefix $(ROLLUP_TESTS)/,derive_test block_test): $(call objects,tests/support/memory_chain.c)
$(ROLLUP_TESTS)/derive_test: $(call objects,tests/bench/workload.c)
$(ROLLUP_TESTS)/block_test: $(call objects,tests/bench/workload.c)
$(ROLLUP_TESTS)/payload_test: $(call objects,tests/bench/workload.c)
$(ROLLUP_TESTS)/inflate_test: LDLIBS += -lz
