/* anchor: moves the anchor that games start from to the newest claim that won.
 *
 * Nobody has to, but an anchor that stays behind makes games longer, until none can
 * be made.  So that it pays, it is moved only when it gains enough.  Belongs to one
 * thread. */
#ifndef GAVEL_NET_ANCHOR_H
#define GAVEL_NET_ANCHOR_H

#include "net/l1_transactions.h"

struct anchor_config {
	struct l1_client *client;
	struct l1_transactions *l1; /* outlives it */
	struct address factory;
	uint64_t interval; /* blocks that a move gains at least, or a quarter of what a game may
			    * span; 0: it is never moved */
};

struct anchor;

struct anchor *anchor_new(const struct anchor_config *config);
void anchor_free(struct anchor *a);

/* Whether it is time to look: once a minute of L1's time.  Then each game that was
 * resolved for a claim that we agree with is to be offered, and anchor_move() sends
 * at most one transaction, for the newest that the registry holds valid. */
bool anchor_begin(struct anchor *a, uint64_t l1_time);
void anchor_offer(struct anchor *a, const struct address *game, uint64_t block);
void anchor_move(struct anchor *a);

/* Whether a transaction's purpose key is one of ours. */
bool anchor_is_purpose(const char *purpose_key);

#endif
