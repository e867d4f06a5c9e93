/* reconcile_steps: two chains and an L1, and what the tests of chain_reconcile() do
 * with them: the sequencer's chain, which has blocks of its own, and a verifier's. */
#ifndef GAVEL_TESTS_STORE_RECONCILE_STEPS_H
#define GAVEL_TESTS_STORE_RECONCILE_STEPS_H

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

static inline struct chain *open_chain(const char *file, size_t state_memory)
{
	char path[WORLD_PATH_SIZE];

	world_path(path, directory, file);
	return test_chain_open(path, &config, state_memory, 0);
}

static inline struct chain *open_verifier(size_t state_memory)
{
	char path[WORLD_PATH_SIZE];

	world_path(path, directory, "verifier.db");
	return test_verifier_open(path, &config, state_memory);
}

static inline struct chain_reader *open_reader(const char *file)
{
	char path[WORLD_PATH_SIZE];

	world_path(path, directory, file);
	return test_chain_reader(path, &config);
}

static inline int start(void **state)
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

static inline int stop(void **state)
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
static inline void own_block(uint64_t entry, size_t messages)
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

static inline uint64_t queue_of(uint64_t number)
{
	struct stored_block block;
	struct position position;

	assert_true(chain_reader_block(reader, &arena, number, false, &block));
	assert_true(position_decode(&position, &block.header));
	return position.queue_next;
}

/* An L1 block with the sequencer's blocks as an entry. */
static inline void post(uint64_t first, uint64_t last)
{
	struct bytes payload = test_chain_payload(&arena, reader, &config, first, last);

	world_l1_begin(&l1);
	world_l1_mine(&l1);
	world_l1_append(&l1, payload, queue_of(last));
	world_l1_commit(&l1);
}

/* An L1 block with an entry of somebody else's. */
static inline void post_foreign(const char *payload, uint64_t queue_to)
{
	world_l1_begin(&l1);
	world_l1_mine(&l1);
	world_l1_append(&l1, bytes_of(payload, strlen(payload)), queue_to);
	world_l1_commit(&l1);
}

static inline void queue_deposits(unsigned count)
{
	world_l1_begin(&l1);
	world_l1_mine(&l1);
	for (unsigned i = 0; i < count; i++)
		world_l1_deposit(&l1, 1, 1000 + l1.fork);
	world_l1_commit(&l1);
}

static inline void lose(uint64_t depth)
{
	world_l1_begin(&l1);
	world_l1_reorg(&l1, depth);
	world_l1_mine(&l1);
	world_l1_commit(&l1);
}

static inline void finalize(uint64_t number)
{
	world_l1_begin(&l1);
	world_l1_finalize(&l1, number);
	world_l1_commit(&l1);
}

static inline enum reconcile_result reconcile(struct chain *c)
{
	bool more = true;
	enum reconcile_result result = chain_reconcile(c, inbox, 0, NULL, &more);

	assert_false(more);
	return result;
}

static inline void assert_heads(struct chain *c, uint64_t latest, uint64_t safe, uint64_t finalized)
{
	struct chain_heads heads = chain_heads(c);

	assert_int_equal(heads.latest, latest);
	assert_int_equal(heads.safe, safe);
	assert_int_equal(heads.finalized, finalized);
}

/* The safe blocks are what L1 derives to, in the file and in memory. */
static inline void assert_derived(struct chain *c, const char *file)
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
static inline void assert_agreed(void)
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

static inline void note_dropped(void *context, const struct transaction *tx, struct bytes raw)
{
	(void)context, (void)raw;
	assert_int_equal(report.done, 0);
	report.hashes[report.count++] = tx->hash;
}

static inline void note_done(void *context)
{
	(void)context;
	report.done++;
	report.latest_at_done = chain_reader_heads(reader).latest;
}

static const struct chain_dropped dropped = { NULL, note_dropped, note_done };

static inline enum reconcile_result reconcile_reporting(void)
{
	memset(&report, 0, sizeof(report));
	return chain_reconcile(chain, inbox, 0, &dropped, NULL);
}

/* The transactions of blocks first to last, as they are now. */
static inline size_t transactions_of(uint64_t first, uint64_t last, struct hash32 *out)
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

#define RECONCILE_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

#endif
