/* pool_rank: what goes first when the pool is full: a binary heap of accounts,
 * the least worth at the root. */
#include <stdlib.h>

#include "sequencer/pool_private.h"

static bool is_less(const struct pool_account *a, const struct pool_account *b)
{
	const struct pool_rank *x = &a->rank, *y = &b->rank;
	int order;

	if (x->is_payable != y->is_payable)
		return y->is_payable;
	order = u256_compare(&x->tip, &y->tip);
	if (order == 0)
		order = u256_compare(&x->max_fee, &y->max_fee);
	return order ? order < 0 : x->sequence > y->sequence;
}

static void put(struct pool *pool, size_t index, struct pool_account *account)
{
	pool->heap[index] = account;
	account->heap_index = index;
}

static void sift_up(struct pool *pool, size_t index)
{
	struct pool_account *account = pool->heap[index];

	while (index > 0) {
		size_t parent = (index - 1) / 2;

		if (!is_less(account, pool->heap[parent]))
			break;
		put(pool, index, pool->heap[parent]);
		index = parent;
	}
	put(pool, index, account);
}

static void sift_down(struct pool *pool, size_t index)
{
	struct pool_account *account = pool->heap[index];

	for (;;) {
		size_t child = 2 * index + 1;

		if (child >= pool->heap_count)
			break;
		if (child + 1 < pool->heap_count &&
		    is_less(pool->heap[child + 1], pool->heap[child]))
			child++;
		if (!is_less(pool->heap[child], account))
			break;
		put(pool, index, pool->heap[child]);
		index = child;
	}
	put(pool, index, account);
}

static void rank(struct pool *pool, struct pool_account *account)
{
	const struct pool_entry *last = account->list[account->count - 1];

	account->rank = (struct pool_rank){
		.is_payable = account->payable == account->count,
		.tip = pool_tip(&last->shared.tx, &pool->base_fee),
		.max_fee = last->shared.tx.max_fee_per_gas,
		.sequence = last->sequence,
	};
}

void pool_heap_update(struct pool *pool, struct pool_account *account)
{
	rank(pool, account);
	if (account->heap_index == POOL_NOT_IN_HEAP) {
		if (pool->heap_count == pool->heap_capacity) {
			pool->heap_capacity = 2 * pool->heap_capacity + 256;
			pool->heap =
			    pool_allocate(pool->heap, pool->heap_capacity, sizeof(pool->heap[0]));
		}
		put(pool, pool->heap_count++, account);
	}
	sift_up(pool, account->heap_index);
	sift_down(pool, account->heap_index);
}

void pool_heap_remove(struct pool *pool, struct pool_account *account)
{
	size_t index = account->heap_index;
	struct pool_account *last = pool->heap[--pool->heap_count];

	account->heap_index = POOL_NOT_IN_HEAP;
	if (last == account)
		return;
	put(pool, index, last);
	sift_up(pool, index);
	sift_down(pool, last->heap_index);
}

/* Tips depend on the base fee, which changes with blocks, so all are ranked
 * anew at the first eviction after it. */
struct pool_account *pool_heap_least(struct pool *pool)
{
	if (pool->heap_is_stale) {
		for (size_t i = 0; i < pool->heap_count; i++)
			rank(pool, pool->heap[i]);
		for (size_t i = pool->heap_count / 2; i-- > 0;)
			sift_down(pool, i);
		pool->heap_is_stale = false;
	}
	return pool->heap_count ? pool->heap[0] : NULL;
}
