/* intrinsic_gas: what a transaction costs before a single instruction runs.
 * Core. */
#ifndef GAVEL_EVM_INTRINSIC_GAS_H
#define GAVEL_EVM_INTRINSIC_GAS_H

#include "eth/transaction.h"

/* Yellow paper 6.2, EIP-2028, 2930, 3860 and 7702; UINT64_MAX if it were more. */
uint64_t tx_intrinsic_gas(const struct transaction *tx);

/* EIP-7623: the least that a transaction pays from Prague on, whatever it
 * does; its gas limit must reach both this and the intrinsic gas. */
uint64_t tx_floor_gas(const struct transaction *tx);

#endif
