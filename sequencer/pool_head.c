/* pool_head: the pool follows the chain.
 *
 * An account is changed by more than its own transactions: it is paid, also from
 * within a contract's code; an EIP-7702 authorization that somebody else sends
 * raises its nonce; delegated code spends what it has, or creates a contract and
 * so raises its nonce.  So the pool does not look at what a block's transactions
 * say, but takes over what the block has changed in the state. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sequencer/pool_private.h"

static void follow(struct pool *pool, struct pool_account *account, uint64_t nonce,
		   const struct u256 *balance, const struct pool_block *block)
{
	pool_account_set_state(pool, account, nonce, balance, block->gone, block->context);
	pool_account_settle(pool, account);
}

static void follow_changes(struct pool *pool, const struct pool_block *block)
{
	for (size_t i = 0; i < block->change_count; i++) {
		const struct pool_change *change = &block->changes[i];
		struct pool_account *account = pool_account_find(pool, &change->address);

		if (account)
			follow(pool, account, change->nonce, &change->balance, block);
	}
}

/* By a list of its own: what is followed moves in the heap. */
static void read_all(struct pool *pool, const struct pool_block *block)
{
	size_t count = pool->heap_count;
	struct pool_account **accounts = pool_allocate(NULL, count + 1, sizeof(accounts[0]));

	pool_account_free_idle(pool);
	if (count > 0)
		memcpy(accounts, pool->heap, count * sizeof(accounts[0]));
	for (size_t i = 0; i < count; i++) {
		struct u256 balance;
		uint64_t nonce;

		block->account(block->context, &accounts[i]->address, &nonce, &balance);
		follow(pool, accounts[i], nonce, &balance, block);
	}
	free(accounts);
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
	pool->head.number = block->number;
	pool->head.turn++;
	if (block->everything)
		read_all(pool, block);
	else
		follow_changes(pool, block);
	drop_expired(pool, block);
	pthread_mutex_unlock(&pool->lock);
}

void pool_set_account(struct pool *pool, struct pool_head head, const struct address *address,
		      uint64_t nonce, const struct u256 *balance)
{
	struct pool_account *account;

	pthread_mutex_lock(&pool->lock);
	if (head.turn == pool->head.turn) {
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

void pool_remove(struct pool *pool, struct pool_transaction *transaction)
{
	struct pool_entry *entry = pool_entry_of(transaction);
	struct pool_account *account;

	pthread_mutex_lock(&pool->lock);
	account = entry->account;
	if (account) {
		pool_account_take(pool, account,
				  pool_account_position(account, transaction->tx.nonce));
		pool_account_settle(pool, account);
		pool_release(pool, transaction);
	}
	pthread_mutex_unlock(&pool->lock);
}
