/* l1_transactions: gets the L1 transactions of one key mined, each purpose
 * once, whatever L1, the network and kill -9 do meanwhile.
 *
 * What it promises:
 * - a transaction is in the database, with its nonce, signed bytes and hash,
 *   before it is first sent; so is every later attempt (fee bump);
 * - nonces are consecutive, several transactions may be in flight;
 * - nothing is signed with a second nonce unless it is certain that none of
 *   its attempts can be mined any more (the nonce was used by another
 *   transaction, that deep);
 * - an L1 reorg that drops a transaction has it sent again, the same bytes
 *   first;
 * - `purpose_key` is unique: submitting the same work twice is one transaction.
 *
 * One key, one database, one manager: the database is locked for the other.
 * A manager belongs to one thread, which calls l1_transactions_tick() every few
 * hundred ms.  A database that fails stops the process (store/database.h). */
#ifndef GAVEL_NET_L1_TRANSACTIONS_H
#define GAVEL_NET_L1_TRANSACTIONS_H

#include "net/l1_client.h"
#include "store/database.h"

struct l1_transactions;

enum l1_transaction_status {
	L1_TX_QUEUED,    /* accepted; no nonce yet */
	L1_TX_SENT,      /* signed and stored; sent, or about to be */
	L1_TX_MINED,     /* in a block, not deep enough yet */
	L1_TX_CONFIRMED, /* success, at the configured depth: final for us */
	L1_TX_REVERTED,  /* mined and failed, at the configured depth */
	L1_TX_CANCELLED, /* never mined and never will be */
	L1_TX_FAILED,    /* could not be sent: gas estimation says that it reverts, or
			  * L1 refuses it for good; the nonce (if any) went to a
			  * self-transfer.  See the reason */
};

const char *l1_transaction_status_text(enum l1_transaction_status status);

struct l1_transactions_config {
	struct database *db;      /* of this thread, for writing; tables l1_* are made in it */
	struct l1_client *client; /* this thread's */
	uint64_t chain_id;        /* of L1 */
	struct address from;      /* the key's address */
	/* Signs `hash`.  False: the signer is unavailable; tried again later. */
	bool (*sign)(void *context, const struct hash32 *hash, struct hash32 *r, struct hash32 *s,
		     uint8_t *y_parity);
	void *sign_context;
	const char *area; /* for the log: "batcher" */
	/* Milliseconds since 1970, which may go back and jump ahead; NULL: the system's. */
	uint64_t (*clock_ms)(void);

	struct u256 max_fee_ceiling;      /* wei per gas; never exceeded */
	struct u256 max_priority_ceiling; /* wei per gas; zero: max_fee_ceiling */
	struct u256 min_priority_fee;     /* wei per gas; may be zero */
	/* 0 takes the default of each. */
	unsigned confirmations;      /* a mined transaction is deep enough with so many
				      * blocks, its own included; default 3 */
	unsigned bump_after_ms;      /* without being mined; default 60000 */
	unsigned resend_after_ms;    /* the same bytes, when not bumped; default 15000 */
	unsigned max_in_flight;      /* sent or mined, not yet deep; default 8 */
	unsigned gas_margin_percent; /* on top of an estimate; default 20 */
};

/* A `sign` for a key at hand: `key` is a struct signer_key. */
bool l1_sign_with_key(void *key, const struct hash32 *hash, struct hash32 *r, struct hash32 *s,
		      uint8_t *y_parity);

/* Opens the tables, takes up what an earlier run left.  Sends nothing.  False:
 * `error` says why (tables of another version, another key's or L1 chain's). */
#define L1_TRANSACTIONS_ERROR_SIZE 320
bool l1_transactions_open(struct l1_transactions **out, const struct l1_transactions_config *config,
			  char error[L1_TRANSACTIONS_ERROR_SIZE]);
/* Everything is in the database already.  Does not close `db`. */
void l1_transactions_close(struct l1_transactions *manager);

struct l1_work {
	const char *purpose;     /* for people: "batch 17" */
	const char *purpose_key; /* unique: "batch/17/0x12ab..." */
	bool is_creation;        /* no `to`: `data` is a contract's init code */
	struct address to;
	struct u256 value;
	struct bytes data;
	uint64_t gas_limit; /* 0: estimated */
};

/* Durable when it returns: the id, always positive.  A known purpose_key gives
 * the id of the earlier one, and `*known` (may be NULL) true; nothing is
 * changed then. */
int64_t l1_transactions_submit(struct l1_transactions *manager, const struct l1_work *work,
			       bool *known);

/* Not wanted any more.  Queued work is CANCELLED at once; sent work is replaced
 * by an empty self-transfer with the same nonce, and what gets mined decides:
 * CANCELLED, or CONFIRMED/REVERTED when it was too late.  False: no such
 * transaction, or it is finished already. */
bool l1_transactions_cancel(struct l1_transactions *manager, int64_t id);

/* L1 does not have it any more, as the owner knows from elsewhere: what is
 * CONFIRMED is looked for again, and sent again when it isn't there. */
void l1_transactions_recheck(struct l1_transactions *manager, int64_t id);

struct l1_transaction_state {
	int64_t id;
	enum l1_transaction_status status;
	bool is_cancelling;
	bool has_nonce;
	uint64_t nonce;
	unsigned attempts;
	/* Of the attempt that was mined (MINED and later), else of the newest. */
	struct hash32 hash;
	uint64_t block_number; /* MINED and later */
	struct hash32 block_hash;
	uint64_t gas_used;
	struct u256 effective_gas_price;
	char purpose_key[128];
	char reason[L1_ERROR_TEXT_SIZE]; /* REVERTED, FAILED, or what hinders it now; "" */
};

/* False: no such transaction; `*out` is untouched. */
bool l1_transactions_get(struct l1_transactions *manager, struct l1_transaction_state *out,
			 int64_t id);
bool l1_transactions_find(struct l1_transactions *manager, struct l1_transaction_state *out,
			  const char *purpose_key);

/* How the reasons for these two begin; all others are L1's words. */
#define L1_REASON_FUNDS   "insufficient funds"
#define L1_REASON_CEILING "the fee ceiling is reached"
/* The oldest that is not mined, whose `reason` says what hinders it, and so those behind
 * it; "": nothing.  False: all are. */
bool l1_transactions_oldest(struct l1_transactions *manager, struct l1_transaction_state *out);

/* How many are QUEUED, SENT or MINED. */
unsigned l1_transactions_open_count(struct l1_transactions *manager);

/* One round: looks at L1, notices what was mined or dropped, signs, sends,
 * bumps.  Blocks for the client's retry budget at most, when L1 is ill. */
enum l1_err l1_transactions_tick(struct l1_transactions *manager);

/* Final news (CONFIRMED, REVERTED, CANCELLED, FAILED) that the owner has not
 * acknowledged yet, oldest first: false when there are none.  They survive a
 * restart until acknowledged, so that none is lost. */
bool l1_transactions_next_event(struct l1_transactions *manager, struct l1_transaction_state *out);
void l1_transactions_acknowledge(struct l1_transactions *manager, int64_t id);

#endif
