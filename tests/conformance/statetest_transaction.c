/* statetest_transaction: the transaction of a case out of its fields. */
#include "crypto/native/signer.h"
#include "tests/conformance/statetest.h"

static const json_t *variant(const json_t *fields, const char *name, const json_t *indexes,
			     const char *index_name)
{
	const json_t *index = json_object_get(indexes, index_name);

	return json_array_get(json_object_get(fields, name), (size_t)json_integer_value(index));
}

static bool read_hashes(struct arena *a, const struct hash32 **out, size_t *count,
			const json_t *array)
{
	struct hash32 *hashes = ARENA_ARRAY(a, struct hash32, json_array_size(array) + 1);
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
	{
		struct u256 number;

		/* Storage keys are sometimes written short. */
		if (!statetest_u256(&number, item))
			return false;
		u256_to_be(hashes[i].b, &number);
	}
	*out = hashes;
	*count = json_array_size(array);
	return true;
}

static bool read_access_list(struct arena *a, struct transaction *tx, const json_t *array)
{
	struct access_list_entry *list =
	    ARENA_ARRAY(a, struct access_list_entry, json_array_size(array) + 1);
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
	{
		if (!statetest_fixed(list[i].address.b, 20, json_object_get(item, "address")) ||
		    !read_hashes(a, &list[i].storage_keys, &list[i].storage_key_count,
				 json_object_get(item, "storageKeys")))
			return false;
	}
	tx->access_list = list;
	tx->access_list_count = json_array_size(array);
	return true;
}

static bool read_authorization(struct authorization *auth, const json_t *item)
{
	const json_t *parity = json_object_get(item, "yParity");
	uint64_t v;

	if (!statetest_u256(&auth->chain_id, json_object_get(item, "chainId")) ||
	    !statetest_fixed(auth->address.b, 20, json_object_get(item, "address")) ||
	    !statetest_u64(&auth->nonce, json_object_get(item, "nonce")) ||
	    !statetest_u64(&v, parity ? parity : json_object_get(item, "v")) || v > 255 ||
	    !statetest_u256(&auth->r, json_object_get(item, "r")) ||
	    !statetest_u256(&auth->s, json_object_get(item, "s")))
		return false;
	auth->y_parity = (uint8_t)v;
	return true;
}

static bool read_authorizations(struct arena *a, struct transaction *tx, const json_t *array)
{
	struct authorization *list =
	    ARENA_ARRAY(a, struct authorization, json_array_size(array) + 1);
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item) if (!read_authorization(&list[i], item)) return false;
	tx->authorizations = list;
	tx->authorization_count = json_array_size(array);
	return true;
}

static enum tx_type type_of(const json_t *fields, const json_t *access_list)
{
	if (json_object_get(fields, "authorizationList"))
		return TX_SET_CODE;
	if (json_object_get(fields, "blobVersionedHashes"))
		return TX_BLOB;
	if (json_object_get(fields, "maxFeePerGas"))
		return TX_DYNAMIC_FEE;
	return json_is_array(access_list) ? TX_ACCESS_LIST : TX_LEGACY;
}

static bool read_fees(struct transaction *tx, const json_t *fields)
{
	if (tx->type == TX_LEGACY || tx->type == TX_ACCESS_LIST) {
		if (!statetest_u256(&tx->max_fee_per_gas, json_object_get(fields, "gasPrice")))
			return false;
		tx->max_priority_fee_per_gas = tx->max_fee_per_gas;
		return true;
	}
	if (tx->type == TX_BLOB &&
	    !statetest_u256(&tx->max_fee_per_blob_gas, json_object_get(fields, "maxFeePerBlobGas")))
		return false;
	return statetest_u256(&tx->max_fee_per_gas, json_object_get(fields, "maxFeePerGas")) &&
	       statetest_u256(&tx->max_priority_fee_per_gas,
			      json_object_get(fields, "maxPriorityFeePerGas"));
}

static bool read_to(struct transaction *tx, const json_t *to)
{
	tx->is_creation = json_string_length(to) == 0;
	return tx->is_creation || statetest_fixed(tx->to.b, 20, to);
}

static bool read_sender(struct transaction *tx, const json_t *fields)
{
	struct signer_key key;

	tx->has_from = true;
	if (statetest_fixed(tx->from.b, 20, json_object_get(fields, "sender")))
		return true;
	return statetest_fixed(key.b, 32, json_object_get(fields, "secretKey")) &&
	       signer_address(&tx->from, &key);
}

enum tx_decode_err statetest_build_transaction(struct arena *a, struct transaction *tx,
					       const json_t *fields, const json_t *indexes,
					       uint64_t chain_id)
{
	const json_t *access_list = variant(fields, "accessLists", indexes, "data");

	*tx = (struct transaction){
		.type = type_of(fields, access_list),
		.has_chain_id = true,
		.chain_id = chain_id,
	};
	if (!statetest_u64(&tx->nonce, json_object_get(fields, "nonce")) ||
	    !read_fees(tx, fields) ||
	    !statetest_u64(&tx->gas_limit, variant(fields, "gasLimit", indexes, "gas")) ||
	    !read_to(tx, json_object_get(fields, "to")) ||
	    !statetest_u256(&tx->value, variant(fields, "value", indexes, "value")) ||
	    !statetest_bytes(a, &tx->data, variant(fields, "data", indexes, "data")) ||
	    !read_access_list(a, tx, access_list) ||
	    !read_authorizations(a, tx, json_object_get(fields, "authorizationList")) ||
	    !read_hashes(a, &tx->blob_hashes, &tx->blob_hash_count,
			 json_object_get(fields, "blobVersionedHashes")) ||
	    !read_sender(tx, fields))
		return TX_DECODE_BAD_FIELD;
	/* Such a transaction has no encoding. */
	if (tx->is_creation && tx->type == TX_BLOB)
		return TX_DECODE_BAD_FIELD;
	return TX_DECODE_OK;
}
