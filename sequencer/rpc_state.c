/* rpc_state: accounts after a block: balance, nonce, code, storage, proofs. */
#include <string.h>

#include "base/hex.h"
#include "crypto/keccak.h"
#include "net/json_values.h"
#include "sequencer/rpc.h"
#include "sequencer/rpc_format.h"
#include "sequencer/rpc_view.h"

/* geth: maxGetStorageSlots. */
#define PROOF_KEYS_MAX 1024

/* An account in the state after some block. */
struct account_view {
	struct state_trie *trie;
	const struct state_reader *reader;
	struct address address;
	struct account account; /* empty when there is none */
	bool exists;
};

/* Answers whatever prevents it, then NULL in `*answered` is no more. */
static bool open_account(struct account_view *out, struct rpc_call *call, struct rpc_view *view,
			 const struct address *address, const struct block_id *id,
			 struct rpc_answered **answered)
{
	uint64_t number;

	if (!rpc_view_number(view, id, &number)) {
		*answered = rpc_fail_no_block(call, id);
		return false;
	}
	*out = (struct account_view){ .address = *address };
	out->trie = chain_reader_state(view->chain, view->arena, number);
	if (!out->trie) {
		*answered = rpc_fail_no_state(call, number);
		return false;
	}
	out->reader = state_trie_reader(out->trie);
	if (!out->reader->account(out->reader->context, address, &out->account, &out->exists)) {
		*answered = rpc_fail_bad_state(call);
		return false;
	}
	if (!out->exists)
		out->account = (struct account){ .storage_root = keccak_empty_trie,
						 .code_hash = keccak_empty };
	return true;
}

/* The parameters (address, block), and what they name. */
static bool open_account_param(struct account_view *out, struct rpc_call *call,
			       struct rpc_view *view, size_t block_index,
			       struct rpc_answered **answered)
{
	struct address address;
	struct block_id id;

	if (!rpc_param_address(call, 0, &address) ||
	    !rpc_param_block_or_latest(call, block_index, &id)) {
		*answered = rpc_fail_params(call);
		return false;
	}
	return open_account(out, call, view, &address, &id, answered);
}

static struct rpc_answered *balance_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct rpc_answered *answered;
	struct account_view account;

	if (!open_account_param(&account, call, view, 1, &answered))
		return answered;
	return rpc_reply(call, json_of_u256(&account.account.balance));
}
RPC_VIEW_HANDLER(balance)

static struct rpc_answered *nonce_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct rpc_answered *answered;
	struct account_view account;

	if (!open_account_param(&account, call, view, 1, &answered))
		return answered;
	return rpc_reply_u64(call, account.account.nonce);
}

/* "pending" counts what waits in the pool, too. */
static struct rpc_answered *transaction_count(struct rpc_call *call)
{
	struct pool *pool = rpc_service_of(call)->sequencer->pool;
	struct address address;
	struct block_id id;
	uint64_t next;

	if (!rpc_param_address(call, 0, &address) || !rpc_param_block_or_latest(call, 1, &id))
		return rpc_fail_params(call);
	if (id.tag == BLOCK_TAG_PENDING && pool_next_nonce(pool, &address, &next))
		return rpc_reply_u64(call, next);
	return rpc_with_view(call, nonce_in_view);
}

static struct rpc_answered *code_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct rpc_answered *answered;
	struct account_view account;
	struct bytes code = { NULL, 0 };

	if (!open_account_param(&account, call, view, 1, &answered))
		return answered;
	if (!hash32_eq(&account.account.code_hash, &keccak_empty) &&
	    !account.reader->code(account.reader->context, &account.account.code_hash, &code))
		return rpc_fail_bad_state(call);
	return rpc_reply(call, json_of_bytes(code));
}
RPC_VIEW_HANDLER(code)

/* 0 where there is none.  False: the state can't be read. */
static bool read_slot(struct u256 *value, const struct account_view *account,
		      const struct hash32 *key)
{
	*value = U256_ZERO;
	return !account->exists ||
	       account->reader->storage(account->reader->context, &account->address, key, value);
}

static struct rpc_answered *storage_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct rpc_answered *answered;
	struct account_view account;
	struct address address;
	struct hash32 key, word;
	struct block_id id;
	struct u256 value;

	if (!rpc_param_address(call, 0, &address) || !rpc_param_storage_key(call, 1, &key) ||
	    !rpc_param_block_or_latest(call, 2, &id))
		return rpc_fail_params(call);
	if (!open_account(&account, call, view, &address, &id, &answered))
		return answered;
	if (!read_slot(&value, &account, &key))
		return rpc_fail_bad_state(call);
	u256_to_be(word.b, &value);
	return rpc_reply_hash(call, &word);
}
RPC_VIEW_HANDLER(storage)

/* ---- proofs (EIP-1186) ---- */

/* geth's decodeStorageKey: up to 64 digits, with or without 0x. */
static bool read_key(struct hash32 *key, bool *is_whole, const json_t *json)
{
	const char *text = json_string_value(json);
	char digits[64];
	size_t len;

	if (!text)
		return false;
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		text += 2;
	len = strlen(text);
	if (len > sizeof(digits))
		return false;
	*is_whole = len == sizeof(digits);
	memset(digits, '0', sizeof(digits));
	memcpy(digits + sizeof(digits) - len, text, len);
	return hex_decode(key->b, digits, sizeof(digits));
}

static json_t *format_nodes(const struct bytes *nodes, size_t count)
{
	json_t *json = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(json, json_of_bytes(nodes[i]));
	return json;
}

/* One element of storageProof; NULL: the state can't be read.  The key is
 * written as it was asked for: whole, or as a quantity. */
static json_t *prove_slot(struct rpc_view *view, const struct account_view *account,
			  const struct hash32 *key, bool is_whole)
{
	struct u256 as_number = u256_from_be(key->b, 32), value;
	const struct bytes *nodes = NULL;
	size_t count = 0;
	json_t *json;

	if (!read_slot(&value, account, key))
		return NULL;
	if (account->exists && !hash32_eq(&account->account.storage_root, &keccak_empty_trie) &&
	    state_trie_prove_storage(account->trie, view->arena, &account->address, key, &nodes,
				     &count) != TRIE_OK)
		return NULL;
	json = json_object();
	rpc_set(json, "key", is_whole ? json_of_hash(key) : json_of_u256(&as_number));
	rpc_set(json, "value", json_of_u256(&value));
	rpc_set(json, "proof", format_nodes(nodes, count));
	return json;
}

static struct rpc_answered *reply_proof(struct rpc_call *call, struct rpc_view *view,
					const struct account_view *account, json_t *storage)
{
	const struct bytes *nodes;
	size_t count;
	json_t *json;

	if (state_trie_prove_account(account->trie, view->arena, &account->address, &nodes,
				     &count) != TRIE_OK) {
		json_decref(storage);
		return rpc_fail_bad_state(call);
	}
	json = json_object();
	rpc_set(json, "address", json_of_address(&account->address));
	rpc_set(json, "accountProof", format_nodes(nodes, count));
	rpc_set(json, "balance", json_of_u256(&account->account.balance));
	rpc_set(json, "codeHash", json_of_hash(&account->account.code_hash));
	rpc_set(json, "nonce", json_of_u64(account->account.nonce));
	rpc_set(json, "storageHash", json_of_hash(&account->account.storage_root));
	rpc_set(json, "storageProof", storage);
	return rpc_reply(call, json);
}

/* Every key is one, and not too many.  False: noted in the call. */
static bool check_keys(struct rpc_call *call, const json_t *keys)
{
	struct hash32 key;
	bool is_whole;

	if (json_array_size(keys) > PROOF_KEYS_MAX)
		return rpc_param_refuse(call, 1, "too many slots (max %d)", PROOF_KEYS_MAX);
	for (size_t i = 0; i < json_array_size(keys); i++)
		if (!read_key(&key, &is_whole, json_array_get(keys, i)))
			return rpc_param_refuse(call, 1, "unable to decode storage key %zu", i);
	return true;
}

static struct rpc_answered *proof_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct rpc_answered *answered;
	struct account_view account;
	struct address address;
	struct block_id id;
	const json_t *keys;
	json_t *storage;

	if (!rpc_param_address(call, 0, &address) || !rpc_param_array(call, 1, &keys) ||
	    !rpc_param_block_or_latest(call, 2, &id) || !check_keys(call, keys))
		return rpc_fail_params(call);
	if (!open_account(&account, call, view, &address, &id, &answered))
		return answered;
	storage = json_array();
	for (size_t i = 0; i < json_array_size(keys); i++) {
		struct hash32 key;
		bool is_whole;
		json_t *slot;

		(void)read_key(&key, &is_whole, json_array_get(keys, i));
		slot = prove_slot(view, &account, &key, is_whole);
		if (!slot || rpc_deadline_is_over(&view->deadline)) {
			json_decref(slot);
			json_decref(storage);
			return slot ? rpc_fail_timed_out(call) : rpc_fail_bad_state(call);
		}
		json_array_append_new(storage, slot);
	}
	return reply_proof(call, view, &account, storage);
}
RPC_VIEW_HANDLER(proof)

static const struct rpc_method methods[] = {
	{ "eth_getBalance", balance, RPC_POOLED, 2 },
	{ "eth_getTransactionCount", transaction_count, RPC_POOLED, 2 },
	{ "eth_getCode", code, RPC_POOLED, 2 },
	{ "eth_getStorageAt", storage, RPC_POOLED, 3 },
	{ "eth_getProof", proof, RPC_HEAVY, 3 },
};

const struct rpc_group rpc_state_methods = { methods, sizeof(methods) / sizeof(methods[0]) };
