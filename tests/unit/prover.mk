# What tests of prover/ need beyond its objects: the player's and the proof
# program's, and an L1 with dispute games.
PROVER_TESTS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/prover/*_test.c))
$(PROVER_TESTS): $(DISPUTE_OBJECTS) $(PROOF_OBJECTS) \
	$(call objects,tests/unit/prover/view.c tests/support/game_l1.c tests/support/json_node.c tests/support/game_example.c tests/support/game_events.c tests/support/test_world.c tests/support/memory_chain.c tests/bench/workload.c)
