/* statetest_run: one case, on a state in memory whose roots come from our own
 * tries. */
#include <inttypes.h>
#include <string.h>

#include "crypto/keccak.h"
#include "crypto/native/native.h"
#include "eth/rlp.h"
#include "tests/conformance/statetest.h"

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
	struct statetest_outcome outcome = { .logs = hash_logs(a, NULL, 0) };
	struct tx_result result = { 0 };
	struct state *s;
	bool ok;
	struct state_trie *trie = statetest_state(a, c->pre, &ok);

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
