# The proof program's trace on the worst blocks.

## make bench-guest      steps of the proof program per kind of block (JSON=1)
$(BUILD)/gavel-guest-bench: $(BUILD)/tests/bench/guest_bench.o \
		$(call objects,tests/prover/proof_world.c tests/support/memory_chain.c \
		tests/bench/workload.c) $(PROOF_OBJECTS) $(ALL_LIBS)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

.PHONY: bench-guest
bench-guest: $(BUILD)/gavel-guest-bench
	@$< $(if $(JSON),--json)
