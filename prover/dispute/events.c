#include "prover/dispute/events.h"

#include <string.h>

#include "crypto/keccak.h"
#include "prover/dispute/words.h"

static const char *const signatures[GAME_EVENT_KINDS] = {
	[GAME_EVENT_CLAIM_MADE] =
	    "ClaimMade(bytes32,bytes32,address," CLAIM_TYPE ",uint256,uint256," LIST_TYPE ")",
	[GAME_EVENT_TRACE_BEGUN] = "TraceBegun(bytes32,bytes32,bytes32,uint64)",
	[GAME_EVENT_STEP_COMMITTED] = "StepCommitted(bytes32)",
	[GAME_EVENT_CLAIM_FELL] = "ClaimFell(bytes32,address,uint256,bytes32)",
	[GAME_EVENT_CLAIM_RESOLVED] = "ClaimResolved(bytes32,bool,address,uint256)",
	[GAME_EVENT_RESOLVED] = "Resolved(uint8)",
	[GAME_EVENT_CREDIT_CLAIMED] = "CreditClaimed(address,uint256)",
};

static const size_t topic_counts[GAME_EVENT_KINDS] = {
	[GAME_EVENT_CLAIM_MADE] = 4,     [GAME_EVENT_TRACE_BEGUN] = 2,
	[GAME_EVENT_STEP_COMMITTED] = 2, [GAME_EVENT_CLAIM_FELL] = 3,
	[GAME_EVENT_CLAIM_RESOLVED] = 3, [GAME_EVENT_RESOLVED] = 2,
	[GAME_EVENT_CREDIT_CLAIMED] = 2,
};

static struct hash32 hash_of_text(const char *text)
{
	return keccak256(bytes_of(text, strlen(text)));
}

void game_event_topics(struct hash32 topics[GAME_EVENT_KINDS])
{
	for (int i = 0; i < GAME_EVENT_KINDS; i++)
		topics[i] = hash_of_text(signatures[i]);
}

struct hash32 game_created_topic(void)
{
	return hash_of_text("DisputeGameCreated(address,uint32,bytes32)");
}

bool game_created_decode(const struct hash32 *topics, size_t topic_count, struct address *game,
			 struct hash32 *root)
{
	struct hash32 created = game_created_topic();
	bool bad = false;

	if (topic_count != 4 || !hash32_eq(&topics[0], &created))
		return false;
	*game = word_address(&topics[1], &bad);
	*root = topics[3];
	return !bad;
}

static struct claim take_claim(struct words *w)
{
	struct claim c;

	c.parent = take_bytes32(w);
	c.list_hash = take_bytes32(w);
	c.context = take_bytes32(w);
	c.start = take_number(w, UINT64_MAX);
	c.depth = (uint8_t)take_number(w, UINT8_MAX);
	c.index = (uint8_t)take_number(w, UINT8_MAX);
	return c;
}

/* Whoever knows a claim's hash knows the claim: it must be this one. */
static bool decode_claim_made(struct game_event *e, const struct hash32 *topics, struct words *w)
{
	struct hash32 hash, list_hash;

	e->hash = topics[1];
	e->who = word_address(&topics[3], &w->bad);
	e->claim = take_claim(w);
	e->deadline = take_number(w, UINT64_MAX);
	e->left = take_number(w, UINT64_MAX);
	for (unsigned i = 0; i < CLAIM_STATES; i++)
		e->list.states[i] = take_bytes32(w);
	hash = claim_hash(&e->claim);
	list_hash = claim_list_hash(&e->list);
	return hash32_eq(&hash, &e->hash) && hash32_eq(&list_hash, &e->claim.list_hash) &&
	       hash32_eq(&topics[2], &e->claim.parent);
}

static bool decode_fields(struct game_event *e, const struct hash32 *topics, struct words *w)
{
	e->hash = topics[1];
	switch (e->kind) {
	case GAME_EVENT_CLAIM_MADE:
		return decode_claim_made(e, topics, w);
	case GAME_EVENT_TRACE_BEGUN:
		e->trace.agreed = take_bytes32(w);
		e->trace.claimed = take_bytes32(w);
		e->trace.block = take_number(w, UINT64_MAX);
		break;
	case GAME_EVENT_STEP_COMMITTED:
		break;
	case GAME_EVENT_CLAIM_FELL:
		e->who = word_address(&topics[2], &w->bad);
		e->index = (uint8_t)take_number(w, CLAIM_K);
		e->right_state = take_bytes32(w);
		break;
	case GAME_EVENT_CLAIM_RESOLVED:
		e->who = word_address(&topics[2], &w->bad);
		e->stands = take_number(w, 1) == 1;
		e->amount = take_u256(w);
		break;
	case GAME_EVENT_RESOLVED:
		e->status = (enum game_status)word_number(&topics[1], GAME_DEFENDER_WINS, &w->bad);
		break;
	case GAME_EVENT_CREDIT_CLAIMED:
		e->who = word_address(&topics[1], &w->bad);
		e->amount = take_u256(w);
		break;
	case GAME_EVENT_KINDS:
		break;
	}
	return true;
}

bool game_event_decode(struct game_event *event, const struct hash32 *topics, size_t topic_count,
		       struct bytes data)
{
	struct hash32 known[GAME_EVENT_KINDS];
	struct words words = words_of(data);
	int kind = 0;

	*event = (struct game_event){ .kind = GAME_EVENT_KINDS };
	if (topic_count == 0)
		return true;
	game_event_topics(known);
	while (kind < GAME_EVENT_KINDS && !hash32_eq(&known[kind], &topics[0]))
		kind++;
	event->kind = (enum game_event_kind)kind;
	if (event->kind == GAME_EVENT_KINDS)
		return true;
	return topic_count == topic_counts[kind] && decode_fields(event, topics, &words) &&
	       words_are_good(&words);
}
