#include "tests/prover/dispute_world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/native/arena_heap.h"

/* Players are addresses of 19 equal bytes (dispute_chain). */
#define PLAYER(byte, last)                                                                         \
	{                                                                                          \
		.b = { byte,                                                                       \
		       byte,                                                                       \
		       byte,                                                                       \
		       byte,                                                                       \
		       byte,                                                                       \
		       byte,                                                                       \
		       byte,                                                                       \
		       byte,                                                                       \
		       byte,                                                                       \
		       byte,                                                                       \
		       byte,                                                                       \
		       byte,                                                                       \
		       byte,                                                                       \
		       byte,                                                                       \
		       byte,                                                                       \
		       byte,                                                                       \
		       byte,                                                                       \
		       byte,                                                                       \
		       byte,                                                                       \
		       last }                                                                      \
	}
const struct address world_honest = PLAYER(0x77, 1);
const struct address world_liar = PLAYER(0x66, 2);
const struct address world_thief = PLAYER(0x55, 3);

#define CLOCK     3600
#define EXTENSION 300

void world_fail(struct world *w, const char *what, uint64_t detail)
{
	if (w->failure[0] == '\0')
		snprintf(w->failure, sizeof(w->failure), "%s (%" PRIu64 ")", what, detail);
}

static void take_log(void *context, const struct log *log, uint64_t block, uint64_t index)
{
	struct world *w = context;
	enum game_err err;

	if (w->game.claim_count == 0) {
		w->rules.game = log->address;
		game_free(&w->game);
		(void)game_init(&w->game, &w->rules);
	}
	err = game_apply(&w->game, log->topics, log->topic_count, log->data, block, index);
	if (err != GAME_OK)
		world_fail(w, game_err_text(err), index);
}

static struct u256 ether(uint64_t n)
{
	struct u256 unit = u256_from_u64(1000000000000000000u), count = u256_from_u64(n), wei;

	u256_mul(&wei, &unit, &count);
	return wei;
}

static void choose_rules(struct world *w)
{
	struct game_rules *r = &w->rules;
	struct toy_random *random = &w->random;
	uint64_t levels = 1 + toy_below(random, 2), span = levels == 1 ? 32 : 300;
	struct hash32 right;

	*r = (struct game_rules){
		.absolute_prestate = toy_prestate(),
		.chain_config_hash = toy_chain_config(),
		.output_levels = levels,
		.trace_levels = 2 + toy_below(random, 2),
		.max_clock = CLOCK,
		.clock_extension = EXTENSION,
		.root_bond = ether(8),
		.move_bond = ether(2),
		.last_bond = ether(1),
		.anchor_block = toy_below(random, 100),
	};
	r->horizon = (r->anchor_block + 7) / 8 + toy_below(random, 10);
	if (r->horizon == 0)
		r->horizon = 1;
	r->anchor_root = toy_root(r->horizon, r->anchor_block);
	r->block = r->anchor_block + 1 + toy_below(random, span);
	if (toy_below(random, 2) && r->horizon * TOY_ENTRY_BLOCKS > r->anchor_block) {
		uint64_t room = r->horizon * TOY_ENTRY_BLOCKS - r->anchor_block;

		r->block = r->anchor_block + 1 + toy_below(random, room < span ? room : span);
	}
	right = toy_root(r->horizon, r->block);
	w->right = !hash32_eq(&right, &claim_absent) && toy_below(random, 2);
	r->root = right;
	if (!w->right && toy_below(random, 2))
		r->root = toy_root(UINT64_MAX / 8, r->block - toy_below(random, 2));
	if (!w->right && (hash32_eq(&r->root, &right) || hash32_eq(&r->root, &claim_absent)))
		memset(r->root.b, 0xbb, sizeof(r->root.b));
}

struct world *world_new(const char *contracts, uint64_t seed)
{
	struct world *w = calloc(1, sizeof(*w));
	struct dispute_chain_watch watch = { w, take_log };

	if (!w)
		abort();
	w->random.state = seed;
	choose_rules(w);
	w->steals = toy_below(&w->random, 2);
	w->toy = toy_new();
	w->truth = toy_truth(w->toy);
	arena_init(&w->arena, &arena_heap, ARENA_HEAP_BLOCK);
	w->chain =
	    dispute_chain_new(contracts, &w->rules, w->right ? &world_honest : &world_liar, &watch);
	w->game.rules = w->rules;
	return w;
}

void world_free(struct world *w)
{
	dispute_chain_free(w->chain);
	toy_free(w->toy);
	game_free(&w->game);
	arena_free(&w->arena);
	free(w);
}

/* ---- honest players ---- */

static struct player honest_player(const struct world *w)
{
	return (struct player){ .self = world_honest,
				.now = dispute_chain_time(w->chain),
				.block = dispute_chain_block(w->chain),
				.commit_margin = 60,
				.resolves_all = true };
}

/* Whoever copies it from the mempool comes first; the thief can't copy a
 * commitment, which says whose it is. */
static bool steal(struct world *w, const struct play_move *m)
{
	bool is_answer =
	    m->kind == PLAY_ATTACK || m->kind == PLAY_ATTACK_ABSENCE || m->kind == PLAY_STEP;

	if (!w->steals || !is_answer || toy_below(&w->random, 3) > 0 ||
	    !dispute_chain_send(w->chain, &world_thief, &m->to, m->calldata, &m->value, m->gas,
				NULL))
		return false;
	w->stolen++;
	return true;
}

static void send(struct world *w, const struct play_move *m)
{
	bool stolen = steal(w, m);
	bool sent;
	uint64_t gas;

	/* Ours comes a block later: as the reward's owner, who has committed. */
	if (stolen && m->kind == PLAY_STEP && toy_below(&w->random, 2))
		return;
	sent = dispute_chain_send(w->chain, &world_honest, &m->to, m->calldata, &m->value, m->gas,
				  NULL);
	gas = dispute_chain_gas_used(w->chain);
	if (dispute_chain_time(w->chain) >= m->deadline && m->kind < PLAY_COMMIT_STEP)
		world_fail(w, "an answer behind its deadline", m->claim);
	/* A stolen attack is made, and needed no more; a stolen step can be won back. */
	if (sent == (stolen && m->kind != PLAY_STEP))
		world_fail(w, play_kind_text(m->kind), m->claim);
	if (sent && gas > w->most_gas[m->kind])
		w->most_gas[m->kind] = gas;
	w->honest_moves++;
	w->steps += m->kind == PLAY_STEP;
}

static size_t play_round(struct world *w)
{
	struct player who = honest_player(w);
	struct play_moves moves;
	size_t answers = 0;

	play_next(&w->arena, &moves, &w->game, &w->truth, &who);
	if (moves.not_yet || moves.unknown || moves.too_late)
		world_fail(w, moves.reason ? moves.reason : "too late", moves.too_late);
	for (size_t i = 0; i < moves.count; i++) {
		send(w, &moves.moves[i]);
		answers += moves.moves[i].kind < PLAY_RESOLVE_CLAIMS;
	}
	return answers;
}

void world_play_honestly(struct world *w)
{
	for (unsigned i = 0; i < 20 && w->failure[0] == '\0'; i++) {
		if (play_round(w) == 0)
			return;
		dispute_chain_next_block(w->chain, 12);
	}
	world_fail(w, "honest play has no end", w->game.claim_count);
}

/* ---- a game ---- */

/* Time passes: a little, or until a second before some claim can't be answered
 * any more. */
static void pass_time(struct world *w)
{
	const struct game *g = &w->game;
	uint64_t now = dispute_chain_time(w->chain);
	const struct game_claim *c = &g->claims[toy_below(&w->random, g->claim_count)];

	if (toy_below(&w->random, 3) == 0 && !c->resolved && c->deadline > now + 1) {
		dispute_chain_next_block(w->chain, c->deadline - 1 - now);
		w->last_moment++;
	} else {
		dispute_chain_next_block(w->chain, toy_below(&w->random, EXTENSION));
	}
}

static void finish(struct world *w)
{
	for (unsigned i = 0; i < 10 && w->failure[0] == '\0'; i++) {
		const struct game *g = &w->game;
		uint64_t last = 0;

		for (size_t k = 0; k < g->claim_count; k++)
			if (g->claims[k].deadline > last)
				last = g->claims[k].deadline;
		if (last > dispute_chain_time(w->chain))
			dispute_chain_next_block(w->chain, last - dispute_chain_time(w->chain));
		world_play_honestly(w);
		dispute_chain_next_block(w->chain, 12);
	}
}

/* However many wrong claims there are, and wherever: to answer one takes no more than
 * its author has staked on it. */
static void check_stakes(struct world *w)
{
	const struct game *g = &w->game;

	for (size_t i = 1; i < g->claim_count; i++) {
		const struct game_claim *c = &g->claims[i];
		struct u256 bond = claim_bond(&g->rules, c->claim.depth);
		struct u256 answered = claim_bond(&g->rules, c->claim.depth - 1u);

		if (address_eq(&c->claimant, &world_honest) && u256_lt(&answered, &bond))
			world_fail(w, "an answer is dearer than what it answers", i);
	}
}

static void check_outcome(struct world *w)
{
	const struct game *g = &w->game;
	struct u256 before = ether(DISPUTE_CHAIN_FUNDS);
	struct u256 now = dispute_chain_balance(w->chain, &world_honest);

	if (g->status != (w->right ? GAME_DEFENDER_WINS : GAME_CHALLENGER_WINS))
		world_fail(w, "the wrong side won", g->status);
	for (size_t i = 0; i < g->claim_count; i++) {
		const struct game_claim *c = &g->claims[i];

		if (!c->resolved)
			world_fail(w, "a claim is not resolved", i);
		if (address_eq(&c->claimant, &world_honest) && !c->stands)
			world_fail(w, "an honest claim fell", i);
		if (c->fell && address_eq(&c->fell_by, &world_thief))
			world_fail(w, "a step was stolen for good", i);
		if (c->judgement == GAME_DISAGREE && c->stands)
			world_fail(w, "a wrong claim with a right start stands", i);
	}
	if (u256_lt(&now, &before))
		world_fail(w, "an honest bond was lost", 0);
}

void world_run(struct world *w)
{
	unsigned rounds = 4 + (unsigned)toy_below(&w->random, 20);

	world_play_honestly(w);
	for (unsigned i = 0; i < rounds && w->failure[0] == '\0'; i++) {
		for (uint64_t n = toy_below(&w->random, 10); n > 0; n--)
			(void)world_lie(w);
		if (toy_below(&w->random, 2))
			dispute_chain_next_block(w->chain, 12);
		world_play_honestly(w);
		arena_free(&w->arena);
		pass_time(w);
	}
	check_stakes(w);
	finish(w);
	check_outcome(w);
}
