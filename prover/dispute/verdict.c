/* verdict: what we think of a claim, in words. */
#include <stdio.h>

#include "base/hex.h"
#include "prover/dispute/answer.h"

/* "block 17" or "block 17, step 1024". */
#define PLACE_SIZE 64
static const char *place_text(char out[PLACE_SIZE], const struct game *g,
			      const struct game_claim *c, unsigned index)
{
	uint64_t offset = index * claim_spacing(&g->rules, c->claim.depth);

	if (c->trace != GAME_NONE)
		snprintf(out, PLACE_SIZE, "block %llu, step %llu",
			 (unsigned long long)c->claim.start,
			 (unsigned long long)(c->first_step + offset));
	else if (c->claim.start + offset > g->rules.block)
		snprintf(out, PLACE_SIZE, "block %llu", (unsigned long long)g->rules.block);
	else
		snprintf(out, PLACE_SIZE, "block %llu",
			 (unsigned long long)(c->claim.start + offset));
	return out;
}

/* The first bytes of a state, which suffice to recognise it. */
#define STATE_SIZE 24
static const char *state_text(char out[STATE_SIZE], const struct game_claim *c,
			      const struct hash32 *state)
{
	char digits[17];

	if (c->trace == GAME_NONE && hash32_eq(state, &claim_absent))
		snprintf(out, STATE_SIZE, "no block");
	else
		snprintf(out, STATE_SIZE, "0x%s...", hex_encode(digits, bytes_of(state->b, 8)));
	return out;
}

static void say_disagree(struct play_verdict *out, const struct game *g, const struct game_claim *c)
{
	char place[PLACE_SIZE], claimed[STATE_SIZE], right[STATE_SIZE];

	snprintf(out->reason, sizeof(out->reason), "wrong from state %u (%s): %s, right is %s%s",
		 c->wrong_index, place_text(place, g, c, c->wrong_index),
		 state_text(claimed, c, &c->list.states[c->wrong_index]),
		 state_text(right, c, &c->right_state),
		 c->fell         ? "; it has fallen to a step"
		 : out->answered ? "; it is answered"
				 : "");
}

static void say_poisoned(struct play_verdict *out, const struct game *g, const struct game_claim *c)
{
	const struct hash32 *claimed = &c->list.states[0];
	char place[PLACE_SIZE], wrong[STATE_SIZE], right[STATE_SIZE];

	if (c->wrong_agreed)
		claimed = &g->traces[c->trace].what.agreed;
	snprintf(out->reason, sizeof(out->reason),
		 "starts from what is not right (%s%s): %s, right is %s; needs no answer",
		 c->wrong_agreed ? "the block before " : "", place_text(place, g, c, 0),
		 state_text(wrong, c, claimed), state_text(right, c, &c->right_state));
}

static void say(struct play_verdict *out, const struct game *g, const struct game_claim *c)
{
	switch (c->judgement) {
	case GAME_UNJUDGED:
		break;
	case GAME_AGREE:
		snprintf(out->reason, sizeof(out->reason), "all its states are right");
		break;
	case GAME_DISAGREE:
		say_disagree(out, g, c);
		break;
	case GAME_POISONED_START:
		say_poisoned(out, g, c);
		break;
	}
}

void play_verdict(struct game *g, size_t claim, const struct truth *truth, struct play_verdict *out)
{
	struct judge j = { g, truth, NULL };
	const struct game_claim *c = &g->claims[claim];
	enum truth_err err;

	*out = (struct play_verdict){ .judgement = GAME_UNJUDGED };
	if (!truth && c->judgement == GAME_UNJUDGED) {
		out->not_yet = true;
		snprintf(out->reason, sizeof(out->reason), "not judged yet");
		return;
	}
	err = judge_claim(&j, claim);
	if (err != TRUTH_OK) {
		out->not_yet = err == TRUTH_NOT_YET;
		snprintf(out->reason, sizeof(out->reason), "not judged: %s", j.reason);
		return;
	}
	out->judgement = c->judgement;
	if (c->judgement == GAME_DISAGREE) {
		out->wrong_index = c->wrong_index;
		out->answered = answer_is_given(g, claim);
	}
	say(out, g, c);
}
