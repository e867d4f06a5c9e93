#include "store/node_store.h"

#include <stdlib.h>
#include <string.h>

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
	sqlite3_stmt *s =
	    database_statement(view->db, "SELECT rlp FROM node WHERE key = ? AND number <= ? "
					 "ORDER BY number DESC LIMIT 1");
	uint8_t key[NODE_KEY_MAX];
	size_t len = node_key(key, owner, path);
	bool found;

	(void)hash; /* the trie checks it */
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

static void journal_add(struct node_writer *writer, struct bytes key)
{
	if (writer->journal_len + 1 + key.len > writer->journal_capacity) {
		size_t capacity = 2 * writer->journal_capacity + 4096;
		uint8_t *grown = realloc(writer->journal, capacity);

		if (!grown)
			database_fail(writer->db, "out of memory for the node journal");
		writer->journal = grown;
		writer->journal_capacity = capacity;
	}
	writer->journal[writer->journal_len++] = (uint8_t)key.len;
	memcpy(writer->journal + writer->journal_len, key.data, key.len);
	writer->journal_len += key.len;
}

/* An empty value says that nothing stands there any more. */
static void write_version(struct node_writer *writer, struct bytes key, struct bytes rlp)
{
	sqlite3_stmt *s =
	    database_statement(writer->db, "INSERT OR REPLACE INTO node VALUES (?, ?, ?)");

	database_bind_bytes(s, 1, key);
	database_bind_u64(s, 2, writer->number);
	database_bind_bytes(s, 3, rlp);
	database_run(writer->db, s);
	journal_add(writer, key);
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

/* Each path of the owner that has a node gets an empty version. */
static void clear_storage(void *context, const struct hash32 *owner)
{
	struct node_writer *writer = context;
	sqlite3_stmt *s = database_statement(
	    writer->db, "SELECT DISTINCT key FROM node WHERE key > ?1 AND key < ?2");
	uint8_t first[1 + 32 + 33], last[1 + 32 + 33];
	uint8_t *keys = NULL;
	size_t len = 0, capacity = 0;

	memset(first, 0, sizeof(first));
	memset(last, 0xff, sizeof(last));
	first[0] = last[0] = 1;
	memcpy(first + 1, owner->b, 32);
	memcpy(last + 1, owner->b, 32);
	database_bind_bytes(s, 1, bytes_of(first, 33));
	database_bind_bytes(s, 2, bytes_of(last, sizeof(last)));
	while (database_row(writer->db, s)) {
		struct bytes key = database_bytes(s, 0);

		if (len + 1 + key.len > capacity) {
			capacity = 2 * capacity + 4096;
			keys = realloc(keys, capacity);
			if (!keys)
				database_fail(writer->db, "out of memory while clearing storage");
		}
		keys[len++] = (uint8_t)key.len;
		memcpy(keys + len, key.data, key.len);
		len += key.len;
	}
	for (size_t i = 0; i < len; i += 1 + keys[i])
		write_version(writer, bytes_of(keys + i + 1, keys[i]), (struct bytes){ NULL, 0 });
	free(keys);
}

struct state_sink node_writer_sink(struct node_writer *writer)
{
	return (struct state_sink){ writer, store_node, store_code, clear_storage };
}

void node_writer_end(struct node_writer *writer)
{
	sqlite3_stmt *s = database_statement(writer->db, "INSERT INTO node_journal VALUES (?, ?)");

	database_bind_u64(s, 1, writer->number);
	database_bind_bytes(s, 2, bytes_of(writer->journal, writer->journal_len));
	database_run(writer->db, s);
	node_writer_abandon(writer);
}

void node_writer_abandon(struct node_writer *writer)
{
	free(writer->journal);
	writer->journal = NULL;
	writer->journal_len = writer->journal_capacity = 0;
}

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
	for_each_key(db, number, "DELETE FROM node WHERE key = ? AND number = ?");
	drop_journal(db, number);
}

void node_store_prune(struct database *db, uint64_t number)
{
	for_each_key(db, number, "DELETE FROM node WHERE key = ?1 AND number < ?2");
	/* A tombstone has done its work when nothing older is left to hide. */
	for_each_key(db, number,
		     "DELETE FROM node WHERE key = ?1 AND number = ?2 AND length(rlp) = 0");
	drop_journal(db, number);
}
