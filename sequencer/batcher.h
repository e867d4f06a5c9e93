/* batcher: the thread that posts sealed batches to the inbox, each once. */
#ifndef GAVEL_SEQUENCER_BATCHER_H
#define GAVEL_SEQUENCER_BATCHER_H

#include "sequencer/sequencer.h"

struct batcher;

/* Opens l1.db, loads the key, and checks what can be checked without L1. */
bool batcher_open(struct batcher **out, struct sequencer *s, char error[DATABASE_ERROR_SIZE]);
/* Checks chain id, contract code and that the inbox takes batches from our
 * key, then starts the thread. */
bool batcher_start(struct batcher *batcher, char error[DATABASE_ERROR_SIZE]);
/* What is known of the batch for an entry. */
struct batch_info {
	uint64_t entry;
	uint64_t first_block, last_block;
	struct hash32 last_hash; /* of the last block */
	uint64_t transactions;
	uint64_t raw_bytes;                /* of the transactions */
	uint64_t payload_bytes;            /* posted */
	struct hash32 l1_transaction_hash; /* of the newest attempt, or the mined one */
	uint64_t l1_block;                 /* 0: not mined yet */
	uint64_t l1_gas;
	bool is_confirmed;
};
/* From any thread.  False: no batch of ours has that index. */
bool batcher_find(struct batcher *batcher, uint64_t entry, struct batch_info *info);
void batcher_stop(struct batcher *batcher);
void batcher_close(struct batcher *batcher);

#endif
