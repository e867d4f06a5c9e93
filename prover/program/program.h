/* program: the fault-proof program (DESIGN.md section 6).  Block N follows from
 * the agreed output root of block N - 1 and the inbox up to the horizon, and
 * has the claimed output root: true or not?
 *
 * These files are compiled twice, as the core is: into the machine's image
 * (prover/guest/) and natively, where a host runs them to learn what the
 * machine will ask for, and to know the verdict without it. */
#ifndef GAVEL_PROVER_PROGRAM_PROGRAM_H
#define GAVEL_PROVER_PROGRAM_PROGRAM_H

#include "prover/program/oracle.h"
#include "rollup/block.h"

enum program_verdict {
	PROGRAM_VALID,         /* the claim is right */
	PROGRAM_OUTPUT_WRONG,  /* block N has another output root */
	PROGRAM_NUMBER_WRONG,  /* the agreed block is not N - 1 */
	PROGRAM_NO_BLOCK,      /* the inbox ends before block N */
	PROGRAM_GENESIS_WRONG, /* the agreed block 0 is not this chain's */
	PROGRAM_NO_VERDICT,    /* the oracle lacks something, or it lied; or not an Osaka chain */
};

/* What the machine's HALT says: 0 valid, 1 invalid, 2 no verdict. */
uint8_t program_exit_code(enum program_verdict verdict);

struct program_report {
	enum program_verdict verdict;
	uint64_t number;       /* N, as far as it was read */
	struct hash32 claimed; /* output root */
	/* VALID and OUTPUT_WRONG: block N, in the arena; else zero. */
	struct block block;
};

/* Everything is allocated from `a`, and the decoded payload from `cache`.  The
 * oracle outlives the report. */
void program_run(struct arena *a, const struct arena_source *cache, const struct oracle *oracle,
		 struct program_report *report);

#endif
