/* node_pack: the nodes of the newest blocks, a block's together: sorted by key,
 * cut into rows of about a page.  Writing a block so dirties few pages, one
 * behind the other.  Every now and then node_store.c merges all packs into its
 * table, where neighbours in the trie are neighbours on disk: each page of it
 * is then touched once for many blocks.
 *
 * All packs are of later blocks than everything in the table. */
#ifndef GAVEL_STORE_NODE_PACK_H
#define GAVEL_STORE_NODE_PACK_H

#include "base/arena.h"
#include "store/database.h"

/* `first` is the first key of the row's nodes, and empty in a pack's first row.
 * `nodes`: for each its key's length (1 byte) and key, the length (4, big-endian)
 * and bytes of its RLP, which is empty where nothing stands any more. */
#define NODE_PACK_SQL                                                                              \
	"CREATE TABLE node_pack(number INTEGER NOT NULL, first BLOB NOT NULL,"                     \
	"  nodes BLOB NOT NULL, PRIMARY KEY(number, first)) WITHOUT ROWID;"

struct packed_node {
	struct bytes key;
	struct bytes rlp;
	uint64_t number; /* of its block */
	size_t order;    /* in which they were written */
	uint64_t front;  /* the key's first bytes: node_pack_sort() sets it */
};

/* Sorts by key, then number; of those with both equal the last in `order` alone is
 * kept.  How many are left. */
size_t node_pack_sort(struct packed_node *nodes, size_t count);

/* Stores a block's nodes.  They are sorted, and of equal keys the last counts. */
void node_pack_write(struct database *db, uint64_t number, struct packed_node *nodes, size_t count);

/* The newest version of the node at `key` in packs up to block `number`, in `a`.
 * False: no pack has one. */
bool node_pack_find(struct database *db, struct arena *a, uint64_t number, struct bytes key,
		    struct bytes *rlp);

/* All nodes of all packs, in the order of blocks and keys, in `a`. */
struct packed_node *node_pack_all(struct database *db, struct arena *a, size_t *count);

/* Block and number of rows: the oldest pack's, and of all.  False: there is no
 * pack. */
bool node_pack_oldest(struct database *db, uint64_t *number);
size_t node_pack_rows(struct database *db);

void node_pack_delete(struct database *db, uint64_t number);
void node_pack_delete_all(struct database *db);

#endif
