#include "evm/transaction_rules.h"

#include "evm/intrinsic_gas.h"

/* EIP-7825. */
#define GAS_LIMIT_CAP ((uint64_t)1 << 24)

/* EIP-4844: the first byte of a blob's versioned hash. */
#define BLOB_HASH_VERSION_KZG 1

/* What one transaction may bring: EIP-4844; EIP-7691; EIP-7594. */
static const size_t max_blobs[] = {
	[EVM_CANCUN] = 6,
	[EVM_PRAGUE] = 9,
	[EVM_OSAKA] = 6,
};

enum tx_err tx_rule_type(const struct block_context *block, const struct transaction *tx)
{
	if (tx->type == TX_SET_CODE && block->revision < EVM_PRAGUE)
		return TX_TYPE_NOT_SUPPORTED;
	return TX_OK;
}

enum tx_err tx_rule_chain_id(const struct block_context *block, const struct transaction *tx)
{
	return tx->has_chain_id && tx->chain_id != block->chain_id ? TX_WRONG_CHAIN_ID : TX_OK;
}

/* EIP-2681: "nonce to be strictly less than 2^64-1" */
enum tx_err tx_rule_nonce_max(const struct block_context *block, const struct transaction *tx)
{
	(void)block;
	return tx->nonce == UINT64_MAX ? TX_NONCE_MAX : TX_OK;
}

enum tx_err tx_rule_gas_cap(const struct block_context *block, const struct transaction *tx)
{
	if (block->revision >= EVM_OSAKA && tx->gas_limit > GAS_LIMIT_CAP)
		return TX_GAS_LIMIT_OVER_CAP;
	return TX_OK;
}

enum tx_err tx_rule_priority_fee(const struct block_context *block, const struct transaction *tx)
{
	(void)block;
	return u256_lt(&tx->max_fee_per_gas, &tx->max_priority_fee_per_gas)
		   ? TX_PRIORITY_OVER_MAX_FEE
		   : TX_OK;
}

enum tx_err tx_rule_blobs(const struct block_context *block, const struct transaction *tx)
{
	if (tx->type != TX_BLOB)
		return TX_OK;
	if (tx->blob_hash_count == 0)
		return TX_BLOB_EMPTY;
	if (tx->blob_hash_count > max_blobs[block->revision])
		return TX_BLOB_COUNT;
	for (size_t i = 0; i < tx->blob_hash_count; i++)
		if (tx->blob_hashes[i].b[0] != BLOB_HASH_VERSION_KZG)
			return TX_BLOB_VERSION;
	return TX_OK;
}

enum tx_err tx_rule_authorizations(const struct block_context *block, const struct transaction *tx)
{
	(void)block;
	if (tx->type != TX_SET_CODE)
		return TX_OK;
	if (tx->is_creation)
		return TX_SET_CODE_CREATION;
	return tx->authorization_count == 0 ? TX_AUTHORIZATIONS_EMPTY : TX_OK;
}

uint64_t tx_least_gas(const struct block_context *block, const struct transaction *tx)
{
	return block->revision >= EVM_PRAGUE ? tx_floor_gas(tx) : 0;
}

enum tx_err tx_rule_intrinsic_gas(const struct block_context *block, const struct transaction *tx)
{
	if (tx->gas_limit < tx_intrinsic_gas(tx))
		return TX_INTRINSIC_GAS;
	if (tx->gas_limit < tx_least_gas(block, tx))
		return TX_FLOOR_GAS;
	return TX_OK;
}

enum tx_err tx_rule_initcode(const struct block_context *block, const struct transaction *tx)
{
	(void)block;
	return tx->is_creation && tx->data.len > EVM_MAX_INITCODE_SIZE ? TX_INITCODE_TOO_LARGE
								       : TX_OK;
}

enum tx_err tx_check_static(const struct block_context *block, const struct transaction *tx)
{
	static tx_rule *const rules[] = {
		tx_rule_type,           tx_rule_chain_id,      tx_rule_nonce_max,
		tx_rule_gas_cap,        tx_rule_priority_fee,  tx_rule_blobs,
		tx_rule_authorizations, tx_rule_intrinsic_gas, tx_rule_initcode,
	};
	enum tx_err err = TX_OK;

	if (tx->type == TX_DEPOSIT)
		return TX_OK;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && err == TX_OK; i++)
		err = rules[i](block, tx);
	return err;
}

/* From geth's core/error.go and core/txpool, where wallets know them from. */
const char *tx_err_text(enum tx_err err)
{
	switch (err) {
	case TX_OK:
		return "valid";
	case TX_NO_SENDER:
		return "invalid sender";
	case TX_WRONG_CHAIN_ID:
		return "invalid chain id for signer";
	case TX_TYPE_NOT_SUPPORTED:
		return "transaction type not supported";
	case TX_BLOB_REFUSED:
		return "transaction type not supported: no blobs on this chain";
	case TX_NONCE_TOO_LOW:
		return "nonce too low";
	case TX_NONCE_TOO_HIGH:
		return "nonce too high";
	case TX_NONCE_MAX:
		return "nonce has max value";
	case TX_SENDER_NOT_EOA:
		return "sender not an eoa";
	case TX_GAS_LIMIT_OVER_BLOCK:
		return "exceeds block gas limit";
	case TX_GAS_LIMIT_OVER_CAP:
		return "transaction gas limit too high";
	case TX_FEE_BELOW_BASE_FEE:
		return "max fee per gas less than block base fee";
	case TX_PRIORITY_OVER_MAX_FEE:
		return "max priority fee per gas higher than max fee per gas";
	case TX_INSUFFICIENT_FUNDS:
		return "insufficient funds for gas * price + value";
	case TX_INTRINSIC_GAS:
		return "intrinsic gas too low";
	case TX_FLOOR_GAS:
		return "insufficient gas for floor data gas cost";
	case TX_INITCODE_TOO_LARGE:
		return "max initcode size exceeded";
	case TX_BLOB_EMPTY:
		return "blob transaction missing blob hashes";
	case TX_BLOB_COUNT:
		return "blob transaction has too many blobs";
	case TX_BLOB_VERSION:
		return "blob transaction has an invalid hash version";
	case TX_BLOB_FEE_TOO_LOW:
		return "max fee per blob gas less than block blob gas fee";
	case TX_AUTHORIZATIONS_EMPTY:
		return "EIP-7702 transaction with empty auth list";
	case TX_SET_CODE_CREATION:
		return "EIP-7702 transaction cannot be used to create contract";
	}
	return "invalid transaction";
}
