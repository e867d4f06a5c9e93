/* statetest_expect: the names that the vectors give to refusals, and which of
 * ours they mean.  First the names of ethereum/execution-spec-tests, then the
 * older ones of ethereum/tests. */
#include <string.h>

#include "tests/conformance/statetest.h"

#define ERR(name)    (UINT64_C(1) << TX_##name)
#define DECODE(name) (UINT64_C(1) << TX_DECODE_##name)

/* Not a transaction at all. */
#define MALFORMED (DECODE(BAD_RLP) | DECODE(BAD_FIELD) | DECODE(EMPTY))
#define UNKNOWN   DECODE(UNKNOWN_TYPE)
#define SIGNATURE DECODE(BAD_SIGNATURE)

struct exception {
	const char *name;
	uint64_t refused; /* bits of enum tx_err */
	uint64_t decoded; /* bits of enum tx_decode_err */
};

static const struct exception exceptions[] = {
	{ "ADDRESS_TOO_LONG", 0, MALFORMED },
	{ "ADDRESS_TOO_SHORT", 0, MALFORMED },
	{ "EC_RECOVERY_FAIL", ERR(NO_SENDER), SIGNATURE },
	{ "GAS_ALLOWANCE_EXCEEDED", ERR(GAS_LIMIT_OVER_BLOCK), 0 },
	{ "GAS_LIMIT_EXCEEDS_MAXIMUM", ERR(GAS_LIMIT_OVER_CAP), 0 },
	{ "GASLIMIT_OVERFLOW", 0, MALFORMED },
	{ "GASLIMIT_PRICE_PRODUCT_OVERFLOW", ERR(INSUFFICIENT_FUNDS), MALFORMED },
	{ "GASPRICE_OVERFLOW", 0, MALFORMED },
	{ "INITCODE_SIZE_EXCEEDED", ERR(INITCODE_TOO_LARGE), 0 },
	{ "INSUFFICIENT_ACCOUNT_FUNDS", ERR(INSUFFICIENT_FUNDS), 0 },
	{ "INSUFFICIENT_MAX_FEE_PER_BLOB_GAS", ERR(BLOB_FEE_TOO_LOW), 0 },
	{ "INSUFFICIENT_MAX_FEE_PER_GAS", ERR(FEE_BELOW_BASE_FEE), 0 },
	{ "INTRINSIC_GAS_BELOW_FLOOR_GAS_COST", ERR(FLOOR_GAS) | ERR(INTRINSIC_GAS), 0 },
	/* Older files have no other name for the floor. */
	{ "INTRINSIC_GAS_TOO_LOW", ERR(INTRINSIC_GAS) | ERR(FLOOR_GAS), 0 },
	{ "INVALID_CHAINID", ERR(WRONG_CHAIN_ID), MALFORMED | SIGNATURE },
	{ "INVALID_SIGNATURE_VRS", ERR(NO_SENDER), SIGNATURE | MALFORMED },
	{ "NONCE_IS_MAX", ERR(NONCE_MAX), DECODE(BAD_FIELD) },
	{ "NONCE_MISMATCH_TOO_HIGH", ERR(NONCE_TOO_HIGH), 0 },
	{ "NONCE_MISMATCH_TOO_LOW", ERR(NONCE_TOO_LOW), 0 },
	{ "NONCE_OVERFLOW", ERR(NONCE_MAX), MALFORMED },
	{ "NONCE_TOO_BIG", ERR(NONCE_MAX), MALFORMED },
	{ "PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS", ERR(PRIORITY_OVER_MAX_FEE), 0 },
	{ "PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS_2", ERR(PRIORITY_OVER_MAX_FEE), 0 },
	{ "PRIORITY_OVERFLOW", 0, MALFORMED },
	{ "SENDER_NOT_EOA", ERR(SENDER_NOT_EOA), 0 },
	{ "TYPE_1_TX_PRE_FORK", ERR(TYPE_NOT_SUPPORTED), UNKNOWN },
	{ "TYPE_2_TX_PRE_FORK", ERR(TYPE_NOT_SUPPORTED), UNKNOWN },
	{ "TYPE_3_TX_BLOB_COUNT_EXCEEDED", ERR(BLOB_COUNT), 0 },
	{ "TYPE_3_TX_CONTRACT_CREATION", 0, MALFORMED },
	{ "TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH", ERR(BLOB_VERSION), 0 },
	{ "TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED", ERR(BLOB_COUNT), 0 },
	{ "TYPE_3_TX_PRE_FORK", ERR(TYPE_NOT_SUPPORTED), UNKNOWN },
	{ "TYPE_3_TX_WITH_FULL_BLOBS", 0, MALFORMED },
	{ "TYPE_3_TX_ZERO_BLOBS", ERR(BLOB_EMPTY), MALFORMED },
	{ "TYPE_3_TX_ZERO_BLOBS_PRE_FORK", ERR(TYPE_NOT_SUPPORTED), UNKNOWN },
	{ "TYPE_4_EMPTY_AUTHORIZATION_LIST", ERR(AUTHORIZATIONS_EMPTY), MALFORMED },
	{ "TYPE_4_INVALID_AUTHORITY_SIGNATURE", 0, MALFORMED | SIGNATURE },
	{ "TYPE_4_INVALID_AUTHORITY_SIGNATURE_S_TOO_HIGH", 0, MALFORMED | SIGNATURE },
	{ "TYPE_4_INVALID_AUTHORIZATION_FORMAT", 0, MALFORMED },
	{ "TYPE_4_TX_CONTRACT_CREATION", ERR(SET_CODE_CREATION), MALFORMED },
	{ "TYPE_4_TX_PRE_FORK", ERR(TYPE_NOT_SUPPORTED), UNKNOWN },
	{ "TYPE_NOT_SUPPORTED", ERR(TYPE_NOT_SUPPORTED), UNKNOWN | DECODE(EMPTY) },
	{ "VALUE_OVERFLOW", 0, MALFORMED },

	{ "SenderNotEOA", ERR(SENDER_NOT_EOA), 0 },
	{ "TR_BLOBCREATE", 0, MALFORMED },
	{ "TR_BLOBLIST_OVERSIZE", ERR(BLOB_COUNT), 0 },
	{ "TR_BLOBVERSION_INVALID", ERR(BLOB_VERSION), 0 },
	{ "TR_EMPTYBLOB", ERR(BLOB_EMPTY), MALFORMED },
	{ "TR_FeeCapLessThanBlocks", ERR(FEE_BELOW_BASE_FEE), 0 },
	{ "TR_GasLimitReached", ERR(GAS_LIMIT_OVER_BLOCK), 0 },
	{ "TR_InitCodeLimitExceeded", ERR(INITCODE_TOO_LARGE), 0 },
	{ "TR_IntrinsicGas", ERR(INTRINSIC_GAS) | ERR(FLOOR_GAS), 0 },
	{ "TR_NoFunds", ERR(INSUFFICIENT_FUNDS), 0 },
	{ "TR_NoFundsOrGas", ERR(INSUFFICIENT_FUNDS) | ERR(INTRINSIC_GAS), 0 },
	{ "TR_NoFundsX", ERR(INSUFFICIENT_FUNDS), 0 },
	{ "TR_NonceHasMaxValue", ERR(NONCE_MAX), 0 },
	{ "TR_NonceTooHigh", ERR(NONCE_TOO_HIGH), 0 },
	{ "TR_NonceTooLow", ERR(NONCE_TOO_LOW), 0 },
	{ "TR_RLP_WRONGVALUE", 0, MALFORMED },
	{ "TR_TipGtFeeCap", ERR(PRIORITY_OVER_MAX_FEE), 0 },
	{ "TR_TypeNotSupported", ERR(TYPE_NOT_SUPPORTED), UNKNOWN },
	{ "TR_TypeNotSupportedBlob", ERR(TYPE_NOT_SUPPORTED), UNKNOWN },
};

/* Every RLP_... is about bytes that are no transaction; some of the fields are
 * checked together with the signature. */
static const struct exception rlp_exception = { "RLP_", 0, MALFORMED | SIGNATURE | UNKNOWN };

static const struct exception *find(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++)
		if (strlen(exceptions[i].name) == len &&
		    strncmp(exceptions[i].name, name, len) == 0)
			return &exceptions[i];
	return strncmp(name, "RLP_", 4) == 0 ? &rlp_exception : NULL;
}

static bool fits(const char *name, size_t len, enum tx_decode_err decoded, enum tx_err refused)
{
	static const char prefix[] = "TransactionException.";
	const struct exception *exception;

	if (len > sizeof(prefix) && strncmp(name, prefix, sizeof(prefix) - 1) == 0) {
		name += sizeof(prefix) - 1;
		len -= sizeof(prefix) - 1;
	}
	exception = find(name, len);
	if (!exception) {
		fprintf(stderr, "note: no such exception is known: %.*s\n", (int)len, name);
		return true;
	}
	if (decoded != TX_DECODE_OK)
		return exception->decoded >> decoded & 1;
	return exception->refused >> refused & 1;
}

bool statetest_exception_fits(const char *exception, enum tx_decode_err decoded,
			      enum tx_err refused)
{
	for (;;) {
		size_t len = strcspn(exception, "|");

		if (fits(exception, len, decoded, refused))
			return true;
		if (!exception[len])
			return false;
		exception += len + 1;
	}
}
