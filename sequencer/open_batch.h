/* open_batch: how much of a payload the blocks that will share the next inbox
 * entry take, so that the batch is closed before it is too large: a block names
 * its entry in its header, so it can't be moved to another one afterwards. */
#ifndef GAVEL_SEQUENCER_OPEN_BATCH_H
#define GAVEL_SEQUENCER_OPEN_BATCH_H

#include "store/chain_reader.h"

struct open_batch {
	uint64_t entry;
	uint64_t first_block; /* of the entry; meaningful when blocks > 0 */
	size_t blocks;
	uint64_t messages;
	uint64_t opened_ms;  /* CLOCK_MONOTONIC */
	size_t size_bound;   /* bytes that the payload has at most */
	size_t column_bound; /* the same before DEFLATE */
	size_t size_floor;   /* about what can't be compressed, see the floors below */
};

/* Nothing in it yet. */
void open_batch_start(struct open_batch *batch, uint64_t entry);

/* Bytes that a transaction adds at most. */
size_t open_batch_transaction_bound(const struct transaction *tx);
/* Bytes of it that nothing compresses: its signatures, and its recipient if
 * that is a new one. */
size_t open_batch_transaction_floor(const struct transaction *tx);
/* What the next block's transactions may add (sum of their bounds). */
size_t open_batch_room(const struct open_batch *batch);
/* The same where nothing is in it: what is larger can't be posted. */
size_t open_batch_most_room(void);
/* Messages that may still join the entry. */
uint64_t open_batch_message_room(const struct open_batch *batch);

/* A block was appended whose transactions' bounds sum to `bound`. */
void open_batch_add(struct open_batch *batch, uint64_t number, size_t bound, uint64_t messages,
		    uint64_t now_ms);

/* Compresses what is there, so that the bound of the size is close to it; that
 * of the columns is summed up anew (after a restart).  False: it is too large,
 * or a block is missing; the bounds are as before. */
bool open_batch_measure(struct open_batch *batch, struct chain_reader *reader,
			const struct chain_config *config);

/* The payload of blocks first to last, which share an entry; in `a`.  The
 * smaller one of two levels' results.  False: too large, or a block is
 * missing.  `raw_bytes` and `transactions` (may be NULL) are its transactions
 * as they would be posted one by one. */
bool open_batch_payload(struct arena *a, struct chain_reader *reader,
			const struct chain_config *config, uint64_t first, uint64_t last, bool best,
			struct bytes *payload, size_t *raw_bytes, size_t *transactions);

#endif
