/* node_store: trie nodes by place and block: the node that stands at a path
 * after block N is the newest version written at or before N.  So old states
 * stay readable until they are pruned, and a rollback only deletes versions.
 *
 * Keys are ordered by owner and path, so neighbours in a trie are neighbours
 * on disk.  What was written by a block is listed in its journal, which is all
 * that rollback and pruning need.
 *
 * The newest blocks' nodes lie in packs (node_pack.h) until they are merged into
 * that order: every 16 blocks, or sooner when they are large. */
#ifndef GAVEL_STORE_NODE_STORE_H
#define GAVEL_STORE_NODE_STORE_H

#include "evm/state_trie.h"
#include "store/node_batch.h"

/* Part of the chain's schema. */
#define NODE_STORE_SQL                                                                             \
	NODE_PACK_SQL                                                                              \
	"CREATE TABLE node(key BLOB NOT NULL, number INTEGER NOT NULL, rlp BLOB NOT NULL,"         \
	"  PRIMARY KEY(key, number)) WITHOUT ROWID;"                                               \
	"CREATE TABLE node_journal(number INTEGER PRIMARY KEY, keys BLOB NOT NULL);"               \
	"CREATE TABLE code(hash BLOB PRIMARY KEY, code BLOB NOT NULL) WITHOUT ROWID;"

/* Reading: the state after block `number`. */
struct node_view {
	struct database *db;
	uint64_t number;
};
/* Valid as long as `view`. */
struct state_store node_store_reader(struct node_view *view);

/* Writing the nodes of one block, within a database transaction. */
struct node_writer {
	struct database *db;
	uint64_t number;
	struct node_batch *batch; /* where the nodes go at the end; NULL: into a pack */
	uint8_t *journal; /* malloc'ed: keys and nodes as they were written, see node_store.c */
	size_t journal_len;
	size_t journal_capacity;
	size_t count; /* of nodes in it */
};
void node_writer_begin(struct node_writer *writer, struct database *db, uint64_t number);
/* Valid as long as `writer`. */
struct state_sink node_writer_sink(struct node_writer *writer);
/* Stores them as a pack or in the batch; the writer is empty afterwards. */
void node_writer_end(struct node_writer *writer);
/* Forgets it: for a block that is not kept (its database transaction is
 * rolled back by the caller). */
void node_writer_abandon(struct node_writer *writer);

/* Stores a block's nodes as a pack, and merges packs when it is time to. */
void node_store_add_pack(struct database *db, uint64_t number, struct packed_node *nodes,
			 size_t count);
/* Moves all packs into the table, within a database transaction. */
void node_store_merge(struct database *db);
/* Puts nodes of blocks after all that are stored into the table; they come in the
 * order of their blocks, and are sorted. */
void node_store_insert(struct database *db, struct packed_node *nodes, size_t count);

/* Deletes what block `number`, the newest one, wrote. */
void node_store_undo(struct database *db, uint64_t number);

/* Deletes the versions that block `number` replaced, so that no state before
 * it can be read any more. */
void node_store_prune(struct database *db, uint64_t number);

#endif
