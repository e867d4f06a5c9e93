/* gavel-evm-case: executes blocks that somebody else executes, too.
 *
 * Each line of the standard input is a JSON object: `fork`, `block` (number,
 * timestamp, gasLimit, coinbase, prevRandao, baseFee, blobBaseFee, chainId,
 * parentHash), `accounts` (as in state tests) and `transactions` (raw, in hex).
 * Each is answered by a line: what became of each transaction, and `changes`:
 * what is different from `accounts` afterwards.  All that the block does besides
 * its transactions is EIP-2935's call, when `parentHash` is there. */
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/native/native.h"
#include "tests/conformance/statetest.h"

static const struct address history_contract = { { 0x00, 0x00, 0xf9, 0x08, 0x27, 0xf1, 0xc5,
						   0x3a, 0x10, 0xcb, 0x7a, 0x02, 0x33, 0x5b,
						   0x17, 0x53, 0x20, 0x00, 0x29, 0x35 } };

struct block_request {
	struct block_context block;
	struct hash32 parent_hash;
	bool has_parent;
};

static json_t *hex(struct bytes b)
{
	char *text = malloc(2 * b.len + 3);
	json_t *value;

	if (!text)
		abort();
	memcpy(text, "0x", 2);
	hex_encode(text + 2, b);
	value = json_string(text);
	free(text);
	return value;
}

static json_t *hex_number(const struct u256 *v)
{
	uint8_t be[32];

	u256_to_be(be, v);
	return hex(bytes_of(be, sizeof(be)));
}

static bool parent_hash(void *context, uint64_t number, struct hash32 *hash)
{
	const struct block_request *r = context;

	*hash = r->parent_hash;
	return r->has_parent && number + 1 == r->block.number;
}

static bool read_fork(enum evm_revision *revision, const json_t *fork)
{
	static const char *const names[] = { "cancun", "prague", "osaka" };
	const char *text = json_string_value(fork);

	for (int i = 0; text && i < 3; i++) {
		if (strcmp(text, names[i]) == 0) {
			*revision = (enum evm_revision)i;
			return true;
		}
	}
	return false;
}

static bool read_request(struct block_request *r, const json_t *request)
{
	const json_t *fields = json_object_get(request, "block");
	const json_t *parent = json_object_get(fields, "parentHash");
	struct block_context *b = &r->block;

	*r = (struct block_request){ .has_parent = parent != NULL,
				     .block = { .precompile_caps = PRECOMPILE_UNCAPPED,
						.block_hash = parent_hash,
						.block_hash_context = r } };
	return read_fork(&b->revision, json_object_get(request, "fork")) &&
	       (!parent || statetest_fixed(r->parent_hash.b, 32, parent)) &&
	       statetest_u64(&b->chain_id, json_object_get(fields, "chainId")) &&
	       statetest_u64(&b->number, json_object_get(fields, "number")) &&
	       statetest_u64(&b->timestamp, json_object_get(fields, "timestamp")) &&
	       statetest_u64(&b->gas_limit, json_object_get(fields, "gasLimit")) &&
	       statetest_fixed(b->coinbase.b, 20, json_object_get(fields, "coinbase")) &&
	       statetest_fixed(b->prev_randao.b, 32, json_object_get(fields, "prevRandao")) &&
	       statetest_u256(&b->base_fee, json_object_get(fields, "baseFee")) &&
	       statetest_u256(&b->blob_base_fee, json_object_get(fields, "blobBaseFee"));
}

static json_t *write_logs(const struct tx_result *result)
{
	json_t *logs = json_array();

	for (size_t i = 0; i < result->log_count; i++) {
		const struct log *log = &result->logs[i];
		json_t *topics = json_array();

		for (size_t t = 0; t < log->topic_count; t++)
			json_array_append_new(topics, hex(bytes_of_hash(&log->topics[t])));
		json_array_append_new(logs, json_pack("{s:o, s:o, s:o}", "address",
						      hex(bytes_of_address(&log->address)),
						      "topics", topics, "data", hex(log->data)));
	}
	return logs;
}

static json_t *refused(const char *why)
{
	return json_pack("{s:s}", "refused", why);
}

static json_t *run_transaction(struct arena *a, struct evm *e, const json_t *text,
			       uint64_t *gas_available)
{
	struct transaction tx;
	enum tx_decode_err decoded;
	struct tx_result result;
	struct bytes raw;
	enum tx_err err;

	if (!statetest_bytes(a, &raw, text))
		return refused("no hex");
	decoded = tx_decode(a, &tx, raw);
	if (decoded != TX_DECODE_OK)
		return refused(tx_decode_err_text(decoded));
	(void)tx_recover(crypto_native(), a, &tx);
	err = tx_execute(e, &tx, *gas_available, TX_EXECUTE, &result);
	if (err != TX_OK)
		return refused(tx_err_text(err));
	*gas_available -= result.gas_used;
	return json_pack("{s:b, s:s, s:I, s:o, s:o, s:o}", "success", result.success, "status",
			 evm_status_text(result.status), "gasUsed", (json_int_t)result.gas_used,
			 "output", hex(result.output), "logs", write_logs(&result), "price",
			 hex_number(&result.effective_gas_price));
}

/* The visitor of changes: all of them, and the account at hand. */
struct changes {
	json_t *all, *account;
};

static void write_account(void *context, const struct address *address,
			  const struct account *account, bool storage_reset, struct bytes code)
{
	struct changes *c = context;
	char name[43] = "0x";

	hex_encode(name + 2, bytes_of_address(address));
	c->account = json_null();
	if (account)
		c->account = json_pack("{s:o, s:o, s:b, s:o}", "nonce",
				       hex_number(&(struct u256){ { account->nonce } }), "balance",
				       hex_number(&account->balance), "reset", storage_reset,
				       "storage", json_object());
	if (account && code.len)
		json_object_set_new(c->account, "code", hex(code));
	if (account)
		json_object_set_new(c->account, "codeHash",
				    hex(bytes_of_hash(&account->code_hash)));
	json_object_set_new(c->all, name, c->account);
}

static void write_slot(void *context, const struct hash32 *key, const struct u256 *value)
{
	struct changes *c = context;
	char name[67] = "0x";

	hex_encode(name + 2, bytes_of_hash(key));
	json_object_set_new(json_object_get(c->account, "storage"), name, hex_number(value));
}

static void write_done(void *context)
{
	(void)context;
}

static json_t *run_block(struct arena *a, const json_t *request)
{
	struct block_request r;
	struct changes changes = { json_object(), NULL };
	const struct state_change_visitor visitor = { &changes, write_account, write_slot,
						      write_done };
	json_t *answers = json_array(), *tx;
	struct state_trie *trie;
	struct state *state;
	uint64_t gas_available;
	struct evm *e;
	size_t i;
	bool ok;

	trie = statetest_state(a, json_object_get(request, "accounts"), &ok);
	if (!ok || !read_request(&r, request))
		return refused("no such request");
	gas_available = r.block.gas_limit;
	state = state_new(a, state_trie_reader(trie));
	e = evm_new(a, state, &r.block, crypto_native(), NULL);
	if (r.has_parent && r.block.revision >= EVM_PRAGUE)
		evm_system_call(e, &history_contract, bytes_of_hash(&r.parent_hash));
	json_array_foreach(json_object_get(request, "transactions"), i, tx)
	    json_array_append_new(answers, run_transaction(a, e, tx, &gas_available));
	state_each_change(state, &visitor);
	return json_pack("{s:o, s:o}", "transactions", answers, "changes", changes.all);
}

int main(void)
{
	char *line = NULL;
	size_t size = 0;
	struct arena a;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	while (getline(&line, &size, stdin) > 0) {
		json_error_t error;
		json_t *request = json_loads(line, 0, &error);
		json_t *answer = request ? run_block(&a, request) : refused(error.text);

		json_dumpf(answer, stdout, JSON_COMPACT);
		putchar('\n');
		fflush(stdout);
		json_decref(answer);
		json_decref(request);
		arena_free(&a);
	}
	free(line);
	return 0;
}
