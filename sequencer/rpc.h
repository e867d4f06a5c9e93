/* rpc: the JSON-RPC methods of the sequencer, as wallets and libraries know
 * them from geth (execution-apis).  Methods are grouped in rpc_*.c, each with a
 * table; rpc.c joins them. */
#ifndef GAVEL_SEQUENCER_RPC_H
#define GAVEL_SEQUENCER_RPC_H

#include "net/jsonrpc_server.h"
#include "sequencer/sequencer.h"

/* web3_clientVersion. */
#define RPC_CLIENT_VERSION "Gavel/v0.1.0/linux/c11"

/* Serves until rpc_stop(). */
bool rpc_start(struct rpc_server **server, struct sequencer *s, char error[HTTP_SERVER_ERROR_SIZE]);

/* The groups. */
struct rpc_group {
	const struct rpc_method *methods;
	size_t count;
};
extern const struct rpc_group rpc_chain_methods;  /* chain id, blocks, transactions, receipts */
extern const struct rpc_group rpc_state_methods;  /* balance, code, storage, nonce, proof */
extern const struct rpc_group rpc_call_methods;   /* eth_call, eth_estimateGas, access list */
extern const struct rpc_group rpc_fee_methods;    /* gas price, fee history */
extern const struct rpc_group rpc_log_methods;    /* eth_getLogs, filters */
extern const struct rpc_group rpc_submit_methods; /* eth_sendRawTransaction, txpool_* */
extern const struct rpc_group rpc_rollup_methods; /* optimism_*, gavel_* */

#endif
