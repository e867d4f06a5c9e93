/* jsonrpc_server: JSON-RPC 2.0 over http_server, single calls and batches.
 *
 * A method is a handler that returns `struct rpc_answered *`, which only the
 * replying functions make: so a handler cannot forget to answer.  Each of
 * them gives the call up: `call` must not be used afterwards.
 *
 *   static struct rpc_answered *chain_id(struct rpc_call *call)
 *   {
 *           struct node *node = rpc_context(call);
 *
 *           return rpc_reply(call, json_of_u64(node->chain_id));
 *   }
 *
 * Answers of a batch keep the order of its calls, whatever order they finish
 * in; notifications (no `id`) are run and get no answer.
 *
 * A batch has one worker at a time, and clients take turns at the workers: who
 * comes to a long batch of somebody else waits for the calls that are running,
 * and not for those behind them. */
#ifndef GAVEL_NET_JSONRPC_SERVER_H
#define GAVEL_NET_JSONRPC_SERVER_H

#include <jansson.h>

#include "base/bytes.h"
#include "net/http_server.h"
#include "net/json_scan.h"

struct rpc_call;
struct rpc_server;

/* Never defined. */
struct rpc_answered;

/* JSON-RPC 2.0, section 5.1, and what geth adds. */
enum rpc_error_code {
	RPC_PARSE_ERROR = -32700,
	RPC_INVALID_REQUEST = -32600,
	RPC_METHOD_NOT_FOUND = -32601,
	RPC_INVALID_PARAMS = -32602,
	RPC_INTERNAL_ERROR = -32603,
	RPC_SERVER_ERROR = -32000,   /* geth: refused transactions and most else */
	RPC_TIMED_OUT = -32002,      /* geth: the request took too long */
	RPC_LIMIT_EXCEEDED = -32005, /* EIP-1474: too many requests, range too wide */
	RPC_REVERTED = 3,            /* geth: execution reverted, with data */
};

typedef struct rpc_answered *rpc_handler(struct rpc_call *call);

enum rpc_where {
	RPC_POOLED, /* in one of the worker threads: may take its time */
	RPC_HEAVY,  /* likewise, and it may be much: has workers of its own, so that
		     * the others are not held up */
	RPC_INLINE, /* in the thread that serves connections: microseconds only */
};

struct rpc_method {
	const char *name;
	rpc_handler *handler;
	enum rpc_where where;
	unsigned most_params; /* more are refused, as in geth */
};

struct rpc_server_config {
	struct http_server_config http; /* handler and context are set by us */
	const struct rpc_method *methods;
	size_t method_count;
	void *context;     /* for rpc_context() */
	http_handler *get; /* status pages, with `context`; NULL: "GET /" says what this is */

	/* 0 takes the default of each. */
	unsigned workers;        /* threads for RPC_POOLED, and as many for RPC_HEAVY; default 2 */
	unsigned max_batch;      /* calls in an array, else -32600; default 1000 */
	unsigned max_depth;      /* of nested JSON, else -32700; default 32 */
	size_t max_batch_answer; /* bytes; calls past it answer -32003 "response too
				  * large" as in geth; default 25 MB */
	unsigned max_queue;      /* pooled calls of one client waiting, else -32005; default
				  * 10000 */
	unsigned timeout_ms;     /* since its message came: a call that has not begun by
				  * then, behind others of a batch or in the queue, answers
				  * -32002 "request timed out" as in geth; default 30000 */
};

/* As http_server_start(). */
bool rpc_server_start(struct rpc_server **server, const struct rpc_server_config *config,
		      char error[HTTP_SERVER_ERROR_SIZE]);
uint16_t rpc_server_port(const struct rpc_server *server);

/* As http_server_stop(); the workers have ended when it returns, the calls
 * that were queued are answered as "server is stopping".  Deferred calls may
 * (and must) still be completed; nothing is sent then. */
void rpc_server_stop(struct rpc_server *server, unsigned drain_ms);

/* ---- inside a handler ---- */

void *rpc_context(const struct rpc_call *call);
const char *rpc_method_name(const struct rpc_call *call);
/* A notification's result is thrown away. */
bool rpc_is_notification(const struct rpc_call *call);

/* Positional parameter `index`; NULL when there is none.  Lives as long as the
 * call.  JSON null counts as none. */
const json_t *rpc_param(const struct rpc_call *call, size_t index);
size_t rpc_param_count(const struct rpc_call *call);

/* The same as it was written, without building a tree: for hot methods.  False:
 * there is none, or it is null. */
bool rpc_param_part(const struct rpc_call *call, size_t index, struct json_part *out);

/* Takes `result` over (also on a NULL: out of memory, answered as -32603). */
struct rpc_answered *rpc_reply(struct rpc_call *call, json_t *result);
/* `json` is valid JSON text, copied: for hot methods that print it themselves. */
struct rpc_answered *rpc_reply_raw(struct rpc_call *call, const char *json, size_t len);
/* A quantity, a hash ("0x..."), null. */
struct rpc_answered *rpc_reply_u64(struct rpc_call *call, uint64_t value);
struct rpc_answered *rpc_reply_hash(struct rpc_call *call, const struct hash32 *hash);
struct rpc_answered *rpc_reply_null(struct rpc_call *call);

/* `message` is copied.  `data` is taken over; NULL: no data. */
struct rpc_answered *rpc_fail(struct rpc_call *call, int code, const char *message, json_t *data);
struct rpc_answered *rpc_fail_format(struct rpc_call *call, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- later ----
 *
 * The call will be answered after the handler has returned, by one of the
 * functions above, from any thread (whose token is then ignored).  Take the
 * token first, hand `call` over afterwards: it may be answered, and gone,
 * before the handler returns.  Parameters stay readable until it is answered. */
struct rpc_answered *rpc_defer(struct rpc_call *call);

/* The names that read well there. */
static inline void rpc_complete(struct rpc_call *call, json_t *result)
{
	(void)rpc_reply(call, result);
}

static inline void rpc_complete_hash(struct rpc_call *call, const struct hash32 *hash)
{
	(void)rpc_reply_hash(call, hash);
}

static inline void rpc_complete_failed(struct rpc_call *call, int code, const char *message)
{
	(void)rpc_fail(call, code, message, NULL);
}

/* ---- without HTTP: for tests, fuzzing and in-process use ---- */

/* A server with methods and workers but no port. */
struct rpc_server *rpc_server_new(const struct rpc_server_config *config);

/* Called once with the whole answer (len 0: nothing to say, all notifications),
 * from any thread.  `text` is from malloc(), and now the callee's. */
typedef void rpc_done(void *context, char *text, size_t len);
/* `request` must stay where it is until then. */
void rpc_server_handle(struct rpc_server *server, struct bytes request, rpc_done *done,
		       void *context);

#endif
