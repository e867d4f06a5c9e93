/* games_store: the rows that games.c keeps of L1: games, their logs, and marks: blocks
 * up to which all is read, by number and hash.  Every change is part of the caller's
 * transaction; a database that can't be used ends the process (database_fail()). */
#ifndef GAVEL_PROVER_GAMES_STORE_H
#define GAVEL_PROVER_GAMES_STORE_H

#include "net/l1_client.h"
#include "store/database.h"

#define GAMES_SQL                                                                                  \
	"CREATE TABLE mark(block INTEGER PRIMARY KEY, hash BLOB NOT NULL);"                        \
	"CREATE TABLE game(address BLOB PRIMARY KEY, block INTEGER NOT NULL,"                      \
	"  finished INTEGER NOT NULL DEFAULT 0, report TEXT);"                                     \
	"CREATE TABLE game_log(block INTEGER NOT NULL, log INTEGER NOT NULL,"                      \
	"  address BLOB NOT NULL, topics BLOB NOT NULL, data BLOB NOT NULL,"                       \
	"  PRIMARY KEY(block, log));"                                                              \
	"CREATE INDEX game_log_address ON game_log(address, block, log);"

/* Marks of that many blocks are kept: so far back a reorg is noticed where it began;
 * from further back everything is read again. */
#define MARK_BLOCKS 4096

struct mark {
	uint64_t block;
	struct hash32 hash;
};

/* False: there is none. */
bool games_store_newest_mark(struct database *db, struct mark *mark);
/* The newest one before `block`, or 0. */
uint64_t games_store_mark_before(struct database *db, uint64_t block);
void games_store_add_mark(struct database *db, const struct l1_block *block);

/* False: it was created before, or another log is in its place; nothing changes. */
bool games_store_add_game(struct database *db, const struct address *game, uint64_t block);
bool games_store_add_log(struct database *db, const struct l1_log *log);

bool games_store_has_game(struct database *db, const struct address *game);
bool games_store_has_log(struct database *db, const struct l1_log *log);
bool games_store_has_log_after(struct database *db, const struct address *game, uint64_t block);

typedef void games_store_game(void *context, const struct address *game, uint64_t block);
/* Games that are not finished, by block. */
void games_store_each_open(struct database *db, games_store_game *each, void *context);
/* Finished games of which something comes after `block` are finished no more: these. */
void games_store_reopen(struct database *db, uint64_t block, games_store_game *each, void *context);

/* The logs of a game, in order, until one is not wanted (false).  They are valid during
 * the call; of a log, all but the transaction and the block's hash is there. */
void games_store_each_log(struct database *db, const struct address *game,
			  bool (*each)(void *context, const struct l1_log *log), void *context);

/* All marks, games and logs after `block` go. */
void games_store_take_back(struct database *db, uint64_t block);

void games_store_finish(struct database *db, const struct address *game, const char *report);
/* The reports of finished games, newest first. */
void games_store_finished(struct database *db, size_t most,
			  void (*each)(void *context, const char *report), void *context);

#endif
