/* Nodes by place and block, against a model that keeps every state whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/native/arena_heap.h"
#include "store/node_store.h"
#include "tests/support/test_world.h"

#define OWNERS 3
#define PATHS  14
#define BLOCKS 120

static const struct database_schema schema = { "nodes", 1, NODE_STORE_SQL, NULL };
static char directory[WORLD_PATH_SIZE], path[WORLD_PATH_SIZE];
static struct database *db;
static struct node_batch *batch;           /* where blocks go, or NULL */
static struct node_recent memory, *recent; /* &memory, or NULL: packs are searched */
static struct arena arena;

/* The number of the block that wrote what stands there; 0: nothing. */
static unsigned model[BLOCKS + 1][OWNERS][PATHS];

/* Neighbours in the order of keys, the shortest and the longest. */
static const struct hash32 owners[OWNERS] = { { { 0 } }, { { 0xff, 1 } }, { { 0xff, 2 } } };
static uint8_t nibbles[PATHS][64];
static const size_t lengths[PATHS] = { 0, 1, 1, 2, 2, 3, 3, 5, 8, 63, 64, 64, 64, 4 };

static int start(void **state)
{
	char error[DATABASE_ERROR_SIZE];

	recent = NULL;

	(void)state;
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	world_directory(directory);
	world_path(path, directory, "nodes.db");
	assert_true(database_open(&db, path, &schema, error));
	memset(nibbles, 0, sizeof(nibbles));
	for (size_t i = 0; i < PATHS; i++)
		for (size_t j = 0; j < lengths[i]; j++)
			nibbles[i][j] = (uint8_t)(i % 3 == 0 ? 0 : i % 3 == 1 ? 15 : i);
	nibbles[11][63] = 14;
	nibbles[5][2] = 0; /* 3 nibbles whose bytes are those of 4 */
	memset(model, 0, sizeof(model));
	return 0;
}

static int start_remembering(void **state)
{
	int result = start(state);

	node_recent_init(&memory, 1);
	recent = &memory;
	return result;
}

static int stop(void **state)
{
	(void)state;
	if (recent)
		node_recent_free(recent);
	database_close(db);
	world_remove(directory);
	arena_free(&arena);
	return 0;
}

static struct trie_path path_of(size_t index)
{
	return (struct trie_path){ nibbles[index], lengths[index] };
}

static const struct hash32 *owner_of(size_t index)
{
	return index ? &owners[index] : NULL; /* NULL: the account trie */
}

static struct bytes value_of(unsigned number, size_t owner, size_t place)
{
	static char text[64];

	return bytes_of(text, (size_t)sprintf(text, "%u/%zu/%zu", number, owner, place));
}

static void write_block(uint64_t *seed, unsigned number)
{
	struct node_writer writer;
	struct state_sink sink;
	struct hash32 hash = { { 0 } };

	memcpy(model[number], model[number - 1], sizeof(model[0]));
	node_writer_begin(&writer, db, number);
	writer.recent = recent;
	writer.batch = batch;
	sink = node_writer_sink(&writer);
	if (world_random(seed, 5) == 0) {
		size_t owner = 1 + world_random(seed, OWNERS - 1);

		sink.clear_storage(sink.context, &owners[owner]);
		memset(model[number][owner], 0, sizeof(model[number][owner]));
	}
	for (uint64_t i = world_random(seed, 12); i > 0; i--) {
		size_t owner = world_random(seed, OWNERS), place = world_random(seed, PATHS);
		bool gone = world_random(seed, 3) == 0;

		model[number][owner][place] = gone ? 0 : number;
		sink.store_node(sink.context, owner_of(owner), path_of(place), gone ? NULL : &hash,
				gone ? bytes_of(NULL, 0) : value_of(number, owner, place));
	}
	node_writer_end(&writer);
}

static void assert_state(unsigned number)
{
	struct node_view view = { db, number, recent };
	struct state_store store = node_store_reader(&view);
	struct hash32 hash = { { 0 } };
	struct bytes rlp;

	for (size_t owner = 0; owner < OWNERS; owner++)
		for (size_t place = 0; place < PATHS; place++) {
			unsigned written = model[number][owner][place];
			bool found = store.load_node(store.context, &arena, &rlp, owner_of(owner),
						     path_of(place), &hash);

			assert_int_equal(found, written != 0);
			if (found)
				assert_true(bytes_eq(rlp, value_of(written, owner, place)));
		}
}

static uint64_t rows(const char *sql)
{
	sqlite3_stmt *s;
	uint64_t count;

	assert_int_equal(sqlite3_prepare_v2(database_handle(db), sql, -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	count = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return count;
}

static uint64_t packed(void)
{
	size_t count;

	(void)node_pack_read(db, &arena, 0, INT64_MAX, &count);
	return count;
}

/* Live nodes, when only the state of `number` and later ones are kept. */
static uint64_t live(unsigned number)
{
	uint64_t count = 0;

	for (size_t owner = 0; owner < OWNERS; owner++)
		for (size_t place = 0; place < PATHS; place++)
			count += model[number][owner][place] != 0;
	return count;
}

static void every_state_is_readable_until_it_is_pruned(void **state)
{
	uint64_t seed = 99;
	unsigned head = 0, pruned = 0;

	(void)state;
	for (int step = 0; step < 400 && head < BLOCKS; step++) {
		uint64_t what = world_random(&seed, 8);

		database_begin(db);
		if (what < 5) {
			write_block(&seed, ++head);
		} else if (what == 5 && head > pruned) {
			node_store_undo(db, head--);
		} else if (pruned + 10 < head) {
			node_store_prune(db, ++pruned);
		}
		database_commit(db);
		for (unsigned n = pruned; n <= head; n += 1 + (head - pruned) / 7)
			assert_state(n);
		assert_state(head);
	}
	assert_true(head > 80 && pruned > 5);
	while (pruned < head)
		node_store_prune(db, ++pruned);
	assert_state(head);
	/* Nothing but that state is left. */
	assert_int_equal(rows("SELECT count(*) FROM node_version"), live(head));
	assert_int_equal(packed(), live(head));
}

static void undoing_all_leaves_nothing(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (unsigned n = 1; n <= 30; n++)
		write_block(&seed, n);
	for (unsigned n = 30; n > 0; n--)
		node_store_undo(db, n);
	assert_int_equal(rows("SELECT count(*) FROM node_version"), 0);
	assert_int_equal(rows("SELECT count(*) FROM node_pack"), 0);
}

/* What the index does not have yet is found, and the same with it. */
static void indexing_changes_no_state(void **state)
{
	uint64_t seed = 3;
	unsigned head = 0;

	(void)state;
	database_begin(db);
	/* Until some are not in it: clearing a storage indexes. */
	do
		write_block(&seed, ++head);
	while (head < 10 || rows("SELECT first FROM node_unindexed") + 3 > head);
	for (unsigned n = 0; n <= head; n++)
		assert_state(n);
	node_store_index(db, recent);
	assert_int_equal(rows("SELECT count(*) FROM node_version"), packed());
	for (unsigned n = 0; n <= head; n++)
		assert_state(n);
	database_commit(db);
}

static void what_was_indexed_in_vain_is_found(void **state)
{
	uint64_t seed = 5, first;
	unsigned head = 0, kept;

	(void)state;
	while (head < 10)
		write_block(&seed, ++head);
	for (int round = 0; round < 5; round++) {
		write_block(&seed, ++head);
		kept = head;
		database_begin(db);
		first = rows("SELECT first FROM node_unindexed");
		while (rows("SELECT first FROM node_unindexed") == first)
			write_block(&seed, ++head);
		assert_state(head);
		database_rollback(db);
		head = kept;
		assert_state(head);
		/* Others in place of those that are gone. */
		write_block(&seed, ++head);
		assert_state(head);
	}
}

/* Few blocks of one database transaction or many, and single ones in between. */
static void blocks_stored_together_read_like_single_ones(void **state)
{
	struct node_batch many = { .recent = recent };
	uint64_t seed = 11;
	unsigned head = 0, most = 0;

	(void)state;
	while (head + 30 < BLOCKS) {
		unsigned count = (unsigned)world_random(&seed, 30);

		database_begin(db);
		batch = &many;
		for (unsigned i = 0; i < count; i++)
			write_block(&seed, ++head);
		node_batch_flush(&many, db);
		assert_null(many.nodes);
		batch = NULL;
		write_block(&seed, ++head);
		database_commit(db);
		for (unsigned n = 0; n <= head; n++)
			assert_state(n);
		most = count > most ? count : most;
	}
	assert_true(most > 16);
	for (; head > 0; head--) {
		node_store_undo(db, head);
		assert_state(head - 1);
	}
	assert_int_equal(rows("SELECT count(*) FROM node_version"), 0);
	assert_int_equal(rows("SELECT count(*) FROM node_pack"), 0);
}

/* Packs have many rows, and some nodes are larger than a row. */
static void packs_of_many_rows_find_each_node(void **state)
{
	static uint8_t large[9000];
	struct node_view view = { db, 3, recent };
	struct state_store store = node_store_reader(&view);
	struct hash32 hash = { { 0 } };
	struct node_writer writer;
	struct state_sink sink;
	struct bytes rlp;
	uint8_t place[4];

	(void)state;
	database_begin(db);
	node_writer_begin(&writer, db, 2);
	writer.recent = recent;
	sink = node_writer_sink(&writer);
	for (unsigned i = 0; i < 4096; i++) {
		unsigned j = i * 1365 & 4095; /* not in their order */

		for (size_t k = 0; k < 3; k++)
			place[k] = (uint8_t)(j >> 4 * k & 15);
		large[0] = (uint8_t)j;
		sink.store_node(sink.context, NULL, (struct trie_path){ place, 3 }, &hash,
				bytes_of(large, j % 997 == 1 ? sizeof(large) : 1 + j % 600));
	}
	node_writer_end(&writer);
	database_commit(db);
	assert_true(rows("SELECT count(*) FROM node_pack") > 200);
	for (unsigned j = 0; j < 4096; j++) {
		for (size_t k = 0; k < 3; k++)
			place[k] = (uint8_t)(j >> 4 * k & 15);
		assert_true(store.load_node(store.context, &arena, &rlp, NULL,
					    (struct trie_path){ place, 3 }, &hash));
		assert_int_equal(rlp.len, j % 997 == 1 ? sizeof(large) : 1 + j % 600);
		assert_int_equal(rlp.data[0], (uint8_t)j);
	}
	view.number = 1;
	assert_false(store.load_node(store.context, &arena, &rlp, NULL,
				     (struct trie_path){ place, 3 }, &hash));
}

static void code_is_kept_once_and_by_its_hash(void **state)
{
	struct node_view view = { db, 5, NULL };
	struct state_store store = node_store_reader(&view);
	struct hash32 hash = { { 1 } }, other = { { 2 } };
	struct node_writer writer;
	struct state_sink sink;
	struct bytes code;

	(void)state;
	node_writer_begin(&writer, db, 1);
	sink = node_writer_sink(&writer);
	sink.store_code(sink.context, &hash, bytes_of("code", 4));
	sink.store_code(sink.context, &hash, bytes_of("code", 4));
	node_writer_end(&writer);
	assert_true(store.load_code(store.context, &arena, &code, &hash));
	assert_true(bytes_eq(code, bytes_of("code", 4)));
	assert_false(store.load_code(store.context, &arena, &code, &other));
	assert_int_equal(rows("SELECT count(*) FROM code"), 1);
}

static void an_abandoned_writer_keeps_no_memory(void **state)
{
	struct node_writer writer;
	struct state_sink sink;
	struct hash32 hash = { { 0 } };

	(void)state;
	database_begin(db);
	node_writer_begin(&writer, db, 1);
	sink = node_writer_sink(&writer);
	for (size_t i = 0; i < PATHS; i++)
		sink.store_node(sink.context, &owners[1], path_of(i), &hash, bytes_of("x", 1));
	node_writer_abandon(&writer);
	database_rollback(db);
	assert_null(writer.journal);
	assert_state(0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
#define REMEMBERING(test)                                                                          \
	{                                                                                          \
#test "_remembering", test, start_remembering, stop, NULL                          \
	}
	const struct CMUnitTest tests[] = {
		TEST(every_state_is_readable_until_it_is_pruned),
		TEST(undoing_all_leaves_nothing),
		TEST(indexing_changes_no_state),
		TEST(blocks_stored_together_read_like_single_ones),
		TEST(packs_of_many_rows_find_each_node),
		REMEMBERING(every_state_is_readable_until_it_is_pruned),
		REMEMBERING(undoing_all_leaves_nothing),
		REMEMBERING(indexing_changes_no_state),
		REMEMBERING(blocks_stored_together_read_like_single_ones),
		REMEMBERING(packs_of_many_rows_find_each_node),
		REMEMBERING(what_was_indexed_in_vain_is_found),
		TEST(code_is_kept_once_and_by_its_hash),
		TEST(an_abandoned_writer_keeps_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
