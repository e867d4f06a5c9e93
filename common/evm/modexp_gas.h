/* modexp_gas: what MODEXP (EIP-198) costs, and how large it may be.  Core. */
#ifndef GAVEL_EVM_MODEXP_GAS_H
#define GAVEL_EVM_MODEXP_GAS_H

#include "base/bytes.h"
#include "evm/revision.h"

/* EIP-2565, from Osaka EIP-7883; UINT64_MAX when it is more than that. */
uint64_t modexp_gas(enum evm_revision revision, struct bytes input);

/* EIP-7823: no length is over 1024 bytes. */
bool modexp_within_bounds(struct bytes input);

#endif
