/* truth_native: the truth from a verifier's databases, by the proof program,
 * natively and in the machine.
 *
 * Traces that were asked for last are kept with the machine at some of their
 * steps, so that what is asked next, between two of those, is a short run.  What
 * the program reads is in files.  What is kept in memory is bounded: where it is too
 * much, traces are left with fewer steps, which costs time, and then are forgotten; so
 * they are when their files are too large, but for the last one's.
 *
 * What can't be bounded so is a machine that runs, and the program that runs natively
 * to collect what it reads: each takes what the block makes it take, 180 MiB at most
 * (tests/prover/dispute_memory.c has the worst blocks), for which room is made. */
#ifndef GAVEL_PROVER_DISPUTE_TRUTH_NATIVE_H
#define GAVEL_PROVER_DISPUTE_TRUTH_NATIVE_H

#include <stdatomic.h>

#include "prover/dispute/truth.h"
#include "rollup/native/config_file.h"
#include "store/database.h"

struct truth_native;

struct truth_native_options {
	size_t memory;           /* bytes for machines and what is kept of them; 0: 256 MiB */
	size_t disk;             /* bytes for what the programs read; 0: 4 GiB */
	const atomic_bool *stop; /* set, whatever is asked comes to an end; or NULL */
};

/* What it did so far. */
struct truth_native_counts {
	uint64_t traces; /* begun: the program ran natively */
	uint64_t lists;  /* of states, computed */
	uint64_t steps;  /* of the machine */
};

/* Opens chain.db and inbox.db in `data`, for reading, beside their writer; both
 * have to exist.  `config` outlives it. */
bool truth_native_open(struct truth_native **out, const char *data,
		       const struct rollup_config *config,
		       const struct truth_native_options *options, char error[DATABASE_ERROR_SIZE]);
void truth_native_close(struct truth_native *t);

struct truth_native_counts truth_native_counts(const struct truth_native *t);

/* Whether inbox.db has other entries than these: it, or who says so, is of an L1 that
 * is no more. */
bool truth_native_differs(struct truth_native *t, uint64_t horizon, const struct hash32 *link);

/* Valid as long as `t`.  Its states begin with image_hash(). */
struct truth truth_native(struct truth_native *t);

#endif
