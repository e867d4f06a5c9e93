/* A payload comes back as the same blocks, whatever valid transactions are in
 * them, and any other bytes have one defined answer. */
#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "rollup/native/compress.h"
#include "rollup/payload_columns.h"
#include "tests/bench/workload.h"

#include <ftw.h>
#include <jansson.h>
#include <libdeflate.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CHAIN WORKLOAD_CHAIN_ID

static struct arena arena;
static uint64_t random_state = 1;

static uint64_t next_random(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return random_state >> 33;
}

/* Of any size, small ones and round ones often. */
static struct u256 random_u256(void)
{
	uint8_t bytes[32];
	size_t len = next_random() % 33;
	struct u256 value;
	struct u256 ten = u256_from_u64(10);

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)next_random();
	value = u256_from_be(bytes, len);
	for (uint64_t zeros = next_random() % 4 * 6; zeros > 0; zeros--)
		u256_mul(&value, &value, &ten);
	return value;
}

static struct address random_address(void)
{
	struct address address = { { 0 } };
	size_t zeros = next_random() % 8 == 0 ? next_random() % 21 : 0;

	address.b[19] = (uint8_t)(next_random() % 8);
	if (next_random() % 2 == 0)
		for (size_t i = zeros; i < 20; i++)
			address.b[i] = (uint8_t)next_random();
	return address;
}

static uint64_t random_u64(void)
{
	return (next_random() << 33 ^ next_random()) >> next_random() % 64;
}

static struct hash32 random_word(void)
{
	struct hash32 word;
	struct u256 value = random_u256();
	struct address address = random_address();

	u256_to_be(word.b, &value);
	if (next_random() % 2 == 0) {
		memset(word.b, 0, 12);
		memcpy(word.b + 12, address.b, 20);
	}
	return word;
}

static struct bytes random_data(void)
{
	size_t words = next_random() % 6;
	size_t len = next_random() % 3 == 0 ? next_random() % 300 : 4 + 32 * words;
	uint8_t *data = arena_calloc(&arena, len + 1, 1);

	for (size_t i = 0; i < len; i++) {
		struct hash32 word = random_word();

		if (i % 32 == 4 && i + 32 <= len) {
			memcpy(data + i, word.b, 32);
			i += 31;
		} else {
			data[i] = (uint8_t)(next_random() % 3);
		}
	}
	return bytes_of(data, len);
}

static void random_access_list(struct transaction *tx)
{
	size_t count = next_random() % 4;
	struct access_list_entry *list = ARENA_ARRAY(&arena, struct access_list_entry, count);

	for (size_t i = 0; i < count; i++) {
		size_t keys = next_random() % 4;
		struct hash32 *storage_keys = ARENA_ARRAY(&arena, struct hash32, keys);

		for (size_t k = 0; k < keys; k++)
			storage_keys[k] = random_word();
		list[i] = (struct access_list_entry){ random_address(), storage_keys, keys };
	}
	tx->access_list = list;
	tx->access_list_count = count;
}

static void random_authorizations(struct transaction *tx)
{
	size_t count = next_random() % 4;
	struct authorization *list = ARENA_ARRAY(&arena, struct authorization, count);

	for (size_t i = 0; i < count; i++)
		list[i] = (struct authorization){ random_u256(), random_address(),
						  random_u64(),  (uint8_t)next_random(),
						  random_u256(), random_u256() };
	tx->authorizations = list;
	tx->authorization_count = count;
}

/* Any transaction that tx_decode() lets through: the signature is of the right
 * form, and nobody's. */
static void random_transaction(struct transaction *tx)
{
	static const enum tx_type types[] = { TX_LEGACY, TX_ACCESS_LIST, TX_DYNAMIC_FEE,
					      TX_SET_CODE };

	*tx = (struct transaction){ .type = types[next_random() % 4], .has_chain_id = true };
	if (tx->type == TX_LEGACY && next_random() % 2 == 0)
		tx->has_chain_id = false;
	tx->chain_id = tx->has_chain_id ? CHAIN : 0;
	tx->nonce = random_u64() >> 1;
	tx->gas_limit = random_u64();
	tx->max_fee_per_gas = random_u256();
	tx->max_priority_fee_per_gas = tx->max_fee_per_gas;
	tx->value = random_u256();
	tx->is_creation = tx->type != TX_SET_CODE && next_random() % 4 == 0;
	if (!tx->is_creation)
		tx->to = random_address();
	tx->data = random_data();
	if (tx->type == TX_DYNAMIC_FEE || tx->type == TX_SET_CODE)
		tx->max_priority_fee_per_gas = random_u256();
	if (tx->type != TX_LEGACY)
		random_access_list(tx);
	if (tx->type == TX_SET_CODE)
		random_authorizations(tx);
	tx->y_parity = (uint8_t)(next_random() % 2);
	tx->r = (struct u256){ { 1 + next_random(), next_random(), next_random(), next_random() } };
	tx->s = (struct u256){ { 1 + next_random(), next_random(), next_random(), next_random() } };
	tx_finish(&arena, tx);
}

static void assert_same_transaction(const struct transaction *a, const struct transaction *b)
{
	assert_true(hash32_eq(&a->hash, &b->hash));
	assert_true(bytes_eq(tx_encode(&arena, a), tx_encode(&arena, b)));
	assert_false(b->has_from);
}

static void assert_same_payload(const struct payload *a, const struct payload *b)
{
	assert_int_equal(a->block_count, b->block_count);
	for (size_t i = 0; i < a->block_count; i++) {
		const struct payload_block *x = &a->blocks[i];
		const struct payload_block *y = &b->blocks[i];

		assert_int_equal(x->timestamp, y->timestamp);
		assert_int_equal(x->message_count, y->message_count);
		assert_int_equal(x->transaction_count, y->transaction_count);
		for (size_t t = 0; t < x->transaction_count; t++)
			assert_same_transaction(&x->transactions[t], &y->transactions[t]);
	}
}

/* Compressed, decoded and compared; the payload's length. */
static size_t check_round_trip(const struct payload *p, uint64_t chain_id)
{
	struct payload decoded;
	struct bytes made;

	assert_true(payload_compress(&arena, p, chain_id, 6, &made));
	assert_int_equal(payload_decode(&arena, &decoded, chain_id, made), PAYLOAD_OK);
	assert_same_payload(p, &decoded);
	return made.len;
}

static struct payload random_payload(size_t blocks, size_t most)
{
	struct payload_block *list = ARENA_ARRAY(&arena, struct payload_block, blocks);

	for (size_t b = 0; b < blocks; b++) {
		size_t count = next_random() % (most + 1);
		struct transaction *txs = ARENA_ARRAY(&arena, struct transaction, count);

		for (size_t i = 0; i < count; i++)
			random_transaction(&txs[i]);
		list[b] = (struct payload_block){ random_u64(), (uint32_t)(next_random() % 9), txs,
						  count };
	}
	return (struct payload){ list, blocks };
}

static void random_transactions_of_all_types_come_back(void **state)
{
	(void)state;
	for (int i = 0; i < 300; i++) {
		struct arena_mark mark = arena_mark(&arena);
		struct payload p = random_payload(next_random() % 6, next_random() % 30);

		check_round_trip(&p, CHAIN);
		arena_reset(&arena, mark);
	}
}

static void blocks_without_transactions_come_back(void **state)
{
	struct payload_block blocks[3] = { { 5, 3, NULL, 0 },
					   { UINT64_MAX, UINT32_MAX, NULL, 0 },
					   { 0, 0, NULL, 0 } };
	struct payload p = { blocks, 3 };

	(void)state;
	check_round_trip(&p, CHAIN);
	p.block_count = 0;
	check_round_trip(&p, CHAIN);
}

/* One payload of the workload, `count` transactions in blocks of 200. */
static double bytes_per_transaction(enum workload workload, size_t count)
{
	struct transaction *txs = workload_make(&arena, workload, count);
	struct payload_block blocks[8];
	struct payload p = { blocks, count / 200 };

	for (size_t b = 0; b < p.block_count; b++)
		blocks[b] = (struct payload_block){ 1700000000 + b, 0, txs + 200 * b, 200 };
	return (double)check_round_trip(&p, CHAIN) / (double)count;
}

/* The OP Stack's span batch under brotli needs 84.3 and 85.3 for these. */
static void transfers_cost_little_more_than_their_signature_and_recipient(void **state)
{
	(void)state;
	assert_true(bytes_per_transaction(WORKLOAD_TRANSFER_FRESH, 1400) < 84.5);
	assert_true(bytes_per_transaction(WORKLOAD_ERC20_FRESH, 1400) < 85.5);
	assert_true(bytes_per_transaction(WORKLOAD_TRANSFER_RECURRING, 1400) < 69);
	assert_true(bytes_per_transaction(WORKLOAD_ERC20_RECURRING, 1400) < 69);
}

static size_t vectors_seen;

/* One file of the official transaction tests: {name: {"txbytes": "0x.."}}. */
static int check_vector(const char *path, const struct stat *info, int kind)
{
	json_t *root =
	    kind == FTW_F && strstr(path, ".json") ? json_load_file(path, 0, NULL) : NULL;
	const char *name;
	json_t *test;

	(void)info;
	json_object_foreach(root, name, test)
	{
		const char *text = json_string_value(json_object_get(test, "txbytes"));
		size_t digits = text != NULL && strlen(text) > 2 ? strlen(text + 2) : 0;
		uint8_t *raw = arena_alloc(&arena, digits / 2 + 1);
		struct transaction tx;
		struct payload_block block = { 1, 0, &tx, 1 };
		struct payload p = { &block, 1 };

		if (digits == 0 || digits > 200000 || !hex_decode(raw, text + 2, digits) ||
		    tx_decode(&arena, &tx, bytes_of(raw, digits / 2)) != TX_DECODE_OK ||
		    tx.type == TX_BLOB || tx.type == TX_DEPOSIT)
			continue;
		check_round_trip(&p, tx.chain_id);
		vectors_seen++;
	}
	json_decref(root);
	return 0;
}

static void the_official_valid_transactions_come_back(void **state)
{
	const char *shared = getenv("GAVEL_SHARED") ? getenv("GAVEL_SHARED") : "../shared";
	char path[4096];

	(void)state;
	snprintf(path, sizeof(path), "%s/vectors/transaction", shared);
	if (ftw(path, check_vector, 16) != 0) {
		print_message("skipped: no vectors in %s (set GAVEL_SHARED)\n", path);
		skip();
	}
	assert_true(vectors_seen > 30);
}

/* Columns under DEFLATE, as a payload. */
static struct bytes wrap(struct bytes columns)
{
	struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(1);
	size_t room = columns.len + 1000;
	uint8_t *out = arena_alloc(&arena, room);
	size_t len;

	out[0] = PAYLOAD_VERSION;
	len = libdeflate_deflate_compress(compressor, columns.data, columns.len, out + 1, room - 1);
	libdeflate_free_compressor(compressor);
	assert_true(len > 0);
	return bytes_of(out, 1 + len);
}

/* Whatever is wrong, there are no blocks then. */
static enum payload_err decode(struct bytes raw)
{
	struct payload p = { (const struct payload_block *)&arena, 7 };
	enum payload_err err = payload_decode(&arena, &p, CHAIN, raw);

	if (err != PAYLOAD_OK)
		assert_int_equal(p.block_count, 0);
	return err;
}

static enum payload_err decode_columns(const void *columns, size_t len)
{
	return decode(wrap(bytes_of(columns, len)));
}

static void each_kind_of_bad_payload_has_its_name(void **state)
{
	uint8_t *large = arena_calloc(&arena, PAYLOAD_MAX_BYTES + 1, 1);
	uint8_t *zeros = arena_calloc(&arena, PAYLOAD_MAX_INFLATED + 1, 1);
	struct bytes bomb = wrap(bytes_of(zeros, PAYLOAD_MAX_INFLATED + 1));
	struct bytes good = wrap(bytes_of("\0\0\0\0", 4));

	(void)state;
	assert_int_equal(decode(bytes_of(NULL, 0)), PAYLOAD_OK);
	assert_int_equal(decode(good), PAYLOAD_OK);
	assert_int_equal(decode(bytes_of(large, PAYLOAD_MAX_BYTES + 1)), PAYLOAD_TOO_LARGE);
	assert_int_equal(decode(bytes_of("\1\3\0", 3)), PAYLOAD_BAD_VERSION);
	assert_int_equal(decode(bytes_of(good.data, good.len - 1)), PAYLOAD_BAD_DEFLATE);
	assert_int_equal(decode(bytes_of("\0", 1)), PAYLOAD_BAD_DEFLATE);
	assert_true(bomb.len < 20000);
	assert_int_equal(decode(bomb), PAYLOAD_BAD_DEFLATE);
	/* 4097 blocks, by three constant columns: 0x1001 is the varint 81 20. */
	assert_int_equal(decode_columns("\x81\x20\0\0\0\0\5\0\1\0\0", 11), PAYLOAD_TOO_MANY_BLOCKS);
	assert_int_equal(decode_columns("\x80\x20\0\0\0\0\5\0\1\0\0", 11), PAYLOAD_OK);
}

static void columns_must_be_used_up_exactly(void **state)
{
	(void)state;
	/* One block: counts 1 0 0 0, then form 0 and a value, three times. */
	assert_int_equal(decode_columns("\1\0\0\0\0\5\0\1\0\0", 10), PAYLOAD_OK);
	assert_int_equal(decode_columns("\1\0\0\0\0\5\0\1\0\0\0", 11), PAYLOAD_BAD_COLUMNS);
	assert_int_equal(decode_columns("\1\0\0\0\0\5\0\1\0", 9), PAYLOAD_BAD_COLUMNS);
	assert_int_equal(decode_columns("\1\0\0\0\3\5\0\1\0\0", 10), PAYLOAD_BAD_COLUMNS);
	/* More transactions than there are, and an address that nobody uses. */
	assert_int_equal(decode_columns("\1\0\0\0\0\5\0\1\0\1", 10), PAYLOAD_BAD_COLUMNS);
	assert_int_equal(decode_columns("\1\0\1\0aaaaaaaaaaaaaaaaaaaa\0\5\0\1\0\0", 30),
			 PAYLOAD_BAD_COLUMNS);
	/* A message count over 32 bits; a varint over 64. */
	assert_int_equal(decode_columns("\1\0\0\0\0\5\0\xff\xff\xff\xff\x0f\0\0", 14), PAYLOAD_OK);
	assert_int_equal(decode_columns("\1\0\0\0\0\5\0\x80\x80\x80\x80\x10\0\0", 14),
			 PAYLOAD_BAD_COLUMNS);
	assert_int_equal(
	    decode_columns("\1\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\0\1\0\0", 19),
	    PAYLOAD_OK);
	assert_int_equal(
	    decode_columns("\1\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\2\0\1\0\0", 19),
	    PAYLOAD_BAD_COLUMNS);
}

/* The columns of one transfer, to be broken. */
static struct bytes one_transfer(void)
{
	struct transaction *tx = workload_make(&arena, WORKLOAD_TRANSFER_FRESH, 1);
	struct payload_block block = { 9, 0, tx, 1 };
	struct payload p = { &block, 1 };

	return payload_encode_columns(&arena, &p, CHAIN);
}

static void a_transaction_that_no_wallet_could_send_spoils_the_payload(void **state)
{
	struct bytes columns = one_transfer();
	uint8_t *changed = arena_alloc(&arena, columns.len);

	(void)state;
	assert_int_equal(decode_columns(columns.data, columns.len), PAYLOAD_OK);
	memcpy(changed, columns.data, columns.len);
	memset(changed + 4, 0, 32); /* r = 0 */
	assert_int_equal(decode_columns(changed, columns.len), PAYLOAD_BAD_COLUMNS);
	memcpy(changed, columns.data, columns.len);
	memset(changed + 4 + 32, 0x80, 32); /* s > n / 2 */
	assert_int_equal(decode_columns(changed, columns.len), PAYLOAD_BAD_COLUMNS);
	memcpy(changed, columns.data, columns.len);
	changed[4 + 64 + 20] |= 2; /* a parity bit of no transaction */
	assert_int_equal(decode_columns(changed, columns.len), PAYLOAD_BAD_COLUMNS);
}

static void a_reference_to_what_was_not_used_yet_is_refused(void **state)
{
	struct transaction *txs = workload_make(&arena, WORKLOAD_TRANSFER_FRESH, 3);
	struct payload_block block = { 9, 0, txs, 3 };
	struct payload p = { &block, 1 };
	struct bytes columns = payload_encode_columns(&arena, &p, CHAIN);
	/* The columns end in: recipients, all new; data lengths, all 0; access list
	 * lengths, all 0.  The recipients become new, new and any. */
	static const uint8_t tail[] = { 0, 0, 0, 0, 0, 0 };
	uint8_t *changed = arena_alloc(&arena, columns.len + 3);
	uint8_t *recipients = changed + columns.len - sizeof(tail);

	(void)state;
	memcpy(changed, columns.data, columns.len);
	assert_memory_equal(recipients, tail, sizeof(tail));
	memcpy(recipients, (uint8_t[]){ 1, 0, 0, 0, 0, 0, 0, 0, 0 }, 9);
	assert_int_equal(decode_columns(changed, columns.len + 3), PAYLOAD_OK);
	/* The second one's address before it was used; the last one's, never used. */
	memcpy(recipients, (uint8_t[]){ 1, 0, 0, 3, 0, 0, 0, 0, 0 }, 9);
	assert_int_equal(decode_columns(changed, columns.len + 3), PAYLOAD_BAD_COLUMNS);
	memcpy(recipients, (uint8_t[]){ 1, 0, 0, 0, 3, 0, 0, 0, 0 }, 9);
	assert_int_equal(decode_columns(changed, columns.len + 3), PAYLOAD_BAD_COLUMNS);
	/* The same as before, where nothing was. */
	memcpy(recipients, (uint8_t[]){ 1, 0, 1, 0, 0, 0, 0, 0, 0 }, 9);
	assert_int_equal(decode_columns(changed, columns.len + 3), PAYLOAD_BAD_COLUMNS);
}

/* Two addresses for three recipients, the last of which is number `index`. */
static enum payload_err decode_with_two_addresses(uint8_t index)
{
	struct transaction *txs = workload_make(&arena, WORKLOAD_TRANSFER_FRESH, 3);
	struct payload_block block = { 9, 0, txs, 3 };
	struct payload p = { &block, 1 };
	struct bytes columns;
	uint8_t *changed;

	txs[2].to = txs[0].to;
	columns = payload_encode_columns(&arena, &p, CHAIN);
	changed = arena_alloc(&arena, columns.len);
	memcpy(changed, columns.data, columns.len);
	/* Form 2: new, new, 2 + 0, zig-zag; then 4 bytes of other columns. */
	assert_memory_equal(changed + columns.len - 8, ((uint8_t[]){ 2, 0, 0, 4 }), 4);
	changed[columns.len - 5] = (uint8_t)(2 * (2 + index));
	return decode_columns(changed, columns.len);
}

static void a_reference_beyond_the_addresses_is_refused(void **state)
{
	(void)state;
	assert_int_equal(decode_with_two_addresses(0), PAYLOAD_OK);
	assert_int_equal(decode_with_two_addresses(1), PAYLOAD_OK);
	assert_int_equal(decode_with_two_addresses(2), PAYLOAD_BAD_COLUMNS);
	assert_int_equal(decode_with_two_addresses(50), PAYLOAD_BAD_COLUMNS);
}

/* 10^77 is the largest power of ten below 2^256. */
static void a_power_of_ten_beyond_2_256_is_refused(void **state)
{
	static const uint8_t one_finney[] = { 0, 0xc1, 0x07, 0x01 }; /* 1 * 10^15 */
	struct bytes columns = one_transfer();
	uint8_t *changed = arena_alloc(&arena, columns.len);
	uint8_t *word = changed;

	(void)state;
	memcpy(changed, columns.data, columns.len);
	while (memcmp(word, one_finney, sizeof(one_finney)) != 0)
		assert_true(++word < changed + columns.len - sizeof(one_finney));
	memcpy(word, (uint8_t[]){ 0, 0xc1, 0x26, 0x01 }, 4); /* 1 * 10^77 */
	assert_int_equal(decode_columns(changed, columns.len), PAYLOAD_OK);
	memcpy(word, (uint8_t[]){ 0, 0xc1, 0x26, 0x02 }, 4); /* 2 * 10^77 */
	assert_int_equal(decode_columns(changed, columns.len), PAYLOAD_BAD_COLUMNS);
	memcpy(word, (uint8_t[]){ 0, 0xc1, 0x26, 0x00 }, 4); /* 0 * 10^77 */
	assert_int_equal(decode_columns(changed, columns.len), PAYLOAD_OK);
	memcpy(word, (uint8_t[]){ 0, 0xc1, 0x27, 0x00 }, 4); /* 0 * 10^78 */
	assert_int_equal(decode_columns(changed, columns.len), PAYLOAD_BAD_COLUMNS);
}

/* Call data of 2^40 zero words from a form 0 column costs nothing to write. */
static void constant_columns_make_nothing_large_out_of_nothing(void **state)
{
	struct transaction tx = *workload_make(&arena, WORKLOAD_TRANSFER_FRESH, 1);
	struct payload_block block = { 9, 0, &tx, 1 };
	struct payload p = { &block, 1 };
	uint8_t *zeros = arena_calloc(&arena, PAYLOAD_MAX_INFLATED + 1, 1);
	struct bytes made;

	(void)state;
	tx.data = bytes_of(zeros, 4 + 32 * 1000);
	tx_finish(&arena, &tx);
	assert_in_range(check_round_trip(&p, CHAIN), 85, 200);
	tx.data = bytes_of(zeros, PAYLOAD_MAX_INFLATED);
	tx_finish(&arena, &tx);
	assert_in_range(check_round_trip(&p, CHAIN), 85, 200);
	tx.data = bytes_of(zeros, PAYLOAD_MAX_INFLATED + 1);
	tx_finish(&arena, &tx);
	assert_int_equal(decode(wrap(payload_encode_columns(&arena, &p, CHAIN))),
			 PAYLOAD_BAD_COLUMNS);
	assert_false(payload_compress(&arena, &p, CHAIN, 6, &made));
}

static void too_much_for_one_payload_is_told(void **state)
{
	struct transaction *txs = workload_make(&arena, WORKLOAD_TRANSFER_FRESH, 1500);
	struct payload_block block = { 9, 0, txs, 1500 };
	struct payload p = { &block, 1 };
	struct bytes made = bytes_of(&p, 1);
	struct payload_block *many =
	    ARENA_ARRAY(&arena, struct payload_block, PAYLOAD_MAX_BLOCKS + 1);

	(void)state;
	assert_false(payload_compress(&arena, &p, CHAIN, 6, &made));
	p = (struct payload){ many, PAYLOAD_MAX_BLOCKS + 1 };
	assert_false(payload_compress(&arena, &p, CHAIN, 6, &made));
	assert_ptr_equal(made.data, &p);
}

/* Damaged columns decode to valid blocks or to none; under the sanitizers,
 * nothing outside of them is touched. */
static void damaged_columns_have_a_defined_answer(void **state)
{
	int accepted = 0;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct arena_mark mark = arena_mark(&arena);
		struct payload p = random_payload(1 + next_random() % 3, 4);
		struct bytes columns = payload_encode_columns(&arena, &p, CHAIN);
		uint8_t *changed = arena_alloc(&arena, columns.len + 1);
		size_t len = columns.len - (next_random() % 4 == 0);
		struct payload decoded;

		memcpy(changed, columns.data, columns.len);
		for (uint64_t flips = 1 + next_random() % 3; flips > 0; flips--)
			changed[next_random() % columns.len] ^= (uint8_t)(1 << next_random() % 8);
		if (payload_decode(&arena, &decoded, CHAIN, wrap(bytes_of(changed, len))) ==
		    PAYLOAD_OK) {
			accepted++;
			check_round_trip(&decoded, CHAIN);
		}
		arena_reset(&arena, mark);
	}
	assert_in_range(accepted, 100, 2900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_transactions_of_all_types_come_back),
		cmocka_unit_test(blocks_without_transactions_come_back),
		cmocka_unit_test(transfers_cost_little_more_than_their_signature_and_recipient),
		cmocka_unit_test(the_official_valid_transactions_come_back),
		cmocka_unit_test(each_kind_of_bad_payload_has_its_name),
		cmocka_unit_test(columns_must_be_used_up_exactly),
		cmocka_unit_test(a_transaction_that_no_wallet_could_send_spoils_the_payload),
		cmocka_unit_test(a_reference_to_what_was_not_used_yet_is_refused),
		cmocka_unit_test(a_reference_beyond_the_addresses_is_refused),
		cmocka_unit_test(a_power_of_ten_beyond_2_256_is_refused),
		cmocka_unit_test(constant_columns_make_nothing_large_out_of_nothing),
		cmocka_unit_test(too_much_for_one_payload_is_told),
		cmocka_unit_test(damaged_columns_have_a_defined_answer),
	};

	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
