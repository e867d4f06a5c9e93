/* In which order the pool gives, and who goes first when it is full. */
#include "tests/unit/sequencer/pool_steps.h"

/* ---- order ---- */

static void better_tips_come_first_and_nonces_stay_in_order(void **state)
{
	struct pool *pool = ordinary_pool();
	const unsigned order[][2] = { { 1, 0 }, { 0, 0 }, { 0, 1 }, { 2, 0 }, { 2, 1 } };

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		set_account(pool, i, 0, RICH);
	ADD(pool, .sender = 2, .nonce = 0, .max_fee = 1000, .tip = 1);
	ADD(pool, .sender = 2, .nonce = 1, .max_fee = 1000, .tip = 900);
	ADD(pool, .sender = 0, .nonce = 1, .max_fee = 1000, .tip = 5);
	ADD(pool, .sender = 1, .nonce = 0, .max_fee = 1000, .tip = 7);
	ADD(pool, .sender = 0, .nonce = 0, .max_fee = 1000, .tip = 6);
	expect_order(pool, 100, 5, order);
	finish(pool);
}

static void of_equal_tips_the_first_come_is_first(void **state)
{
	struct pool *pool = ordinary_pool();
	/* At a base fee of 95 the tip of the second is 5 too. */
	const unsigned order[][2] = { { 2, 0 }, { 0, 0 }, { 1, 0 } };

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		set_account(pool, i, 0, RICH);
	ADD(pool, .sender = 2, .max_fee = 200, .tip = 5);
	ADD(pool, .sender = 0, .max_fee = 100, .tip = 90);
	ADD(pool, .sender = 1, .max_fee = 300, .tip = 5);
	expect_order(pool, 95, 3, order);
	finish(pool);
}

static void one_below_the_base_fee_blocks_its_followers(void **state)
{
	struct pool *pool = ordinary_pool();
	const unsigned both[][2] = { { 0, 0 }, { 0, 1 }, { 0, 2 } };

	(void)state;
	set_account(pool, 0, 0, RICH);
	ADD(pool, .nonce = 0, .max_fee = 100);
	ADD(pool, .nonce = 1, .max_fee = 50);
	ADD(pool, .nonce = 2, .max_fee = 100);
	expect_order(pool, 51, 1, both);
	assert_int_equal(pool_executable_gas(pool), 21000);
	expect_order(pool, 50, 3, both);
	assert_int_equal(pool_executable_gas(pool), 63000);
	expect_order(pool, 101, 0, both);
	assert_int_equal(pool_executable_gas(pool), 0);
	assert_int_equal(pool_counts(pool).executable, 3);
	finish(pool);
}

static void a_gap_keeps_what_is_behind_it_waiting(void **state)
{
	struct pool *pool = ordinary_pool();
	struct address address = address_of(0);
	const unsigned all[][2] = { { 0, 0 }, { 0, 1 }, { 0, 2 } };
	uint64_t nonce;

	(void)state;
	assert_false(pool_next_nonce(pool, &address, &nonce));
	set_account(pool, 0, 0, RICH);
	ADD(pool, .nonce = 0, .max_fee = 9);
	ADD(pool, .nonce = 2, .max_fee = 9);
	expect_order(pool, 1, 1, all);
	assert_int_equal(pool_counts(pool).waiting, 1);
	assert_true(pool_next_nonce(pool, &address, &nonce));
	assert_int_equal(nonce, 1);
	ADD(pool, .nonce = 1, .max_fee = 9);
	expect_order(pool, 1, 3, all);
	assert_true(pool_next_nonce(pool, &address, &nonce));
	assert_int_equal(nonce, 3);
	finish(pool);
}

/* ---- limits ---- */

struct drops {
	size_t count;
	uint64_t last_nonce;
	struct address last_from;
};

static void count_drop(void *context, struct pool_transaction *t)
{
	struct drops *drops = context;

	drops->count++;
	drops->last_nonce = t->tx.nonce;
	drops->last_from = t->tx.from;
}

static void a_full_pool_takes_what_pays_more_than_the_worst_tail(void **state)
{
	struct pool *pool = new_pool((struct pool_limits){ .max_transactions = 4 });
	struct drops drops = { 0 };
	struct address poorest = address_of(0);

	(void)state;
	pool_on_drop(pool, count_drop, &drops);
	for (unsigned i = 0; i < 3; i++)
		set_account(pool, i, 0, RICH);
	ADD(pool, .sender = 0, .nonce = 0, .max_fee = 100, .tip = 3);
	ADD(pool, .sender = 0, .nonce = 1, .max_fee = 100, .tip = 3);
	ADD(pool, .sender = 1, .nonce = 0, .max_fee = 100, .tip = 5);
	ADD(pool, .sender = 1, .nonce = 1, .max_fee = 100, .tip = 5);
	assert_int_equal(ADD(pool, .sender = 2, .max_fee = 100, .tip = 3), POOL_REFUSED);
	assert_string_equal(error, "txpool is full");
	assert_int_equal(drops.count, 0);
	assert_int_equal(ADD(pool, .sender = 2, .max_fee = 100, .tip = 4), POOL_ADDED);
	assert_int_equal(drops.count, 1);
	assert_int_equal(drops.last_nonce, 1);
	assert_memory_equal(&drops.last_from, &poorest, sizeof(poorest));
	assert_int_equal(pool_counts(pool).executable, 4);
	finish(pool);
}

/* What comes back from dropped blocks may be more than the pool takes from anybody: a
 * newcomer is no reason to lose it. */
static void what_came_back_is_not_pushed_out_by_a_newcomer(void **state)
{
	struct pool *pool = new_pool((struct pool_limits){ .max_transactions = 4 });
	struct drops drops = { 0 };

	(void)state;
	pool_on_drop(pool, count_drop, &drops);
	set_account(pool, 0, 0, RICH);
	set_account(pool, 1, 0, RICH);
	for (uint64_t nonce = 0; nonce < 7; nonce++) {
		struct wanted w = { .nonce = nonce, .max_fee = 9 };
		struct pool_transaction *back = prepare(pool, &w);

		back->was_accepted = true;
		assert_int_equal(pool_add(pool, back, &replaced, error), POOL_ADDED);
		pool_release(pool, back);
	}
	assert_int_equal(ADD(pool, .sender = 1, .max_fee = 100, .tip = 90), POOL_REFUSED);
	assert_string_equal(error, "txpool is full");
	assert_int_equal(drops.count, 0);
	assert_int_equal(pool_counts(pool).executable, 7);
	finish(pool);
}

static void what_waits_makes_room_for_what_is_payable_whatever_it_promises(void **state)
{
	struct pool *pool = new_pool((struct pool_limits){ .max_transactions = 3 });
	struct u256 base_fee = u256_from_u64(50);

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		set_account(pool, i, 0, RICH);
	pool_select(pool, &base_fee, NULL, 0);
	ADD(pool, .sender = 0, .nonce = 1, .max_fee = 900, .tip = 900);
	ADD(pool, .sender = 1, .nonce = 0, .max_fee = 49, .tip = 49);
	ADD(pool, .sender = 1, .nonce = 1, .max_fee = 900, .tip = 900);
	for (unsigned nonce = 0; nonce < 3; nonce++)
		assert_int_equal(
		    ADD(pool, .sender = 2, .nonce = nonce, .max_fee = 60, .tip = nonce),
		    POOL_ADDED);
	assert_int_equal(pool_counts(pool).executable, 3);
	assert_int_equal(pool_executable_gas(pool), 63000);
	assert_int_equal(ADD(pool, .sender = 3, .nonce = 1, .max_fee = 900, .tip = 900),
			 POOL_REFUSED);
	finish(pool);
}

static void bytes_are_limited_too(void **state)
{
	struct pool *pool = new_pool((struct pool_limits){ .max_bytes = 5000 });
	struct drops drops = { 0 };

	(void)state;
	pool_on_drop(pool, count_drop, &drops);
	set_account(pool, 0, 0, RICH);
	set_account(pool, 1, 0, RICH);
	for (unsigned nonce = 0; nonce < 30; nonce++)
		assert_int_equal(ADD(pool, .nonce = nonce, .max_fee = 100, .tip = 1), POOL_ADDED);
	assert_int_equal(
	    ADD(pool, .sender = 1, .max_fee = 100, .tip = 2, .gas = 100000, .data = 4000),
	    POOL_ADDED);
	assert_true(drops.count > 0);
	assert_int_equal(pool_counts(pool).executable, 31 - drops.count);
	assert_true(pool_counts(pool).bytes <= 5000);
	finish(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(better_tips_come_first_and_nonces_stay_in_order),
		cmocka_unit_test(of_equal_tips_the_first_come_is_first),
		cmocka_unit_test(one_below_the_base_fee_blocks_its_followers),
		cmocka_unit_test(a_gap_keeps_what_is_behind_it_waiting),
		cmocka_unit_test(a_full_pool_takes_what_pays_more_than_the_worst_tail),
		cmocka_unit_test(what_came_back_is_not_pushed_out_by_a_newcomer),
		cmocka_unit_test(what_waits_makes_room_for_what_is_payable_whatever_it_promises),
		cmocka_unit_test(bytes_are_limited_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
