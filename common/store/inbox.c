/* The statements here are few and small; what keeps the invariant of inbox.h
 * (everything in the database hangs together) is add_message and add_entry. */
#include "store/inbox.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/keccak.h"

struct inbox {
	struct database *db;
};

static const char inbox_sql[] =
    "CREATE TABLE l1_state(id INTEGER PRIMARY KEY CHECK (id = 0), number INTEGER NOT NULL,"
    "  hash BLOB NOT NULL, parent_hash BLOB NOT NULL, timestamp INTEGER NOT NULL,"
    "  finalized INTEGER NOT NULL);"
    "CREATE TABLE l1_block(number INTEGER PRIMARY KEY, hash BLOB NOT NULL,"
    "  parent_hash BLOB NOT NULL, timestamp INTEGER NOT NULL);"
    "CREATE TABLE message(id INTEGER PRIMARY KEY, link BLOB NOT NULL, raw BLOB NOT NULL,"
    "  l1_number INTEGER NOT NULL, deposit_hash BLOB);"
    "CREATE INDEX message_l1 ON message(l1_number);"
    "CREATE INDEX message_deposit ON message(deposit_hash) WHERE deposit_hash IS NOT NULL;"
    "CREATE TABLE entry(id INTEGER PRIMARY KEY, link BLOB NOT NULL, raw BLOB NOT NULL,"
    "  l1_number INTEGER NOT NULL);"
    "CREATE INDEX entry_l1 ON entry(l1_number);"
    "CREATE TABLE payload(hash BLOB PRIMARY KEY, bytes BLOB NOT NULL, l1_number INTEGER NOT NULL)"
    "  WITHOUT ROWID;"
    "CREATE INDEX payload_l1 ON payload(l1_number);";

static struct database_schema inbox_schema(const char *owner)
{
	return (struct database_schema){ "inbox", 1, inbox_sql, owner };
}

static bool inbox_wrap(struct inbox **out, struct database *db, char error[DATABASE_ERROR_SIZE])
{
	*out = malloc(sizeof(**out));
	if (!*out) {
		database_close(db);
		memcpy(error, "out of memory", sizeof("out of memory"));
		return false;
	}
	(*out)->db = db;
	return true;
}

bool inbox_open(struct inbox **out, const char *path, const char *owner,
		char error[DATABASE_ERROR_SIZE])
{
	struct database_schema schema = inbox_schema(owner);
	struct database *db;

	return database_open(&db, path, &schema, error) && inbox_wrap(out, db, error);
}

bool inbox_open_reader(struct inbox **out, const char *path, const char *owner,
		       char error[DATABASE_ERROR_SIZE])
{
	struct database_schema schema = inbox_schema(owner);
	struct database *db;

	return database_open_reader(&db, path, &schema, error) && inbox_wrap(out, db, error);
}

void inbox_close(struct inbox *inbox)
{
	if (!inbox)
		return;
	database_close(inbox->db);
	free(inbox);
}

struct database *inbox_database(struct inbox *inbox)
{
	return inbox->db;
}

void inbox_set_l1_head(struct inbox *inbox, const struct inbox_l1_block *block)
{
	sqlite3_stmt *s = database_statement(
	    inbox->db,
	    "INSERT INTO l1_state VALUES (0, ?1, ?2, ?3, ?4, 0) ON CONFLICT(id) DO UPDATE SET "
	    "number = ?1, hash = ?2, parent_hash = ?3, timestamp = ?4");

	database_bind_u64(s, 1, block->number);
	database_bind_hash(s, 2, &block->hash);
	database_bind_hash(s, 3, &block->parent_hash);
	database_bind_u64(s, 4, block->timestamp);
	database_run(inbox->db, s);
}

void inbox_set_l1_finalized(struct inbox *inbox, uint64_t number)
{
	sqlite3_stmt *s = database_statement(inbox->db, "UPDATE l1_state SET finalized = ?");

	database_bind_u64(s, 1, number);
	database_run(inbox->db, s);
}

void inbox_add_l1_block(struct inbox *inbox, const struct inbox_l1_block *block, uint64_t keep_from)
{
	sqlite3_stmt *s =
	    database_statement(inbox->db, "INSERT OR REPLACE INTO l1_block VALUES (?, ?, ?, ?)");

	database_bind_u64(s, 1, block->number);
	database_bind_hash(s, 2, &block->hash);
	database_bind_hash(s, 3, &block->parent_hash);
	database_bind_u64(s, 4, block->timestamp);
	database_run(inbox->db, s);
	s = database_statement(inbox->db, "DELETE FROM l1_block WHERE number < ?");
	database_bind_u64(s, 1, keep_from);
	database_run(inbox->db, s);
}

static void inbox_run_with(struct inbox *inbox, const char *sql, uint64_t number)
{
	sqlite3_stmt *s = database_statement(inbox->db, sql);

	database_bind_u64(s, 1, number);
	database_run(inbox->db, s);
}

void inbox_undo_above(struct inbox *inbox, uint64_t number)
{
	inbox_run_with(inbox, "DELETE FROM l1_block WHERE number > ?", number);
	inbox_run_with(inbox, "DELETE FROM message WHERE l1_number > ?", number);
	inbox_run_with(inbox, "DELETE FROM entry WHERE l1_number > ?", number);
	inbox_run_with(inbox, "DELETE FROM payload WHERE l1_number > ?", number);
}

/* One number from a query without parameters. */
static uint64_t inbox_scalar(struct inbox *inbox, const char *sql)
{
	sqlite3_stmt *s = database_statement(inbox->db, sql);
	uint64_t value = 0;

	if (database_row(inbox->db, s))
		value = database_u64(s, 0);
	sqlite3_reset(s);
	return value;
}

uint64_t inbox_message_count(struct inbox *inbox)
{
	return inbox_scalar(inbox, "SELECT ifnull(max(id) + 1, 0) FROM message");
}

uint64_t inbox_entry_count(struct inbox *inbox)
{
	return inbox_scalar(inbox, "SELECT ifnull(max(id) + 1, 0) FROM entry");
}

uint64_t inbox_final_entry_count(struct inbox *inbox)
{
	return inbox_scalar(inbox, "SELECT id + 1 FROM entry WHERE l1_number <= "
				   "(SELECT finalized FROM l1_state) "
				   "ORDER BY l1_number DESC, id DESC LIMIT 1");
}

uint64_t inbox_l1_finalized(struct inbox *inbox)
{
	return inbox_scalar(inbox, "SELECT finalized FROM l1_state");
}

/* number, hash, parent_hash, timestamp */
static bool read_l1_block(struct inbox *inbox, sqlite3_stmt *s, struct inbox_l1_block *block)
{
	if (!database_row(inbox->db, s))
		return false;
	block->number = database_u64(s, 0);
	if (!database_hash(s, 1, &block->hash) || !database_hash(s, 2, &block->parent_hash))
		database_fail(inbox->db, "an L1 block's hash has the wrong size");
	block->timestamp = database_u64(s, 3);
	sqlite3_reset(s);
	return true;
}

bool inbox_l1_head(struct inbox *inbox, struct inbox_l1_block *block)
{
	return read_l1_block(
	    inbox,
	    database_statement(inbox->db,
			       "SELECT number, hash, parent_hash, timestamp FROM l1_state"),
	    block);
}

bool inbox_l1_block(struct inbox *inbox, uint64_t number, struct inbox_l1_block *block)
{
	sqlite3_stmt *s = database_statement(
	    inbox->db,
	    "SELECT number, hash, parent_hash, timestamp FROM l1_block WHERE number = ?");

	database_bind_u64(s, 1, number);
	return read_l1_block(inbox, s, block);
}

bool inbox_message_link(struct inbox *inbox, uint64_t count, struct hash32 *link)
{
	sqlite3_stmt *s;
	bool found;

	if (count == 0) {
		*link = (struct hash32){ { 0 } };
		return true;
	}
	s = database_statement(inbox->db, "SELECT link FROM message WHERE id = ?");
	database_bind_u64(s, 1, count - 1);
	found = database_row(inbox->db, s);
	if (found && !database_hash(s, 0, link))
		database_fail(inbox->db, "a message's link has the wrong size");
	sqlite3_reset(s);
	return found;
}

bool inbox_message(struct inbox *inbox, struct arena *a, uint64_t index, struct bytes *raw,
		   struct hash32 *link)
{
	sqlite3_stmt *s =
	    database_statement(inbox->db, "SELECT raw, link FROM message WHERE id = ?");
	bool found;

	database_bind_u64(s, 1, index);
	found = database_row(inbox->db, s);
	if (found) {
		*raw = arena_copy(a, database_bytes(s, 0));
		if (!database_hash(s, 1, link))
			database_fail(inbox->db, "a message's link has the wrong size");
	}
	sqlite3_reset(s);
	return found;
}

bool inbox_message_l1_number(struct inbox *inbox, uint64_t index, uint64_t *number)
{
	sqlite3_stmt *s =
	    database_statement(inbox->db, "SELECT l1_number FROM message WHERE id = ?");
	bool found;

	database_bind_u64(s, 1, index);
	found = database_row(inbox->db, s);
	if (found)
		*number = database_u64(s, 0);
	sqlite3_reset(s);
	return found;
}

bool inbox_add_message(struct inbox *inbox, uint64_t index, const struct hash32 *link,
		       struct bytes raw, uint64_t l1_number, const struct hash32 *deposit_hash)
{
	struct hash32 before, expected;
	sqlite3_stmt *s;

	if (index != inbox_message_count(inbox) || !inbox_message_link(inbox, index, &before))
		return false;
	expected = message_link(&before, raw);
	if (!hash32_eq(&expected, link))
		return false;
	s = database_statement(inbox->db, "INSERT INTO message VALUES (?, ?, ?, ?, ?)");
	database_bind_u64(s, 1, index);
	database_bind_hash(s, 2, link);
	database_bind_bytes(s, 3, raw);
	database_bind_u64(s, 4, l1_number);
	if (deposit_hash)
		database_bind_hash(s, 5, deposit_hash);
	database_run(inbox->db, s);
	return true;
}

uint64_t inbox_attributes_time(struct inbox *inbox)
{
	/* Attributes come before the first deposit of a block: not far from the end. */
	sqlite3_stmt *s =
	    database_statement(inbox->db, "SELECT raw FROM message WHERE substr(raw, 1, 1) = x'01' "
					  "ORDER BY id DESC LIMIT 1");
	struct message message;
	uint64_t time = 0;

	if (database_row(inbox->db, s)) {
		message_decode(&message, 0, &(struct hash32){ { 0 } }, database_bytes(s, 0));
		if (message.kind == MESSAGE_ATTRIBUTES)
			time = message.attributes.timestamp;
	}
	sqlite3_reset(s);
	return time;
}

bool inbox_find_deposit(struct inbox *inbox, const struct hash32 *deposit_hash, uint64_t *index)
{
	sqlite3_stmt *s =
	    database_statement(inbox->db, "SELECT id FROM message WHERE deposit_hash = ?");
	bool found;

	database_bind_hash(s, 1, deposit_hash);
	found = database_row(inbox->db, s);
	if (found)
		*index = database_u64(s, 0);
	sqlite3_reset(s);
	return found;
}

bool inbox_entry(struct inbox *inbox, uint64_t index, struct entry *entry, struct hash32 *link)
{
	sqlite3_stmt *s = database_statement(inbox->db, "SELECT raw, link FROM entry WHERE id = ?");
	bool found;

	database_bind_u64(s, 1, index);
	found = database_row(inbox->db, s);
	if (found && (!entry_decode(entry, database_bytes(s, 0)) || !database_hash(s, 1, link)))
		database_fail(inbox->db, "an entry is not one");
	sqlite3_reset(s);
	return found;
}

/* Whether the entry is the next one and speaks of our queue. */
static bool entry_continues(struct inbox *inbox, uint64_t index, const struct hash32 *link,
			    const struct entry *entry)
{
	struct hash32 before = { { 0 } }, expected, queue_link;
	uint64_t consumed = 0;

	if (index != inbox_entry_count(inbox))
		return false;
	if (index > 0) {
		struct entry last;

		if (!inbox_entry(inbox, index - 1, &last, &before))
			return false;
		consumed = last.queue_to;
	}
	expected = entry_link(&before, entry);
	return hash32_eq(&expected, link) && entry->queue_from == consumed &&
	       entry->queue_from <= entry->queue_to &&
	       inbox_message_link(inbox, entry->queue_to, &queue_link) &&
	       hash32_eq(&queue_link, &entry->queue_link);
}

bool inbox_add_entry(struct inbox *inbox, uint64_t index, const struct hash32 *link,
		     const struct entry *entry, struct bytes payload)
{
	struct hash32 hash = keccak256(payload);
	uint8_t raw[ENTRY_SIZE];
	sqlite3_stmt *s;

	if (!entry_continues(inbox, index, link, entry) || !hash32_eq(&hash, &entry->payload_hash))
		return false;
	entry_encode(raw, entry);
	s = database_statement(inbox->db, "INSERT INTO entry VALUES (?, ?, ?, ?)");
	database_bind_u64(s, 1, index);
	database_bind_hash(s, 2, link);
	database_bind_bytes(s, 3, bytes_of(raw, sizeof(raw)));
	database_bind_u64(s, 4, entry->l1_block_number);
	database_run(inbox->db, s);
	/* The same payload may have come before: then its first block counts. */
	s = database_statement(inbox->db, "INSERT OR IGNORE INTO payload VALUES (?, ?, ?)");
	database_bind_hash(s, 1, &hash);
	database_bind_bytes(s, 2, payload);
	database_bind_u64(s, 3, entry->l1_block_number);
	database_run(inbox->db, s);
	return true;
}

static enum derive_err source_entry(void *context, uint64_t index, struct entry *entry)
{
	struct inbox_horizon *horizon = context;
	struct hash32 link;

	if (index >= horizon->entry_count || !inbox_entry(horizon->inbox, index, entry, &link))
		return DERIVE_END;
	return DERIVE_OK;
}

static bool source_payload(void *context, struct arena *a, const struct hash32 *hash,
			   struct bytes *payload)
{
	struct inbox_horizon *horizon = context;
	sqlite3_stmt *s =
	    database_statement(horizon->inbox->db, "SELECT bytes FROM payload WHERE hash = ?");
	bool found;

	database_bind_hash(s, 1, hash);
	found = database_row(horizon->inbox->db, s);
	if (found)
		*payload = arena_copy(a, database_bytes(s, 0));
	sqlite3_reset(s);
	return found;
}

static bool source_message(void *context, struct arena *a, uint64_t index, struct bytes *raw,
			   struct hash32 *link_before)
{
	struct inbox_horizon *horizon = context;
	struct hash32 link;

	return inbox_message_link(horizon->inbox, index, link_before) &&
	       inbox_message(horizon->inbox, a, index, raw, &link);
}

struct inbox_source inbox_source_of(struct inbox_horizon *horizon)
{
	return (struct inbox_source){ horizon, source_entry, source_payload, source_message };
}
