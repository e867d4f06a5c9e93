/* The batch that is open: its bounds really are bounds, whatever the
 * transactions are made of, so that a batch never turns out too large when its
 * blocks can no longer be moved to another one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "rollup/native/compress.h"
#include "sequencer/open_batch.h"
#include "tests/support/test_chain.h"

#define CHAIN_ID  845300
#define MAX_COUNT 4000

static struct arena arena;
static uint64_t seed;

static int start(void **state)
{
	(void)state;
	log_set_level(LOG_ERROR);
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	seed = 20261122;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static uint64_t roll(uint64_t bound)
{
	return world_random(&seed, bound);
}

/* ---- transactions, each field as it is worst for some column ---- */

static void fill(uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)roll(256);
}

static struct hash32 word(void)
{
	struct hash32 out = { { 0 } };
	size_t len = (size_t)roll(33);

	if (roll(3) == 0)
		len = 32;
	fill(out.b + 32 - len, len);
	if (roll(5) == 0) /* digits and zeros */
		be64_store(out.b + 24, (1 + roll(999)) * 1000000000000u);
	return out;
}

static uint64_t number(void)
{
	uint64_t bits = roll(65);
	uint64_t n = (roll(UINT32_MAX) << 32) ^ roll(UINT32_MAX);

	return bits ? n >> (64 - bits) : 0;
}

static struct u256 amount(void)
{
	struct hash32 w = word();

	return u256_from_be(w.b, 32);
}

static struct address address(void)
{
	struct address out = { { 0 } };

	fill(out.b, roll(4) ? 20 : 2);
	return out;
}

static struct bytes data(size_t max)
{
	size_t len = roll(3) ? (size_t)roll(max) : (size_t)roll(200);
	uint8_t *out = arena_alloc(&arena, len + 32);

	if (roll(2)) {
		fill(out, len);
	} else { /* words of an ABI, short ones among them */
		memset(out, 0, len);
		for (size_t at = roll(2) ? 4 : 0; at + 32 <= len; at += 32) {
			struct hash32 w = word();

			memcpy(out + at, w.b, 32);
		}
	}
	return bytes_of(out, len);
}

static void add_access_list(struct transaction *tx, size_t max)
{
	size_t count = (size_t)roll(max + 1);
	struct access_list_entry *list = ARENA_ARRAY(&arena, struct access_list_entry, count);

	for (size_t i = 0; i < count; i++) {
		size_t keys = (size_t)roll(roll(3) ? 4 : max);
		struct hash32 *words = ARENA_ARRAY(&arena, struct hash32, keys);

		for (size_t j = 0; j < keys; j++)
			words[j] = word();
		list[i] = (struct access_list_entry){ address(), words, keys };
	}
	tx->access_list = list;
	tx->access_list_count = count;
}

static void add_authorizations(struct transaction *tx)
{
	size_t count = 1 + (size_t)roll(roll(3) ? 3 : 60);
	struct authorization *list = ARENA_ARRAY(&arena, struct authorization, count);

	for (size_t i = 0; i < count; i++)
		list[i] = (struct authorization){ .chain_id = amount(),
						  .address = address(),
						  .nonce = number(),
						  .y_parity = (uint8_t)roll(256),
						  .r = amount(),
						  .s = amount() };
	tx->authorizations = list;
	tx->authorization_count = count;
}

static struct u256 scalar(void)
{
	uint8_t bytes[32];

	fill(bytes, 32);
	bytes[0] &= 0x3f; /* below half of the group's order */
	bytes[31] |= 1;
	return u256_from_be(bytes, 32);
}

static struct transaction random_transaction(size_t max_data)
{
	static const enum tx_type types[] = { TX_LEGACY, TX_ACCESS_LIST, TX_DYNAMIC_FEE,
					      TX_SET_CODE };
	struct transaction tx = { .type = types[roll(4)],
				  .has_chain_id = true,
				  .chain_id = CHAIN_ID,
				  .nonce = number(),
				  .max_fee_per_gas = amount(),
				  .gas_limit = number(),
				  .to = address(),
				  .value = amount(),
				  .data = data(max_data),
				  .y_parity = (uint8_t)roll(2),
				  .r = scalar(),
				  .s = scalar() };

	if (tx.nonce == UINT64_MAX)
		tx.nonce--; /* EIP-2681 */
	tx.max_priority_fee_per_gas = tx.max_fee_per_gas;
	if (tx.type == TX_DYNAMIC_FEE || tx.type == TX_SET_CODE)
		tx.max_priority_fee_per_gas = amount();
	if (tx.type == TX_LEGACY && roll(3) == 0)
		tx.has_chain_id = false, tx.chain_id = 0;
	if (tx.type != TX_LEGACY)
		add_access_list(&tx, roll(4) ? 2 : 40);
	if (tx.type == TX_SET_CODE)
		add_authorizations(&tx);
	else if (roll(6) == 0)
		tx.is_creation = true, tx.to = (struct address){ { 0 } };
	return tx;
}

/* All alike: columns of one number, which one other makes long. */
static struct transaction plain_transaction(uint64_t nonce)
{
	return (struct transaction){ .type = TX_DYNAMIC_FEE,
				     .has_chain_id = true,
				     .chain_id = CHAIN_ID,
				     .nonce = nonce,
				     .max_priority_fee_per_gas = u256_from_u64(1),
				     .max_fee_per_gas = u256_from_u64(1000000000),
				     .gas_limit = 21000,
				     .to = { { 1 } },
				     .value = u256_from_u64(1),
				     .r = scalar(),
				     .s = scalar() };
}

/* What tx_decode() takes is what the pool hands on. */
static void decode_again(struct transaction *tx)
{
	struct bytes raw = tx_encode(&arena, tx);
	struct transaction decoded;

	assert_int_equal(tx_decode(&arena, &decoded, raw), TX_DECODE_OK);
	*tx = decoded;
}

/* ---- a batch without a chain ---- */

static struct transaction list[MAX_COUNT];
static size_t bounds[MAX_COUNT];

/* Blocks of `per_block` transactions, of list[0 .. count). */
static struct payload payload_of(size_t count, size_t per_block)
{
	size_t blocks = (count + per_block - 1) / per_block;
	struct payload_block *out = ARENA_ARRAY(&arena, struct payload_block, blocks);

	for (size_t i = 0; i < blocks; i++) {
		size_t from = i * per_block;

		out[i] = (struct payload_block){
			.timestamp = number(),
			.message_count = (uint32_t)roll(roll(2) ? 3 : UINT32_MAX),
			.transactions = list + from,
			.transaction_count = count - from < per_block ? count - from : per_block,
		};
	}
	return (struct payload){ out, blocks };
}

static void add_blocks(struct open_batch *batch, size_t from, size_t to, size_t per_block)
{
	for (size_t i = from; i < to; i += per_block) {
		size_t sum = 0;

		for (size_t j = i; j < to && j < i + per_block; j++)
			sum += bounds[j];
		open_batch_add(batch, 1 + batch->blocks, sum, 0, 0);
	}
}

static void check_bounds(const struct open_batch *batch, const struct payload *p)
{
	size_t columns = payload_encode_columns(&arena, p, CHAIN_ID).len;
	struct bytes payload;

	assert_true(columns <= batch->column_bound);
	if (batch->size_bound > PAYLOAD_MAX_BYTES)
		return;
	for (int level = 1; level <= 12; level += 11) {
		assert_true(payload_compress(&arena, p, CHAIN_ID, level, &payload));
		assert_true(payload.len <= batch->size_bound);
	}
}

static void make_random(size_t from, size_t to, size_t max_data)
{
	for (size_t i = from; i < to; i++) {
		list[i] = random_transaction(max_data);
		decode_again(&list[i]);
		bounds[i] = open_batch_transaction_bound(&list[i]);
	}
}

static void make_plain(size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		list[i] = plain_transaction(i);
		decode_again(&list[i]);
		bounds[i] = open_batch_transaction_bound(&list[i]);
	}
}

static void the_bounds_hold_for_random_transactions_of_all_types(void **state)
{
	static const size_t sizes[] = { 10, 300, 5000, 60000 };

	(void)state;
	for (int round = 0; round < 400; round++) {
		size_t count = 1 + (size_t)roll(roll(4) ? 12 : 60);
		size_t per_block = 1 + (size_t)roll(4);
		struct open_batch batch;
		struct payload p;

		make_random(0, count, sizes[roll(4)]);
		open_batch_start(&batch, 0);
		add_blocks(&batch, 0, count, per_block);
		p = payload_of(count, per_block);
		check_bounds(&batch, &p);
		arena_free(&arena);
	}
}

/* As the builder does when the sum of the bounds is large: it measures, and
 * goes on from the true size. */
static void check_measured(size_t before, size_t after, size_t per_block)
{
	size_t count = before + after;
	struct open_batch batch;
	struct bytes payload;
	struct payload p;

	open_batch_start(&batch, 0);
	add_blocks(&batch, 0, before, per_block);
	p = payload_of(before, per_block);
	assert_true(payload_compress(&arena, &p, CHAIN_ID, 6, &payload));
	/* As open_batch_measure(), which is checked below to keep that slack. */
	batch.size_bound = payload.len + 512 + 2 * before;
	add_blocks(&batch, before, count, per_block);
	p = payload_of(count, per_block);
	check_bounds(&batch, &p);
}

static void what_joins_a_measured_batch_adds_no_more_than_its_bounds(void **state)
{
	(void)state;
	for (int round = 0; round < 120; round++) {
		size_t before = 4 * (1 + (size_t)roll(250)), after = 1 + (size_t)roll(20);

		make_plain(0, before);
		make_random(before, before + after, roll(2) ? 40 : 2000);
		check_measured(before, after, 4);
		arena_free(&arena);
	}
}

/* Gas limits that are close to each other take a byte each, until one is far
 * away. */
static void an_outlier_among_close_numbers_is_covered(void **state)
{
	(void)state;
	for (int round = 0; round < 60; round++) {
		size_t before = 4 * (1 + (size_t)roll(280));
		uint64_t base = roll(2) ? 1000000 : 30000000, spread = roll(2) ? 120 : 16000;

		make_plain(0, before + 1);
		for (size_t i = 0; i < before; i++) {
			list[i].gas_limit = base + roll(spread);
			decode_again(&list[i]);
			bounds[i] = open_batch_transaction_bound(&list[i]);
		}
		check_measured(before, 1, 4);
		arena_free(&arena);
	}
}

static void random_ones_that_join_random_ones_too(void **state)
{
	(void)state;
	for (int round = 0; round < 120; round++) {
		size_t before = 1 + (size_t)roll(40), after = 1 + (size_t)roll(20);

		make_random(0, before + after, roll(2) ? 100 : 1500);
		check_measured(before, after, 1);
		arena_free(&arena);
	}
}

static void a_full_batch_of_the_smallest_transactions_can_be_posted(void **state)
{
	struct open_batch batch;
	struct bytes payload;
	struct payload p;
	size_t count = 0;

	(void)state;
	open_batch_start(&batch, 0);
	make_plain(0, MAX_COUNT);
	while (count < MAX_COUNT && bounds[count] <= open_batch_room(&batch)) {
		open_batch_add(&batch, 1 + count, bounds[count], 0, 0);
		count++;
	}
	assert_true(count > 400 && count < MAX_COUNT);
	p = payload_of(count, 1);
	assert_true(payload_compress(&arena, &p, CHAIN_ID, 6, &payload));
	assert_true(payload.len <= PAYLOAD_MAX_BYTES);
}

/* ---- what there is room for ---- */

static void there_is_never_room_beyond_what_a_payload_holds(void **state)
{
	struct open_batch batch;

	(void)state;
	open_batch_start(&batch, 7);
	assert_int_equal(batch.entry, 7);
	while (batch.blocks < PAYLOAD_MAX_BLOCKS - 1) {
		assert_true(open_batch_room(&batch) < PAYLOAD_MAX_BYTES);
		open_batch_add(&batch, 1 + batch.blocks, 0, 0, 0);
		batch.size_bound = 0; /* measured */
	}
	assert_int_equal(open_batch_room(&batch), 0);
	open_batch_start(&batch, 0);
	open_batch_add(&batch, 5, open_batch_room(&batch), 0, 9);
	assert_int_equal(open_batch_room(&batch), 0);
	assert_int_equal(batch.first_block, 5);
	assert_int_equal(batch.opened_ms, 9);
	batch.size_bound = 0;
	batch.column_bound = PAYLOAD_MAX_INFLATED - 100;
	assert_true(open_batch_room(&batch) < 100);
	batch.column_bound = PAYLOAD_MAX_INFLATED + 1;
	assert_int_equal(open_batch_room(&batch), 0);
}

static void messages_have_room_up_to_the_contracts_bound(void **state)
{
	struct open_batch batch;

	(void)state;
	open_batch_start(&batch, 0);
	assert_int_equal(open_batch_message_room(&batch), ENTRY_MAX_MESSAGES);
	open_batch_add(&batch, 1, 0, ENTRY_MAX_MESSAGES - 1, 0);
	assert_int_equal(open_batch_message_room(&batch), 1);
	open_batch_add(&batch, 2, 0, 1, 0);
	assert_int_equal(open_batch_message_room(&batch), 0);
	batch.messages = UINT64_MAX;
	assert_int_equal(open_batch_message_room(&batch), 0);
}

/* ---- with a chain ---- */

static void a_batch_is_made_of_its_blocks_without_their_deposits(void **state)
{
	char directory[WORLD_PATH_SIZE], path[WORLD_PATH_SIZE];
	struct rollup_config config;
	struct chain_reader *reader;
	struct open_batch batch;
	struct chain *chain;
	struct bytes payload, quick;
	struct payload p;
	struct hash32 link = { { 0 } };
	uint64_t queue = 0;
	size_t raw = 0, raw_bytes, transactions;

	(void)state;
	world_config(&arena, &config);
	world_directory(directory);
	world_path(path, directory, "chain.db");
	chain = test_chain_open(path, &config, 0, 0);
	reader = test_chain_reader(path, &config);
	open_batch_start(&batch, 0);
	for (uint64_t n = 0; n < 30; n++) {
		struct transaction tx = world_keep(&arena, 0, n, n, n);
		struct message messages[2];
		struct block_input input = { .timestamp = WORLD_T0 + n,
					     .messages = messages,
					     .message_count = n % 3,
					     .transactions = &tx,
					     .transaction_count = 1 };
		size_t size = tx_encode(&arena, &tx).len;

		for (size_t i = 0; i < n % 3; i++) {
			uint8_t *deposit = arena_calloc(&arena, 114, 1);

			be64_store(deposit + 105, 50000);
			link = message_link(&link, bytes_of(deposit, 114));
			message_decode(&messages[i], queue++, &link, bytes_of(deposit, 114));
		}
		(void)test_chain_build(chain, &arena, &input, 0);
		raw += size;
		open_batch_add(&batch, n + 1, open_batch_transaction_bound(&tx), n % 3, 0);
	}
	assert_true(open_batch_payload(&arena, reader, &config.chain, 1, 30, true, &payload,
				       &raw_bytes, &transactions));
	assert_int_equal(raw_bytes, raw);
	assert_int_equal(transactions, 30);
	assert_true(payload.len <= batch.size_bound);
	assert_true(
	    open_batch_payload(&arena, reader, &config.chain, 1, 30, false, &quick, NULL, NULL));
	assert_true(payload.len <= quick.len);
	assert_int_equal(payload_decode(&arena, &p, config.chain.chain_id, payload), PAYLOAD_OK);
	assert_int_equal(p.block_count, 30);
	for (size_t i = 0; i < 30; i++) {
		assert_int_equal(p.blocks[i].timestamp, WORLD_T0 + i);
		assert_int_equal(p.blocks[i].message_count, i % 3);
		assert_int_equal(p.blocks[i].transaction_count, 1);
	}
	/* Blocks that are not there make no batch. */
	assert_false(
	    open_batch_payload(&arena, reader, &config.chain, 1, 31, true, &payload, NULL, NULL));
	assert_false(
	    open_batch_payload(&arena, reader, &config.chain, 0, 3, true, &payload, NULL, NULL));
	/* Measuring gives the true size with a slack, and the sum of the columns. */
	raw = batch.column_bound;
	batch.column_bound = 0;
	assert_true(open_batch_measure(&batch, reader, &config.chain));
	assert_int_equal(batch.size_bound, quick.len + 512 + 2 * 30);
	assert_int_equal(batch.column_bound, raw);
	batch.blocks++;
	raw = batch.size_bound;
	assert_false(open_batch_measure(&batch, reader, &config.chain));
	assert_int_equal(batch.size_bound, raw);
	chain_reader_close(reader);
	chain_close(chain);
	world_remove(directory);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(the_bounds_hold_for_random_transactions_of_all_types),
		TEST(what_joins_a_measured_batch_adds_no_more_than_its_bounds),
		TEST(an_outlier_among_close_numbers_is_covered),
		TEST(random_ones_that_join_random_ones_too),
		TEST(a_full_batch_of_the_smallest_transactions_can_be_posted),
		TEST(there_is_never_room_beyond_what_a_payload_holds),
		TEST(messages_have_room_up_to_the_contracts_bound),
		TEST(a_batch_is_made_of_its_blocks_without_their_deposits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
