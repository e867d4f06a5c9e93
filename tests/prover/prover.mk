# Tests of the proof program, natively and in the machine.
PROVER_TESTS := $(BUILD)/tests/prover
PROVER_TEST_SUPPORT := $(call objects,tests/prover/proof_world.c tests/support/memory_chain.c \
	tests/bench/workload.c)

$(PROVER_TESTS)/%_test: $(PROVER_TESTS)/%_test.o $(PROVER_TEST_SUPPORT) $(PROOF_OBJECTS) $(ALL_LIBS)
	$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)
