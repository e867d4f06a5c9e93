#include "sequencer/rpc_deadline.h"

#include "base/native/clock.h"

struct rpc_deadline rpc_deadline_in(unsigned limit_ms)
{
	return (struct rpc_deadline){ limit_ms, limit_ms ? clock_ms() + limit_ms : UINT64_MAX,
				      false };
}

bool rpc_deadline_is_over(struct rpc_deadline *deadline)
{
	deadline->is_over = deadline->is_over || clock_ms() >= deadline->end_ms;
	return deadline->is_over;
}

/* ---- the guard ---- */

static bool guarded_account(void *context, const struct address *address, struct account *account,
			    bool *exists)
{
	struct rpc_guard *g = context;

	return !rpc_deadline_is_over(g->deadline) &&
	       g->below->account(g->below->context, address, account, exists);
}

static bool guarded_storage(void *context, const struct address *address, const struct hash32 *key,
			    struct u256 *value)
{
	struct rpc_guard *g = context;

	return !rpc_deadline_is_over(g->deadline) &&
	       g->below->storage(g->below->context, address, key, value);
}

static bool guarded_code(void *context, const struct hash32 *hash, struct bytes *code)
{
	struct rpc_guard *g = context;

	return !rpc_deadline_is_over(g->deadline) && g->below->code(g->below->context, hash, code);
}

static bool guarded_precompile(void *context, struct arena *a, struct bytes *output,
			       enum precompile_id id, struct bytes input)
{
	struct rpc_guard *g = context;

	return !rpc_deadline_is_over(g->deadline) &&
	       g->below_crypto->precompile(g->below_crypto->context, a, output, id, input);
}

void rpc_guard_init(struct rpc_guard *guard, struct rpc_deadline *deadline,
		    const struct state_reader *below, const struct crypto *crypto)
{
	*guard = (struct rpc_guard){
		.deadline = deadline,
		.below = below,
		.below_crypto = crypto,
		.reader = { guard, guarded_account, guarded_storage, guarded_code },
		.crypto = { guard, guarded_precompile },
	};
}

/* ---- answers ---- */

struct rpc_answered *rpc_fail_aborted(struct rpc_call *call, const struct rpc_deadline *deadline)
{
	unsigned ms = deadline->limit_ms;

	return rpc_fail_format(call, RPC_SERVER_ERROR, "execution aborted (timeout = %u%s)",
			       ms % 1000 ? ms : ms / 1000, ms % 1000 ? "ms" : "s");
}

struct rpc_answered *rpc_fail_timed_out(struct rpc_call *call)
{
	return rpc_fail(call, RPC_TIMED_OUT, "request timed out", NULL);
}
