/* dispute_world: one game between honest players and liars, on the real contracts.
 * Liars make any move that the contracts take; they may move at the last moment,
 * copy each other, and get ahead of honest transactions with copies of them. */
#ifndef GAVEL_TESTS_PROVER_DISPUTE_WORLD_H
#define GAVEL_TESTS_PROVER_DISPUTE_WORLD_H

#include "prover/dispute/play.h"
#include "tests/prover/dispute_toy.h"
#include "tests/support/dispute_chain.h"

extern const struct address world_honest, world_liar, world_thief;

struct world {
	struct toy_random random;
	struct game_rules rules;
	struct game game;
	struct dispute_chain *chain;
	struct toy *toy;
	struct truth truth;
	struct arena arena; /* for one round */
	bool right;         /* the root claim is */
	bool steals;        /* the thief copies honest transactions, and is first */
	size_t honest_moves, lies, stolen, steps, last_moment;
	uint64_t most_gas[PLAY_CLAIM_CREDIT + 1];
	char failure[200]; /* what went wrong first; empty: nothing */
};

struct world *world_new(const char *contracts, uint64_t seed);
void world_free(struct world *w);

void world_fail(struct world *w, const char *what, uint64_t detail);

/* Everything that is honest to do now, and what that leads to, until there is
 * nothing more to answer. */
void world_play_honestly(struct world *w);
/* One random move.  False: nothing was possible, or the contract refused. */
bool world_lie(struct world *w);
/* The whole game: lies and answers, resolution, and what it must have come to. */
void world_run(struct world *w);

#endif
