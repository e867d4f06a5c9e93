/* l1_store: the tables of l1_transactions.  Rows in, rows out; what they mean
 * is l1_transactions.c's.  A database that fails stops the process (store/database.h). */
#ifndef GAVEL_NET_L1_STORE_H
#define GAVEL_NET_L1_STORE_H

#include "net/l1_pricing.h"
#include "net/l1_transactions.h"

/* What becomes of a transaction that is being replaced by a self-transfer. */
enum l1_cancelling {
	L1_NOT_CANCELLING,
	L1_CANCELLING, /* the owner wants it gone: L1_TX_CANCELLED */
	L1_FAILING,    /* it can't be mined: L1_TX_FAILED */
};

struct l1_row {
	int64_t id;
	enum l1_transaction_status status;
	enum l1_cancelling cancelling;
	const char *purpose;
	bool is_creation; /* no `to` */
	struct address to;
	struct u256 value;
	uint64_t gas_limit; /* given by the owner; 0: estimated */
	bool has_nonce;
	uint64_t nonce;
	uint64_t block_number; /* MINED */
	struct hash32 block_hash;
};

struct l1_attempt {
	int64_t id;
	uint64_t nonce;
	struct hash32 hash;
	struct l1_price price;
	uint64_t gas_limit;
	bool is_cancellation;
	uint64_t created_ms;   /* since 1970 */
	uint64_t next_send_ms; /* 0: never sent */
	unsigned failures;     /* sends without a clear answer, in a row */
	unsigned refusals;     /* clear refusals, in a row */
};

/* What was found on L1. */
struct l1_mined {
	uint64_t block_number;
	struct hash32 block_hash;
	struct hash32 hash;
	uint64_t gas_used;
	struct u256 gas_price;
};

bool l1_store_open(struct database *db, uint64_t chain_id, const struct address *from,
		   char error[L1_TRANSACTIONS_ERROR_SIZE]);

/* 0: none. */
int64_t l1_store_find(struct database *db, const char *purpose_key);
/* `is_internal`: no event is made of it.  Within a database transaction. */
int64_t l1_store_insert(struct database *db, const struct l1_work *work, bool is_internal);

/* The call data of a transaction, the bytes of an attempt: large, so they are
 * not part of the rows. */
struct bytes l1_store_data(struct database *db, struct arena *a, int64_t id);
struct bytes l1_store_raw(struct database *db, struct arena *a, int64_t attempt_id);

/* False: none. */
bool l1_store_row(struct database *db, struct arena *a, struct l1_row *out, int64_t id);
/* Those with a status between `from` and `to`, by nonce, then id; the first
 * `limit` of them. */
#define L1_ALL_ROWS ((size_t)1 << 20)
struct l1_row *l1_store_rows(struct database *db, struct arena *a, size_t *count,
			     enum l1_transaction_status from, enum l1_transaction_status to,
			     size_t limit);
/* The one that has (or had, when it was finished) `nonce`; false: none. */
bool l1_store_row_of_nonce(struct database *db, struct arena *a, struct l1_row *out,
			   uint64_t nonce);
unsigned l1_store_count(struct database *db, enum l1_transaction_status from,
			enum l1_transaction_status to);
/* One past the highest nonce in use; 0: none is. */
uint64_t l1_store_next_nonce(struct database *db);

/* Of a transaction's present nonce, newest first. */
struct l1_attempt *l1_store_attempts(struct database *db, struct arena *a, size_t *count,
				     int64_t id, uint64_t nonce);

/* Within a database transaction. */
void l1_store_add_attempt(struct database *db, int64_t id, const struct l1_attempt *attempt,
			  struct bytes raw);
void l1_store_set_sent(struct database *db, const struct l1_attempt *attempt);
/* No attempt, whatever became of it, is made after `now` or due after `latest`.
 * True: one was. */
bool l1_store_bound_times(struct database *db, uint64_t now, uint64_t latest);
void l1_store_assign_nonce(struct database *db, int64_t id, uint64_t nonce);
/* Back to the queue, for a new nonce. */
void l1_store_requeue(struct database *db, int64_t id, const char *reason);
void l1_store_set_status(struct database *db, int64_t id, enum l1_transaction_status status);
void l1_store_set_mined(struct database *db, int64_t id, const struct l1_mined *mined);
/* Makes it news. */
void l1_store_finish(struct database *db, int64_t id, enum l1_transaction_status status,
		     const char *reason);
void l1_store_set_cancelling(struct database *db, int64_t id, enum l1_cancelling cancelling);
void l1_store_set_reason(struct database *db, int64_t id, const char *reason);

bool l1_store_state(struct database *db, struct l1_transaction_state *out, int64_t id);
/* QUEUED or SENT, the one with the lowest nonce first; 0: none. */
int64_t l1_store_oldest(struct database *db);
/* The oldest news; 0: none. */
int64_t l1_store_next_event(struct database *db);
void l1_store_acknowledge(struct database *db, int64_t id);

#endif
