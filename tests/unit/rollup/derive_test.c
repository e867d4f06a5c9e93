/* Which blocks an inbox means, rule by rule.  Blocks are not executed here: a
 * header is its number, timestamp and position, and derive_next() asks for no
 * more. */
#include "base/native/arena_heap.h"
#include "rollup/native/compress.h"
#include "tests/bench/workload.h"
#include "tests/support/memory_chain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define T0 1000000 /* genesis */

static const struct chain_config config = {
	.chain_id = WORKLOAD_CHAIN_ID,
	.gas_limit = 30000000,
	.max_past = 3600,
	.max_future = 60,
};

static struct arena arena;
static struct memory_inbox inbox;
static struct derive_cache cache;
static struct header head;
static struct transaction *transactions; /* 8 to choose from */

static int start(void **state)
{
	static const struct position none = { 0 };

	(void)state;
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	memory_inbox_init(&inbox);
	derive_cache_init(&cache, &arena_heap);
	transactions = workload_make(&arena, WORKLOAD_TRANSFER_FRESH, 8);
	head = (struct header){ .timestamp = T0 };
	position_encode(&head, &none);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	derive_cache_free(&cache);
	memory_inbox_free(&inbox);
	arena_free(&arena);
	return 0;
}

/* Queues deposits that ask for so much gas. */
static void queue(size_t count, uint64_t gas_limit)
{
	struct memory_deposit deposit = { .gas_limit = gas_limit };

	while (count-- > 0)
		memory_inbox_deposit(&inbox, &deposit);
}

static struct bytes payload_of(const struct payload_block *blocks, size_t count)
{
	struct payload p = { blocks, count };
	struct bytes made;

	assert_true(payload_compress(&arena, &p, config.chain_id, 1, &made));
	return made;
}

#define BLOCK(time, messages, count)                                                               \
	{                                                                                          \
		(time), (messages), transactions, (count)                                          \
	}
#define APPEND(l1_time, queue_to, ...)                                                             \
	memory_inbox_append(&inbox,                                                                \
			    payload_of((struct payload_block[]){ __VA_ARGS__ },                    \
				       sizeof((struct payload_block[]){ __VA_ARGS__ }) /           \
					   sizeof(struct payload_block)),                          \
			    (queue_to), (l1_time))

static void append_empty(uint64_t l1_time, uint64_t queue_to)
{
	memory_inbox_append(&inbox, bytes_of(NULL, 0), queue_to, l1_time);
}

static enum derive_err next(struct block_input *input)
{
	struct inbox_source source = memory_inbox_source(&inbox);

	return derive_next(&arena, input, &config, &head, &source, &cache);
}

/* The chain goes on with `input`. */
static void accept(const struct block_input *input)
{
	assert_int_equal(input->number, head.number + 1);
	head.number = input->number;
	head.timestamp = input->timestamp;
	position_encode(&head, &input->position);
}

/* The next block is of `time`, with so many messages from `first_message` on,
 * and so many transactions. */
static void expect_block(uint64_t time, uint64_t first_message, size_t messages, size_t count)
{
	struct block_input input;

	assert_int_equal(next(&input), DERIVE_OK);
	assert_int_equal(input.timestamp, time);
	assert_int_equal(input.message_count, messages);
	assert_int_equal(input.transaction_count, count);
	assert_int_equal(input.position.queue_next, first_message + messages);
	for (size_t i = 0; i < messages; i++) {
		assert_int_equal(input.messages[i].index, first_message + i);
		assert_true(bytes_eq(input.messages[i].raw, inbox.messages[first_message + i].raw));
		assert_true(
		    hash32_eq(&input.messages[i].link, &inbox.messages[first_message + i].link));
	}
	for (size_t i = 0; i < count; i++)
		assert_true(hash32_eq(&input.transactions[i].hash, &transactions[i].hash));
	accept(&input);
}

static void expect_end(void)
{
	struct block_input input;

	assert_int_equal(next(&input), DERIVE_END);
}

static void nothing_follows_from_an_empty_inbox(void **state)
{
	(void)state;
	expect_end();
	append_empty(T0, 0);
	append_empty(T0 + 1, 0);
	expect_end();
}

static void the_blocks_of_a_payload_come_in_order(void **state)
{
	(void)state;
	queue(3, 100000);
	APPEND(T0 + 10, 3, BLOCK(T0 + 1, 2, 3), BLOCK(T0 + 1, 0, 1), BLOCK(T0 + 5, 1, 0));
	expect_block(T0 + 1, 0, 2, 3);
	expect_block(T0 + 1, 2, 0, 1);
	expect_block(T0 + 5, 2, 1, 0);
	expect_end();
	APPEND(T0 + 20, 3, BLOCK(T0 + 20, 0, 2));
	expect_block(T0 + 20, 3, 0, 2);
	expect_end();
}

static void a_position_says_where_the_inbox_stands(void **state)
{
	struct block_input input;

	(void)state;
	append_empty(T0, 0);
	queue(2, 100000);
	APPEND(T0 + 10, 2, BLOCK(T0 + 1, 1, 1));
	assert_int_equal(next(&input), DERIVE_OK);
	assert_int_equal(input.position.entry, 1);
	assert_int_equal(input.position.blocks_taken, 1);
	assert_int_equal(input.position.queue_next, 1);
	assert_false(input.position.in_tail);
	accept(&input);
	assert_int_equal(next(&input), DERIVE_OK);
	assert_int_equal(input.position.entry, 1);
	assert_int_equal(input.position.blocks_taken, 2);
	assert_int_equal(input.position.queue_next, 2);
	assert_true(input.position.in_tail);
}

static void messages_that_no_block_took_come_at_the_end(void **state)
{
	(void)state;
	queue(5, 100000);
	APPEND(T0 + 10, 5, BLOCK(T0 + 1, 2, 1));
	expect_block(T0 + 1, 0, 2, 1);
	expect_block(T0 + 10, 2, 3, 0);
	expect_end();
}

static void a_forced_entry_is_a_block_of_its_messages(void **state)
{
	(void)state;
	queue(4, 100000);
	append_empty(T0 + 10, 1);
	append_empty(T0 + 11, 1);
	append_empty(T0 + 12, 3);
	append_empty(T0 + 13, 4);
	expect_block(T0 + 10, 0, 1, 0);
	expect_block(T0 + 12, 1, 2, 0);
	expect_block(T0 + 13, 3, 1, 0);
	expect_end();
}

static void time_does_not_go_back_in_the_tail(void **state)
{
	(void)state;
	queue(1, 100000);
	APPEND(T0 + 10, 1, BLOCK(T0 + 60, 0, 1));
	expect_block(T0 + 60, 0, 0, 1);
	expect_block(T0 + 60, 0, 1, 0);
	expect_end();
}

static void the_tail_has_as_many_blocks_as_the_gas_bound_needs(void **state)
{
	(void)state;
	queue(3, 10000000);
	queue(1, 1);
	queue(1, UINT64_MAX); /* counts as a whole block */
	queue(600, 0);
	append_empty(T0 + 10, 605);
	expect_block(T0 + 10, 0, 3, 0);
	expect_block(T0 + 10, 3, 1, 0);
	expect_block(T0 + 10, 4, 601, 0);
	expect_end();
}

static void messages_over_the_gas_bound_end_the_payload(void **state)
{
	(void)state;
	queue(4, 10000000);
	APPEND(T0 + 10, 4, BLOCK(T0 + 1, 4, 1), BLOCK(T0 + 2, 0, 1));
	expect_block(T0 + 10, 0, 3, 0);
	expect_block(T0 + 10, 3, 1, 0);
	expect_end();
}

static void messages_up_to_the_gas_bound_are_taken(void **state)
{
	(void)state;
	queue(3, 10000000);
	APPEND(T0 + 10, 3, BLOCK(T0 + 1, 3, 1));
	expect_block(T0 + 1, 0, 3, 1);
	expect_end();
}

static void a_block_that_takes_more_messages_than_there_are_ends_the_payload(void **state)
{
	(void)state;
	queue(3, 100000);
	APPEND(T0 + 10, 2, BLOCK(T0 + 1, 1, 1), BLOCK(T0 + 1, 2, 1), BLOCK(T0 + 1, 1, 1));
	expect_block(T0 + 1, 0, 1, 1);
	expect_block(T0 + 10, 1, 1, 0);
	expect_end();
	APPEND(T0 + 11, 3, BLOCK(T0 + 11, UINT32_MAX, 0));
	expect_block(T0 + 11, 2, 1, 0);
	expect_end();
}

static void a_block_of_nothing_ends_the_payload(void **state)
{
	(void)state;
	APPEND(T0 + 10, 0, BLOCK(T0 + 1, 0, 1), BLOCK(T0 + 2, 0, 0), BLOCK(T0 + 3, 0, 1));
	expect_block(T0 + 1, 0, 0, 1);
	expect_end();
}

static void a_block_before_its_parent_ends_the_payload(void **state)
{
	(void)state;
	APPEND(T0 + 10, 0, BLOCK(T0 + 5, 0, 1), BLOCK(T0 + 4, 0, 1), BLOCK(T0 + 6, 0, 1));
	expect_block(T0 + 5, 0, 0, 1);
	expect_end();
	APPEND(T0 + 10, 0, BLOCK(T0 + 5, 0, 2));
	expect_block(T0 + 5, 0, 0, 2);
}

static void a_block_too_far_from_l1_time_ends_the_payload(void **state)
{
	const uint64_t l1 = T0 + 10000;

	(void)state;
	APPEND(l1, 0, BLOCK(l1 - 3601, 0, 1), BLOCK(l1, 0, 1));
	APPEND(l1, 0, BLOCK(l1 - 3600, 0, 2), BLOCK(l1 + 60, 0, 3), BLOCK(l1 + 61, 0, 1));
	expect_block(l1 - 3600, 0, 0, 2);
	expect_block(l1 + 60, 0, 0, 3);
	expect_end();
}

static void drift_bounds_do_not_wrap(void **state)
{
	(void)state;
	head.timestamp = 0;
	APPEND(5, 0, BLOCK(0, 0, 1));
	expect_block(0, 0, 0, 1);
	APPEND(UINT64_MAX, 0, BLOCK(UINT64_MAX, 0, 1));
	expect_block(UINT64_MAX, 0, 0, 1);
}

/* Every kind of malformed payload: the messages come all the same. */
static void a_payload_that_does_not_decode_counts_as_empty(void **state)
{
	struct payload_block block = BLOCK(T0 + 1, 1, 1);
	struct bytes good = payload_of(&block, 1);
	uint8_t *noise = arena_alloc(&arena, 5000);
	uint8_t *versioned = arena_alloc(&arena, good.len);

	(void)state;
	for (size_t i = 0; i < 5000; i++)
		noise[i] = (uint8_t)(i * i >> 3);
	memcpy(versioned, good.data, good.len);
	versioned[0] = 1;
	queue(4, 100000);
	memory_inbox_append(&inbox, bytes_of(noise, 5000), 1, T0 + 10);
	memory_inbox_append(&inbox, bytes_of(good.data, good.len - 1), 2, T0 + 11);
	memory_inbox_append(&inbox, bytes_of(versioned, good.len), 3, T0 + 12);
	memory_inbox_append(&inbox, bytes_of(good.data, good.len), 4, T0 + 13);
	expect_block(T0 + 10, 0, 1, 0);
	expect_block(T0 + 11, 1, 1, 0);
	expect_block(T0 + 12, 2, 1, 0);
	head.timestamp = T0; /* else the good one goes back in time */
	expect_block(T0 + 1, 3, 1, 1);
	expect_end();
}

static void the_cache_has_no_influence(void **state)
{
	(void)state;
	queue(3, 100000);
	APPEND(T0 + 10, 3, BLOCK(T0 + 1, 2, 3), BLOCK(T0 + 1, 0, 1), BLOCK(T0 + 5, 0, 2));
	for (int round = 0; round < 2; round++) {
		static const struct position none = { 0 };

		head = (struct header){ .timestamp = T0 };
		position_encode(&head, &none);
		expect_block(T0 + 1, 0, 2, 3);
		cache.filled = cache.filled && round == 0;
		expect_block(T0 + 1, 2, 0, 1);
		cache.filled = cache.filled && round == 0;
		expect_block(T0 + 5, 2, 0, 2);
		expect_block(T0 + 10, 2, 1, 0);
		expect_end();
	}
}

static void a_replaced_entry_is_seen(void **state)
{
	(void)state;
	APPEND(T0 + 10, 0, BLOCK(T0 + 1, 0, 1), BLOCK(T0 + 2, 0, 2));
	expect_block(T0 + 1, 0, 0, 1);
	inbox.entry_count = 0; /* an L1 reorg */
	APPEND(T0 + 10, 0, BLOCK(T0 + 1, 0, 1), BLOCK(T0 + 3, 0, 4));
	expect_block(T0 + 3, 0, 0, 4);
}

static bool lie_payload(void *context, struct arena *a, const struct hash32 *hash,
			struct bytes *payload)
{
	(void)context, (void)a, (void)hash;
	*payload = bytes_of("\0\3\0", 3);
	return true;
}

static bool no_payload(void *context, struct arena *a, const struct hash32 *hash,
		       struct bytes *payload)
{
	(void)context, (void)a, (void)hash, (void)payload;
	return false;
}

static bool lie_message(void *context, struct arena *a, uint64_t index, struct bytes *raw,
			struct hash32 *before)
{
	const struct memory_inbox *honest = context;
	uint8_t *copy;

	*raw = arena_copy(a, honest->messages[index].raw);
	copy = (uint8_t *)raw->data;
	copy[50] ^= index == 1;
	*before = index == 0 ? (struct hash32){ { 0 } } : honest->messages[index - 1].link;
	return true;
}

static void a_source_that_lies_is_found(void **state)
{
	struct inbox_source source = memory_inbox_source(&inbox);
	struct inbox_source liar = source;
	struct block_input input;

	(void)state;
	queue(3, 100000);
	APPEND(T0 + 10, 3, BLOCK(T0 + 1, 1, 1));
	liar.payload = lie_payload;
	assert_int_equal(derive_next(&arena, &input, &config, &head, &liar, &cache), DERIVE_FAILED);
	liar.payload = no_payload;
	assert_int_equal(derive_next(&arena, &input, &config, &head, &liar, &cache), DERIVE_FAILED);
	liar = source;
	liar.message = lie_message;
	assert_int_equal(derive_next(&arena, &input, &config, &head, &liar, &cache), DERIVE_FAILED);
	expect_block(T0 + 1, 0, 1, 1);
}

static void a_header_or_queue_that_cannot_be_is_found(void **state)
{
	struct block_input input;

	(void)state;
	queue(2, 100000);
	append_empty(T0, 2);
	inbox.entries[0].queue_from = 1;
	assert_int_equal(next(&input), DERIVE_FAILED);
	inbox.entries[0].queue_from = 0;
	head.extra_data_len = 0;
	assert_int_equal(next(&input), DERIVE_FAILED);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(nothing_follows_from_an_empty_inbox),
		CASE(the_blocks_of_a_payload_come_in_order),
		CASE(a_position_says_where_the_inbox_stands),
		CASE(messages_that_no_block_took_come_at_the_end),
		CASE(a_forced_entry_is_a_block_of_its_messages),
		CASE(time_does_not_go_back_in_the_tail),
		CASE(the_tail_has_as_many_blocks_as_the_gas_bound_needs),
		CASE(messages_over_the_gas_bound_end_the_payload),
		CASE(messages_up_to_the_gas_bound_are_taken),
		CASE(a_block_that_takes_more_messages_than_there_are_ends_the_payload),
		CASE(a_block_of_nothing_ends_the_payload),
		CASE(a_block_before_its_parent_ends_the_payload),
		CASE(a_block_too_far_from_l1_time_ends_the_payload),
		CASE(drift_bounds_do_not_wrap),
		CASE(a_payload_that_does_not_decode_counts_as_empty),
		CASE(the_cache_has_no_influence),
		CASE(a_replaced_entry_is_seen),
		CASE(a_source_that_lies_is_found),
		CASE(a_header_or_queue_that_cannot_be_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
