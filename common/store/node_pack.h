/* node_pack: the nodes that blocks wrote, a block's together: sorted by key and
 * cut into rows.  Writing a block so dirties few pages, one behind the other, and
 * a node is written once.  node_store.c says which block's pack has a node. */
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

/* The order of keys: below, equal to or above 0. */
int node_pack_compare_keys(struct bytes a, struct bytes b);

/* Sorts by key, then number; of those with both equal the last in `order` alone is
 * kept.  How many are left. */
size_t node_pack_sort(struct packed_node *nodes, size_t count);

/* Stores a block's nodes.  They are sorted, and of equal keys the last counts. */
void node_pack_write(struct database *db, uint64_t number, struct packed_node *nodes, size_t count);

/* The newest version of the node at `key` in the packs of blocks `first` to
 * `last`, looking into each of them, in `a`.  False: no pack has one. */
bool node_pack_find(struct database *db, struct arena *a, uint64_t first, uint64_t last,
		    struct bytes key, struct bytes *rlp);

/* All nodes of the packs of blocks `first` to `last`, in the order of blocks and
 * keys, in `a`. */
struct packed_node *node_pack_read(struct database *db, struct arena *a, uint64_t first,
				   uint64_t last, size_t *count);

/* Takes the `count` versions out of their packs.  They come in the order of blocks
 * and keys; nothing else of them is looked at.  Not of packs that node_pack_find()
 * is asked to search. */
void node_pack_remove(struct database *db, const struct packed_node *versions, size_t count);

void node_pack_delete(struct database *db, uint64_t number);

#endif
