/* jsonrpc_turns: which of the calls that wait for a worker is next.
 *
 * Clients take turns, in turn the messages of each, and a message's calls are
 * done one after the other: a lane is free for its next call when the one before
 * has run.  So a newcomer has one call of each other client before it, however
 * many those have asked for.
 *
 * Not locked, nothing is allocated: jsonrpc_pool sees to the threads. */
#ifndef GAVEL_NET_JSONRPC_TURNS_H
#define GAVEL_NET_JSONRPC_TURNS_H

#include <stdbool.h>
#include <stdint.h>

struct rpc_call;

/* A message's calls that wait for workers of one kind, oldest first.  Starts
 * zeroed. */
struct rpc_lane {
	struct rpc_call *first, *last;
	bool is_running;       /* one of its calls is: it has no turn until that has ended */
	struct rpc_lane *next; /* of the same client */
};

/* Clients are told apart by their place in a table of this size: two may come to
 * share one, and then take turns as one. */
#define RPC_TURNS_CLIENTS 1024

struct rpc_turns_client {
	struct rpc_lane *first, *last;
	struct rpc_turns_client *next;
	unsigned waiting; /* calls */
};

/* Starts zeroed. */
struct rpc_turns {
	struct rpc_turns_client *first, *last; /* those with a lane whose turn may come */
	struct rpc_turns_client clients[RPC_TURNS_CLIENTS];
};

/* `call` waits in `lane`, which is its message's.  False: its client has
 * `max_waiting` already, nothing is changed. */
bool rpc_turns_add(struct rpc_turns *turns, struct rpc_lane *lane, struct rpc_call *call,
		   unsigned max_waiting);

/* Takes the next call, or NULL: none has its turn.  `*lane` has no turn then until
 * rpc_turns_ran(). */
struct rpc_call *rpc_turns_take(struct rpc_turns *turns, struct rpc_lane **lane);

/* The call taken from `lane`, which is `client`'s, has run. */
void rpc_turns_ran(struct rpc_turns *turns, struct rpc_lane *lane, uint64_t client);

#endif
