/* database: one SQLite file in WAL mode: how every program here opens, writes
 * and reads one.
 *
 * A database has one writing connection, which belongs to one thread; any
 * number of reading connections, each of one thread.  A disk that fails (full,
 * corrupt, gone) stops the process with a message: a promise of durability
 * can't be kept otherwise, and what was committed is still there at the next
 * start (DESIGN.md section 8). */
#ifndef GAVEL_STORE_DATABASE_H
#define GAVEL_STORE_DATABASE_H

#include <sqlite3.h>

#include "base/bytes.h"
#include "eth/u256.h"

struct database;

/* Of files that are made now, in bytes: half as many pages to write as of SQLite's own
 * 4,096, and a random row is still small work.  What is in a file does not depend on it. */
#define DATABASE_PAGE_SIZE 8192

#define DATABASE_ERROR_SIZE 320

struct database_schema {
	const char *name;  /* what it holds: "chain", "inbox"; a file of another name is refused */
	int version;       /* a file of another version is refused */
	const char *sql;   /* creates everything, in an empty file */
	const char *owner; /* what the file is bound to (config_owner()); a file of another
			    * owner is refused.  NULL: not bound */
};

/* Opens for writing, creating file and schema when there is none.  Holds the
 * file's lock `<path>.lock`, so that a second process is refused.  `path` NULL: in
 * memory, gone when it is closed.  False: `error` says why. */
bool database_open(struct database **out, const char *path, const struct database_schema *schema,
		   char error[DATABASE_ERROR_SIZE]);

/* Opens an existing one for reading. */
bool database_open_reader(struct database **out, const char *path,
			  const struct database_schema *schema, char error[DATABASE_ERROR_SIZE]);

void database_close(struct database *db);

/* The raw connection, for modules with statements of their own. */
sqlite3 *database_handle(struct database *db);

/* Do and undo.  A reader's begin takes a snapshot that end gives up. */
void database_begin(struct database *db);
void database_commit(struct database *db);
void database_rollback(struct database *db);
bool database_in_transaction(const struct database *db);

/* A statement that is prepared once and kept; `sql` is a string constant (its
 * address is the key).  Comes reset, with bindings cleared. */
sqlite3_stmt *database_statement(struct database *db, const char *sql);

/* For statements that put in many small rows, which costs a third less by so many rows
 * at once: "INSERT INTO t VALUES " DATABASE_ROWS_OF("(?, ?)"). */
#define DATABASE_ROWS 16
#define DATABASE_ROWS_OF(row)                                                                      \
	DATABASE_ROWS_4(row)                                                                       \
	"," DATABASE_ROWS_4(row) "," DATABASE_ROWS_4(row) "," DATABASE_ROWS_4(row)
#define DATABASE_ROWS_4(row) row "," row "," row "," row

/* Steps: true on a row, false when done. */
bool database_row(struct database *db, sqlite3_stmt *statement);
/* Steps a statement that gives no rows. */
void database_run(struct database *db, sqlite3_stmt *statement);

/* Bindings by 1-based index; bytes are not copied (they outlive the step). */
void database_bind_u64(sqlite3_stmt *statement, int index, uint64_t value); /* below 2^63 */
void database_bind_bytes(sqlite3_stmt *statement, int index, struct bytes value);
void database_bind_hash(sqlite3_stmt *statement, int index, const struct hash32 *hash);

/* Columns by 0-based index; views die with the next step. */
uint64_t database_u64(sqlite3_stmt *statement, int column);
struct bytes database_bytes(sqlite3_stmt *statement, int column);
/* False: not 32 bytes. */
bool database_hash(sqlite3_stmt *statement, int column, struct hash32 *hash);

/* Reports `what` with SQLite's words and stops the process.  For rows that can
 * not be (a corrupt file) as well. */
void database_fail(struct database *db, const char *what) __attribute__((noreturn));

#endif
