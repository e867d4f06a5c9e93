#include "store/chain_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/chain_body.h"
#include "store/chain_private.h"
#include "store/transaction_index.h"

struct chain_reader {
	struct database *db;
	const struct rollup_config *config;
};

bool chain_reader_open(struct chain_reader **out, const char *path,
		       const struct rollup_config *config, char error[DATABASE_ERROR_SIZE])
{
	char owner[CONFIG_OWNER_SIZE];
	struct database_schema schema = chain_schema(config, owner);
	struct chain_reader *reader = calloc(1, sizeof(*reader));

	if (!reader) {
		snprintf(error, DATABASE_ERROR_SIZE, "out of memory");
		return false;
	}
	if (!database_open_reader(&reader->db, path, &schema, error)) {
		free(reader);
		return false;
	}
	reader->config = config;
	*out = reader;
	return true;
}

void chain_reader_close(struct chain_reader *reader)
{
	if (!reader)
		return;
	database_close(reader->db);
	free(reader);
}

void chain_reader_begin(struct chain_reader *reader)
{
	database_begin(reader->db);
}

void chain_reader_end(struct chain_reader *reader)
{
	database_commit(reader->db);
}

struct chain_heads chain_reader_heads(struct chain_reader *reader)
{
	return chain_read_heads(reader->db, NULL, NULL);
}

bool chain_reader_applied_link(struct chain_reader *reader, uint64_t index, struct hash32 *link)
{
	sqlite3_stmt *s =
	    database_statement(reader->db, "SELECT link FROM applied_entry WHERE id = ?");
	bool found;

	database_bind_u64(s, 1, index);
	found = database_row(reader->db, s);
	if (found && !database_hash(s, 0, link))
		database_fail(reader->db, "an applied entry's link has the wrong size");
	sqlite3_reset(s);
	return found;
}

/* Bytes of an RLP list or string header for so much payload. */
static size_t rlp_header_size(size_t payload)
{
	size_t size = 1;

	for (size_t rest = payload; payload > 55 && rest > 0; rest >>= 8)
		size++;
	return size;
}

/* rlp([header, transactions, ommers, withdrawals]); typed transactions are
 * strings in the list. */
static size_t block_size(struct bytes header, const struct block_transaction *transactions,
			 size_t count)
{
	size_t list = 0, total;

	for (size_t i = 0; i < count; i++) {
		struct bytes raw = transactions[i].raw;
		bool is_list = raw.len > 0 && raw.data[0] >= 0xc0;

		list += raw.len + (is_list ? 0 : rlp_header_size(raw.len));
	}
	total = header.len + rlp_header_size(list) + list + 2;
	return rlp_header_size(total) + total;
}

static void read_row(struct database *db, struct arena *a, sqlite3_stmt *s, bool bodies,
		     struct stored_block *block)
{
	struct bytes header = arena_copy(a, database_bytes(s, 0));

	*block = (struct stored_block){ 0 };
	if (!header_decode(&block->header, header) || !database_hash(s, 1, &block->hash) ||
	    !database_hash(s, 2, &block->output_root) ||
	    !database_hash(s, 3, &block->message_passer_storage_root))
		database_fail(db, "a block's row is not one");
	block->transaction_count = (size_t)database_u64(s, 4);
	if (!bodies)
		return;
	if (!chain_body_decode(a, arena_copy(a, database_bytes(s, 5)), &block->header.base_fee,
			       &block->transactions, &block->transaction_count))
		database_fail(db, "a block's body is not one");
	block->size = block_size(header, block->transactions, block->transaction_count);
}

bool chain_read_block(struct database *db, struct arena *a, uint64_t number, bool bodies,
		      struct stored_block *block)
{
	sqlite3_stmt *s =
	    bodies ? database_statement(db, "SELECT header, hash, output_root, passer_root, "
					    "transactions, body FROM block WHERE number = ?")
		   : database_statement(db, "SELECT header, hash, output_root, passer_root, "
					    "transactions FROM block WHERE number = ?");
	bool found;

	database_bind_u64(s, 1, number);
	found = database_row(db, s);
	if (found)
		read_row(db, a, s, bodies, block);
	sqlite3_reset(s);
	return found;
}

bool chain_reader_block(struct chain_reader *reader, struct arena *a, uint64_t number, bool bodies,
			struct stored_block *block)
{
	return number <= INT64_MAX && chain_read_block(reader->db, a, number, bodies, block);
}

bool chain_reader_number_of(struct chain_reader *reader, const struct hash32 *block_hash,
			    uint64_t *number)
{
	sqlite3_stmt *s = database_statement(reader->db, "SELECT number FROM block WHERE hash = ?");
	bool found;

	database_bind_hash(s, 1, block_hash);
	found = database_row(reader->db, s);
	if (found)
		*number = database_u64(s, 0);
	sqlite3_reset(s);
	return found;
}

struct wanted {
	struct chain_reader *reader;
	const struct hash32 *hash;
};

/* The index knows 8 bytes of the hash; the block knows the rest. */
static bool is_transaction(void *context, uint64_t number, size_t place)
{
	const struct wanted *wanted = context;
	struct stored_block block;
	struct arena a;
	bool is;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	is = chain_read_block(wanted->reader->db, &a, number, true, &block) &&
	     place < block.transaction_count &&
	     hash32_eq(&block.transactions[place].tx.hash, wanted->hash);
	arena_free(&a);
	return is;
}

bool chain_reader_find_transaction(struct chain_reader *reader, const struct hash32 *hash,
				   uint64_t *number, size_t *index)
{
	struct wanted wanted = { reader, hash };

	return transaction_index_find(reader->db, hash, number, index, is_transaction, &wanted);
}

struct reader_state {
	struct node_view view;
	struct state_store store;
};

/* NULL: pruned, or no such block. */
static struct reader_state *open_state(struct chain_reader *reader, struct arena *a,
				       uint64_t number, struct header *header)
{
	struct reader_state *state;
	struct hash32 hash;
	uint64_t pruned;

	chain_read_heads(reader->db, NULL, &pruned);
	if (number < pruned || number > INT64_MAX ||
	    !chain_read_header(reader->db, number, header, &hash))
		return NULL;
	state = ARENA_NEW(a, struct reader_state);
	state->view = (struct node_view){ reader->db, number, NULL };
	state->store = node_store_reader(&state->view);
	return state;
}

struct state_trie *chain_reader_state(struct chain_reader *reader, struct arena *a, uint64_t number)
{
	struct header header;
	struct reader_state *state = open_state(reader, a, number, &header);

	return state ? state_trie_open(a, &state->store, &header.state_root) : NULL;
}

bool chain_reader_store(struct chain_reader *reader, struct arena *a, uint64_t number,
			struct state_store *store)
{
	struct header header;
	struct reader_state *state = open_state(reader, a, number, &header);

	if (state)
		*store = state->store;
	return state != NULL;
}

struct block_hash_source chain_reader_hashes(struct chain_reader *reader)
{
	return chain_hash_source(reader->db);
}

static int compare_numbers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* All blocks of the range. */
static size_t any_blocks(uint64_t from, uint64_t to, uint64_t *numbers, size_t max)
{
	size_t count = 0;

	for (uint64_t n = from; n <= to && count < max; n++)
		numbers[count++] = n;
	return count;
}

/* Up to `max` blocks of one address. */
static size_t address_blocks(struct chain_reader *reader, uint64_t from, uint64_t to,
			     const struct address *address, uint64_t *numbers, size_t max)
{
	sqlite3_stmt *s = database_statement(
	    reader->db, "SELECT number FROM log_index WHERE prefix = ? AND number >= ? AND "
			"number <= ? ORDER BY number LIMIT ?");
	size_t count = 0;

	database_bind_u64(s, 1, chain_index_prefix(address->b));
	database_bind_u64(s, 2, from);
	database_bind_u64(s, 3, to);
	database_bind_u64(s, 4, max);
	while (count < max && database_row(reader->db, s))
		numbers[count++] = database_u64(s, 0);
	sqlite3_reset(s);
	return count;
}

/* Merges two sorted lists without repeats into `a`, keeping the first `max`. */
static size_t merge(uint64_t *a, size_t a_count, const uint64_t *b, size_t b_count, size_t max)
{
	uint64_t *all = malloc((a_count + b_count + 1) * sizeof(*all));
	size_t count = 0;

	if (!all)
		abort();
	memcpy(all, a, a_count * sizeof(*all));
	memcpy(all + a_count, b, b_count * sizeof(*all));
	qsort(all, a_count + b_count, sizeof(*all), compare_numbers);
	for (size_t i = 0; i < a_count + b_count && count < max; i++)
		if (count == 0 || a[count - 1] != all[i])
			a[count++] = all[i];
	free(all);
	return count;
}

size_t chain_reader_log_blocks(struct chain_reader *reader, uint64_t from, uint64_t to,
			       const struct address *addresses, size_t address_count,
			       uint64_t *numbers, size_t max)
{
	uint64_t *found;
	size_t count = 0;

	if (address_count == 0)
		return any_blocks(from, to, numbers, max);
	found = malloc((max + 1) * sizeof(*found));
	if (!found)
		abort();
	for (size_t i = 0; i < address_count; i++)
		count = merge(numbers, count, found,
			      address_blocks(reader, from, to, &addresses[i], found, max), max);
	free(found);
	return count;
}
