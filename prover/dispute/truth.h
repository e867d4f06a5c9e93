/* truth: what is right, as far as a player needs to know. */
#ifndef GAVEL_PROVER_DISPUTE_TRUTH_H
#define GAVEL_PROVER_DISPUTE_TRUTH_H

#include "base/arena.h"
#include "prover/dispute/claim.h"
#include "prover/vm/machine.h"

enum truth_err {
	TRUTH_OK,
	TRUTH_NOT_YET, /* the databases are behind: ask again */
	TRUTH_UNKNOWN, /* what it would rest on is not there (pruned, or never right) */
};

/* What L1's oracle needs before it can execute a step. */
enum truth_need {
	TRUTH_NEEDS_NOTHING,
	TRUTH_NEEDS_LOCAL,      /* `local` */
	TRUTH_NEEDS_KECCAK,     /* `preimage` */
	TRUTH_NEEDS_PRECOMPILE, /* `preimage` is address 20 | gas 8 | input */
};

struct truth_step {
	uint8_t witness[MACHINE_WITNESS_MAX];
	size_t witness_len;
	struct hash32 before, after; /* state hashes */
	enum truth_need need;
	struct hash32 key;     /* of what it reads, as the machine has it */
	uint64_t offset;       /* where it reads */
	unsigned local;        /* enum machine_local */
	struct bytes preimage; /* in the arena */
};

/* One that answers.  All of it may take long (a block's execution, and some
 * seconds of the machine), and is asked from one thread.
 *
 * What is right depends on the inbox's entries, which a horizon and a link name
 * (claim.h): where the databases have others, or come from others, it is NOT_YET. */
struct truth {
	void *context;
	/* Why the last call did not say TRUTH_OK. */
	const char *(*reason)(void *context);
	/* Of block `block` as derived from the inbox's first `horizon` entries;
	 * claim_absent if they end before. */
	enum truth_err (*output)(void *context, uint64_t horizon, const struct hash32 *link,
				 uint64_t block, struct hash32 *root);
	/* The trace's states at first, first + spacing, ... first + 32 * spacing.
	 * Behind its end all are as its last.  UNKNOWN where `agreed` is not the
	 * output root of the block before. */
	enum truth_err (*states)(void *context, const struct claim_trace *trace, uint64_t first,
				 uint64_t spacing, struct claim_list *states);
	/* The instruction that leads from state `step` to the next. */
	enum truth_err (*step)(void *context, const struct claim_trace *trace, uint64_t step,
			       struct arena *a, struct truth_step *out);
};

#endif
