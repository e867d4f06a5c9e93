/* The chain in its database: what is appended is what is read, now and at old
 * states, beside the writer, after a rollback and after kill -9. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "crypto/keccak.h"
#include "eth/rlp.h"
#include "tests/support/test_chain.h"

#define SLOTS 12

static char directory[WORLD_PATH_SIZE], path[WORLD_PATH_SIZE];
static struct rollup_config config;
static struct chain *chain;
static struct chain_reader *reader;
static struct arena arena;
static uint64_t nonces[WORLD_SENDERS];
static struct hash32 queue_link;
static uint64_t queue_count;

static void open_all(size_t state_memory, uint64_t history)
{
	chain = test_chain_open(path, &config, state_memory, history);
	reader = test_chain_reader(path, &config);
}

static void close_all(void)
{
	chain_reader_close(reader);
	chain_close(chain);
}

static int start(void **state)
{
	(void)state;
	log_set_level(LOG_ERROR);
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	world_config(&arena, &config);
	world_directory(directory);
	world_path(path, directory, "chain.db");
	memset(nonces, 0, sizeof(nonces));
	memset(&queue_link, 0, sizeof(queue_link));
	queue_count = 0;
	open_all(0, 0);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	close_all();
	world_remove(directory);
	arena_free(&arena);
	return 0;
}

static struct transaction random_transaction(uint64_t *seed)
{
	unsigned sender = (unsigned)world_random(seed, WORLD_SENDERS);

	switch (world_random(seed, 5)) {
	case 0:
		return world_create(&arena, sender, nonces[sender]++);
	case 1:
		return world_transfer(&arena, sender, nonces[sender]++, world_random(seed, 999));
	default:
		return world_keep(&arena, sender, nonces[sender]++, world_random(seed, SLOTS),
				  world_random(seed, 3));
	}
}

/* A deposit to a new account, or one that creates a contract. */
static struct message next_message(bool creates)
{
	struct u256 mint = u256_from_u64(5);
	uint8_t *raw = arena_calloc(&arena, 114, 1);
	struct message message;

	raw[0] = MESSAGE_DEPOSIT;
	raw[1] = 0xd0;
	be64_store(raw + 21, queue_count);
	u256_to_be(raw + 41, &mint);
	be64_store(raw + 105, 60000);
	raw[113] = creates;
	queue_link = message_link(&queue_link, bytes_of(raw, 114));
	message_decode(&message, queue_count++, &queue_link, bytes_of(raw, 114));
	return message;
}

static struct block random_block(uint64_t *seed, uint64_t entry)
{
	size_t count = (size_t)world_random(seed, 6), messages = (size_t)world_random(seed, 3);
	struct transaction *list = ARENA_ARRAY(&arena, struct transaction, count);
	struct message *queue = ARENA_ARRAY(&arena, struct message, messages);
	struct block_input input = { .timestamp =
					 chain_head(chain)->timestamp + world_random(seed, 5),
				     .messages = queue,
				     .message_count = messages,
				     .transactions = list,
				     .transaction_count = count };

	for (size_t i = 0; i < messages; i++)
		queue[i] = next_message(world_random(seed, 3) == 0);
	for (size_t i = 0; i < count; i++)
		list[i] = random_transaction(seed);
	return test_chain_build(chain, &arena, &input, entry);
}

static void genesis_is_written_once(void **state)
{
	(void)state;
	assert_int_equal(chain_heads(chain).latest, 0);
	assert_true(hash32_eq(chain_head_hash(chain), &config.genesis_hash));
	close_all();
	open_all(0, 0);
	assert_true(hash32_eq(chain_head_hash(chain), &config.genesis_hash));
	assert_int_equal(chain_applied_entries(chain), 0);
}

/* The genesis does not say how far blocks may lie in the past. */
static void another_chains_file_is_refused(void **state)
{
	struct chain_options options = { .state_memory = 0 };
	struct rollup_config other = config;
	char error[DATABASE_ERROR_SIZE];
	struct chain *second;
	struct chain_reader *second_reader;

	(void)state;
	chain_close(chain);
	other.chain.max_past++;
	assert_false(chain_open(&second, path, &other, &options, error));
	assert_non_null(strstr(error, "belongs to another rollup.json"));
	assert_false(chain_reader_open(&second_reader, path, &other, error));
	chain = test_chain_open(path, &config, 0, 0);
}

static void what_is_appended_is_what_is_read(void **state)
{
	struct block blocks[60];
	struct stored_block stored;
	struct hash32 none = { { 9 } };
	uint64_t seed = 5, number;
	size_t place, creations = 0;

	(void)state;
	for (size_t i = 0; i < 60; i++) {
		blocks[i] = random_block(&seed, i / 7);
		assert_int_equal(chain_heads(chain).latest, i + 1);
		assert_true(hash32_eq(chain_head_hash(chain), &blocks[i].hash));
		assert_true(hash32_eq(chain_head_queue_link(chain), &queue_link));
		for (size_t j = 0; j < blocks[i].transaction_count; j++)
			creations += blocks[i].transactions[j].tx.is_creation;
	}
	assert_true(creations > 10);
	for (size_t i = 0; i < 60; i++)
		assert_true(test_chain_has(reader, &blocks[i]));
	assert_false(chain_reader_block(reader, &arena, 61, true, &stored));
	assert_false(chain_reader_block(reader, &arena, UINT64_MAX, true, &stored));
	assert_false(chain_reader_number_of(reader, &none, &number));
	assert_false(chain_reader_find_transaction(reader, &none, &number, &place));
	/* The same after a restart. */
	close_all();
	open_all(0, 0);
	assert_true(hash32_eq(chain_head_hash(chain), &blocks[59].hash));
	assert_true(hash32_eq(chain_head_queue_link(chain), &queue_link));
	for (size_t i = 0; i < 60; i++)
		assert_true(test_chain_has(reader, &blocks[i]));
	blocks[0] = random_block(&seed, 9);
	assert_true(test_chain_has(reader, &blocks[0]));
}

/* Headers, roots and states are there, as is the way back; nobody mistakes the
 * file for one with transactions. */
static void a_chain_of_headers_only_has_no_transactions(void **state)
{
	struct chain_options options = { .state_memory = 0 };
	struct block blocks[20];
	struct stored_block stored;
	char error[DATABASE_ERROR_SIZE];
	uint64_t seed = 5, number;
	size_t place;

	(void)state;
	blocks[0] = random_block(&seed, 0);
	chain_close(chain);
	chain = test_verifier_open(path, &config, 0); /* goes on where there were some */
	for (size_t i = 1; i < 20; i++) {
		blocks[i] = random_block(&seed, i);
		assert_true(chain_reader_block(reader, &arena, i + 1, false, &stored));
		assert_true(hash32_eq(&stored.hash, &blocks[i].hash));
		assert_true(hash32_eq(&stored.output_root, &blocks[i].output_root));
		assert_int_equal(stored.transaction_count, blocks[i].transaction_count);
		assert_non_null(test_chain_state(&arena, reader, i + 1, SLOTS));
		for (size_t j = 0; j < blocks[i].transaction_count; j++)
			assert_false(chain_reader_find_transaction(
			    reader, &blocks[i].transactions[j].tx.hash, &number, &place));
	}
	chain_close(chain);
	assert_false(chain_open(&chain, path, &config, &options, error));
	assert_non_null(strstr(error, "without transactions"));
	chain = test_verifier_open(path, &config, 0);
	chain_rollback(chain, 1, NULL);
	assert_true(hash32_eq(chain_head_hash(chain), &blocks[0].hash));
	assert_true(test_chain_has(reader, &blocks[0]));
	chain_close(chain);
	chain = test_chain_open(path, &config, 0, 0); /* nothing is missing now */
}

/* A hash that shares 8 bytes with a transaction's is not it. */
static void a_transaction_is_found_by_its_whole_hash(void **state)
{
	struct transaction tx = world_transfer(&arena, 0, 0, 1);
	struct block_input input = { .timestamp = WORLD_T0,
				     .transactions = &tx,
				     .transaction_count = 1 };
	uint64_t number;
	size_t place;

	(void)state;
	(void)test_chain_build(chain, &arena, &input, 0);
	assert_true(chain_reader_find_transaction(reader, &tx.hash, &number, &place));
	tx.hash.b[31] ^= 1;
	assert_false(chain_reader_find_transaction(reader, &tx.hash, &number, &place));
}

static void the_size_is_that_of_the_blocks_rlp(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (int i = 0; i < 12; i++) {
		struct block block = random_block(&seed, 0);
		struct stored_block stored;
		struct rlp_writer w;
		size_t outer, inner;

		rlp_writer_init(&w, &arena);
		outer = rlp_begin_list(&w);
		rlp_write_raw(&w, header_encode(&arena, &block.header));
		inner = rlp_begin_list(&w);
		for (size_t j = 0; j < block.transaction_count; j++) {
			if (block.transactions[j].raw.data[0] >= 0xc0)
				rlp_write_raw(&w, block.transactions[j].raw);
			else
				rlp_write_string(&w, block.transactions[j].raw);
		}
		rlp_end_list(&w, inner);
		rlp_end_list(&w, rlp_begin_list(&w)); /* ommers */
		rlp_end_list(&w, rlp_begin_list(&w)); /* withdrawals */
		rlp_end_list(&w, outer);
		assert_true(chain_reader_block(reader, &arena, block.header.number, true, &stored));
		assert_int_equal(stored.size, rlp_written(&w).len);
	}
}

static void blocks_with_logs_are_found_by_address(void **state)
{
	const struct address nobody = { { 1 } };
	struct address both[2] = { nobody, world_keeper };
	uint64_t numbers[100], expected[100], seed = 8;
	size_t count = 0;

	(void)state;
	for (int i = 0; i < 40; i++) {
		struct block block = random_block(&seed, 0);
		bool has = false;

		for (size_t j = 0; j < block.transaction_count; j++)
			for (size_t k = 0; k < block.transactions[j].receipt.log_count; k++)
				has |= address_eq(&block.transactions[j].receipt.logs[k].address,
						  &world_keeper);
		if (has)
			expected[count++] = block.header.number;
	}
	assert_true(count > 10 && count < 40);
	assert_int_equal(chain_reader_log_blocks(reader, 0, 40, both, 2, numbers, 100), count);
	assert_memory_equal(numbers, expected, count * sizeof(numbers[0]));
	assert_int_equal(chain_reader_log_blocks(reader, 0, 40, both, 2, numbers, 5), 5);
	assert_memory_equal(numbers, expected, 5 * sizeof(numbers[0]));
	assert_int_equal(
	    chain_reader_log_blocks(reader, expected[3], expected[7], &both[1], 1, numbers, 100),
	    5);
	assert_memory_equal(numbers, expected + 3, 5 * sizeof(numbers[0]));
	assert_int_equal(chain_reader_log_blocks(reader, 0, 40, &nobody, 1, numbers, 100), 0);
	chain_rollback(chain, 0, NULL);
	assert_int_equal(chain_reader_log_blocks(reader, 0, 40, both, 2, numbers, 100), 0);
}

static void an_abandoned_block_leaves_no_trace(void **state)
{
	struct transaction tx = world_keep(&arena, 0, 0, 1, 2);
	struct block_input input = { .number = 1, .timestamp = WORLD_T0 + 1 };
	struct address sender = world_sender(0);
	struct block_builder *builder = chain_begin_block(chain, &arena, &input);
	struct account account;
	uint64_t seed = 4;
	struct block block;

	(void)state;
	assert_int_equal(block_add_transaction(builder, &tx), TX_OK);
	chain_abandon(chain, builder);
	assert_true(chain_account(chain, &sender, &account));
	assert_int_equal(account.nonce, 0);
	assert_int_equal(chain_heads(chain).latest, 0);
	block = random_block(&seed, 0);
	assert_true(test_chain_has(reader, &block));
}

/* ---- rollback ---- */

struct report {
	struct hash32 hashes[400];
	size_t count;
	size_t done_after; /* how many there were at done(); 0: not called */
	uint64_t latest_at_done;
};

static void note_dropped(void *context, const struct transaction *tx, struct bytes raw)
{
	struct report *report = context;
	struct hash32 hash = keccak256(raw);

	assert_true(hash32_eq(&hash, &tx->hash));
	assert_int_not_equal(tx->type, TX_DEPOSIT);
	report->hashes[report->count++] = hash;
}

static void note_done(void *context)
{
	struct report *report = context;

	report->done_after = report->count;
	report->latest_at_done = chain_reader_heads(reader).latest;
}

static void a_rollback_reports_what_it_drops_in_order_before_it_commits(void **state)
{
	struct report report = { 0 };
	struct chain_dropped dropped = { &report, note_dropped, note_done };
	struct hash32 expected[400], middle;
	uint64_t seed = 6, number;
	struct block block;
	size_t count = 0, place;

	(void)state;
	for (int i = 0; i < 30; i++) {
		block = random_block(&seed, 0);
		if (i == 11)
			middle = block.hash;
		for (size_t j = 0; i > 11 && j < block.transaction_count; j++)
			if (block.transactions[j].tx.type != TX_DEPOSIT)
				expected[count++] = block.transactions[j].tx.hash;
	}
	chain_rollback(chain, 12, &dropped);
	assert_int_equal(report.count, count);
	assert_int_equal(report.done_after, count);
	assert_memory_equal(report.hashes, expected, count * 32);
	assert_int_equal(report.latest_at_done, 30);
	assert_int_equal(chain_heads(chain).latest, 12);
	assert_int_equal(chain_reader_heads(reader).latest, 12);
	assert_true(hash32_eq(chain_head_hash(chain), &middle));
	for (size_t i = 0; i < count; i++)
		assert_false(chain_reader_find_transaction(reader, &expected[i], &number, &place));
	assert_false(chain_reader_number_of(reader, &block.hash, &number));
	/* Nothing to do. */
	report = (struct report){ 0 };
	chain_rollback(chain, 12, &dropped);
	assert_int_equal(report.latest_at_done, 0);
}

static uint64_t rows(const char *sql)
{
	uint64_t count;
	sqlite3_stmt *s;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	count = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	sqlite3_close(db);
	return count;
}

static void going_back_to_genesis_leaves_nothing_behind(void **state)
{
	static const char *const tables[] = {
		"SELECT count(*) FROM node_version",       "SELECT count(*) FROM transaction_index",
		"SELECT count(*) FROM transaction_recent", "SELECT count(*) FROM log_index",
		"SELECT count(*) FROM node_pack",          "SELECT count(*) FROM block"
	};
	uint64_t before[6], seed = 12;

	(void)state;
	for (size_t i = 0; i < 6; i++)
		before[i] = rows(tables[i]);
	for (int i = 0; i < 25; i++)
		(void)random_block(&seed, 0);
	chain_rollback(chain, 0, NULL);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(rows(tables[i]), before[i]);
}

static void the_same_blocks_come_out_whatever_was_rolled_back(void **state)
{
	struct hash32 hashes[41];
	uint64_t seed = 21, other = 77, saved_nonces[WORLD_SENDERS];

	(void)state;
	for (int i = 1; i <= 40; i++) {
		struct block block;
		struct hash32 link = queue_link;
		uint64_t count = queue_count, before = chain_heads(chain).latest;

		/* A detour of some blocks, and back. */
		memcpy(saved_nonces, nonces, sizeof(nonces));
		for (uint64_t j = world_random(&other, 4); j > 0; j--)
			(void)random_block(&other, 0);
		chain_rollback(chain, before, NULL);
		memcpy(nonces, saved_nonces, sizeof(nonces));
		queue_link = link;
		queue_count = count;
		block = random_block(&seed, (uint64_t)i / 9);
		hashes[i] = block.hash;
	}
	/* Straight on, in a file of its own, with no memory for the state. */
	close_all();
	world_path(path, directory, "second.db");
	memset(nonces, 0, sizeof(nonces));
	memset(&queue_link, 0, sizeof(queue_link));
	queue_count = 0;
	open_all(1, 0);
	seed = 21;
	for (int i = 1; i <= 40; i++) {
		struct block block = random_block(&seed, (uint64_t)i / 9);

		assert_true(hash32_eq(&block.hash, &hashes[i]));
	}
}

/* ---- old states ---- */

static void old_states_are_readable_and_prove_themselves(void **state)
{
	const char *texts[41];
	uint64_t seed = 31;

	(void)state;
	texts[0] = test_chain_state(&arena, reader, 0, SLOTS);
	for (uint64_t n = 1; n <= 40; n++) {
		(void)random_block(&seed, 0);
		texts[n] = test_chain_state(&arena, reader, n, SLOTS);
	}
	chain_rollback(chain, 35, NULL);
	for (int i = 0; i < 10; i++)
		(void)random_block(&seed, 0);
	for (uint64_t n = 0; n <= 35; n++)
		assert_string_equal(test_chain_state(&arena, reader, n, SLOTS), texts[n]);
	assert_string_not_equal(texts[20], texts[21]);
	assert_null(test_chain_state(&arena, reader, 46, SLOTS));
	assert_null(test_chain_state(&arena, reader, UINT64_MAX, SLOTS));
}

/* Empty entries say that everything so far is on L1, and final. */
static void finalize_by_l1(struct world_l1 *l1, uint64_t first, uint64_t last, uint64_t queue_to)
{
	struct bytes payload = test_chain_payload(&arena, reader, &config, first, last);

	world_l1_begin(l1);
	world_l1_mine(l1);
	world_l1_append(l1, payload, queue_to);
	world_l1_finalize(l1, l1->head.number);
	world_l1_commit(l1);
	assert_int_equal(chain_reconcile(chain, l1->inbox, 0, NULL, NULL), RECONCILE_CONFIRMED);
	assert_int_equal(chain_heads(chain).finalized, last);
}

static void states_are_pruned_when_final_and_old(void **state)
{
	char inbox_path[WORLD_PATH_SIZE], owner[65];
	const char *texts[41];
	struct world_l1 l1;
	uint64_t seed = 41, timestamps[41];
	uint64_t now, nodes;

	(void)state;
	close_all();
	open_all(0, 100);
	world_owner(&config, owner);
	world_path(inbox_path, directory, "inbox.db");
	world_l1_open(&l1, inbox_path, owner);
	for (uint64_t n = 1; n <= 40; n++) {
		struct transaction tx = random_transaction(&seed);
		struct block_input input = { .timestamp = WORLD_T0 + 2 * n,
					     .transactions = &tx,
					     .transaction_count = 1 };

		timestamps[n] = input.timestamp;
		(void)test_chain_build(chain, &arena, &input, n <= 30 ? 0 : 1);
		texts[n] = test_chain_state(&arena, reader, n, SLOTS);
	}
	/* Old, but not final: nothing goes. */
	now = timestamps[40] + 1000;
	chain_prune(chain, now, now, 1000);
	assert_string_equal(test_chain_state(&arena, reader, 1, SLOTS), texts[1]);
	finalize_by_l1(&l1, 1, 30, 0);
	/* Final, but not old. */
	chain_prune(chain, timestamps[1] + 100, timestamps[1] + 100, 1000);
	assert_string_equal(test_chain_state(&arena, reader, 1, SLOTS), texts[1]);
	/* Old by a clock that is wrong: this machine's, L1's, L1's that is not known. */
	chain_prune(chain, now, timestamps[1] + 100, 1000);
	chain_prune(chain, timestamps[1] + 100, now, 1000);
	chain_prune(chain, now, 0, 1000);
	assert_int_equal(chain_oldest_state(chain), 0);
	/* Block 11 is old now: the states before it go. */
	nodes = rows("SELECT count(*) FROM node_version");
	chain_prune(chain, timestamps[11] + 101, timestamps[11] + 101, 4);
	assert_null(test_chain_state(&arena, reader, 3, SLOTS));
	assert_string_equal(test_chain_state(&arena, reader, 4, SLOTS), texts[4]);
	chain_prune(chain, timestamps[11] + 101, timestamps[11] + 101, 1000);
	for (uint64_t n = 0; n < 11; n++)
		assert_null(test_chain_state(&arena, reader, n, SLOTS));
	for (uint64_t n = 11; n <= 40; n++)
		assert_string_equal(test_chain_state(&arena, reader, n, SLOTS), texts[n]);
	assert_true(rows("SELECT count(*) FROM node_version") < nodes);
	/* However old, what is not final stays: it may have to be rolled back. */
	chain_prune(chain, now, now, 1000);
	assert_null(test_chain_state(&arena, reader, 29, SLOTS));
	for (uint64_t n = 30; n <= 40; n++)
		assert_string_equal(test_chain_state(&arena, reader, n, SLOTS), texts[n]);
	chain_rollback(chain, 30, NULL);
	assert_string_equal(test_chain_state(&arena, reader, 30, SLOTS), texts[30]);
	memset(nonces, 0, sizeof(nonces));
	(void)random_block(&seed, 1);
	assert_non_null(test_chain_state(&arena, reader, 31, SLOTS));
	world_l1_close(&l1);
}

/* Games may be about what comes after a block: what is there stays, however old, and
 * after a restart as well. */
static void states_that_games_need_are_kept(void **state)
{
	static const uint64_t long_after = WORLD_T0 + 1000000;
	char inbox_path[WORLD_PATH_SIZE], owner[65];
	const char *texts[31];
	struct world_l1 l1;
	uint64_t seed = 43;

	(void)state;
	close_all();
	memset(&config.dispute_game_factory, 7, sizeof(config.dispute_game_factory));
	open_all(0, 100);
	world_owner(&config, owner);
	world_path(inbox_path, directory, "inbox.db");
	world_l1_open(&l1, inbox_path, owner);
	for (uint64_t n = 1; n <= 30; n++) {
		struct transaction tx = random_transaction(&seed);
		struct block_input input = { .timestamp = WORLD_T0 + 2 * n,
					     .transactions = &tx,
					     .transaction_count = 1 };

		(void)test_chain_build(chain, &arena, &input, 0);
		texts[n] = test_chain_state(&arena, reader, n, SLOTS);
	}
	finalize_by_l1(&l1, 1, 30, 0);
	/* L1 has not said yet which. */
	chain_prune(chain, long_after, long_after, 1000);
	assert_int_equal(chain_oldest_state(chain), 0);
	assert_string_equal(test_chain_state(&arena, reader, 1, SLOTS), texts[1]);
	chain_keep_from(chain, 10);
	for (int restarts = 0; restarts < 2; restarts++) {
		chain_prune(chain, long_after, long_after, 1000);
		assert_int_equal(chain_oldest_state(chain), 10);
		assert_null(test_chain_state(&arena, reader, 9, SLOTS));
		for (uint64_t n = 10; n <= 30; n++)
			assert_string_equal(test_chain_state(&arena, reader, n, SLOTS), texts[n]);
		close_all();
		open_all(0, 100);
	}
	/* Further on it is the age that counts. */
	chain_keep_from(chain, 20);
	chain_prune(chain, WORLD_T0 + 2 * 15 + 101, WORLD_T0 + 2 * 15 + 101, 1000);
	assert_int_equal(chain_oldest_state(chain), 15);
	chain_prune(chain, long_after, long_after, 1000);
	assert_int_equal(chain_oldest_state(chain), 20);
	assert_null(test_chain_state(&arena, reader, 19, SLOTS));
	for (uint64_t n = 20; n <= 30; n++)
		assert_string_equal(test_chain_state(&arena, reader, n, SLOTS), texts[n]);
	/* What is gone does not come back with an older block. */
	chain_keep_from(chain, 5);
	chain_prune(chain, long_after, long_after, 1000);
	assert_int_equal(chain_oldest_state(chain), 20);
	close_all();
	/* Without games, nothing is kept for them. */
	memset(&config.dispute_game_factory, 0, sizeof(config.dispute_game_factory));
	open_all(0, 100);
	chain_prune(chain, long_after, long_after, 1000);
	assert_int_equal(chain_oldest_state(chain), 30);
	world_l1_close(&l1);
}

/* ---- beside the writer ---- */

static void a_reader_sees_one_moment_of_the_chain(void **state)
{
	struct stored_block stored;
	uint64_t seed = 51;
	const char *text;
	struct block last;

	(void)state;
	for (int i = 0; i < 10; i++)
		last = random_block(&seed, 0);
	chain_reader_begin(reader);
	text = test_chain_state(&arena, reader, 10, SLOTS);
	(void)random_block(&seed, 0);
	chain_rollback(chain, 4, NULL);
	memset(nonces, 0, sizeof(nonces));
	(void)random_block(&seed, 0);
	assert_int_equal(chain_reader_heads(reader).latest, 10);
	assert_true(test_chain_has(reader, &last));
	assert_string_equal(test_chain_state(&arena, reader, 10, SLOTS), text);
	chain_reader_end(reader);
	assert_int_equal(chain_reader_heads(reader).latest, 5);
	assert_false(chain_reader_block(reader, &arena, 10, false, &stored));
}

static atomic_bool is_over;
static atomic_uint looks;

/* Reads whatever the head is; each look must hang together. */
static void *read_on(void *unused)
{
	struct chain_reader *mine = test_chain_reader(path, &config);

	(void)unused;
	while (!atomic_load(&is_over) || atomic_load(&looks) < 20) {
		struct stored_block block, parent;
		struct arena a;
		uint64_t latest;

		arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
		chain_reader_begin(mine);
		latest = chain_reader_heads(mine).latest;
		if (!chain_reader_block(mine, &a, latest, true, &block) ||
		    !test_chain_state(&a, mine, latest, SLOTS))
			abort();
		if (latest > 0 && (!chain_reader_block(mine, &a, latest - 1, false, &parent) ||
				   !hash32_eq(&block.header.parent_hash, &parent.hash)))
			abort();
		chain_reader_end(mine);
		arena_free(&a);
		atomic_fetch_add(&looks, 1);
	}
	chain_reader_close(mine);
	return NULL;
}

static void readers_in_other_threads_never_see_half_a_block(void **state)
{
	pthread_t threads[2];
	uint64_t seed = 61;

	(void)state;
	atomic_store(&is_over, false);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_on, NULL), 0);
	for (int i = 0; i < 60; i++) {
		(void)random_block(&seed, 0);
		if (world_random(&seed, 6) == 0) {
			uint64_t latest = chain_heads(chain).latest;

			chain_rollback(chain, latest - world_random(&seed, latest), NULL);
			memset(nonces, 0, sizeof(nonces));
		}
	}
	atomic_store(&is_over, true);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

/* ---- kill -9 ---- */

/* Appends, with a rollback now and then, until it is killed; says so for each. */
static void write_until_killed(uint64_t seed, int progress)
{
	be64_store(queue_link.b, seed); /* deposits that no other run has */
	chain = test_chain_open(path, &config, 1 << 20, 0);
	for (;;) {
		for (unsigned i = 0; i < WORLD_SENDERS; i++) {
			struct address sender = world_sender(i);
			struct account account = { 0 };

			(void)chain_account(chain, &sender, &account);
			nonces[i] = account.nonce;
		}
		(void)random_block(&seed, 0);
		if (write(progress, "", 1) != 1)
			_exit(1);
		if (world_random(&seed, 10) == 0)
			chain_rollback(chain, chain_heads(chain).latest * 3 / 4, NULL);
		arena_free(&arena);
		world_config(&arena, &config);
	}
}

static void the_chain_hangs_together_after_kill_9(void **state)
{
	uint64_t seed = 71;

	(void)state;
	for (int round = 0; round < 25; round++) {
		uint64_t child_seed = 1 + world_random(&seed, 1000000), latest;
		/* In the midst of what comes after so many blocks. */
		struct timespec pause = { 0, (long)world_random(&seed, 5000) * 1000 };
		uint64_t blocks = world_random(&seed, 25);
		struct stored_block block, parent;
		struct block next;
		int status, progress[2];
		pid_t pid;
		char byte;

		close_all();
		assert_int_equal(pipe(progress), 0);
		pid = fork();
		if (pid == 0)
			write_until_killed(child_seed, progress[1]);
		close(progress[1]);
		while (blocks-- > 0)
			assert_int_equal(read(progress[0], &byte, 1), 1);
		nanosleep(&pause, NULL);
		kill(pid, SIGKILL);
		close(progress[0]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		open_all(0, 0);
		latest = chain_heads(chain).latest;
		for (uint64_t n = 1; n <= latest; n++) {
			assert_true(chain_reader_block(reader, &arena, n, true, &block));
			assert_true(chain_reader_block(reader, &arena, n - 1, false, &parent));
			assert_true(hash32_eq(&block.header.parent_hash, &parent.hash));
		}
		assert_false(chain_reader_block(reader, &arena, latest + 1, false, &block));
		assert_non_null(test_chain_state(&arena, reader, latest, SLOTS));
		assert_non_null(test_chain_state(&arena, reader, latest / 2, SLOTS));
		memset(nonces, 0, sizeof(nonces));
		be64_store(queue_link.b, seed);
		next = random_block(&seed, 0);
		assert_true(test_chain_has(reader, &next));
		chain_rollback(chain, latest, NULL);
	}
	assert_int_equal(rows("SELECT count(*) FROM pragma_integrity_check"
			      " WHERE integrity_check <> 'ok'"),
			 0);
	assert_true(chain_heads(chain).latest > 10);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(genesis_is_written_once),
		TEST(another_chains_file_is_refused),
		TEST(what_is_appended_is_what_is_read),
		TEST(a_chain_of_headers_only_has_no_transactions),
		TEST(a_transaction_is_found_by_its_whole_hash),
		TEST(the_size_is_that_of_the_blocks_rlp),
		TEST(blocks_with_logs_are_found_by_address),
		TEST(an_abandoned_block_leaves_no_trace),
		TEST(a_rollback_reports_what_it_drops_in_order_before_it_commits),
		TEST(going_back_to_genesis_leaves_nothing_behind),
		TEST(the_same_blocks_come_out_whatever_was_rolled_back),
		TEST(old_states_are_readable_and_prove_themselves),
		TEST(states_are_pruned_when_final_and_old),
		TEST(states_that_games_need_are_kept),
		TEST(a_reader_sees_one_moment_of_the_chain),
		TEST(readers_in_other_threads_never_see_half_a_block),
		TEST(the_chain_hangs_together_after_kill_9),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
