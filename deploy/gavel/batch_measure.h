/* batch_measure: what transactions cost as data on L1: in our payloads, and as
 * raw encodings under the compressors that others use. */
#ifndef GAVEL_DEPLOY_BATCH_MEASURE_H
#define GAVEL_DEPLOY_BATCH_MEASURE_H

#include "base/arena.h"
#include "eth/transaction.h"

/* A block for every so many transactions, one a second. */
#define BATCH_MEASURE_BLOCK 200

struct batch_sizes {
	size_t transactions;
	size_t raw_bytes;     /* of the encodings, one after the other */
	size_t payloads;      /* of at most PAYLOAD_MAX_BYTES each */
	size_t payload_bytes; /* of all payloads */
	size_t zlib_bytes;    /* all encodings in one stream, level 9 */
	size_t brotli_bytes;  /* the same, quality 11, the largest window */
};

/* Measures `count` transactions in their order; those with a chain id are all
 * of `chain_id`.  False when a transaction alone does not fit a payload, and
 * `*misfit` is then its index, or when a compressor ran out of memory
 * (*misfit = count). */
bool batch_measure(struct arena *scratch, const struct transaction *transactions, size_t count,
		   uint64_t chain_id, struct batch_sizes *sizes, size_t *misfit);

#endif
