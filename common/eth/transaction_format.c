#include "eth/transaction_format.h"

#define SIGNATURE TX_FIELD_Y_PARITY, TX_FIELD_R, TX_FIELD_S

/* Yellow paper 4.2. */
static const struct tx_format format_legacy = {
	.fields = { TX_FIELD_NONCE, TX_FIELD_GAS_PRICE, TX_FIELD_GAS_LIMIT, TX_FIELD_TO,
		    TX_FIELD_VALUE, TX_FIELD_DATA, TX_FIELD_V, TX_FIELD_R, TX_FIELD_S },
	.count = 9,
	.signed_count = 6,
};

/* EIP-2930. */
static const struct tx_format format_access_list = {
	.fields = { TX_FIELD_CHAIN_ID, TX_FIELD_NONCE, TX_FIELD_GAS_PRICE, TX_FIELD_GAS_LIMIT,
		    TX_FIELD_TO, TX_FIELD_VALUE, TX_FIELD_DATA, TX_FIELD_ACCESS_LIST, SIGNATURE },
	.count = 11,
	.signed_count = 8,
};

/* EIP-1559. */
static const struct tx_format format_dynamic_fee = {
	.fields = { TX_FIELD_CHAIN_ID, TX_FIELD_NONCE, TX_FIELD_PRIORITY_FEE, TX_FIELD_MAX_FEE,
		    TX_FIELD_GAS_LIMIT, TX_FIELD_TO, TX_FIELD_VALUE, TX_FIELD_DATA,
		    TX_FIELD_ACCESS_LIST, SIGNATURE },
	.count = 12,
	.signed_count = 9,
};

/* EIP-4844: "The field `to` [...] MUST NOT be nil". */
static const struct tx_format format_blob = {
	.fields = { TX_FIELD_CHAIN_ID, TX_FIELD_NONCE, TX_FIELD_PRIORITY_FEE, TX_FIELD_MAX_FEE,
		    TX_FIELD_GAS_LIMIT, TX_FIELD_CALLEE, TX_FIELD_VALUE, TX_FIELD_DATA,
		    TX_FIELD_ACCESS_LIST, TX_FIELD_BLOB_FEE, TX_FIELD_BLOB_HASHES, SIGNATURE },
	.count = 14,
	.signed_count = 11,
};

/* EIP-7702: "a null destination is not valid". */
static const struct tx_format format_set_code = {
	.fields = { TX_FIELD_CHAIN_ID, TX_FIELD_NONCE, TX_FIELD_PRIORITY_FEE, TX_FIELD_MAX_FEE,
		    TX_FIELD_GAS_LIMIT, TX_FIELD_CALLEE, TX_FIELD_VALUE, TX_FIELD_DATA,
		    TX_FIELD_ACCESS_LIST, TX_FIELD_AUTHORIZATIONS, SIGNATURE },
	.count = 13,
	.signed_count = 10,
};

/* OP Stack specification, "Deposits": not signed. */
static const struct tx_format format_deposit = {
	.fields = { TX_FIELD_SOURCE_HASH, TX_FIELD_FROM, TX_FIELD_TO, TX_FIELD_MINT, TX_FIELD_VALUE,
		    TX_FIELD_GAS_LIMIT, TX_FIELD_IS_SYSTEM, TX_FIELD_DATA },
	.count = 8,
	.signed_count = 8,
};

const struct tx_format *tx_format_of(enum tx_type type)
{
	switch (type) {
	case TX_LEGACY:
		return &format_legacy;
	case TX_ACCESS_LIST:
		return &format_access_list;
	case TX_DYNAMIC_FEE:
		return &format_dynamic_fee;
	case TX_BLOB:
		return &format_blob;
	case TX_SET_CODE:
		return &format_set_code;
	case TX_DEPOSIT:
		return &format_deposit;
	}
	return NULL;
}
