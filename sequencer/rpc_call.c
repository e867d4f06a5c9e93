/* rpc_call: transactions that are only tried: eth_call, eth_estimateGas,
 * eth_createAccessList.  What each may cost is bounded by --rpc-gas-cap and
 * --rpc-timeout. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "net/json_values.h"
#include "sequencer/rpc.h"
#include "sequencer/rpc_access_list.h"
#include "sequencer/rpc_failure.h"
#include "sequencer/rpc_format.h"
#include "sequencer/rpc_gas_search.h"
#include "sequencer/rpc_machine.h"
#include "sequencer/rpc_revert.h"

#define GAS_TRANSFER 21000
#define GAS_TX_CAP   ((uint64_t)1 << 24) /* EIP-7825 */

/* A method's arguments, and the machine to run them. */
struct trial {
	struct rpc_call *call;
	struct call_arguments arguments;
	struct call_machine machine;
	struct call_outcome outcome; /* of the last run */
};

/* False: answered. */
static bool trial_open(struct trial *trial, struct rpc_call *call, struct rpc_view *view,
		       struct rpc_answered **answered)
{
	struct block_id id;

	trial->call = call;
	if (!rpc_param_block_or_latest(call, 1, &id) ||
	    !call_arguments_read(&trial->arguments, call, view->arena,
				 &view->sequencer->config.chain)) {
		*answered = rpc_fail_params(call);
		return false;
	}
	if (!call_machine_open(&trial->machine, call, view, &id, 2, answered))
		return false;
	if (!block_overrides_read(&trial->machine.context, call, 3)) {
		call_machine_close(&trial->machine);
		*answered = rpc_fail_params(call);
		return false;
	}
	return true;
}

static uint64_t gas_cap(const struct trial *trial)
{
	return trial->machine.view->sequencer->options->rpc_gas_cap;
}

/* As in geth, 0 that is asked for is 0, which nothing runs with.  (An estimate's is
 * below what counts there.) */
static uint64_t capped_gas(const struct trial *trial)
{
	uint64_t gas = trial->arguments.tx.gas_limit;

	return trial->arguments.has_gas && gas < gas_cap(trial) ? gas : gas_cap(trial);
}

/* Answers for a run whose message failed. */
static struct rpc_answered *fail_execution(struct trial *trial)
{
	const struct tx_result *result = &trial->outcome.result;
	char message[FAILURE_MESSAGE_SIZE];

	if (result->status == EVM_REVERT)
		return rpc_fail_reverted(trial->call, result->output);
	failure_message(message, result->status, &trial->outcome.fault);
	return rpc_fail(trial->call, RPC_SERVER_ERROR, message, NULL);
}

static struct rpc_answered *fail_refused(struct trial *trial, uint64_t gas, const char *format)
{
	char refusal[CALL_REFUSAL_SIZE], message[CALL_REFUSAL_SIZE + 80];

	call_machine_refusal(&trial->machine, &trial->arguments.tx, gas, trial->outcome.err,
			     refusal);
	if (strcmp(format, "call") == 0)
		snprintf(message, sizeof(message), "err: %s (supplied gas %" PRIu64 ")", refusal,
			 gas);
	else
		snprintf(message, sizeof(message), "failed with %" PRIu64 " gas: %s", gas, refusal);
	return rpc_fail(trial->call, RPC_SERVER_ERROR, message, NULL);
}

/* ---- eth_call ---- */

static struct rpc_answered *run_call(struct trial *trial)
{
	uint64_t gas = capped_gas(trial);

	call_machine_run(&trial->machine, &trial->arguments.tx, gas, &trial->outcome);
	if (trial->outcome.is_unreadable)
		return call_machine_fail(&trial->machine, trial->call);
	if (trial->outcome.err != TX_OK)
		return fail_refused(trial, gas, "call");
	if (!trial->outcome.result.success)
		return fail_execution(trial);
	return rpc_reply(trial->call, json_of_bytes(trial->outcome.result.output));
}

static struct rpc_answered *eth_call_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct rpc_answered *answered;
	struct trial trial;

	if (!trial_open(&trial, call, view, &answered))
		return answered;
	answered = run_call(&trial);
	call_machine_close(&trial.machine);
	return answered;
}
RPC_VIEW_HANDLER(eth_call)

/* ---- eth_estimateGas ---- */

static enum gas_trial try_gas(void *context, uint64_t limit, uint64_t *used, uint64_t *refunded)
{
	struct trial *trial = context;
	const struct call_outcome *outcome = &trial->outcome;

	call_machine_run(&trial->machine, &trial->arguments.tx, limit, &trial->outcome);
	if (outcome->is_unreadable)
		return GAS_INVALID;
	if (outcome->err == TX_INTRINSIC_GAS || outcome->err == TX_FLOOR_GAS)
		return GAS_FAILS;
	if (outcome->err != TX_OK)
		return GAS_INVALID;
	*used = outcome->result.gas_used;
	*refunded = outcome->result.gas_refunded;
	return outcome->result.success ? GAS_SUFFICES : GAS_FAILS;
}

/* What the sender's balance pays for, beside the value.  False: not even the
 * value. */
static bool affordable_gas(struct trial *trial, uint64_t *gas)
{
	const struct transaction *tx = &trial->arguments.tx;
	struct u256 available = call_machine_balance(&trial->machine, &tx->from);

	if (u256_is_zero(&tx->max_fee_per_gas))
		return true;
	if (!u256_is_zero(&tx->value) && !u256_lt(&tx->value, &available))
		return false;
	u256_sub(&available, &available, &tx->value);
	u256_divmod(&available, NULL, &available, &tx->max_fee_per_gas);
	if (u256_fits_u64(&available) && available.limb[0] < *gas)
		*gas = available.limb[0];
	return true;
}

/* The highest limit to be tried: what is asked for or a block holds, and not
 * more than the protocol, the server and the sender's purse allow. */
static bool highest_gas(struct trial *trial, uint64_t *gas)
{
	*gas = trial->machine.context.gas_limit;
	if (trial->arguments.tx.gas_limit >= GAS_TRANSFER)
		*gas = trial->arguments.tx.gas_limit;
	if (trial->machine.context.revision >= EVM_OSAKA && *gas > GAS_TX_CAP)
		*gas = GAS_TX_CAP;
	if (!affordable_gas(trial, gas))
		return false;
	if (*gas > gas_cap(trial))
		*gas = gas_cap(trial);
	return true;
}

/* To an account without code: one look, and it is the smallest that there is. */
static bool is_plain_transfer(struct trial *trial)
{
	const struct transaction *tx = &trial->arguments.tx;
	uint64_t used, refunded;

	return tx->data.len == 0 && !tx->is_creation &&
	       !call_machine_has_code(&trial->machine, &tx->to) &&
	       try_gas(trial, GAS_TRANSFER, &used, &refunded) == GAS_SUFFICES;
}

/* To geth too large init code is one more way to be out of gas; a code's storage
 * that can't be paid is none. */
static bool is_out_of_gas(enum evm_status status)
{
	return status == EVM_OUT_OF_GAS || status == EVM_INITCODE_TOO_LARGE;
}

static struct rpc_answered *fail_estimate(struct trial *trial, uint64_t most)
{
	const struct call_outcome *outcome = &trial->outcome;
	bool ran = outcome->err == TX_OK && !outcome->is_unreadable;

	if (outcome->is_unreadable)
		return call_machine_fail(&trial->machine, trial->call);
	if (ran && !is_out_of_gas(outcome->result.status))
		return fail_execution(trial);
	if (ran || outcome->err == TX_INTRINSIC_GAS || outcome->err == TX_FLOOR_GAS)
		return rpc_fail_format(trial->call, RPC_SERVER_ERROR,
				       "gas required exceeds allowance (%" PRIu64 ")", most);
	return fail_refused(trial, most, "estimate");
}

static struct rpc_answered *estimate(struct trial *trial)
{
	struct gas_search search = { trial, try_gas };
	uint64_t most, limit;

	if (!highest_gas(trial, &most))
		return rpc_fail(trial->call, RPC_SERVER_ERROR, "insufficient funds for transfer",
				NULL);
	if (is_plain_transfer(trial))
		return rpc_reply_u64(trial->call, GAS_TRANSFER);
	if (gas_search(&search, most, &limit) != GAS_SUFFICES)
		return fail_estimate(trial, most);
	return rpc_reply_u64(trial->call, limit);
}

static struct rpc_answered *estimate_gas_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct rpc_answered *answered;
	struct trial trial;

	if (!trial_open(&trial, call, view, &answered))
		return answered;
	answered = estimate(&trial);
	call_machine_close(&trial.machine);
	return answered;
}
RPC_VIEW_HANDLER(estimate_gas)

/* ---- eth_createAccessList ---- */

static struct rpc_answered *make_access_list(struct trial *trial)
{
	const struct call_outcome *outcome = &trial->outcome;
	uint64_t gas = capped_gas(trial);
	char message[FAILURE_MESSAGE_SIZE];
	json_t *json;

	access_list_make(&trial->machine, &trial->arguments.tx, gas, &trial->outcome);
	if (outcome->is_unreadable)
		return call_machine_fail(&trial->machine, trial->call);
	if (outcome->err != TX_OK)
		return fail_refused(trial, gas, "call");
	json = json_object();
	rpc_set(json, "accessList",
		access_list_format(trial->arguments.tx.access_list,
				   trial->arguments.tx.access_list_count));
	if (!outcome->result.success)
		rpc_set(
		    json, "error",
		    json_string(failure_message(message, outcome->result.status, &outcome->fault)));
	rpc_set(json, "gasUsed", json_of_u64(outcome->result.gas_used));
	return rpc_reply(trial->call, json);
}

static struct rpc_answered *create_access_list_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct rpc_answered *answered;
	struct trial trial;

	if (!trial_open(&trial, call, view, &answered))
		return answered;
	answered = make_access_list(&trial);
	call_machine_close(&trial.machine);
	return answered;
}
RPC_VIEW_HANDLER(create_access_list)

static const struct rpc_method methods[] = {
	{ "eth_call", eth_call, RPC_HEAVY, 4 },
	{ "eth_estimateGas", estimate_gas, RPC_HEAVY, 4 },
	{ "eth_createAccessList", create_access_list, RPC_HEAVY, 3 },
};

const struct rpc_group rpc_call_methods = { methods, sizeof(methods) / sizeof(methods[0]) };
