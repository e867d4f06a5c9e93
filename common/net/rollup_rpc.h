/* rollup_rpc: what the chain says of itself as a rollup: op-node's
 * optimism_outputAtBlock and optimism_syncStatus, for the sequencer and the
 * verifier alike, from a chain reader and an inbox. */
#ifndef GAVEL_NET_ROLLUP_RPC_H
#define GAVEL_NET_ROLLUP_RPC_H

#include "net/jsonrpc_server.h"
#include "store/chain_reader.h"
#include "store/inbox.h"

/* Both databases with a snapshot begun (chain_reader_begin(), database_begin()),
 * so that an answer is of one moment.  `arena` is room for the answer's making. */
struct rollup_view {
	const struct rollup_config *config;
	struct chain_reader *chain;
	struct inbox *inbox;
	struct arena *arena;
};

/* The L1 block whose hash L2 knows after a block: the parent of the one that
 * queued the newest message which the chain has consumed by then; the rollup's
 * first L1 block before any message. */
struct rollup_l1_origin {
	uint64_t number;
	struct hash32 hash;
	uint64_t sequence_number; /* how many blocks before this one have the same origin */
};
struct rollup_l1_origin rollup_l1_origin_of(const struct rollup_view *view,
					    const struct header *header);

/* {"version", "outputRoot", "blockRef", "withdrawalStorageRoot", "stateRoot",
 * "syncStatus"} as a new reference; NULL: there is no such block. */
json_t *rollup_output_at_block(const struct rollup_view *view, uint64_t number);

/* {"current_l1", "head_l1", ..., "unsafe_l2", "safe_l2", "finalized_l2", ...}. */
json_t *rollup_sync_status(const struct rollup_view *view);

/* The two methods.  The handler opens the view and closes it after the answer. */
struct rpc_answered *rollup_rpc_output_at_block(struct rpc_call *call,
						const struct rollup_view *view);
struct rpc_answered *rollup_rpc_sync_status(struct rpc_call *call, const struct rollup_view *view);

#endif
