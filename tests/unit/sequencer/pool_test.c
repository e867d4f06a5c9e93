/* The pool's rules one by one; pool_model_test.c has them all at random. */
#include "tests/unit/sequencer/pool_support.h"

#include <pthread.h>
#include <stdatomic.h>

#define ETHER UINT64_C(1000000000000000000)
#define RICH  (10 * ETHER)

/* What the last call said. */
static char error[POOL_ERROR_SIZE];
static struct pool_transaction *replaced;

static struct pool *new_pool(struct pool_limits limits)
{
	return pool_new(&limits, &config);
}

static struct pool *ordinary_pool(void)
{
	return new_pool((struct pool_limits){ 0 });
}

static void set_account(struct pool *pool, unsigned sender, uint64_t nonce, uint64_t wei)
{
	struct address address = address_of(sender);
	struct u256 balance = u256_from_u64(wei);

	pool_set_account(pool, pool_head(pool), &address, nonce, &balance);
}

static void forget_replaced(struct pool *pool)
{
	if (replaced)
		pool_release(pool, replaced);
	replaced = NULL;
}

static enum pool_result add(struct pool *pool, struct wanted w)
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

static void finish(struct pool *pool)
{
	forget_replaced(pool);
	pool_free(pool);
}

/* Selects, and compares with pairs of sender and nonce. */
static void expect_order(struct pool *pool, uint64_t base_fee, size_t count,
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

/* ---- before the state is looked at ---- */

static void expect_unprepared(struct pool *pool, struct transaction *tx, const char *text)
{
	assert_null(try_prepare(pool, tx, 0, error));
	assert_string_equal(error, text);
}

static void what_no_state_can_make_valid_is_refused_in_geths_words(void **state)
{
	struct pool *pool = new_pool((struct pool_limits){ .max_transaction_bytes = 2000 });
	struct wanted plain = { .max_fee = 9, .tip = 9 };
	struct transaction tx = unsigned_of(&plain);

	(void)state;
	tx.gas_limit = 20000;
	expect_unprepared(pool, &tx, "intrinsic gas too low: gas 20000, minimum needed 21000");
	tx.gas_limit = 30000001;
	expect_unprepared(pool, &tx, "exceeds block gas limit");
	tx.gas_limit = 16777217;
	expect_unprepared(pool, &tx,
			  "transaction gas limit too high (cap: 16777216, tx: 16777217)");
	tx = unsigned_of(&plain);
	tx.chain_id = 1;
	expect_unprepared(pool, &tx, "invalid chain id for signer: have 1 want 845300");
	tx = unsigned_of(&plain);
	tx.max_fee_per_gas = u256_from_u64(8);
	expect_unprepared(pool, &tx, "max priority fee per gas higher than max fee per gas");
	tx = unsigned_of(&(struct wanted){ .max_fee = 9, .tip = 9, .gas = 999999, .data = 2000 });
	assert_null(try_prepare(pool, &tx, 0, error));
	assert_non_null(strstr(error, "oversized data: transaction size 2"));
	finish(pool);
}

static void bytes_that_are_no_transaction_of_ours_are_refused(void **state)
{
	static const struct {
		const char *raw;
		const char *error;
	} cases[] = {
		{ "\x03", "transaction type not supported" },
		{ "\x7e\xc0", "transaction type not supported" },
		{ "\x05\xc0", "transaction type not supported" },
		{ "\x80", "transaction type not supported" },
		{ "", "transaction: empty" },
		{ "\x02", "rlp: not canonical, or not the items of this type of transaction" },
		{ "\xc1\x80", "rlp: not canonical, or not the items of this type of transaction" },
	};
	struct pool *pool = ordinary_pool();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_null(
		    pool_prepare(pool, bytes_of(cases[i].raw, strlen(cases[i].raw)), error));
		assert_string_equal(error, cases[i].error);
	}
	finish(pool);
}

/* ---- admission ---- */

static void an_unknown_account_is_asked_for(void **state)
{
	struct pool *pool = ordinary_pool();

	(void)state;
	assert_int_equal(ADD(pool, .max_fee = 9), POOL_NEED_ACCOUNT);
	set_account(pool, 0, 0, RICH);
	assert_int_equal(ADD(pool, .max_fee = 9), POOL_ADDED);
	assert_int_equal(ADD(pool, .max_fee = 9), POOL_KNOWN);
	assert_string_equal(error, "already known");
	finish(pool);
}

static void an_account_of_another_block_is_not_taken(void **state)
{
	struct pool *pool = ordinary_pool();
	struct address address = address_of(0);
	struct u256 balance = u256_from_u64(RICH);

	(void)state;
	pool_set_account(pool, pool_head(pool) + 1, &address, 0, &balance);
	assert_int_equal(ADD(pool, .max_fee = 9), POOL_NEED_ACCOUNT);
	finish(pool);
}

static void nonces_must_be_near_and_not_used(void **state)
{
	struct pool *pool = new_pool((struct pool_limits){ .max_per_account = 10 });

	(void)state;
	set_account(pool, 0, 5, RICH);
	assert_int_equal(ADD(pool, .nonce = 4, .max_fee = 9), POOL_REFUSED);
	assert_string_equal(error, "nonce too low: next nonce 5, tx nonce 4");
	assert_int_equal(ADD(pool, .nonce = 15, .max_fee = 9), POOL_REFUSED);
	assert_non_null(strstr(error, "nonce too high: next nonce 5, tx nonce 15"));
	assert_int_equal(ADD(pool, .nonce = 14, .max_fee = 9), POOL_ADDED);
	finish(pool);
}

static void the_sender_must_be_able_to_pay(void **state)
{
	struct pool *pool = ordinary_pool();

	(void)state;
	set_account(pool, 0, 0, 21000 * 9 + 99);
	assert_int_equal(ADD(pool, .max_fee = 9, .value = 100), POOL_REFUSED);
	assert_string_equal(error, "insufficient funds for gas * price + value: balance 189099, "
				   "tx cost 189100, overshot 1");
	assert_int_equal(ADD(pool, .max_fee = 9, .value = 99), POOL_ADDED);
	finish(pool);
}

static void a_cost_above_2_to_the_256_is_not_taken_for_a_small_one(void **state)
{
	struct pool *pool = ordinary_pool();
	struct wanted w = { .max_fee = 9 };
	struct transaction tx = unsigned_of(&w);
	struct pool_transaction *t;

	(void)state;
	set_account(pool, 0, 0, RICH);
	memset(&tx.value, 0xff, sizeof(tx.value));
	t = try_prepare(pool, &tx, 0, error);
	assert_int_equal(pool_add(pool, t, &replaced, error), POOL_REFUSED);
	pool_release(pool, t);
	memset(&tx.max_fee_per_gas, 0xff, sizeof(tx.max_fee_per_gas));
	tx.value = U256_ZERO;
	t = try_prepare(pool, &tx, 0, error);
	assert_int_equal(pool_add(pool, t, &replaced, error), POOL_REFUSED);
	assert_non_null(strstr(error, "insufficient funds for gas * price + value"));
	pool_release(pool, t);
	finish(pool);
}

static void a_replacement_pays_a_tenth_more_of_both_rounded_up(void **state)
{
	static const struct {
		uint64_t max_fee, tip;
		bool is_enough;
	} cases[] = {
		/* 105 * 1.1 = 115.5; 50 * 1.1 = 55 */
		{ 106, 51, false }, { 116, 55, true },  { 115, 55, false },
		{ 116, 54, false }, { 200, 50, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pool *pool = ordinary_pool();
		enum pool_result result;

		set_account(pool, 0, 0, RICH);
		assert_int_equal(ADD(pool, .max_fee = 105, .tip = 50), POOL_ADDED);
		result = ADD(pool, .max_fee = cases[i].max_fee, .tip = cases[i].tip);
		assert_int_equal(result, cases[i].is_enough ? POOL_REPLACED : POOL_REFUSED);
		if (!cases[i].is_enough)
			assert_string_equal(error, "replacement transaction underpriced");
		else
			assert_int_equal(replaced->tx.max_fee_per_gas.limb[0], 105);
		assert_int_equal(pool_counts(pool).executable, 1);
		finish(pool);
	}
}

/* A tenth of nothing is nothing, but more is asked for all the same. */
static void both_fees_of_a_replacement_are_raised_also_from_nothing(void **state)
{
	struct pool *pool = ordinary_pool();

	(void)state;
	set_account(pool, 0, 0, RICH);
	assert_int_equal(ADD(pool, .value = 1), POOL_ADDED);
	assert_int_equal(ADD(pool, .value = 2), POOL_REFUSED);
	assert_string_equal(error, "replacement transaction underpriced");
	assert_int_equal(ADD(pool, .value = 3, .max_fee = 1000), POOL_REFUSED);
	assert_string_equal(error, "replacement transaction underpriced");
	assert_int_equal(ADD(pool, .value = 4, .max_fee = 1, .tip = 1), POOL_REPLACED);
	assert_int_equal(replaced->tx.value.limb[0], 1);
	finish(pool);
}

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

/* ---- heads ---- */

struct chain {
	uint64_t nonces[8], balances[8];
	size_t gone, reads;
};

static bool read_account(void *context, const struct address *address, uint64_t *nonce,
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
	return true;
}

static void count_gone(void *context, struct pool_transaction *t)
{
	struct chain *chain = context;

	(void)t;
	chain->gone++;
}

static void new_head(struct pool *pool, struct chain *chain, uint64_t number, bool everything,
		     struct pool_transaction **list, size_t count)
{
	const struct transaction *transactions[16];
	struct pool_block block = {
		.number = number,
		.transactions = transactions,
		.transaction_count = count,
		.everything = everything,
		.account = read_account,
		.gone = count_gone,
		.context = chain,
	};

	for (size_t i = 0; i < count; i++)
		transactions[i] = &list[i]->tx;
	pool_new_head(pool, &block);
}

static void a_block_takes_its_transactions_out(void **state)
{
	struct pool *pool = ordinary_pool();
	struct chain chain = { .nonces = { 2 }, .balances = { RICH } };
	struct pool_transaction *list[2];
	struct u256 fee = u256_from_u64(1);
	const unsigned rest[][2] = { { 0, 2 } };
	struct hash32 hash;

	(void)state;
	set_account(pool, 0, 0, RICH);
	for (unsigned nonce = 0; nonce < 3; nonce++)
		ADD(pool, .nonce = nonce, .max_fee = 9);
	assert_int_equal(pool_select(pool, &fee, list, 2), 2);
	hash = list[0]->tx.hash;
	new_head(pool, &chain, 1, false, list, 2);
	assert_int_equal(pool_head(pool), 1);
	assert_int_equal(chain.gone, 2);
	assert_null(pool_find(pool, &hash));
	expect_order(pool, 1, 1, rest);
	pool_release(pool, list[0]);
	pool_release(pool, list[1]);
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
	new_head(pool, &chain, 0, true, NULL, 0);
	expect_order(pool, 1, 0, all);
	ADD(pool, .nonce = 3, .max_fee = 9);
	ADD(pool, .nonce = 4, .max_fee = 9);
	expect_order(pool, 1, 3, all);
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
	new_head(pool, &chain, 1, true, NULL, 0);
	expect_order(pool, 1, 1, all);
	/* A contract pays the account: no transaction of the block names it. */
	chain.balances[0] = RICH;
	new_head(pool, &chain, 2, false, NULL, 0);
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
	new_head(pool, &chain, 1, true, NULL, 0);
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

static void nobody_is_refused_by_an_old_account(void **state)
{
	struct pool *pool = ordinary_pool();
	struct chain chain = { 0 };

	(void)state;
	set_account(pool, 0, 0, 21000 * 9);
	ADD(pool, .nonce = 0, .max_fee = 9);
	new_head(pool, &chain, 1, false, NULL, 0);
	assert_int_equal(ADD(pool, .nonce = 1, .max_fee = 10), POOL_NEED_ACCOUNT);
	set_account(pool, 0, 0, RICH);
	assert_int_equal(ADD(pool, .nonce = 1, .max_fee = 10), POOL_ADDED);
	finish(pool);
}

static void what_is_not_included_in_time_leaves(void **state)
{
	struct pool *pool = new_pool((struct pool_limits){ .lifetime = 100 });
	struct wanted w = { .nonce = 0, .max_fee = 9 };
	struct pool_transaction *old = prepare(pool, &w);
	struct chain chain = { .balances = { RICH } };

	(void)state;
	set_account(pool, 0, 0, RICH);
	old->arrived -= 102;
	assert_int_equal(pool_add(pool, old, &replaced, error), POOL_ADDED);
	ADD(pool, .nonce = 1, .max_fee = 9);
	new_head(pool, &chain, 1, false, NULL, 0);
	assert_int_equal(chain.gone, 1);
	assert_int_equal(pool_counts(pool).waiting, 1);
	assert_int_equal(pool_counts(pool).executable, 0);
	pool_release(pool, old);
	finish(pool);
}

static void what_the_builder_removes_makes_the_account_doubtful(void **state)
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
	assert_int_equal(ADD(pool, .nonce = 2, .max_fee = 9), POOL_NEED_ACCOUNT);
	/* An authorization had raised the nonce. */
	new_head(pool, &chain, 1, false, NULL, 0);
	expect_order(pool, 1, 1, rest);
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
		cmocka_unit_test(what_no_state_can_make_valid_is_refused_in_geths_words),
		cmocka_unit_test(bytes_that_are_no_transaction_of_ours_are_refused),
		cmocka_unit_test(an_unknown_account_is_asked_for),
		cmocka_unit_test(an_account_of_another_block_is_not_taken),
		cmocka_unit_test(nonces_must_be_near_and_not_used),
		cmocka_unit_test(the_sender_must_be_able_to_pay),
		cmocka_unit_test(a_cost_above_2_to_the_256_is_not_taken_for_a_small_one),
		cmocka_unit_test(a_replacement_pays_a_tenth_more_of_both_rounded_up),
		cmocka_unit_test(both_fees_of_a_replacement_are_raised_also_from_nothing),
		cmocka_unit_test(better_tips_come_first_and_nonces_stay_in_order),
		cmocka_unit_test(of_equal_tips_the_first_come_is_first),
		cmocka_unit_test(one_below_the_base_fee_blocks_its_followers),
		cmocka_unit_test(a_gap_keeps_what_is_behind_it_waiting),
		cmocka_unit_test(a_full_pool_takes_what_pays_more_than_the_worst_tail),
		cmocka_unit_test(what_waits_makes_room_for_what_is_payable_whatever_it_promises),
		cmocka_unit_test(bytes_are_limited_too),
		cmocka_unit_test(a_block_takes_its_transactions_out),
		cmocka_unit_test(after_a_rollback_the_account_is_what_it_was),
		cmocka_unit_test(what_became_unaffordable_waits_for_funds),
		cmocka_unit_test(what_was_accepted_before_waits_for_funds_and_room),
		cmocka_unit_test(a_tip_that_was_enough_once_is_enough),
		cmocka_unit_test(nobody_is_refused_by_an_old_account),
		cmocka_unit_test(what_is_not_included_in_time_leaves),
		cmocka_unit_test(what_the_builder_removes_makes_the_account_doubtful),
		cmocka_unit_test(a_wait_ends_with_something_payable),
		cmocka_unit_test(a_wake_ends_a_wait_even_before_it_began),
		cmocka_unit_test(threads_may_add_select_and_remove_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
