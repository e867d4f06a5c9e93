/* chain: opening, appending and rolling back; bringing it in line with L1 is in
 * chain_reconcile.c, pruning in chain_prune.c, reading beside it in chain_reader.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/native/log.h"
#include "crypto/keccak.h"
#include "crypto/native/native.h"
#include "store/chain_body.h"
#include "store/chain_private.h"
#include "store/transaction_index.h"

#define STATE_ARENA_BLOCK      ((size_t)4 * 1024 * 1024)
#define STATE_MEMORY_DEFAULT   ((size_t)256 * 1024 * 1024)
#define HISTORY_WINDOW_DEFAULT ((uint64_t)14 * 24 * 3600)

static const char chain_sql[] =
    "CREATE TABLE heads(id INTEGER PRIMARY KEY CHECK (id = 0), latest INTEGER NOT NULL,"
    "  safe INTEGER NOT NULL, finalized INTEGER NOT NULL, applied_entries INTEGER NOT NULL,"
    "  pruned INTEGER NOT NULL);"
    "CREATE TABLE block(number INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE,"
    "  header BLOB NOT NULL, output_root BLOB NOT NULL, passer_root BLOB NOT NULL,"
    "  queue_link BLOB NOT NULL, transactions INTEGER NOT NULL, body BLOB NOT NULL);"
    "CREATE TABLE log_index(prefix INTEGER NOT NULL, number INTEGER NOT NULL,"
    "  PRIMARY KEY(prefix, number)) WITHOUT ROWID;"
    "CREATE TABLE applied_entry(id INTEGER PRIMARY KEY, link BLOB NOT NULL,"
    "  last_block INTEGER NOT NULL);" TRANSACTION_INDEX_SQL NODE_STORE_SQL;

struct database_schema chain_schema(const struct rollup_config *config,
				    char owner[CONFIG_OWNER_SIZE])
{
	return (struct database_schema){ "chain", 5, chain_sql, config_owner(config, owner) };
}

uint64_t chain_index_prefix(const uint8_t *bytes)
{
	return be64_load(bytes);
}

bool chain_enter(struct chain *chain)
{
	if (database_in_transaction(chain->db))
		return false;
	database_begin(chain->db);
	return true;
}

void chain_leave(struct chain *chain, bool commit)
{
	if (commit)
		database_commit(chain->db);
}

static bool database_block_hash(void *context, uint64_t number, struct hash32 *hash)
{
	struct database *db = context;
	sqlite3_stmt *s = database_statement(db, "SELECT hash FROM block WHERE number = ?");
	bool found;

	database_bind_u64(s, 1, number);
	found = database_row(db, s) && database_hash(s, 0, hash);
	sqlite3_reset(s);
	return found;
}

struct block_hash_source chain_hash_source(struct database *db)
{
	return (struct block_hash_source){ db, database_block_hash };
}

struct chain_heads chain_read_heads(struct database *db, uint64_t *applied_entries,
				    uint64_t *pruned)
{
	sqlite3_stmt *s = database_statement(
	    db, "SELECT latest, safe, finalized, applied_entries, pruned FROM heads");
	struct chain_heads heads;

	if (!database_row(db, s))
		database_fail(db, "the chain has no heads");
	heads.latest = database_u64(s, 0);
	heads.safe = database_u64(s, 1);
	heads.finalized = database_u64(s, 2);
	if (applied_entries)
		*applied_entries = database_u64(s, 3);
	if (pruned)
		*pruned = database_u64(s, 4);
	sqlite3_reset(s);
	return heads;
}

void chain_write_heads(struct chain *chain)
{
	sqlite3_stmt *s = database_statement(
	    chain->db, "INSERT INTO heads VALUES (0, ?1, ?2, ?3, ?4, 0) ON CONFLICT(id) DO UPDATE "
		       "SET latest = ?1, safe = ?2, finalized = ?3, applied_entries = ?4");

	database_bind_u64(s, 1, chain->heads.latest);
	database_bind_u64(s, 2, chain->heads.safe);
	database_bind_u64(s, 3, chain->heads.finalized);
	database_bind_u64(s, 4, chain->applied_entries);
	database_run(chain->db, s);
}

bool chain_read_header(struct database *db, uint64_t number, struct header *header,
		       struct hash32 *hash)
{
	sqlite3_stmt *s = database_statement(db, "SELECT header, hash FROM block WHERE number = ?");
	bool found;

	database_bind_u64(s, 1, number);
	found = database_row(db, s);
	if (found && (!header_decode(header, database_bytes(s, 0)) || !database_hash(s, 1, hash)))
		database_fail(db, "a block's header is not one");
	sqlite3_reset(s);
	return found;
}

void chain_batch_begin(struct chain *chain)
{
	chain->is_batching = true;
}

void chain_batch_end(struct chain *chain)
{
	node_batch_flush(&chain->batch, chain->db);
	chain->is_batching = false;
}

/* Opens the state at the head, with nothing in memory yet. */
static void open_state(struct chain *chain)
{
	node_batch_flush(&chain->batch, chain->db); /* it is read from the database */
	arena_free(&chain->state_arena);
	arena_init(&chain->state_arena, &arena_heap, STATE_ARENA_BLOCK);
	chain->view = (struct node_view){ chain->db, INT64_MAX, &chain->recent };
	chain->store = node_store_reader(&chain->view);
	chain->state = state_trie_open(&chain->state_arena, &chain->store, &chain->head.state_root);
}

static void load_queue_link(struct chain *chain)
{
	sqlite3_stmt *s =
	    database_statement(chain->db, "SELECT queue_link FROM block WHERE number = ?");

	database_bind_u64(s, 1, chain->heads.latest);
	if (!database_row(chain->db, s) || !database_hash(s, 0, &chain->queue_link))
		database_fail(chain->db, "the head's queue link is not one");
	sqlite3_reset(s);
}

/* Makes the stored block `latest` the head in memory. */
static void load_head(struct chain *chain)
{
	if (!chain_read_header(chain->db, chain->heads.latest, &chain->head, &chain->head_hash))
		database_fail(chain->db, "the head's block is missing");
	if (!position_decode(&chain->position, &chain->head))
		database_fail(chain->db, "the head's extraData is no position");
	load_queue_link(chain);
	open_state(chain);
}

/* False: it was stored with headers_only. */
static bool has_body(struct database *db, uint64_t number)
{
	sqlite3_stmt *s = database_statement(
	    db, "SELECT transactions = 0 OR length(body) > 0 FROM block WHERE number = ?");
	bool has;

	database_bind_u64(s, 1, number);
	has = database_row(db, s) && database_u64(s, 0) != 0;
	sqlite3_reset(s);
	return has;
}

static bool newest_body_is_missing(struct database *db)
{
	sqlite3_stmt *s =
	    database_statement(db, "SELECT length(body) = 0 FROM block WHERE transactions > 0 "
				   "ORDER BY number DESC LIMIT 1");
	bool is_missing = database_row(db, s) && database_u64(s, 0) != 0;

	sqlite3_reset(s);
	return is_missing;
}

static void index_logs(struct chain *chain, uint64_t number,
		       const struct block_transaction *transactions, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct receipt *receipt = &transactions[i].receipt;

		for (size_t j = 0; j < receipt->log_count; j++) {
			sqlite3_stmt *s = database_statement(
			    chain->db, "INSERT OR IGNORE INTO log_index VALUES (?, ?)");

			database_bind_u64(s, 1, chain_index_prefix(receipt->logs[j].address.b));
			database_bind_u64(s, 2, number);
			database_run(chain->db, s);
		}
	}
}

static void insert_block(struct chain *chain, struct arena *a, const struct block *block,
			 const struct hash32 *queue_link)
{
	struct bytes header = header_encode(a, &block->header);
	struct bytes body = { NULL, 0 };
	sqlite3_stmt *s =
	    database_statement(chain->db, "INSERT INTO block VALUES (?, ?, ?, ?, ?, ?, ?, ?)");

	if (!chain->options.headers_only)
		body = chain_body_encode(a, block->transactions, block->transaction_count);
	database_bind_u64(s, 1, block->header.number);
	database_bind_hash(s, 2, &block->hash);
	database_bind_bytes(s, 3, header);
	database_bind_hash(s, 4, &block->output_root);
	database_bind_hash(s, 5, &block->message_passer_storage_root);
	database_bind_hash(s, 6, queue_link);
	database_bind_u64(s, 7, block->transaction_count);
	database_bind_bytes(s, 8, body);
	database_run(chain->db, s);
	if (chain->options.headers_only)
		return;
	transaction_index_add(chain->db, block->header.number, block->transactions,
			      block->transaction_count);
	index_logs(chain, block->header.number, block->transactions, block->transaction_count);
}

/* Block 0, in an empty database. */
static void write_genesis(struct chain *chain)
{
	struct node_writer writer;
	struct state_sink sink;
	struct block genesis = { 0 };
	struct hash32 none = { { 0 } };
	struct arena a;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	database_begin(chain->db);
	node_writer_begin(&writer, chain->db, 0);
	sink = node_writer_sink(&writer);
	if (!genesis_build(&a, chain->config, &sink, &genesis.header))
		database_fail(chain->db, "the genesis state can't be built");
	node_writer_end(&writer);
	node_store_index(chain->db, NULL);
	genesis.hash = header_hash(&a, &genesis.header);
	genesis.message_passer_storage_root = genesis.header.withdrawals_root;
	genesis.output_root = output_root(&genesis.header.state_root,
					  &genesis.message_passer_storage_root, &genesis.hash);
	insert_block(chain, &a, &genesis, &none);
	chain_write_heads(chain);
	database_commit(chain->db);
	arena_free(&a);
}

bool chain_open(struct chain **out, const char *path, const struct rollup_config *config,
		const struct chain_options *options, char error[DATABASE_ERROR_SIZE])
{
	char owner[CONFIG_OWNER_SIZE];
	struct database_schema schema = chain_schema(config, owner);
	struct chain *chain = calloc(1, sizeof(*chain));
	struct header genesis;
	struct hash32 hash;

	if (!chain) {
		snprintf(error, DATABASE_ERROR_SIZE, "out of memory");
		return false;
	}
	if (!database_open(&chain->db, path, &schema, error)) {
		free(chain);
		return false;
	}
	chain->config = config;
	chain->options = *options;
	if (!chain->options.state_memory)
		chain->options.state_memory = STATE_MEMORY_DEFAULT;
	if (!chain->options.history_window)
		chain->options.history_window = HISTORY_WINDOW_DEFAULT;
	arena_init(&chain->state_arena, &arena_heap, STATE_ARENA_BLOCK);
	derive_cache_init(&chain->cache, &arena_heap);
	chain->ahead = read_ahead_new(config->chain.chain_id);
	if (!chain_read_header(chain->db, 0, &genesis, &hash))
		write_genesis(chain);
	chain->heads = chain_read_heads(chain->db, &chain->applied_entries, NULL);
	if (!options->headers_only && newest_body_is_missing(chain->db)) {
		snprintf(error, DATABASE_ERROR_SIZE,
			 "%.150s is a verifier's, without transactions: remove it, and it is built "
			 "anew from L1",
			 path);
		chain_close(chain);
		return false;
	}
	chain_load_kept_from(chain);
	node_recent_init(&chain->recent, chain->heads.latest + 1);
	chain->batch.recent = &chain->recent;
	load_head(chain);
	*out = chain;
	return true;
}

void chain_close(struct chain *chain)
{
	if (!chain)
		return;
	derive_cache_free(&chain->cache);
	read_ahead_free(chain->ahead);
	node_batch_free(&chain->batch);
	node_recent_free(&chain->recent);
	arena_free(&chain->state_arena);
	database_close(chain->db);
	free(chain);
}

struct chain_heads chain_heads(const struct chain *chain)
{
	return chain->heads;
}

const struct header *chain_head(const struct chain *chain)
{
	return &chain->head;
}

const struct hash32 *chain_head_hash(const struct chain *chain)
{
	return &chain->head_hash;
}

const struct position *chain_head_position(const struct chain *chain)
{
	return &chain->position;
}

const struct hash32 *chain_head_queue_link(const struct chain *chain)
{
	return &chain->queue_link;
}

uint64_t chain_applied_entries(const struct chain *chain)
{
	return chain->applied_entries;
}

bool chain_account(struct chain *chain, const struct address *address, struct account *account)
{
	const struct state_reader *reader = state_trie_reader(chain->state);
	bool exists;

	if (!reader->account(reader->context, address, account, &exists))
		database_fail(chain->db, "a trie node is missing or wrong");
	return exists;
}

struct block_builder *chain_begin_block(struct chain *chain, struct arena *a,
					const struct block_input *input)
{
	/* Here, where nothing points into it. */
	if (arena_size(&chain->state_arena) > chain->options.state_memory)
		open_state(chain);
	/* One transaction for all that the block reads: SQLite takes and gives back
	 * its locks with each, which costs more than a node that is in memory. */
	chain->entered = chain_enter(chain);
	chain->environment = (struct block_environment){
		.config = &chain->config->chain,
		.crypto = crypto_native(),
		.state = chain->state,
		.hashes = chain_hash_source(chain->db),
	};
	return block_begin(a, &chain->environment, &chain->head, input);
}

void chain_append(struct chain *chain, struct block_builder *builder,
		  const struct position *position, const struct hash32 *queue_link,
		  struct block *block)
{
	struct node_writer writer;
	struct state_sink sink;
	struct arena scratch;

	arena_init(&scratch, &arena_heap, ARENA_HEAP_BLOCK);
	node_writer_begin(&writer, chain->db, chain->head.number + 1);
	writer.recent = &chain->recent;
	if (chain->is_batching)
		writer.batch = &chain->batch;
	sink = node_writer_sink(&writer);
	if (!block_finish(builder, position, &sink, block))
		database_fail(chain->db, "a trie node is missing or wrong");
	node_writer_end(&writer);
	insert_block(chain, &scratch, block, queue_link);
	chain->heads.latest = block->header.number;
	chain_write_heads(chain);
	chain_leave(chain, chain->entered);
	arena_free(&scratch);
	chain->head = block->header;
	chain->head_hash = block->hash;
	chain->position = *position;
	chain->queue_link = *queue_link;
}

void chain_abandon(struct chain *chain, struct block_builder *builder)
{
	/* What the block changed is in its own state, above the tries. */
	(void)builder;
	chain_leave(chain, chain->entered);
}

static void report_dropped(struct chain *chain, uint64_t number,
			   const struct chain_dropped *dropped)
{
	struct stored_block block;
	struct arena a;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	if (!chain_read_block(chain->db, &a, number, true, &block))
		database_fail(chain->db, "a block that is rolled back is missing");
	for (size_t i = 0; i < block.transaction_count; i++)
		if (block.transactions[i].tx.type != TX_DEPOSIT)
			dropped->transaction(dropped->context, &block.transactions[i].tx,
					     block.transactions[i].raw);
	arena_free(&a);
}

static void unindex_logs(struct chain *chain, uint64_t number,
			 const struct block_transaction *transactions, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct receipt *receipt = &transactions[i].receipt;

		for (size_t j = 0; j < receipt->log_count; j++) {
			sqlite3_stmt *s = database_statement(
			    chain->db, "DELETE FROM log_index WHERE prefix = ? AND number = ?");

			database_bind_u64(s, 1, chain_index_prefix(receipt->logs[j].address.b));
			database_bind_u64(s, 2, number);
			database_run(chain->db, s);
		}
	}
}

static void unindex(struct chain *chain, uint64_t number)
{
	struct stored_block block;
	struct arena a;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	if (!chain_read_block(chain->db, &a, number, true, &block))
		database_fail(chain->db, "a block that is rolled back is missing");
	transaction_index_remove(chain->db, number, block.transactions, block.transaction_count);
	unindex_logs(chain, number, block.transactions, block.transaction_count);
	arena_free(&a);
}

static void delete_block(struct chain *chain, uint64_t number)
{
	sqlite3_stmt *s;

	if (has_body(chain->db, number))
		unindex(chain, number);
	node_store_undo(chain->db, number);
	s = database_statement(chain->db, "DELETE FROM block WHERE number = ?");
	database_bind_u64(s, 1, number);
	database_run(chain->db, s);
}

bool chain_last_applied(struct chain *chain, uint64_t *index, struct hash32 *link,
			uint64_t *last_block)
{
	sqlite3_stmt *s = database_statement(
	    chain->db, "SELECT id, link, last_block FROM applied_entry ORDER BY id DESC LIMIT 1");
	bool found = database_row(chain->db, s);

	if (found) {
		*index = database_u64(s, 0);
		if (!database_hash(s, 1, link))
			database_fail(chain->db, "an applied entry's link has the wrong size");
		*last_block = database_u64(s, 2);
	}
	sqlite3_reset(s);
	return found;
}

void chain_forget_applied(struct chain *chain, uint64_t index)
{
	sqlite3_stmt *s = database_statement(chain->db, "DELETE FROM applied_entry WHERE id >= ?");

	database_bind_u64(s, 1, index);
	database_run(chain->db, s);
	if (chain->applied_entries > index)
		chain->applied_entries = index;
}

/* Entries that reached further than the head does now were not applied: blocks
 * of theirs that are left are safe again once they are derived again. */
static void forget_applied_above(struct chain *chain, uint64_t number)
{
	uint64_t index, last_block;
	struct hash32 link;

	if (chain->heads.safe <= number)
		return;
	chain->heads.safe = 0;
	while (chain_last_applied(chain, &index, &link, &last_block)) {
		if (last_block <= number) {
			chain->heads.safe = last_block;
			break;
		}
		chain_forget_applied(chain, index);
	}
}

void chain_rollback(struct chain *chain, uint64_t number, const struct chain_dropped *dropped)
{
	uint64_t latest = chain->heads.latest;
	bool entered;

	if (number >= latest)
		return;
	if (number < chain->heads.finalized)
		database_fail(chain->db, "a rollback below a block that is final on L1");
	for (uint64_t n = number + 1; dropped && n <= latest; n++)
		report_dropped(chain, n, dropped);
	if (dropped)
		dropped->done(dropped->context);
	entered = chain_enter(chain);
	node_batch_flush(&chain->batch, chain->db);
	for (uint64_t n = latest; n > number; n--)
		delete_block(chain, n);
	chain->heads.latest = number;
	forget_applied_above(chain, number);
	chain_write_heads(chain);
	chain_leave(chain, entered);
	load_head(chain);
}
