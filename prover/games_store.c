#include "prover/games_store.h"

/* Of rows with address and block. */
static void each_game(struct database *db, sqlite3_stmt *s, games_store_game *each, void *context)
{
	struct address address;

	while (database_row(db, s)) {
		struct bytes bytes = database_bytes(s, 0);

		if (bytes.len != sizeof(address.b))
			database_fail(db, "a game's address is none");
		memcpy(address.b, bytes.data, bytes.len);
		each(context, &address, database_u64(s, 1));
	}
	sqlite3_reset(s);
}

static bool has_row(struct database *db, sqlite3_stmt *s)
{
	bool found = database_row(db, s);

	sqlite3_reset(s);
	return found;
}

static void run_with_block(struct database *db, const char *sql, uint64_t block)
{
	sqlite3_stmt *s = database_statement(db, sql);

	database_bind_u64(s, 1, block);
	database_run(db, s);
}

/* False: there is such a row already. */
static bool insert(struct database *db, sqlite3_stmt *s)
{
	database_run(db, s);
	return sqlite3_changes(database_handle(db)) > 0;
}

/* ---- marks ---- */

bool games_store_newest_mark(struct database *db, struct mark *mark)
{
	sqlite3_stmt *s =
	    database_statement(db, "SELECT block, hash FROM mark ORDER BY block DESC LIMIT 1");
	bool found = database_row(db, s);

	if (found) {
		mark->block = database_u64(s, 0);
		if (!database_hash(s, 1, &mark->hash))
			database_fail(db, "a mark is none");
	}
	sqlite3_reset(s);
	return found;
}

uint64_t games_store_mark_before(struct database *db, uint64_t block)
{
	sqlite3_stmt *s =
	    database_statement(db, "SELECT ifnull(max(block), 0) FROM mark WHERE block < ?");
	uint64_t before;

	database_bind_u64(s, 1, block);
	before = database_row(db, s) ? database_u64(s, 0) : 0;
	sqlite3_reset(s);
	return before;
}

void games_store_add_mark(struct database *db, const struct l1_block *block)
{
	sqlite3_stmt *s = database_statement(db, "INSERT OR REPLACE INTO mark VALUES (?, ?)");

	database_bind_u64(s, 1, block->number);
	database_bind_hash(s, 2, &block->hash);
	database_run(db, s);
	if (block->number > MARK_BLOCKS)
		run_with_block(db, "DELETE FROM mark WHERE block < ?", block->number - MARK_BLOCKS);
}

/* ---- games and logs ---- */

bool games_store_add_game(struct database *db, const struct address *game, uint64_t block)
{
	sqlite3_stmt *s =
	    database_statement(db, "INSERT OR IGNORE INTO game(address, block) VALUES (?, ?)");

	database_bind_bytes(s, 1, bytes_of_address(game));
	database_bind_u64(s, 2, block);
	return insert(db, s);
}

bool games_store_add_log(struct database *db, const struct l1_log *log)
{
	sqlite3_stmt *s =
	    database_statement(db, "INSERT OR IGNORE INTO game_log VALUES (?, ?, ?, ?, ?)");

	database_bind_u64(s, 1, log->block_number);
	database_bind_u64(s, 2, log->log_index);
	database_bind_bytes(s, 3, bytes_of_address(&log->address));
	database_bind_bytes(s, 4, bytes_of(log->topics, 32 * log->topic_count));
	database_bind_bytes(s, 5, log->data);
	return insert(db, s);
}

bool games_store_has_game(struct database *db, const struct address *game)
{
	sqlite3_stmt *s = database_statement(db, "SELECT 1 FROM game WHERE address = ?");

	database_bind_bytes(s, 1, bytes_of_address(game));
	return has_row(db, s);
}

bool games_store_has_log(struct database *db, const struct l1_log *log)
{
	sqlite3_stmt *s =
	    database_statement(db, "SELECT 1 FROM game_log WHERE block = ? AND log = ?");

	database_bind_u64(s, 1, log->block_number);
	database_bind_u64(s, 2, log->log_index);
	return has_row(db, s);
}

bool games_store_has_log_after(struct database *db, const struct address *game, uint64_t block)
{
	sqlite3_stmt *s = database_statement(
	    db, "SELECT 1 FROM game_log WHERE address = ? AND block > ? LIMIT 1");

	database_bind_bytes(s, 1, bytes_of_address(game));
	database_bind_u64(s, 2, block);
	return has_row(db, s);
}

void games_store_each_open(struct database *db, games_store_game *each, void *context)
{
	each_game(db,
		  database_statement(db, "SELECT address, block FROM game WHERE finished = 0"
					 " ORDER BY block"),
		  each, context);
}

void games_store_reopen(struct database *db, uint64_t block, games_store_game *each, void *context)
{
	sqlite3_stmt *s = database_statement(
	    db, "SELECT address, block FROM game WHERE finished = 1 AND block <= ?1 AND"
		" address IN (SELECT address FROM game_log WHERE block > ?1)");

	database_bind_u64(s, 1, block);
	each_game(db, s, each, context);
	run_with_block(db,
		       "UPDATE game SET finished = 0, report = NULL WHERE finished = 1 AND"
		       " address IN (SELECT address FROM game_log WHERE block > ?)",
		       block);
}

void games_store_each_log(struct database *db, const struct address *game,
			  bool (*each)(void *context, const struct l1_log *log), void *context)
{
	sqlite3_stmt *s =
	    database_statement(db, "SELECT block, log, topics, data FROM game_log WHERE address = ?"
				   " ORDER BY block, log");
	struct l1_log log = { .address = *game };
	bool more = true;

	database_bind_bytes(s, 1, bytes_of_address(game));
	while (more && database_row(db, s)) {
		struct bytes topics = database_bytes(s, 2);

		if (topics.len > sizeof(log.topics) || topics.len % 32 != 0)
			database_fail(db, "a log's topics are none");
		if (topics.len > 0)
			memcpy(log.topics, topics.data, topics.len);
		log.topic_count = topics.len / 32;
		log.data = database_bytes(s, 3);
		log.block_number = database_u64(s, 0);
		log.log_index = database_u64(s, 1);
		more = each(context, &log);
	}
	sqlite3_reset(s);
}

void games_store_take_back(struct database *db, uint64_t block)
{
	run_with_block(db, "DELETE FROM mark WHERE block > ?", block);
	run_with_block(db, "DELETE FROM game WHERE block > ?", block);
	run_with_block(db, "DELETE FROM game_log WHERE block > ?", block);
}

/* ---- finished games ---- */

void games_store_finish(struct database *db, const struct address *game, const char *report)
{
	sqlite3_stmt *s =
	    database_statement(db, "UPDATE game SET finished = 1, report = ? WHERE address = ?");

	sqlite3_bind_text(s, 1, report, -1, SQLITE_TRANSIENT);
	database_bind_bytes(s, 2, bytes_of_address(game));
	database_run(db, s);
}

void games_store_finished(struct database *db, size_t most,
			  void (*each)(void *context, const char *report), void *context)
{
	sqlite3_stmt *s = database_statement(
	    db, "SELECT report FROM game WHERE finished = 1 ORDER BY block DESC LIMIT ?");

	database_bind_u64(s, 1, most);
	while (database_row(db, s)) {
		const unsigned char *report = sqlite3_column_text(s, 0);

		if (report)
			each(context, (const char *)report);
	}
	sqlite3_reset(s);
}
