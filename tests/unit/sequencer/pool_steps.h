/* pool_steps: what the tests of the pool's single rules do with it. */
#ifndef GAVEL_TESTS_SEQUENCER_POOL_STEPS_H
#define GAVEL_TESTS_SEQUENCER_POOL_STEPS_H

#include "tests/unit/sequencer/pool_support.h"

#define ETHER UINT64_C(1000000000000000000)
#define RICH  (10 * ETHER)

/* What the last call said. */
static char error[POOL_ERROR_SIZE];
static struct pool_transaction *replaced;

static inline struct pool *new_pool(struct pool_limits limits)
{
	return pool_new(&limits, &config);
}

static inline struct pool *ordinary_pool(void)
{
	return new_pool((struct pool_limits){ 0 });
}

static inline void set_account(struct pool *pool, unsigned sender, uint64_t nonce, uint64_t wei)
{
	struct address address = address_of(sender);
	struct u256 balance = u256_from_u64(wei);

	pool_set_account(pool, pool_head(pool), &address, nonce, &balance);
}

static inline void forget_replaced(struct pool *pool)
{
	if (replaced)
		pool_release(pool, replaced);
	replaced = NULL;
}

static inline enum pool_result add(struct pool *pool, struct wanted w)
{
	struct pool_transaction *t = prepare(pool, &w);
	enum pool_result result;

	forget_replaced(pool);
	error[0] = 0;
	result = pool_add(pool, t, &replaced, error);
	pool_release(pool, t);
	return result;
}

#define ADD(pool, ...) add((pool), (struct wanted){ __VA_ARGS__ })

static inline void finish(struct pool *pool)
{
	forget_replaced(pool);
	pool_free(pool);
}

/* Selects, and compares with pairs of sender and nonce. */
static inline void expect_order(struct pool *pool, uint64_t base_fee, size_t count,
				const unsigned (*expected)[2])
{
	struct pool_transaction *list[64];
	struct u256 fee = u256_from_u64(base_fee);
	size_t found = pool_select(pool, &fee, list, 64);

	assert_int_equal(found, count);
	for (size_t i = 0; i < found; i++) {
		struct address from = address_of(expected[i][0]);

		assert_memory_equal(&list[i]->tx.from, &from, sizeof(from));
		assert_int_equal(list[i]->tx.nonce, expected[i][1]);
		pool_release(pool, list[i]);
	}
}

#endif
