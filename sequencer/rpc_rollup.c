/* rpc_rollup: the chain as a rollup: outputs, heads, and what its batches cost. */
#include "net/json_values.h"
#include "net/rollup_rpc.h"
#include "sequencer/batcher.h"
#include "sequencer/rpc.h"
#include "sequencer/rpc_format.h"
#include "sequencer/rpc_view.h"

static struct rollup_view rollup_view_of(const struct rpc_view *view)
{
	return (struct rollup_view){ &view->sequencer->config, view->chain, view->inbox,
				     view->arena };
}

static struct rpc_answered *output_at_block_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct rollup_view rollup = rollup_view_of(view);

	return rollup_rpc_output_at_block(call, &rollup);
}
RPC_VIEW_HANDLER(output_at_block)

static struct rpc_answered *sync_status_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct rollup_view rollup = rollup_view_of(view);

	return rollup_rpc_sync_status(call, &rollup);
}
RPC_VIEW_HANDLER(sync_status)

static json_t *format_batch(const struct batch_info *info)
{
	json_t *json = json_object();

	rpc_set(json, "index", json_of_u64(info->entry));
	rpc_set(json, "firstBlock", json_of_u64(info->first_block));
	rpc_set(json, "lastBlock", json_of_u64(info->last_block));
	rpc_set(json, "transactions", json_of_u64(info->transactions));
	rpc_set(json, "rawBytes", json_of_u64(info->raw_bytes));
	rpc_set(json, "payloadBytes", json_of_u64(info->payload_bytes));
	rpc_set(json, "l1TransactionHash", json_of_hash(&info->l1_transaction_hash));
	rpc_set(json, "l1BlockNumber", info->l1_block ? json_of_u64(info->l1_block) : json_null());
	rpc_set(json, "l1GasUsed", info->l1_block ? json_of_u64(info->l1_gas) : json_null());
	rpc_set(json, "confirmed", json_boolean(info->is_confirmed));
	return json;
}

static struct rpc_answered *batch(struct rpc_call *call)
{
	struct batch_info info = { 0 };
	uint64_t index;

	if (!rpc_param_u64(call, 0, &index))
		return rpc_fail_params(call);
	if (!batcher_find(rpc_service_of(call)->sequencer->batcher, index, &info))
		return rpc_reply_null(call);
	return rpc_reply(call, format_batch(&info));
}

static const struct rpc_method methods[] = {
	{ "optimism_outputAtBlock", output_at_block, RPC_POOLED, 1 },
	{ "optimism_syncStatus", sync_status, RPC_POOLED, 0 },
	{ "gavel_batch", batch, RPC_POOLED, 1 },
};

const struct rpc_group rpc_rollup_methods = { methods, sizeof(methods) / sizeof(methods[0]) };
