/* events: what a dispute game writes into L1's logs, every length and range
 * checked. */
#ifndef GAVEL_PROVER_DISPUTE_EVENTS_H
#define GAVEL_PROVER_DISPUTE_EVENTS_H

#include "prover/dispute/claim.h"

enum game_event_kind {
	GAME_EVENT_CLAIM_MADE,
	GAME_EVENT_TRACE_BEGUN,
	GAME_EVENT_STEP_COMMITTED,
	GAME_EVENT_CLAIM_FELL,
	GAME_EVENT_CLAIM_RESOLVED,
	GAME_EVENT_RESOLVED,
	GAME_EVENT_CREDIT_CLAIMED,
	GAME_EVENT_KINDS, /* also: a log of another kind */
};

/* As in the contract. */
enum game_status {
	GAME_IN_PROGRESS,
	GAME_CHALLENGER_WINS,
	GAME_DEFENDER_WINS,
};

struct game_event {
	enum game_event_kind kind;
	/* CLAIM_MADE, CLAIM_FELL, CLAIM_RESOLVED: the claim's; TRACE_BEGUN: the
	 * context; STEP_COMMITTED: the commitment. */
	struct hash32 hash;
	/* Claimant, stepper, or recipient. */
	struct address who;
	struct claim claim; /* CLAIM_MADE, and the next three */
	struct claim_list list;
	uint64_t deadline, left;
	struct claim_trace trace; /* TRACE_BEGUN, but for the horizon */
	uint8_t index;            /* CLAIM_FELL */
	struct hash32 right_state;
	bool stands;             /* CLAIM_RESOLVED */
	struct u256 amount;      /* CLAIM_RESOLVED, CREDIT_CLAIMED; wei */
	enum game_status status; /* RESOLVED */
};

/* The first topics, by kind. */
void game_event_topics(struct hash32 topics[GAME_EVENT_KINDS]);

/* Of the factory: DisputeGameCreated(game, type, root claim). */
struct hash32 game_created_topic(void);
bool game_created_decode(const struct hash32 *topics, size_t topic_count, struct address *game,
			 struct hash32 *root);

/* False: a log of one of the kinds, malformed; or a claim whose hash or list hash
 * is not what its parts have. */
bool game_event_decode(struct game_event *event, const struct hash32 *topics, size_t topic_count,
		       struct bytes data);

#endif
