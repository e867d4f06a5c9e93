/* http_exchange: the inside of http_server: one request from its first byte to
 * its answer.
 *
 * Two sides hold an exchange: libmicrohttpd's request, and the handler's duty
 * to answer.  Whoever lets go last frees it.  While the answer is awaited the
 * connection is suspended, so it cannot go away: only http_reply() or
 * http_server_stop() resume it, and `state` under `lock` says which did. */
#ifndef GAVEL_NET_HTTP_EXCHANGE_H
#define GAVEL_NET_HTTP_EXCHANGE_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "net/http_limits.h"
#include "net/http_server.h"

enum http_state {
	HTTP_RECEIVING, /* the body is coming */
	HTTP_HANDLING,  /* the handler is running */
	HTTP_SUSPENDED, /* the handler has returned, no answer yet */
	HTTP_ANSWERED,  /* the answer is here, to be sent */
	HTTP_ABANDONED, /* the server stopped: an answer is dropped */
};

/* What a connection is doing, for the slow ones to be noticed. */
enum http_phase {
	HTTP_PHASE_WAITING, /* idle, or its next request's header is coming */
	HTTP_PHASE_BODY,
	HTTP_PHASE_HANDLING,
	HTTP_PHASE_SENDING,
};

struct http_connection {
	struct http_connection *previous, *next; /* server->lock */
	struct http_exchange *exchange;          /* server->lock */
	atomic_int phase;
	_Atomic uint64_t since_ms; /* of this phase */
	uint64_t ended_in_phase;   /* since_ms of the one in which the client was seen to end */
	int fd;
	struct http_client_key client;
	char client_address[46];
};

struct http_exchange {
	pthread_mutex_t lock;
	atomic_int holders;
	struct http_server *server; /* invalid once ABANDONED */
	struct http_connection *connection;
	struct MHD_Connection *mhd;
	enum http_state state;
	enum http_method method;
	bool discards; /* the body is not kept: a refusal follows it */
	char *path;
	char *body; /* malloc(), with room for a NUL */
	size_t body_len;
	size_t body_capacity;

	/* The answer.  `answer` is from malloc(). */
	int status;
	const char *content_type;
	char *answer;
	size_t answer_len;
};

/* With two holders, or NULL. */
struct http_exchange *http_exchange_new(struct http_server *server, struct MHD_Connection *mhd,
					struct http_connection *connection, enum http_method method,
					const char *path);
void http_exchange_release(struct http_exchange *exchange);

/* Appends to the body.  False: out of memory. */
bool http_exchange_receive(struct http_exchange *exchange, const char *data, size_t len,
			   size_t expected);

/* Sets the answer of an exchange that never got to a handler, whose hold is
 * given up. */
void http_exchange_refuse(struct http_exchange *exchange, int status, const char *text);

#endif
