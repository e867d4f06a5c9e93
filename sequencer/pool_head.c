/* pool_head: the pool follows the chain.
 *
 * A block changes its senders' nonces and balances, and its recipients'
 * balances; those are read again at once.  Any other account may have got (or,
 * by an EIP-7702 delegation, lost) something in a contract's code, and an
 * authorization raises its authority's nonce: what comes of that is seen when
 * it matters.  Nobody is refused by an account that is not of the head
 * (pool.c), execution judges what was let in, and accounts that wait for funds
 * or that the builder had trouble with are read again, a share at each block. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sequencer/pool_private.h"

#define REFRESH_LOOKS 4096 /* accounts looked at for each block, */
#define REFRESH_READS 256  /* and read from the state */

static void refresh(struct pool *pool, struct pool_account *account, const struct pool_block *block)
{
	struct u256 balance;
	uint64_t nonce;

	if (account->as_of == block->number || !block->account ||
	    !block->account(block->context, &account->address, &nonce, &balance))
		return;
	pool_account_set_state(pool, account, nonce, &balance, block->gone, block->context);
	pool_account_settle(pool, account);
}

static void refresh_address(struct pool *pool, const struct address *address,
			    const struct pool_block *block)
{
	struct pool_account *account = pool_account_find(pool, address);

	if (account)
		refresh(pool, account, block);
}

static void refresh_touched(struct pool *pool, const struct pool_block *block)
{
	for (size_t i = 0; i < block->transaction_count; i++) {
		const struct transaction *tx = block->transactions[i];

		refresh_address(pool, &tx->from, block);
		if (!tx->is_creation)
			refresh_address(pool, &tx->to, block);
	}
}

/* By a list of its own: refreshing moves accounts in the heap. */
static void refresh_all(struct pool *pool, const struct pool_block *block)
{
	size_t count = pool->heap_count;
	struct pool_account **accounts = pool_allocate(NULL, count + 1, sizeof(accounts[0]));

	pool_account_free_idle(pool);
	if (count > 0)
		memcpy(accounts, pool->heap, count * sizeof(accounts[0]));
	for (size_t i = 0; i < count; i++) {
		accounts[i]->as_of = POOL_NEVER;
		refresh(pool, accounts[i], block);
	}
	free(accounts);
}

static void refresh_doubtful(struct pool *pool, const struct pool_block *block)
{
	size_t looks = pool->heap_count < REFRESH_LOOKS ? pool->heap_count : REFRESH_LOOKS;

	for (size_t reads = 0; looks > 0 && reads < REFRESH_READS && pool->heap_count; looks--) {
		struct pool_account *account =
		    pool->heap[pool->refresh_cursor++ % pool->heap_count];

		if (account->as_of != POOL_NEVER && !pool_account_is_short_of_funds(account))
			continue;
		refresh(pool, account, block);
		reads++;
	}
}

/* What is payable is not late by its own fault: the chain waits for L1, or is full. */
static void drop_expired(struct pool *pool, const struct pool_block *block)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	while (pool->oldest &&
	       (uint64_t)now.tv_sec - pool->oldest->shared.arrived > pool->limits.lifetime) {
		struct pool_entry *entry = pool->oldest;
		struct pool_account *account = entry->account;
		size_t position = pool_account_position(account, entry->shared.tx.nonce);

		if (position < account->payable) {
			pool_index_renew(pool, entry, (uint64_t)now.tv_sec);
			continue;
		}
		pool_account_take(pool, account, position);
		pool_account_settle(pool, account);
		pool_gone(pool, entry, block->gone, block->context);
	}
}

void pool_new_head(struct pool *pool, const struct pool_block *block)
{
	pthread_mutex_lock(&pool->lock);
	pool->head = block->number;
	if (block->everything) {
		refresh_all(pool, block);
	} else {
		refresh_touched(pool, block);
		refresh_doubtful(pool, block);
	}
	drop_expired(pool, block);
	pthread_mutex_unlock(&pool->lock);
}

void pool_set_account(struct pool *pool, uint64_t number, const struct address *address,
		      uint64_t nonce, const struct u256 *balance)
{
	struct pool_account *account;

	pthread_mutex_lock(&pool->lock);
	if (number == pool->head) {
		account = pool_account_find(pool, address);
		if (!account)
			account = pool_account_new(pool, address);
		pool_account_set_state(pool, account, nonce, balance, pool->dropped,
				       pool->dropped_context);
		pool_account_settle(pool, account);
		if (pool->is_waited_for && pool->payable > 0)
			pthread_cond_signal(&pool->changed);
	}
	pthread_mutex_unlock(&pool->lock);
}

/* That it was invalid may mean that the account isn't as the pool believes. */
void pool_remove(struct pool *pool, struct pool_transaction *transaction)
{
	struct pool_entry *entry = pool_entry_of(transaction);
	struct pool_account *account;

	pthread_mutex_lock(&pool->lock);
	account = entry->account;
	if (account) {
		pool_account_take(pool, account,
				  pool_account_position(account, transaction->tx.nonce));
		account->as_of = POOL_NEVER;
		pool_account_settle(pool, account);
		pool_release(pool, transaction);
	}
	pthread_mutex_unlock(&pool->lock);
}
