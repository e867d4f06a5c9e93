# Dispute games on the real contracts, in process.

DISPUTE_GUEST := $(BUILD)/tests/prover/dispute_guest.elf
$(DISPUTE_GUEST): tests/prover/dispute_guest.S
	@mkdir -p $(@D)
	$(RV64_CC) -march=rv64im -mabi=lp64 -nostdlib -static -Wl,--build-id=none \
		-Wl,--no-warn-rwx-segments -Wl,-Ttext=0x10000 -Wl,-e,_start -s -o $@ $<

DISPUTE_GAMES := $(BUILD)/tests/prover/dispute_games
DISPUTE_GAMES_SOURCES := $(addprefix tests/prover/,dispute_games.c dispute_world.c dispute_liar.c \
	dispute_toy.c) tests/support/dispute_chain.c
$(DISPUTE_GAMES): $(call objects,$(DISPUTE_GAMES_SOURCES)) $(DISPUTE_OBJECTS) $(PROOF_OBJECTS) $(ALL_LIBS)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

## make dispute-games    honest players against liars, on the real contracts
## make dispute-games-full  twenty thousand games, each time others
.PHONY: dispute-games dispute-games-full
dispute-games: $(DISPUTE_GAMES) $(DISPUTE_GUEST) $(CONTRACTS)
	$(DISPUTE_GAMES) $(BUILD)/contracts $(DISPUTE_GUEST) 1000
dispute-games-full: $(DISPUTE_GAMES) $(DISPUTE_GUEST) $(CONTRACTS)
	$(DISPUTE_GAMES) $(BUILD)/contracts $(DISPUTE_GUEST) 20000 $$(date +%s)

# Run by guest-test.
$(BUILD)/tests/prover/dispute_game_test: $(DISPUTE_OBJECTS) \
	$(call objects,tests/support/game_events.c tests/support/game_example.c)
$(BUILD)/tests/prover/dispute_trace_test: $(DISPUTE_OBJECTS)
$(BUILD)/tests/prover/dispute_truth_test: $(DISPUTE_OBJECTS) \
	$(call objects,tests/support/test_world.c tests/support/test_chain.c)
$(BUILD)/tests/prover/dispute_round_test: $(DISPUTE_OBJECTS) \
	$(call objects,prover/dispatch.c prover/losses.c tests/support/test_world.c)

DISPUTE_MEMORY := $(BUILD)/gavel-dispute-memory
DISPUTE_MEMORY_SOURCES := tests/prover/dispute_memory.c tests/prover/proof_world.c \
	tests/support/memory_chain.c tests/support/test_world.c tests/support/test_chain.c \
	tests/bench/workload.c prover/footprint.c
$(DISPUTE_MEMORY): $(call objects,$(DISPUTE_MEMORY_SOURCES)) $(DISPUTE_OBJECTS) $(PROOF_OBJECTS) $(ALL_LIBS)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

## make dispute-memory   what ten games about the worst blocks take, with little gas
## make dispute-memory-full  at the gas limit: less than 512 MB
.PHONY: dispute-memory dispute-memory-full
dispute-memory: $(DISPUTE_MEMORY)
	@$< 1 128
dispute-memory-full: $(DISPUTE_MEMORY)
	@$< 30 488
