/* attention: what is remembered about a game between two looks at it, and what is
 * said of it in the log, each thing once. */
#ifndef GAVEL_PROVER_ATTENTION_H
#define GAVEL_PROVER_ATTENTION_H

#include "prover/dispute/play.h"
#include "prover/games.h"

/* A game entry's `owner`. */
struct attention {
	enum game_judgement said; /* the verdict on the root claim that is logged */
	bool is_settled;     /* what is judged stays: the game is deep, and our inbox is its own */
	bool not_yet;        /* the root claim could not be judged yet */
	bool was_resolved;   /* how it ended is logged */
	bool has_more;       /* the last look left something to do */
	bool has_moves;      /* and found moves */
	size_t resume;       /* play_moves' */
	uint64_t looked_at;  /* L1 block */
	uint64_t idle_until; /* L1 time at which something may become due */
	size_t not_known;    /* claims that can't be judged */
	size_t too_late;     /* wrong ones that nobody has answered in time */
};

struct attention *attention_to(struct game_entry *e);

/* On the root claim.  `is_played`: attention_troubles() follows, with all claims. */
void attention_verdict(struct game_entry *e, const struct truth *truth, bool is_played);
void attention_troubles(struct game_entry *e, const struct play_moves *next);
/* How it ended; what is lost by that goes into `db`'s losses.  `self`: whose bonds
 * matter; or NULL. */
void attention_end(struct game_entry *e, const struct address *self, struct database *db);

#endif
