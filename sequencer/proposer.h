/* proposer: the thread that claims output roots on L1, with a bond.
 *
 * It claims blocks that are final on L1 only: such a block was derived again
 * from what L1 holds, and is the chain's, by chain_reconcile(); a root of our
 * own that L1 does not bear out is never posted. */
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
