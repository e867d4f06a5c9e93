/* authorizations: EIP-7702's list, before the message call.  Core. */
#ifndef GAVEL_EVM_AUTHORIZATIONS_H
#define GAVEL_EVM_AUTHORIZATIONS_H

#include "evm/execute.h"

/* Applies those that hold, in order; the others are skipped.  Warms the
 * authorities and counts the refunds. */
void authorizations_apply(struct evm *e, const struct transaction *tx);

#endif
