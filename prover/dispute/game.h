/* game: one dispute, as its events tell.  Rebuilt from the first event after a
 * restart or an L1 reorg: there is nothing else to be kept.
 *
 * A game belongs to one thread.  It takes about 1.5 KB for each claim, each of
 * which cost somebody a bond.  Out of memory: the process aborts. */
#ifndef GAVEL_PROVER_DISPUTE_GAME_H
#define GAVEL_PROVER_DISPUTE_GAME_H

#include "prover/dispute/events.h"

#define GAME_NONE SIZE_MAX

/* What our truth says about a claim; play.h makes it, once for each. */
enum game_judgement {
	GAME_UNJUDGED,
	GAME_AGREE,          /* all states are right */
	GAME_DISAGREE,       /* the first is right, and another is not */
	GAME_POISONED_START, /* the first is not right: needs no answer */
};

struct game_claim {
	struct claim claim;
	struct hash32 hash;
	struct address claimant;
	uint64_t deadline; /* L1 time, seconds: answers come before, resolution from then on */
	uint64_t left;     /* seconds */
	struct claim_list list;
	size_t parent;      /* index in the game; GAME_NONE for the root claim */
	size_t first_child; /* its attackers, newest first; or GAME_NONE */
	size_t next_sibling;
	size_t trace;        /* of machine states: index in the game's traces; else GAME_NONE */
	uint64_t first_step; /* of machine states: the step of state 0 */

	bool fell; /* by a step */
	struct address fell_by;
	uint8_t fell_index;
	uint64_t fell_in; /* L1 block */
	bool resolved;
	bool stands; /* meaningful when resolved */

	enum game_judgement judgement;
	bool wrong_agreed;         /* POISONED_START: a trace from a wrong output root */
	uint8_t wrong_index;       /* DISAGREE: the first wrong state */
	struct hash32 right_state; /* what it, or the start, should be */
	bool has_answer;           /* `answer` is computed */
	struct hash32 answer;      /* the hash of the claim that answers it rightly */
	bool has_witness;          /* DISAGREE at the bottom: `witness` is computed */
	struct hash32 witness;     /* keccak256 of the step's */
};

struct game_trace {
	struct hash32 context;
	struct claim_trace what;
};

struct game_commitment {
	struct hash32 hash;
	uint64_t block; /* of L1 */
};

/* Anybody can commit to anything for the gas: more than that are not kept. */
#define GAME_COMMITMENTS_MAX ((size_t)1 << 16)

/* What was credited and not claimed. */
struct game_credit {
	struct address who;
	struct u256 amount; /* wei */
};

struct game {
	struct game_rules rules;
	struct game_claim *claims; /* in the order of events: a parent comes before */
	size_t claim_count, claim_room;
	size_t *table; /* by hash */
	size_t table_room;
	struct game_trace *traces;
	size_t trace_count, trace_room;
	struct game_commitment *commitments;
	size_t commitment_count, commitment_room;
	struct game_credit *credits;
	size_t credit_count, credit_room;
	enum game_status status;
	uint64_t applied_block, applied_log; /* the newest event applied */
	bool has_applied;
};

/* A game without events.  False: the rules are none. */
bool game_init(struct game *g, const struct game_rules *rules);
void game_free(struct game *g);

/* Why an event is refused.  The game is then as before. */
enum game_err {
	GAME_OK,
	GAME_OUT_OF_ORDER,   /* not behind the event applied last */
	GAME_MALFORMED,      /* game_event_decode() refused it */
	GAME_NOT_THE_ROOT,   /* the first claim is not what the rules say */
	GAME_UNKNOWN_CLAIM,  /* about a claim that was not made, or answering none */
	GAME_CLAIM_TWICE,    /* made already */
	GAME_MISPLACED,      /* depth, start, index or context don't follow from its parent */
	GAME_WRONG_LIST,     /* starts or ends as no attack may */
	GAME_UNKNOWN_TRACE,  /* about a context that no TRACE_BEGUN explained */
	GAME_WRONG_CONTEXT,  /* which isn't the hash of what it says */
	GAME_RESOLVED_TWICE, /* a claim, or the game */
	GAME_WRONG_AMOUNT,   /* credits pass 2^256, or more is claimed than was credited */
};
const char *game_err_text(enum game_err err);

/* The next log of the game's address, in order.  A log of another kind: GAME_OK,
 * and nothing changes. */
enum game_err game_apply(struct game *g, const struct hash32 *topics, size_t topic_count,
			 struct bytes data, uint64_t block, uint64_t log_index);

/* All that play.h has found out about the claims: it will be asked again. */
void game_forget_judgements(struct game *g);

/* GAME_NONE: there is no such claim. */
size_t game_find(const struct game *g, const struct hash32 *hash);
/* The L1 block of a commitment, or 0. */
uint64_t game_committed_in(const struct game *g, const struct hash32 *commitment);
struct u256 game_credit_of(const struct game *g, const struct address *who);
/* Bonds that `who` has in unresolved claims. */
struct u256 game_bonds_of(const struct game *g, const struct address *who);
bool game_has_claim_of(const struct game *g, const struct address *who);

#endif
