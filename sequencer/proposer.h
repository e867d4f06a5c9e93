/* proposer: the thread that claims output roots on L1, each with a bond, and takes
 * the bonds back (own_games.h).
 *
 * It claims blocks that are final on L1 only: the newest, or the last that a game can
 * reach from the anchor, when so many blocks are new as the options say.  Before it
 * claims a block, it executes it again with what the inbox holds for it
 * (store/chain_check.h): what chain.db says without L1 bearing it out is not
 * posted. */
#ifndef GAVEL_SEQUENCER_PROPOSER_H
#define GAVEL_SEQUENCER_PROPOSER_H

#include "sequencer/sequencer.h"

struct proposer;

/* Opens propose.db and loads the key.  `*out` NULL: the options do not ask for
 * claims. */
bool proposer_open(struct proposer **out, struct sequencer *s, char error[DATABASE_ERROR_SIZE]);
/* Reads the factory's parameters from L1, checks the funds, and starts the
 * thread.  NULL is fine for the following. */
bool proposer_start(struct proposer *proposer, char error[DATABASE_ERROR_SIZE]);
void proposer_stop(struct proposer *proposer);
void proposer_close(struct proposer *proposer);

#endif
