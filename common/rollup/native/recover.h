/* recover: the senders of many transactions at once, on all processors: most of
 * what a block costs to execute.  Native. */
#ifndef GAVEL_ROLLUP_NATIVE_RECOVER_H
#define GAVEL_ROLLUP_NATIVE_RECOVER_H

#include "eth/transaction.h"

/* Copies the list into `a`, with the senders set where a key fits (has_from). */
const struct transaction *transactions_recover(struct arena *a, const struct transaction *list,
					       size_t count);

#endif
