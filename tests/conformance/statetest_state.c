/* statetest_state: the state before a test, in tries in memory. */
#include "crypto/keccak.h"
#include "tests/conformance/statetest.h"

/* Nothing is stored: what is not in the tries is not there. */
static bool load_node(void *context, struct arena *a, struct bytes *rlp, const struct hash32 *owner,
		      struct trie_path path, const struct hash32 *hash)
{
	(void)context, (void)a, (void)rlp, (void)owner, (void)path, (void)hash;
	return false;
}

static bool load_code(void *context, struct arena *a, struct bytes *code, const struct hash32 *hash)
{
	(void)context, (void)a, (void)code, (void)hash;
	return false;
}

static const struct state_store nothing = { NULL, load_node, load_code };

static bool set_storage(struct state *s, struct state_account *account, json_t *storage)
{
	const char *name;
	json_t *item;

	json_object_foreach(storage, name, item)
	{
		json_t *name_value = json_string(name);
		struct u256 key, value;
		bool ok = statetest_u256(&key, name_value) && statetest_u256(&value, item);

		json_decref(name_value);
		if (!ok)
			return false;
		if (!u256_is_zero(&value))
			state_slot_set(s, state_slot(s, account, &key), &value);
	}
	return true;
}

static bool set_account(struct arena *a, struct state *s, const char *name, const json_t *fields)
{
	json_t *name_value = json_string(name);
	struct state_account *account;
	struct address address;
	struct u256 balance;
	struct bytes code;
	uint64_t nonce;
	bool ok = statetest_fixed(address.b, 20, name_value) &&
		  statetest_u256(&balance, json_object_get(fields, "balance")) &&
		  statetest_u64(&nonce, json_object_get(fields, "nonce")) &&
		  statetest_bytes(a, &code, json_object_get(fields, "code"));

	json_decref(name_value);
	if (!ok)
		return false;
	account = state_account(s, &address);
	state_set_balance(s, account, &balance);
	state_set_nonce(s, account, nonce);
	state_set_code(s, account, code);
	return set_storage(s, account, json_object_get(fields, "storage"));
}

/* No transaction ends here, so that empty accounts stay. */
struct state_trie *statetest_state(struct arena *a, const json_t *pre, bool *ok)
{
	struct state_trie *trie = state_trie_open(a, &nothing, &keccak_empty_trie);
	struct state *s = state_new(a, state_trie_reader(trie));
	const char *name;
	json_t *fields;
	bool read = true;

	json_object_foreach((json_t *)(uintptr_t)pre, name, fields) read =
	    read && set_account(a, s, name, fields);
	(void)state_trie_apply(trie, s, NULL, ok);
	*ok &= read;
	return trie;
}
