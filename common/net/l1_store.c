#include "net/l1_store.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"

#define L1_STORE_VERSION 2

static const char l1_store_schema[] =
    "CREATE TABLE IF NOT EXISTS l1_manager ("
    " version INTEGER NOT NULL, chain_id INTEGER NOT NULL, address BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS l1_transactions ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " purpose TEXT NOT NULL, purpose_key TEXT NOT NULL UNIQUE,"
    " recipient BLOB NOT NULL," /* empty: a creation */
    " value BLOB NOT NULL,"
    " gas_limit INTEGER NOT NULL," /* 0: estimated */
    " status INTEGER NOT NULL, cancelling INTEGER NOT NULL DEFAULT 0,"
    " nonce INTEGER UNIQUE,"
    " block_number INTEGER NOT NULL DEFAULT 0, block_hash BLOB, mined_hash BLOB,"
    " gas_used INTEGER NOT NULL DEFAULT 0, gas_price BLOB,"
    " reason TEXT NOT NULL DEFAULT '',"
    " internal INTEGER NOT NULL,"
    " news INTEGER NOT NULL DEFAULT 0);" /* 0: none, else its order */
    /* The large columns, which hardly anybody reads, apart. */
    "CREATE TABLE IF NOT EXISTS l1_transaction_data (id INTEGER PRIMARY KEY, data BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS l1_attempt_raw (id INTEGER PRIMARY KEY, raw BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS l1_transactions_status ON l1_transactions (status);"
    "CREATE INDEX IF NOT EXISTS l1_transactions_news ON l1_transactions (news) WHERE news > 0;"
    "CREATE TABLE IF NOT EXISTS l1_attempts ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " transaction_id INTEGER NOT NULL REFERENCES l1_transactions (id),"
    " nonce INTEGER NOT NULL, hash BLOB NOT NULL UNIQUE,"
    " max_fee BLOB NOT NULL, priority_fee BLOB NOT NULL, gas_limit INTEGER NOT NULL,"
    " is_cancellation INTEGER NOT NULL, created_ms INTEGER NOT NULL,"
    " next_send_ms INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,"
    " refusals INTEGER NOT NULL DEFAULT 0);"
    "CREATE INDEX IF NOT EXISTS l1_attempts_of ON l1_attempts (transaction_id, nonce);";

/* ---- statements ---- */

/* It outlives the step, as bytes do. */
static void bind_text(sqlite3_stmt *s, int index, const char *text)
{
	sqlite3_bind_text(s, index, text, -1, SQLITE_STATIC);
}

/* In `room`, which outlives the step. */
static void bind_u256(sqlite3_stmt *s, int index, const struct u256 *value, uint8_t room[32])
{
	u256_to_be(room, value);
	database_bind_bytes(s, index, bytes_of(room, 32));
}

/* The first column of the first row, 0 without one. */
static int64_t run_i64(struct database *db, sqlite3_stmt *s)
{
	int64_t value = database_row(db, s) ? (int64_t)database_u64(s, 0) : 0;

	sqlite3_reset(s);
	return value;
}

/* Zeroes when the column has another length. */
static void column_fixed(uint8_t *out, size_t len, sqlite3_stmt *s, int column)
{
	struct bytes bytes = database_bytes(s, column);

	memset(out, 0, len);
	if (bytes.len == len)
		memcpy(out, bytes.data, len);
}

static struct u256 column_u256(sqlite3_stmt *s, int column)
{
	uint8_t be[32];

	column_fixed(be, sizeof(be), s, column);
	return u256_from_be(be, sizeof(be));
}

static const char *column_text(sqlite3_stmt *s, int column)
{
	const char *text = (const char *)sqlite3_column_text(s, column);

	return text ? text : "";
}

/* A statement about one transaction or attempt. */
static sqlite3_stmt *about(struct database *db, const char *sql, int64_t id)
{
	sqlite3_stmt *s = database_statement(db, sql);

	database_bind_u64(s, 1, (uint64_t)id);
	return s;
}

/* A large column, in a table of its own. */
static void insert_large(struct database *db, const char *sql, int64_t id, struct bytes bytes)
{
	sqlite3_stmt *s = about(db, sql, id);

	database_bind_bytes(s, 2, bytes);
	database_run(db, s);
}

static struct bytes read_large(struct database *db, const char *sql, int64_t id, struct arena *a)
{
	sqlite3_stmt *s = about(db, sql, id);
	struct bytes bytes;

	if (!database_row(db, s))
		database_fail(db, "bytes of a transaction are missing");
	bytes = arena_copy(a, database_bytes(s, 0));
	sqlite3_reset(s);
	return bytes;
}

static int64_t last_id(struct database *db)
{
	return sqlite3_last_insert_rowid(database_handle(db));
}

/* ---- opening ---- */

/* "l1.db". */
static const char *file_name(struct database *db)
{
	const char *path = sqlite3_db_filename(database_handle(db), "main"), *slash;

	if (!path || !*path)
		return "the database";
	slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static void word_other_key(struct database *db, const struct address *theirs,
			   char error[L1_TRANSACTIONS_ERROR_SIZE])
{
	const char *name = file_name(db);
	char hex[41];

	snprintf(error, L1_TRANSACTIONS_ERROR_SIZE,
		 "%.60s holds the L1 transactions of 0x%s, which is another key. To go on with "
		 "this one, move %.60s* out of the data directory when none of them can be mined "
		 "any more: README.md, \"Another key\"",
		 name, hex_encode(hex, bytes_of_address(theirs)), name);
}

static bool check_owner(struct database *db, uint64_t chain_id, const struct address *from,
			char *error)
{
	sqlite3_stmt *s =
	    database_statement(db, "SELECT version, chain_id, address FROM l1_manager");
	struct address address;
	bool fits = false;

	if (!database_row(db, s)) {
		s = database_statement(db, "INSERT INTO l1_manager VALUES (?, ?, ?)");
		database_bind_u64(s, 1, L1_STORE_VERSION);
		database_bind_u64(s, 2, chain_id);
		database_bind_bytes(s, 3, bytes_of_address(from));
		database_run(db, s);
		return true;
	}
	column_fixed(address.b, sizeof(address.b), s, 2);
	if (database_u64(s, 0) != L1_STORE_VERSION)
		snprintf(error, L1_TRANSACTIONS_ERROR_SIZE,
			 "%.60s holds another version's tables of L1 transactions", file_name(db));
	else if (database_u64(s, 1) != chain_id)
		snprintf(error, L1_TRANSACTIONS_ERROR_SIZE,
			 "%.60s holds the transactions of another L1 chain", file_name(db));
	else if (!address_eq(&address, from))
		word_other_key(db, &address, error);
	else
		fits = true;
	sqlite3_reset(s);
	return fits;
}

bool l1_store_open(struct database *db, uint64_t chain_id, const struct address *from,
		   char error[L1_TRANSACTIONS_ERROR_SIZE])
{
	bool fits;

	database_begin(db);
	if (sqlite3_exec(database_handle(db), l1_store_schema, NULL, NULL, NULL) != SQLITE_OK)
		database_fail(db, "the tables of L1 transactions");
	fits = check_owner(db, chain_id, from, error);
	database_commit(db);
	return fits;
}

/* ---- transactions ---- */

int64_t l1_store_find(struct database *db, const char *purpose_key)
{
	sqlite3_stmt *s =
	    database_statement(db, "SELECT id FROM l1_transactions WHERE purpose_key = ?");

	bind_text(s, 1, purpose_key);
	return run_i64(db, s);
}

int64_t l1_store_insert(struct database *db, const struct l1_work *work, bool is_internal)
{
	sqlite3_stmt *s = database_statement(
	    db, "INSERT INTO l1_transactions"
		" (purpose, purpose_key, recipient, value, gas_limit, status, internal)"
		" VALUES (?, ?, ?, ?, ?, ?, ?)");
	uint8_t value[32];
	int64_t id;

	bind_text(s, 1, work->purpose);
	bind_text(s, 2, work->purpose_key);
	database_bind_bytes(s, 3,
			    work->is_creation ? (struct bytes){ 0 } : bytes_of_address(&work->to));
	bind_u256(s, 4, &work->value, value);
	database_bind_u64(s, 5, work->gas_limit);
	database_bind_u64(s, 6, L1_TX_QUEUED);
	database_bind_u64(s, 7, is_internal);
	database_run(db, s);
	id = last_id(db);
	insert_large(db, "INSERT INTO l1_transaction_data VALUES (?, ?)", id, work->data);
	return id;
}

struct bytes l1_store_data(struct database *db, struct arena *a, int64_t id)
{
	return read_large(db, "SELECT data FROM l1_transaction_data WHERE id = ?", id, a);
}

#define ROW_COLUMNS                                                                                \
	"id, status, cancelling, purpose, recipient, value, gas_limit, nonce,"                     \
	" block_number, block_hash"

static void read_row(struct l1_row *row, sqlite3_stmt *s, struct arena *a)
{
	const char *purpose = column_text(s, 3);

	memset(row, 0, sizeof(*row));
	row->id = sqlite3_column_int64(s, 0);
	row->status = (enum l1_transaction_status)sqlite3_column_int(s, 1);
	row->cancelling = (enum l1_cancelling)sqlite3_column_int(s, 2);
	row->purpose = (const char *)arena_copy(a, bytes_of(purpose, strlen(purpose) + 1)).data;
	row->is_creation = sqlite3_column_bytes(s, 4) == 0;
	column_fixed(row->to.b, sizeof(row->to.b), s, 4);
	row->value = column_u256(s, 5);
	row->gas_limit = database_u64(s, 6);
	row->has_nonce = sqlite3_column_type(s, 7) != SQLITE_NULL;
	row->nonce = database_u64(s, 7);
	row->block_number = database_u64(s, 8);
	column_fixed(row->block_hash.b, sizeof(row->block_hash.b), s, 9);
}

/* The only row of `s`. */
static bool read_one(struct database *db, struct l1_row *out, sqlite3_stmt *s, struct arena *a)
{
	if (!database_row(db, s))
		return false;
	read_row(out, s, a);
	sqlite3_reset(s);
	return true;
}

bool l1_store_row(struct database *db, struct arena *a, struct l1_row *out, int64_t id)
{
	sqlite3_stmt *s = about(db, "SELECT " ROW_COLUMNS " FROM l1_transactions WHERE id = ?", id);

	return read_one(db, out, s, a);
}

bool l1_store_row_of_nonce(struct database *db, struct arena *a, struct l1_row *out, uint64_t nonce)
{
	sqlite3_stmt *s =
	    database_statement(db, "SELECT " ROW_COLUMNS " FROM l1_transactions WHERE nonce = ?");

	database_bind_u64(s, 1, nonce);
	return read_one(db, out, s, a);
}

unsigned l1_store_count(struct database *db, enum l1_transaction_status from,
			enum l1_transaction_status to)
{
	sqlite3_stmt *s = database_statement(
	    db, "SELECT count(*) FROM l1_transactions WHERE status BETWEEN ? AND ?");

	database_bind_u64(s, 1, from);
	database_bind_u64(s, 2, to);
	return (unsigned)run_i64(db, s);
}

struct l1_row *l1_store_rows(struct database *db, struct arena *a, size_t *count,
			     enum l1_transaction_status from, enum l1_transaction_status to,
			     size_t limit)
{
	size_t all = l1_store_count(db, from, to);
	size_t capacity = all < limit ? all : limit;
	struct l1_row *rows = ARENA_ARRAY(a, struct l1_row, capacity);
	sqlite3_stmt *s =
	    database_statement(db, "SELECT " ROW_COLUMNS " FROM l1_transactions"
				   " WHERE status BETWEEN ? AND ? ORDER BY nonce, id LIMIT ?");

	database_bind_u64(s, 1, from);
	database_bind_u64(s, 2, to);
	database_bind_u64(s, 3, capacity);
	for (*count = 0; *count < capacity; (*count)++) {
		if (!database_row(db, s))
			return rows;
		read_row(&rows[*count], s, a);
	}
	sqlite3_reset(s);
	return rows;
}

uint64_t l1_store_next_nonce(struct database *db)
{
	return (uint64_t)run_i64(
	    db, database_statement(db, "SELECT coalesce(max(nonce) + 1, 0) FROM l1_transactions"));
}

void l1_store_assign_nonce(struct database *db, int64_t id, uint64_t nonce)
{
	sqlite3_stmt *s =
	    about(db, "UPDATE l1_transactions SET nonce = ?2, status = ?3 WHERE id = ?1", id);

	database_bind_u64(s, 2, nonce);
	database_bind_u64(s, 3, L1_TX_SENT);
	database_run(db, s);
}

void l1_store_requeue(struct database *db, int64_t id, const char *reason)
{
	sqlite3_stmt *s = about(
	    db, "UPDATE l1_transactions SET nonce = NULL, status = ?2, reason = ?3 WHERE id = ?1",
	    id);

	database_bind_u64(s, 2, L1_TX_QUEUED);
	bind_text(s, 3, reason);
	database_run(db, s);
}

void l1_store_set_status(struct database *db, int64_t id, enum l1_transaction_status status)
{
	sqlite3_stmt *s =
	    about(db, "UPDATE l1_transactions SET status = ?2, news = 0 WHERE id = ?1", id);

	database_bind_u64(s, 2, status);
	database_run(db, s);
}

void l1_store_set_mined(struct database *db, int64_t id, const struct l1_mined *mined)
{
	sqlite3_stmt *s =
	    about(db,
		  "UPDATE l1_transactions SET status = ?2, block_number = ?3, block_hash = ?4,"
		  " mined_hash = ?5, gas_used = ?6, gas_price = ?7 WHERE id = ?1",
		  id);
	uint8_t gas_price[32];

	database_bind_u64(s, 2, L1_TX_MINED);
	database_bind_u64(s, 3, mined->block_number);
	database_bind_hash(s, 4, &mined->block_hash);
	database_bind_hash(s, 5, &mined->hash);
	database_bind_u64(s, 6, mined->gas_used);
	bind_u256(s, 7, &mined->gas_price, gas_price);
	database_run(db, s);
}

void l1_store_finish(struct database *db, int64_t id, enum l1_transaction_status status,
		     const char *reason)
{
	sqlite3_stmt *s = about(
	    db,
	    "UPDATE l1_transactions SET status = ?2, reason = ?3, news = CASE internal WHEN 0 THEN"
	    " (SELECT coalesce(max(news), 0) + 1 FROM l1_transactions) ELSE 0 END WHERE id = ?1",
	    id);

	database_bind_u64(s, 2, status);
	bind_text(s, 3, reason);
	database_run(db, s);
}

void l1_store_set_cancelling(struct database *db, int64_t id, enum l1_cancelling cancelling)
{
	sqlite3_stmt *s = about(db, "UPDATE l1_transactions SET cancelling = ?2 WHERE id = ?1", id);

	database_bind_u64(s, 2, cancelling);
	database_run(db, s);
}

void l1_store_set_reason(struct database *db, int64_t id, const char *reason)
{
	sqlite3_stmt *s = about(db, "UPDATE l1_transactions SET reason = ?2 WHERE id = ?1", id);

	bind_text(s, 2, reason);
	database_run(db, s);
}

/* ---- attempts ---- */

static void read_attempt(struct l1_attempt *attempt, sqlite3_stmt *s)
{
	attempt->id = sqlite3_column_int64(s, 0);
	attempt->nonce = database_u64(s, 1);
	column_fixed(attempt->hash.b, sizeof(attempt->hash.b), s, 2);
	attempt->price.max_fee = column_u256(s, 3);
	attempt->price.priority_fee = column_u256(s, 4);
	attempt->gas_limit = database_u64(s, 5);
	attempt->is_cancellation = sqlite3_column_int(s, 6) != 0;
	attempt->created_ms = database_u64(s, 7);
	attempt->next_send_ms = database_u64(s, 8);
	attempt->failures = (unsigned)sqlite3_column_int(s, 9);
	attempt->refusals = (unsigned)sqlite3_column_int(s, 10);
}

struct l1_attempt *l1_store_attempts(struct database *db, struct arena *a, size_t *count,
				     int64_t id, uint64_t nonce)
{
	struct l1_attempt *attempts;
	size_t capacity;
	sqlite3_stmt *s = about(
	    db, "SELECT count(*) FROM l1_attempts WHERE transaction_id = ? AND nonce = ?", id);

	database_bind_u64(s, 2, nonce);
	capacity = (size_t)run_i64(db, s);
	attempts = ARENA_ARRAY(a, struct l1_attempt, capacity);
	s = about(db,
		  "SELECT id, nonce, hash, max_fee, priority_fee, gas_limit,"
		  " is_cancellation, created_ms, next_send_ms, failures, refusals"
		  " FROM l1_attempts WHERE transaction_id = ? AND nonce = ? ORDER BY id DESC",
		  id);
	database_bind_u64(s, 2, nonce);
	for (*count = 0; *count < capacity; (*count)++) {
		if (!database_row(db, s))
			return attempts;
		read_attempt(&attempts[*count], s);
	}
	sqlite3_reset(s);
	return attempts;
}

struct bytes l1_store_raw(struct database *db, struct arena *a, int64_t attempt_id)
{
	return read_large(db, "SELECT raw FROM l1_attempt_raw WHERE id = ?", attempt_id, a);
}

void l1_store_add_attempt(struct database *db, int64_t id, const struct l1_attempt *attempt,
			  struct bytes raw)
{
	sqlite3_stmt *s = about(db,
				"INSERT INTO l1_attempts (transaction_id, nonce, hash, max_fee,"
				" priority_fee, gas_limit, is_cancellation, created_ms)"
				" VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
				id);
	uint8_t max_fee[32], priority_fee[32];

	database_bind_u64(s, 2, attempt->nonce);
	database_bind_hash(s, 3, &attempt->hash);
	bind_u256(s, 4, &attempt->price.max_fee, max_fee);
	bind_u256(s, 5, &attempt->price.priority_fee, priority_fee);
	database_bind_u64(s, 6, attempt->gas_limit);
	database_bind_u64(s, 7, attempt->is_cancellation);
	database_bind_u64(s, 8, attempt->created_ms);
	database_run(db, s);
	insert_large(db, "INSERT INTO l1_attempt_raw VALUES (?, ?)", last_id(db), raw);
}

void l1_store_set_sent(struct database *db, const struct l1_attempt *attempt)
{
	sqlite3_stmt *s = about(
	    db,
	    "UPDATE l1_attempts SET next_send_ms = ?2, failures = ?3, refusals = ?4 WHERE id = ?1",
	    attempt->id);

	database_bind_u64(s, 2, attempt->next_send_ms);
	database_bind_u64(s, 3, attempt->failures);
	database_bind_u64(s, 4, attempt->refusals);
	database_run(db, s);
}

bool l1_store_bound_times(struct database *db, uint64_t now, uint64_t latest)
{
	sqlite3_stmt *s = database_statement(
	    db, "UPDATE l1_attempts SET created_ms = min(created_ms, ?1),"
		" next_send_ms = min(next_send_ms, ?2) WHERE created_ms > ?1 OR next_send_ms > ?2");

	database_bind_u64(s, 1, now);
	database_bind_u64(s, 2, latest);
	database_run(db, s);
	return sqlite3_changes(database_handle(db)) > 0;
}

/* ---- for the owner ---- */

bool l1_store_state(struct database *db, struct l1_transaction_state *out, int64_t id)
{
	sqlite3_stmt *s = about(
	    db,
	    "SELECT t.status, cancelling, t.nonce, block_number, block_hash, gas_used, gas_price,"
	    " purpose_key, reason, (SELECT count(*) FROM l1_attempts WHERE transaction_id = t.id),"
	    " CASE WHEN t.status IN (0, 1) THEN NULL ELSE mined_hash END,"
	    " (SELECT hash FROM l1_attempts WHERE transaction_id = t.id ORDER BY id DESC LIMIT 1)"
	    " FROM l1_transactions t WHERE t.id = ?",
	    id);

	if (!database_row(db, s))
		return false;
	memset(out, 0, sizeof(*out));
	out->id = id;
	out->status = (enum l1_transaction_status)sqlite3_column_int(s, 0);
	out->is_cancelling = sqlite3_column_int(s, 1) != 0;
	out->has_nonce = sqlite3_column_type(s, 2) != SQLITE_NULL;
	out->nonce = database_u64(s, 2);
	out->block_number = database_u64(s, 3);
	column_fixed(out->block_hash.b, sizeof(out->block_hash.b), s, 4);
	out->gas_used = database_u64(s, 5);
	out->effective_gas_price = column_u256(s, 6);
	snprintf(out->purpose_key, sizeof(out->purpose_key), "%s", column_text(s, 7));
	snprintf(out->reason, sizeof(out->reason), "%s", column_text(s, 8));
	out->attempts = (unsigned)sqlite3_column_int(s, 9);
	column_fixed(out->hash.b, sizeof(out->hash.b), s,
		     sqlite3_column_type(s, 10) == SQLITE_NULL ? 11 : 10);
	sqlite3_reset(s);
	return true;
}

int64_t l1_store_oldest(struct database *db)
{
	sqlite3_stmt *s =
	    database_statement(db, "SELECT id FROM l1_transactions WHERE status BETWEEN ? AND ?"
				   " ORDER BY nonce IS NULL, nonce, id LIMIT 1");

	database_bind_u64(s, 1, L1_TX_QUEUED);
	database_bind_u64(s, 2, L1_TX_SENT);
	return run_i64(db, s);
}

int64_t l1_store_next_event(struct database *db)
{
	return run_i64(
	    db, database_statement(
		    db, "SELECT id FROM l1_transactions WHERE news > 0 ORDER BY news LIMIT 1"));
}

void l1_store_acknowledge(struct database *db, int64_t id)
{
	database_run(db, about(db, "UPDATE l1_transactions SET news = 0 WHERE id = ?", id));
}
