/* jsonrpc_pool: the threads that run the handlers which take their time. */
#ifndef GAVEL_NET_JSONRPC_POOL_H
#define GAVEL_NET_JSONRPC_POOL_H

#include "net/jsonrpc_call.h"

struct rpc_pool;

/* NULL: no threads to be had. */
struct rpc_pool *rpc_pool_new(unsigned workers, unsigned max_queue);

/* Queues `call` for its method's handler, in its message's lane for this pool: the
 * calls of a lane run one after the other.  False: its client has max_queue waiting
 * already, or the pool is ending; `call` is untouched. */
bool rpc_pool_add(struct rpc_pool *pool, struct rpc_lane *lane, struct rpc_call *call);

/* Lets the running handlers return, answers what is queued as "server is
 * stopping", ends the threads. */
void rpc_pool_free(struct rpc_pool *pool);

#endif
