/* dispute_games: many games, each from its own seed.
 *
 *	dispute_games CONTRACTS GUEST GAMES [SEED] */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/prover/dispute_world.h"

struct totals {
	uint64_t claims, honest_moves, lies, stolen, steps, last_moment, right, deepest_games;
	uint64_t most_gas[PLAY_CLAIM_CREDIT + 1];
};

static void add(struct totals *t, const struct world *w)
{
	t->claims += w->game.claim_count;
	t->honest_moves += w->honest_moves;
	t->lies += w->lies;
	t->stolen += w->stolen;
	t->steps += w->steps;
	t->last_moment += w->last_moment;
	t->right += w->right;
	t->deepest_games += w->steps > 0;
	for (int i = 0; i <= PLAY_CLAIM_CREDIT; i++)
		if (w->most_gas[i] > t->most_gas[i])
			t->most_gas[i] = w->most_gas[i];
}

static bool play(const char *contracts, uint64_t seed, struct totals *t)
{
	struct world *w = world_new(contracts, seed);
	bool won;

	world_run(w);
	won = w->failure[0] == '\0';
	if (!won)
		printf("FAILED: seed %" PRIu64 ": %s\n", seed, w->failure);
	add(t, w);
	world_free(w);
	return won;
}

int main(int argc, char **argv)
{
	uint64_t games, seed, lost = 0;
	struct totals t = { 0 };

	if (argc < 4)
		return 2;
	games = strtoull(argv[3], NULL, 10);
	seed = argc > 4 ? strtoull(argv[4], NULL, 10) : 1;
	toy_init(argv[2]);
	for (uint64_t i = 0; i < games; i++)
		lost += !play(argv[1], seed + i, &t);
	printf("%" PRIu64 " games from seed %" PRIu64 ", %" PRIu64 " with a right root; %" PRIu64
	       " claims, %" PRIu64 " of liars, %" PRIu64 " copied moves, %" PRIu64
	       " steps in %" PRIu64 " games, %" PRIu64 " last moments\n",
	       games, seed, t.right, t.claims, t.lies, t.stolen, t.steps, t.deepest_games,
	       t.last_moment);
	for (int i = 0; i <= PLAY_CLAIM_CREDIT; i++)
		printf("  %-16s at most %" PRIu64 " gas\n", play_kind_text((enum play_kind)i),
		       t.most_gas[i]);
	printf("%" PRIu64 " lost\n", lost);
	return lost != 0;
}
