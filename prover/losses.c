#include "prover/losses.h"

#define LOSSES_SQL                                                                                 \
	"CREATE TABLE IF NOT EXISTS loss(game BLOB NOT NULL, what TEXT NOT NULL,"                  \
	"  block INTEGER NOT NULL, seen INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(game, what))"

void losses_open(struct database *db)
{
	database_run(db, database_statement(db, LOSSES_SQL));
}

bool losses_add(struct database *db, const struct address *game, const char *what, uint64_t block)
{
	sqlite3_stmt *s = database_statement(
	    db, "INSERT OR IGNORE INTO loss(game, what, block) VALUES (?, ?, ?)");

	database_bind_bytes(s, 1, bytes_of_address(game));
	sqlite3_bind_text(s, 2, what, -1, SQLITE_TRANSIENT);
	database_bind_u64(s, 3, block);
	database_run(db, s);
	return sqlite3_changes(database_handle(db)) > 0;
}

void losses_take_back(struct database *db, uint64_t block)
{
	sqlite3_stmt *s = database_statement(db, "DELETE FROM loss WHERE block > ?");

	database_bind_u64(s, 1, block);
	database_run(db, s);
}

uint64_t losses_unseen(struct database *db)
{
	sqlite3_stmt *s = database_statement(db, "SELECT count(*) FROM loss WHERE seen = 0");
	uint64_t count = database_row(db, s) ? database_u64(s, 0) : 0;

	sqlite3_reset(s);
	return count;
}

void losses_acknowledge(struct database *db)
{
	database_run(db, database_statement(db, "UPDATE loss SET seen = 1"));
}
