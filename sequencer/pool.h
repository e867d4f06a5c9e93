/* pool: transactions that wait for a block.  Per account in nonce order, with
 * replacement, limits and expiry.  Everything here is thread-safe: RPC threads
 * add, the builder selects and reports blocks.
 *
 * The pool is memory; pool_store.h keeps it on disk. */
#ifndef GAVEL_SEQUENCER_POOL_H
#define GAVEL_SEQUENCER_POOL_H

#include "evm/execute.h"
#include "eth/transaction.h"
#include "rollup/chain_config.h"

struct pool;

struct pool_limits {                  /* 0 takes the default of each */
	size_t max_transactions;      /* default 100,000 */
	size_t max_bytes;             /* of raw transactions; default 256 MiB */
	size_t max_per_account;       /* default 2,048; nonces further ahead are refused too */
	size_t max_transaction_bytes; /* default 100,000: it must fit a batch */
	uint64_t lifetime;            /* seconds, of what no block can take; default 3 hours */
	unsigned replacement_percent; /* default 10, on both fees */
	struct u256 min_priority_fee; /* wei per gas; default 0 */
};

/* A pooled transaction.  Shared: each holder has a reference. */
struct pool_transaction {
	struct transaction tx; /* with sender and hash; pointers into `raw` and `arena` */
	struct bytes raw;
	uint64_t id;      /* of its row in the pool's database; 0: none yet */
	uint64_t arrived; /* seconds, CLOCK_MONOTONIC; anew when it could be taken and was not */
	/* A client has its hash since long (it comes back from a dropped block, or
	 * from disk): set before pool_add(), which then refuses it for its nonce
	 * only.  What it lacks may come back, too, and a tip that was enough when it
	 * was accepted still is.  Like any other it counts among what its account has
	 * to pay for. */
	bool was_accepted;
	/* private */
	struct arena arena;
	int references; /* atomic */
};

struct pool *pool_new(const struct pool_limits *limits, const struct chain_config *config);
void pool_free(struct pool *pool);

/* `dropped` is called, with the pool locked, for each transaction that leaves
 * outside of pool_new_head() and pool_remove() and is not `*replaced`: pushed
 * out by the limits, or found too old by pool_set_account().  Set before other
 * threads use the pool. */
void pool_on_drop(struct pool *pool,
		  void (*dropped)(void *context, struct pool_transaction *transaction),
		  void *context);

/* Decodes, checks what can be checked without state, and recovers the sender:
 * the expensive part, done outside of any lock.  NULL: refused, `error` is
 * geth's text ("rlp: ...", "transaction type not supported", "invalid sender",
 * "intrinsic gas too low: ..., "exceeds block gas limit", "oversized data").
 * The caller has the one reference. */
#define POOL_ERROR_SIZE 512 /* four numbers below 2^256 fit */
struct pool_transaction *pool_prepare(struct pool *pool, struct bytes raw,
				      char error[POOL_ERROR_SIZE]);
void pool_release(struct pool *pool, struct pool_transaction *transaction);

enum pool_result {
	POOL_ADDED,
	POOL_REPLACED,     /* another one with its nonce; *replaced is that */
	POOL_KNOWN,        /* "already known" */
	POOL_NEED_ACCOUNT, /* the pool doesn't know the sender: read the account as of
			    * pool_head(), pool_set_account(), and add again */
	POOL_REFUSED,      /* `error` in geth's words: "nonce too low: ...", "replacement
			    * transaction underpriced", "insufficient funds for gas * price +
			    * value: ..." (also beside what is executable of the account),
			    * "txpool is full", ... */
};

/* The pool takes a reference of its own on ADDED and REPLACED.  `*replaced`
 * (a reference that the caller gets, to remove it from disk) is NULL otherwise. */
enum pool_result pool_add(struct pool *pool, struct pool_transaction *transaction,
			  struct pool_transaction **replaced, char error[POOL_ERROR_SIZE]);

/* The state that the pool's accounts are as of, all of them: that after block
 * `number`, which may be another one after a rollback, but not in the same `turn`. */
struct pool_head {
	uint64_t number;
	uint64_t turn;
};
struct pool_head pool_head(struct pool *pool);
/* What the state at `head` says of an account; ignored unless that still is
 * pool_head(). */
void pool_set_account(struct pool *pool, struct pool_head head, const struct address *address,
		      uint64_t nonce, const struct u256 *balance);

/* What a block has made of an account. */
struct pool_change {
	struct address address;
	uint64_t nonce;
	struct u256 balance;
};

/* After a block was appended, or the chain rolled back to it: the pool's
 * accounts become what they are now, and what has become invalid, by the block's
 * own transactions or by somebody else's, or too old leaves.  `gone` is called
 * for each transaction that left, with the pool locked. */
struct pool_block {
	uint64_t number;
	/* Every account with another nonce or balance than before, known to the pool or not. */
	const struct pool_change *changes;
	size_t change_count;
	/* After a rollback or foreign blocks: instead of `changes`, the account of
	 * each sender is read by `account`, with the pool locked. */
	bool everything;
	void (*account)(void *context, const struct address *address, uint64_t *nonce,
			struct u256 *balance);
	void (*gone)(void *context, struct pool_transaction *transaction);
	void *context;
};
void pool_new_head(struct pool *pool, const struct pool_block *block);

/* Executable transactions in the order in which a block should try them: by
 * effective tip, then arrival, nonces of an account in sequence; those whose
 * max fee is below `base_fee` are left out with all behind them.  Fills up to
 * `max` and returns how many; each is a reference to release. */
size_t pool_select(struct pool *pool, const struct u256 *base_fee, struct pool_transaction **out,
		   size_t max);
/* The builder found it invalid for good (TX_NONCE_TOO_LOW and the like).  When the
 * block has made it so, pool_new_head() will tell. */
void pool_remove(struct pool *pool, struct pool_transaction *transaction);

/* Waits until there is something executable, a block's worth (`gas`) or
 * `timeout_ms` passed; true when there is something. */
bool pool_wait(struct pool *pool, unsigned timeout_ms);
void pool_wake(struct pool *pool); /* ends a wait */
/* Gas limits of all executable transactions; at most what was counted. */
uint64_t pool_executable_gas(struct pool *pool);

/* For RPC. */
struct pool_transaction *pool_find(struct pool *pool,
				   const struct hash32 *hash); /* a reference or NULL */
/* The nonce behind the account's executable transactions; false: it has none in
 * the pool, use the state's. */
bool pool_next_nonce(struct pool *pool, const struct address *address, uint64_t *nonce);
struct pool_counts {
	size_t executable;
	size_t waiting; /* behind a nonce gap, or unaffordable */
	size_t bytes;
};
struct pool_counts pool_counts(struct pool *pool);

#endif
