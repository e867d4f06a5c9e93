/* builder: the thread that owns the chain: it seals blocks by time or when they
 * are full, decides where a batch ends, and follows what L1 says. */
#ifndef GAVEL_SEQUENCER_BUILDER_H
#define GAVEL_SEQUENCER_BUILDER_H

#include "sequencer/sequencer.h"

struct builder;

/* Opens chain.db (writing genesis when new) and inbox.db for reading.  The
 * thread is not started.  False too when --batch-age does not suit the chain. */
bool builder_open(struct builder **out, struct sequencer *s, char error[DATABASE_ERROR_SIZE]);
void builder_start(struct builder *builder);
/* Finishes the block at hand, if any, and ends the thread. */
void builder_stop(struct builder *builder);
void builder_close(struct builder *builder);

/* From the watcher: the inbox has changed. */
void builder_inbox_changed(struct builder *builder);

/* From the batcher: entry `index` can't be posted as it is (overdue messages,
 * rules of time): blocks that are not safe are taken apart, and their
 * transactions ordered anew. */
void builder_request_reset(struct builder *builder, const char *why);

/* Entries [.., sealed) have all their blocks; the batcher may post them. */
uint64_t builder_sealed_entries(struct builder *builder);
/* Changes whenever blocks were rolled back: payloads made before are stale. */
uint64_t builder_generation(struct builder *builder);

#endif
