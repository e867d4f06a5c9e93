/* moves: gets a player's moves onto L1, each once, as long as there are funds.
 *
 * The L1 transaction manager does the work; here is decided what it gets, and why
 * a move is tried once more.  Belongs to one thread. */
#ifndef GAVEL_PROVER_MOVES_H
#define GAVEL_PROVER_MOVES_H

#include "net/l1_transactions.h"
#include "prover/dispute/play.h"
#include "store/database.h"

/* Its part of the database's schema. */
#define MOVES_SQL                                                                                  \
	"CREATE TABLE move(key TEXT PRIMARY KEY, game BLOB NOT NULL, kind INTEGER NOT NULL,"       \
	"  claim BLOB NOT NULL, state INTEGER NOT NULL, value TEXT NOT NULL,"                      \
	"  gas INTEGER NOT NULL, deadline INTEGER NOT NULL, made INTEGER NOT NULL,"                \
	"  is_done INTEGER NOT NULL DEFAULT 0);"                                                   \
	"CREATE INDEX move_game ON move(game, made);"                                              \
	"CREATE INDEX move_open ON move(is_done) WHERE is_done = 0;"

struct moves;

/* `l1` outlives it. */
struct moves *moves_new(struct database *db, struct l1_client *client, struct l1_transactions *l1,
			const struct address *from);
void moves_free(struct moves *m);

/* Before the moves of a round: how much there is to spend, besides what earlier moves
 * may still take.  Attacks that L1 has not taken before their deadline are not wanted
 * any more.  False: L1 does not say. */
bool moves_begin(struct moves *m, const struct l1_block *head);

/* Whether a move of this round waits for funds. */
bool moves_lack_funds(const struct moves *m);

enum moves_sent {
	MOVES_SENT,
	MOVES_ON_THE_WAY, /* already, or made, or tried again later */
	MOVES_NO_FUNDS,   /* logged */
};
enum moves_sent moves_send(struct moves *m, const struct game *g, const struct play_move *move);

/* Sends, bumps, and logs what became of moves. */
void moves_tick(struct moves *m);

/* What was done in a game, oldest first: an array of objects.  `*gas` of all that
 * is mined. */
json_t *moves_report(struct moves *m, const struct address *game, uint64_t *gas);

#endif
