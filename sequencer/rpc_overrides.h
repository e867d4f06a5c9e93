/* rpc_overrides: a state as the caller of eth_call wishes it to be: geth's
 * state overrides, as a reader above the real one. */
#ifndef GAVEL_SEQUENCER_RPC_OVERRIDES_H
#define GAVEL_SEQUENCER_RPC_OVERRIDES_H

#include "evm/state.h"
#include "net/rpc_params.h"

#define OVERRIDE_ACCOUNTS_MAX 1024

struct override_slot {
	struct hash32 key;
	struct u256 value;
};

struct override_account {
	struct address address;
	bool has_balance, has_nonce, has_code;
	bool replaces_storage; /* "state": what is not listed is zero */
	uint64_t nonce;
	struct u256 balance;
	struct bytes code;
	struct hash32 code_hash;
	struct override_slot *slots; /* by key */
	size_t slot_count;
};

struct state_overrides {
	const struct state_reader *below;
	struct override_account *accounts;
	size_t count;
	struct state_reader reader; /* what to read from */
};

/* Reads parameter `index`, an object by address, if there is one.  Everything
 * lies in `a`.  False: the reason is noted in the call. */
bool state_overrides_read(struct state_overrides *out, struct rpc_call *call, size_t index,
			  struct arena *a, const struct state_reader *below);

#endif
