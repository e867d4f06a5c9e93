/* builder: one loop: take over what L1 says, then seal a block if there is
 * something for it, then see whether the batch is to be closed.  Everything
 * that it promises about entries is checked against L1 afterwards by
 * chain_reconcile(); a wrong guess costs a rollback, never a wrong chain. */
#include "sequencer/builder.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/native/arena_heap.h"
#include "base/native/clock.h"
#include "base/native/log.h"
#include "sequencer/batcher.h"
#include "net/l1_thread.h"
#include "sequencer/open_batch.h"
#include "sequencer/queue.h"

/* Below so much room a batch is not worth going on with, in bytes. */
#define ROOM_WORTH_FILLING ((size_t)12000)
#define RECONCILE_BLOCKS   64
#define PRUNE_BLOCKS       16
/* How often is looked for L1's news while transactions wait for it. */
#define L1_WAIT_MS 20
/* After so long it is worth a word that blocks of L1 are still being derived. */
#define CATCHING_UP_MS 5000

struct builder {
	struct sequencer *sequencer;
	struct chain *chain;
	struct chain_reader *reader; /* for payloads */
	struct inbox *inbox;
	pthread_t thread;
	bool running;
	struct arena arena; /* of the block at hand */
	struct open_batch batch;
	uint64_t last_sealed_ms;
	uint64_t pruned_at; /* the head when old states were removed last */
	bool is_full;       /* the last block left something behind: go on at once */
	bool waits_for_l1;  /* which is too far behind: no transactions now */

	/* the first block that is not safe, 0: not looked up yet */
	uint64_t oldest_unsafe;
	uint64_t oldest_unsafe_time; /* its timestamp */

	/* transactions of rolled back blocks, on their way back to the pool */
	struct pool_transaction **returned;
	size_t returned_count, returned_capacity;

	atomic_bool inbox_changed;
	atomic_bool reset_requested;
	atomic_bool stop;
	_Atomic uint64_t sealed_entries;
	_Atomic uint64_t generation;
};

/* ---- rolled back transactions ---- */

static void keep_returned(void *context, const struct transaction *tx, struct bytes raw)
{
	struct builder *b = context;
	struct pool_transaction *pooled;
	char error[POOL_ERROR_SIZE];

	(void)tx;
	pooled = pool_prepare(b->sequencer->pool, raw, error);
	if (!pooled) {
		log_warn("builder", "a transaction of a dropped block is lost: %s", error);
		return;
	}
	if (b->returned_count == b->returned_capacity) {
		b->returned_capacity = 2 * b->returned_capacity + 64;
		b->returned = realloc(b->returned, b->returned_capacity * sizeof(b->returned[0]));
		if (!b->returned)
			abort();
	}
	pooled->was_accepted = true;
	b->returned[b->returned_count++] = pooled;
	pool_store_add(b->sequencer->pool_store, b->sequencer->pool, pooled, NULL, NULL);
}

static void flush_returned(void *context)
{
	struct builder *b = context;

	pool_store_flush(b->sequencer->pool_store);
}

static struct chain_dropped dropped_of(struct builder *b)
{
	return (struct chain_dropped){ b, keep_returned, flush_returned };
}

/* ---- the pool's view of the chain ---- */

/* Zero where there is none. */
static void read_account(void *context, const struct address *address, uint64_t *nonce,
			 struct u256 *balance)
{
	struct builder *b = context;
	struct account account;

	if (!chain_account(b->chain, address, &account))
		account = (struct account){ 0 };
	*nonce = account.nonce;
	*balance = account.balance;
}

static void forget_transaction(void *context, struct pool_transaction *transaction)
{
	struct builder *b = context;

	pool_store_remove(b->sequencer->pool_store, b->sequencer->pool, transaction);
}

static void tell_pool(struct builder *b, const struct pool_change *changes, size_t count,
		      bool everything)
{
	struct pool_block block = {
		.number = chain_head(b->chain)->number,
		.changes = changes,
		.change_count = count,
		.everything = everything,
		.account = read_account,
		.gone = forget_transaction,
		.context = b,
	};

	pool_new_head(b->sequencer->pool, &block);
}

/* What a block has made of accounts, in the builder's arena. */
struct changes {
	struct arena *arena;
	struct pool_change *list;
	size_t count, capacity;
};

static void add_change(void *context, const struct address *address, const struct account *account)
{
	struct changes *changes = context;
	struct pool_change *change;

	if (changes->count == changes->capacity) {
		size_t size = changes->capacity * sizeof(changes->list[0]);

		changes->list = arena_grow(changes->arena, changes->list, size, 2 * size);
		changes->capacity *= 2;
	}
	change = &changes->list[changes->count++];
	*change = (struct pool_change){ .address = *address };
	if (!account) /* deleted */
		return;
	change->nonce = account->nonce;
	change->balance = account->balance;
}

/* As they are before the block is finished, since afterwards they count as unchanged. */
static struct changes changes_of(struct builder *b, const struct block_builder *block)
{
	struct changes changes = { .arena = &b->arena, .capacity = 64 };

	changes.list = ARENA_ARRAY(&b->arena, struct pool_change, changes.capacity);
	block_each_changed_account(block, &changes, add_change);
	return changes;
}

/* Puts one back into the pool, or off the disk when it has no future. */
static void return_to_pool(struct builder *b, struct pool_transaction *transaction)
{
	struct pool *pool = b->sequencer->pool;
	struct pool_transaction *replaced;
	char error[POOL_ERROR_SIZE];
	struct u256 balance;
	uint64_t nonce;
	enum pool_result result;

	read_account(b, &transaction->tx.from, &nonce, &balance);
	pool_set_account(pool, pool_head(pool), &transaction->tx.from, nonce, &balance);
	result = pool_add(pool, transaction, &replaced, error);
	if (result != POOL_ADDED && result != POOL_REPLACED) {
		if (result == POOL_REFUSED)
			log_debug("builder", "a transaction of a dropped block is refused: %s",
				  error);
		pool_store_remove(b->sequencer->pool_store, pool, transaction);
	}
	if (result == POOL_REPLACED && replaced) {
		pool_store_remove(b->sequencer->pool_store, pool, replaced);
		pool_release(pool, replaced);
	}
	pool_release(pool, transaction);
}

/* ---- batches ---- */

/* The entry that the next block joins, by what the head says. */
static uint64_t next_entry(struct builder *b)
{
	struct chain_heads heads = chain_heads(b->chain);
	const struct position *position = chain_head_position(b->chain);
	uint64_t applied = chain_applied_entries(b->chain);

	if (heads.latest == heads.safe)
		return applied;
	if (position->entry < atomic_load(&b->sealed_entries))
		return position->entry + 1;
	return position->entry;
}

/* Whether the batch of the head's entry was handed to L1 as it is: then no block
 * may join it. */
static bool head_ends_posted_batch(struct builder *b)
{
	uint64_t entry = chain_head_position(b->chain)->entry;
	struct batch_info info;

	return batcher_find(b->sequencer->batcher, entry, &info) &&
	       info.last_block == chain_head(b->chain)->number &&
	       hash32_eq(&info.last_hash, chain_head_hash(b->chain));
}

/* After a restart or a rollback: what is in the batch that is open. */
static void reopen_batch(struct builder *b)
{
	struct chain_heads heads = chain_heads(b->chain);
	const struct position *position = chain_head_position(b->chain);
	uint64_t sealed =
	    heads.latest == heads.safe ? chain_applied_entries(b->chain) : position->entry;

	if (heads.latest != heads.safe && head_ends_posted_batch(b))
		sealed = position->entry + 1;
	atomic_store(&b->sealed_entries, sealed);
	open_batch_start(&b->batch, next_entry(b));
	if (heads.latest == heads.safe || position->entry != b->batch.entry)
		return;
	b->batch.blocks = position->blocks_taken;
	b->batch.first_block = heads.latest - position->blocks_taken + 1;
	b->batch.opened_ms = clock_ms();
	/* Messages are not counted again: assume the worst. */
	b->batch.messages = ENTRY_MAX_MESSAGES;
	if (!open_batch_measure(&b->batch, b->reader, &b->sequencer->config.chain))
		b->batch.size_bound = PAYLOAD_MAX_BYTES;
}

static void seal_batch(struct builder *b, const char *why)
{
	log_debug("builder", "batch %llu is closed (%s): %zu blocks",
		  (unsigned long long)b->batch.entry, why, b->batch.blocks);
	atomic_store(&b->sealed_entries, b->batch.entry + 1);
	open_batch_start(&b->batch, b->batch.entry + 1);
}

static void seal_batch_if_due(struct builder *b)
{
	const struct options *o = b->sequencer->options;

	if (b->batch.blocks == 0)
		return;
	/* Mostly signatures and addresses: measuring would give nothing new. */
	if (b->batch.size_floor >= o->batch_bytes / 5 * 4) {
		seal_batch(b, "size");
		return;
	}
	if (b->batch.size_bound >= o->batch_bytes) {
		if (!open_batch_measure(&b->batch, b->reader, &b->sequencer->config.chain))
			b->batch.size_bound = PAYLOAD_MAX_BYTES;
		if (b->batch.size_bound >= o->batch_bytes ||
		    open_batch_room(&b->batch) < ROOM_WORTH_FILLING) {
			seal_batch(b, "size");
			return;
		}
	}
	if (open_batch_room(&b->batch) < ROOM_WORTH_FILLING)
		seal_batch(b, "size");
	else if (clock_ms() - b->batch.opened_ms >= (uint64_t)o->batch_seconds * 1000)
		seal_batch(b, "age");
}

/* ---- L1's word ---- */

static void chain_was_changed(struct builder *b)
{
	atomic_fetch_add(&b->generation, 1);
	b->oldest_unsafe = 0;
	tell_pool(b, NULL, 0, true);
	for (size_t i = 0; i < b->returned_count; i++)
		return_to_pool(b, b->returned[i]);
	b->returned_count = 0;
	reopen_batch(b);
}

static void note_inbox(struct builder *b, bool is_whole)
{
	char text[COMPLAINT_TEXT_SIZE];

	snprintf(text, sizeof(text), RECONCILE_FAILED_TEXT,
		 (unsigned long long)chain_heads(b->chain).safe);
	notice_say(&b->sequencer->inbox, "builder", is_whole ? NULL : text,
		   "inbox.db has what it lacked", clock_ms());
}

/* Calls are answered meanwhile, by blocks of long ago. */
static void note_catching_up(struct builder *b, uint64_t began_ms, bool more)
{
	char text[COMPLAINT_TEXT_SIZE];
	uint64_t now = clock_ms();

	snprintf(text, sizeof(text),
		 "blocks that are on L1 are being derived, and block %llu is the newest yet: until "
		 "that is done, answers are of the past",
		 (unsigned long long)chain_heads(b->chain).latest);
	notice_say(&b->sequencer->catching_up, "builder",
		   more && now - began_ms >= CATCHING_UP_MS ? text : NULL,
		   "all blocks that are on L1 are derived", now);
}

/* Some blocks.  Whoever judges by the chain is told at once, also when it failed half
 * way.  False: it failed. */
static bool follow_l1_on(struct builder *b, bool *more)
{
	struct chain_dropped dropped = dropped_of(b);
	struct hash32 head = *chain_head_hash(b->chain);
	enum reconcile_result result =
	    chain_reconcile(b->chain, b->inbox, RECONCILE_BLOCKS, &dropped, more);

	if (b->returned_count > 0 || !hash32_eq(&head, chain_head_hash(b->chain)))
		chain_was_changed(b);
	else if (b->batch.blocks == 0 && b->batch.entry != next_entry(b))
		reopen_batch(b);
	note_inbox(b, result != RECONCILE_FAILED);
	return result != RECONCILE_FAILED;
}

static void follow_l1(struct builder *b)
{
	uint64_t began_ms = clock_ms();
	bool more = true;

	while (more && !atomic_load(&b->stop)) {
		if (!follow_l1_on(b, &more))
			break;
		note_catching_up(b, began_ms, more);
	}
}

/* Games, and withdrawals proved by them, are about what comes after the anchor. */
static void keep_states(struct builder *b)
{
	struct l1_thread_status l1 = l1_thread_status(b->sequencer->l1);

	if (l1.anchor_at > 0)
		chain_keep_from(b->chain, l1.anchor);
}

/* Twice as much as was built since the last time, so that it catches up. */
static void prune(struct builder *b)
{
	uint64_t head = chain_head(b->chain)->number;

	if (head < b->pruned_at + PRUNE_BLOCKS / 2 && head >= b->pruned_at)
		return;
	b->pruned_at = head;
	keep_states(b);
	chain_prune(b->chain, (uint64_t)time(NULL), l1_thread_status(b->sequencer->l1).newest_time,
		    PRUNE_BLOCKS);
}

static void reset_unsafe(struct builder *b)
{
	struct chain_dropped dropped = dropped_of(b);

	chain_rollback(b->chain, chain_heads(b->chain).safe, &dropped);
	chain_was_changed(b);
}

/* ---- blocks ---- */

static struct queue_place queue_place_of(struct builder *b)
{
	return (struct queue_place){ chain_head_position(b->chain)->queue_next,
				     *chain_head_queue_link(b->chain) };
}

static bool messages_wait(struct builder *b)
{
	struct queue_place place = queue_place_of(b);

	return queue_waits(b->inbox, &place);
}

/* Those that fit the batch and the block. */
static size_t read_messages(struct builder *b, struct message **out)
{
	struct queue_place place = queue_place_of(b);
	size_t count =
	    queue_read(b->inbox, &b->arena, &place, open_batch_message_room(&b->batch), out);

	return derive_messages_that_fit(&b->sequencer->config.chain, *out, count);
}

/* Blocks follow the later one of our clock and L1's: entries are judged by L1's. */
static uint64_t block_timestamp(struct builder *b)
{
	uint64_t timestamp = (uint64_t)time(NULL), parent = chain_head(b->chain)->timestamp;
	struct inbox_l1_block l1;

	if (inbox_l1_head(b->inbox, &l1) && l1.timestamp > timestamp)
		timestamp = l1.timestamp;
	return timestamp > parent ? timestamp : parent;
}

static void watch_clock(struct builder *b)
{
	struct sequencer *s = b->sequencer;

	clock_watch_look(&s->clock, block_timestamp(b), l1_thread_status(s->l1).newest_time,
			 s->config.chain.max_future, clock_ms());
}

static void look_up_oldest_unsafe(struct builder *b, uint64_t number)
{
	struct arena_mark mark = arena_mark(&b->arena);
	struct stored_block block;

	if (chain_reader_block(b->reader, &b->arena, number, false, &block)) {
		b->oldest_unsafe = number;
		b->oldest_unsafe_time = block.header.timestamp;
	}
	arena_reset(&b->arena, mark);
}

/* Seconds since the first block that is not on L1 was made; 0: all are. */
static uint64_t oldest_unsafe_age(struct builder *b)
{
	struct chain_heads heads = chain_heads(b->chain);
	uint64_t now = block_timestamp(b);

	if (heads.latest == heads.safe)
		return 0;
	if (b->oldest_unsafe != heads.safe + 1)
		look_up_oldest_unsafe(b, heads.safe + 1);
	return now > b->oldest_unsafe_time ? now - b->oldest_unsafe_time : 0;
}

static void watch_safe_lag(struct builder *b)
{
	struct sequencer *s = b->sequencer;
	uint64_t sealed = atomic_load(&b->sealed_entries), safe = chain_applied_entries(b->chain);

	b->waits_for_l1 =
	    safe_lag_look(&s->safe_lag, sealed > safe ? sealed - safe : 0, oldest_unsafe_age(b),
			  s->options->max_safe_lag, s->config.chain.max_past, clock_ms());
}

/* Whether to try it again in a later block. */
static bool may_become_valid(enum tx_err err)
{
	return err == TX_NONCE_TOO_HIGH || err == TX_GAS_LIMIT_OVER_BLOCK ||
	       err == TX_FEE_BELOW_BASE_FEE || err == TX_INSUFFICIENT_FUNDS;
}

/* What the pool offered; held until the block, which points into it, is stored. */
struct offered {
	struct pool_transaction **list;
	size_t count;
	size_t used;                       /* sum of the bounds of what was added */
	size_t floor;                      /* and of the floors */
	struct pool_transaction **invalid; /* of the list: those that no block will take */
	size_t invalid_count;
};

static void release_offered(struct builder *b, struct offered *offered)
{
	for (size_t i = 0; i < offered->count; i++)
		pool_release(b->sequencer->pool, offered->list[i]);
}

/* Once the block that they were invalid in is on the disk: were it lost, they would not
 * be. */
static void drop_invalid(struct builder *b, const struct offered *offered)
{
	for (size_t i = 0; i < offered->invalid_count; i++) {
		pool_remove(b->sequencer->pool, offered->invalid[i]);
		pool_store_remove(b->sequencer->pool_store, b->sequencer->pool,
				  offered->invalid[i]);
	}
}

/* Adds what fits. */
static void add_transactions(struct builder *b, struct block_builder *block,
			     struct offered *offered)
{
	size_t max = (size_t)(b->sequencer->config.chain.gas_limit / 21000) + 1;
	size_t room = open_batch_room(&b->batch);
	struct u256 base_fee = header_next_base_fee(chain_head(b->chain));

	if (b->waits_for_l1)
		max = 0;
	offered->list = ARENA_ARRAY(&b->arena, struct pool_transaction *, max);
	offered->count = pool_select(b->sequencer->pool, &base_fee, offered->list, max);
	offered->invalid = ARENA_ARRAY(&b->arena, struct pool_transaction *, offered->count);
	offered->invalid_count = 0;
	offered->used = offered->floor = 0;
	b->is_full = offered->count == max && max > 0;
	for (size_t i = 0; i < offered->count; i++) {
		struct pool_transaction *t = offered->list[i];
		size_t bound = open_batch_transaction_bound(&t->tx);
		enum tx_err err;

		if (bound > room - offered->used || t->tx.gas_limit > block_gas_left(block)) {
			b->is_full = true;
			continue;
		}
		err = block_add_transaction(block, &t->tx);
		if (err == TX_OK) {
			offered->used += bound;
			offered->floor += open_batch_transaction_floor(&t->tx);
		} else if (!may_become_valid(err)) {
			offered->invalid[offered->invalid_count++] = t;
		}
	}
}

static void store_block(struct builder *b, struct block_builder *builder,
			const struct block_input *input, const struct offered *offered)
{
	struct position position = *chain_head_position(b->chain);
	bool joins = b->batch.blocks > 0;
	struct hash32 queue_link = *chain_head_queue_link(b->chain);
	struct changes changes = changes_of(b, builder);
	struct block block;

	position = (struct position){
		.entry = b->batch.entry,
		.blocks_taken = joins ? position.blocks_taken + 1 : 1,
		.queue_next = position.queue_next + input->message_count,
	};
	if (input->message_count)
		queue_link = input->messages[input->message_count - 1].link;
	chain_append(b->chain, builder, &position, &queue_link, &block);
	open_batch_add(&b->batch, block.header.number, offered->used, input->message_count,
		       clock_ms());
	b->batch.size_floor += offered->floor;
	tell_pool(b, changes.list, changes.count, false);
	log_debug("builder", "block %llu: %zu transactions, %zu messages, %llu gas",
		  (unsigned long long)block.header.number, block.transaction_count,
		  input->message_count, (unsigned long long)block.header.gas_used);
}

/* Seals a block if anything goes into it. */
static void build_block(struct builder *b)
{
	struct arena_mark mark = arena_mark(&b->arena);
	struct block_input input = { .number = chain_head(b->chain)->number + 1,
				     .timestamp = block_timestamp(b) };
	struct message *messages = NULL;
	struct block_builder *builder;
	struct offered offered;

	input.message_count = read_messages(b, &messages);
	input.messages = messages;
	builder = chain_begin_block(b->chain, &b->arena, &input);
	add_transactions(b, builder, &offered);
	if (block_transaction_count(builder) == 0 && input.message_count == 0) {
		chain_abandon(b->chain, builder);
		/* What is left fits an empty batch only, or no block now. */
		if (b->is_full && b->batch.blocks > 0)
			seal_batch(b, "room");
		b->is_full = false;
	} else {
		store_block(b, builder, &input, &offered);
	}
	drop_invalid(b, &offered);
	release_offered(b, &offered);
	arena_reset(&b->arena, mark);
	b->last_sealed_ms = clock_ms();
}

/* Sleeps until a block should be tried, or `inbox_changed`, or a while passed. */
static bool wait_for_work(struct builder *b)
{
	const struct options *o = b->sequencer->options;
	uint64_t due = b->last_sealed_ms + o->block_ms, now = clock_ms();
	struct timespec pause;

	if (b->is_full || messages_wait(b))
		return true;
	if (b->waits_for_l1) {
		pause = (struct timespec){ 0, L1_WAIT_MS * 1000000 };
		nanosleep(&pause, NULL);
		return false;
	}
	if (!pool_wait(b->sequencer->pool, o->block_ms))
		return false;
	now = clock_ms();
	/* Let a block's worth gather, unless one is there already. */
	while (now < due && !atomic_load(&b->stop) &&
	       pool_executable_gas(b->sequencer->pool) < b->sequencer->config.chain.gas_limit) {
		uint64_t step = due - now < 5 ? due - now : 5;

		pause = (struct timespec){ 0, (long)step * 1000000 };
		nanosleep(&pause, NULL);
		now = clock_ms();
	}
	return true;
}

static void *builder_run(void *argument)
{
	struct builder *b = argument;

	follow_l1(b);
	tell_pool(b, NULL, 0, true);
	reopen_batch(b);
	while (!atomic_load(&b->stop)) {
		if (atomic_exchange(&b->inbox_changed, false))
			follow_l1(b);
		if (atomic_exchange(&b->reset_requested, false))
			reset_unsafe(b);
		watch_clock(b);
		seal_batch_if_due(b);
		watch_safe_lag(b);
		/* A batch whose messages are used up can take no more of them. */
		if (messages_wait(b) && open_batch_message_room(&b->batch) == 0)
			seal_batch(b, "messages");
		if (wait_for_work(b))
			build_block(b);
		prune(b);
	}
	return NULL;
}

/* ---- life ---- */

static bool open_databases(struct builder *b, char error[DATABASE_ERROR_SIZE])
{
	struct sequencer *s = b->sequencer;
	struct chain_options options = {
		.state_memory = s->options->service.state_memory * 1024 * 1024,
		.history_window = s->options->service.history_seconds,
	};
	char path[SEQUENCER_PATH_SIZE];

	sequencer_path(s, "chain.db", path);
	return chain_open(&b->chain, path, &s->config, &options, error) &&
	       chain_reader_open(&b->reader, path, &s->config, error) &&
	       inbox_open_reader(&b->inbox, sequencer_path(s, "inbox.db", path), s->owner, error);
}

/* An open batch of that age would be too old for a transaction to join (safe_lag.h). */
static bool check_batch_age(const struct sequencer *s, char error[DATABASE_ERROR_SIZE])
{
	uint64_t max_past = s->config.chain.max_past;

	if (s->options->batch_seconds < max_past / 2)
		return true;
	snprintf(error, DATABASE_ERROR_SIZE,
		 "--batch-age %u is too long for this chain, whose blocks have to be on L1 within "
		 "%llu s (maxPast): it must be below half of that",
		 s->options->batch_seconds, (unsigned long long)max_past);
	return false;
}

bool builder_open(struct builder **out, struct sequencer *s, char error[DATABASE_ERROR_SIZE])
{
	struct builder *b;

	if (!check_batch_age(s, error))
		return false;
	b = calloc(1, sizeof(*b));
	if (!b)
		abort();
	b->sequencer = s;
	arena_init(&b->arena, &arena_heap, ARENA_HEAP_BLOCK);
	if (!open_databases(b, error)) {
		builder_close(b);
		return false;
	}
	*out = b;
	return true;
}

void builder_close(struct builder *b)
{
	if (!b)
		return;
	chain_close(b->chain);
	chain_reader_close(b->reader);
	inbox_close(b->inbox);
	arena_free(&b->arena);
	free(b->returned);
	free(b);
}

void builder_start(struct builder *b)
{
	if (pthread_create(&b->thread, NULL, builder_run, b) != 0)
		abort();
	pthread_setname_np(b->thread, "builder");
	b->running = true;
}

void builder_stop(struct builder *b)
{
	if (!b->running)
		return;
	atomic_store(&b->stop, true);
	pool_wake(b->sequencer->pool);
	pthread_join(b->thread, NULL);
	b->running = false;
}

void builder_inbox_changed(struct builder *b)
{
	atomic_store(&b->inbox_changed, true);
	pool_wake(b->sequencer->pool);
}

void builder_request_reset(struct builder *b, const char *why)
{
	log_warn("builder", "blocks that are not on L1 will be built anew: %s", why);
	atomic_store(&b->reset_requested, true);
	pool_wake(b->sequencer->pool);
}

uint64_t builder_sealed_entries(struct builder *b)
{
	return atomic_load(&b->sealed_entries);
}

uint64_t builder_generation(struct builder *b)
{
	return atomic_load(&b->generation);
}
