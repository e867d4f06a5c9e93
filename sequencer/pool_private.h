/* pool_private: how the pool keeps its transactions; for pool_*.c only.
 *
 * An account holds its transactions in the order of their nonces.  Those from
 * the account's nonce on without a gap, each affordable by itself, are its
 * *run*: executable.  A new one is let in when it is affordable beside them
 * (pool_funds.c); what comes later may change that, and execution judges.  Those
 * of the run before the first one whose max fee is below the base fee are
 * *payable*.  The pool counts both as they change.
 *
 * Accounts with transactions are in a heap by what their last transaction is
 * worth: the root's is the first to go when the pool is full.  Only a last
 * transaction ever goes, so eviction makes no gaps.  What waits for a nonce,
 * for funds or for a lower base fee, or stands behind such a one, goes before
 * all that is payable, whatever it promises to pay.
 *
 * Accounts are as the state at the pool's head has them, each one that is known:
 * every block says what it has changed (pool_head.c).  So nothing is ever read
 * again before somebody is judged by it.
 *
 * Everything in here is called with the pool locked. */
#ifndef GAVEL_SEQUENCER_POOL_PRIVATE_H
#define GAVEL_SEQUENCER_POOL_PRIVATE_H

#include <pthread.h>

#include "sequencer/pool.h"

struct pool_account;

/* What pool_prepare() makes: it lies in its own arena, with everything it
 * points to.  Fields from `account` on belong to the pool's lock. */
struct pool_entry {
	struct pool_transaction shared; /* first: converted by pool_entry_of() */
	struct u256 cost;               /* gas limit * max fee + value */
	bool cost_overflows;            /* 2^256: more than anybody has */
	uint64_t key;                   /* of the hash, in the index */
	struct pool_account *account;   /* NULL: not in the pool */
	uint64_t sequence;              /* order of arrival */
	struct pool_entry *next_of_hash;
	struct pool_entry *older, *newer; /* all in order of `arrived` */
};

static inline struct pool_entry *pool_entry_of(struct pool_transaction *transaction)
{
	return (struct pool_entry *)transaction;
}

/* What a transaction is worth to us; the least is evicted first. */
struct pool_rank {
	bool is_payable; /* with all of its account's: it will be executed */
	struct u256 tip; /* wei per gas, at the pool's base fee; 0 if below it */
	struct u256 max_fee;
	uint64_t sequence; /* the later one is worth less */
};

#define POOL_NOT_IN_HEAP SIZE_MAX

/* A sum of costs.  What was added can be taken off again, however many were there:
 * 2^64 costs fit. */
struct pool_sum {
	struct u256 low;
	uint64_t high; /* times 2^256 */
};

static inline void pool_sum_add(struct pool_sum *sum, const struct u256 *cost)
{
	sum->high += u256_add_overflow(&sum->low, &sum->low, cost);
}

/* `cost` is a part of it. */
static inline void pool_sum_subtract(struct pool_sum *sum, const struct u256 *cost)
{
	sum->high -= u256_sub_underflow(&sum->low, &sum->low, cost);
}

struct pool_account {
	struct address address;
	uint64_t key;
	struct pool_account *next_of_address;
	uint64_t nonce;
	struct u256 balance;

	struct pool_entry **list; /* by nonce, strictly rising */
	size_t count, capacity;
	size_t executable;                    /* the first so many: the run */
	size_t payable;                       /* the first so many of them */
	struct pool_sum run_total;            /* of the costs in the run */
	struct u256 run_cost;                 /* at least each cost in the run */
	struct u256 run_fee;                  /* at most each max fee in the run */
	struct pool_rank rank;                /* of the last one */
	size_t heap_index;                    /* POOL_NOT_IN_HEAP: it has no transactions */
	struct pool_account *colder, *warmer; /* among those without transactions */
};

/* Accounts without transactions that are remembered all the same: the next
 * transaction of theirs needs no look into the state. */
#define POOL_IDLE_ACCOUNTS 4096

struct pool_candidate;

struct pool {
	struct pool_limits limits;
	struct block_context rules; /* for tx_check_static() */
	uint64_t seeds[2];          /* of the hash tables: strangers choose the keys */

	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool is_woken;
	bool is_waited_for;

	struct pool_head head;
	struct u256 base_fee; /* of the last pool_select() */
	uint64_t sequence;

	struct pool_entry **by_hash;
	struct pool_account **by_address;
	size_t mask; /* of both */
	struct pool_entry *oldest, *newest;
	struct pool_account *coldest, *warmest;
	size_t idle_accounts;

	struct pool_account **heap;
	size_t heap_count, heap_capacity;
	bool heap_is_stale; /* the base fee has changed since */

	size_t count, bytes, executable, payable;
	uint64_t payable_gas;

	struct pool_candidate *candidates; /* of pool_select() */
	size_t candidate_capacity;

	void (*dropped)(void *context, struct pool_transaction *transaction);
	void *dropped_context;
};

/* pool_index.c: finding by hash and address, and the two lists. */
void pool_index_init(struct pool *pool);
void pool_index_free(struct pool *pool);
uint64_t pool_hash_key(const struct pool *pool, const struct hash32 *hash);
struct pool_entry *pool_index_find(const struct pool *pool, const struct hash32 *hash);
void pool_index_insert(struct pool *pool, struct pool_entry *entry);
void pool_index_remove(struct pool *pool, struct pool_entry *entry);
/* As if it had come at `now` (seconds), but for its turn. */
void pool_index_renew(struct pool *pool, struct pool_entry *entry, uint64_t now);
struct pool_account *pool_account_find(const struct pool *pool, const struct address *address);
struct pool_account *pool_account_new(struct pool *pool, const struct address *address);
/* When the last transaction is gone, and when the first one comes. */
void pool_account_idle(struct pool *pool, struct pool_account *account);
void pool_account_busy(struct pool *pool, struct pool_account *account);
void pool_account_free_idle(struct pool *pool);

/* pool_account.c: one account's list and run.  Afterwards, pool_account_settle(). */

/* Where `nonce` is, or would be. */
size_t pool_account_position(const struct pool_account *account, uint64_t nonce);
bool pool_account_has(const struct pool_account *account, size_t position, uint64_t nonce);
/* The pool gets a reference to the entry, which is new to it. */
void pool_account_insert(struct pool *pool, struct pool_account *account, size_t position,
			 struct pool_entry *entry);
/* The caller gets the pool's references. */
struct pool_entry *pool_account_take(struct pool *pool, struct pool_account *account,
				     size_t position);
struct pool_entry *pool_account_swap(struct pool *pool, struct pool_account *account,
				     size_t position, struct pool_entry *entry);
/* What the state says now.  Transactions below the nonce leave by `gone`. */
void pool_account_set_state(struct pool *pool, struct pool_account *account, uint64_t nonce,
			    const struct u256 *balance,
			    void (*gone)(void *context, struct pool_transaction *transaction),
			    void *context);
/* Takes over the pool's base fee. */
void pool_account_set_base_fee(struct pool *pool, struct pool_account *account);
/* Brings the run, the heap and the lists up to date. */
void pool_account_settle(struct pool *pool, struct pool_account *account);

/* pool_funds.c: whether the account can pay for one more at `position`, or for one
 * instead of that there; if not, `error` says why in geth's words. */
bool pool_funds_suffice(const struct pool_account *account, size_t position,
			const struct pool_entry *entry, char error[POOL_ERROR_SIZE]);

/* pool_rank.c: the heap. */
void pool_heap_update(struct pool *pool, struct pool_account *account);
void pool_heap_remove(struct pool *pool, struct pool_account *account);
/* The account whose last transaction is worth least; NULL: there is none. */
struct pool_account *pool_heap_least(struct pool *pool);

/* pool.c */
void pool_gone(struct pool *pool, struct pool_entry *entry,
	       void (*gone)(void *context, struct pool_transaction *transaction), void *context);
void *pool_allocate(void *old, size_t count, size_t size);

/* max fee - base fee, but the priority fee at most; 0 when below the base fee. */
static inline struct u256 pool_tip(const struct transaction *tx, const struct u256 *base_fee)
{
	struct u256 above;

	if (u256_sub_underflow(&above, &tx->max_fee_per_gas, base_fee))
		return U256_ZERO;
	return u256_lt(&above, &tx->max_priority_fee_per_gas) ? above
							      : tx->max_priority_fee_per_gas;
}

#endif
