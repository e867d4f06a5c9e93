/* Headers hash as another implementation hashes them. */
#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "eth/header.h"
#include "eth/rlp.h"
#include "tests/unit/eth/block_1.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define FIXED(field, text) assert_true(hex_decode_fixed((void *)&(field), sizeof(field), text))

static struct header block_1(void)
{
	struct header h = { .number = 1,
			    .ommers_hash = header_empty_ommers_hash,
			    .withdrawals_root = keccak_empty_trie,
			    .requests_hash = header_empty_requests_hash,
			    .gas_limit = 30000000,
			    .gas_used = BLOCK_1_GAS_USED,
			    .timestamp = BLOCK_1_TIMESTAMP,
			    .base_fee = u256_from_u64(1000000000) };

	FIXED(h.parent_hash, BLOCK_1_PARENT);
	FIXED(h.state_root, BLOCK_1_STATE_ROOT);
	FIXED(h.transactions_root, BLOCK_1_TRANSACTIONS);
	FIXED(h.receipts_root, BLOCK_1_RECEIPTS_ROOT);
	FIXED(h.prev_randao, BLOCK_1_PREV_RANDAO);
	FIXED(h.logs_bloom, BLOCK_1_BLOOM);
	return h;
}

static void a_header_has_the_hash_that_anvil_gives_it(void **state)
{
	struct header h = block_1();
	struct hash32 expected, hash;
	struct arena a;

	(void)state;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	FIXED(expected, BLOCK_1_HASH);
	hash = header_hash(&a, &h);
	assert_true(hash32_eq(&hash, &expected));
	arena_free(&a);
}

/* Another value in every field, so that two that were swapped would show. */
static struct header all_different(void)
{
	struct header h = block_1();

	memset(&h, 0, sizeof(h));
	h.parent_hash.b[0] = 1;
	h.ommers_hash.b[0] = 2;
	h.coinbase.b[0] = 3;
	h.state_root.b[0] = 4;
	h.transactions_root.b[0] = 5;
	h.receipts_root.b[0] = 6;
	h.logs_bloom.b[0] = 7;
	h.difficulty.limb[3] = 8;
	h.number = 9;
	h.gas_limit = 10;
	h.gas_used = 11;
	h.timestamp = UINT64_MAX;
	memset(h.extra_data, 13, HEADER_EXTRA_DATA_MAX);
	h.extra_data_len = HEADER_EXTRA_DATA_MAX;
	h.prev_randao.b[0] = 14;
	h.nonce[0] = 15;
	h.base_fee.limb[1] = 16;
	h.withdrawals_root.b[0] = 17;
	h.blob_gas_used = 18;
	h.excess_blob_gas = 19;
	h.parent_beacon_block_root.b[0] = 20;
	h.requests_hash.b[0] = 21;
	return h;
}

static void decoding_undoes_encoding(void **state)
{
	struct header h = all_different(), back;
	struct bytes rlp;
	struct arena a;

	(void)state;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	memset(&back, 0, sizeof(back));
	rlp = header_encode(&a, &h);
	assert_true(header_decode(&back, rlp));
	assert_memory_equal(&h, &back, sizeof(h));
	arena_free(&a);
}

static void a_header_of_other_length_is_refused(void **state)
{
	struct header h = all_different(), back;
	struct bytes rlp, fields, longer;
	struct rlp_writer w;
	struct arena a;
	size_t list;

	(void)state;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	rlp = header_encode(&a, &h);
	for (size_t len = 0; len < rlp.len; len++)
		assert_false(header_decode(&back, bytes_of(rlp.data, len)));
	assert_true(rlp_next_list(&rlp, &fields));
	rlp_writer_init(&w, &a);
	list = rlp_begin_list(&w);
	rlp_write_raw(&w, fields);
	rlp_write_u64(&w, 1);
	rlp_end_list(&w, list);
	longer = rlp_written(&w);
	assert_false(header_decode(&back, longer));
	rlp_writer_init(&w, &a);
	list = rlp_begin_list(&w);
	rlp_write_raw(&w, bytes_of(fields.data, fields.len - 33));
	rlp_end_list(&w, list);
	assert_false(header_decode(&back, rlp_written(&w)));
	arena_free(&a);
}

/* The first three lines: go-ethereum's TestCalcBaseFee; the others by hand
 * from EIP-1559. */
static void the_base_fee_follows_the_gas_used(void **state)
{
	static const struct {
		uint64_t fee, limit, used, next;
	} cases[] = {
		{ 1000000000, 20000000, 10000000, 1000000000 },
		{ 1000000000, 20000000, 9000000, 987500000 },
		{ 1000000000, 20000000, 11000000, 1012500000 },
		{ 1000000000, 20000000, 20000000, 1125000000 },
		{ 1000000000, 20000000, 0, 875000000 },
		{ 7, 20000000, 20000000, 8 }, /* at least 1 up */
		{ 7, 20000000, 0, 7 },        /* but nothing down */
		{ 0, 20000000, 10000001, 1 },
		{ 0, 0, 0, 0 },
		{ 5, 1, 1, 6 },
	};
	struct header h;
	struct u256 next;

	(void)state;
	memset(&h, 0, sizeof(h));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		h.base_fee = u256_from_u64(cases[i].fee);
		h.gas_limit = cases[i].limit;
		h.gas_used = cases[i].used;
		next = header_next_base_fee(&h);
		assert_true(u256_fits_u64(&next));
		assert_int_equal(next.limb[0], cases[i].next);
	}
}

static void the_base_fee_does_not_wrap(void **state)
{
	const struct u256 max = { { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } };
	struct u256 next, change, eight = u256_from_u64(8);
	struct header h;

	(void)state;
	memset(&h, 0, sizeof(h));
	h.base_fee = max;
	h.gas_limit = UINT64_MAX;
	h.gas_used = UINT64_MAX;
	next = header_next_base_fee(&h);
	assert_true(u256_eq(&next, &max));
	h.gas_used = 0;
	next = header_next_base_fee(&h);
	u256_divmod(&change, NULL, &max, &eight);
	u256_add(&next, &next, &change);
	assert_true(u256_eq(&next, &max));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_has_the_hash_that_anvil_gives_it),
		cmocka_unit_test(decoding_undoes_encoding),
		cmocka_unit_test(a_header_of_other_length_is_refused),
		cmocka_unit_test(the_base_fee_follows_the_gas_used),
		cmocka_unit_test(the_base_fee_does_not_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
