/* node_store: trie nodes by place and block: the node that stands at a path
 * after block N is the newest version written at or before N.  So old states
 * stay readable until they are pruned, and a rollback only deletes versions.
 *
 * Keys are ordered by owner and path, so neighbours in a trie are neighbours
 * on disk.  What was written by a block is listed in its journal, which is all
 * that rollback and pruning need. */
#ifndef GAVEL_STORE_NODE_STORE_H
#define GAVEL_STORE_NODE_STORE_H

#include "evm/state_trie.h"
#include "store/database.h"

/* Part of the chain's schema. */
#define NODE_STORE_SQL                                                                             \
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
	uint8_t *journal; /* malloc'ed: a length byte and the key, for each key written */
	size_t journal_len;
	size_t journal_capacity;
};
void node_writer_begin(struct node_writer *writer, struct database *db, uint64_t number);
/* Valid as long as `writer`. */
struct state_sink node_writer_sink(struct node_writer *writer);
/* Stores the journal; the writer is empty afterwards. */
void node_writer_end(struct node_writer *writer);
/* Forgets it: for a block that is not kept (its database transaction is
 * rolled back by the caller). */
void node_writer_abandon(struct node_writer *writer);

/* Deletes what block `number`, the newest one, wrote. */
void node_store_undo(struct database *db, uint64_t number);

/* Deletes the versions that block `number` replaced, so that no state before
 * it can be read any more. */
void node_store_prune(struct database *db, uint64_t number);

#endif
