/* rpc_filters: filters that were installed to be polled
 * (eth_newFilter and its kin).  Bounded: the oldest unused ones are forgotten.
 * Thread-safe. */
#ifndef GAVEL_SEQUENCER_RPC_FILTERS_H
#define GAVEL_SEQUENCER_RPC_FILTERS_H

#include "sequencer/rpc_log_filter.h"

/* geth: 5 minutes without a poll. */
#define RPC_FILTER_LIFETIME 300
#define RPC_FILTERS_MAX     1024
/* How many hashes of new transactions are remembered for slow pollers. */
#define RPC_FILTER_RECENT 8192

enum rpc_filter_kind {
	RPC_FILTER_LOGS,
	RPC_FILTER_BLOCKS,
	RPC_FILTER_TRANSACTIONS,
};

struct rpc_filters;

struct rpc_filters *rpc_filters_new(void);
void rpc_filters_free(struct rpc_filters *filters);

/* 16 random bytes: nobody polls another's filter by guessing. */
#define RPC_FILTER_ID_SIZE 16
struct rpc_filter_id {
	uint8_t b[RPC_FILTER_ID_SIZE];
};

/* Where a poller stands: the last block that it was told of. */
struct rpc_filter_place {
	uint64_t number;
	struct hash32 hash;
};

/* `json` is the criteria of a log filter (a reference of our own is taken). */
bool rpc_filters_add(struct rpc_filters *filters, enum rpc_filter_kind kind, json_t *json,
		     const struct rpc_filter_place *place, struct rpc_filter_id *id);
bool rpc_filters_remove(struct rpc_filters *filters, const struct rpc_filter_id *id);

/* A filter's data; false: there is no such filter (any more).  `*json` is a
 * new reference (NULL unless of logs). */
bool rpc_filters_find(struct rpc_filters *filters, const struct rpc_filter_id *id,
		      enum rpc_filter_kind *kind, json_t **json, struct rpc_filter_place *place);
/* Where it stands from now on. */
void rpc_filters_move(struct rpc_filters *filters, const struct rpc_filter_id *id,
		      const struct rpc_filter_place *place);

/* A transaction was taken.  Costs nothing where nobody listens. */
void rpc_filters_transaction(struct rpc_filters *filters, const struct hash32 *hash);
/* Copies the hashes that the filter has not seen, up to RPC_FILTER_RECENT. */
size_t rpc_filters_transactions(struct rpc_filters *filters, const struct rpc_filter_id *id,
				struct hash32 *hashes);

#endif
