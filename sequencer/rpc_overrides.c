/* geth: internal/ethapi/override/override.go. */
#include "sequencer/rpc_overrides.h"

#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "crypto/keccak.h"

/* ---- from JSON ---- */

static int compare_slots(const void *a, const void *b)
{
	return memcmp(((const struct override_slot *)a)->key.b,
		      ((const struct override_slot *)b)->key.b, 32);
}

static const char *read_slots(struct override_account *account, struct arena *a, json_t *object)
{
	struct hash32 value;
	const char *key;
	json_t *item;
	size_t i = 0;

	if (!json_is_object(object))
		return "a storage override is no object";
	account->slots = ARENA_ARRAY(a, struct override_slot, json_object_size(object));
	json_object_foreach(object, key, item)
	{
		if (!hex_decode_fixed(account->slots[i].key.b, 32, key) ||
		    !json_to_hash(&value, item))
			return "a storage override takes words of 32 bytes";
		account->slots[i++].value = u256_from_be(value.b, 32);
	}
	account->slot_count = i;
	qsort(account->slots, i, sizeof(account->slots[0]), compare_slots);
	return NULL;
}

static bool is_given(const json_t *json)
{
	return json && !json_is_null(json);
}

static const char *read_storage(struct override_account *account, struct arena *a,
				const json_t *object)
{
	json_t *state = json_object_get(object, "state");
	json_t *difference = json_object_get(object, "stateDiff");

	if (is_given(state) && is_given(difference))
		return "an account has both 'state' and 'stateDiff'";
	account->replaces_storage = is_given(state);
	if (is_given(state))
		return read_slots(account, a, state);
	return is_given(difference) ? read_slots(account, a, difference) : NULL;
}

static const char *read_account(struct override_account *account, struct arena *a,
				const json_t *object)
{
	const json_t *balance = json_object_get(object, "balance");
	const json_t *nonce = json_object_get(object, "nonce");
	const json_t *code = json_object_get(object, "code");

	if (!json_is_object(object))
		return "an account's override is no object";
	if (is_given(json_object_get(object, "movePrecompileToAddress")))
		return "movePrecompileToAddress is not supported";
	account->has_balance = is_given(balance);
	account->has_nonce = is_given(nonce);
	account->has_code = is_given(code);
	if (account->has_balance && !json_to_u256(&account->balance, balance))
		return "an override's balance is no quantity";
	if (account->has_nonce && !json_to_u64(&account->nonce, nonce))
		return "an override's nonce is no quantity";
	if (account->has_code && !json_to_bytes(a, &account->code, code))
		return "an override's code is no data";
	account->code_hash = keccak256(account->code);
	return read_storage(account, a, object);
}

/* ---- the reader ---- */

static const struct override_account *find_account(const struct state_overrides *overrides,
						   const struct address *address)
{
	for (size_t i = 0; i < overrides->count; i++)
		if (address_eq(&overrides->accounts[i].address, address))
			return &overrides->accounts[i];
	return NULL;
}

static void apply(const struct override_account *override, struct account *account, bool *exists)
{
	if (!*exists)
		*account = (struct account){ .storage_root = keccak_empty_trie,
					     .code_hash = keccak_empty };
	*exists = true;
	if (override->has_balance)
		account->balance = override->balance;
	if (override->has_nonce)
		account->nonce = override->nonce;
	if (override->has_code)
		account->code_hash = override->code_hash;
	if (override->replaces_storage)
		account->storage_root = keccak_empty_trie;
	if (override->slot_count > 0) /* of no trie: but it says "not empty" */
		account->storage_root = override->slots[0].key;
}

static bool overridden_account(void *context, const struct address *address,
			       struct account *account, bool *exists)
{
	const struct state_overrides *overrides = context;
	const struct override_account *override = find_account(overrides, address);

	if (!overrides->below->account(overrides->below->context, address, account, exists))
		return false;
	if (override)
		apply(override, account, exists);
	return true;
}

/* Of the state below, where the account may not exist. */
static bool storage_below(const struct state_overrides *overrides, const struct address *address,
			  const struct hash32 *key, struct u256 *value)
{
	const struct state_reader *below = overrides->below;
	struct account account;
	bool exists;

	*value = U256_ZERO;
	return below->account(below->context, address, &account, &exists) &&
	       (!exists || below->storage(below->context, address, key, value));
}

static bool overridden_storage(void *context, const struct address *address,
			       const struct hash32 *key, struct u256 *value)
{
	const struct state_overrides *overrides = context;
	const struct override_account *override = find_account(overrides, address);
	struct override_slot wanted = { .key = *key }, *slot = NULL;

	if (override && override->slot_count > 0)
		slot = bsearch(&wanted, override->slots, override->slot_count, sizeof(wanted),
			       compare_slots);
	if (slot) {
		*value = slot->value;
		return true;
	}
	if (override && override->replaces_storage) {
		*value = U256_ZERO;
		return true;
	}
	return storage_below(overrides, address, key, value);
}

static bool overridden_code(void *context, const struct hash32 *hash, struct bytes *code)
{
	const struct state_overrides *overrides = context;

	for (size_t i = 0; i < overrides->count; i++) {
		const struct override_account *account = &overrides->accounts[i];

		if (account->has_code && hash32_eq(&account->code_hash, hash)) {
			*code = account->code;
			return true;
		}
	}
	return overrides->below->code(overrides->below->context, hash, code);
}

bool state_overrides_read(struct state_overrides *out, struct rpc_call *call, size_t index,
			  struct arena *a, const struct state_reader *below)
{
	const json_t *object;
	struct json_part part;
	const char *key, *wrong;
	json_t *item;

	*out = (struct state_overrides){
		.below = below,
		.reader = { out, overridden_account, overridden_storage, overridden_code },
	};
	if (!rpc_param_part(call, index, &part))
		return true;
	if (!rpc_param_object(call, index, &object))
		return false;
	if (json_object_size(object) > OVERRIDE_ACCOUNTS_MAX)
		return rpc_param_refuse(call, index, "overrides of more than %d accounts",
					OVERRIDE_ACCOUNTS_MAX);
	out->accounts = ARENA_ARRAY(a, struct override_account, json_object_size(object));
	json_object_foreach((json_t *)object, key, item)
	{
		struct override_account *account = &out->accounts[out->count++];

		if (!hex_decode_fixed(account->address.b, 20, key))
			return rpc_param_refuse(call, index, "an override's key is no address");
		wrong = read_account(account, a, item);
		if (wrong)
			return rpc_param_refuse(call, index, "%s", wrong);
	}
	return true;
}
