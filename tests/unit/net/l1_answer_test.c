/* Answers of L1 nodes: whole ones are read, and each way to be wrong is
 * noticed.  The block and the receipt are Ethereum mainnet's shapes as
 * execution-apis describes them; the refusals are quoted from the clients. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/native/arena_heap.h"
#include "net/json_values.h"
#include "net/l1_answer.h"
#include "net/l1_pricing.h"

static struct arena arena;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

#define H(c)  "0x" c c c c c c c c c c c c c c c c
#define HASH1 H("1a2b")
#define HASH2 H("3c4d")
#define ADDR                                                                                       \
	"0x"                                                                                       \
	"1111111111111111111111111111111111111111"

static enum l1_err parse(const char *text, uint64_t id, struct l1_node_error *error)
{
	json_t *result = NULL;
	enum l1_err err = l1_answer_parse(&arena, &result, error, bytes_of(text, strlen(text)), id);

	assert_true((err == L1_OK) == (result != NULL));
	json_decref(result);
	return err;
}

static void an_answer_is_to_this_question(void **state)
{
	static const struct {
		const char *text;
		enum l1_err err;
	} cases[] = {
		{ "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":\"0x1\"}", L1_OK },
		{ "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":null}", L1_OK },
		{ "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":1,\"error\":null}", L1_OK },
		{ "{\"jsonrpc\":\"2.0\",\"id\":5,\"error\":{\"code\":-32000,\"message\":\"no\"}}",
		  L1_NODE_ERROR },
		{ "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"no\"}"
		  "}",
		  L1_NODE_ERROR },
		{ "{\"jsonrpc\":\"2.0\",\"id\":5,\"error\":\"no\"}", L1_BAD_ANSWER },
		{ "{\"jsonrpc\":\"2.0\",\"id\":6,\"result\":\"0x1\"}", L1_BAD_ANSWER },
		{ "{\"jsonrpc\":\"2.0\",\"id\":\"5\",\"result\":\"0x1\"}", L1_BAD_ANSWER },
		{ "{\"jsonrpc\":\"2.0\",\"result\":\"0x1\"}", L1_BAD_ANSWER },
		{ "{\"jsonrpc\":\"2.0\",\"id\":5}", L1_BAD_ANSWER },
		{ "[]", L1_BAD_ANSWER },
		{ "<html>429</html>", L1_BAD_ANSWER },
		{ "{\"jsonrpc\":\"2.0\",\"id\":5,\"resu", L1_BAD_ANSWER },
		{ "", L1_BAD_ANSWER },
	};
	struct l1_node_error error;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (parse(cases[i].text, 5, &error) != cases[i].err)
			fail_msg("%s", cases[i].text);
}

static void a_node_error_keeps_code_words_and_data(void **state)
{
	struct l1_node_error error;

	(void)state;
	assert_int_equal(parse("{\"id\":1,\"error\":{\"code\":3,\"message\":\"reverted\\nx\","
			       "\"data\":\"0x1234\"}}",
			       1, &error),
			 L1_NODE_ERROR);
	assert_int_equal(error.code, 3);
	assert_string_equal(error.message, "reverted x");
	assert_int_equal(error.data.len, 2);
	assert_int_equal(
	    parse(
		"{\"id\":1,\"error\":{\"code\":3,\"message\":\"m\",\"data\":{\"data\":\"0x12\"}}}",
		1, &error),
	    L1_NODE_ERROR);
	assert_int_equal(error.data.len, 1);
}

static enum l1_err parse_batch(const char *text, json_t **results, enum l1_err *errs)
{
	struct l1_node_error error;

	return l1_answer_parse_batch(&arena, results, errs, &error, bytes_of(text, strlen(text)),
				     10, 2);
}

static void a_batch_has_each_answer_once_in_any_order(void **state)
{
	static const char *const bad[] = {
		"[{\"id\":10,\"result\":1}]",
		"[{\"id\":10,\"result\":1},{\"id\":10,\"result\":2}]",
		"[{\"id\":10,\"result\":1},{\"id\":12,\"result\":2}]",
		"[{\"id\":10,\"result\":1},{\"id\":9,\"result\":2}]",
		"[{\"id\":10,\"result\":1},{\"result\":2}]",
		"[{\"id\":10,\"result\":1},{\"id\":11}]",
		"[{\"id\":10,\"result\":1},{\"id\":11,\"result\":2},{\"id\":12,\"result\":2}]",
		"{\"id\":10,\"result\":1}",
		"[",
	};
	json_t *results[2];
	enum l1_err errs[2];

	(void)state;
	assert_int_equal(
	    parse_batch("[{\"id\":11,\"result\":111},{\"id\":10,\"result\":110}]", results, errs),
	    L1_OK);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(json_integer_value(results[i]), 110 + i);
		json_decref(results[i]);
	}
	assert_int_equal(
	    parse_batch("[{\"id\":11,\"result\":111},{\"id\":10,\"error\":{\"code\":1}}]", results,
			errs),
	    L1_OK);
	assert_int_equal(errs[0], L1_NODE_ERROR);
	assert_null(results[0]);
	json_decref(results[1]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse_batch(bad[i], results, errs), L1_BAD_ANSWER);
		assert_null(results[0]);
		assert_null(results[1]);
	}
}

static const char block_text[] =
    "{\"number\":\"0x10\",\"hash\":\"" HASH1 "\",\"parentHash\":\"" HASH2
    "\",\"stateRoot\":\"" HASH1 "\",\"mixHash\":\"" HASH2 "\",\"miner\":\"" ADDR
    "\",\"timestamp\":\"0x65\",\"gasLimit\":\"0x3938700\",\"gasUsed\":\"0x0\",\"baseFeePerGas\":"
    "\"0x7\"}";
static const char receipt_text[] =
    "{\"transactionHash\":\"" HASH1 "\",\"blockHash\":\"" HASH2
    "\",\"blockNumber\":\"0x10\",\"status\":\"0x1\",\"gasUsed\":\"0x5208\",\"effectiveGasPrice\":"
    "\"0x7\","
    "\"contractAddress\":null,\"logs\":[{\"address\":\"" ADDR "\",\"topics\":[\"" HASH1
    "\"],\"data\":\"0x12\",\"blockNumber\":\"0x10\",\"blockHash\":\"" HASH2
    "\",\"transactionHash\":\"" HASH1 "\",\"logIndex\":\"0x0\",\"removed\":false}]}";
static const char transaction_text[] =
    "{\"hash\":\"" HASH1 "\",\"from\":\"" ADDR "\",\"to\":\"" ADDR
    "\",\"nonce\":\"0x0\",\"value\":\"0x0\",\"input\":\"0x1234\",\"blockHash\":\"" HASH2
    "\",\"blockNumber\":\"0x10\"}";

static enum l1_err read_block(const json_t *json)
{
	struct l1_block block;

	return l1_answer_block(&block, json);
}

static enum l1_err read_receipt(const json_t *json)
{
	struct l1_receipt receipt;

	return l1_answer_receipt(&arena, &receipt, json);
}

static enum l1_err read_transaction(const json_t *json)
{
	struct l1_transaction transaction;

	return l1_answer_transaction(&arena, &transaction, json);
}

/* Without a member, or with one of another type, an answer is refused; but for
 * those that may be missing. */
static void check_members(const char *text, enum l1_err (*read)(const json_t *),
			  const char *may_be_missing)
{
	json_t *whole = json_loads(text, 0, NULL);
	const char *name;
	json_t *value;

	assert_non_null(whole);
	assert_int_equal(read(whole), L1_OK);
	json_object_foreach(whole, name, value)
	{
		json_t *copy = json_deep_copy(whole);

		json_object_del(copy, name);
		if (read(copy) != (strstr(may_be_missing, name) ? L1_OK : L1_BAD_ANSWER))
			fail_msg("without %s", name);
		json_object_set_new(copy, name, json_integer(5));
		if (read(copy) != L1_BAD_ANSWER)
			fail_msg("with another %s", name);
		json_object_set_new(copy, name, json_string("0x12z"));
		if (read(copy) != L1_BAD_ANSWER)
			fail_msg("with bad hex in %s", name);
		json_decref(copy);
	}
	json_decref(whole);
}

static void every_field_is_checked(void **state)
{
	json_t *null = json_null();

	(void)state;
	check_members(block_text, read_block, "");
	check_members(receipt_text, read_receipt, "contractAddress");
	check_members(transaction_text, read_transaction, "to blockHash");
	assert_int_equal(read_block(null), L1_ABSENT);
	assert_int_equal(read_receipt(null), L1_ABSENT);
	assert_int_equal(read_transaction(null), L1_ABSENT);
}

static void logs_of_another_block_or_transaction_are_refused(void **state)
{
	json_t *receipt = json_loads(receipt_text, 0, NULL);
	json_t *log = json_array_get(json_object_get(receipt, "logs"), 0);

	(void)state;
	json_object_set_new(log, "transactionHash", json_string(HASH2));
	assert_int_equal(read_receipt(receipt), L1_BAD_ANSWER);
	json_object_set_new(log, "transactionHash", json_string(HASH1));
	assert_int_equal(read_receipt(receipt), L1_OK);
	json_object_set_new(log, "removed", json_true());
	assert_int_equal(read_receipt(receipt), L1_BAD_ANSWER);
	json_decref(receipt);
}

static void refusals_are_understood_in_every_dialect(void **state)
{
	static const struct {
		const char *words;
		enum l1_send meaning;
	} cases[] = {
		{ "already known", L1_SEND_ALREADY_KNOWN },                /* geth, reth */
		{ "transaction already imported", L1_SEND_ALREADY_KNOWN }, /* anvil */
		{ "AlreadyKnown", L1_SEND_ALREADY_KNOWN },                 /* nethermind */
		{ "nonce too low: next nonce 5, tx nonce 4", L1_SEND_NONCE_TOO_LOW }, /* geth */
		{ "OldNonce", L1_SEND_NONCE_TOO_LOW },      /* nethermind */
		{ "Nonce too low", L1_SEND_NONCE_TOO_LOW }, /* besu */
		{ "replacement transaction underpriced",
		  L1_SEND_REPLACE_UNDERPRICED }, /* geth, reth, anvil */
		{ "transaction underpriced: gas tip cap 0, minimum needed 1", L1_SEND_UNDERPRICED },
		{ "insufficient funds for gas * price + value: balance 0",
		  L1_SEND_INSUFFICIENT_FUNDS },
		{ "Insufficient funds for gas * price + value",
		  L1_SEND_INSUFFICIENT_FUNDS }, /* anvil */
		{ "max fee per gas less than block base fee", L1_SEND_FEE_TOO_LOW },
		{ "FeeTooLow, MaxFeePerGas too low.", L1_SEND_FEE_TOO_LOW }, /* nethermind */
		{ "txpool is full", L1_SEND_POOL_FULL },
		{ "intrinsic gas too low", L1_SEND_GAS_LIMIT },
		{ "exceeds block gas limit", L1_SEND_GAS_LIMIT },
		{ "invalid sender", L1_SEND_REFUSED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (l1_send_classify(-32000, cases[i].words) != cases[i].meaning)
			fail_msg("%s: %s", cases[i].words,
				 l1_send_text(l1_send_classify(-32000, cases[i].words)));
	assert_int_equal(l1_send_classify(-32005, "limit exceeded"), L1_SEND_UNKNOWN);
}

static void quantities_are_read_strictly(void **state)
{
	static const char *const bad[] = {
		"",     "0",
		"0x",   "0x00",
		"0x01", "1",
		"0xg",  "0x 1",
		"0x1 ", "0x10000000000000000000000000000000000000000000000000000000000000000"
	};
	char text[HEX_U256_SIZE];
	struct u256 value = { { 1, 2, 3, UINT64_C(0xfedcba9876543210) } };
	struct u256 back;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(hex_decode_u256(&back, bad[i]));
	assert_true(hex_decode_u256(&back, hex_encode_u256(text, &value)));
	assert_true(u256_eq(&back, &value));
	assert_string_equal(hex_encode_u256(text, &U256_ZERO), "0x0");
	assert_true(hex_decode_u256(&back, "0x0"));
}

static void a_bump_raises_both_fees_by_a_tenth_and_a_wei(void **state)
{
	struct l1_fees fees = { .next_base_fee = { { 100, 0, 0, 0 } },
				.priority_fee = { { 7, 0, 0, 0 } } };
	struct l1_price_limits limits = { .max_fee_ceiling = { { 1000, 0, 0, 0 } } };
	struct l1_price price = l1_price_now(&fees, &limits);
	struct l1_price next;
	unsigned bumps = 0;

	(void)state;
	assert_int_equal(price.max_fee.limb[0], 207);
	assert_int_equal(price.priority_fee.limb[0], 7);
	while (l1_price_bump(&next, &price, &fees, &limits)) {
		assert_true(next.max_fee.limb[0] * 10 >= price.max_fee.limb[0] * 11 + 10);
		assert_true(next.priority_fee.limb[0] * 10 >= price.priority_fee.limb[0] * 11 + 10);
		assert_true(next.max_fee.limb[0] <= 1000);
		price = next;
		bumps++;
	}
	assert_in_range(bumps, 10, 17);
	fees.next_base_fee.limb[0] = 5000; /* above the ceiling: offers what it may */
	assert_int_equal(l1_price_now(&fees, &limits).max_fee.limb[0], 1000);
	memset(&fees, 0xff, sizeof(fees)); /* nothing wraps */
	assert_int_equal(l1_price_now(&fees, &limits).max_fee.limb[0], 1000);
	memset(&price, 0xff, sizeof(price));
	assert_false(l1_price_bump(&next, &price, &fees, &limits));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(an_answer_is_to_this_question),
		TEST(a_node_error_keeps_code_words_and_data),
		TEST(a_batch_has_each_answer_once_in_any_order),
		TEST(every_field_is_checked),
		TEST(logs_of_another_block_or_transaction_are_refused),
		TEST(refusals_are_understood_in_every_dialect),
		TEST(quantities_are_read_strictly),
		TEST(a_bump_raises_both_fees_by_a_tenth_and_a_wei),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
