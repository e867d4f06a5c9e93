/* statetest_run: one case, on a state in memory whose roots come from our own
 * tries. */
#include <inttypes.h>
#include <string.h>

#include "crypto/keccak.h"
#include "crypto/native/native.h"
#include "eth/rlp.h"
#include "evm/state_trie.h"
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

/* The state before, taken into the trie.  No transaction ends here, so that
 * empty accounts stay. */
static bool set_state(struct arena *a, struct state_trie *trie, json_t *pre)
{
	struct state *s = state_new(a, state_trie_reader(trie));
	const char *name;
	json_t *fields;
	bool ok;

	json_object_foreach(pre, name, fields) if (!set_account(a, s, name, fields)) return false;
	(void)state_trie_apply(trie, s, NULL, &ok);
	return ok;
}

static void write_log(struct rlp_writer *w, const struct log *log)
{
	size_t list = rlp_begin_list(w);
	size_t topics;

	rlp_write_string(w, bytes_of_address(&log->address));
	topics = rlp_begin_list(w);
	for (size_t i = 0; i < log->topic_count; i++)
		rlp_write_string(w, bytes_of_hash(&log->topics[i]));
	rlp_end_list(w, topics);
	rlp_write_string(w, log->data);
	rlp_end_list(w, list);
}

static struct hash32 hash_logs(struct arena *a, const struct log *logs, size_t count)
{
	struct rlp_writer w;
	size_t list;

	rlp_writer_init(&w, a);
	list = rlp_begin_list(&w);
	for (size_t i = 0; i < count; i++)
		write_log(&w, &logs[i]);
	rlp_end_list(&w, list);
	return keccak256(rlp_written(&w));
}

/* As the makers of the vectors do it: the hash of the number in decimal. */
static bool block_hash(void *context, uint64_t number, struct hash32 *hash)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%" PRIu64, number);

	(void)context;
	*hash = keccak256(bytes_of(text, (size_t)len));
	return true;
}

static enum tx_err execute(struct arena *a, const struct statetest_case *c, struct state *s,
			   struct tx_result *result, bool trace)
{
	struct evm_tracer tracer = statetest_tracer(stdout);
	struct block_context block = c->block;
	struct evm *e;

	block.block_hash = block_hash;
	e = evm_new(a, s, &block, crypto_native(), trace ? &tracer : NULL);
	return tx_execute(e, &c->transaction, block.gas_limit, TX_EXECUTE, result);
}

struct statetest_outcome statetest_run_case(struct arena *a, const struct statetest_case *c,
					    bool trace)
{
	struct state_trie *trie = state_trie_open(a, &nothing, &keccak_empty_trie);
	struct statetest_outcome outcome = { .logs = hash_logs(a, NULL, 0) };
	struct tx_result result = { 0 };
	struct state *s;
	bool ok = set_state(a, trie, (json_t *)(uintptr_t)c->pre);

	s = state_new(a, state_trie_reader(trie));
	if (ok && c->decoded == TX_DECODE_OK) {
		outcome.refused = execute(a, c, s, &result, trace);
		if (outcome.refused == TX_OK)
			outcome.logs = hash_logs(a, result.logs, result.log_count);
	}
	outcome.state_is_broken = !ok;
	outcome.root = state_trie_apply(trie, s, NULL, &ok);
	outcome.state_is_broken |= !ok;
	if (trace)
		statetest_trace_end(stdout, &result, &outcome.root);
	return outcome;
}
