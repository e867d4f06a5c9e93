/* play: what to do in a dispute: pure logic over what L1 says (a game) and what
 * is right (a truth).
 *
 * Who plays by it wins: no claim of his falls, and every wrong claim whose first
 * state is right does.  It needs no memory of what was done before: the game's
 * events tell.  Whoever sends the moves keeps those that are on their way, and
 * knows them by `id`. */
#ifndef GAVEL_PROVER_DISPUTE_PLAY_H
#define GAVEL_PROVER_DISPUTE_PLAY_H

#include "prover/dispute/game.h"
#include "prover/dispute/truth.h"

/* A claim may take a minute to judge.  Asked between claims, whether the others are to
 * wait for another time. */
struct patience {
	bool (*is_over)(void *context); /* NULL: never */
	void *context;
};

/* Seconds behind the last clock of a game. */
#define PLAY_ABANDONED_AFTER ((uint64_t)86400)

struct player {
	struct address self; /* who sends the moves */
	uint64_t now;        /* L1 time, seconds: of the newest block */
	uint64_t block;      /* L1 number of the newest block */
	/* Steps are committed to in advance, so that nobody takes their reward, if
	 * the claim's deadline is more seconds away than this. */
	uint64_t commit_margin;
	/* Resolve also where nothing of ours is at stake.  What is abandoned always is:
	 * as long as a game is not resolved, states are kept for it. */
	bool resolves_all;
	struct patience patience; /* the most urgent claims come first ... */
	size_t resume;            /* ... but for this one and those behind it: `resume` of the
				   * last time.  0: none */
};

enum play_kind {
	PLAY_ATTACK,
	PLAY_ATTACK_ABSENCE,
	PLAY_COMMIT_STEP,
	PLAY_LOAD, /* what the step that follows in the list reads */
	PLAY_STEP,
	PLAY_RESOLVE_CLAIMS,
	PLAY_RESOLVE,
	PLAY_CLAIM_CREDIT,
};
const char *play_kind_text(enum play_kind kind);

/* One L1 transaction.  Those of one list may be sent at once, in its order (by
 * nonce), with their own gas limits: a step cannot be simulated before its load
 * is mined. */
struct play_move {
	enum play_kind kind;
	struct hash32 id; /* the same move has the same, whenever it is found */
	struct address to;
	struct bytes calldata; /* in the arena */
	struct u256 value;     /* wei: the bond */
	uint64_t gas;          /* a limit that suffices */
	uint64_t deadline;     /* L1 time before which it is to be mined; UINT64_MAX: none */
	size_t claim;          /* the claim in the game that it is about */
	unsigned index;        /* the state in it */
};

struct play_moves {
	const struct play_move *moves; /* in the arena; the most urgent answers first */
	size_t count;
	/* Claims that could not be judged, or answered: everything else is played.
	 * `reason` is of the first of them, in the arena; NULL: none. */
	size_t not_yet, unknown;
	const char *reason;
	size_t too_late; /* wrong claims that nobody has answered in time */
	size_t waiting;  /* claims that patience ended before */
	size_t resume;   /* for the next time: 0, or the first of these and 1 */
};

/* All that is to be done now.  Judges claims, which is remembered in the game. */
void play_next(struct arena *a, struct play_moves *out, struct game *g, const struct truth *truth,
	       const struct player *who);

/* What we think of a claim. */
struct play_verdict {
	enum game_judgement judgement; /* UNJUDGED: the truth does not know (yet), or NULL */
	unsigned wrong_index;          /* DISAGREE */
	bool not_yet;                  /* UNJUDGED: it will know */
	bool answered;                 /* DISAGREE: rightly, or by a step */
	char reason[320];              /* in words */
};
/* `truth` NULL: only what was judged before. */
void play_verdict(struct game *g, size_t claim, const struct truth *truth,
		  struct play_verdict *out);

#endif
