/* answer: the right move against a wrong claim.  Private to play. */
#ifndef GAVEL_PROVER_DISPUTE_ANSWER_H
#define GAVEL_PROVER_DISPUTE_ANSWER_H

#include "prover/dispute/judge.h"
#include "prover/dispute/play.h"

/* One play_next(). */
struct round {
	struct judge judge;
	struct arena *arena;
	struct play_moves *out;
	const struct player *who;
	struct play_move *moves;
	size_t room;
	bool *stepping; /* by claim: a step against it is to be made */
};

/* Copies the move, all but its id, which it gets here. */
void round_add(struct round *r, const struct play_move *move);

/* Adds what is to be done now against a claim judged wrong, if anything. */
enum truth_err answer_claim(struct round *r, size_t claim);

/* Whether the right answer has been given. */
bool answer_is_given(const struct game *g, size_t claim);

#endif
