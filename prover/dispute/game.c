#include "prover/dispute/game.h"

#include <stdio.h>
#include <stdlib.h>

#define FIRST_ROOM 16

/* ---- lists that grow ---- */

static void *must(void *allocated)
{
	if (allocated)
		return allocated;
	fprintf(stderr, "out of memory: a dispute game\n");
	abort();
}

/* Room for one more of `size` bytes. */
static void *grown(void *list, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return list;
	*room = *room ? 2 * *room : FIRST_ROOM;
	return must(reallocarray(list, *room, size));
}

#define GROW(list, count, room) ((list) = grown((list), (count), &(room), sizeof(*(list))))

bool game_init(struct game *g, const struct game_rules *rules)
{
	*g = (struct game){ .rules = *rules };
	return game_rules_are_good(rules);
}

void game_free(struct game *g)
{
	free(g->claims);
	free(g->table);
	free(g->traces);
	free(g->commitments);
	free(g->credits);
	*g = (struct game){ 0 };
}

const char *game_err_text(enum game_err err)
{
	switch (err) {
	case GAME_OK:
		return "ok";
	case GAME_OUT_OF_ORDER:
		return "an event comes out of order";
	case GAME_MALFORMED:
		return "an event is malformed";
	case GAME_NOT_THE_ROOT:
		return "the first claim is not the game's own";
	case GAME_UNKNOWN_CLAIM:
		return "an event is about a claim that was not made";
	case GAME_CLAIM_TWICE:
		return "a claim is made twice";
	case GAME_MISPLACED:
		return "a claim is not where its parent puts it";
	case GAME_WRONG_LIST:
		return "a claim's list is not one that attacks its parent";
	case GAME_UNKNOWN_TRACE:
		return "a trace begins that nothing explains";
	case GAME_WRONG_CONTEXT:
		return "a trace's context is not of what it says";
	case GAME_RESOLVED_TWICE:
		return "something is resolved twice";
	case GAME_WRONG_AMOUNT:
		return "credits don't add up";
	}
	return "?";
}

/* ---- claims by hash ---- */

/* Where `hash` is in the table, or would be. */
static size_t table_slot(const struct game *g, const struct hash32 *hash)
{
	size_t at = (size_t)le64_load(hash->b) & (g->table_room - 1);

	while (g->table[at] != GAME_NONE && !hash32_eq(&g->claims[g->table[at]].hash, hash))
		at = (at + 1) & (g->table_room - 1);
	return at;
}

void game_forget_judgements(struct game *g)
{
	for (size_t i = 0; i < g->claim_count; i++) {
		struct game_claim *c = &g->claims[i];

		c->judgement = GAME_UNJUDGED;
		c->wrong_agreed = c->has_answer = c->has_witness = false;
	}
}

size_t game_find(const struct game *g, const struct hash32 *hash)
{
	return g->table_room ? g->table[table_slot(g, hash)] : GAME_NONE;
}

/* At most half full, in powers of two. */
static void table_make_room(struct game *g)
{
	size_t room = g->table_room ? 2 * g->table_room : 2 * FIRST_ROOM;

	if (2 * (g->claim_count + 1) <= g->table_room)
		return;
	g->table = must(reallocarray(g->table, room, sizeof(*g->table)));
	g->table_room = room;
	for (size_t i = 0; i < room; i++)
		g->table[i] = GAME_NONE;
	for (size_t i = 0; i < g->claim_count; i++)
		g->table[table_slot(g, &g->claims[i].hash)] = i;
}

static void add_claim(struct game *g, const struct game_claim *c)
{
	size_t own = g->claim_count;

	table_make_room(g);
	GROW(g->claims, g->claim_count, g->claim_room);
	g->table[table_slot(g, &c->hash)] = own;
	g->claims[own] = *c;
	g->claim_count++;
	if (c->parent == GAME_NONE)
		return;
	g->claims[own].next_sibling = g->claims[c->parent].first_child;
	g->claims[c->parent].first_child = own;
}

/* ---- a claim's place and list: the contract's checks once more ---- */

static enum game_err check_root(const struct game *g, const struct game_event *e)
{
	struct claim_list list;
	struct claim root;
	struct hash32 hash;

	claim_root(&g->rules, &root, &list);
	hash = claim_hash(&root);
	return hash32_eq(&hash, &e->hash) ? GAME_OK : GAME_NOT_THE_ROOT;
}

static size_t find_trace(const struct game *g, const struct hash32 *context)
{
	for (size_t i = 0; i < g->trace_count; i++)
		if (hash32_eq(&g->traces[i].context, context))
			return i;
	return GAME_NONE;
}

/* `ours` begins where `theirs` is held to be right, and ends elsewhere. */
static bool ends_fit(const struct claim_list *theirs, unsigned index, const struct claim_list *ours)
{
	return hash32_eq(&ours->states[0], &theirs->states[index - 1]) &&
	       !hash32_eq(&ours->states[CLAIM_K], &theirs->states[index]);
}

/* Behind the game's block nothing changes, and after no block comes none. */
static bool outputs_fit(const struct game_rules *r, const struct claim *c,
			const struct claim_list *list)
{
	uint64_t spacing = claim_spacing(r, c->depth);
	uint64_t blocks = c->start >= r->block ? 0 : r->block - c->start;
	uint64_t last = blocks / spacing + (blocks % spacing != 0);

	for (unsigned i = 1; i < CLAIM_STATES; i++)
		if (!hash32_eq(&list->states[i], &list->states[i - 1]) &&
		    (i > last || hash32_eq(&list->states[i - 1], &claim_absent)))
			return false;
	return true;
}

static enum game_err check_outputs(const struct game *g, const struct game_claim *parent,
				   struct game_claim *c)
{
	uint64_t start = parent->claim.start +
			 (c->claim.index - 1) * claim_spacing(&g->rules, parent->claim.depth);

	if (c->claim.start != start || !hash32_eq(&c->claim.context, &claim_absent))
		return GAME_MISPLACED;
	return ends_fit(&parent->list, c->claim.index, &c->list) &&
		       outputs_fit(&g->rules, &c->claim, &c->list)
		   ? GAME_OK
		   : GAME_WRONG_LIST;
}

/* The first claim of a trace, about the block between two states of its parent;
 * where the second is absent, the trace proves what it says. */
static enum game_err check_first_of_trace(const struct game *g, const struct game_claim *parent,
					  struct game_claim *c)
{
	const struct hash32 *before = &parent->list.states[c->claim.index - 1];
	const struct hash32 *after = &parent->list.states[c->claim.index];
	bool absent = hash32_eq(after, &claim_absent);
	const struct claim_trace *t;

	c->trace = find_trace(g, &c->claim.context);
	if (c->trace == GAME_NONE)
		return GAME_UNKNOWN_TRACE;
	t = &g->traces[c->trace].what;
	if (c->claim.start != parent->claim.start + c->claim.index || t->block != c->claim.start ||
	    t->block > g->rules.block || !hash32_eq(&t->agreed, before) ||
	    hash32_eq(before, &claim_absent) || hash32_eq(&t->claimed, &claim_absent) ||
	    (!absent && !hash32_eq(&t->claimed, after)))
		return GAME_MISPLACED;
	return hash32_eq(&c->list.states[0], &g->rules.absolute_prestate) &&
		       (c->list.states[CLAIM_K].b[0] == 0) == absent
		   ? GAME_OK
		   : GAME_WRONG_LIST;
}

static enum game_err check_further_trace(const struct game *g, const struct game_claim *parent,
					 struct game_claim *c)
{
	c->trace = parent->trace;
	c->first_step = parent->first_step +
			(c->claim.index - 1) * claim_spacing(&g->rules, parent->claim.depth);
	if (c->claim.start != parent->claim.start ||
	    !hash32_eq(&c->claim.context, &parent->claim.context))
		return GAME_MISPLACED;
	return ends_fit(&parent->list, c->claim.index, &c->list) ? GAME_OK : GAME_WRONG_LIST;
}

static enum game_err check_attack(const struct game *g, struct game_claim *c)
{
	const struct game_claim *parent;

	c->parent = game_find(g, &c->claim.parent);
	if (c->parent == GAME_NONE)
		return GAME_UNKNOWN_CLAIM;
	parent = &g->claims[c->parent];
	if (c->claim.index < 1 || c->claim.index > CLAIM_K ||
	    parent->claim.depth >= claim_bottom(&g->rules) ||
	    c->claim.depth != parent->claim.depth + 1)
		return GAME_MISPLACED;
	if (!claim_is_trace(&g->rules, c->claim.depth))
		return check_outputs(g, parent, c);
	if (!claim_is_trace(&g->rules, parent->claim.depth))
		return check_first_of_trace(g, parent, c);
	return check_further_trace(g, parent, c);
}

/* ---- events ---- */

static enum game_err apply_claim_made(struct game *g, const struct game_event *e)
{
	struct game_claim c = {
		.claim = e->claim,
		.hash = e->hash,
		.claimant = e->who,
		.deadline = e->deadline,
		.left = e->left,
		.list = e->list,
		.parent = GAME_NONE,
		.first_child = GAME_NONE,
		.next_sibling = GAME_NONE,
		.trace = GAME_NONE,
	};
	enum game_err err;

	if (game_find(g, &e->hash) != GAME_NONE)
		return GAME_CLAIM_TWICE;
	err = g->claim_count == 0 ? check_root(g, e) : check_attack(g, &c);
	if (err == GAME_OK)
		add_claim(g, &c);
	return err;
}

static enum game_err apply_trace_begun(struct game *g, const struct game_event *e)
{
	struct game_trace t = { .context = e->hash, .what = e->trace };
	struct hash32 context;

	t.what.horizon = g->rules.horizon;
	t.what.link = g->rules.link;
	context = claim_trace_context(&t.what, &g->rules.chain_config_hash);
	if (!hash32_eq(&context, &t.context))
		return GAME_WRONG_CONTEXT;
	if (find_trace(g, &t.context) != GAME_NONE)
		return GAME_OK;
	GROW(g->traces, g->trace_count, g->trace_room);
	g->traces[g->trace_count++] = t;
	return GAME_OK;
}

static enum game_err apply_step_committed(struct game *g, const struct game_event *e,
					  uint64_t block)
{
	if (g->commitment_count == GAME_COMMITMENTS_MAX)
		return GAME_OK;
	GROW(g->commitments, g->commitment_count, g->commitment_room);
	g->commitments[g->commitment_count++] = (struct game_commitment){ e->hash, block };
	return GAME_OK;
}

/* Once more, where somebody has committed to it earlier. */
static enum game_err apply_claim_fell(struct game *g, const struct game_event *e, uint64_t block)
{
	size_t at = game_find(g, &e->hash);

	if (at == GAME_NONE)
		return GAME_UNKNOWN_CLAIM;
	if (g->claims[at].resolved)
		return GAME_RESOLVED_TWICE;
	g->claims[at].fell = true;
	g->claims[at].fell_by = e->who;
	g->claims[at].fell_index = e->index;
	g->claims[at].fell_in = block;
	return GAME_OK;
}

static struct game_credit *credit_of(const struct game *g, const struct address *who)
{
	for (size_t i = 0; i < g->credit_count; i++)
		if (address_eq(&g->credits[i].who, who))
			return &g->credits[i];
	return NULL;
}

static enum game_err add_credit(struct game *g, const struct address *who,
				const struct u256 *amount)
{
	struct game_credit *credit = credit_of(g, who);
	struct u256 sum;

	if (credit && u256_add_overflow(&sum, &credit->amount, amount))
		return GAME_WRONG_AMOUNT;
	if (credit) {
		credit->amount = sum;
		return GAME_OK;
	}
	GROW(g->credits, g->credit_count, g->credit_room);
	g->credits[g->credit_count++] = (struct game_credit){ *who, *amount };
	return GAME_OK;
}

static enum game_err apply_claim_resolved(struct game *g, const struct game_event *e)
{
	size_t at = game_find(g, &e->hash);
	enum game_err err;

	if (at == GAME_NONE)
		return GAME_UNKNOWN_CLAIM;
	if (g->claims[at].resolved)
		return GAME_RESOLVED_TWICE;
	err = add_credit(g, &e->who, &e->amount);
	if (err != GAME_OK)
		return err;
	g->claims[at].resolved = true;
	g->claims[at].stands = e->stands;
	return GAME_OK;
}

static enum game_err apply_resolved(struct game *g, const struct game_event *e)
{
	if (g->status != GAME_IN_PROGRESS)
		return GAME_RESOLVED_TWICE;
	if (e->status == GAME_IN_PROGRESS)
		return GAME_MALFORMED;
	g->status = e->status;
	return GAME_OK;
}

static enum game_err apply_credit_claimed(struct game *g, const struct game_event *e)
{
	struct game_credit *credit = credit_of(g, &e->who);
	struct u256 rest;

	if (!credit || u256_sub_underflow(&rest, &credit->amount, &e->amount))
		return GAME_WRONG_AMOUNT;
	credit->amount = rest;
	return GAME_OK;
}

static enum game_err apply(struct game *g, const struct game_event *e, uint64_t block)
{
	switch (e->kind) {
	case GAME_EVENT_CLAIM_MADE:
		return apply_claim_made(g, e);
	case GAME_EVENT_TRACE_BEGUN:
		return apply_trace_begun(g, e);
	case GAME_EVENT_STEP_COMMITTED:
		return apply_step_committed(g, e, block);
	case GAME_EVENT_CLAIM_FELL:
		return apply_claim_fell(g, e, block);
	case GAME_EVENT_CLAIM_RESOLVED:
		return apply_claim_resolved(g, e);
	case GAME_EVENT_RESOLVED:
		return apply_resolved(g, e);
	case GAME_EVENT_CREDIT_CLAIMED:
		return apply_credit_claimed(g, e);
	case GAME_EVENT_KINDS:
		break;
	}
	return GAME_OK;
}

static bool is_later(const struct game *g, uint64_t block, uint64_t log_index)
{
	return !g->has_applied || block > g->applied_block ||
	       (block == g->applied_block && log_index > g->applied_log);
}

enum game_err game_apply(struct game *g, const struct hash32 *topics, size_t topic_count,
			 struct bytes data, uint64_t block, uint64_t log_index)
{
	struct game_event event;
	enum game_err err;

	if (!is_later(g, block, log_index))
		return GAME_OUT_OF_ORDER;
	if (!game_event_decode(&event, topics, topic_count, data))
		return GAME_MALFORMED;
	err = apply(g, &event, block);
	if (err != GAME_OK)
		return err;
	g->has_applied = true;
	g->applied_block = block;
	g->applied_log = log_index;
	return GAME_OK;
}

/* ---- questions ---- */

uint64_t game_committed_in(const struct game *g, const struct hash32 *commitment)
{
	for (size_t i = 0; i < g->commitment_count; i++)
		if (hash32_eq(&g->commitments[i].hash, commitment))
			return g->commitments[i].block;
	return 0;
}

struct u256 game_credit_of(const struct game *g, const struct address *who)
{
	const struct game_credit *credit = credit_of(g, who);

	return credit ? credit->amount : U256_ZERO;
}

struct u256 game_bonds_of(const struct game *g, const struct address *who)
{
	struct u256 sum = U256_ZERO, bond;

	for (size_t i = 0; i < g->claim_count; i++) {
		if (g->claims[i].resolved || !address_eq(&g->claims[i].claimant, who))
			continue;
		bond = claim_bond(&g->rules, g->claims[i].claim.depth);
		u256_add(&sum, &sum, &bond);
	}
	return sum;
}

bool game_has_claim_of(const struct game *g, const struct address *who)
{
	for (size_t i = 0; i < g->claim_count; i++)
		if (address_eq(&g->claims[i].claimant, who))
			return true;
	return false;
}
