/* judge: compares a claim with the truth.  Private to play. */
#ifndef GAVEL_PROVER_DISPUTE_JUDGE_H
#define GAVEL_PROVER_DISPUTE_JUDGE_H

#include "prover/dispute/game.h"
#include "prover/dispute/truth.h"

/* A truth that is being asked, and what it said when it did not know. */
struct judge {
	struct game *game;
	const struct truth *truth;
	const char *reason; /* valid until the next question */
};

/* The right state at `block`, which is one of a list's positions: behind the
 * game's block all are as there. */
enum truth_err judge_output(struct judge *j, uint64_t block, struct hash32 *right);
/* The right list for a place: blocks from `start` on at a depth of output roots. */
enum truth_err judge_outputs(struct judge *j, uint64_t start, unsigned depth,
			     struct claim_list *right);
/* Machine states from `first_step` on at a depth of such. */
enum truth_err judge_states(struct judge *j, const struct claim_trace *trace, uint64_t first_step,
			    unsigned depth, struct claim_list *right);

/* Sets the claim's judgement, unless it is set.  TRUTH_OK: it is. */
enum truth_err judge_claim(struct judge *j, size_t claim);

#endif
