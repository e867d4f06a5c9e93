/* What end-to-end tests can't easily reach: numbers at their ends, and fields
 * by type. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sequencer/rpc_format.h"

static const char *text_of(json_t *json, const char *name)
{
	return json_string_value(json_object_get(json, name));
}

/* EIP-155: v = chain id * 2 + 35 + parity; before it 27 + parity. */
static void v_of_legacy_transactions(void **unused)
{
	struct transaction tx = { .type = TX_LEGACY, .y_parity = 1 };
	json_t *json = rpc_format_pending(&tx);

	(void)unused;
	assert_string_equal(text_of(json, "v"), "0x1c");
	assert_null(json_object_get(json, "chainId"));
	assert_null(json_object_get(json, "yParity"));
	json_decref(json);

	tx.has_chain_id = true;
	tx.chain_id = 1;
	json = rpc_format_pending(&tx);
	assert_string_equal(text_of(json, "v"), "0x26");
	assert_string_equal(text_of(json, "chainId"), "0x1");
	json_decref(json);

	tx.chain_id = UINT64_MAX;
	json = rpc_format_pending(&tx);
	assert_string_equal(text_of(json, "v"), "0x20000000000000022");
	json_decref(json);
}

static void a_creation_has_no_receiver(void **unused)
{
	struct transaction tx = { .type = TX_DYNAMIC_FEE, .is_creation = true };
	json_t *json = rpc_format_pending(&tx);

	(void)unused;
	assert_true(json_is_null(json_object_get(json, "to")));
	assert_true(json_is_null(json_object_get(json, "blockHash")));
	assert_string_equal(text_of(json, "yParity"), "0x0");
	json_decref(json);
}

static void logs_are_counted_through_the_block(void **unused)
{
	struct block_transaction transactions[3] = { 0 };
	struct stored_block block = { .transactions = transactions, .transaction_count = 3 };

	(void)unused;
	transactions[0].receipt.log_count = 2;
	transactions[1].receipt.log_count = 3;
	assert_int_equal(rpc_format_first_log(&block, 0), 0);
	assert_int_equal(rpc_format_first_log(&block, 1), 2);
	assert_int_equal(rpc_format_first_log(&block, 2), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(v_of_legacy_transactions),
		cmocka_unit_test(a_creation_has_no_receiver),
		cmocka_unit_test(logs_are_counted_through_the_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
