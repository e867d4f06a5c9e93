#include "prover/dispute/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "crypto/keccak.h"
#include "prover/dispute/answer.h"
#include "prover/dispute/calls.h"

/* What a resolution takes at most, and how many go into one transaction. */
#define RESOLVE_GAS   100000u
#define RESOLVE_BATCH ((size_t)64)
#define CREDIT_GAS    120000u

const char *play_kind_text(enum play_kind kind)
{
	switch (kind) {
	case PLAY_ATTACK:
		return "attack";
	case PLAY_ATTACK_ABSENCE:
		return "attack absence";
	case PLAY_COMMIT_STEP:
		return "commit to step";
	case PLAY_LOAD:
		return "load preimage";
	case PLAY_STEP:
		return "step";
	case PLAY_RESOLVE_CLAIMS:
		return "resolve claims";
	case PLAY_RESOLVE:
		return "resolve game";
	case PLAY_CLAIM_CREDIT:
		return "claim credit";
	}
	return "?";
}

/* ---- answers ---- */

static void note_error(struct round *r, enum truth_err err, size_t claim)
{
	const char *what = r->judge.reason ? r->judge.reason : "unknown";
	size_t room = strlen(what) + 32;
	char *text;

	*(err == TRUTH_NOT_YET ? &r->out->not_yet : &r->out->unknown) += 1;
	if (r->out->reason)
		return;
	text = arena_alloc(r->arena, room);
	snprintf(text, room, "claim %zu: %s", claim, what);
	r->out->reason = text;
}

struct open_claim {
	uint64_t deadline;
	size_t claim;
};

/* A step helps until the claim is resolved, an attack until the deadline. */
static uint64_t urgency_of(const struct round *r, size_t claim)
{
	const struct game *g = r->judge.game;
	const struct game_claim *c = &g->claims[claim];

	if (c->deadline > r->who->now || c->claim.depth == claim_bottom(&g->rules))
		return c->deadline;
	return UINT64_MAX;
}

static int by_deadline(const void *a, const void *b)
{
	const struct open_claim *x = a, *y = b;

	if (x->deadline != y->deadline)
		return x->deadline > y->deadline ? 1 : -1;
	return (x->claim > y->claim) - (x->claim < y->claim);
}

/* The most urgent first, and last those for which it is too late: most of them. */
static size_t find_open(struct round *r, struct open_claim **out)
{
	const struct game *g = r->judge.game;
	struct open_claim *list = ARENA_ARRAY(r->arena, struct open_claim, g->claim_count);
	size_t count = 0;

	for (size_t i = 0; i < g->claim_count; i++)
		if (!g->claims[i].resolved)
			list[count++] = (struct open_claim){ urgency_of(r, i), i };
	qsort(list, count, sizeof(*list), by_deadline);
	*out = list;
	return count;
}

static enum truth_err judge_and_answer(struct round *r, size_t claim)
{
	enum truth_err err = judge_claim(&r->judge, claim);

	if (err != TRUTH_OK || r->judge.game->claims[claim].judgement != GAME_DISAGREE)
		return err;
	return answer_claim(r, claim);
}

static size_t place_of(const struct open_claim *open, size_t count, size_t resume)
{
	for (size_t i = 0; i < count; i++)
		if (open[i].claim + 1 == resume)
			return i;
	return 0;
}

/* Each claim by itself: a run of the proof program may take a minute, and what is
 * urgent does not wait for those that others are about. */
static void play_answers(struct round *r)
{
	const struct patience *patience = &r->who->patience;
	struct open_claim *open;
	size_t count = find_open(r, &open), first = place_of(open, count, r->who->resume);

	for (size_t i = 0; i < count; i++) {
		size_t claim = open[(first + i) % count].claim;
		enum truth_err err;

		if (patience->is_over && patience->is_over(patience->context)) {
			r->out->waiting = count - i;
			r->out->resume = claim + 1;
			return;
		}
		err = judge_and_answer(r, claim);
		if (err != TRUTH_OK)
			note_error(r, err, claim);
	}
}

/* ---- resolution ---- */

/* A claim at the bottom that is wrong, or not known to be right, must not stand
 * because we were quick to resolve it. */
static bool is_held(const struct round *r, size_t claim)
{
	const struct game_claim *c = &r->judge.game->claims[claim];

	if (r->stepping[claim])
		return true;
	return c->claim.depth == claim_bottom(&r->judge.game->rules) && !c->fell &&
	       (c->judgement == GAME_UNJUDGED || c->judgement == GAME_DISAGREE);
}

static bool is_due(const struct round *r, const bool *due, size_t claim)
{
	const struct game *g = r->judge.game;
	const struct game_claim *c = &g->claims[claim];

	if (c->resolved || r->who->now < c->deadline || is_held(r, claim))
		return false;
	for (size_t k = c->first_child; k != GAME_NONE; k = g->claims[k].next_sibling)
		if (!g->claims[k].resolved && !due[k])
			return false;
	return true;
}

static void add_resolutions(struct round *r, const struct claim **batch, size_t count)
{
	struct game *g = r->judge.game;

	round_add(r, &(struct play_move){
			 .kind = PLAY_RESOLVE_CLAIMS,
			 .to = g->rules.game,
			 .calldata = call_resolve_claims(r->arena, batch, count),
			 .gas = RESOLVE_GAS * (count + 1),
			 .deadline = UINT64_MAX,
		     });
}

/* Answers come behind what they answer in the game, so before it here. */
static void play_resolutions(struct round *r)
{
	struct game *g = r->judge.game;
	const struct claim *batch[RESOLVE_BATCH];
	bool *due = arena_calloc(r->arena, g->claim_count, sizeof(*due));
	size_t count = 0;

	for (size_t i = g->claim_count; i-- > 0;) {
		due[i] = is_due(r, due, i);
		if (i == 0 || !due[i])
			continue;
		batch[count++] = &g->claims[i].claim;
		if (count < RESOLVE_BATCH)
			continue;
		add_resolutions(r, batch, count);
		count = 0;
	}
	if (count > 0)
		add_resolutions(r, batch, count);
	if (due[0])
		round_add(r, &(struct play_move){
				 .kind = PLAY_RESOLVE,
				 .to = g->rules.game,
				 .calldata = call_resolve(r->arena),
				 .gas = 2 * RESOLVE_GAS,
				 .deadline = UINT64_MAX,
			     });
}

static void play_credit(struct round *r)
{
	struct game *g = r->judge.game;
	struct u256 credit = game_credit_of(g, &r->who->self);

	if (u256_is_zero(&credit))
		return;
	round_add(r, &(struct play_move){
			 .kind = PLAY_CLAIM_CREDIT,
			 .to = g->rules.game,
			 .calldata = call_claim_credit(r->arena, &r->who->self),
			 .gas = CREDIT_GAS,
			 .deadline = UINT64_MAX,
		     });
}

/* Who has something at stake in it would have resolved it by now. */
static bool is_abandoned(const struct game *g, uint64_t now)
{
	for (size_t i = 0; i < g->claim_count; i++) {
		uint64_t deadline = g->claims[i].deadline;

		if (!g->claims[i].resolved &&
		    (now < deadline || now - deadline < PLAY_ABANDONED_AFTER))
			return false;
	}
	return true;
}

static bool is_to_resolve(const struct game *g, const struct player *who)
{
	return who->resolves_all || game_has_claim_of(g, &who->self) || is_abandoned(g, who->now);
}

/* ---- all together ---- */

void round_add(struct round *r, const struct play_move *move)
{
	uint8_t identity[1 + 20 + 32];
	struct hash32 calldata = keccak256(move->calldata);
	struct play_move *own;

	if (r->out->count == r->room) {
		size_t room = r->room ? 2 * r->room : 16;

		r->moves = arena_grow(r->arena, r->moves, r->room * sizeof(*r->moves),
				      room * sizeof(*r->moves));
		r->room = room;
	}
	own = &r->moves[r->out->count++];
	*own = *move;
	identity[0] = (uint8_t)move->kind;
	memcpy(identity + 1, move->to.b, sizeof(move->to.b));
	memcpy(identity + 21, calldata.b, sizeof(calldata.b));
	own->id = keccak256(bytes_of(identity, sizeof(identity)));
}

void play_next(struct arena *a, struct play_moves *out, struct game *g, const struct truth *truth,
	       const struct player *who)
{
	struct round r = { .judge = { g, truth, NULL }, .arena = a, .out = out, .who = who };

	*out = (struct play_moves){ 0 };
	r.moves = arena_alloc(a, 0);
	if (g->claim_count == 0)
		return;
	r.stepping = arena_calloc(a, g->claim_count, sizeof(*r.stepping));
	if (g->status == GAME_IN_PROGRESS) {
		play_answers(&r);
		if (is_to_resolve(g, who))
			play_resolutions(&r);
	} else {
		play_credit(&r);
	}
	out->moves = r.moves;
}
