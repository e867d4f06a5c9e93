/* transaction_format: which fields each type of transaction has, in order.
 * Decoding, encoding and the signed message all follow this one table.
 * Inside of common/eth only.  Core. */
#ifndef GAVEL_ETH_TRANSACTION_FORMAT_H
#define GAVEL_ETH_TRANSACTION_FORMAT_H

#include "eth/rlp.h"
#include "eth/transaction.h"

enum tx_field {
	TX_FIELD_CHAIN_ID,
	TX_FIELD_NONCE,
	TX_FIELD_GAS_PRICE, /* both fees at once */
	TX_FIELD_PRIORITY_FEE,
	TX_FIELD_MAX_FEE,
	TX_FIELD_GAS_LIMIT,
	TX_FIELD_TO,
	TX_FIELD_CALLEE, /* a `to` that must be there */
	TX_FIELD_VALUE,
	TX_FIELD_DATA,
	TX_FIELD_ACCESS_LIST,
	TX_FIELD_BLOB_FEE,
	TX_FIELD_BLOB_HASHES,
	TX_FIELD_AUTHORIZATIONS,
	TX_FIELD_V, /* parity and chain id in one (EIP-155) */
	TX_FIELD_Y_PARITY,
	TX_FIELD_R,
	TX_FIELD_S,
	TX_FIELD_SOURCE_HASH,
	TX_FIELD_FROM,
	TX_FIELD_MINT,
	TX_FIELD_IS_SYSTEM,
};

#define TX_FIELDS_MAX 14

struct tx_format {
	enum tx_field fields[TX_FIELDS_MAX];
	size_t count;
	size_t signed_count; /* the first of them, which the signature covers */
};

/* NULL: no such type. */
const struct tx_format *tx_format_of(enum tx_type type);

/* Appends the first `count` fields of its format. */
void tx_write_fields(struct rlp_writer *w, const struct transaction *tx, size_t count);

/* [chain_id, address, nonce] of EIP-7702's message, which also begin the tuple. */
void authorization_write_message(struct rlp_writer *w, const struct authorization *auth);

/* r and s from 1 to n - 1, and s <= n / 2 (EIP-2). */
bool tx_signature_is_in_range(const struct u256 *r, const struct u256 *s);

#endif
