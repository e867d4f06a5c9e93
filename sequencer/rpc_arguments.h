/* rpc_arguments: the transaction object of eth_call and its kin. */
#ifndef GAVEL_SEQUENCER_RPC_ARGUMENTS_H
#define GAVEL_SEQUENCER_RPC_ARGUMENTS_H

#include "eth/transaction.h"
#include "evm/evm.h"
#include "net/rpc_params.h"
#include "rollup/chain_config.h"

struct call_arguments {
	struct transaction tx; /* with sender */
	bool has_gas;          /* else its gas_limit is 0 */
};

/* Reads parameter 0.  Everything lies in `a` or the call.  False: the reason
 * is noted in the call. */
bool call_arguments_read(struct call_arguments *out, struct rpc_call *call, struct arena *a,
			 const struct chain_config *config);

/* Reads geth's block overrides, parameter `index`, if there are any, into
 * `context`.  False: noted. */
bool block_overrides_read(struct block_context *context, struct rpc_call *call, size_t index);

/* [{"address", "storageKeys"}] */
json_t *access_list_format(const struct access_list_entry *list, size_t count);

#endif
