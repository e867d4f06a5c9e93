/* batcher: a batch is a row here before it is handed to the L1 transaction
 * manager, under a key made of its entry and content, so the same batch is
 * never handed over twice.  Whether it arrived is not taken from receipts but
 * from the inbox, as the watcher reads it: what counts is the entry. */
#include "sequencer/batcher.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "base/native/clock.h"
#include "base/native/log.h"
#include "base/native/pause.h"
#include "crypto/keccak.h"
#include "net/inbox_events.h"
#include "net/l1_account.h"
#include "sequencer/builder.h"
#include "sequencer/open_batch.h"
#include "store/inbox.h"

static const char batch_sql[] =
    "CREATE TABLE batch(entry INTEGER PRIMARY KEY, first_block INTEGER NOT NULL,"
    "  last_block INTEGER NOT NULL, last_hash BLOB NOT NULL, payload_hash BLOB NOT NULL,"
    "  transactions INTEGER NOT NULL, raw_bytes INTEGER NOT NULL,"
    "  payload_bytes INTEGER NOT NULL, l1_transaction INTEGER NOT NULL,"
    "  attempt INTEGER NOT NULL);";

/* More than what a burst makes while L1 confirms. */
#define MAX_IN_FLIGHT 64

struct batcher {
	struct sequencer *sequencer;
	struct database *db;
	struct database *find_db; /* for batcher_find(), under the lock */
	pthread_mutex_t find_lock;
	struct chain_reader *chain;
	struct inbox *inbox;
	struct l1_account account;
	uint64_t arrived; /* our batches for entries below are in the inbox */
	pthread_t thread;
	bool running;
	atomic_bool stop;
};

struct batch_row {
	uint64_t entry, first_block, last_block;
	struct hash32 last_hash, payload_hash;
	uint64_t transactions, raw_bytes, payload_bytes;
	int64_t l1_transaction;
	uint64_t attempt; /* handed over so often */
};

static struct database_schema batch_schema(struct sequencer *s)
{
	return (struct database_schema){ "l1", 1, batch_sql, s->owner };
}

/* ---- rows ---- */

static bool read_row(struct database *db, sqlite3_stmt *s, struct batch_row *row)
{
	if (!database_row(db, s))
		return false;
	row->entry = database_u64(s, 0);
	row->first_block = database_u64(s, 1);
	row->last_block = database_u64(s, 2);
	if (!database_hash(s, 3, &row->last_hash) || !database_hash(s, 4, &row->payload_hash))
		database_fail(db, "a batch's hash has the wrong size");
	row->transactions = database_u64(s, 5);
	row->raw_bytes = database_u64(s, 6);
	row->payload_bytes = database_u64(s, 7);
	row->l1_transaction = (int64_t)database_u64(s, 8);
	row->attempt = database_u64(s, 9);
	return true;
}

static bool find_row(struct database *db, uint64_t entry, struct batch_row *row)
{
	sqlite3_stmt *s = database_statement(db, "SELECT * FROM batch WHERE entry = ?");
	bool found;

	database_bind_u64(s, 1, entry);
	found = read_row(db, s, row);
	sqlite3_reset(s);
	return found;
}

/* The first row at or behind `entry`. */
static bool next_row(struct database *db, uint64_t entry, struct batch_row *row)
{
	sqlite3_stmt *s =
	    database_statement(db, "SELECT * FROM batch WHERE entry >= ? ORDER BY entry LIMIT 1");
	bool found;

	database_bind_u64(s, 1, entry);
	found = read_row(db, s, row);
	sqlite3_reset(s);
	return found;
}

static void write_row(struct batcher *b, const struct batch_row *row)
{
	sqlite3_stmt *s = database_statement(
	    b->db, "INSERT OR REPLACE INTO batch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

	database_bind_u64(s, 1, row->entry);
	database_bind_u64(s, 2, row->first_block);
	database_bind_u64(s, 3, row->last_block);
	database_bind_hash(s, 4, &row->last_hash);
	database_bind_hash(s, 5, &row->payload_hash);
	database_bind_u64(s, 6, row->transactions);
	database_bind_u64(s, 7, row->raw_bytes);
	database_bind_u64(s, 8, row->payload_bytes);
	database_bind_u64(s, 9, (uint64_t)row->l1_transaction);
	database_bind_u64(s, 10, row->attempt);
	database_run(b->db, s);
}

static void delete_row(struct batcher *b, uint64_t entry)
{
	sqlite3_stmt *s = database_statement(b->db, "DELETE FROM batch WHERE entry = ?");

	database_bind_u64(s, 1, entry);
	database_run(b->db, s);
}

/* ---- posting ---- */

/* First and last block of an entry that is not on L1 yet.  False: none. */
static bool find_blocks(struct batcher *b, struct arena *a, uint64_t entry, uint64_t *first,
			struct stored_block *last_block)
{
	struct chain_heads heads = chain_reader_heads(b->chain);
	struct stored_block block;
	struct position position;
	bool found = false;

	for (uint64_t n = heads.safe + 1; n <= heads.latest; n++) {
		if (!chain_reader_block(b->chain, a, n, false, &block) ||
		    !position_decode(&position, &block.header) || position.entry > entry)
			break;
		if (position.entry < entry)
			continue;
		if (!found)
			*first = n;
		*last_block = block;
		found = true;
	}
	return found;
}

/* Makes the batch out of its blocks.  False: it can't be posted. */
static bool compose(struct batcher *b, struct arena *a, uint64_t entry, struct batch_row *row,
		    struct bytes *payload, uint64_t *queue_to)
{
	struct stored_block last;
	struct position position;
	size_t raw_bytes, transactions;

	if (!find_blocks(b, a, entry, &row->first_block, &last) ||
	    !position_decode(&position, &last.header))
		return false;
	if (!open_batch_payload(a, b->chain, &b->sequencer->config.chain, row->first_block,
				last.header.number, true, payload, &raw_bytes, &transactions)) {
		builder_request_reset(b->sequencer->builder, "a batch is too large to be posted");
		return false;
	}
	row->entry = entry;
	row->last_block = last.header.number;
	row->last_hash = last.hash;
	row->payload_hash = keccak256(*payload);
	row->transactions = transactions;
	row->raw_bytes = raw_bytes;
	row->payload_bytes = payload->len;
	*queue_to = position.queue_next;
	return true;
}

/* EIP-7623 and the calldata's own cost are in the estimate; what the node's
 * estimate can't know is that an earlier batch, still in flight, must be mined
 * first.  So the limit is computed: floor of 40 gas a byte, and the contract's
 * work with a margin. */
static uint64_t posting_gas(size_t payload_bytes)
{
	return 21000 + 40 * ((uint64_t)payload_bytes + 256) + 200000;
}

/* Whether the work went to its end without the batch arriving: its key is used up. */
static bool is_spent(struct batcher *b, int64_t id)
{
	struct l1_transaction_state state;

	return l1_transactions_get(b->account.transactions, &state, id) &&
	       (state.is_cancelling || state.status == L1_TX_CANCELLED ||
		state.status == L1_TX_FAILED || state.status == L1_TX_REVERTED);
}

/* Hands the call over under a key of its entry and content: the same batch is
 * handed over once, unless that way has ended without it. */
static void hand_over(struct batcher *b, struct batch_row *row, struct bytes calldata)
{
	char hash[65], key[120], purpose[64];
	struct l1_work work = {
		.purpose = purpose,
		.purpose_key = key,
		.to = b->sequencer->config.inbox,
		.data = calldata,
		.gas_limit = posting_gas((size_t)row->payload_bytes),
	};
	bool known;

	hex_encode(hash, bytes_of_hash(&row->last_hash));
	snprintf(purpose, sizeof(purpose), "batch %llu", (unsigned long long)row->entry);
	do {
		snprintf(key, sizeof(key), "batch/%llu/%.32s/%llu", (unsigned long long)row->entry,
			 hash, (unsigned long long)row->attempt++);
		row->l1_transaction =
		    l1_transactions_submit(b->account.transactions, &work, &known);
	} while (known && is_spent(b, row->l1_transaction));
}

static void submit(struct batcher *b, struct arena *a, struct batch_row *row, struct bytes payload,
		   uint64_t queue_to)
{
	hand_over(b, row, inbox_append_calldata(a, row->entry, payload, queue_to));
	write_row(b, row);
	log_info("batcher",
		 "batch %llu: blocks %llu to %llu, %llu transactions, %llu bytes raw, %llu posted",
		 (unsigned long long)row->entry, (unsigned long long)row->first_block,
		 (unsigned long long)row->last_block, (unsigned long long)row->transactions,
		 (unsigned long long)row->raw_bytes, (unsigned long long)row->payload_bytes);
}

static bool post(struct batcher *b, uint64_t entry)
{
	struct batch_row row = { 0 };
	struct bytes payload;
	struct arena a;
	uint64_t queue_to, generation = builder_generation(b->sequencer->builder);
	bool composed;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	chain_reader_begin(b->chain);
	composed = compose(b, &a, entry, &row, &payload, &queue_to);
	chain_reader_end(b->chain);
	/* Blocks rolled back meanwhile: look again. */
	composed = composed && generation == builder_generation(b->sequencer->builder) &&
		   entry < builder_sealed_entries(b->sequencer->builder);
	if (composed)
		submit(b, &a, &row, payload, queue_to);
	arena_free(&a);
	return composed;
}

/* Whether the chain still ends the batch with the block that was posted. */
static bool row_is_current(struct batcher *b, const struct batch_row *row)
{
	struct stored_block block;
	struct arena a;
	bool current;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	current = chain_reader_block(b->chain, &a, row->last_block, false, &block) &&
		  hash32_eq(&block.hash, &row->last_hash);
	arena_free(&a);
	return current;
}

/* What became of a batch that L1 does not have (any more). */
static void look_after(struct batcher *b, const struct batch_row *row)
{
	struct l1_transaction_state state;
	struct inbox_l1_block l1;

	if (!row_is_current(b, row)) {
		log_info("batcher", "batch %llu is obsolete: its blocks were rolled back",
			 (unsigned long long)row->entry);
		l1_transactions_cancel(b->account.transactions, row->l1_transaction);
		delete_row(b, row->entry);
		return;
	}
	if (!l1_transactions_get(b->account.transactions, &state, row->l1_transaction))
		database_fail(b->db, "a batch's L1 transaction is missing");
	if (state.status == L1_TX_FAILED || state.status == L1_TX_REVERTED) {
		/* Also when an earlier batch went wrong: each is judged by itself. */
		log_warn("batcher", "batch %llu: %s: %s", (unsigned long long)row->entry,
			 l1_transaction_status_text(state.status), state.reason);
		post_watch_refused(&b->sequencer->posting, state.reason, clock_ms());
		if (b->arrived > row->entry)
			b->arrived = row->entry; /* a reorg has taken it back */
		delete_row(b, row->entry);
		builder_request_reset(b->sequencer->builder, "L1 refused a batch");
		return;
	}
	if (state.status == L1_TX_CANCELLED) {
		delete_row(b, row->entry);
		return;
	}
	/* Confirmed, and lost in a reorg deeper than that: the same bytes are sent
	 * again. */
	if (state.status == L1_TX_CONFIRMED && inbox_l1_head(b->inbox, &l1) &&
	    l1.number >= state.block_number)
		l1_transactions_recheck(b->account.transactions, row->l1_transaction);
}

static void note_arrived(struct batcher *b, uint64_t entry)
{
	if (entry < b->arrived)
		return;
	b->arrived = entry + 1;
	post_watch_arrived(&b->sequencer->posting);
}

/* Batches whose entry is on L1, as ours or as somebody else's. */
static void settle(struct batcher *b, uint64_t entries)
{
	struct batch_row row;

	for (uint64_t at = entries > MAX_IN_FLIGHT ? entries - MAX_IN_FLIGHT : 0;
	     next_row(b->db, at, &row) && row.entry < entries; at = row.entry + 1) {
		struct entry entry;
		struct hash32 link;

		if (!inbox_entry(b->inbox, row.entry, &entry, &link))
			continue;
		if (hash32_eq(&entry.payload_hash, &row.payload_hash)) {
			note_arrived(b, row.entry);
			continue;
		}
		log_warn("batcher", "entry %llu of the inbox is not our batch",
			 (unsigned long long)row.entry);
		l1_transactions_cancel(b->account.transactions, row.l1_transaction);
		delete_row(b, row.entry);
	}
}

/* L2 knows L1 by attributes in the queue.  Deposits bring them along; when none
 * come, we do. */
static void renew_attributes(struct batcher *b)
{
	uint64_t interval = b->sequencer->options->attributes_seconds, now;
	struct hash32 selector = keccak256(bytes_of("queueAttributes()", 17));
	struct inbox_l1_block l1;
	char key[64];
	struct l1_work work = {
		.purpose = "L1 attributes",
		.purpose_key = key,
		.to = b->sequencer->config.inbox,
		.data = bytes_of(selector.b, 4),
		.gas_limit = 150000,
	};

	if (!interval || !inbox_l1_head(b->inbox, &l1))
		return;
	now = l1.timestamp;
	if (now < inbox_attributes_time(b->inbox) + interval)
		return;
	snprintf(key, sizeof(key), "attributes/%llu", (unsigned long long)(now / interval));
	l1_transactions_submit(b->account.transactions, &work, NULL);
}

static void watch_posting(struct batcher *b)
{
	struct l1_transaction_state oldest;
	bool is_open = l1_transactions_oldest(b->account.transactions, &oldest);

	post_watch_look(&b->sequencer->posting, &b->account.address, is_open ? oldest.reason : "",
			clock_ms());
}

static void work(struct batcher *b)
{
	uint64_t entries, sealed = builder_sealed_entries(b->sequencer->builder);
	struct l1_transaction_state event;
	struct batch_row row;

	database_begin(inbox_database(b->inbox));
	entries = inbox_entry_count(b->inbox);
	settle(b, entries);
	for (uint64_t at = entries; next_row(b->db, at, &row); at = row.entry + 1)
		look_after(b, &row);
	renew_attributes(b);
	database_commit(inbox_database(b->inbox));
	for (uint64_t entry = entries; entry < sealed && entry < entries + MAX_IN_FLIGHT; entry++)
		if (!find_row(b->db, entry, &row) && !post(b, entry))
			break;
	l1_transactions_tick(b->account.transactions);
	watch_posting(b);
	while (l1_transactions_next_event(b->account.transactions, &event)) {
		log_debug("batcher", "%s: %s", event.purpose_key,
			  l1_transaction_status_text(event.status));
		l1_transactions_acknowledge(b->account.transactions, event.id);
	}
}

static void *batcher_run(void *argument)
{
	struct batcher *b = argument;

	while (!atomic_load(&b->stop)) {
		work(b);
		pause_ms(b->sequencer->options->service.l1_poll_ms / 4 + 1, &b->stop);
	}
	return NULL;
}

/* ---- life ---- */

static bool open_databases(struct batcher *b, char error[DATABASE_ERROR_SIZE])
{
	struct sequencer *s = b->sequencer;
	struct database_schema schema = batch_schema(s);
	char path[SEQUENCER_PATH_SIZE];

	sequencer_path(s, "l1.db", path);
	return database_open(&b->db, path, &schema, error) &&
	       database_open_reader(&b->find_db, path, &schema, error) &&
	       chain_reader_open(&b->chain, sequencer_path(s, "chain.db", path), &s->config,
				 error) &&
	       inbox_open_reader(&b->inbox, sequencer_path(s, "inbox.db", path), s->owner, error);
}

static bool open_account(struct batcher *b, char error[DATABASE_ERROR_SIZE])
{
	struct sequencer *s = b->sequencer;
	struct l1_account_config config = {
		.name = "batcher",
		.options = &s->options->service,
		.stop = &b->stop,
		.key = s->options->key,
		.db = b->db,
		.chain_id = s->config.l1_chain_id,
		.confirmations = s->options->batch_confirmations,
		.max_in_flight = MAX_IN_FLIGHT,
	};

	return l1_account_open(&b->account, &config, error);
}

bool batcher_open(struct batcher **out, struct sequencer *s, char error[DATABASE_ERROR_SIZE])
{
	struct batcher *b = calloc(1, sizeof(*b));

	if (!b)
		abort();
	b->sequencer = s;
	pthread_mutex_init(&b->find_lock, NULL);
	if (!open_databases(b, error) || !open_account(b, error)) {
		batcher_close(b);
		return false;
	}
	*out = b;
	return true;
}

void batcher_close(struct batcher *b)
{
	if (!b)
		return;
	l1_account_close(&b->account);
	chain_reader_close(b->chain);
	inbox_close(b->inbox);
	database_close(b->find_db);
	database_close(b->db);
	pthread_mutex_destroy(&b->find_lock);
	free(b);
}

/* The inbox must take batches from this key, or nothing would ever be posted. */
static bool check_role(struct batcher *b, char error[DATABASE_ERROR_SIZE])
{
	struct hash32 selector = keccak256(bytes_of("batcher()", 9));
	struct l1_message call = { .to = b->sequencer->config.inbox,
				   .data = bytes_of(selector.b, 4) };
	char ours[41], theirs[41];
	struct bytes answer = { NULL, 0 };
	struct arena a;
	bool fits;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	if (l1_call(b->account.client, &a, &answer, &call, L1_LATEST) != L1_OK ||
	    answer.len != 32) {
		snprintf(error, DATABASE_ERROR_SIZE, "can't ask the inbox for its batcher: %.200s",
			 l1_error(b->account.client)->message);
		arena_free(&a);
		return false;
	}
	fits = memcmp(answer.data + 12, b->account.address.b, 20) == 0;
	if (!fits)
		snprintf(error, DATABASE_ERROR_SIZE,
			 "the key is of 0x%s, but the inbox takes batches from 0x%s only",
			 hex_encode(ours, bytes_of_address(&b->account.address)),
			 hex_encode(theirs, bytes_of(answer.data + 12, 20)));
	arena_free(&a);
	return fits;
}

bool batcher_start(struct batcher *b, char error[DATABASE_ERROR_SIZE])
{
	if (!check_role(b, error))
		return false;
	if (pthread_create(&b->thread, NULL, batcher_run, b) != 0)
		abort();
	pthread_setname_np(b->thread, "batcher");
	b->running = true;
	return true;
}

void batcher_stop(struct batcher *b)
{
	atomic_store(&b->stop, true);
	if (b->running)
		pthread_join(b->thread, NULL);
	b->running = false;
}

/* ---- for people ---- */

/* Columns of the transaction manager's table that the answer needs. */
static void find_l1(struct database *db, int64_t id, struct batch_info *info)
{
	sqlite3_stmt *s = database_statement(
	    db, "SELECT mined_hash, block_number, gas_used, status FROM l1_transactions "
		"WHERE id = ?");

	database_bind_u64(s, 1, (uint64_t)id);
	if (database_row(db, s)) {
		if (!database_hash(s, 0, &info->l1_transaction_hash))
			info->l1_transaction_hash = (struct hash32){ { 0 } };
		info->l1_block = database_u64(s, 1);
		info->l1_gas = database_u64(s, 2);
		info->is_confirmed = database_u64(s, 3) == L1_TX_CONFIRMED;
	}
	sqlite3_reset(s);
}

bool batcher_find(struct batcher *b, uint64_t entry, struct batch_info *info)
{
	struct batch_row row;
	bool found;

	pthread_mutex_lock(&b->find_lock);
	found = entry <= INT64_MAX && find_row(b->find_db, entry, &row);
	if (found) {
		*info = (struct batch_info){
			.entry = row.entry,
			.first_block = row.first_block,
			.last_block = row.last_block,
			.last_hash = row.last_hash,
			.transactions = row.transactions,
			.raw_bytes = row.raw_bytes,
			.payload_bytes = row.payload_bytes,
		};
		find_l1(b->find_db, row.l1_transaction, info);
	}
	pthread_mutex_unlock(&b->find_lock);
	return found;
}
