/* l1_manager: the inside of l1_transactions, by its parts:
 *   l1_transactions.c  the owner's calls, and the order of a round
 *   l1_follow.c        what L1 says became of the nonces
 *   l1_dispatch.c      signing, sending, bumping */
#ifndef GAVEL_NET_L1_MANAGER_H
#define GAVEL_NET_L1_MANAGER_H

#include "net/l1_store.h"

struct l1_transactions {
	struct l1_transactions_config config;
	struct l1_price_limits limits;
	struct database *db;
	struct l1_client *client;
	struct arena arena; /* of a round */
	/* Of a round: */
	uint64_t head;   /* L1's latest block number */
	uint64_t nonce;  /* of our key, in the latest block */
	uint64_t now_ms; /* since 1970 */
	/* Since when L1 lacks a nonce below our lowest open one; 0: it doesn't. */
	uint64_t gap_since_ms;
};

/* Looks at the open transactions whose nonce L1 has used, or that were mined:
 * settles those that are deep, puts back those that were dropped. */
enum l1_err l1_follow(struct l1_transactions *manager);

/* Sends what L1 lacks below our lowest open nonce (a reorg has undone what we
 * held for final), so that the others are not stuck behind it. */
enum l1_err l1_follow_gap(struct l1_transactions *manager);

/* The call that a row asks for, in the manager's arena. */
struct l1_message l1_message_of_row(struct l1_transactions *manager, const struct l1_row *row);

/* Gives nonces to queued transactions, signs and stores them. */
enum l1_err l1_dispatch_queued(struct l1_transactions *manager);

/* Sends, sends again, and bumps what is due. */
enum l1_err l1_dispatch_due(struct l1_transactions *manager);

#endif
