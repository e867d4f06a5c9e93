/* rpc_deadline: how long one call may take.
 *
 * The gas cap bounds what an execution computes: 50 million gas are done in a
 * fraction of a second.  But a precompile or a look into the state on a cold disk
 * may take thousands of times longer than an instruction of the same gas, and
 * several executions make one estimate.  So the time is looked at there: past the
 * deadline every precompile and every look into the state fails at once, and the
 * execution, whose result counts no more, is through with its gas in no time. */
#ifndef GAVEL_SEQUENCER_RPC_DEADLINE_H
#define GAVEL_SEQUENCER_RPC_DEADLINE_H

#include "crypto/crypto.h"
#include "evm/state.h"
#include "net/jsonrpc_server.h"

struct rpc_deadline {
	unsigned limit_ms;
	uint64_t end_ms; /* clock_ms() */
	bool is_over;    /* somebody looked, and was too late */
};

/* From now on; 0: no limit. */
struct rpc_deadline rpc_deadline_in(unsigned limit_ms);
/* Looks at the clock. */
bool rpc_deadline_is_over(struct rpc_deadline *deadline);

/* What an execution gets in place of `below` and `crypto`. */
struct rpc_guard {
	struct rpc_deadline *deadline;
	const struct state_reader *below;
	const struct crypto *below_crypto;
	struct state_reader reader;
	struct crypto crypto;
};
void rpc_guard_init(struct rpc_guard *guard, struct rpc_deadline *deadline,
		    const struct state_reader *below, const struct crypto *crypto);

/* geth's words: for an execution, and for anything else. */
struct rpc_answered *rpc_fail_aborted(struct rpc_call *call, const struct rpc_deadline *deadline);
struct rpc_answered *rpc_fail_timed_out(struct rpc_call *call);

#endif
