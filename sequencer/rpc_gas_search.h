/* rpc_gas_search: the smallest gas limit with which a transaction succeeds,
 * by trying (geth: eth/gasestimator). */
#ifndef GAVEL_SEQUENCER_RPC_GAS_SEARCH_H
#define GAVEL_SEQUENCER_RPC_GAS_SEARCH_H

#include "evm/execute.h"

enum gas_trial {
	GAS_SUFFICES,
	GAS_FAILS,   /* ran, and failed; or the limit is below what it takes to start */
	GAS_INVALID, /* no gas limit helps */
};

struct gas_search {
	void *context;
	/* Runs with a limit; sets what was used and refunded on GAS_SUFFICES. */
	enum gas_trial (*try)(void *context, uint64_t limit, uint64_t *used, uint64_t *refunded);
};

/* `most`: the limit to begin with.  GAS_SUFFICES: `*limit` is at most 1.5% over
 * the smallest that does.  Otherwise what the trial with `most` gave. */
enum gas_trial gas_search(const struct gas_search *search, uint64_t most, uint64_t *limit);

#endif
