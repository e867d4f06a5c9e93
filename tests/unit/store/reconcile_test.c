/* The chain follows L1: a sequencer, which has blocks of its own, and a
 * verifier, which has none, against what the inbox derives to in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "crypto/native/native.h"
#include "tests/support/test_chain.h"

#define SLOTS 8

static char directory[WORLD_PATH_SIZE];
static struct rollup_config config;
static char owner[65];
static struct world_l1 l1;
static struct inbox *inbox; /* what the chains read */
static struct chain *chain; /* the sequencer's */
static struct chain_reader *reader;
static struct chain *verifier;
static struct arena arena;
static uint64_t nonce;

static struct chain *open_chain(const char *file, size_t state_memory)
{
	char path[WORLD_PATH_SIZE];

	world_path(path, directory, file);
	return test_chain_open(path, &config, state_memory, 0);
}

static struct chain *open_verifier(size_t state_memory)
{
	char path[WORLD_PATH_SIZE];

	world_path(path, directory, "verifier.db");
	return test_verifier_open(path, &config, state_memory);
}

static struct chain_reader *open_reader(const char *file)
{
	char path[WORLD_PATH_SIZE];

	world_path(path, directory, file);
	return test_chain_reader(path, &config);
}

static int start(void **state)
{
	char path[WORLD_PATH_SIZE], error[DATABASE_ERROR_SIZE];

	(void)state;
	log_set_level(LOG_ERROR);
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	world_config(&arena, &config);
	world_owner(&config, owner);
	world_directory(directory);
	world_path(path, directory, "inbox.db");
	world_l1_open(&l1, path, owner);
	assert_true(inbox_open_reader(&inbox, path, owner, error));
	chain = open_chain("chain.db", 0);
	reader = open_reader("chain.db");
	verifier = open_verifier(0);
	nonce = 0;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	chain_reader_close(reader);
	chain_close(chain);
	chain_close(verifier);
	inbox_close(inbox);
	world_l1_close(&l1);
	world_remove(directory);
	arena_free(&arena);
	return 0;
}

/* ---- steps ---- */

/* A block of the sequencer's: one transaction, and messages that wait. */
static void own_block(uint64_t entry, size_t messages)
{
	struct transaction tx = world_keep(&arena, 0, nonce, nonce % SLOTS, nonce + 1);
	struct block_input input = { .timestamp = l1.head.timestamp,
				     .transactions = &tx,
				     .transaction_count = 1,
				     .message_count = messages };
	struct message *list = ARENA_ARRAY(&arena, struct message, messages);
	uint64_t next = chain_head_position(chain)->queue_next;

	for (size_t i = 0; i < messages; i++)
		message_decode(&list[i], next + i, &l1.messages[next + i].link,
			       l1.messages[next + i].raw);
	input.messages = list;
	nonce++;
	(void)test_chain_build(chain, &arena, &input, entry);
}

static uint64_t queue_of(uint64_t number)
{
	struct stored_block block;
	struct position position;

	assert_true(chain_reader_block(reader, &arena, number, false, &block));
	assert_true(position_decode(&position, &block.header));
	return position.queue_next;
}

/* An L1 block with the sequencer's blocks as an entry. */
static void post(uint64_t first, uint64_t last)
{
	struct bytes payload = test_chain_payload(&arena, reader, &config, first, last);

	world_l1_begin(&l1);
	world_l1_mine(&l1);
	world_l1_append(&l1, payload, queue_of(last));
	world_l1_commit(&l1);
}

/* An L1 block with an entry of somebody else's. */
static void post_foreign(const char *payload, uint64_t queue_to)
{
	world_l1_begin(&l1);
	world_l1_mine(&l1);
	world_l1_append(&l1, bytes_of(payload, strlen(payload)), queue_to);
	world_l1_commit(&l1);
}

static void queue_deposits(unsigned count)
{
	world_l1_begin(&l1);
	world_l1_mine(&l1);
	for (unsigned i = 0; i < count; i++)
		world_l1_deposit(&l1, 1, 1000 + l1.fork);
	world_l1_commit(&l1);
}

static void lose(uint64_t depth)
{
	world_l1_begin(&l1);
	world_l1_reorg(&l1, depth);
	world_l1_mine(&l1);
	world_l1_commit(&l1);
}

static void finalize(uint64_t number)
{
	world_l1_begin(&l1);
	world_l1_finalize(&l1, number);
	world_l1_commit(&l1);
}

static enum reconcile_result reconcile(struct chain *c)
{
	bool more = true;
	enum reconcile_result result = chain_reconcile(c, inbox, 0, NULL, &more);

	assert_false(more);
	return result;
}

static void assert_heads(struct chain *c, uint64_t latest, uint64_t safe, uint64_t finalized)
{
	struct chain_heads heads = chain_heads(c);

	assert_int_equal(heads.latest, latest);
	assert_int_equal(heads.safe, safe);
	assert_int_equal(heads.finalized, finalized);
}

/* The safe blocks are what L1 derives to, in the file and in memory. */
static void assert_derived(struct chain *c, const char *file)
{
	struct chain_reader *r = open_reader(file);
	struct chain_heads heads = chain_heads(c), stored = chain_reader_heads(r);
	struct memory_chain expected;
	struct stored_block block;

	world_l1_derive(&l1, &config, &expected);
	assert_memory_equal(&heads, &stored, sizeof(heads));
	assert_int_equal(heads.safe + 1, expected.length);
	assert_int_equal(chain_applied_entries(c), l1.entry_count);
	for (uint64_t n = 0; n < expected.length; n++) {
		/* The verifier has no bodies. */
		assert_true(chain_reader_block(r, &arena, n, c == chain, &block));
		assert_true(hash32_eq(&block.hash, &expected.hashes[n]));
	}
	assert_non_null(test_chain_state(&arena, r, heads.safe, SLOTS));
	memory_chain_free(&expected);
	chain_reader_close(r);
}

/* Both, and with the same output roots. */
static void assert_agreed(void)
{
	(void)reconcile(verifier);
	assert_derived(chain, "chain.db");
	assert_derived(verifier, "verifier.db");
}

/* ---- what a rollback reports ---- */

static struct {
	struct hash32 hashes[64];
	size_t count;
	unsigned done;
	uint64_t latest_at_done;
} report;

static void note_dropped(void *context, const struct transaction *tx, struct bytes raw)
{
	(void)context, (void)raw;
	assert_int_equal(report.done, 0);
	report.hashes[report.count++] = tx->hash;
}

static void note_done(void *context)
{
	(void)context;
	report.done++;
	report.latest_at_done = chain_reader_heads(reader).latest;
}

static const struct chain_dropped dropped = { NULL, note_dropped, note_done };

static enum reconcile_result reconcile_reporting(void)
{
	memset(&report, 0, sizeof(report));
	return chain_reconcile(chain, inbox, 0, &dropped, NULL);
}

/* The transactions of blocks first to last, as they are now. */
static size_t transactions_of(uint64_t first, uint64_t last, struct hash32 *out)
{
	struct stored_block block;
	size_t count = 0;

	for (uint64_t n = first; n <= last; n++) {
		assert_true(chain_reader_block(reader, &arena, n, true, &block));
		for (size_t i = 0; i < block.transaction_count; i++)
			if (block.transactions[i].tx.type != TX_DEPOSIT)
				out[count++] = block.transactions[i].tx.hash;
	}
	return count;
}

/* ---- scenarios ---- */

static void nothing_new_changes_nothing(void **state)
{
	(void)state;
	assert_int_equal(reconcile(chain), RECONCILE_UNCHANGED);
	own_block(0, 0);
	assert_int_equal(reconcile(chain), RECONCILE_UNCHANGED);
	assert_heads(chain, 1, 0, 0);
}

static void an_own_batch_is_confirmed_as_it_stands(void **state)
{
	struct hash32 head;

	(void)state;
	queue_deposits(3);
	own_block(0, 1);
	own_block(0, 0);
	own_block(0, 2);
	own_block(1, 0); /* of the next batch */
	head = *chain_head_hash(chain);
	post(1, 3);
	assert_int_equal(reconcile_reporting(), RECONCILE_CONFIRMED);
	assert_int_equal(report.count + report.done, 0);
	assert_heads(chain, 4, 3, 0);
	assert_true(hash32_eq(chain_head_hash(chain), &head));
	assert_int_equal(reconcile(chain), RECONCILE_UNCHANGED);
	assert_int_equal(reconcile(verifier), RECONCILE_EXTENDED);
	assert_heads(verifier, 3, 3, 0);
	assert_agreed();
}

static void blocks_of_a_lost_entry_stay_and_are_confirmed_again(void **state)
{
	struct hash32 head;

	(void)state;
	own_block(0, 0);
	own_block(0, 0);
	post(1, 2);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_int_equal(reconcile(verifier), RECONCILE_EXTENDED);
	head = *chain_head_hash(chain);
	lose(1);
	assert_int_equal(reconcile_reporting(), RECONCILE_CONFIRMED);
	assert_int_equal(report.count, 0);
	assert_heads(chain, 2, 0, 0);
	assert_int_equal(chain_applied_entries(chain), 0);
	assert_int_equal(reconcile(verifier), RECONCILE_CONFIRMED);
	assert_heads(verifier, 2, 0, 0);
	own_block(1, 0);
	/* Later on L1, the same blocks: within the bounds of time they fit. */
	post(1, 2);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_int_equal(reconcile(verifier), RECONCILE_CONFIRMED);
	assert_true(hash32_eq(chain_head_hash(verifier), &head));
	assert_heads(chain, 3, 2, 0);
	assert_agreed();
}

static void what_a_garbage_payload_displaces_is_reported_in_order(void **state)
{
	struct hash32 expected[64];
	size_t count;

	(void)state;
	own_block(0, 0);
	post(1, 1);
	(void)reconcile(chain);
	for (int i = 0; i < 4; i++)
		own_block(1, 0);
	own_block(2, 0);
	count = transactions_of(2, 6, expected);
	assert_int_equal(count, 5);
	post_foreign("garbage", 0);
	assert_int_equal(reconcile_reporting(), RECONCILE_REORGANISED);
	assert_int_equal(report.count, count);
	assert_memory_equal(report.hashes, expected, count * 32);
	/* Whoever keeps them has done so before the chain forgets them. */
	assert_int_equal(report.done, 1);
	assert_int_equal(report.latest_at_done, 6);
	assert_heads(chain, 1, 1, 0);
	assert_int_equal(chain_applied_entries(chain), 2);
	assert_agreed();
	nonce = 1;
	own_block(2, 0);
	post(2, 2);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_agreed();
}

static void a_forced_entry_displaces_own_blocks(void **state)
{
	(void)state;
	queue_deposits(2);
	own_block(0, 0);
	own_block(0, 1);
	post_foreign("", 2);
	assert_int_equal(reconcile_reporting(), RECONCILE_REORGANISED);
	assert_int_equal(report.count, 2);
	assert_heads(chain, 1, 1, 0);
	assert_true(chain_head_position(chain)->in_tail);
	assert_int_equal(chain_head_position(chain)->queue_next, 2);
	assert_agreed();
}

static void an_entry_with_fewer_blocks_than_ours_drops_the_rest(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++)
		own_block(0, 0);
	post(1, 3);
	assert_int_equal(reconcile_reporting(), RECONCILE_REORGANISED);
	assert_int_equal(report.count, 2);
	assert_heads(chain, 3, 3, 0);
	assert_agreed();
}

static void another_entry_in_place_of_a_confirmed_one(void **state)
{
	(void)state;
	queue_deposits(1);
	own_block(0, 0);
	own_block(0, 1);
	post(1, 2);
	own_block(1, 0);
	(void)reconcile(chain);
	(void)reconcile(verifier);
	assert_heads(chain, 3, 2, 0);
	/* One transaction: the reader never sees the time between. */
	world_l1_begin(&l1);
	world_l1_reorg(&l1, 1);
	world_l1_mine(&l1);
	world_l1_append(&l1, bytes_of("x", 1), 1);
	world_l1_commit(&l1);
	assert_int_equal(reconcile_reporting(), RECONCILE_REORGANISED);
	assert_int_equal(report.count, 3);
	assert_heads(chain, 1, 1, 0);
	assert_int_equal(reconcile(verifier), RECONCILE_REORGANISED);
	assert_agreed();
}

static void blocks_with_messages_that_changed_are_dropped(void **state)
{
	(void)state;
	queue_deposits(2);
	queue_deposits(3);
	own_block(0, 2); /* of the first L1 block */
	own_block(0, 0);
	own_block(0, 1);
	own_block(0, 2);
	/* The second L1 block is another one now. */
	lose(1);
	queue_deposits(3);
	assert_int_equal(reconcile_reporting(), RECONCILE_REORGANISED);
	assert_int_equal(report.count, 2);
	assert_heads(chain, 2, 0, 0);
	nonce = 2;
	own_block(0, 3);
	post(1, 3);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_agreed();
}

static void blocks_with_messages_that_are_gone_are_dropped(void **state)
{
	(void)state;
	queue_deposits(1);
	own_block(0, 0);
	own_block(0, 1);
	lose(1);
	assert_int_equal(reconcile_reporting(), RECONCILE_REORGANISED);
	assert_int_equal(report.count, 1);
	assert_heads(chain, 1, 0, 0);
}

static void changed_messages_below_a_confirmed_entry(void **state)
{
	(void)state;
	own_block(0, 0);
	post(1, 1);
	queue_deposits(2);
	own_block(1, 2);
	own_block(1, 0);
	post(2, 3);
	(void)reconcile(chain);
	(void)reconcile(verifier);
	assert_heads(chain, 3, 3, 0);
	lose(2);
	queue_deposits(2);
	assert_int_equal(reconcile_reporting(), RECONCILE_REORGANISED);
	assert_int_equal(report.count, 2);
	assert_heads(chain, 1, 1, 0);
	post_foreign("", 2);
	(void)reconcile(chain);
	assert_agreed();
}

static void entries_without_blocks_are_applied(void **state)
{
	(void)state;
	post_foreign("", 0);
	post_foreign("nonsense", 0);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_heads(chain, 0, 0, 0);
	assert_int_equal(chain_applied_entries(chain), 2);
	finalize(l1.head.number);
	(void)reconcile(chain);
	assert_heads(chain, 0, 0, 0);
	own_block(2, 0);
	post(1, 1);
	post_foreign("", 0);
	post_foreign("", 0);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_heads(chain, 1, 1, 0);
	assert_int_equal(chain_applied_entries(chain), 5);
	finalize(l1.head.number - 2); /* the one with the block */
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_heads(chain, 1, 1, 1);
	assert_agreed();
}

static void empty_entries_that_l1_loses_are_forgotten(void **state)
{
	(void)state;
	own_block(0, 0);
	post(1, 1);
	post_foreign("", 0);
	post_foreign("", 0);
	(void)reconcile(chain);
	assert_int_equal(chain_applied_entries(chain), 3);
	lose(2);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_int_equal(chain_applied_entries(chain), 1);
	assert_heads(chain, 1, 1, 0);
	assert_agreed();
}

/* Nobody would ever post entry 1, which had none of our blocks. */
static void blocks_behind_an_empty_entry_that_is_lost_are_dropped(void **state)
{
	(void)state;
	own_block(0, 0);
	post(1, 1);
	post_foreign("", 0);
	(void)reconcile(chain);
	own_block(2, 0);
	own_block(2, 0);
	lose(1);
	assert_int_equal(reconcile_reporting(), RECONCILE_REORGANISED);
	assert_int_equal(report.count, 2);
	assert_heads(chain, 1, 1, 0);
	nonce = 1;
	own_block(1, 0);
	post(2, 2);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_agreed();
}

static void a_batch_that_comes_too_late_has_no_blocks(void **state)
{
	(void)state;
	own_block(0, 0);
	own_block(0, 0);
	world_l1_begin(&l1);
	for (int i = 0; i < WORLD_MAX_PAST / 12 + 2; i++)
		world_l1_mine(&l1);
	world_l1_commit(&l1);
	post(1, 2);
	assert_int_equal(reconcile_reporting(), RECONCILE_REORGANISED);
	assert_int_equal(report.count, 2);
	assert_heads(chain, 0, 0, 0);
	assert_int_equal(chain_applied_entries(chain), 1);
	assert_agreed();
}

static void progress_in_single_blocks_comes_to_the_same(void **state)
{
	uint64_t before = 0;
	bool more = true;
	int calls = 0;

	(void)state;
	queue_deposits(4);
	own_block(0, 1);
	own_block(0, 0);
	own_block(0, 1);
	post(1, 3);
	post_foreign("", 4);
	post_foreign("", 4);
	finalize(l1.head.number);
	for (; more; calls++) {
		enum reconcile_result result = chain_reconcile(verifier, inbox, 1, NULL, &more);
		struct chain_heads heads = chain_heads(verifier);

		assert_true(heads.safe == heads.latest && heads.safe <= before + 1);
		/* Entry 0 is not applied, nor final, before its last block is known
		 * to be that. */
		if (heads.safe <= 3)
			assert_int_equal(chain_applied_entries(verifier) + heads.finalized, 0);
		if (heads.safe > before)
			assert_int_equal(result, RECONCILE_EXTENDED);
		before = heads.safe;
	}
	assert_int_equal(calls, 5);
	assert_heads(verifier, 4, 4, 4);
	(void)reconcile(chain);
	assert_heads(chain, 4, 4, 4);
	assert_agreed();
}

static void an_interrupted_catch_up_goes_on_after_a_restart(void **state)
{
	bool more;

	(void)state;
	for (int i = 0; i < 6; i++)
		own_block((uint64_t)i / 3, 0);
	post(1, 3);
	post(4, 6);
	(void)chain_reconcile(verifier, inbox, 2, NULL, &more);
	assert_true(more);
	chain_close(verifier);
	verifier = open_verifier(0);
	assert_heads(verifier, 2, 2, 0);
	(void)chain_reconcile(verifier, inbox, 2, NULL, &more);
	assert_heads(verifier, 4, 4, 0);
	assert_int_equal(chain_applied_entries(verifier), 1);
	(void)reconcile(chain);
	assert_agreed();
}

static void a_partly_derived_entry_that_is_lost_is_forgotten(void **state)
{
	bool more;

	(void)state;
	for (int i = 0; i < 4; i++)
		own_block(0, 0);
	post(1, 4);
	(void)chain_reconcile(verifier, inbox, 2, NULL, &more);
	assert_heads(verifier, 2, 2, 0);
	lose(1);
	post(1, 3);
	(void)reconcile(chain);
	assert_heads(chain, 3, 3, 0);
	assert_agreed();
	assert_heads(verifier, 3, 3, 0);
}

static void what_is_final_stays_final(void **state)
{
	(void)state;
	own_block(0, 0);
	post(1, 1);
	finalize(l1.head.number);
	own_block(1, 0);
	post(2, 2);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_heads(chain, 2, 2, 1);
	lose(1);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_heads(chain, 2, 1, 1);
	post_foreign("junk", 0);
	assert_int_equal(reconcile(chain), RECONCILE_REORGANISED);
	assert_heads(chain, 1, 1, 1);
	finalize(l1.head.number);
	assert_int_equal(reconcile(chain), RECONCILE_UNCHANGED);
	assert_heads(chain, 1, 1, 1);
	assert_agreed();
}

static void reorgs_while_the_verifier_was_away(void **state)
{
	(void)state;
	queue_deposits(2);
	own_block(0, 1);
	post(1, 1);
	(void)reconcile(chain);
	(void)reconcile(verifier);
	own_block(1, 1);
	post(2, 2);
	(void)reconcile(chain);
	(void)reconcile(verifier);
	chain_close(verifier);
	/* Three forks, of which it sees the last only. */
	lose(2);
	post_foreign("one", 1);
	(void)reconcile(chain);
	lose(1);
	post_foreign("two", 2);
	(void)reconcile(chain);
	lose(3);
	queue_deposits(3);
	post_foreign("", l1.message_count);
	(void)reconcile(chain);
	nonce = 0;
	own_block(chain_applied_entries(chain), 0);
	post(chain_heads(chain).latest, chain_heads(chain).latest);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	verifier = open_verifier(1);
	assert_int_equal(reconcile(verifier), RECONCILE_REORGANISED);
	assert_agreed();
}

static void a_rollback_below_the_safe_head_is_derived_again(void **state)
{
	(void)state;
	own_block(0, 0);
	own_block(0, 0);
	post(1, 2);
	own_block(1, 0);
	own_block(1, 0);
	post(3, 4);
	(void)reconcile(chain);
	assert_heads(chain, 4, 4, 0);
	/* Entry 1 is gone wholly, and entry 0 is complete. */
	chain_rollback(chain, 3, NULL);
	assert_heads(chain, 3, 2, 0);
	assert_int_equal(chain_applied_entries(chain), 1);
	chain_rollback(chain, 1, NULL);
	assert_heads(chain, 1, 0, 0);
	assert_int_equal(chain_applied_entries(chain), 0);
	finalize(l1.head.number);
	assert_int_equal(reconcile(chain), RECONCILE_EXTENDED);
	assert_heads(chain, 4, 4, 4);
	assert_agreed();
}

/* ---- random histories ---- */

#define MAX_WAITING 512

/* A sequencer as far as these tests need one. */
struct history {
	uint64_t seed;
	struct transaction waiting[MAX_WAITING]; /* the pool */
	size_t waiting_count;
	uint64_t nonces[WORLD_SENDERS]; /* of transactions that were made */
	size_t made;
	uint64_t open_entry; /* that blocks join */
	struct {
		bool is_there;
		uint64_t entry;
		struct bytes payload;
		uint64_t queue_to;
	} pending; /* a batch on its way to L1 */
	unsigned reorganised, confirmed;
};
static struct history h;

static uint64_t roll(uint64_t bound)
{
	return world_random(&h.seed, bound);
}

static void wait_in_pool(const struct transaction *tx)
{
	assert_true(h.waiting_count < MAX_WAITING);
	h.waiting[h.waiting_count++] = *tx;
}

static void return_to_pool(void *context, const struct transaction *tx, struct bytes raw)
{
	struct transaction copy;

	(void)context, (void)tx;
	assert_int_equal(tx_decode(&arena, &copy, arena_copy(&arena, raw)), TX_DECODE_OK);
	wait_in_pool(&copy);
}

static void nothing_to_do(void *context)
{
	(void)context;
}

static const struct chain_dropped to_pool = { NULL, return_to_pool, nothing_to_do };

static void make_transactions(void)
{
	for (uint64_t i = roll(4); i > 0 && h.waiting_count < MAX_WAITING / 2; i--) {
		unsigned sender = (unsigned)roll(WORLD_SENDERS);
		uint64_t n = h.nonces[sender]++;
		struct transaction tx;

		if (roll(4) == 0)
			tx = world_transfer(&arena, sender, n, 1 + roll(100));
		else if (roll(8) == 0)
			tx = world_create(&arena, sender, n);
		else
			tx = world_keep(&arena, sender, n, roll(SLOTS), roll(4));
		wait_in_pool(&tx);
		h.made++;
	}
}

static bool is_in(const struct block *block, const struct hash32 *hash)
{
	for (size_t i = 0; i < block->transaction_count; i++)
		if (hash32_eq(&block->transactions[i].tx.hash, hash))
			return true;
	return false;
}

/* The builder keeps the queue's link in mind, as this does. */
static size_t take_messages(struct message **out)
{
	uint64_t next = chain_head_position(chain)->queue_next;
	size_t count;

	if (l1.message_count <= next ||
	    (next > 0 && !hash32_eq(&l1.messages[next - 1].link, chain_head_queue_link(chain))))
		return 0;
	count = (size_t)roll(l1.message_count - next + 1);
	*out = ARENA_ARRAY(&arena, struct message, count);
	for (size_t i = 0; i < count; i++)
		message_decode(&(*out)[i], next + i, &l1.messages[next + i].link,
			       l1.messages[next + i].raw);
	return count;
}

/* Lower nonces first, as a pool would. */
static void sort_waiting(void)
{
	for (size_t i = 1; i < h.waiting_count; i++)
		for (size_t j = i; j > 0 && h.waiting[j].nonce < h.waiting[j - 1].nonce; j--) {
			struct transaction swap = h.waiting[j];

			h.waiting[j] = h.waiting[j - 1];
			h.waiting[j - 1] = swap;
		}
}

static void build(void)
{
	uint64_t now = l1.head.timestamp + roll(20), parent = chain_head(chain)->timestamp;
	struct message *messages = NULL;
	struct block_input input = { .timestamp = now > parent ? now : parent };
	struct block block;
	size_t kept = 0;

	input.message_count = take_messages(&messages);
	input.messages = messages;
	sort_waiting();
	input.transactions = h.waiting;
	input.transaction_count = h.waiting_count > 20 ? 20 : h.waiting_count;
	if (input.message_count + input.transaction_count == 0)
		return;
	block = test_chain_build(chain, &arena, &input, h.open_entry);
	for (size_t i = 0; i < h.waiting_count; i++)
		if (!is_in(&block, &h.waiting[i].hash))
			h.waiting[kept++] = h.waiting[i];
	h.waiting_count = kept;
	/* An empty block can't be in a payload. */
	if (block.transaction_count == 0 && input.message_count == 0)
		chain_rollback(chain, block.header.number - 1, NULL);
}

/* A batch that was given up may land on L1 after all: what it brings into the
 * chain need not wait any more. */
static void forget_included(void)
{
	size_t kept = 0;

	for (size_t i = 0; i < h.waiting_count; i++) {
		struct transaction tx = h.waiting[i];
		struct account account = { 0 };

		assert_true(tx_recover(crypto_native(), &arena, &tx));
		(void)chain_account(chain, &tx.from, &account);
		if (tx.nonce >= account.nonce)
			h.waiting[kept++] = h.waiting[i];
	}
	h.waiting_count = kept;
}

/* As the builder does it after a change. */
static void reopen(void)
{
	forget_included();
	if (chain_heads(chain).latest == chain_heads(chain).safe)
		h.open_entry = chain_applied_entries(chain);
	else
		h.open_entry = chain_head_position(chain)->entry + 1;
}

static void follow(struct chain *c, const struct chain_dropped *report_to)
{
	struct chain_heads before = chain_heads(c), after;
	bool more = true;

	for (size_t max = (size_t)roll(4); more && roll(10) > 0;) {
		switch (chain_reconcile(c, inbox, max, report_to, &more)) {
		case RECONCILE_REORGANISED:
			h.reorganised++;
			break;
		case RECONCILE_CONFIRMED:
			h.confirmed++;
			break;
		case RECONCILE_FAILED:
			fail_msg("the inbox hangs together");
			break;
		case RECONCILE_EXTENDED:
		case RECONCILE_UNCHANGED:
			break;
		}
		after = chain_heads(c);
		assert_true(after.finalized >= before.finalized && after.finalized <= after.safe &&
			    after.safe <= after.latest);
	}
	if (c == chain)
		reopen();
}

/* First and last unsafe block of the oldest entry that is not on L1. */
static bool find_batch(uint64_t *entry, uint64_t *first, uint64_t *last)
{
	struct chain_heads heads = chain_heads(chain);
	struct stored_block block;
	struct position position;

	*first = 0;
	for (uint64_t n = heads.safe + 1; n <= heads.latest; n++) {
		assert_true(chain_reader_block(reader, &arena, n, false, &block));
		assert_true(position_decode(&position, &block.header));
		if (*first && position.entry != *entry)
			break;
		*first = *first ? *first : n;
		*entry = position.entry;
		*last = n;
	}
	return *first != 0;
}

static void send_batch(void)
{
	uint64_t first, last;

	if (!find_batch(&h.pending.entry, &first, &last))
		return;
	if (h.pending.entry == h.open_entry)
		h.open_entry++; /* sealed */
	h.pending.payload = test_chain_payload(&arena, reader, &config, first, last);
	h.pending.queue_to = queue_of(last);
	h.pending.is_there = true;
}

/* What appendBatch() lets through, and others do. */
static void fill_l1_block(void)
{
	static const char *const junk[] = { "", "?", "\0\1\2", "junk junk junk" };

	world_l1_mine(&l1);
	if (roll(2))
		world_l1_attributes(&l1);
	for (uint64_t i = roll(3); i > 0; i--)
		world_l1_deposit(&l1, (unsigned)roll(WORLD_SENDERS), roll(1000));
	if (roll(12) == 0)
		world_l1_message(&l1, bytes_of("malformed", 9));
	if (roll(14) == 0) {
		uint64_t from = world_l1_consumed(&l1);
		const char *payload = junk[roll(4)];

		world_l1_append(&l1, bytes_of(payload, strlen(payload)),
				from + roll(l1.message_count - from + 1));
	}
	if (!h.pending.is_there || roll(3) == 0)
		return;
	if (h.pending.entry == l1.entry_count && h.pending.queue_to >= world_l1_consumed(&l1) &&
	    h.pending.queue_to <= l1.message_count)
		world_l1_append(&l1, h.pending.payload, h.pending.queue_to);
	h.pending.is_there = false;
}

static void change_l1(void)
{
	uint64_t lowest = l1.finalized > 99 ? l1.finalized : 99;

	world_l1_begin(&l1);
	if (roll(7) == 0 && l1.head.number > lowest) {
		uint64_t depth = l1.head.number - lowest;

		world_l1_reorg(&l1, 1 + roll(depth < 8 ? depth : 8));
		for (uint64_t i = roll(3); i > 0; i--)
			fill_l1_block();
	} else {
		fill_l1_block();
	}
	if (roll(10) == 0 && l1.head.number > 110)
		world_l1_finalize(&l1, l1.head.number - 3 - roll(8));
	world_l1_commit(&l1);
}

static void restart(void)
{
	chain_reader_close(reader);
	chain_close(chain);
	chain = open_chain("chain.db", roll(2) ? 1 : 0);
	reader = open_reader("chain.db");
	reopen();
	chain_close(verifier);
	verifier = open_verifier(roll(2) ? 1 : 0);
}

/* Each transaction that was made is in the chain, or waits, and only once. */
static void assert_none_lost(void)
{
	struct hash32 *in_chain = ARENA_ARRAY(&arena, struct hash32, h.made + 1);
	size_t count = transactions_of(1, chain_heads(chain).latest, in_chain);

	assert_int_equal(count + h.waiting_count, h.made);
	for (size_t i = 0; i < h.waiting_count; i++)
		for (size_t j = 0; j < count; j++)
			assert_false(hash32_eq(&h.waiting[i].hash, &in_chain[j]));
}

static void run_history(uint64_t seed)
{
	memset(&h, 0, sizeof(h));
	h.seed = seed * 0x9e3779b97f4a7c15u + 1;
	for (int step = 0; step < 220; step++) {
		switch (roll(8)) {
		case 0:
		case 1:
			change_l1();
			break;
		case 2:
		case 3:
			make_transactions();
			build();
			break;
		case 4:
			send_batch();
			break;
		case 5:
			follow(chain, &to_pool);
			break;
		case 6:
			if (roll(3) == 0) /* it is away, mostly */
				follow(verifier, NULL);
			break;
		case 7:
			if (roll(10) == 0)
				restart();
			chain_prune(chain, WORLD_T0 + ((uint64_t)1 << 40), (size_t)roll(4));
			chain_prune(verifier, WORLD_T0 + ((uint64_t)1 << 40), (size_t)roll(9));
			break;
		}
	}
}

static void both_chains_end_alike_after_random_histories(void **state)
{
	const char *seeds = getenv("GAVEL_TEST_SEEDS"); /* more of them */
	uint64_t count = seeds ? strtoull(seeds, NULL, 10) : 12;
	unsigned reorganised = 0, confirmed = 0;

	for (uint64_t seed = 1; seed <= count; seed++) {
		run_history(seed);
		(void)chain_reconcile(chain, inbox, 0, &to_pool, NULL);
		reopen();
		assert_none_lost();
		assert_derived(chain, "chain.db");
		(void)reconcile(verifier);
		assert_derived(verifier, "verifier.db");
		assert_int_equal(chain_heads(chain).safe, chain_heads(verifier).safe);
		assert_int_equal(chain_heads(chain).finalized, chain_heads(verifier).finalized);
		reorganised += h.reorganised;
		confirmed += h.confirmed;
		stop(state);
		start(state);
	}
	/* It did happen. */
	assert_true(reorganised > count && confirmed > count);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(nothing_new_changes_nothing),
		TEST(an_own_batch_is_confirmed_as_it_stands),
		TEST(blocks_of_a_lost_entry_stay_and_are_confirmed_again),
		TEST(what_a_garbage_payload_displaces_is_reported_in_order),
		TEST(a_forced_entry_displaces_own_blocks),
		TEST(an_entry_with_fewer_blocks_than_ours_drops_the_rest),
		TEST(another_entry_in_place_of_a_confirmed_one),
		TEST(blocks_with_messages_that_changed_are_dropped),
		TEST(blocks_with_messages_that_are_gone_are_dropped),
		TEST(changed_messages_below_a_confirmed_entry),
		TEST(entries_without_blocks_are_applied),
		TEST(empty_entries_that_l1_loses_are_forgotten),
		TEST(blocks_behind_an_empty_entry_that_is_lost_are_dropped),
		TEST(a_batch_that_comes_too_late_has_no_blocks),
		TEST(progress_in_single_blocks_comes_to_the_same),
		TEST(an_interrupted_catch_up_goes_on_after_a_restart),
		TEST(a_partly_derived_entry_that_is_lost_is_forgotten),
		TEST(what_is_final_stays_final),
		TEST(reorgs_while_the_verifier_was_away),
		TEST(a_rollback_below_the_safe_head_is_derived_again),
		TEST(both_chains_end_alike_after_random_histories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
