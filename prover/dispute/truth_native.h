/* truth_native: the truth from a verifier's databases, by the proof program,
 * natively and in the machine.
 *
 * Traces that were asked for last are kept with the machine at some of their
 * steps, so that what is asked next, between two of those, is a short run.  What
 * all that takes is bounded: the trace that was not asked for longest goes first. */
#ifndef GAVEL_PROVER_DISPUTE_TRUTH_NATIVE_H
#define GAVEL_PROVER_DISPUTE_TRUTH_NATIVE_H

#include "prover/dispute/truth.h"
#include "rollup/native/config_file.h"
#include "store/database.h"

struct truth_native;

struct truth_native_options {
	size_t memory; /* bytes for preimages and machines; 0: 384 MiB */
};

/* Opens chain.db and inbox.db in `data`, for reading, beside their writer; both
 * have to exist.  `config` outlives it. */
bool truth_native_open(struct truth_native **out, const char *data,
		       const struct rollup_config *config,
		       const struct truth_native_options *options, char error[DATABASE_ERROR_SIZE]);
void truth_native_close(struct truth_native *t);

/* Valid as long as `t`.  Its states begin with image_hash(). */
struct truth truth_native(struct truth_native *t);

#endif
