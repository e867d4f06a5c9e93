/* What the pool takes, and what it refuses in which words; pool_model_test.c has
 * all its rules at random. */
#include "sequencer/open_batch.h"
#include "tests/unit/sequencer/pool_steps.h"

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

/* What the README promises. */
static void the_largest_transaction_has_100000_bytes(void **state)
{
	struct pool *pool = ordinary_pool();
	struct wanted w = { .max_fee = 9, .tip = 9, .gas = 2000000, .data = 99800 };
	struct pool_transaction *prepared = prepare(pool, &w);
	struct transaction tx;

	(void)state;
	w.data += 100000 - prepared->raw.len;
	pool_release(pool, prepared);
	prepared = prepare(pool, &w);
	assert_int_equal(prepared->raw.len, 100000);
	pool_release(pool, prepared);
	w.data++;
	tx = unsigned_of(&w);
	expect_unprepared(pool, &tx, "oversized data: transaction size 100001, limit 100000");
	finish(pool);
}

/* A batch has columns for what is short in RLP: it must fit there as well, or it would
 * be offered to every block for ever. */
static void what_no_batch_can_hold_is_refused(void **state)
{
	static struct authorization authorizations[480];
	static uint8_t data[84000];
	struct pool *pool = ordinary_pool();
	struct transaction tx =
	    unsigned_of(&(struct wanted){ .max_fee = 9, .tip = 9, .gas = 16000000 });
	struct pool_transaction *prepared;

	(void)state;
	memset(data, 0xff, sizeof(data));
	for (size_t i = 0; i < 480; i++)
		authorizations[i].r = authorizations[i].s = u256_from_u64(1);
	tx.type = TX_SET_CODE;
	tx.authorizations = authorizations;
	tx.authorization_count = 480;
	tx.data = bytes_of(data, sizeof(data));
	assert_true(open_batch_transaction_bound(&tx) > open_batch_most_room());
	assert_null(try_prepare(pool, &tx, 0, error));
	assert_non_null(strstr(error, "oversized data: transaction takes up to "));
	/* The largest that fits. */
	while (open_batch_transaction_bound(&tx) > open_batch_most_room())
		tx.data.len--;
	prepared = try_prepare(pool, &tx, 0, error);
	assert_non_null(prepared);
	pool_release(pool, prepared);
	tx.data.len++;
	assert_null(try_prepare(pool, &tx, 0, error));
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

/* Figures by hand: a transaction costs 21000 * 10 = 210000 and its value. */
static void what_is_executable_and_a_new_one_must_be_payable_together(void **state)
{
	struct pool *pool = ordinary_pool();

	(void)state;
	set_account(pool, 0, 0, 1000000);
	assert_int_equal(ADD(pool, .nonce = 0, .max_fee = 10, .value = 390000), POOL_ADDED);
	assert_int_equal(ADD(pool, .nonce = 1, .max_fee = 10, .value = 190001), POOL_REFUSED);
	assert_string_equal(error, "insufficient funds for gas * price + value: balance 1000000, "
				   "queued cost 600000, tx cost 400001, overshot 1");
	assert_int_equal(ADD(pool, .nonce = 1, .max_fee = 10, .value = 190000), POOL_ADDED);
	assert_int_equal(ADD(pool, .nonce = 2, .max_fee = 0), POOL_ADDED);
	assert_int_equal(ADD(pool, .nonce = 3, .max_fee = 0, .value = 1), POOL_REFUSED);
	assert_int_equal(pool_counts(pool).executable, 3);
	finish(pool);
}

/* As geth has it: what is behind a gap may never be executed. */
static void what_waits_for_a_nonce_counts_when_its_turn_has_come(void **state)
{
	struct pool *pool = ordinary_pool();

	(void)state;
	set_account(pool, 0, 0, 1000000);
	assert_int_equal(ADD(pool, .nonce = 1, .max_fee = 10, .value = 390000), POOL_ADDED);
	assert_int_equal(ADD(pool, .nonce = 2, .max_fee = 10, .value = 390000), POOL_ADDED);
	assert_int_equal(ADD(pool, .nonce = 0, .max_fee = 10), POOL_ADDED);
	assert_int_equal(ADD(pool, .nonce = 3, .max_fee = 10), POOL_REFUSED);
	assert_string_equal(error, "insufficient funds for gas * price + value: balance 1000000, "
				   "queued cost 1410000, tx cost 210000, overshot 620000");
	finish(pool);
}

static void a_replacement_gives_back_what_it_replaces(void **state)
{
	struct pool *pool = ordinary_pool();

	(void)state;
	set_account(pool, 0, 0, 1000000);
	assert_int_equal(ADD(pool, .nonce = 0, .max_fee = 10, .value = 390000), POOL_ADDED);
	assert_int_equal(ADD(pool, .nonce = 1, .max_fee = 10, .value = 189999), POOL_ADDED);
	assert_int_equal(ADD(pool, .nonce = 0, .max_fee = 20, .tip = 1, .value = 180002),
			 POOL_REFUSED);
	assert_string_equal(error, "insufficient funds for gas * price + value: balance 1000000, "
				   "queued cost 999999, tx bumped 2, overshot 1");
	assert_int_equal(ADD(pool, .nonce = 0, .max_fee = 20, .tip = 1, .value = 180001),
			 POOL_REPLACED);
	assert_int_equal(ADD(pool, .nonce = 2, .max_fee = 0, .value = 1), POOL_REFUSED);
	assert_int_equal(ADD(pool, .nonce = 0, .max_fee = 22, .tip = 2), POOL_REPLACED);
	assert_int_equal(ADD(pool, .nonce = 2, .max_fee = 0, .value = 138001), POOL_ADDED);
	/* An account that has less than it has promised can't promise less, either. */
	set_account(pool, 0, 0, 900000);
	assert_int_equal(ADD(pool, .nonce = 1, .max_fee = 11, .tip = 1, .value = 168998),
			 POOL_REFUSED);
	assert_string_equal(error, "insufficient funds for gas * price + value: balance 900000, "
				   "queued cost 1000000, tx bumped -1, overshot 99999");
	finish(pool);
}

/* One that does not stand in the run gives back nothing. */
static void a_replacement_behind_a_gap_is_as_good_as_new(void **state)
{
	struct pool *pool = ordinary_pool();

	(void)state;
	set_account(pool, 0, 0, 1000000);
	assert_int_equal(ADD(pool, .nonce = 0, .max_fee = 10, .value = 390000), POOL_ADDED);
	assert_int_equal(ADD(pool, .nonce = 5, .max_fee = 10, .value = 190000), POOL_ADDED);
	assert_int_equal(ADD(pool, .nonce = 5, .max_fee = 11, .tip = 1, .value = 170000),
			 POOL_REFUSED);
	assert_string_equal(error, "insufficient funds for gas * price + value: balance 1000000, "
				   "queued cost 600000, tx cost 401000, overshot 1000");
	finish(pool);
}

/* 2^255 and 2 * 2^255 and ...: sums that u256 can't hold. */
static void a_sum_above_2_to_the_256_is_not_taken_for_a_small_one(void **state)
{
	struct pool *pool = ordinary_pool();
	struct address address = address_of(0);
	struct u256 most, half = U256_ZERO;

	(void)state;
	memset(&most, 0xff, sizeof(most));
	half.limb[3] = UINT64_C(1) << 63;
	pool_set_account(pool, pool_head(pool), &address, 0, &most);
	for (unsigned nonce = 0; nonce < 5; nonce++) {
		struct transaction tx = unsigned_of(&(struct wanted){ .nonce = nonce });
		struct pool_transaction *t;

		tx.value = half;
		t = try_prepare(pool, &tx, 0, error);
		t->was_accepted = nonce != 1;
		/* 2^255 + 2^255 is one more than there is. */
		if (nonce == 1) {
			assert_int_equal(pool_add(pool, t, &replaced, error), POOL_REFUSED);
			t->was_accepted = true;
		}
		assert_int_equal(pool_add(pool, t, &replaced, error), POOL_ADDED);
		pool_release(pool, t);
	}
	assert_int_equal(pool_counts(pool).executable, 5);
	assert_int_equal(ADD(pool, .nonce = 5, .max_fee = 10), POOL_REFUSED);
	assert_non_null(strstr(error, "insufficient funds for gas * price + value: balance "));
	assert_non_null(strstr(error, ", queued cost and tx cost above 2^256"));
	/* What is done is paid for: of 5 * 2^255 2^255 are left, to which as much less one
	 * can be added. */
	pool_set_account(pool, pool_head(pool), &address, 4, &most);
	assert_int_equal(ADD(pool, .nonce = 5, .max_fee = 10), POOL_ADDED);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_no_state_can_make_valid_is_refused_in_geths_words),
		cmocka_unit_test(the_largest_transaction_has_100000_bytes),
		cmocka_unit_test(what_no_batch_can_hold_is_refused),
		cmocka_unit_test(bytes_that_are_no_transaction_of_ours_are_refused),
		cmocka_unit_test(an_unknown_account_is_asked_for),
		cmocka_unit_test(nonces_must_be_near_and_not_used),
		cmocka_unit_test(the_sender_must_be_able_to_pay),
		cmocka_unit_test(what_is_executable_and_a_new_one_must_be_payable_together),
		cmocka_unit_test(what_waits_for_a_nonce_counts_when_its_turn_has_come),
		cmocka_unit_test(a_replacement_gives_back_what_it_replaces),
		cmocka_unit_test(a_replacement_behind_a_gap_is_as_good_as_new),
		cmocka_unit_test(a_sum_above_2_to_the_256_is_not_taken_for_a_small_one),
		cmocka_unit_test(a_cost_above_2_to_the_256_is_not_taken_for_a_small_one),
		cmocka_unit_test(a_replacement_pays_a_tenth_more_of_both_rounded_up),
		cmocka_unit_test(both_fees_of_a_replacement_are_raised_also_from_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
