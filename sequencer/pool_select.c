/* pool_select: what a block should try, best first: a heap of accounts, each
 * with its next transaction. */
#include <stdlib.h>

#include "sequencer/pool_private.h"

struct pool_candidate {
	struct u256 tip;
	uint64_t sequence;
	struct pool_entry **next;
	size_t left; /* payable ones, with the next */
};

static bool is_better(const struct pool_candidate *a, const struct pool_candidate *b)
{
	int order = u256_compare(&a->tip, &b->tip);

	return order ? order > 0 : a->sequence < b->sequence;
}

static void rate(struct pool_candidate *candidate, const struct u256 *base_fee)
{
	const struct pool_entry *entry = *candidate->next;

	candidate->tip = pool_tip(&entry->shared.tx, base_fee);
	candidate->sequence = entry->sequence;
}

static void sift_down(struct pool_candidate *heap, size_t count, size_t index)
{
	struct pool_candidate candidate = heap[index];

	for (;;) {
		size_t child = 2 * index + 1;

		if (child >= count)
			break;
		if (child + 1 < count && is_better(&heap[child + 1], &heap[child]))
			child++;
		if (!is_better(&heap[child], &candidate))
			break;
		heap[index] = heap[child];
		index = child;
	}
	heap[index] = candidate;
}

static void set_base_fee(struct pool *pool, const struct u256 *base_fee)
{
	if (u256_eq(&pool->base_fee, base_fee))
		return;
	pool->base_fee = *base_fee;
	pool->heap_is_stale = true;
	for (size_t i = 0; i < pool->heap_count; i++)
		pool_account_set_base_fee(pool, pool->heap[i]);
}

static size_t gather(struct pool *pool)
{
	size_t count = 0;

	if (pool->candidate_capacity < pool->heap_count) {
		pool->candidate_capacity = pool->heap_capacity;
		pool->candidates = pool_allocate(pool->candidates, pool->candidate_capacity,
						 sizeof(pool->candidates[0]));
	}
	for (size_t i = 0; i < pool->heap_count; i++) {
		const struct pool_account *account = pool->heap[i];
		struct pool_candidate *candidate = &pool->candidates[count];

		if (account->payable == 0)
			continue;
		candidate->next = account->list;
		candidate->left = account->payable;
		rate(candidate, &pool->base_fee);
		count++;
	}
	for (size_t i = count / 2; i-- > 0;)
		sift_down(pool->candidates, count, i);
	return count;
}

static size_t take_best(struct pool *pool, struct pool_transaction **out, size_t max)
{
	struct pool_candidate *heap = pool->candidates;
	size_t count = gather(pool), taken = 0;

	heap = pool->candidates;
	while (count > 0 && taken < max) {
		struct pool_transaction *transaction = &(*heap[0].next)->shared;

		__atomic_add_fetch(&transaction->references, 1, __ATOMIC_RELAXED);
		out[taken++] = transaction;
		heap[0].next++;
		if (--heap[0].left > 0)
			rate(&heap[0], &pool->base_fee);
		else
			heap[0] = heap[--count];
		if (count > 0)
			sift_down(heap, count, 0);
	}
	return taken;
}

size_t pool_select(struct pool *pool, const struct u256 *base_fee, struct pool_transaction **out,
		   size_t max)
{
	size_t count;

	pthread_mutex_lock(&pool->lock);
	set_base_fee(pool, base_fee);
	count = take_best(pool, out, max);
	pthread_mutex_unlock(&pool->lock);
	return count;
}
