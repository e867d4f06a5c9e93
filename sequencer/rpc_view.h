/* rpc_view: what a method sees of the chain: a snapshot that it borrows, and
 * the words for what is not there.  Shared by rpc_*.c. */
#ifndef GAVEL_SEQUENCER_RPC_VIEW_H
#define GAVEL_SEQUENCER_RPC_VIEW_H

#include "net/rpc_params.h"
#include "sequencer/readers.h"
#include "sequencer/rpc_deadline.h"
#include "sequencer/sequencer.h"

struct rpc_filters;

/* Behind rpc_context(). */
struct rpc_service {
	struct sequencer *sequencer;
	struct rpc_filters *filters;
};

static inline struct rpc_service *rpc_service_of(const struct rpc_call *call)
{
	return rpc_context(call);
}

struct rpc_view {
	struct sequencer *sequencer;
	struct chain_reader *chain;
	struct inbox *inbox;
	struct arena *arena; /* emptied after the call */
	struct rpc_deadline deadline;
};

/* Runs `handler` with a view of this moment, and closes it behind it. */
typedef struct rpc_answered *rpc_view_handler(struct rpc_call *call, struct rpc_view *view);
struct rpc_answered *rpc_with_view(struct rpc_call *call, rpc_view_handler *handler);

/* Defines the handler `name` for the table, which is name_in_view() with a view. */
#define RPC_VIEW_HANDLER(name)                                                                     \
	static struct rpc_answered *name(struct rpc_call *call)                                    \
	{                                                                                          \
		return rpc_with_view(call, name##_in_view);                                        \
	}

/* Which block `id` names.  False: none (yet). */
bool rpc_view_number(struct rpc_view *view, const struct block_id *id, uint64_t *number);
/* The block itself. */
bool rpc_view_block(struct rpc_view *view, const struct block_id *id, bool bodies,
		    struct stored_block *block);

/* geth's words for a block that must be there and isn't, and for a state that
 * was pruned. */
struct rpc_answered *rpc_fail_no_block(struct rpc_call *call, const struct block_id *id);
struct rpc_answered *rpc_fail_no_state(struct rpc_call *call, uint64_t number);
/* The database gave a state that can't be read: logged. */
struct rpc_answered *rpc_fail_bad_state(struct rpc_call *call);

#endif
