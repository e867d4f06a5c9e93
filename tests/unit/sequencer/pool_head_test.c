/* What blocks do to the pool, and what its threads do to each other. */
#include "tests/unit/sequencer/pool_steps.h"

#include <pthread.h>
#include <stdatomic.h>

/* ---- heads ---- */

struct chain {
	uint64_t nonces[8], balances[8];
	size_t gone, reads;
};

static void read_account(void *context, const struct address *address, uint64_t *nonce,
			 struct u256 *balance)
{
	struct chain *chain = context;

	chain->reads++;
	for (unsigned i = 0; i < 8; i++) {
		struct address other = address_of(i);

		if (!address_eq(&other, address))
			continue;
		*nonce = chain->nonces[i];
		*balance = u256_from_u64(chain->balances[i]);
	}
}

static void count_gone(void *context, struct pool_transaction *t)
{
	struct chain *chain = context;

	(void)t;
	chain->gone++;
}

/* A block that has made of accounts [first, last] what `chain` says. */
static void block_changes(struct pool *pool, struct chain *chain, unsigned first, unsigned last)
{
	struct pool_change changes[8];
	size_t reads = chain->reads;
	struct pool_block block = {
		.number = pool_head(pool).number + 1,
		.changes = changes,
		.account = read_account,
		.gone = count_gone,
		.context = chain,
	};

	for (unsigned i = first; i <= last; i++)
		changes[block.change_count++] =
		    (struct pool_change){ address_of(i), chain->nonces[i],
					  u256_from_u64(chain->balances[i]) };
	pool_new_head(pool, &block);
	assert_int_equal(chain->reads, reads);
}

static void empty_block(struct pool *pool, struct chain *chain)
{
	struct pool_block block = {
		.number = pool_head(pool).number + 1,
		.gone = count_gone,
		.context = chain,
	};

	pool_new_head(pool, &block);
}

static void roll_back(struct pool *pool, struct chain *chain, uint64_t number)
{
	const struct pool_block block = {
		.number = number,
		.everything = true,
		.account = read_account,
		.gone = count_gone,
		.context = chain,
	};

	pool_new_head(pool, &block);
}

static void expect_next_nonce(struct pool *pool, unsigned sender, uint64_t expected)
{
	struct address address = address_of(sender);
	uint64_t nonce;

	assert_true(pool_next_nonce(pool, &address, &nonce));
	assert_int_equal(nonce, expected);
}

static void a_block_takes_its_transactions_out(void **state)
{
	struct pool *pool = ordinary_pool();
	struct chain chain = { .nonces = { 2 }, .balances = { RICH } };
	struct pool_transaction *first;
	struct u256 fee = u256_from_u64(1);
	const unsigned rest[][2] = { { 0, 2 } };

	(void)state;
	set_account(pool, 0, 0, RICH);
	for (unsigned nonce = 0; nonce < 3; nonce++)
		ADD(pool, .nonce = nonce, .max_fee = 9);
	assert_int_equal(pool_select(pool, &fee, &first, 1), 1);
	block_changes(pool, &chain, 0, 0);
	assert_int_equal(pool_head(pool).number, 1);
	assert_int_equal(chain.gone, 2);
	assert_null(pool_find(pool, &first->tx.hash));
	expect_order(pool, 1, 1, rest);
	pool_release(pool, first);
	finish(pool);
}

/* An EIP-7702 authorization, or a CREATE in delegated code: nonce 1 is used up
 * by a transaction that isn't the account's. */
static void a_nonce_that_somebody_else_has_raised_counts_at_once(void **state)
{
	struct pool *pool = ordinary_pool();
	struct chain chain = { .nonces = { 2, 2 }, .balances = { RICH, RICH } };
	const unsigned both[][2] = { { 0, 2 }, { 1, 2 } };

	(void)state;
	set_account(pool, 0, 1, RICH);
	set_account(pool, 1, 1, RICH);
	assert_int_equal(ADD(pool, .nonce = 1, .max_fee = 9), POOL_ADDED);
	assert_int_equal(ADD(pool, .nonce = 2, .max_fee = 9), POOL_ADDED);
	assert_int_equal(ADD(pool, .sender = 1, .nonce = 2, .max_fee = 9), POOL_ADDED);
	expect_next_nonce(pool, 0, 3);
	expect_next_nonce(pool, 1, 1);
	block_changes(pool, &chain, 0, 1);
	assert_int_equal(chain.gone, 1);
	expect_next_nonce(pool, 0, 3);
	expect_next_nonce(pool, 1, 3);
	expect_order(pool, 1, 2, both);
	finish(pool);
}

/* The same, of accounts that have nothing in the pool. */
static void an_idle_account_is_never_judged_by_what_it_was(void **state)
{
	struct pool *pool = ordinary_pool();
	struct chain chain = { .nonces = { 2, 0, 7 }, .balances = { RICH, 21000 * 9, RICH } };

	(void)state;
	set_account(pool, 0, 1, RICH);
	set_account(pool, 1, 0, RICH);
	block_changes(pool, &chain, 0, 2);
	assert_int_equal(ADD(pool, .nonce = 1, .max_fee = 9), POOL_REFUSED);
	assert_string_equal(error, "nonce too low: next nonce 2, tx nonce 1");
	assert_int_equal(ADD(pool, .nonce = 2, .max_fee = 9), POOL_ADDED);
	expect_next_nonce(pool, 0, 3);
	assert_int_equal(ADD(pool, .sender = 1, .max_fee = 10), POOL_REFUSED);
	assert_string_equal(error, "insufficient funds for gas * price + value: balance 189000, "
				   "tx cost 210000, overshot 21000");
	/* And whom the pool has not met, it does not get to know by a block. */
	assert_int_equal(ADD(pool, .sender = 2, .nonce = 7, .max_fee = 9), POOL_NEED_ACCOUNT);
	finish(pool);
}

static void an_account_that_no_block_has_changed_stays_as_it_is(void **state)
{
	struct pool *pool = ordinary_pool();
	struct chain chain = { 0 };

	(void)state;
	set_account(pool, 0, 5, RICH);
	for (unsigned i = 0; i < 3; i++)
		block_changes(pool, &chain, 1, 7);
	assert_int_equal(ADD(pool, .nonce = 4, .max_fee = 9), POOL_REFUSED);
	assert_int_equal(ADD(pool, .nonce = 5, .max_fee = 9), POOL_ADDED);
	expect_next_nonce(pool, 0, 6);
	finish(pool);
}

static void after_a_rollback_the_account_is_what_it_was(void **state)
{
	struct pool *pool = ordinary_pool();
	struct chain chain = { .nonces = { 3 }, .balances = { RICH } };
	const unsigned all[][2] = { { 0, 3 }, { 0, 4 }, { 0, 5 } };

	(void)state;
	set_account(pool, 0, 5, RICH);
	ADD(pool, .nonce = 5, .max_fee = 9);
	roll_back(pool, &chain, 0);
	expect_order(pool, 1, 0, all);
	ADD(pool, .nonce = 3, .max_fee = 9);
	ADD(pool, .nonce = 4, .max_fee = 9);
	expect_order(pool, 1, 3, all);
	finish(pool);
}

/* A state that was looked up before a rollback is that of a block that is no more,
 * also when there is another one with its number. */
static void an_account_of_another_state_is_not_taken(void **state)
{
	struct pool *pool = ordinary_pool();
	struct chain chain = { 0 };
	struct address address = address_of(0);
	struct u256 balance = u256_from_u64(RICH);
	struct pool_head head = pool_head(pool);

	(void)state;
	roll_back(pool, &chain, head.number);
	pool_set_account(pool, head, &address, 0, &balance);
	assert_int_equal(ADD(pool, .max_fee = 9), POOL_NEED_ACCOUNT);
	head = pool_head(pool);
	empty_block(pool, &chain);
	pool_set_account(pool, head, &address, 0, &balance);
	assert_int_equal(ADD(pool, .max_fee = 9), POOL_NEED_ACCOUNT);
	pool_set_account(pool, pool_head(pool), &address, 0, &balance);
	assert_int_equal(ADD(pool, .max_fee = 9), POOL_ADDED);
	finish(pool);
}

/* What an idle account was is forgotten, what others are is read. */
static void a_rollback_changes_everybody(void **state)
{
	struct pool *pool = ordinary_pool();
	struct chain chain = { .nonces = { 2, 2 }, .balances = { RICH, RICH } };

	(void)state;
	set_account(pool, 0, 3, RICH);
	set_account(pool, 1, 3, RICH);
	assert_int_equal(ADD(pool, .sender = 1, .nonce = 3, .max_fee = 9), POOL_ADDED);
	roll_back(pool, &chain, 0);
	assert_int_equal(chain.reads, 1);
	assert_int_equal(ADD(pool, .nonce = 2, .max_fee = 9), POOL_NEED_ACCOUNT);
	expect_next_nonce(pool, 1, 2);
	finish(pool);
}

static void what_became_unaffordable_waits_for_funds(void **state)
{
	struct pool *pool = ordinary_pool();
	struct chain chain = { .balances = { 21000 * 50 } };
	const unsigned all[][2] = { { 0, 0 }, { 0, 1 }, { 0, 2 } };

	(void)state;
	set_account(pool, 0, 0, RICH);
	ADD(pool, .nonce = 0, .max_fee = 9);
	ADD(pool, .nonce = 1, .max_fee = 60);
	ADD(pool, .nonce = 2, .max_fee = 9);
	block_changes(pool, &chain, 0, 0); /* delegated code spent it */
	expect_order(pool, 1, 1, all);
	chain.balances[0] = RICH; /* a contract pays the account */
	block_changes(pool, &chain, 0, 0);
	expect_order(pool, 1, 3, all);
	finish(pool);
}

/* As the builder gives back what was in a dropped block. */
static enum pool_result add_again(struct pool *pool, struct wanted w)
{
	struct pool_transaction *t = prepare(pool, &w);
	enum pool_result result;

	forget_replaced(pool);
	t->was_accepted = true;
	result = pool_add(pool, t, &replaced, error);
	pool_release(pool, t);
	return result;
}

#define ADD_AGAIN(pool, ...) add_again((pool), (struct wanted){ __VA_ARGS__ })

static void what_was_accepted_before_waits_for_funds_and_room(void **state)
{
	struct pool *pool =
	    new_pool((struct pool_limits){ .max_transactions = 1, .max_per_account = 2 });
	struct chain chain = { .balances = { 0, RICH } };
	const unsigned poor[][2] = { { 1, 0 } },
		       rich[][2] = { { 0, 0 }, { 1, 0 }, { 0, 1 }, { 0, 2 } };

	(void)state;
	set_account(pool, 0, 0, 0);
	set_account(pool, 1, 0, RICH);
	assert_int_equal(ADD_AGAIN(pool, .nonce = 0, .max_fee = 9, .tip = 9), POOL_ADDED);
	assert_int_equal(ADD_AGAIN(pool, .sender = 1, .max_fee = 8, .tip = 8), POOL_ADDED);
	assert_int_equal(ADD_AGAIN(pool, .nonce = 1, .max_fee = 7, .tip = 7), POOL_ADDED);
	assert_int_equal(ADD_AGAIN(pool, .nonce = 2, .max_fee = 7, .tip = 7), POOL_ADDED);
	expect_order(pool, 1, 1, poor);
	chain.balances[0] = RICH;
	block_changes(pool, &chain, 0, 0);
	expect_order(pool, 1, 4, rich);
	set_account(pool, 0, 3, RICH);
	assert_int_equal(ADD_AGAIN(pool, .nonce = 2, .max_fee = 7, .tip = 7), POOL_REFUSED);
	finish(pool);
}

/* The owner has raised --min-tip, and started again. */
static void a_tip_that_was_enough_once_is_enough(void **state)
{
	struct pool *pool = new_pool((struct pool_limits){ .min_priority_fee = u256_from_u64(5) });

	(void)state;
	set_account(pool, 0, 0, RICH);
	assert_int_equal(ADD(pool, .nonce = 0, .max_fee = 9, .tip = 4), POOL_REFUSED);
	assert_string_equal(error, "transaction underpriced: gas tip cap 4, minimum needed 5");
	assert_int_equal(ADD_AGAIN(pool, .nonce = 0, .max_fee = 9, .tip = 4), POOL_ADDED);
	assert_int_equal(ADD(pool, .nonce = 1, .max_fee = 9, .tip = 5), POOL_ADDED);
	assert_int_equal(pool_counts(pool).executable, 2);
	finish(pool);
}

/* An old one of the given nonce, and one behind it; `base_fee` is what blocks ask.  Tells how
 * many are gone after the next block. */
static size_t gone_of_old(uint64_t nonce, uint64_t base_fee)
{
	struct pool *pool = new_pool((struct pool_limits){ .lifetime = 100 });
	struct wanted w = { .nonce = nonce, .max_fee = 9 };
	struct pool_transaction *old = prepare(pool, &w), *selected;
	struct chain chain = { .balances = { RICH } };
	struct u256 fee = u256_from_u64(base_fee);
	size_t gone;

	set_account(pool, 0, 0, RICH);
	old->arrived -= 102;
	assert_int_equal(pool_add(pool, old, &replaced, error), POOL_ADDED);
	ADD(pool, .nonce = nonce + 1, .max_fee = 9);
	pool_select(pool, &fee, &selected, 0);
	empty_block(pool, &chain);
	gone = chain.gone;
	assert_int_equal(pool_counts(pool).waiting + pool_counts(pool).executable, 2 - gone);
	/* Once more: what has stayed has begun its time anew. */
	empty_block(pool, &chain);
	assert_int_equal(chain.gone, gone);
	pool_release(pool, old);
	finish(pool);
	return gone;
}

static void what_no_block_can_take_in_time_leaves(void **state)
{
	(void)state;
	assert_int_equal(gone_of_old(1, 9), 1);  /* its turn has not come */
	assert_int_equal(gone_of_old(0, 10), 1); /* it is not paid enough for */
	assert_int_equal(gone_of_old(0, 9), 0);
}

static void what_the_builder_removes_leaves_a_gap_until_the_block_tells_why(void **state)
{
	struct pool *pool = ordinary_pool();
	struct chain chain = { .nonces = { 1 }, .balances = { RICH } };
	struct u256 fee = u256_from_u64(1);
	struct pool_transaction *first;
	const unsigned rest[][2] = { { 0, 1 } };

	(void)state;
	set_account(pool, 0, 0, RICH);
	ADD(pool, .nonce = 0, .max_fee = 9);
	ADD(pool, .nonce = 1, .max_fee = 9);
	assert_int_equal(pool_select(pool, &fee, &first, 1), 1);
	pool_remove(pool, first);
	pool_remove(pool, first);
	pool_release(pool, first);
	expect_order(pool, 1, 0, rest);
	expect_next_nonce(pool, 0, 0);
	/* An authorization before it in the block had raised the nonce. */
	block_changes(pool, &chain, 0, 0);
	expect_order(pool, 1, 1, rest);
	assert_int_equal(chain.gone, 0);
	finish(pool);
}

/* ---- waiting ---- */

static void *wait_long(void *context)
{
	return pool_wait(context, 60000) ? context : NULL;
}

static void a_wait_ends_with_something_payable(void **state)
{
	struct pool *pool = ordinary_pool();
	struct u256 base_fee = u256_from_u64(50);
	pthread_t thread;
	void *result;

	(void)state;
	set_account(pool, 0, 0, RICH);
	pool_select(pool, &base_fee, NULL, 0);
	assert_false(pool_wait(pool, 1));
	ADD(pool, .nonce = 0, .max_fee = 49);
	assert_false(pool_wait(pool, 1));
	assert_int_equal(pthread_create(&thread, NULL, wait_long, pool), 0);
	assert_int_equal(ADD(pool, .nonce = 0, .max_fee = 55, .tip = 1), POOL_REPLACED);
	pthread_join(thread, &result);
	assert_ptr_equal(result, pool);
	finish(pool);
}

static void a_wake_ends_a_wait_even_before_it_began(void **state)
{
	struct pool *pool = ordinary_pool();
	pthread_t thread;
	void *result;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, wait_long, pool), 0);
	pool_wake(pool);
	pthread_join(thread, &result);
	assert_null(result);
	finish(pool);
}

/* ---- many at once ---- */

#define THREADS    4
#define PER_THREAD 600

struct crowd {
	struct pool *pool;
	atomic_uint next_thread;
	atomic_bool stop;
};

/* Each thread has senders of its own, and takes some of what it sends back. */
static void *crowd_add(void *context)
{
	struct crowd *crowd = context;
	unsigned thread = atomic_fetch_add(&crowd->next_thread, 1);
	struct pool_transaction *old;
	char text[POOL_ERROR_SIZE];
	uint64_t random = thread + 1;

	for (unsigned i = 0; i < PER_THREAD; i++) {
		struct wanted w = { .sender = thread * 2 + i % 2,
				    .nonce = i / 2,
				    .max_fee = 100 + next_random(&random) % 100 };
		struct pool_transaction *t = prepare(crowd->pool, &w), *found;
		enum pool_result result = pool_add(crowd->pool, t, &old, text);

		if (result == POOL_NEED_ACCOUNT) {
			set_account(crowd->pool, w.sender, 0, RICH);
			result = pool_add(crowd->pool, t, &old, text);
		}
		assert_int_equal(result, POOL_ADDED);
		found = pool_find(crowd->pool, &t->tx.hash);
		assert_ptr_equal(found, t);
		pool_release(crowd->pool, found);
		if (i % 7 == 0)
			pool_remove(crowd->pool, t);
		pool_release(crowd->pool, t);
	}
	return NULL;
}

static void *crowd_select(void *context)
{
	struct crowd *crowd = context;
	static struct pool_transaction *list[1000];
	uint64_t random = 99;

	while (!atomic_load(&crowd->stop)) {
		struct u256 base_fee = u256_from_u64(next_random(&random) % 150);
		size_t count = pool_select(crowd->pool, &base_fee, list, 1000);

		for (size_t i = 0; i < count; i++) {
			assert_false(u256_lt(&list[i]->tx.max_fee_per_gas, &base_fee));
			pool_release(crowd->pool, list[i]);
		}
		pool_wait(crowd->pool, 1);
		pool_counts(crowd->pool);
	}
	return NULL;
}

static void threads_may_add_select_and_remove_at_once(void **state)
{
	struct crowd crowd = { .pool = ordinary_pool() };
	pthread_t adders[THREADS], selector;
	struct pool_counts counts;

	(void)state;
	pthread_create(&selector, NULL, crowd_select, &crowd);
	for (size_t i = 0; i < THREADS; i++)
		pthread_create(&adders[i], NULL, crowd_add, &crowd);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(adders[i], NULL);
	atomic_store(&crowd.stop, true);
	pthread_join(selector, NULL);
	counts = pool_counts(crowd.pool);
	assert_int_equal(counts.executable + counts.waiting,
			 THREADS * (PER_THREAD - (PER_THREAD + 6) / 7));
	finish(crowd.pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_block_takes_its_transactions_out),
		cmocka_unit_test(a_nonce_that_somebody_else_has_raised_counts_at_once),
		cmocka_unit_test(an_idle_account_is_never_judged_by_what_it_was),
		cmocka_unit_test(an_account_that_no_block_has_changed_stays_as_it_is),
		cmocka_unit_test(after_a_rollback_the_account_is_what_it_was),
		cmocka_unit_test(an_account_of_another_state_is_not_taken),
		cmocka_unit_test(a_rollback_changes_everybody),
		cmocka_unit_test(what_became_unaffordable_waits_for_funds),
		cmocka_unit_test(what_was_accepted_before_waits_for_funds_and_room),
		cmocka_unit_test(a_tip_that_was_enough_once_is_enough),
		cmocka_unit_test(what_no_block_can_take_in_time_leaves),
		cmocka_unit_test(what_the_builder_removes_leaves_a_gap_until_the_block_tells_why),
		cmocka_unit_test(a_wait_ends_with_something_payable),
		cmocka_unit_test(a_wake_ends_a_wait_even_before_it_began),
		cmocka_unit_test(threads_may_add_select_and_remove_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
