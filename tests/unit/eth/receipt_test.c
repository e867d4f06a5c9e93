/* Receipts encode as another implementation encodes them, and decode to what
 * they were. */
#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "eth/receipt.h"
#include "eth/rlp.h"
#include "tests/unit/eth/block_1.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define FIXED(field, text) assert_true(hex_decode_fixed((void *)&(field), sizeof(field), text))

static struct arena arena;
static struct hash32 topics[5];
static struct log logs[2];
static uint8_t word[32];

static struct receipt receipt_of_block_1(void)
{
	struct receipt r = { .type = TX_DYNAMIC_FEE,
			     .success = true,
			     .cumulative_gas_used = BLOCK_1_GAS_USED,
			     .logs = logs,
			     .log_count = 2 };

	for (uint8_t i = 0; i < 5; i++)
		topics[i].b[31] = (uint8_t)(i + 1);
	FIXED(logs[0].address, BLOCK_1_CONTRACT);
	logs[0].topics = topics;
	logs[0].topic_count = 4;
	logs[0].data = bytes_of(word, sizeof(word));
	logs[1].address = logs[0].address;
	bloom_add_logs(&r.bloom, logs, 2);
	return r;
}

static void the_bloom_is_the_one_that_anvil_gives(void **state)
{
	struct receipt r = receipt_of_block_1();
	struct bloom expected, merged = { { 0 } };
	uint8_t absent = 1;

	(void)state;
	FIXED(expected, BLOCK_1_BLOOM);
	assert_memory_equal(&r.bloom, &expected, sizeof(expected));
	assert_true(bloom_may_contain(&expected, bytes_of_address(&logs[0].address)));
	assert_true(bloom_may_contain(&expected, bytes_of_hash(&topics[3])));
	assert_false(bloom_may_contain(&expected, bytes_of_hash(&topics[4])));
	assert_false(bloom_may_contain(&expected, bytes_of(&absent, 1)));
	bloom_merge(&merged, &expected);
	bloom_merge(&merged, &merged);
	assert_memory_equal(&merged, &expected, sizeof(expected));
}

/* A trie with the one key rlp(0) = 0x80 is a leaf with the path 0x2080 (yellow
 * paper, appendix C and D). */
static void the_receipts_root_is_the_one_that_anvil_gives(void **state)
{
	struct receipt r = receipt_of_block_1();
	struct bytes encoded = receipt_encode(&arena, &r);
	struct hash32 expected, root;
	struct rlp_writer w;
	size_t leaf;

	(void)state;
	rlp_writer_init(&w, &arena);
	leaf = rlp_begin_list(&w);
	rlp_write_string(&w, bytes_of("\x20\x80", 2));
	rlp_write_string(&w, encoded);
	rlp_end_list(&w, leaf);
	root = keccak256(rlp_written(&w));
	FIXED(expected, BLOCK_1_RECEIPTS_ROOT);
	assert_true(hash32_eq(&root, &expected));
}

static void decoding_undoes_encoding_for_every_type(void **state)
{
	static const enum tx_type types[] = { TX_LEGACY, TX_ACCESS_LIST, TX_DYNAMIC_FEE,
					      TX_BLOB,   TX_SET_CODE,    TX_DEPOSIT };
	struct receipt r = receipt_of_block_1(), back;

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct bytes encoded;

		r.type = types[i];
		r.success = i % 2;
		r.deposit_nonce = r.type == TX_DEPOSIT ? 77 : 0;
		encoded = receipt_encode(&arena, &r);
		assert_true(receipt_decode(&arena, &back, encoded));
		assert_int_equal(back.type, r.type);
		assert_int_equal(back.success, r.success);
		assert_int_equal(back.cumulative_gas_used, r.cumulative_gas_used);
		assert_int_equal(back.deposit_nonce, r.deposit_nonce);
		assert_int_equal(back.log_count, 2);
		assert_int_equal(back.logs[0].topic_count, 4);
		assert_true(bytes_eq(receipt_encode(&arena, &back), encoded));
		for (size_t len = 0; len < encoded.len; len++)
			assert_false(receipt_decode(&arena, &back, bytes_of(encoded.data, len)));
	}
}

static void what_is_no_receipt_is_refused(void **state)
{
	struct receipt r = receipt_of_block_1(), back;
	struct bytes encoded;
	uint8_t *changed;

	(void)state;
	encoded = receipt_encode(&arena, &r);
	changed = (uint8_t *)encoded.data;
	changed[0] = 0x05; /* no such type */
	assert_false(receipt_decode(&arena, &back, encoded));
	changed[0] = 0x00; /* legacy has no type byte */
	assert_false(receipt_decode(&arena, &back, encoded));
	changed[0] = TX_DEPOSIT; /* its two fields are missing */
	assert_false(receipt_decode(&arena, &back, encoded));
	changed[0] = TX_BLOB;
	assert_true(receipt_decode(&arena, &back, encoded));
	assert_int_equal(changed[4], 1);
	changed[4] = 2; /* status */
	assert_false(receipt_decode(&arena, &back, encoded));
	logs[0].topic_count = 5;
	assert_false(receipt_decode(&arena, &back, receipt_encode(&arena, &r)));
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bloom_is_the_one_that_anvil_gives),
		cmocka_unit_test(the_receipts_root_is_the_one_that_anvil_gives),
		cmocka_unit_test(decoding_undoes_encoding_for_every_type),
		cmocka_unit_test(what_is_no_receipt_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
