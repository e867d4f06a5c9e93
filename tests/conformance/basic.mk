# The official vectors of RLP and transactions (ethereum/tests), which lie
# outside of the repository: GAVEL_SHARED says where.

GAVEL_SHARED ?= ../shared
VECTORS := $(GAVEL_SHARED)/vectors

$(BUILD)/gavel-rlptest: $(addprefix $(BUILD)/tests/conformance/,rlp_vectors.o vector_files.o) \
		$(call libs_from,eth)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/gavel-transactiontest: \
		$(addprefix $(BUILD)/tests/conformance/,transaction_vectors.o vector_files.o) \
		$(BUILD)/common/evm/intrinsic_gas.o $(call libs_from,eth)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

## make vectors-basic    run the official RLP and transaction vectors
.PHONY: vectors-basic
vectors-basic: $(BUILD)/gavel-rlptest $(BUILD)/gavel-transactiontest
	@if [ -d $(VECTORS)/rlp ]; then \
		$(BUILD)/gavel-rlptest $(VECTORS)/rlp && \
		$(BUILD)/gavel-transactiontest $(VECTORS)/transaction; \
	else echo "SKIPPED: no vectors in $(VECTORS) (set GAVEL_SHARED)"; fi
