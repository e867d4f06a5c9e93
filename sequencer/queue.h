/* queue: the inbox's messages that the chain has not consumed, for the builder. */
#ifndef GAVEL_SEQUENCER_QUEUE_H
#define GAVEL_SEQUENCER_QUEUE_H

#include "store/inbox.h"

/* How far the chain is: `next` messages, the last of which has this link. */
struct queue_place {
	uint64_t next;
	struct hash32 link;
};

/* Whether messages wait.  When L1 has reorganised, and the queue is not the one
 * that the chain has consumed until now, chain_reconcile() must come first: a
 * block with messages of another queue, or with a link of it, would look like
 * L1's and not be. */
bool queue_waits(struct inbox *inbox, const struct queue_place *place);

/* At most `room` of them, in `a`; all of one moment of the inbox, whatever L1's
 * watcher does meanwhile.  Returns how many. */
size_t queue_read(struct inbox *inbox, struct arena *a, const struct queue_place *place,
		  uint64_t room, struct message **out);

#endif
