/* l1_request: the inside of l1_client: requests, repeated until there is a
 * usable answer or the budget is used up. */
#ifndef GAVEL_NET_L1_REQUEST_H
#define GAVEL_NET_L1_REQUEST_H

#include "net/json_text.h"
#include "net/l1_client.h"

struct l1_client {
	struct l1_client_config config;
	struct http_client *http;
	struct arena arena; /* for l1_error() and one call's needs; reset by each call */
	struct l1_node_error error;
	uint64_t next_id;
	uint64_t random; /* for jitter */
};

/* Forgets the last call. */
void l1_request_begin(struct l1_client *client);

/* One call, `params` taken over, with retries.  L1_OK: `*result` is a new
 * reference, JSON null included. */
enum l1_err l1_request_one(struct l1_client *client, json_t **result, const char *method,
			   json_t *params);

struct l1_request {
	const char *method;
	json_t *params; /* taken over */
};

/* `count` calls, in JSON-RPC arrays.  L1_OK: results[i] is a new reference, JSON null
 * included; otherwise none is, and what was NULL is.  An error for one call is an error
 * for all. */
enum l1_err l1_request_many(struct l1_client *client, json_t **results,
			    const struct l1_request *calls, size_t count);

/* One attempt, which is never repeated. */
enum l1_err l1_request_once(struct l1_client *client, json_t **result, const char *method,
			    json_t *params, unsigned *retry_after_ms);

/* Notes why an answer is no good: L1_BAD_ANSWER. */
enum l1_err l1_request_bad(struct l1_client *client, const char *why);

#endif
