/* statetest_run: one case, on a state in memory whose roots come from our own
 * tries. */
#include "crypto/native/native.h"
#include "tests/conformance/statetest.h"
#include "tests/conformance/statetest_rules.h"

static enum tx_err execute(struct arena *a, const struct statetest_case *c, struct state *s,
			   struct tx_result *result, bool trace)
{
	struct evm_tracer tracer = statetest_tracer(stdout);
	struct block_context block = c->block;
	struct evm *e;

	block.block_hash = statetest_block_hash;
	e = evm_new(a, s, &block, crypto_native(), trace ? &tracer : NULL);
	return tx_execute(e, &c->transaction, block.gas_limit, TX_EXECUTE, result);
}

struct statetest_outcome statetest_run_case(struct arena *a, const struct statetest_case *c,
					    bool trace)
{
	struct statetest_outcome outcome = { .logs = statetest_hash_logs(a, NULL, 0) };
	struct tx_result result = { 0 };
	struct state *s;
	bool ok;
	struct state_trie *trie = statetest_state(a, c->pre, &ok);

	s = state_new(a, state_trie_reader(trie));
	if (ok && c->decoded == TX_DECODE_OK) {
		outcome.refused = execute(a, c, s, &result, trace);
		if (outcome.refused == TX_OK)
			outcome.logs = statetest_hash_logs(a, result.logs, result.log_count);
	}
	outcome.state_is_broken = !ok;
	outcome.root = state_trie_apply(trie, s, NULL, &ok);
	outcome.state_is_broken |= !ok;
	if (trace)
		statetest_trace_end(stdout, &result, &outcome.root);
	return outcome;
}
