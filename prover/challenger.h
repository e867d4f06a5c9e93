/* challenger: the thread that watches the claims on L1, says which are right, and
 * plays against those that are not.
 *
 * What is right it knows from its own verifier's databases alone.  With --watch it
 * never sends anything. */
#ifndef GAVEL_PROVER_CHALLENGER_H
#define GAVEL_PROVER_CHALLENGER_H

#include <jansson.h>

#include "prover/verifier.h"

struct challenger;

/* Opens dispute.db and loads the key.  `verifier` outlives it, and is told which
 * states games need.  `*out` NULL: rollup.json names no factory,
 * and --watch is given. */
bool challenger_open(struct challenger **out, const struct rollup_config *config,
		     const struct options *options, struct verifier *verifier,
		     char error[DATABASE_ERROR_SIZE]);
/* Looks at the factory, checks the funds, starts the thread.  Opens the verifier's
 * databases, which have to exist by now.  NULL is fine for all that follow. */
bool challenger_start(struct challenger *c, char error[DATABASE_ERROR_SIZE]);
void challenger_stop(struct challenger *c);
void challenger_close(struct challenger *c);

/* From any thread: new references. */
json_t *challenger_games(struct challenger *c);
/* With its claims and moves; NULL: there is none that goes on. */
json_t *challenger_game(struct challenger *c, const struct address *game);

struct challenger_status {
	uint64_t games;     /* that go on */
	uint64_t disputed;  /* of those: the root claim is wrong, or not known to be right */
	uint64_t not_known; /* claims in them that can't be judged */
	uint64_t too_late;  /* wrong ones that nobody has answered in time */
	uint64_t broken;    /* games that can't be followed */
	bool no_funds;      /* a move waits for them */
	uint64_t lost;      /* losses.h: that nobody has seen */
	uint64_t l1_block;  /* up to which all games were looked at last; 0: never yet */
	uint64_t age;       /* seconds since any was looked at, or the start */
};
struct challenger_status challenger_status(struct challenger *c);

#endif
