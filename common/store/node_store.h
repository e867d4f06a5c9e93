/* node_store: trie nodes by place and block: the node that stands at a path
 * after block N is the newest version written at or before N.  So old states
 * stay readable until they are pruned, and a rollback only deletes versions.
 *
 * What a block wrote lies in its pack (node_pack.h), which is all that rollback
 * and pruning need.  An index says for each place which blocks wrote it; it is
 * small beside the nodes, and blocks come into it sixteen at once, or sooner when
 * they are large, so that a page of it is touched once for many.  Packs that are
 * not in it yet are searched one by one. */
#ifndef GAVEL_STORE_NODE_STORE_H
#define GAVEL_STORE_NODE_STORE_H

#include "evm/state_trie.h"
#include "store/node_batch.h"
#include "store/node_recent.h"

/* Part of the chain's schema.  node_unindexed: the first block whose pack is not
 * in the index, and how many nodes are not, about. */
#define NODE_STORE_SQL                                                                             \
	NODE_PACK_SQL                                                                              \
	"CREATE TABLE node_version(key BLOB NOT NULL, number INTEGER NOT NULL,"                    \
	"  PRIMARY KEY(key, number)) WITHOUT ROWID;"                                               \
	"CREATE TABLE node_unindexed(id INTEGER PRIMARY KEY CHECK (id = 0),"                       \
	"  first INTEGER NOT NULL, nodes INTEGER NOT NULL);"                                       \
	"INSERT INTO node_unindexed VALUES (0, 0, 0);"                                             \
	"CREATE TABLE code(hash BLOB PRIMARY KEY, code BLOB NOT NULL) WITHOUT ROWID;"

/* Reading: the state after block `number`. */
struct node_view {
	struct database *db;
	uint64_t number;
	const struct node_recent *recent; /* of the one who writes; NULL: another connection's */
};
/* Valid as long as `view`. */
struct state_store node_store_reader(struct node_view *view);

/* Writing the nodes of one block, within a database transaction. */
struct node_writer {
	struct database *db;
	uint64_t number;
	struct node_recent *recent; /* is told of packs; NULL: nobody asks it */
	struct node_batch *batch;   /* where the nodes go at the end; NULL: into a pack */
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

/* Takes packs into the index when it is time to: `count` nodes were stored since
 * the last call, in packs up to block `number`, the newest one. */
void node_store_index_if_due(struct database *db, struct node_recent *recent, uint64_t number,
			     size_t count);
/* Takes all packs into the index, within a database transaction.  `recent` (or NULL)
 * begins anew behind them. */
void node_store_index(struct database *db, struct node_recent *recent);

/* Deletes what block `number`, the newest one, wrote. */
void node_store_undo(struct database *db, uint64_t number);

/* Deletes the versions that block `number` replaced, so that no state before
 * it can be read any more. */
void node_store_prune(struct database *db, uint64_t number);

#endif
