/* rpc_machine: runs transactions on top of a block that nobody will keep: what
 * eth_call, eth_estimateGas and eth_createAccessList stand on. */
#ifndef GAVEL_SEQUENCER_RPC_MACHINE_H
#define GAVEL_SEQUENCER_RPC_MACHINE_H

#include "sequencer/rpc_arguments.h"
#include "sequencer/rpc_overrides.h"
#include "sequencer/rpc_view.h"

struct call_machine {
	struct rpc_view *view;
	struct stored_block block; /* whose state it is */
	struct block_hash_source hashes;
	struct block_context context;
	struct state_overrides overrides;
	struct rpc_guard guard; /* above them */
	struct arena scratch;   /* emptied between runs */
	const struct evm_tracer *tracer;
	struct state *state; /* within a run, for the tracer */
};

/* The state after `id`, changed by the overrides in parameter
 * `overrides_index`.  False: answered. */
bool call_machine_open(struct call_machine *machine, struct rpc_call *call, struct rpc_view *view,
		       const struct block_id *id, size_t overrides_index,
		       struct rpc_answered **answered);
void call_machine_close(struct call_machine *machine);

struct call_outcome {
	enum tx_err err;
	bool is_unreadable;      /* the state failed or time is up; nothing else counts */
	struct tx_result result; /* when TX_OK; output in the view's arena, no logs */
	struct evm_fault fault;  /* when TX_OK: the figures of its status, where that has some */
};

/* Each run starts from the same state.  Time is up when the view's deadline is. */
void call_machine_run(struct call_machine *machine, const struct transaction *tx,
		      uint64_t gas_limit, struct call_outcome *outcome);

/* Answers for an outcome that is unreadable. */
struct rpc_answered *call_machine_fail(struct call_machine *machine, struct rpc_call *call);

struct u256 call_machine_balance(struct call_machine *machine, const struct address *address);
bool call_machine_has_code(struct call_machine *machine, const struct address *address);

/* geth's sentence for a transaction that is not even valid. */
#define CALL_REFUSAL_SIZE 400
char *call_machine_refusal(struct call_machine *machine, const struct transaction *tx,
			   uint64_t gas_limit, enum tx_err err, char out[CALL_REFUSAL_SIZE]);

#endif
