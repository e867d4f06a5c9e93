/* transaction_rules: what makes a transaction invalid whatever the state.
 * Each rule is here once; tx_check_static() asks them all, tx_execute() asks
 * them among those that need the state, in geth's order.  Core. */
#ifndef GAVEL_EVM_TRANSACTION_RULES_H
#define GAVEL_EVM_TRANSACTION_RULES_H

#include "evm/execute.h"

/* EIP-4844. */
#define GAS_PER_BLOB ((uint64_t)131072)

/* EIP-7623's floor; 0 before Prague. */
uint64_t tx_least_gas(const struct block_context *block, const struct transaction *tx);

typedef enum tx_err tx_rule(const struct block_context *block, const struct transaction *tx);

tx_rule tx_rule_type;
tx_rule tx_rule_chain_id;
tx_rule tx_rule_nonce_max;
tx_rule tx_rule_gas_cap;
tx_rule tx_rule_priority_fee;
tx_rule tx_rule_blobs;
tx_rule tx_rule_authorizations;
tx_rule tx_rule_intrinsic_gas;
tx_rule tx_rule_initcode;

#endif
