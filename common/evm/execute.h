/* execute: one transaction on a state, with everything around the message
 * call: validity, purchase of gas, nonce, authorizations, access list, refund,
 * fees.  Core. */
#ifndef GAVEL_EVM_EXECUTE_H
#define GAVEL_EVM_EXECUTE_H

#include "eth/receipt.h"
#include "eth/transaction.h"
#include "evm/evm.h"

/* Why a transaction is not valid in the state it meets.  It then leaves no
 * trace.  The comment says what it means for who holds it. */
enum tx_err {
	TX_OK,
	TX_NO_SENDER,             /* never: not recovered */
	TX_WRONG_CHAIN_ID,        /* never */
	TX_TYPE_NOT_SUPPORTED,    /* never, at this revision */
	TX_BLOB_REFUSED,          /* never: DESIGN.md section 4 */
	TX_NONCE_TOO_LOW,         /* never */
	TX_NONCE_TOO_HIGH,        /* later, perhaps */
	TX_NONCE_MAX,             /* never: EIP-2681 */
	TX_SENDER_NOT_EOA,        /* EIP-3607; an EIP-7702 delegation is fine */
	TX_GAS_LIMIT_OVER_BLOCK,  /* does not fit what the block has left */
	TX_GAS_LIMIT_OVER_CAP,    /* never: EIP-7825, 2^24 from Osaka */
	TX_FEE_BELOW_BASE_FEE,    /* later, perhaps */
	TX_PRIORITY_OVER_MAX_FEE, /* never */
	TX_INSUFFICIENT_FUNDS,    /* gas * price + value; later, perhaps */
	TX_INTRINSIC_GAS,         /* never: gas limit below the intrinsic gas */
	TX_FLOOR_GAS,             /* never: EIP-7623 */
	TX_INITCODE_TOO_LARGE,    /* never: EIP-3860 */
	TX_BLOB_EMPTY,            /* never: a type 3 without blobs */
	TX_BLOB_COUNT,            /* never: too many */
	TX_BLOB_VERSION,          /* never: hash version not 1 */
	TX_BLOB_FEE_TOO_LOW,      /* later, perhaps */
	TX_AUTHORIZATIONS_EMPTY,  /* never: EIP-7702 */
	TX_SET_CODE_CREATION,     /* never: EIP-7702 */
};

/* geth's words where it has them: "nonce too low", "insufficient funds for
 * gas * price + value", "intrinsic gas too low", ... */
const char *tx_err_text(enum tx_err err);

/* Checks that do without the state: what can never become valid. */
enum tx_err tx_check_static(const struct block_context *block, const struct transaction *tx);

struct tx_result {
	enum evm_status status; /* of the message call */
	bool success;
	uint64_t gas_used;
	uint64_t gas_refunded;
	struct bytes output; /* return or revert data, until the evm's next run */
	struct address
	    created; /* zero unless a creation succeeded... or failed: set for all creations */
	const struct log *logs; /* live as long as the state */
	size_t log_count;
	struct u256 effective_gas_price; /* wei */
	uint64_t sender_nonce;           /* before */
};

/* What eth_call and eth_estimateGas leave out. */
enum tx_execute_mode {
	TX_EXECUTE,  /* consensus: everything is checked */
	TX_SIMULATE, /* no nonce, EOA, EIP-7825 or base fee check; gas is bought only
		      * where a price is given */
};

/* Executes `tx` (its `from` is set) within state_begin_transaction() and
 * state_end_transaction(), which it calls.  `gas_available` is what the block
 * has left.  When not TX_OK, the state is unchanged and `*result` undefined.
 * A deposit (0x7E) is never invalid, except when its gas limit is over
 * `gas_available`: then TX_GAS_LIMIT_OVER_BLOCK. */
enum tx_err tx_execute(struct evm *e, const struct transaction *tx, uint64_t gas_available,
		       enum tx_execute_mode mode, struct tx_result *result);

/* A system call (EIP-2935 and the like): from 0xffff...fffe, 30M gas that
 * count nowhere, no fee, in a transaction scope of its own.  Without code at
 * `to` nothing happens. */
void evm_system_call(struct evm *e, const struct address *to, struct bytes input);

#endif
