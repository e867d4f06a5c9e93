/* dispute_liar: a move of a liar: an attack on any claim at any state with a
 * list that is partly right, or was taken from elsewhere; or a step without
 * reason. */
#include <string.h>

#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "prover/dispute/calls.h"
#include "tests/prover/dispute_world.h"

struct lie {
	const struct game_claim *target;
	unsigned index, depth;
	uint64_t start, first_step;
	struct claim_trace trace;
	bool absence;
	struct claim_list list;
};

static struct hash32 random_state(struct world *w)
{
	struct hash32 state;

	for (unsigned i = 0; i < 32; i += 8)
		be64_store(state.b + i, toy_random(&w->random));
	return state;
}

/* Where an attack would be, and a list of right states there, as far as its start
 * lets it be right. */
static void place(struct world *w, struct lie *l)
{
	const struct game_rules *r = &w->rules;
	const struct game_claim *t = l->target;
	uint64_t spacing = claim_spacing(r, t->claim.depth);

	l->depth = t->claim.depth + 1u;
	l->start = t->claim.start;
	if (t->trace == GAME_NONE)
		l->start += (l->index - 1) * spacing;
	else
		l->first_step = t->first_step + (l->index - 1) * spacing;
	if (l->depth <= r->output_levels) {
		for (unsigned i = 0; i < CLAIM_STATES; i++) {
			uint64_t b = l->start + i * claim_spacing(r, l->depth);

			l->list.states[i] = toy_root(r->horizon, b < r->block ? b : r->block);
		}
		return;
	}
	if (t->trace != GAME_NONE) {
		l->trace = w->game.traces[t->trace].what;
	} else {
		l->start++;
		l->absence = hash32_eq(&t->list.states[l->index], &claim_absent);
		l->trace =
		    (struct claim_trace){ t->list.states[l->index - 1], t->list.states[l->index],
					  l->start, r->horizon, r->link };
		if (l->absence)
			l->trace.claimed = random_state(w);
	}
	toy_states(w->toy, &l->trace, l->first_step, claim_spacing(r, l->depth), &l->list);
}

/* From state `from` on: other states, as a liar might choose them. */
static void falsify(struct world *w, struct lie *l, unsigned from)
{
	struct hash32 other = random_state(w);
	uint64_t style = toy_below(&w->random, 6);
	const struct game_claim *copied =
	    &w->game.claims[toy_below(&w->random, w->game.claim_count)];

	for (unsigned i = from; i < CLAIM_STATES; i++) {
		switch (style) {
		case 0:
			l->list.states[i] = random_state(w);
			break;
		case 1:
			l->list.states[i] = other;
			break;
		case 2: /* one state only, and the last */
			if (i == from || i == CLAIM_K)
				l->list.states[i] = other;
			break;
		case 3: /* one place behind */
			l->list.states[CLAIM_K + from - i] = l->list.states[CLAIM_K + from - i - 1];
			break;
		case 4: /* another claim's */
			l->list.states[i] = copied->list.states[i];
			break;
		default: /* nothing comes */
			l->list.states[i] =
			    l->depth <= w->rules.output_levels ? claim_absent : other;
			break;
		}
	}
}

/* What the contract wants of a list, so that most lies are taken. */
static void make_acceptable(struct world *w, struct lie *l)
{
	const struct game_rules *r = &w->rules;
	struct hash32 *s = l->list.states;

	if (l->depth == r->output_levels + 1) {
		s[0] = r->absolute_prestate;
		if ((s[CLAIM_K].b[0] == 0) != l->absence) {
			s[CLAIM_K] = random_state(w);
			s[CLAIM_K].b[0] = l->absence ? 0 : (uint8_t)(1 + toy_below(&w->random, 3));
		}
		return;
	}
	s[0] = l->target->list.states[l->index - 1];
	if (hash32_eq(&s[CLAIM_K], &l->target->list.states[l->index]))
		s[CLAIM_K] = random_state(w);
	for (unsigned i = 1; l->depth <= r->output_levels && i < CLAIM_STATES; i++) {
		uint64_t before = l->start + (i - 1) * claim_spacing(r, l->depth);

		if (before >= r->block) { /* behind the end: as the last */
			struct hash32 last = s[CLAIM_K];

			memcpy(&s[i - 1], &last, sizeof(last));
			for (unsigned k = i; k < CLAIM_STATES; k++)
				s[k] = last;
			break;
		}
		if (hash32_eq(&s[i - 1], &claim_absent))
			s[i] = claim_absent;
	}
}

static bool attack(struct world *w, const struct game_claim *target)
{
	struct lie l = { .target = target, .index = 1 + (unsigned)toy_below(&w->random, CLAIM_K) };
	unsigned from = 1 + (unsigned)toy_below(&w->random, CLAIM_K);
	const struct game_rules *r = &w->rules;
	struct bytes calldata;
	struct u256 bond;

	/* Most states of short games are behind their end. */
	if (target->trace == GAME_NONE && toy_below(&w->random, 4) > 0) {
		uint64_t spacing = claim_spacing(r, target->claim.depth);
		uint64_t states = (r->block - target->claim.start + spacing - 1) / spacing;

		if (target->claim.start < r->block && states < CLAIM_K)
			l.index = 1 + (unsigned)toy_below(&w->random, states);
	}
	if (target->trace == GAME_NONE && target->claim.depth == r->output_levels &&
	    target->claim.start + l.index > r->block)
		return false;
	place(w, &l);
	if (toy_below(&w->random, 8) > 0)
		falsify(w, &l, from);
	make_acceptable(w, &l);
	bond = claim_bond(r, l.depth);
	if (l.absence)
		calldata = call_attack_absence(&w->arena, &target->claim, l.index, &target->list,
					       &l.list, &l.trace.claimed);
	else
		calldata = call_attack(&w->arena, &target->claim, l.index, &target->list, &l.list);
	return dispute_chain_send(w->chain, &world_liar, &r->game, calldata, &bond, 400000, NULL);
}

/* With the right witness: the contract finds that the state is right.  Wrong
 * claims are stepped just as an honest player would. */
static bool step(struct world *w, const struct game_claim *target)
{
	struct truth_step s;
	unsigned index = 1 + (unsigned)toy_below(&w->random, CLAIM_K);
	struct bytes calldata;

	if (w->truth.step(w->truth.context, &w->game.traces[target->trace].what,
			  target->first_step + index - 1, &w->arena, &s) != TRUTH_OK)
		return false;
	calldata = call_step(&w->arena, &target->claim, index, &target->list,
			     bytes_of(s.witness, s.witness_len));
	return dispute_chain_send(w->chain, &world_liar, &w->rules.game, calldata, &U256_ZERO,
				  2000000, NULL);
}

bool world_lie(struct world *w)
{
	struct game *g = &w->game;
	size_t at = toy_below(&w->random, g->claim_count);
	bool done;

	/* Rather what is new: games shall become deep. */
	if (toy_below(&w->random, 3) > 0)
		at = g->claim_count - 1 - toy_below(&w->random, (g->claim_count + 2) / 3);
	if (g->claims[at].claim.depth == claim_bottom(&g->rules)) {
		step(w, &g->claims[at]);
		return false;
	}
	done = attack(w, &g->claims[at]);
	w->lies += done;
	return done;
}
