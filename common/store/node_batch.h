/* node_batch: the nodes of many blocks that one database transaction stores, so
 * that they go into the index at once.  A reader of that connection finds them
 * only once they are flushed. */
#ifndef GAVEL_STORE_NODE_BATCH_H
#define GAVEL_STORE_NODE_BATCH_H

#include "store/node_pack.h"

struct node_recent;

struct node_batch {
	struct node_recent *recent; /* is told of packs; NULL: nobody asks it */
	struct packed_node *nodes;
	size_t count, capacity;
	uint8_t **written; /* where the nodes of each block lie */
	size_t blocks, block_capacity;
	size_t memory;
};

/* A batch begins as zeros, but for `recent`, which it keeps.  What was not flushed is
 * forgotten. */
void node_batch_free(struct node_batch *batch);

/* Adds what a block after those before has written.  The nodes point into
 * `written`, malloc'ed, which is the batch's now and takes `size` bytes.  Flushes
 * when it holds much. */
void node_batch_add(struct node_batch *batch, struct database *db, const struct packed_node *nodes,
		    size_t count, uint8_t *written, size_t size);

/* Stores them, and the batch is empty. */
void node_batch_flush(struct node_batch *batch, struct database *db);

#endif
