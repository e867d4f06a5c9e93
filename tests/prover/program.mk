# Tests of the proof program, natively and in the machine.
PROGRAM_TESTS := $(BUILD)/tests/prover
PROGRAM_TEST_SUPPORT := $(call objects,tests/prover/proof_world.c tests/support/memory_chain.c \
	tests/bench/workload.c)
PROGRAM_TEST_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/prover/*_test.c))

## make guest-test       the proof program: natively, in the machine, against lies
.PHONY: guest-test
guest-test: $(PROGRAM_TEST_PROGRAMS) $(BUILD)/gavel
	@failed=0; for t in $(PROGRAM_TEST_PROGRAMS); do $$t $(BUILD)/gavel || failed=1; done; exit $$failed

$(PROGRAM_TESTS)/%_test: $(PROGRAM_TESTS)/%_test.o $(PROGRAM_TEST_SUPPORT) $(PROOF_OBJECTS) $(ALL_LIBS)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lcmocka $(LDLIBS)
$(PROGRAM_TESTS)/store_test: $(call objects,tests/support/test_world.c tests/support/test_chain.c)
$(PROGRAM_TESTS)/program_test: $(call objects,tests/support/lies.c)
$(PROGRAM_TESTS)/parts_test: $(call objects,tests/prover/guest_memory.c)
CFLAGS_tests_prover_guest_memory := -fno-tree-loop-distribute-patterns -fno-builtin

GUEST_VECTORS := $(BUILD)/gavel-guest-vectors
$(GUEST_VECTORS): $(PROGRAM_TESTS)/vectors.o $(PROGRAM_TEST_SUPPORT) $(PROOF_OBJECTS) $(ALL_LIBS)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LDLIBS)

## make guest-vectors    official state tests as blocks in the machine (a sample)
## make guest-vectors-full  ten times as many
.PHONY: guest-vectors guest-vectors-full
guest-vectors guest-vectors-full: $(GUEST_VECTORS)
	@if [ -d $(GAVEL_SHARED)/vectors/state ]; then \
		$< $(if $(filter %-full,$@),6000,600) $(GAVEL_SHARED)/vectors/state; \
	else \
		echo "$@: skipped, no vectors in $(GAVEL_SHARED) (set GAVEL_SHARED)"; \
	fi
