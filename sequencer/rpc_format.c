/* Sources of the field lists: go-ethereum internal/ethapi/api.go
 * (RPCMarshalHeader, RPCMarshalBlock, newRPCTransaction, marshalReceipt),
 * core/types/log.go; for deposits the same functions of op-geth. */
#include "sequencer/rpc_format.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "net/json_values.h"

void rpc_set(json_t *object, const char *name, json_t *value)
{
	json_object_set_new_nocheck(object, name, value);
}

static void set_u64(json_t *object, const char *name, uint64_t value)
{
	rpc_set(object, name, json_of_u64(value));
}

static void set_u256(json_t *object, const char *name, const struct u256 *value)
{
	rpc_set(object, name, json_of_u256(value));
}

static void set_hash(json_t *object, const char *name, const struct hash32 *value)
{
	rpc_set(object, name, json_of_hash(value));
}

static void set_address(json_t *object, const char *name, const struct address *value)
{
	rpc_set(object, name, json_of_address(value));
}

static void set_bytes(json_t *object, const char *name, struct bytes value)
{
	rpc_set(object, name, json_of_bytes(value));
}

static void set_null(json_t *object, const char *name)
{
	rpc_set(object, name, json_null());
}

/* ---- blocks ---- */

json_t *rpc_format_header(const struct stored_block *block)
{
	const struct header *h = &block->header;
	json_t *json = json_object();

	set_u64(json, "number", h->number);
	set_hash(json, "hash", &block->hash);
	set_hash(json, "parentHash", &h->parent_hash);
	set_bytes(json, "nonce", bytes_of(h->nonce, sizeof(h->nonce)));
	set_hash(json, "mixHash", &h->prev_randao);
	set_hash(json, "sha3Uncles", &h->ommers_hash);
	set_bytes(json, "logsBloom", bytes_of(h->logs_bloom.b, BLOOM_SIZE));
	set_hash(json, "stateRoot", &h->state_root);
	set_address(json, "miner", &h->coinbase);
	set_u256(json, "difficulty", &h->difficulty);
	set_bytes(json, "extraData", bytes_of(h->extra_data, h->extra_data_len));
	set_u64(json, "gasLimit", h->gas_limit);
	set_u64(json, "gasUsed", h->gas_used);
	set_u64(json, "timestamp", h->timestamp);
	set_hash(json, "transactionsRoot", &h->transactions_root);
	set_hash(json, "receiptsRoot", &h->receipts_root);
	set_u256(json, "baseFeePerGas", &h->base_fee);
	set_hash(json, "withdrawalsRoot", &h->withdrawals_root);
	set_u64(json, "blobGasUsed", h->blob_gas_used);
	set_u64(json, "excessBlobGas", h->excess_blob_gas);
	set_hash(json, "parentBeaconBlockRoot", &h->parent_beacon_block_root);
	set_hash(json, "requestsHash", &h->requests_hash);
	return json;
}

json_t *rpc_format_block(const struct stored_block *block, bool full)
{
	json_t *json = rpc_format_header(block);
	json_t *transactions = json_array();

	for (size_t i = 0; i < block->transaction_count; i++)
		json_array_append_new(transactions,
				      full ? rpc_format_transaction(block, i)
					   : json_of_hash(&block->transactions[i].tx.hash));
	set_u64(json, "size", block->size);
	rpc_set(json, "transactions", transactions);
	rpc_set(json, "uncles", json_array());
	rpc_set(json, "withdrawals", json_array());
	return json;
}

/* ---- transactions ---- */

static json_t *access_list_of(const struct transaction *tx)
{
	json_t *list = json_array();

	for (size_t i = 0; i < tx->access_list_count; i++) {
		const struct access_list_entry *entry = &tx->access_list[i];
		json_t *item = json_object(), *keys = json_array();

		for (size_t k = 0; k < entry->storage_key_count; k++)
			json_array_append_new(keys, json_of_hash(&entry->storage_keys[k]));
		set_address(item, "address", &entry->address);
		rpc_set(item, "storageKeys", keys);
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *authorization_list_of(const struct transaction *tx)
{
	json_t *list = json_array();

	for (size_t i = 0; i < tx->authorization_count; i++) {
		const struct authorization *authorization = &tx->authorizations[i];
		json_t *item = json_object();

		set_u256(item, "chainId", &authorization->chain_id);
		set_address(item, "address", &authorization->address);
		set_u64(item, "nonce", authorization->nonce);
		set_u64(item, "yParity", authorization->y_parity);
		set_u256(item, "r", &authorization->r);
		set_u256(item, "s", &authorization->s);
		json_array_append_new(list, item);
	}
	return list;
}

/* v of a legacy transaction: EIP-155 with a chain id, else 27 or 28. */
static struct u256 legacy_v(const struct transaction *tx)
{
	struct u256 v = u256_from_u64(tx->chain_id);
	struct u256 offset = u256_from_u64((tx->has_chain_id ? 35 : 27) + tx->y_parity);

	if (tx->has_chain_id)
		u256_add(&v, &v, &v);
	else
		v = U256_ZERO;
	u256_add(&v, &v, &offset);
	return v;
}

static void set_signature(json_t *json, const struct transaction *tx)
{
	struct u256 v = tx->type == TX_LEGACY
			    ? legacy_v(tx)
			    : u256_from_u64(tx->type == TX_DEPOSIT ? 0 : tx->y_parity);

	set_u256(json, "v", &v);
	set_u256(json, "r", &tx->r);
	set_u256(json, "s", &tx->s);
	if (tx->type != TX_LEGACY && tx->type != TX_DEPOSIT)
		set_u64(json, "yParity", tx->y_parity);
}

static void set_deposit(json_t *json, const struct transaction *tx)
{
	set_hash(json, "sourceHash", &tx->source_hash);
	if (!u256_is_zero(&tx->mint))
		set_u256(json, "mint", &tx->mint);
	rpc_set(json, "isSystemTx", json_boolean(tx->is_system));
}

/* What only some types have. */
static void set_typed_fields(json_t *json, const struct transaction *tx)
{
	switch (tx->type) {
	case TX_LEGACY:
		if (tx->has_chain_id)
			set_u64(json, "chainId", tx->chain_id);
		return;
	case TX_DEPOSIT:
		set_deposit(json, tx);
		return;
	case TX_SET_CODE:
		rpc_set(json, "authorizationList", authorization_list_of(tx));
		/* fallthrough */
	case TX_DYNAMIC_FEE:
	case TX_BLOB: /* there are none on this chain */
		set_u256(json, "maxFeePerGas", &tx->max_fee_per_gas);
		set_u256(json, "maxPriorityFeePerGas", &tx->max_priority_fee_per_gas);
		/* fallthrough */
	case TX_ACCESS_LIST:
		rpc_set(json, "accessList", access_list_of(tx));
		set_u64(json, "chainId", tx->chain_id);
		return;
	}
}

/* All but where it is, what it costs, and its nonce. */
static json_t *format_common(const struct transaction *tx)
{
	json_t *json = json_object();

	set_address(json, "from", &tx->from);
	set_u64(json, "gas", tx->gas_limit);
	set_hash(json, "hash", &tx->hash);
	set_bytes(json, "input", tx->data);
	if (tx->is_creation)
		set_null(json, "to");
	else
		set_address(json, "to", &tx->to);
	set_u256(json, "value", &tx->value);
	set_u64(json, "type", tx->type);
	set_typed_fields(json, tx);
	set_signature(json, tx);
	return json;
}

json_t *rpc_format_transaction(const struct stored_block *block, size_t index)
{
	const struct transaction *tx = &block->transactions[index].tx;
	const struct receipt *receipt = &block->transactions[index].receipt;
	json_t *json = format_common(tx);

	set_hash(json, "blockHash", &block->hash);
	set_u64(json, "blockNumber", block->header.number);
	set_u64(json, "transactionIndex", index);
	set_u256(json, "gasPrice", &receipt->effective_gas_price);
	set_u64(json, "nonce", tx->type == TX_DEPOSIT ? receipt->deposit_nonce : tx->nonce);
	if (tx->type == TX_DEPOSIT)
		set_u64(json, "depositReceiptVersion", 1);
	return json;
}

json_t *rpc_format_pending(const struct transaction *tx)
{
	json_t *json = format_common(tx);

	set_null(json, "blockHash");
	set_null(json, "blockNumber");
	set_null(json, "transactionIndex");
	set_u256(json, "gasPrice", &tx->max_fee_per_gas);
	set_u64(json, "nonce", tx->nonce);
	return json;
}

/* ---- receipts ---- */

json_t *rpc_format_log(const struct stored_block *block, size_t index, const struct log *log,
		       size_t log_index)
{
	json_t *json = json_object(), *topics = json_array();

	for (size_t i = 0; i < log->topic_count; i++)
		json_array_append_new(topics, json_of_hash(&log->topics[i]));
	set_address(json, "address", &log->address);
	rpc_set(json, "topics", topics);
	set_bytes(json, "data", log->data);
	set_u64(json, "blockNumber", block->header.number);
	set_hash(json, "transactionHash", &block->transactions[index].tx.hash);
	set_u64(json, "transactionIndex", index);
	set_hash(json, "blockHash", &block->hash);
	set_u64(json, "blockTimestamp", block->header.timestamp);
	set_u64(json, "logIndex", log_index);
	rpc_set(json, "removed", json_false());
	return json;
}

static json_t *logs_of(const struct stored_block *block, size_t index, size_t first_log)
{
	const struct receipt *receipt = &block->transactions[index].receipt;
	json_t *logs = json_array();

	for (size_t i = 0; i < receipt->log_count; i++)
		json_array_append_new(
		    logs, rpc_format_log(block, index, &receipt->logs[i], first_log + i));
	return logs;
}

/* op-geth's fields.  Data on L1 costs the sender nothing here. */
static void set_l1_fee(json_t *json)
{
	rpc_set(json, "l1GasPrice", json_string("0x0"));
	rpc_set(json, "l1GasUsed", json_string("0x0"));
	rpc_set(json, "l1Fee", json_string("0x0"));
	rpc_set(json, "l1FeeScalar", json_string("0"));
}

static bool has_contract(const struct receipt *receipt)
{
	static const struct address none;

	return !address_eq(&receipt->contract_address, &none);
}

json_t *rpc_format_receipt(const struct stored_block *block, size_t index, size_t first_log)
{
	const struct transaction *tx = &block->transactions[index].tx;
	const struct receipt *receipt = &block->transactions[index].receipt;
	json_t *json = json_object();

	set_hash(json, "blockHash", &block->hash);
	set_u64(json, "blockNumber", block->header.number);
	set_hash(json, "transactionHash", &tx->hash);
	set_u64(json, "transactionIndex", index);
	set_address(json, "from", &tx->from);
	if (tx->is_creation)
		set_null(json, "to");
	else
		set_address(json, "to", &tx->to);
	set_u64(json, "gasUsed", receipt->gas_used);
	set_u64(json, "cumulativeGasUsed", receipt->cumulative_gas_used);
	if (has_contract(receipt))
		set_address(json, "contractAddress", &receipt->contract_address);
	else
		set_null(json, "contractAddress");
	rpc_set(json, "logs", logs_of(block, index, first_log));
	set_bytes(json, "logsBloom", bytes_of(receipt->bloom.b, BLOOM_SIZE));
	set_u64(json, "type", tx->type);
	set_u256(json, "effectiveGasPrice", &receipt->effective_gas_price);
	set_u64(json, "status", receipt->success);
	set_l1_fee(json);
	if (tx->type == TX_DEPOSIT) {
		set_u64(json, "depositNonce", receipt->deposit_nonce);
		set_u64(json, "depositReceiptVersion", 1);
	}
	return json;
}

size_t rpc_format_first_log(const struct stored_block *block, size_t index)
{
	size_t count = 0;

	for (size_t i = 0; i < index; i++)
		count += block->transactions[i].receipt.log_count;
	return count;
}

/* ---- words ---- */

char *rpc_format_address(char out[RPC_ADDRESS_SIZE], const struct address *address)
{
	out[0] = '0';
	out[1] = 'x';
	hex_encode(out + 2, bytes_of_address(address));
	return out;
}
