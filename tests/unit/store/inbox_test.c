/* The inbox database: only what hangs together gets in, and what L1 takes back
 * goes out again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "tests/support/test_world.h"

static char directory[WORLD_PATH_SIZE], path[WORLD_PATH_SIZE];
static struct world_l1 l1;
static struct inbox *reader;
static struct arena arena;

static int start(void **state)
{
	char error[DATABASE_ERROR_SIZE];

	(void)state;
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	world_directory(directory);
	world_path(path, directory, "inbox.db");
	world_l1_open(&l1, path, "aa");
	assert_true(inbox_open_reader(&reader, path, "aa", error));
	return 0;
}

static int stop(void **state)
{
	(void)state;
	inbox_close(reader);
	world_l1_close(&l1);
	world_remove(directory);
	arena_free(&arena);
	return 0;
}

static struct bytes text(const char *words)
{
	return bytes_of(words, strlen(words));
}

/* Everything that a reader is told, against the model. */
static void assert_as_model(void)
{
	struct inbox_horizon horizon = { reader, UINT64_MAX };
	struct inbox_source source = inbox_source_of(&horizon);
	struct inbox_l1_block head;
	struct hash32 link = { { 0 } };
	struct entry entry;
	uint64_t number;
	size_t final = 0;
	struct bytes raw;

	assert_true(inbox_l1_head(reader, &head));
	assert_true(head.number == l1.head.number && hash32_eq(&head.hash, &l1.head.hash) &&
		    hash32_eq(&head.parent_hash, &l1.head.parent_hash) &&
		    head.timestamp == l1.head.timestamp);
	assert_int_equal(inbox_message_count(reader), l1.message_count);
	assert_int_equal(inbox_entry_count(reader), l1.entry_count);
	for (size_t i = 0; i < l1.message_count; i++) {
		struct hash32 before;

		assert_true(source.message(source.context, &arena, i, &raw, &before));
		assert_true(bytes_eq(raw, l1.messages[i].raw) && hash32_eq(&before, &link));
		assert_true(inbox_message_link(reader, i + 1, &link));
		assert_true(hash32_eq(&link, &l1.messages[i].link));
		assert_true(inbox_message_l1_number(reader, i, &number));
		assert_int_equal(number, l1.messages[i].l1_number);
	}
	assert_false(inbox_message_link(reader, l1.message_count + 1, &link));
	assert_false(inbox_message(reader, &arena, l1.message_count, &raw, &link));
	for (size_t i = 0; i < l1.entry_count; i++) {
		const struct world_entry *e = &l1.entries[i];

		assert_true(inbox_entry(reader, i, &entry, &link) && hash32_eq(&link, &e->link));
		assert_int_equal(source.entry(source.context, i, &entry), DERIVE_OK);
		assert_memory_equal(&entry, &e->entry, sizeof(entry));
		assert_true(source.payload(source.context, &arena, &entry.payload_hash, &raw));
		assert_true(bytes_eq(raw, e->payload));
		if (entry.l1_block_number <= l1.finalized)
			final = i + 1;
	}
	assert_int_equal(source.entry(source.context, l1.entry_count, &entry), DERIVE_END);
	assert_int_equal(inbox_final_entry_count(reader), final);
	assert_int_equal(inbox_l1_finalized(reader), l1.finalized);
}

static void nothing_is_known_at_first(void **state)
{
	struct inbox_l1_block block;
	struct hash32 link = { { 1 } }, zero = { { 0 } };

	(void)state;
	assert_false(inbox_l1_head(reader, &block));
	assert_false(inbox_l1_block(reader, 0, &block));
	assert_int_equal(inbox_message_count(reader) + inbox_entry_count(reader), 0);
	assert_int_equal(inbox_final_entry_count(reader) + inbox_l1_finalized(reader), 0);
	assert_true(inbox_message_link(reader, 0, &link) && hash32_eq(&link, &zero));
}

static void a_message_that_does_not_continue_the_queue_is_refused(void **state)
{
	struct hash32 zero = { { 0 } }, link, wrong;

	(void)state;
	world_l1_begin(&l1);
	world_l1_mine(&l1);
	world_l1_message(&l1, text("first"));
	link = message_link(&l1.messages[0].link, text("second"));
	wrong = message_link(&zero, text("second"));
	assert_false(inbox_add_message(l1.inbox, 0, &link, text("second"), 100, NULL));
	assert_false(inbox_add_message(l1.inbox, 2, &link, text("second"), 100, NULL));
	assert_false(inbox_add_message(l1.inbox, UINT64_MAX, &link, text("second"), 100, NULL));
	assert_false(inbox_add_message(l1.inbox, 1, &wrong, text("second"), 100, NULL));
	assert_false(inbox_add_message(l1.inbox, 1, &link, text("Second"), 100, NULL));
	assert_true(inbox_add_message(l1.inbox, 1, &link, text("second"), 100, NULL));
	world_l1_commit(&l1);
}

static bool add(struct entry entry, uint64_t index, struct bytes payload)
{
	struct hash32 before = { { 0 } }, link;

	if (l1.entry_count > 0)
		before = l1.entries[l1.entry_count - 1].link;
	link = entry_link(&before, &entry);
	return inbox_add_entry(l1.inbox, index, &link, &entry, payload);
}

static void an_entry_that_does_not_continue_the_list_is_refused(void **state)
{
	struct entry good, bad;
	struct hash32 wrong = { { 1 } };

	(void)state;
	world_l1_begin(&l1);
	world_l1_mine(&l1);
	world_l1_message(&l1, text("first"));
	world_l1_message(&l1, text("second"));
	world_l1_message(&l1, text("third"));
	world_l1_append(&l1, text("payload"), 1);
	good = (struct entry){ .payload_hash = keccak256(text("p")),
			       .queue_from = 1,
			       .queue_to = 2,
			       .queue_link = l1.messages[1].link,
			       .l1_block_number = 100,
			       .l1_timestamp = 5 };
	assert_false(add(good, 0, text("p")));
	assert_false(add(good, 2, text("p")));
	assert_false(add(good, 1, text("q")));
	assert_false(inbox_add_entry(l1.inbox, 1, &wrong, &good, text("p")));
	bad = good, bad.queue_from = 0; /* consumes a message twice */
	assert_false(add(bad, 1, text("p")));
	bad = good, bad.queue_from = 2; /* leaves one out */
	assert_false(add(bad, 1, text("p")));
	bad = good, bad.queue_to = 0; /* backwards */
	assert_false(add(bad, 1, text("p")));
	bad = good, bad.queue_to = 4; /* more than there are */
	assert_false(add(bad, 1, text("p")));
	bad = good, bad.queue_to = UINT64_MAX;
	assert_false(add(bad, 1, text("p")));
	bad = good, bad.queue_to = 3; /* another queue */
	assert_false(add(bad, 1, text("p")));
	assert_true(add(good, 1, text("p")));
	world_l1_commit(&l1);
}

static void a_payload_that_comes_again_outlives_the_second_entry(void **state)
{
	(void)state;
	world_l1_begin(&l1);
	world_l1_mine(&l1);
	world_l1_append(&l1, text("the same"), 0);
	world_l1_mine(&l1);
	world_l1_append(&l1, text("the same"), 0);
	world_l1_append(&l1, text(""), 0);
	world_l1_commit(&l1);
	assert_as_model();
	world_l1_begin(&l1);
	world_l1_reorg(&l1, 1);
	world_l1_commit(&l1);
	assert_int_equal(l1.entry_count, 1);
	assert_as_model();
	/* The first one goes, the second comes again. */
	world_l1_begin(&l1);
	world_l1_reorg(&l1, 1);
	world_l1_mine(&l1);
	world_l1_append(&l1, text("the same"), 0);
	world_l1_commit(&l1);
	assert_as_model();
}

static void old_l1_blocks_are_forgotten(void **state)
{
	struct inbox_l1_block block;

	(void)state;
	world_l1_begin(&l1);
	for (int i = 0; i < 10; i++)
		world_l1_mine(&l1); /* 100 to 109 */
	world_l1_finalize(&l1, 105);
	world_l1_mine(&l1);
	world_l1_commit(&l1);
	for (uint64_t n = 95; n < 115; n++)
		assert_int_equal(inbox_l1_block(reader, n, &block), n >= 105 && n <= 110);
}

static void deposits_are_found_by_the_hash_of_op_stack_libraries(void **state)
{
	struct hash32 zero = { { 0 } }, name = { { 9 } }, link = message_link(&zero, text("d"));
	uint64_t index = 7;

	(void)state;
	world_l1_begin(&l1);
	world_l1_mine(&l1);
	assert_true(inbox_add_message(l1.inbox, 0, &link, text("d"), 100, &name));
	link = message_link(&link, text("e"));
	assert_true(inbox_add_message(l1.inbox, 1, &link, text("e"), 100, NULL));
	world_l1_commit(&l1);
	assert_true(inbox_find_deposit(reader, &name, &index));
	assert_int_equal(index, 0);
	assert_false(inbox_find_deposit(reader, &zero, &index));
}

static void a_horizon_hides_what_is_behind_it(void **state)
{
	struct inbox_horizon horizon = { reader, 1 };
	struct inbox_source source = inbox_source_of(&horizon);
	struct entry entry;

	(void)state;
	world_l1_begin(&l1);
	world_l1_mine(&l1);
	world_l1_append(&l1, text("a"), 0);
	world_l1_append(&l1, text("b"), 0);
	world_l1_commit(&l1);
	assert_int_equal(source.entry(source.context, 0, &entry), DERIVE_OK);
	assert_int_equal(source.entry(source.context, 1, &entry), DERIVE_END);
}

static void random_block(uint64_t *seed)
{
	char words[32];

	world_l1_mine(&l1);
	while (world_random(seed, 3) > 0) {
		int len = snprintf(words, sizeof(words), "%llu",
				   (unsigned long long)world_random(seed, 1000));

		world_l1_message(&l1, bytes_of(words, (size_t)len));
	}
	while (world_random(seed, 2) > 0) {
		uint64_t from = world_l1_consumed(&l1);

		snprintf(words, sizeof(words), "%llu", (unsigned long long)world_random(seed, 5));
		world_l1_append(&l1, text(words),
				from + world_random(seed, l1.message_count - from + 1));
	}
}

static void random_histories_are_as_in_a_model(void **state)
{
	uint64_t seed = 4711;

	(void)state;
	for (int round = 0; round < 150; round++) {
		uint64_t depth, final;

		world_l1_begin(&l1);
		random_block(&seed);
		if (world_random(&seed, 4) == 0) {
			depth = world_random(&seed, l1.head.number -
							(l1.finalized ? l1.finalized : 99) + 1);
			world_l1_reorg(&l1, depth);
			random_block(&seed);
		}
		if (world_random(&seed, 5) == 0) {
			final = l1.head.number - world_random(&seed, 6);
			if (final >= 100)
				world_l1_finalize(&l1, final);
		}
		world_l1_commit(&l1);
		if (round % 10 == 0)
			assert_as_model();
	}
	assert_as_model();
	assert_true(l1.entry_count > 20 && l1.message_count > 20);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_known_at_first),
		TEST(a_message_that_does_not_continue_the_queue_is_refused),
		TEST(an_entry_that_does_not_continue_the_list_is_refused),
		TEST(a_payload_that_comes_again_outlives_the_second_entry),
		TEST(old_l1_blocks_are_forgotten),
		TEST(deposits_are_found_by_the_hash_of_op_stack_libraries),
		TEST(a_horizon_hides_what_is_behind_it),
		TEST(random_histories_are_as_in_a_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
