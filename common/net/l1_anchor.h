/* l1_anchor: the block that dispute games start from, as far as it is final on L1:
 * the AnchorStateRegistry's.  Games may be about all that comes after it, so states
 * from there on have to be kept.  Belongs to one thread. */
#ifndef GAVEL_NET_L1_ANCHOR_H
#define GAVEL_NET_L1_ANCHOR_H

#include "net/l1_client.h"

struct l1_anchor {
	struct address factory; /* zero: there are no games, and no anchor */
	struct address registry;
	bool has_registry;
	uint64_t looked_at; /* L1 time, seconds */
};

/* Once a minute of L1's time, `now`, the anchor's block after L1 block `finalized`.
 * False: it isn't time, or L1 does not say (the contracts may be younger). */
bool l1_anchor_look(struct l1_anchor *anchor, struct l1_client *client, uint64_t now,
		    uint64_t finalized, uint64_t *block);

#endif
