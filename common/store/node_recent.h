/* node_recent: which places packs wrote that are not in the index yet (node_store.h), as
 * the connection that writes them remembers it, so that it need not search them all for
 * each node that is old.  A Bloom filter: it may say yes where there is nothing. */
#ifndef GAVEL_STORE_NODE_RECENT_H
#define GAVEL_STORE_NODE_RECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "store/node_pack.h"

struct node_recent {
	uint64_t first; /* whatever packs of blocks from here on wrote was added */
	uint64_t *bits; /* malloc'ed; NULL: out of memory, and everything may be there */
};

/* Nothing was added, and no pack of block `first` or later has been written. */
void node_recent_init(struct node_recent *recent, uint64_t first);
void node_recent_free(struct node_recent *recent);
/* Forgets everything; packs before `first` are not asked about any more. */
void node_recent_reset(struct node_recent *recent, uint64_t first);

/* Before a pack of these nodes can be asked about. */
void node_recent_add(struct node_recent *recent, const struct packed_node *nodes, size_t count);

/* False: no pack of block `first` or later has that key.  Always true where that is not
 * known: `recent` is NULL, or remembers later blocks only. */
bool node_recent_may_have(const struct node_recent *recent, uint64_t first, struct bytes key);

#endif
