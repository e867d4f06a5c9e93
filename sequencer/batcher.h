/* batcher: the thread that posts sealed batches to the inbox, each once. */
#ifndef GAVEL_SEQUENCER_BATCHER_H
#define GAVEL_SEQUENCER_BATCHER_H

#include "sequencer/sequencer.h"

struct batcher;

/* Opens l1.db, loads the key, and checks what can be checked without L1. */
bool batcher_open(struct batcher **out, struct sequencer *s, char error[DATABASE_ERROR_SIZE]);
/* Entries that were handed to L1 by an earlier run. */
uint64_t batcher_posted_entries(struct batcher *batcher);
/* Checks chain id, contract code and that the inbox takes batches from our
 * key, then starts the thread. */
bool batcher_start(struct batcher *batcher, char error[DATABASE_ERROR_SIZE]);
void batcher_stop(struct batcher *batcher);
void batcher_close(struct batcher *batcher);

#endif
