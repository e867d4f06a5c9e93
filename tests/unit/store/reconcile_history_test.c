/* Random histories of L1 and of both chains, which end alike. */
#include "tests/unit/store/reconcile_steps.h"

#define MAX_WAITING 512
#define LONG_AFTER  (WORLD_T0 + ((uint64_t)1 << 40))

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
			chain_prune(chain, LONG_AFTER, LONG_AFTER, (size_t)roll(4));
			chain_prune(verifier, LONG_AFTER, LONG_AFTER, (size_t)roll(9));
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
	const struct CMUnitTest tests[] = {
		RECONCILE_TEST(both_chains_end_alike_after_random_histories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
