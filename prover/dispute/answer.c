#include "prover/dispute/answer.h"

#include "crypto/keccak.h"
#include "prover/dispute/calls.h"
#include "rollup/chain_config.h"

/* Limits that suffice; the contract's tests measure what is used. */
#define ATTACK_GAS 300000u
#define COMMIT_GAS 80000u
#define STEP_GAS   1500000u
#define LOAD_GAS   250000u
/* EIP-7623: what a byte of call data costs at most, at the floor. */
#define CALLDATA_GAS 40u
/* EIP-7825: the most that a transaction may ask for.  The dearest is a load of a
 * precompile's result (and EIP-150's 64th, twice). */
#define TRANSACTION_GAS_MAX (1u << 24)
_Static_assert(LOAD_GAS + CALLDATA_GAS * (PRECOMPILE_INPUT_CAP + 512) + PRECOMPILE_GAS_CAP +
		       PRECOMPILE_GAS_CAP / 32 <=
		   TRANSACTION_GAS_MAX,
	       "what L2 may ask of L1 fits into a transaction there");

/* ---- attacks ---- */

/* What is to be claimed against a claim's first wrong state. */
struct attack {
	struct claim own;
	struct claim_list list;
	bool is_absence; /* the wrong state says that there is no block; `root` is its root */
	struct hash32 root;
};

static enum truth_err unknown(struct round *r, const char *reason)
{
	r->judge.reason = reason;
	return TRUTH_UNKNOWN;
}

static enum truth_err attack_outputs(struct round *r, const struct game_claim *c, struct attack *k)
{
	const struct game_rules *rules = &r->judge.game->rules;

	k->own.start = c->claim.start + (c->wrong_index - 1) * claim_spacing(rules, c->claim.depth);
	return judge_outputs(&r->judge, k->own.start, k->own.depth, &k->list);
}

/* The trace for the block between the last right state and the wrong one. */
static enum truth_err begin_trace(struct round *r, const struct game_claim *c, struct attack *k)
{
	const struct game_rules *rules = &r->judge.game->rules;
	const struct hash32 *wrong = &c->list.states[c->wrong_index];
	struct claim_trace trace = {
		.agreed = c->list.states[c->wrong_index - 1],
		.claimed = *wrong,
		.block = c->claim.start + c->wrong_index,
		.horizon = rules->horizon,
		.link = rules->link,
	};
	enum truth_err err;

	k->is_absence = hash32_eq(wrong, &claim_absent);
	k->root = c->right_state;
	if (k->is_absence)
		trace.claimed = k->root;
	k->own.start = trace.block;
	k->own.context = claim_trace_context(&trace, &rules->chain_config_hash);
	err = judge_states(&r->judge, &trace, 0, k->own.depth, &k->list);
	if (err == TRUTH_OK && (k->list.states[CLAIM_K].b[0] == MACHINE_VALID) != k->is_absence)
		return unknown(r, "the proof program's verdict is not what the databases have");
	return err;
}

static enum truth_err attack_states(struct round *r, const struct game_claim *c, struct attack *k)
{
	const struct game *g = r->judge.game;
	uint64_t first_step =
	    c->first_step + (c->wrong_index - 1) * claim_spacing(&g->rules, c->claim.depth);

	k->own.start = c->claim.start;
	k->own.context = c->claim.context;
	return judge_states(&r->judge, &g->traces[c->trace].what, first_step, k->own.depth,
			    &k->list);
}

static enum truth_err make_attack(struct round *r, const struct game_claim *c, struct attack *k)
{
	const struct game_rules *rules = &r->judge.game->rules;
	enum truth_err err;

	*k = (struct attack){ .own = { .parent = c->hash,
				       .depth = (uint8_t)(c->claim.depth + 1),
				       .index = c->wrong_index } };
	if (!claim_is_trace(rules, k->own.depth))
		err = attack_outputs(r, c, k);
	else if (!claim_is_trace(rules, c->claim.depth))
		err = begin_trace(r, c, k);
	else
		err = attack_states(r, c, k);
	k->own.list_hash = claim_list_hash(&k->list);
	return err;
}

static void add_attack(struct round *r, size_t claim, const struct attack *k)
{
	struct game *g = r->judge.game;
	const struct game_claim *c = &g->claims[claim];
	struct play_move move = {
		.kind = k->is_absence ? PLAY_ATTACK_ABSENCE : PLAY_ATTACK,
		.to = g->rules.game,
		.value = claim_bond(&g->rules, k->own.depth),
		.gas = ATTACK_GAS,
		.deadline = c->deadline,
		.claim = claim,
		.index = c->wrong_index,
	};

	if (k->is_absence)
		move.calldata = call_attack_absence(r->arena, &c->claim, c->wrong_index, &c->list,
						    &k->list, &k->root);
	else
		move.calldata =
		    call_attack(r->arena, &c->claim, c->wrong_index, &c->list, &k->list);
	round_add(r, &move);
}

bool answer_is_given(const struct game *g, size_t claim)
{
	const struct game_claim *c = &g->claims[claim];

	return c->fell || (c->has_answer && game_find(g, &c->answer) != GAME_NONE);
}

static enum truth_err attack_claim(struct round *r, size_t claim)
{
	struct game *g = r->judge.game;
	struct game_claim *c = &g->claims[claim];
	struct attack k;
	enum truth_err err;

	if (answer_is_given(g, claim))
		return TRUTH_OK;
	if (c->has_answer && r->who->now >= c->deadline) {
		r->out->too_late++;
		return TRUTH_OK;
	}
	/* After a restart it is not known whether the answer was given. */
	err = make_attack(r, c, &k);
	if (err != TRUTH_OK)
		return err;
	c->answer = claim_hash(&k.own);
	c->has_answer = true;
	if (answer_is_given(g, claim))
		return TRUTH_OK;
	if (r->who->now >= c->deadline)
		r->out->too_late++;
	else
		add_attack(r, claim, &k);
	return TRUTH_OK;
}

/* ---- steps ---- */

/* Somebody else has stepped.  Was it ours: were we the first to commit?  A copy of
 * our step has our index and our witness. */
static bool was_stolen(const struct round *r, const struct game_claim *c)
{
	const struct game *g = r->judge.game;
	const struct address *self = &r->who->self;
	struct hash32 mine, theirs;
	uint64_t my_block, their_block;

	if (address_eq(&c->fell_by, self) || c->fell_index != c->wrong_index)
		return false;
	mine = call_commitment(self, &c->hash, c->wrong_index, &c->witness);
	theirs = call_commitment(&c->fell_by, &c->hash, c->wrong_index, &c->witness);
	my_block = game_committed_in(g, &mine);
	their_block = game_committed_in(g, &theirs);
	if (their_block == 0 || their_block > c->fell_in)
		their_block = c->fell_in;
	return my_block != 0 && my_block < their_block;
}

static bool must_commit(const struct round *r, const struct game_claim *c,
			const struct hash32 *commitment)
{
	const struct game *g = r->judge.game;

	if (game_committed_in(g, commitment) != 0 || g->commitment_count == GAME_COMMITMENTS_MAX)
		return false;
	return r->who->now < c->deadline && c->deadline - r->who->now > r->who->commit_margin;
}

static struct play_move move_at(const struct round *r, size_t claim, enum play_kind kind)
{
	const struct game *g = r->judge.game;

	return (struct play_move){
		.kind = kind,
		.to = g->rules.game,
		.deadline = g->claims[claim].deadline,
		.claim = claim,
		.index = g->claims[claim].wrong_index,
	};
}

static void add_commit(struct round *r, size_t claim, const struct hash32 *commitment)
{
	struct play_move move = move_at(r, claim, PLAY_COMMIT_STEP);

	move.calldata = call_commit_step(r->arena, commitment);
	move.gas = COMMIT_GAS;
	round_add(r, &move);
}

static void add_load(struct round *r, size_t claim, const struct truth_step *s)
{
	struct game *g = r->judge.game;
	struct play_move move = move_at(r, claim, PLAY_LOAD);
	uint64_t required = 0;

	switch (s->need) {
	case TRUTH_NEEDS_NOTHING:
		return;
	case TRUTH_NEEDS_LOCAL:
		move.calldata = call_load_local(r->arena, &g->traces[g->claims[claim].trace].what,
						s->local, s->offset);
		break;
	case TRUTH_NEEDS_KECCAK:
		move.to = g->rules.oracle;
		move.calldata = call_load_keccak(r->arena, s->offset, s->preimage);
		break;
	case TRUTH_NEEDS_PRECOMPILE:
		move.to = g->rules.oracle;
		move.calldata = call_load_precompile(r->arena, s->offset, s->preimage);
		required = be64_load(s->preimage.data + 20);
		break;
	}
	/* EIP-150: a 64th of what there is stays behind the call. */
	move.gas = LOAD_GAS + CALLDATA_GAS * move.calldata.len + required + required / 32;
	round_add(r, &move);
}

static void add_step(struct round *r, size_t claim, const struct truth_step *s)
{
	const struct game_claim *c = &r->judge.game->claims[claim];
	struct play_move move = move_at(r, claim, PLAY_STEP);

	add_load(r, claim, s);
	move.calldata = call_step(r->arena, &c->claim, c->wrong_index, &c->list,
				  bytes_of(s->witness, s->witness_len));
	move.gas = STEP_GAS;
	round_add(r, &move);
}

static enum truth_err find_step(struct round *r, const struct game_claim *c, struct truth_step *s)
{
	const struct game *g = r->judge.game;
	const struct truth *truth = r->judge.truth;
	enum truth_err err = truth->step(truth->context, &g->traces[c->trace].what,
					 c->first_step + c->wrong_index - 1, r->arena, s);

	if (err != TRUTH_OK)
		r->judge.reason = truth->reason(truth->context);
	else if (!hash32_eq(&s->before, &c->list.states[c->wrong_index - 1]) ||
		 !hash32_eq(&s->after, &c->right_state))
		return unknown(r, "the machine's step is not between the trace's states");
	return err;
}

static enum truth_err step_claim(struct round *r, size_t claim)
{
	struct game_claim *c = &r->judge.game->claims[claim];
	struct truth_step *s;
	struct hash32 commitment;
	enum truth_err err;

	if (c->fell &&
	    (address_eq(&c->fell_by, &r->who->self) || (c->has_witness && !was_stolen(r, c))))
		return TRUTH_OK;
	s = ARENA_NEW(r->arena, struct truth_step);
	err = find_step(r, c, s);
	if (err != TRUTH_OK)
		return err;
	c->witness = keccak256(bytes_of(s->witness, s->witness_len));
	c->has_witness = true;
	if (c->fell && !was_stolen(r, c))
		return TRUTH_OK;
	r->stepping[claim] = true;
	commitment = call_commitment(&r->who->self, &c->hash, c->wrong_index, &c->witness);
	if (must_commit(r, c, &commitment))
		add_commit(r, claim, &commitment);
	else
		add_step(r, claim, s);
	return TRUTH_OK;
}

enum truth_err answer_claim(struct round *r, size_t claim)
{
	const struct game *g = r->judge.game;

	if (g->claims[claim].claim.depth == claim_bottom(&g->rules))
		return step_claim(r, claim);
	return attack_claim(r, claim);
}
