/* What the builder takes from the queue hangs together, also when L1 reorganises
 * between any two looks into the inbox. */
#include "sequencer/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/native/arena_heap.h"
#include "tests/support/test_world.h"

#define CONSUMED 2 /* messages, by the chain */
#define WAITING  5

static char directory[WORLD_PATH_SIZE], path[WORLD_PATH_SIZE];
static struct world_l1 l1;
static struct inbox *reader;
static struct arena arena;
static struct queue_place place;

/* A block of L1 with `count` deposits; those of each fork differ. */
static void mine_deposits(size_t count)
{
	world_l1_mine(&l1);
	for (size_t i = 0; i < count; i++)
		world_l1_deposit(&l1, (unsigned)(i % WORLD_SENDERS), 1000 * l1.fork + i + 1);
}

static int start(void **state)
{
	char error[DATABASE_ERROR_SIZE];

	(void)state;
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	world_directory(directory);
	world_path(path, directory, "inbox.db");
	world_l1_open(&l1, path, "aa");
	assert_true(inbox_open_reader(&reader, path, "aa", error));
	world_l1_begin(&l1);
	mine_deposits(CONSUMED);
	place = (struct queue_place){ CONSUMED, l1.messages[CONSUMED - 1].link };
	mine_deposits(WAITING);
	world_l1_commit(&l1);
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

/* Takes `depth` blocks back, and puts one with fewer deposits in their place. */
static void reorganise(uint64_t depth)
{
	world_l1_begin(&l1);
	world_l1_reorg(&l1, depth);
	mine_deposits(WAITING - 1);
	world_l1_commit(&l1);
}

static void assert_hangs_together(const struct message *messages, size_t count)
{
	struct hash32 link = place.link;

	for (size_t i = 0; i < count; i++) {
		link = message_link(&link, messages[i].raw);
		assert_int_equal(messages[i].index, place.next + i);
		assert_true(hash32_eq(&messages[i].link, &link));
	}
}

static void what_waits_is_read_as_far_as_there_is_room(void **state)
{
	struct message *messages;

	(void)state;
	assert_true(queue_waits(reader, &place));
	assert_int_equal(queue_read(reader, &arena, &place, 3, &messages), 3);
	assert_hangs_together(messages, 3);
	assert_int_equal(queue_read(reader, &arena, &place, 100, &messages), WAITING);
	assert_hangs_together(messages, WAITING);
	assert_int_equal(queue_read(reader, &arena, &place, 0, &messages), 0);
	place = (struct queue_place){ l1.message_count, l1.messages[l1.message_count - 1].link };
	assert_false(queue_waits(reader, &place));
	assert_int_equal(queue_read(reader, &arena, &place, 100, &messages), 0);
}

static void a_queue_that_the_chain_did_not_consume_is_left_alone(void **state)
{
	struct message *messages;

	(void)state;
	reorganise(2); /* what was consumed, too */
	assert_true(l1.message_count > place.next);
	assert_false(queue_waits(reader, &place));
	assert_int_equal(queue_read(reader, &arena, &place, 100, &messages), 0);
}

/* L1 reorganises when the reader's connection begins its statement number `left`. */
struct interruption {
	unsigned left;
	bool has_come;
};

static int interrupt(unsigned event, void *context, void *statement, void *sql)
{
	struct interruption *i = context;

	(void)event;
	(void)statement;
	(void)sql;
	if (i->has_come || i->left-- > 0)
		return 0;
	i->has_come = true;
	reorganise(1);
	return 0;
}

static void a_reorg_between_two_looks_mixes_no_queues(void **state)
{
	bool has_come = true;

	(void)state;
	for (unsigned at = 0; has_come; at++) {
		struct interruption i = { .left = at };
		struct message *messages;
		size_t count;

		sqlite3_trace_v2(database_handle(inbox_database(reader)), SQLITE_TRACE_STMT,
				 interrupt, &i);
		count = queue_read(reader, &arena, &place, 100, &messages);
		sqlite3_trace_v2(database_handle(inbox_database(reader)), 0, NULL, NULL);
		has_come = i.has_come;
		assert_true(count >= WAITING - 1);
		assert_hangs_together(messages, count);
		assert_true(at > 0 || has_come);
		/* As many as before for the next round. */
		world_l1_begin(&l1);
		world_l1_reorg(&l1, 1);
		mine_deposits(WAITING);
		world_l1_commit(&l1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_waits_is_read_as_far_as_there_is_room, start,
						stop),
		cmocka_unit_test_setup_teardown(
		    a_queue_that_the_chain_did_not_consume_is_left_alone, start, stop),
		cmocka_unit_test_setup_teardown(a_reorg_between_two_looks_mixes_no_queues, start,
						stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
