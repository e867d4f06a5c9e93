#include "store/node_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/native/arena_heap.h"

/* When packs are merged: reading looks into each of them, and merging takes
 * memory for all (a row is about 4 KiB). */
#define PACKS_MAX     16
#define PACK_ROWS_MAX 8192

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

static bool load_node(void *context, struct arena *a, struct bytes *rlp, const struct hash32 *owner,
		      struct trie_path path, const struct hash32 *hash)
{
	struct node_view *view = context;
	uint8_t key[NODE_KEY_MAX];
	size_t len = node_key(key, owner, path);
	struct bytes packed;
	sqlite3_stmt *s;
	bool found;

	(void)hash; /* the trie checks it */
	/* Packs first: what is merged meanwhile moves from there to the table. */
	if (node_pack_find(view->db, a, view->number, bytes_of(key, len), &packed)) {
		if (packed.len > 0)
			*rlp = packed;
		return packed.len > 0;
	}
	s = database_statement(view->db, "SELECT rlp FROM node WHERE key = ? AND number <= ? "
					 "ORDER BY number DESC LIMIT 1");
	database_bind_bytes(s, 1, bytes_of(key, len));
	database_bind_u64(s, 2, view->number);
	found = database_row(view->db, s) && database_bytes(s, 0).len > 0;
	if (found)
		*rlp = arena_copy(a, database_bytes(s, 0));
	sqlite3_reset(s);
	return found;
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
 * ever one, and merging first is no loss. */
static void clear_storage(void *context, const struct hash32 *owner)
{
	struct node_writer *writer = context;
	sqlite3_stmt *s;
	uint8_t first[1 + 32 + 33], last[1 + 32 + 33];
	struct keys keys = { 0 };

	if (writer->batch)
		node_batch_flush(writer->batch, writer->db);
	node_store_merge(writer->db);
	memset(first, 0, sizeof(first));
	memset(last, 0xff, sizeof(last));
	first[0] = last[0] = 1;
	memcpy(first + 1, owner->b, 32);
	memcpy(last + 1, owner->b, 32);
	s = database_statement(writer->db,
			       "SELECT DISTINCT key FROM node WHERE key > ?1 AND key < ?2");
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

void node_store_add_pack(struct database *db, uint64_t number, struct packed_node *nodes,
			 size_t count)
{
	uint64_t oldest;

	node_pack_write(db, number, nodes, count);
	if (node_pack_oldest(db, &oldest) &&
	    (number - oldest + 1 >= PACKS_MAX || node_pack_rows(db) >= PACK_ROWS_MAX))
		node_store_merge(db);
}

void node_writer_end(struct node_writer *writer)
{
	struct packed_node *nodes = written(writer);

	if (writer->batch) {
		node_batch_add(writer->batch, writer->db, nodes, writer->count, writer->journal,
			       writer->journal_capacity);
		writer->journal = NULL; /* it is the batch's */
	} else {
		node_store_add_pack(writer->db, writer->number, nodes, writer->count);
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

/* ---- merging ---- */

static void write_journal(struct database *db, uint64_t number, struct keys *keys)
{
	sqlite3_stmt *s = database_statement(db, "INSERT INTO node_journal VALUES (?, ?)");

	database_bind_u64(s, 1, number);
	database_bind_bytes(s, 2, bytes_of(keys->data, keys->len));
	database_run(db, s);
	keys->len = 0;
}

/* `nodes` are in the order of their blocks. */
static void write_journals(struct database *db, const struct packed_node *nodes, size_t count)
{
	struct keys keys = { 0 };

	for (size_t i = 0; i < count; i++) {
		keys_add(db, &keys, nodes[i].key);
		if (i + 1 == count || nodes[i + 1].number != nodes[i].number)
			write_journal(db, nodes[i].number, &keys);
	}
	free(keys.data);
}

static void insert_nodes(struct database *db, const struct packed_node *nodes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		sqlite3_stmt *s = database_statement(db, "INSERT INTO node VALUES (?, ?, ?)");

		database_bind_bytes(s, 1, nodes[i].key);
		database_bind_u64(s, 2, nodes[i].number);
		database_bind_bytes(s, 3, nodes[i].rlp);
		database_run(db, s);
	}
}

void node_store_insert(struct database *db, struct packed_node *nodes, size_t count)
{
	write_journals(db, nodes, count);
	insert_nodes(db, nodes, node_pack_sort(nodes, count));
}

void node_store_merge(struct database *db)
{
	struct packed_node *nodes;
	struct arena a;
	size_t count;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	nodes = node_pack_all(db, &a, &count);
	node_store_insert(db, nodes, count);
	if (count)
		node_pack_delete_all(db);
	arena_free(&a);
}

/* ---- undo and pruning ---- */

/* Runs a statement on (key, number) for each key of the block's journal. */
static void for_each_key(struct database *db, uint64_t number, const char *sql)
{
	sqlite3_stmt *query =
	    database_statement(db, "SELECT keys FROM node_journal WHERE number = ?");
	struct bytes keys;

	database_bind_u64(query, 1, number);
	if (!database_row(db, query))
		return;
	keys = database_bytes(query, 0);
	for (size_t i = 0; i < keys.len; i += 1 + (size_t)keys.data[i]) {
		sqlite3_stmt *s = database_statement(db, sql);

		if (keys.data[i] > keys.len - i - 1)
			database_fail(db, "a node journal is cut off");
		database_bind_bytes(s, 1, bytes_of(keys.data + i + 1, keys.data[i]));
		database_bind_u64(s, 2, number);
		database_run(db, s);
	}
	sqlite3_reset(query);
}

static void drop_journal(struct database *db, uint64_t number)
{
	sqlite3_stmt *s = database_statement(db, "DELETE FROM node_journal WHERE number = ?");

	database_bind_u64(s, 1, number);
	database_run(db, s);
}

void node_store_undo(struct database *db, uint64_t number)
{
	node_pack_delete(db, number);
	for_each_key(db, number, "DELETE FROM node WHERE key = ? AND number = ?");
	drop_journal(db, number);
}

void node_store_prune(struct database *db, uint64_t number)
{
	uint64_t oldest;

	if (node_pack_oldest(db, &oldest) && oldest <= number)
		node_store_merge(db);
	for_each_key(db, number, "DELETE FROM node WHERE key = ?1 AND number < ?2");
	/* A tombstone has done its work when nothing older is left to hide. */
	for_each_key(db, number,
		     "DELETE FROM node WHERE key = ?1 AND number = ?2 AND length(rlp) = 0");
	drop_journal(db, number);
}
