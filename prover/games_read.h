/* games_read: what a dispute game's contract says of itself. */
#ifndef GAVEL_PROVER_GAMES_READ_H
#define GAVEL_PROVER_GAMES_READ_H

#include "net/l1_client.h"
#include "prover/dispute/game.h"

/* L1_BAD_ANSWER: there is something else at that address.  `inbox`: the contract that
 * the game's horizon is about. */
enum l1_err games_read_rules(struct l1_client *client, const struct address *game,
			     const struct address *inbox, struct game_rules *rules);

/* The link of a horizon, as game_rules has it. */
enum l1_err games_read_link(struct l1_client *client, const struct address *inbox, uint64_t horizon,
			    struct hash32 *link);

#endif
