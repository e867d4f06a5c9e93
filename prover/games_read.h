/* games_read: what a dispute game's contract says of itself. */
#ifndef GAVEL_PROVER_GAMES_READ_H
#define GAVEL_PROVER_GAMES_READ_H

#include "net/l1_client.h"
#include "prover/dispute/game.h"

/* L1_BAD_ANSWER: there is something else at that address. */
enum l1_err games_read_rules(struct l1_client *client, const struct address *game,
			     struct game_rules *rules);

#endif
