/* funds: what a dispute takes, known before there is one. */
#ifndef GAVEL_PROVER_FUNDS_H
#define GAVEL_PROVER_FUNDS_H

#include "net/l1_client.h"
#include "store/database.h"

/* Says in the log what playing one dispute to its end takes in bonds, and whether
 * `self` has that; NULL: only that the factory is one.  False: it can't be read;
 * `error` says why. */
bool funds_check(struct l1_client *client, const struct address *factory,
		 const struct address *self, char error[DATABASE_ERROR_SIZE]);

#endif
