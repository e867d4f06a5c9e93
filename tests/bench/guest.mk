# The proof program's trace on the worst blocks.

## make bench-guest      steps of the proof program per kind of block (JSON=1)
$(BUILD)/gavel-guest-bench: $(BUILD)/tests/bench/guest_bench.o \
		$(call objects,tests/prover/proof_world.c tests/support/memory_chain.c \
		tests/bench/workload.c) $(PROOF_OBJECTS) $(ALL_LIBS)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

.PHONY: bench-guest
bench-guest: $(BUILD)/gavel-guest-bench
	@$< $(if $(JSON),--json)

## make guest-worst      the same blocks with little gas, as a test
## make guest-worst-full at the gas limit
.PHONY: guest-worst guest-worst-full
guest-worst: $(BUILD)/gavel-guest-bench
	@$< --gas 1
guest-worst-full: $(BUILD)/gavel-guest-bench
	@$<
