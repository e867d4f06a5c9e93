/* own_games: the games of the proposer's own claims: resolves each when its clock is
 * over and all answers are resolved, takes the bond back, and moves the anchor to
 * the newest that won.  It answers nobody: that is the challenger's.
 *
 * They are found by the factory's list as it is final on L1, so that no reorg and no
 * loss of the database loses a bond.  Belongs to the proposer's thread. */
#ifndef GAVEL_SEQUENCER_OWN_GAMES_H
#define GAVEL_SEQUENCER_OWN_GAMES_H

#include "net/l1_account.h"
#include "store/database.h"

/* Part of the proposer's schema.  status: as in the contract; settled: nothing is
 * left to be done but to move the anchor; resolved, due: L1 time. */
#define OWN_GAMES_SQL                                                                              \
	"CREATE TABLE game(place INTEGER PRIMARY KEY, address BLOB NOT NULL,"                      \
	"  block INTEGER NOT NULL, due INTEGER NOT NULL, status INTEGER NOT NULL DEFAULT 0,"       \
	"  resolved INTEGER NOT NULL DEFAULT 0, settled INTEGER NOT NULL DEFAULT 0);"

struct own_games_config {
	struct database *db;
	const struct l1_account *account; /* outlives it */
	struct address factory;
	uint64_t interval; /* blocks that the anchor is moved by at least, see net/anchor.h */
};

struct own_games;

struct own_games *own_games_new(const struct own_games_config *config);
void own_games_free(struct own_games *games);

/* Reads what is left of the list, and once a minute of L1's time sees to the games;
 * `l1_time` is the newest block's.  Not while transactions are open: what they bring
 * about is waited for.  False: L1 did not say all; the list is not known to its end. */
bool own_games_tick(struct own_games *games, uint64_t l1_time);

/* The newest block of a game of ours; 0: there is none. */
uint64_t own_games_newest(struct own_games *games);

#endif
