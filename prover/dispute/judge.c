#include "prover/dispute/judge.h"

static enum truth_err unknown(struct judge *j, const char *reason)
{
	j->reason = reason;
	return TRUTH_UNKNOWN;
}

static enum truth_err ask_output(struct judge *j, uint64_t block, struct hash32 *right)
{
	const struct game_rules *r = &j->game->rules;
	enum truth_err err =
	    j->truth->output(j->truth->context, r->horizon, &r->link, block, right);

	if (err != TRUTH_OK)
		j->reason = j->truth->reason(j->truth->context);
	return err;
}

enum truth_err judge_output(struct judge *j, uint64_t block, struct hash32 *right)
{
	const struct game_rules *r = &j->game->rules;

	if (block <= r->anchor_block) {
		*right = r->anchor_root;
		return TRUTH_OK;
	}
	return ask_output(j, block < r->block ? block : r->block, right);
}

enum truth_err judge_outputs(struct judge *j, uint64_t start, unsigned depth,
			     struct claim_list *right)
{
	const struct game_rules *r = &j->game->rules;
	uint64_t spacing = claim_spacing(r, depth);
	enum truth_err err = TRUTH_OK;

	for (unsigned i = 0; i < CLAIM_STATES && err == TRUTH_OK; i++) {
		if (i > 0 && start + (i - 1) * spacing >= r->block)
			right->states[i] = right->states[i - 1];
		else
			err = judge_output(j, start + i * spacing, &right->states[i]);
	}
	return err;
}

enum truth_err judge_states(struct judge *j, const struct claim_trace *trace, uint64_t first_step,
			    unsigned depth, struct claim_list *right)
{
	const struct game_rules *r = &j->game->rules;
	enum truth_err err =
	    j->truth->states(j->truth->context, trace, first_step, claim_spacing(r, depth), right);

	if (err != TRUTH_OK)
		j->reason = j->truth->reason(j->truth->context);
	else if (first_step == 0 && !hash32_eq(&right->states[0], &r->absolute_prestate))
		return unknown(j, "the game's proof program is not the one that we have");
	return err;
}

/* Our chain has to be the one that the game starts from. */
static enum truth_err check_anchor(struct judge *j)
{
	const struct game_rules *r = &j->game->rules;
	struct hash32 ours;
	enum truth_err err = ask_output(j, r->anchor_block, &ours);

	if (err == TRUTH_OK && !hash32_eq(&ours, &r->anchor_root))
		return unknown(j, "the anchor's output root is not the one that we have");
	return err;
}

static void compare(struct game_claim *c, const struct claim_list *right)
{
	unsigned i = 0;

	while (i < CLAIM_STATES && hash32_eq(&c->list.states[i], &right->states[i]))
		i++;
	if (i == CLAIM_STATES) {
		c->judgement = GAME_AGREE;
		return;
	}
	c->judgement = i == 0 ? GAME_POISONED_START : GAME_DISAGREE;
	c->wrong_index = (uint8_t)i;
	c->right_state = right->states[i];
}

static enum truth_err judge_output_claim(struct judge *j, struct game_claim *c)
{
	struct claim_list right;
	enum truth_err err = c->parent == GAME_NONE ? check_anchor(j) : TRUTH_OK;

	if (err == TRUTH_OK)
		err = judge_outputs(j, c->claim.start, c->claim.depth, &right);
	if (err == TRUTH_OK)
		compare(c, &right);
	return err;
}

/* A trace that starts from a wrong output root has no right states: whatever its
 * list is, it answers a wrong claim at another place than we do. */
static enum truth_err judge_trace_claim(struct judge *j, struct game_claim *c)
{
	const struct claim_trace *trace = &j->game->traces[c->trace].what;
	struct claim_list right;
	struct hash32 agreed;
	enum truth_err err = judge_output(j, trace->block - 1, &agreed);

	if (err != TRUTH_OK)
		return err;
	if (!hash32_eq(&agreed, &trace->agreed)) {
		c->judgement = GAME_POISONED_START;
		c->wrong_agreed = true;
		c->right_state = agreed;
		return TRUTH_OK;
	}
	err = judge_states(j, trace, c->first_step, c->claim.depth, &right);
	if (err == TRUTH_OK)
		compare(c, &right);
	return err;
}

enum truth_err judge_claim(struct judge *j, size_t claim)
{
	struct game_claim *c = &j->game->claims[claim];

	if (c->judgement != GAME_UNJUDGED)
		return TRUTH_OK;
	if (c->trace == GAME_NONE)
		return judge_output_claim(j, c);
	return judge_trace_claim(j, c);
}
