/* geth: internal/ethapi/transaction_args.go (TransactionArgs, CallDefaults). */
#include "sequencer/rpc_arguments.h"

#include <inttypes.h>
#include <string.h>

#include "net/json_values.h"
#include "sequencer/rpc_format.h"

/* ---- lists ---- */

static bool read_storage_keys(struct access_list_entry *entry, struct arena *a, const json_t *json)
{
	struct hash32 *keys;

	if (!json || json_is_null(json))
		return true;
	if (!json_is_array(json))
		return false;
	keys = ARENA_ARRAY(a, struct hash32, json_array_size(json));
	for (size_t i = 0; i < json_array_size(json); i++)
		if (!json_to_hash(&keys[i], json_array_get(json, i)))
			return false;
	entry->storage_keys = keys;
	entry->storage_key_count = json_array_size(json);
	return true;
}

static bool read_access_list(struct transaction *tx, struct rpc_call *call, struct arena *a)
{
	const json_t *list = json_object_get(rpc_param(call, 0), "accessList");
	struct access_list_entry *entries;

	if (!list || json_is_null(list))
		return true;
	if (!json_is_array(list))
		return rpc_param_refuse(call, 0, "non-array in field accessList");
	entries = ARENA_ARRAY(a, struct access_list_entry, json_array_size(list));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);

		if (!json_to_address(&entries[i].address, json_object_get(item, "address")) ||
		    !read_storage_keys(&entries[i], a, json_object_get(item, "storageKeys")))
			return rpc_param_refuse(call, 0, "invalid entry %zu in field accessList",
						i);
	}
	tx->access_list = entries;
	tx->access_list_count = json_array_size(list);
	return true;
}

static bool read_authorization(struct authorization *out, const json_t *json)
{
	uint64_t y_parity;

	if (!json_to_u256(&out->chain_id, json_object_get(json, "chainId")) ||
	    !json_to_address(&out->address, json_object_get(json, "address")) ||
	    !json_to_u64(&out->nonce, json_object_get(json, "nonce")) ||
	    !json_to_u64(&y_parity, json_object_get(json, "yParity")) || y_parity > 255 ||
	    !json_to_u256(&out->r, json_object_get(json, "r")) ||
	    !json_to_u256(&out->s, json_object_get(json, "s")))
		return false;
	out->y_parity = (uint8_t)y_parity;
	return true;
}

static bool read_authorizations(struct transaction *tx, struct rpc_call *call, struct arena *a)
{
	const json_t *list = json_object_get(rpc_param(call, 0), "authorizationList");
	struct authorization *authorizations;

	if (!list || json_is_null(list))
		return true;
	if (!json_is_array(list))
		return rpc_param_refuse(call, 0, "non-array in field authorizationList");
	authorizations = ARENA_ARRAY(a, struct authorization, json_array_size(list));
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!read_authorization(&authorizations[i], json_array_get(list, i)))
			return rpc_param_refuse(call, 0,
						"invalid entry %zu in field authorizationList", i);
	tx->type = TX_SET_CODE;
	tx->authorizations = authorizations;
	tx->authorization_count = json_array_size(list);
	return true;
}

/* ---- the rest ---- */

static bool read_fees(struct transaction *tx, struct rpc_call *call)
{
	struct u256 price;
	bool has_price, has_max, has_tip;

	if (!rpc_member_u256(call, 0, "gasPrice", &price, &has_price) ||
	    !rpc_member_u256(call, 0, "maxFeePerGas", &tx->max_fee_per_gas, &has_max) ||
	    !rpc_member_u256(call, 0, "maxPriorityFeePerGas", &tx->max_priority_fee_per_gas,
			     &has_tip))
		return false;
	if (has_price && (has_max || has_tip))
		return rpc_param_refuse(call, 0,
					"both gasPrice and (maxFeePerGas or "
					"maxPriorityFeePerGas) specified");
	if (has_price)
		tx->max_fee_per_gas = tx->max_priority_fee_per_gas = price;
	return true;
}

/* "input" is the name, "data" the old one. */
static bool read_input(struct transaction *tx, struct rpc_call *call)
{
	struct bytes input, data;
	bool has_input, has_data;

	if (!rpc_member_bytes(call, 0, "input", &input, &has_input) ||
	    !rpc_member_bytes(call, 0, "data", &data, &has_data))
		return false;
	if (has_input && has_data && !bytes_eq(input, data))
		return rpc_param_refuse(call, 0,
					"both \"data\" and \"input\" are set and not equal. "
					"Please use \"input\" to pass transaction call data");
	if (has_input)
		tx->data = input;
	else if (has_data)
		tx->data = data;
	return true;
}

static bool read_chain_id(struct transaction *tx, struct rpc_call *call)
{
	uint64_t chain_id;
	bool present;

	if (!rpc_member_u64(call, 0, "chainId", &chain_id, &present))
		return false;
	if (present && chain_id != tx->chain_id)
		return rpc_param_refuse(
		    call, 0, "chainId does not match node's (have=%" PRIu64 ", want=%" PRIu64 ")",
		    chain_id, tx->chain_id);
	return true;
}

static bool refuse_blobs(struct rpc_call *call)
{
	const json_t *hashes = json_object_get(rpc_param(call, 0), "blobVersionedHashes");

	if (!hashes || json_is_null(hashes))
		return true;
	return rpc_param_refuse(call, 0, "this chain has no blob transactions");
}

bool call_arguments_read(struct call_arguments *out, struct rpc_call *call, struct arena *a,
			 const struct chain_config *config)
{
	struct transaction *tx = &out->tx;
	const json_t *object;
	bool present, has_to;

	memset(out, 0, sizeof(*out));
	tx->type = TX_DYNAMIC_FEE;
	tx->has_chain_id = true;
	tx->chain_id = config->chain_id;
	tx->has_from = true; /* absent: the zero address */
	if (!rpc_param_object(call, 0, &object) ||
	    !rpc_member_address(call, 0, "from", &tx->from, &present) ||
	    !rpc_member_address(call, 0, "to", &tx->to, &has_to) ||
	    !rpc_member_u64(call, 0, "gas", &tx->gas_limit, &out->has_gas) ||
	    !read_fees(tx, call) || !rpc_member_u256(call, 0, "value", &tx->value, &present) ||
	    !rpc_member_u64(call, 0, "nonce", &tx->nonce, &present) || !read_input(tx, call) ||
	    !read_chain_id(tx, call) || !refuse_blobs(call) || !read_access_list(tx, call, a) ||
	    !read_authorizations(tx, call, a))
		return false;
	tx->is_creation = !has_to;
	return true;
}

bool block_overrides_read(struct block_context *context, struct rpc_call *call, size_t index)
{
	struct json_part part;
	bool present;

	if (!rpc_param_part(call, index, &part))
		return true;
	return rpc_member_u64(call, index, "number", &context->number, &present) &&
	       rpc_member_u64(call, index, "time", &context->timestamp, &present) &&
	       rpc_member_u64(call, index, "gasLimit", &context->gas_limit, &present) &&
	       rpc_member_address(call, index, "feeRecipient", &context->coinbase, &present) &&
	       rpc_member_hash(call, index, "prevRandao", &context->prev_randao, &present) &&
	       rpc_member_u256(call, index, "baseFeePerGas", &context->base_fee, &present) &&
	       rpc_member_u256(call, index, "blobBaseFee", &context->blob_base_fee, &present);
}

json_t *access_list_format(const struct access_list_entry *list, size_t count)
{
	json_t *json = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *item = json_object(), *keys = json_array();

		for (size_t k = 0; k < list[i].storage_key_count; k++)
			json_array_append_new(keys, json_of_hash(&list[i].storage_keys[k]));
		rpc_set(item, "address", json_of_address(&list[i].address));
		rpc_set(item, "storageKeys", keys);
		json_array_append_new(json, item);
	}
	return json;
}
