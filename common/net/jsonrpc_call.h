/* jsonrpc_call: the inside of jsonrpc_server: a message (one request or an
 * array of them) and its calls, until the last one is answered. */
#ifndef GAVEL_NET_JSONRPC_CALL_H
#define GAVEL_NET_JSONRPC_CALL_H

#include <stdatomic.h>

#include "net/jsonrpc_server.h"
#include "net/jsonrpc_turns.h"

struct rpc_allocation; /* memory that dies with a call */

struct rpc_call {
	struct rpc_message *message;
	const struct rpc_method *method; /* NULL: not found */
	struct json_part id;             /* as written; none: "null" */
	struct json_part params;         /* the array; none if absent */
	bool is_notification;
	json_t *parsed; /* params, when a handler wanted a tree */
	struct rpc_allocation *allocations;
	const char *refusal; /* why the parameters are bad */
	char *answer;        /* from malloc(); NULL: none (yet) */
	size_t answer_len;
	struct rpc_call *next_queued; /* in its lane */
};

struct rpc_message {
	void *context; /* rpc_context() */
	rpc_done *done;
	void *done_context;
	bool is_batch;
	size_t max_answer;
	uint64_t client;            /* whose turn it is: http_request's; 0: in-process */
	uint64_t deadline_ms;       /* clock_ms() by which pooled calls have to begin */
	atomic_size_t answer_bytes; /* of a batch, so far */
	atomic_size_t pending;      /* calls not answered, and 1 for each who still looks at
				     * the message: it is being started, a worker has a call */
	struct rpc_lane pooled, heavy;
	size_t count;
	struct rpc_call calls[];
};

/* `count` calls, zeroed, each of them pending; NULL: out of memory. */
struct rpc_message *rpc_message_new(size_t count);

/* One more is pending: `message` stays until it is released again. */
void rpc_message_hold(struct rpc_message *message);

/* One less is pending; after the last one the answer goes out and `message` is
 * gone. */
void rpc_message_release(struct rpc_message *message);

/* malloc()ed text of an error object as a whole answer to `id`. */
char *rpc_error_text(size_t *len, struct json_part id, int code, const char *message,
		     const json_t *data);

#endif
