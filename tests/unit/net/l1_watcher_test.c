/* The watcher against a node with a script: whatever L1 does, and the node
 * leaves out, the inbox database ends as L1's inbox is, and never shows half of
 * a reorg. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "crypto/keccak.h"
#include "net/inbox_events.h"
#include "net/l1_watcher.h"
#include "tests/support/fake_l1.h"

static char directory[WORLD_PATH_SIZE];
static struct world_l1 l1;
static struct fake_l1 fake;
static struct rollup_config config;
static struct l1_client *client;
static struct inbox *inbox, *reader;
static struct l1_watcher *watcher;
static struct arena arena;
static unsigned confirmations;

static void open_watcher(void)
{
	char path[WORLD_PATH_SIZE], error[DATABASE_ERROR_SIZE];
	struct l1_watcher_config watcher_config = {
		.rollup = &config, .client = client, .confirmations = confirmations, .max_range = 7
	};

	world_path(path, directory, "watched.db");
	assert_true(inbox_open(&inbox, path, "aa", error));
	assert_true(inbox_open_reader(&reader, path, "aa", error));
	watcher_config.inbox = inbox;
	watcher = l1_watcher_new(&watcher_config);
	assert_non_null(watcher);
}

static void close_watcher(void)
{
	l1_watcher_free(watcher);
	inbox_close(reader);
	inbox_close(inbox);
}

/* One L1 block, which the configuration starts at. */
static int start(void **state)
{
	struct l1_client_config client_config = { .retry_budget_ms = 200, .first_wait_ms = 10 };
	char path[WORLD_PATH_SIZE];

	(void)state;
	log_set_level(LOG_ERROR + 1); /* the node's faults are meant */
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	world_directory(directory);
	world_path(path, directory, "world.db");
	world_l1_open(&l1, path, "aa");
	world_l1_begin(&l1);
	world_l1_mine(&l1);
	world_l1_commit(&l1);
	fake_l1_start(&fake, &l1);
	config = (struct rollup_config){ .chain = { .chain_id = 845300, .gas_limit = 30000000 },
					 .l1_chain_id = FAKE_L1_CHAIN_ID,
					 .inbox = fake_l1_inbox,
					 .portal = fake_l1_portal,
					 .l1_start_block = FAKE_L1_FIRST,
					 .l1_start_hash = fake_l1_hash(&fake, FAKE_L1_FIRST) };
	client_config.http.url = fake.url;
	client = l1_client_new(&client_config);
	assert_non_null(client);
	confirmations = 0;
	open_watcher();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	close_watcher();
	l1_client_free(client);
	fake_l1_stop(&fake);
	world_l1_close(&l1);
	world_remove(directory);
	arena_free(&arena);
	return 0;
}

/* ---- steps ---- */

static struct bytes text(const char *words)
{
	return bytes_of(words, strlen(words));
}

/* A block with two messages and an entry for the first of them. */
static void mine(unsigned count)
{
	world_l1_begin(&l1);
	while (count-- > 0) {
		char words[32];

		world_l1_mine(&l1);
		world_l1_deposit(&l1, (unsigned)(l1.head.number % 3), l1.head.number);
		world_l1_message(&l1, text("other"));
		snprintf(words, sizeof(words), "payload %llu/%llu",
			 (unsigned long long)l1.head.number, (unsigned long long)l1.fork);
		world_l1_append(&l1, text(l1.head.number % 5 ? words : ""), l1.message_count - 1);
	}
	world_l1_commit(&l1);
}

static void reorg(uint64_t depth)
{
	world_l1_begin(&l1);
	world_l1_reorg(&l1, depth);
	world_l1_commit(&l1);
}

static enum l1_err tick(bool *changed)
{
	bool behind;

	return l1_watcher_tick(watcher, changed, &behind);
}

/* Until there is nothing more to read. */
static void sync_all(void)
{
	bool changed = true, behind = true;

	for (int i = 0; i < 200 && (changed || behind); i++)
		assert_int_equal(l1_watcher_tick(watcher, &changed, &behind), L1_OK);
	assert_false(changed || behind);
}

/* The database says what L1 says up to block `head`. */
static void assert_read_up_to(uint64_t number)
{
	struct inbox_horizon horizon = { reader, UINT64_MAX };
	struct inbox_source source = inbox_source_of(&horizon);
	struct hash32 expected = fake_l1_hash(&fake, number), link;
	struct inbox_l1_block head;
	size_t messages = 0, entries = 0;
	struct entry entry;
	struct bytes raw;
	uint64_t l1_number;

	assert_true(inbox_l1_head(reader, &head));
	assert_int_equal(head.number, number);
	assert_true(hash32_eq(&head.hash, &expected));
	for (; messages < l1.message_count && l1.messages[messages].l1_number <= number;
	     messages++) {
		assert_true(inbox_message(reader, &arena, messages, &raw, &link));
		assert_true(bytes_eq(raw, l1.messages[messages].raw));
		assert_true(inbox_message_l1_number(reader, messages, &l1_number));
		assert_int_equal(l1_number, l1.messages[messages].l1_number);
	}
	assert_int_equal(inbox_message_count(reader), messages);
	for (; entries < l1.entry_count && l1.entries[entries].entry.l1_block_number <= number;
	     entries++) {
		const struct world_entry *e = &l1.entries[entries];

		assert_true(inbox_entry(reader, entries, &entry, &link));
		assert_true(hash32_eq(&link, &e->link));
		assert_true(e->payload.len == 0 ||
			    (source.payload(source.context, &arena, &entry.payload_hash, &raw) &&
			     bytes_eq(raw, e->payload)));
	}
	assert_int_equal(inbox_entry_count(reader), entries);
}

/* ---- before anything else ---- */

static void only_the_configured_l1_is_accepted(void **state)
{
	char error[L1_WATCHER_ERROR_SIZE];

	(void)state;
	assert_true(l1_watcher_check(watcher, error));
	fake.chain_id = 1;
	assert_false(l1_watcher_check(watcher, error));
	assert_non_null(strstr(error, "has chain id 1, rollup.json says 31337"));
	fake.chain_id = FAKE_L1_CHAIN_ID;
	fake.has_no_code = true;
	assert_false(l1_watcher_check(watcher, error));
	assert_non_null(strstr(error, "no contract at 0x1b0c"));
	fake.has_no_code = false;
	fake.is_other = true;
	assert_false(l1_watcher_check(watcher, error));
	assert_non_null(strstr(error, "the l1.inbox of rollup.json, is no Gavel inbox"));
	fake.is_other = false;
	config.inbox = fake_l1_portal; /* swapped */
	config.portal = fake_l1_inbox;
	assert_false(l1_watcher_check(watcher, error));
	assert_non_null(strstr(error, "l1.inbox of rollup.json, is no Gavel inbox: it has no "
				      "forcedInclusionWindow()"));
	config.inbox = fake_l1_inbox;
	config.portal.b[19] = 1; /* of another chain */
	assert_false(l1_watcher_check(watcher, error));
	assert_non_null(strstr(error, "belongs to the portal 0x9047"));
	config.portal = fake_l1_portal;
	assert_true(l1_watcher_check(watcher, error));
	config.l1_start_hash.b[0] ^= 1;
	assert_false(l1_watcher_check(watcher, error));
	assert_non_null(strstr(error, "not the startBlock"));
	config.l1_start_hash.b[0] ^= 1;
	config.l1_start_block += 5;
	assert_false(l1_watcher_check(watcher, error));
	assert_non_null(strstr(error, "not the startBlock"));
	config.l1_start_block -= 5;
	assert_true(l1_watcher_check(watcher, error));
}

/* ---- straight on ---- */

static void final_blocks_are_read_in_ranges_and_the_rest_one_by_one(void **state)
{
	bool changed, behind;
	unsigned ranges = 0;

	(void)state;
	mine(40); /* up to 140 */
	fake.finalized = 125;
	do {
		assert_int_equal(l1_watcher_tick(watcher, &changed, &behind), L1_OK);
		ranges++;
	} while (behind);
	assert_int_equal(ranges, 5); /* 26 blocks, 7 at a time, and the tip */
	assert_int_equal(fake.log_calls, 4 + 15);
	assert_read_up_to(140);
	assert_int_equal(inbox_l1_finalized(reader), 125);
	assert_int_equal(tick(&changed), L1_OK);
	assert_false(changed);
}

static void new_blocks_are_followed(void **state)
{
	bool changed;

	(void)state;
	for (int i = 0; i < 12; i++) {
		mine(1 + (unsigned)i % 3);
		assert_int_equal(tick(&changed), L1_OK);
		assert_true(changed);
		assert_read_up_to(l1.head.number);
	}
	/* Only finality moves. */
	fake.finalized = l1.head.number - 4;
	assert_int_equal(tick(&changed), L1_OK);
	assert_true(changed);
	assert_int_equal(inbox_l1_finalized(reader), fake.finalized);
	/* It doesn't move back. */
	fake.finalized -= 3;
	assert_int_equal(tick(&changed), L1_OK);
	assert_false(changed);
	assert_int_equal(inbox_l1_finalized(reader), fake.finalized + 3);
}

static void unconfirmed_blocks_are_not_read(void **state)
{
	bool changed;

	(void)state;
	close_watcher();
	confirmations = 3;
	open_watcher();
	assert_int_equal(tick(&changed), L1_OK); /* too early */
	assert_false(changed);
	mine(10);
	fake.finalized = l1.head.number; /* as anvil can be told */
	sync_all();
	assert_read_up_to(l1.head.number - 3);
	assert_int_equal(inbox_l1_finalized(reader), l1.head.number - 3);
}

static void a_restart_goes_on_where_it_was(void **state)
{
	bool changed;

	(void)state;
	mine(20);
	fake.finalized = 115;
	assert_int_equal(tick(&changed), L1_OK);
	close_watcher();
	open_watcher();
	sync_all();
	close_watcher();
	mine(3);
	open_watcher();
	sync_all();
	assert_read_up_to(l1.head.number);
}

/* ---- reorgs ---- */

static void a_reorg_of_any_depth_above_the_final_block_is_followed(void **state)
{
	bool changed;

	(void)state;
	mine(20);
	fake.finalized = 105;
	sync_all();
	for (uint64_t depth = 1; depth <= 15; depth++) {
		reorg(depth);
		mine((unsigned)depth + 1);
		assert_int_equal(tick(&changed), L1_OK);
		assert_true(changed);
		assert_read_up_to(l1.head.number);
		reorg(1);
	}
	/* The new chain is shorter. */
	mine(6);
	sync_all();
	reorg(5);
	mine(2);
	sync_all();
	assert_read_up_to(l1.head.number);
	/* As long as the old one. */
	reorg(3);
	mine(3);
	sync_all();
	assert_read_up_to(l1.head.number);
}

static uint64_t seen_entries;
static struct hash32 seen_head;

/* While the watcher asks, readers see what was there before, all of it. */
static void look(struct fake_l1 *node, const char *method)
{
	struct inbox_l1_block head;

	(void)node, (void)method;
	if (!inbox_l1_head(reader, &head) || !hash32_eq(&head.hash, &seen_head) ||
	    inbox_entry_count(reader) != seen_entries)
		abort();
}

static void readers_see_a_reorg_as_one_change(void **state)
{
	struct inbox_l1_block head;
	bool changed;

	(void)state;
	mine(10);
	sync_all();
	assert_true(inbox_l1_head(reader, &head));
	seen_head = head.hash;
	seen_entries = inbox_entry_count(reader);
	reorg(6);
	mine(8);
	fake.hook = look;
	assert_int_equal(tick(&changed), L1_OK);
	fake.hook = NULL;
	assert_read_up_to(l1.head.number);
}

static void a_reorg_that_is_final_by_the_time_we_look(void **state)
{
	(void)state;
	mine(20);
	fake.finalized = 110;
	sync_all();
	reorg(8);
	mine(40);
	fake.finalized = l1.head.number - 2;
	sync_all();
	assert_read_up_to(l1.head.number);
}

static void what_was_final_is_not_given_up(void **state)
{
	struct inbox_l1_block before, after;
	bool changed;

	(void)state;
	mine(10);
	sync_all();
	fake.finalized = 108; /* older blocks are remembered still */
	sync_all();
	assert_true(inbox_l1_head(reader, &before));
	reorg(6);
	mine(9);
	assert_int_equal(tick(&changed), L1_BAD_ANSWER);
	assert_false(changed);
	assert_true(inbox_l1_head(reader, &after));
	assert_true(hash32_eq(&before.hash, &after.hash));
}

/* ---- nodes that are behind, or lie ---- */

static void a_node_that_is_behind_takes_nothing_back(void **state)
{
	bool changed;

	(void)state;
	mine(30);
	fake.finalized = 120;
	sync_all();
	for (fake.behind = 1; fake.behind < 25; fake.behind++) {
		if (fake.finalized > l1.head.number - fake.behind)
			fake.finalized = l1.head.number - fake.behind;
		assert_int_equal(tick(&changed), L1_OK);
		assert_false(changed);
	}
	fake.behind = 0;
	mine(2);
	sync_all();
	assert_read_up_to(l1.head.number);
}

/* Behind a load balancer the machine that has the block need not be the one
 * that is asked for its logs. */
static void logs_that_a_node_does_not_have_yet_are_waited_for(void **state)
{
	bool changed;

	(void)state;
	mine(5);
	sync_all();
	mine(3);
	fake.logs_behind = 2;
	assert_int_not_equal(tick(&changed), L1_OK);
	assert_false(changed);
	fake.logs_behind = 0;
	sync_all();
	assert_read_up_to(l1.head.number);
}

static unsigned hooks;

/* L1 reorganises between two questions, and again, and then no more. */
static void reorganise(struct fake_l1 *node, const char *method)
{
	if (hooks == 0 ||
	    strcmp(method, node->log_calls % 2 ? "eth_getLogs" : "eth_getBlockByNumber") != 0)
		return;
	hooks--;
	reorg(2 + hooks % 3);
	mine(3 + hooks % 2);
}

static void a_reorg_between_two_questions_does_no_harm(void **state)
{
	bool changed;

	(void)state;
	mine(10);
	sync_all();
	for (unsigned i = 1; i < 12; i++) {
		mine(2);
		hooks = i;
		fake.hook = reorganise;
		while (hooks > 0)
			(void)tick(&changed); /* may fail, and is asked again */
		fake.hook = NULL;
		sync_all();
		assert_read_up_to(l1.head.number);
	}
}

/* Before one question, whichever. */
static void reorganise_once(struct fake_l1 *node, const char *method)
{
	(void)node, (void)method;
	if (hooks > 0 && --hooks == 0) {
		reorg(4);
		mine(6);
	}
}

static void a_reorg_before_any_one_question_does_no_harm(void **state)
{
	bool changed;

	(void)state;
	mine(10);
	sync_all();
	for (unsigned i = 1; i < 20; i++) {
		mine(2);
		hooks = i;
		fake.hook = reorganise_once;
		(void)tick(&changed);
		fake.hook = NULL;
		sync_all();
		assert_read_up_to(l1.head.number);
	}
}

static void what_does_not_fit_its_hash_is_refused(void **state)
{
	bool changed;

	(void)state;
	mine(3);
	sync_all();
	mine(2);
	fake.lies = true;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(tick(&changed), L1_BAD_ANSWER);
		assert_false(changed);
	}
	/* An entry whose messages are right. */
	reorg(2);
	world_l1_begin(&l1);
	world_l1_mine(&l1);
	world_l1_append(&l1, text("payload"), l1.message_count);
	world_l1_commit(&l1);
	assert_int_equal(tick(&changed), L1_BAD_ANSWER);
	assert_int_equal(inbox_entry_count(reader), 3);
	fake.lies = false;
	sync_all();
	assert_read_up_to(l1.head.number);
}

/* ---- deposits ---- */

/* By the words of the OP Stack's specification: the source of a user deposit
 * is keccak256(bytes32(0), keccak256(l1BlockHash, bytes32(l1LogIndex))). */
static struct hash32 expected_hash(uint64_t index)
{
	const struct world_message *m = &l1.messages[index];
	uint8_t words[64] = { 0 };
	struct hash32 block = fake_l1_hash(&fake, m->l1_number), inner;
	struct message message;
	struct transaction tx;

	memcpy(words, block.b, 32);
	be64_store(words + 56, fake_l1_deposit_log(&fake, index));
	inner = keccak256(bytes_of(words, 64));
	memset(words, 0, 32);
	memcpy(words + 32, inner.b, 32);
	message_decode(&message, index, &m->link, m->raw);
	assert_true(message_transaction(&arena, &config.chain, &message, &tx));
	tx.source_hash = keccak256(bytes_of(words, 64));
	tx_finish(&arena, &tx);
	return tx.hash;
}

static void deposits_are_found_by_the_hash_of_their_l1_log(void **state)
{
	uint64_t found;

	(void)state;
	world_l1_begin(&l1);
	for (unsigned i = 0; i < 4; i++) {
		world_l1_mine(&l1);
		for (unsigned j = 0; j <= i; j++) {
			world_l1_message(&l1, text("in between"));
			world_l1_deposit(&l1, j, 10 + j);
		}
	}
	world_l1_commit(&l1);
	fake.finalized = 102;
	sync_all();
	for (uint64_t i = 0; i < l1.message_count; i++) {
		struct hash32 hash;

		if (l1.messages[i].raw.data[0] != MESSAGE_DEPOSIT)
			continue;
		hash = expected_hash(i);
		assert_true(inbox_find_deposit(reader, &hash, &found));
		assert_int_equal(found, i);
	}
}

/* ---- what is read from calldata ---- */

static void calldata_is_read_back_and_nothing_else_is(void **state)
{
	struct bytes payload, calldata = inbox_append_calldata(&arena, 7, text("payload"), 9);
	uint8_t *copy = arena_alloc(&arena, calldata.len);

	(void)state;
	assert_true(inbox_payload_of_calldata(calldata, &payload));
	assert_true(bytes_eq(payload, text("payload")));
	for (size_t len = 0; len < calldata.len - 25; len++)
		assert_false(inbox_payload_of_calldata(bytes_of(calldata.data, len), &payload));
	/* Offsets and lengths that point anywhere. */
	for (size_t at = 0; at < calldata.len; at++)
		for (unsigned bit = 0; bit < 8; bit++) {
			memcpy(copy, calldata.data, calldata.len);
			copy[at] ^= (uint8_t)(1u << bit);
			if (!inbox_payload_of_calldata(bytes_of(copy, calldata.len), &payload))
				continue;
			assert_true(payload.data >= copy + 4 &&
				    payload.data + payload.len <= copy + calldata.len);
		}
	calldata = inbox_append_calldata(&arena, 0, text(""), 0);
	assert_true(inbox_payload_of_calldata(calldata, &payload));
	assert_int_equal(payload.len, 0);
}

/* ---- random histories ---- */

static uint64_t seed;

static void disturb(struct fake_l1 *node, const char *method)
{
	(void)method;
	if (world_random(&seed, 25) > 0 || l1.head.number <= node->finalized + 1)
		return;
	reorg(1 + world_random(&seed, l1.head.number - node->finalized - 1));
	mine(1 + (unsigned)world_random(&seed, 4));
}

static void random_histories_end_as_l1_does(void **state)
{
	(void)state;
	seed = 815;
	fake.finalized = FAKE_L1_FIRST;
	for (int round = 0; round < 150; round++) {
		bool changed;

		mine(1 + (unsigned)world_random(&seed, 5));
		fake.hook = world_random(&seed, 3) ? disturb : NULL;
		fake.logs_behind = world_random(&seed, 4) ? 0 : world_random(&seed, 4);
		for (uint64_t i = world_random(&seed, 4); i > 0; i--)
			(void)tick(&changed);
		if (world_random(&seed, 5) == 0 && l1.head.number > fake.finalized + 6)
			fake.finalized += world_random(&seed, 6);
		if (world_random(&seed, 10) == 0) {
			close_watcher();
			open_watcher();
		}
		if (round % 10 < 9)
			continue;
		fake.hook = NULL;
		fake.logs_behind = 0;
		sync_all();
		assert_read_up_to(l1.head.number);
		assert_int_equal(inbox_l1_finalized(reader), fake.finalized);
	}
	assert_true(l1.fork > 20);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(only_the_configured_l1_is_accepted),
		TEST(final_blocks_are_read_in_ranges_and_the_rest_one_by_one),
		TEST(new_blocks_are_followed),
		TEST(unconfirmed_blocks_are_not_read),
		TEST(a_restart_goes_on_where_it_was),
		TEST(a_reorg_of_any_depth_above_the_final_block_is_followed),
		TEST(readers_see_a_reorg_as_one_change),
		TEST(a_reorg_that_is_final_by_the_time_we_look),
		TEST(what_was_final_is_not_given_up),
		TEST(a_node_that_is_behind_takes_nothing_back),
		TEST(logs_that_a_node_does_not_have_yet_are_waited_for),
		TEST(a_reorg_between_two_questions_does_no_harm),
		TEST(a_reorg_before_any_one_question_does_no_harm),
		TEST(what_does_not_fit_its_hash_is_refused),
		TEST(deposits_are_found_by_the_hash_of_their_l1_log),
		TEST(calldata_is_read_back_and_nothing_else_is),
		TEST(random_histories_end_as_l1_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
