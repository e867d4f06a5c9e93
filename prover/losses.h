/* losses: what must not happen in a dispute, and did: a wrong claim has won, a right
 * one has lost, or a bond of ours is gone.  They are kept in dispute.db, whatever is
 * restarted, until somebody says that they were seen. */
#ifndef GAVEL_PROVER_LOSSES_H
#define GAVEL_PROVER_LOSSES_H

#include "base/bytes.h"
#include "store/database.h"

/* Makes room for them in `db`, where there is none. */
void losses_open(struct database *db);

/* `block`: of L1, by which it is known.  False: it was known before. */
bool losses_add(struct database *db, const struct address *game, const char *what, uint64_t block);
/* L1 was reorganised behind `block`; within the caller's transaction. */
void losses_take_back(struct database *db, uint64_t block);

uint64_t losses_unseen(struct database *db);
/* Those that there are by now were seen. */
void losses_acknowledge(struct database *db);

#endif
