#include "store/node_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/native/arena_heap.h"

/* When packs are taken into the index: reading looks into each that is not in it,
 * and indexing takes memory for all of them. */
#define PACKS_MAX 16
#define NODES_MAX 65536

/* 0x00 or 0x01 and the owner; the path, two nibbles a byte; its length. */
#define NODE_KEY_MAX (1 + 32 + 32 + 1)

static size_t node_key(uint8_t key[NODE_KEY_MAX], const struct hash32 *owner, struct trie_path path)
{
	size_t len = 0;

	if (path.len > 64)
		abort(); /* trie.h promises it */
	key[len++] = owner ? 1 : 0;
	if (owner) {
		memcpy(key + len, owner->b, sizeof(owner->b));
		len += sizeof(owner->b);
	}
	for (size_t i = 0; i < path.len; i += 2) {
		uint8_t low = i + 1 < path.len ? path.nibbles[i + 1] : 0;

		key[len++] = (uint8_t)(path.nibbles[i] << 4 | low);
	}
	key[len++] = (uint8_t)path.len;
	return len;
}

/* The first block whose pack is not in the index. */
static uint64_t first_unindexed(struct database *db)
{
	sqlite3_stmt *s = database_statement(db, "SELECT first FROM node_unindexed");
	uint64_t first;

	if (!database_row(db, s))
		database_fail(db, "the index of trie nodes has no end");
	first = database_u64(s, 0);
	sqlite3_reset(s);
	return first;
}

static void set_first_unindexed(struct database *db, uint64_t first)
{
	sqlite3_stmt *s = database_statement(db, "UPDATE node_unindexed SET first = ?, nodes = 0");

	database_bind_u64(s, 1, first);
	database_run(db, s);
}

/* The newest block up to `*number` that wrote there, by the index. */
static bool newest_version(struct database *db, struct bytes key, uint64_t *number)
{
	sqlite3_stmt *s =
	    database_statement(db, "SELECT number FROM node_version WHERE key = ? AND number <= ? "
				   "ORDER BY number DESC LIMIT 1");
	bool found;

	database_bind_bytes(s, 1, key);
	database_bind_u64(s, 2, *number);
	found = database_row(db, s);
	if (found)
		*number = database_u64(s, 0);
	sqlite3_reset(s);
	return found;
}

static bool load_node(void *context, struct arena *a, struct bytes *rlp, const struct hash32 *owner,
		      struct trie_path path, const struct hash32 *hash)
{
	struct node_view *view = context;
	uint8_t buffer[NODE_KEY_MAX];
	struct bytes key = bytes_of(buffer, node_key(buffer, owner, path)), packed;
	uint64_t number = view->number, unindexed = first_unindexed(view->db);

	(void)hash; /* the trie checks it */
	/* In this order: what is indexed meanwhile is found twice, and not missed. */
	if (!(node_recent_may_have(view->recent, unindexed, key) &&
	      node_pack_find(view->db, a, unindexed, number, key, &packed)) &&
	    (!newest_version(view->db, key, &number) ||
	     !node_pack_find(view->db, a, number, number, key, &packed)))
		return false;
	if (packed.len > 0)
		*rlp = packed;
	return packed.len > 0;
}

static bool load_code(void *context, struct arena *a, struct bytes *code, const struct hash32 *hash)
{
	struct node_view *view = context;
	sqlite3_stmt *s = database_statement(view->db, "SELECT code FROM code WHERE hash = ?");
	bool found;

	database_bind_hash(s, 1, hash);
	found = database_row(view->db, s);
	if (found)
		*code = arena_copy(a, database_bytes(s, 0));
	sqlite3_reset(s);
	return found;
}

struct state_store node_store_reader(struct node_view *view)
{
	return (struct state_store){ view, load_node, load_code };
}

void node_writer_begin(struct node_writer *writer, struct database *db, uint64_t number)
{
	*writer = (struct node_writer){ .db = db, .number = number };
}

/* A length byte, the key, the node's length (4 bytes) and RLP; an empty one says
 * that nothing stands there any more. */
static void write_version(struct node_writer *writer, struct bytes key, struct bytes rlp)
{
	size_t size = 1 + key.len + sizeof(uint32_t) + rlp.len;
	uint8_t *out;

	if (size > writer->journal_capacity - writer->journal_len) {
		size_t capacity = 2 * writer->journal_capacity + size + 4096;
		uint8_t *grown = realloc(writer->journal, capacity);

		if (!grown)
			database_fail(writer->db, "out of memory for trie nodes");
		writer->journal = grown;
		writer->journal_capacity = capacity;
	}
	out = writer->journal + writer->journal_len;
	*out++ = (uint8_t)key.len;
	memcpy(out, key.data, key.len);
	be32_store(out + key.len, (uint32_t)rlp.len);
	if (rlp.len)
		memcpy(out + key.len + sizeof(uint32_t), rlp.data, rlp.len);
	writer->journal_len += size;
	writer->count++;
}

/* What was written, in its order; views into the journal. */
static struct packed_node *written(struct node_writer *writer)
{
	struct packed_node *nodes = calloc(writer->count + 1, sizeof(nodes[0]));
	const uint8_t *at = writer->journal;

	if (!nodes)
		database_fail(writer->db, "out of memory for trie nodes");
	for (size_t i = 0; i < writer->count; i++) {
		size_t key_len = at[0], len = be32_load(at + 1 + key_len);

		nodes[i] = (struct packed_node){
			.key = bytes_of(at + 1, key_len),
			.rlp = bytes_of(at + 1 + key_len + sizeof(uint32_t), len),
			.number = writer->number,
			.order = i,
		};
		at += 1 + key_len + sizeof(uint32_t) + len;
	}
	return nodes;
}

static void store_node(void *context, const struct hash32 *owner, struct trie_path path,
		       const struct hash32 *hash, struct bytes rlp)
{
	uint8_t key[NODE_KEY_MAX];
	size_t len = node_key(key, owner, path);

	(void)hash;
	write_version(context, bytes_of(key, len), rlp);
}

static void store_code(void *context, const struct hash32 *hash, struct bytes code)
{
	struct node_writer *writer = context;
	sqlite3_stmt *s =
	    database_statement(writer->db, "INSERT OR IGNORE INTO code VALUES (?, ?)");

	database_bind_hash(s, 1, hash);
	database_bind_bytes(s, 2, code);
	database_run(writer->db, s);
}

struct keys {
	uint8_t *data; /* malloc'ed: a length byte and the key, for each */
	size_t len, capacity;
};

static void keys_add(struct database *db, struct keys *keys, struct bytes key)
{
	if (key.len > NODE_KEY_MAX)
		database_fail(db, "a node's key is too long");
	if (1 + key.len > keys->capacity - keys->len) {
		keys->capacity = 2 * keys->capacity + 4096;
		keys->data = realloc(keys->data, keys->capacity);
		if (!keys->data)
			database_fail(db, "out of memory for a node journal");
	}
	keys->data[keys->len++] = (uint8_t)key.len;
	memcpy(keys->data + keys->len, key.data, key.len);
	keys->len += key.len;
}

static bool is_owned(struct bytes key, const struct hash32 *owner)
{
	return key.len > 33 && key.data[0] == 1 && memcmp(key.data + 1, owner->b, 32) == 0;
}

/* What this block has written itself. */
static void add_written(struct node_writer *writer, struct keys *keys, const struct hash32 *owner)
{
	struct packed_node *nodes = written(writer);

	for (size_t i = 0; i < writer->count; i++)
		if (is_owned(nodes[i].key, owner))
			keys_add(writer->db, keys, nodes[i].key);
	free(nodes);
}

/* Each path of the owner that has a node gets an empty version.  Contracts that
 * lose their storage are of the same transaction (EIP-6780), so there is hardly
 * ever one, and indexing first is no loss. */
static void clear_storage(void *context, const struct hash32 *owner)
{
	struct node_writer *writer = context;
	sqlite3_stmt *s;
	uint8_t first[1 + 32 + 33], last[1 + 32 + 33];
	struct keys keys = { 0 };

	if (writer->batch)
		node_batch_flush(writer->batch, writer->db);
	node_store_index(writer->db, writer->recent);
	memset(first, 0, sizeof(first));
	memset(last, 0xff, sizeof(last));
	first[0] = last[0] = 1;
	memcpy(first + 1, owner->b, 32);
	memcpy(last + 1, owner->b, 32);
	s = database_statement(writer->db,
			       "SELECT DISTINCT key FROM node_version WHERE key > ?1 AND key < ?2");
	database_bind_bytes(s, 1, bytes_of(first, 33));
	database_bind_bytes(s, 2, bytes_of(last, sizeof(last)));
	while (database_row(writer->db, s))
		keys_add(writer->db, &keys, database_bytes(s, 0));
	add_written(writer, &keys, owner);
	for (size_t i = 0; i < keys.len; i += 1 + (size_t)keys.data[i])
		write_version(writer, bytes_of(keys.data + i + 1, keys.data[i]),
			      (struct bytes){ NULL, 0 });
	free(keys.data);
}

struct state_sink node_writer_sink(struct node_writer *writer)
{
	return (struct state_sink){ writer, store_node, store_code, clear_storage };
}

void node_writer_end(struct node_writer *writer)
{
	struct packed_node *nodes = written(writer);

	if (writer->batch) {
		node_batch_add(writer->batch, writer->db, nodes, writer->count, writer->journal,
			       writer->journal_capacity);
		writer->journal = NULL; /* it is the batch's */
	} else {
		if (writer->recent)
			node_recent_add(writer->recent, nodes, writer->count);
		node_pack_write(writer->db, writer->number, nodes, writer->count);
		node_store_index_if_due(writer->db, writer->recent, writer->number, writer->count);
	}
	free(nodes);
	node_writer_abandon(writer);
}

void node_writer_abandon(struct node_writer *writer)
{
	free(writer->journal);
	writer->journal = NULL;
	writer->journal_len = writer->journal_capacity = writer->count = 0;
}

/* ---- the index ---- */

static void insert_versions(struct database *db, const struct packed_node *nodes, size_t count)
{
	static const char one[] = "INSERT INTO node_version VALUES (?, ?)";
	static const char many[] = "INSERT INTO node_version VALUES " DATABASE_ROWS_OF("(?, ?)");

	while (count > 0) {
		size_t rows = count < DATABASE_ROWS ? 1 : DATABASE_ROWS;
		sqlite3_stmt *s = database_statement(db, rows == 1 ? one : many);

		for (size_t i = 0; i < rows; i++) {
			database_bind_bytes(s, (int)(2 * i + 1), nodes[i].key);
			database_bind_u64(s, (int)(2 * i + 2), nodes[i].number);
		}
		database_run(db, s);
		nodes += rows;
		count -= rows;
	}
}

void node_store_index(struct database *db, struct node_recent *recent)
{
	uint64_t first = first_unindexed(db);
	struct packed_node *nodes;
	struct arena a;
	size_t count;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	nodes = node_pack_read(db, &a, first, INT64_MAX, &count);
	if (count) {
		first = nodes[count - 1].number + 1;
		insert_versions(db, nodes, node_pack_sort(nodes, count));
		set_first_unindexed(db, first);
	}
	if (recent)
		node_recent_reset(recent, first);
	arena_free(&a);
}

static void count_unindexed(struct database *db, size_t count)
{
	sqlite3_stmt *s = database_statement(db, "UPDATE node_unindexed SET nodes = nodes + ?");

	database_bind_u64(s, 1, count);
	database_run(db, s);
}

static bool is_due(struct database *db, uint64_t number)
{
	sqlite3_stmt *s =
	    database_statement(db, "SELECT nodes >= ? OR ? - first >= ? FROM node_unindexed");
	bool due;

	database_bind_u64(s, 1, NODES_MAX);
	database_bind_u64(s, 2, number + 1);
	database_bind_u64(s, 3, PACKS_MAX);
	due = database_row(db, s) && database_u64(s, 0) != 0;
	sqlite3_reset(s);
	return due;
}

void node_store_index_if_due(struct database *db, struct node_recent *recent, uint64_t number,
			     size_t count)
{
	count_unindexed(db, count);
	if (is_due(db, number))
		node_store_index(db, recent);
}

/* ---- undo and pruning ---- */

static void run_on_version(struct database *db, const char *sql, struct bytes key, uint64_t number)
{
	sqlite3_stmt *s = database_statement(db, sql);

	database_bind_bytes(s, 1, key);
	database_bind_u64(s, 2, number);
	database_run(db, s);
}

void node_store_undo(struct database *db, uint64_t number)
{
	struct packed_node *nodes;
	struct arena a;
	size_t count;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	if (number < first_unindexed(db)) {
		nodes = node_pack_read(db, &a, number, number, &count);
		for (size_t i = 0; i < count; i++)
			run_on_version(db, "DELETE FROM node_version WHERE key = ? AND number = ?",
				       nodes[i].key, number);
		set_first_unindexed(db, number);
	}
	node_pack_delete(db, number);
	arena_free(&a);
}

/* What nobody needs any more. */
struct garbage {
	struct packed_node *versions;
	size_t count, capacity;
};

static void throw_away(struct database *db, struct garbage *garbage, struct bytes key,
		       uint64_t number)
{
	if (garbage->count == garbage->capacity) {
		garbage->capacity = 2 * garbage->capacity + 1024;
		garbage->versions =
		    realloc(garbage->versions, garbage->capacity * sizeof(garbage->versions[0]));
		if (!garbage->versions)
			database_fail(db, "out of memory while pruning trie nodes");
	}
	garbage->versions[garbage->count++] = (struct packed_node){ .key = key, .number = number };
}

static void throw_away_before(struct database *db, struct garbage *garbage, struct bytes key,
			      uint64_t number)
{
	sqlite3_stmt *s =
	    database_statement(db, "SELECT number FROM node_version WHERE key = ? AND number < ?");

	database_bind_bytes(s, 1, key);
	database_bind_u64(s, 2, number);
	while (database_row(db, s))
		throw_away(db, garbage, key, database_u64(s, 0));
	run_on_version(db, "DELETE FROM node_version WHERE key = ? AND number < ?", key, number);
}

static int compare_places(const void *x, const void *y)
{
	const struct packed_node *a = x, *b = y;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return node_pack_compare_keys(a->key, b->key);
}

void node_store_prune(struct database *db, uint64_t number)
{
	struct garbage garbage = { .count = 0 };
	struct packed_node *nodes;
	struct arena a;
	size_t count;

	if (first_unindexed(db) <= number)
		node_store_index(db, NULL);
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	nodes = node_pack_read(db, &a, number, number, &count);
	for (size_t i = 0; i < count; i++) {
		throw_away_before(db, &garbage, nodes[i].key, number);
		/* A tombstone has done its work when nothing older is left to hide. */
		if (nodes[i].rlp.len > 0)
			continue;
		throw_away(db, &garbage, nodes[i].key, number);
		run_on_version(db, "DELETE FROM node_version WHERE key = ? AND number = ?",
			       nodes[i].key, number);
	}
	if (garbage.count)
		qsort(garbage.versions, garbage.count, sizeof(garbage.versions[0]), compare_places);
	node_pack_remove(db, garbage.versions, garbage.count);
	free(garbage.versions);
	arena_free(&a);
}
