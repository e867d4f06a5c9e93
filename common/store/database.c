#include "store/database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/native/log.h"

#define DATABASE_STATEMENTS 128
#define IN_MEMORY           ":memory:"

struct database {
	sqlite3 *handle;
	const char *name;
	char *path;
	int lock; /* file descriptor; -1 for readers */
	bool in_transaction;
	struct {
		const char *sql;
		sqlite3_stmt *statement;
	} statements[DATABASE_STATEMENTS];
	size_t statement_count;
};

void database_fail(struct database *db, const char *what)
{
	log_error("database", "%s: %s: %s; stopping, what was committed is kept", db->path, what,
		  db->handle ? sqlite3_errmsg(db->handle) : "not open");
	_exit(74); /* EX_IOERR */
}

static void database_exec(struct database *db, const char *sql)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		database_fail(db, sql);
}

/* One process writes. */
static bool take_lock(struct database *db, char error[DATABASE_ERROR_SIZE])
{
	char path[4096];

	snprintf(path, sizeof(path), "%s.lock", db->path);
	db->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (db->lock < 0) {
		snprintf(error, DATABASE_ERROR_SIZE, "can't create %.150s: %s", path,
			 strerror(errno));
		return false;
	}
	if (flock(db->lock, LOCK_EX | LOCK_NB) != 0) {
		snprintf(error, DATABASE_ERROR_SIZE,
			 "%.150s is in use by another process: stop that one first", db->path);
		return false;
	}
	return true;
}

static bool open_file(struct database *db, int flags, char error[DATABASE_ERROR_SIZE])
{
	if (sqlite3_open_v2(db->path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK) {
		snprintf(error, DATABASE_ERROR_SIZE, "can't open %.150s: %s", db->path,
			 db->handle ? sqlite3_errmsg(db->handle) : "out of memory");
		return false;
	}
	sqlite3_busy_timeout(db->handle, 10000);
	return true;
}

/* FULL: a commit is on the disk when it returns, also when the power fails. */
static bool set_pragmas(struct database *db, char error[DATABASE_ERROR_SIZE])
{
	char pragmas[256];

	snprintf(pragmas, sizeof(pragmas),
		 "PRAGMA page_size=%d; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		 "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536;"
		 "PRAGMA wal_autocheckpoint=2000;",
		 DATABASE_PAGE_SIZE);
	if (sqlite3_exec(db->handle, pragmas, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	snprintf(error, DATABASE_ERROR_SIZE, "%.120s: %.100s", db->path,
		 sqlite3_errmsg(db->handle));
	return false;
}

static bool has_schema(struct database *db)
{
	sqlite3_stmt *query;
	bool found;

	if (sqlite3_prepare_v2(db->handle,
			       "SELECT 1 FROM sqlite_master WHERE name = 'database_identity'", -1,
			       &query, NULL) != SQLITE_OK)
		return false;
	found = sqlite3_step(query) == SQLITE_ROW;
	sqlite3_finalize(query);
	return found;
}

static bool is_empty(struct database *db)
{
	sqlite3_stmt *query;
	bool empty;

	if (sqlite3_prepare_v2(db->handle, "SELECT 1 FROM sqlite_master", -1, &query, NULL) !=
	    SQLITE_OK)
		return false;
	empty = sqlite3_step(query) == SQLITE_DONE;
	sqlite3_finalize(query);
	return empty;
}

static void create_schema(struct database *db, const struct database_schema *schema)
{
	sqlite3_stmt *insert;

	database_begin(db);
	database_exec(db, "CREATE TABLE database_identity"
			  "(name TEXT NOT NULL, version INTEGER NOT NULL, owner TEXT NOT NULL)");
	database_exec(db, schema->sql);
	insert = database_statement(db, "INSERT INTO database_identity VALUES (?, ?, ?)");
	sqlite3_bind_text(insert, 1, schema->name, -1, SQLITE_STATIC);
	sqlite3_bind_int(insert, 2, schema->version);
	sqlite3_bind_text(insert, 3, schema->owner ? schema->owner : "", -1, SQLITE_STATIC);
	database_run(db, insert);
	database_commit(db);
}

static bool check_identity(struct database *db, const struct database_schema *schema,
			   char error[DATABASE_ERROR_SIZE])
{
	sqlite3_stmt *query =
	    database_statement(db, "SELECT name, version, owner FROM database_identity");
	bool fits = false;

	if (!database_row(db, query)) {
		snprintf(error, DATABASE_ERROR_SIZE, "%.150s has no identity: not ours", db->path);
		return false;
	}
	const char *name = (const char *)sqlite3_column_text(query, 0);
	const char *owner = (const char *)sqlite3_column_text(query, 2);

	if (!name || strcmp(name, schema->name) != 0)
		snprintf(error, DATABASE_ERROR_SIZE, "%.120s holds a %.40s database, not %s",
			 db->path, name ? name : "nameless", schema->name);
	else if (sqlite3_column_int(query, 1) != schema->version)
		snprintf(error, DATABASE_ERROR_SIZE,
			 "%.120s has schema version %d, this program needs %d: use the matching "
			 "release, or remove the file to build it anew from L1",
			 db->path, sqlite3_column_int(query, 1), schema->version);
	else if (schema->owner && (!owner || strcmp(owner, schema->owner) != 0))
		snprintf(error, DATABASE_ERROR_SIZE,
			 "%.80s belongs to another rollup.json (chain parameters, L1 contracts or "
			 "start block differ) or an older release: give the rollup.json it was "
			 "made with, or another --data directory",
			 db->path);
	else
		fits = true;
	sqlite3_reset(query);
	return fits;
}

static bool open_any(struct database **out, const char *path, const struct database_schema *schema,
		     bool writing, char error[DATABASE_ERROR_SIZE])
{
	struct database *db = calloc(1, sizeof(*db));
	int flags = writing ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE;

	if (!db || !(db->path = strdup(path ? path : IN_MEMORY))) {
		free(db);
		snprintf(error, DATABASE_ERROR_SIZE, "out of memory");
		return false;
	}
	db->name = schema->name;
	db->lock = -1;
	if ((writing && path && !take_lock(db, error)) || !open_file(db, flags, error) ||
	    !set_pragmas(db, error))
		goto failed;
	if (!has_schema(db)) {
		if (!writing) {
			snprintf(error, DATABASE_ERROR_SIZE, "%.150s is empty", path);
			goto failed;
		}
		if (!is_empty(db)) {
			snprintf(error, DATABASE_ERROR_SIZE,
				 "%.150s is a database of another program", path);
			goto failed;
		}
		create_schema(db, schema);
	}
	if (!check_identity(db, schema, error))
		goto failed;
	*out = db;
	return true;
failed:
	database_close(db);
	return false;
}

bool database_open(struct database **out, const char *path, const struct database_schema *schema,
		   char error[DATABASE_ERROR_SIZE])
{
	return open_any(out, path, schema, true, error);
}

bool database_open_reader(struct database **out, const char *path,
			  const struct database_schema *schema, char error[DATABASE_ERROR_SIZE])
{
	if (!open_any(out, path, schema, false, error))
		return false;
	database_exec(*out, "PRAGMA query_only=ON");
	return true;
}

void database_close(struct database *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < db->statement_count; i++)
		sqlite3_finalize(db->statements[i].statement);
	sqlite3_close(db->handle);
	if (db->lock >= 0)
		close(db->lock);
	free(db->path);
	free(db);
}

sqlite3 *database_handle(struct database *db)
{
	return db->handle;
}

void database_begin(struct database *db)
{
	database_run(db, database_statement(db, "BEGIN"));
	db->in_transaction = true;
}

void database_commit(struct database *db)
{
	database_run(db, database_statement(db, "COMMIT"));
	db->in_transaction = false;
}

void database_rollback(struct database *db)
{
	database_run(db, database_statement(db, "ROLLBACK"));
	db->in_transaction = false;
}

bool database_in_transaction(const struct database *db)
{
	return db->in_transaction;
}

sqlite3_stmt *database_statement(struct database *db, const char *sql)
{
	sqlite3_stmt *statement;

	for (size_t i = 0; i < db->statement_count; i++) {
		if (db->statements[i].sql != sql)
			continue;
		statement = db->statements[i].statement;
		sqlite3_reset(statement);
		sqlite3_clear_bindings(statement);
		return statement;
	}
	if (db->statement_count == DATABASE_STATEMENTS)
		database_fail(db, "too many statements");
	if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
	    SQLITE_OK)
		database_fail(db, sql);
	db->statements[db->statement_count].sql = sql;
	db->statements[db->statement_count++].statement = statement;
	return statement;
}

bool database_row(struct database *db, sqlite3_stmt *statement)
{
	int result = sqlite3_step(statement);

	if (result == SQLITE_ROW)
		return true;
	if (result != SQLITE_DONE)
		database_fail(db, sqlite3_sql(statement));
	sqlite3_reset(statement);
	return false;
}

void database_run(struct database *db, sqlite3_stmt *statement)
{
	if (database_row(db, statement))
		database_fail(db, "a statement gave rows that nobody asked for");
}

void database_bind_u64(sqlite3_stmt *statement, int index, uint64_t value)
{
	sqlite3_bind_int64(statement, index, (sqlite3_int64)value);
}

void database_bind_bytes(sqlite3_stmt *statement, int index, struct bytes value)
{
	if (value.len == 0)
		sqlite3_bind_zeroblob(statement, index, 0);
	else
		sqlite3_bind_blob64(statement, index, value.data, value.len, SQLITE_STATIC);
}

void database_bind_hash(sqlite3_stmt *statement, int index, const struct hash32 *hash)
{
	sqlite3_bind_blob(statement, index, hash->b, sizeof(hash->b), SQLITE_STATIC);
}

uint64_t database_u64(sqlite3_stmt *statement, int column)
{
	return (uint64_t)sqlite3_column_int64(statement, column);
}

struct bytes database_bytes(sqlite3_stmt *statement, int column)
{
	const void *data = sqlite3_column_blob(statement, column);

	return bytes_of(data, (size_t)sqlite3_column_bytes(statement, column));
}

bool database_hash(sqlite3_stmt *statement, int column, struct hash32 *hash)
{
	struct bytes b = database_bytes(statement, column);

	if (b.len != sizeof(hash->b))
		return false;
	memcpy(hash->b, b.data, sizeof(hash->b));
	return true;
}
