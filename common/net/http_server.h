/* http_server: HTTP/1.1 on one port, for JSON-RPC (POST) and small status
 * pages (GET), with keep-alive, CORS and bounds on what strangers may cost.
 *
 * The server calls a handler for each complete request, from one of its own
 * threads, with an exchange.  The exchange is answered exactly once, at any
 * later time, from any thread. */
#ifndef GAVEL_NET_HTTP_SERVER_H
#define GAVEL_NET_HTTP_SERVER_H

#include "base/bytes.h"

struct http_server;

/* One request that awaits its answer. */
struct http_exchange;

enum http_method {
	HTTP_GET,
	HTTP_POST,
};

/* Views that live until the exchange is answered, and not longer. */
struct http_request {
	enum http_method method;
	const char *path;           /* without the query: "/", "/health" */
	struct bytes body;          /* POST; empty for GET; a NUL follows it */
	const char *client_address; /* "127.0.0.1", for logs */
	uint64_t client;            /* the same for all of one client (IPv6: one /64) */
};

/* Must bring about exactly one http_reply() on `exchange`: before it returns,
 * or later from any thread.  It runs in the thread that serves the connections,
 * so it must not block: long work goes elsewhere. */
typedef void http_handler(void *context, struct http_exchange *exchange,
			  const struct http_request *request);

struct http_server_config {
	const char *bind_address; /* "127.0.0.1", "0.0.0.0", "::1"; NULL: 127.0.0.1 */
	uint16_t port;            /* 0: any free one, see http_server_port() */
	const char *cors_origin;  /* "*" or one origin; NULL: no CORS headers at all */
	http_handler *handler;
	void *context;

	/* 0 takes the default of each. */
	size_t max_body;            /* bytes, else 413; default 5 MiB */
	unsigned max_connections;   /* default 1000; more are closed at once */
	unsigned max_per_client;    /* of one client address (IPv6: one /64), likewise;
				     * default 64 */
	unsigned idle_timeout_s;    /* silence that closes a connection; default 30 */
	unsigned request_timeout_s; /* from the first byte to the last of a request;
				     * slower clients are cut off; default 15 */
	unsigned threads;           /* that serve connections; default 1 */
	unsigned requests_per_s;    /* per client address, else 429; 0: no limit */
	unsigned request_burst;     /* that many at once are let pass; default
				     * 2 * requests_per_s */
	bool limit_loopback;        /* also limit 127.0.0.0/8 and ::1 */
};

#define HTTP_SERVER_ERROR_SIZE 160

/* Listens and serves until http_server_stop().  What `config` points to must
 * outlive the server.  False (the port is taken, no such address...): `error`
 * says why, and `*server` is untouched. */
bool http_server_start(struct http_server **server, const struct http_server_config *config,
		       char error[HTTP_SERVER_ERROR_SIZE]);

/* Where it listens: of use after port 0. */
uint16_t http_server_port(const struct http_server *server);

/* Answers, and gives `exchange` up.  `content_type` is a constant string.  The
 * body is copied.  If the client has gone or the server has stopped the answer
 * is dropped.  Thread-safe. */
void http_reply(struct http_exchange *exchange, int status, const char *content_type,
		struct bytes body);

/* The same with a body from malloc(), which is taken over and freed. */
void http_reply_take(struct http_exchange *exchange, int status, const char *content_type,
		     char *body, size_t len);

/* Counts `requests` more against the client's rate limit (the calls of a
 * batch).  False: over the limit; answer 429.  From the handler only. */
bool http_charge(struct http_exchange *exchange, unsigned requests);

/* Graceful: takes no new connections or requests, waits up to `drain_ms` for
 * the open exchanges to be answered and sent, then closes everything and
 * returns; no handler runs afterwards.  Exchanges that are still open may (and
 * must) be answered later: nothing is sent.  `server` is invalid afterwards. */
void http_server_stop(struct http_server *server, unsigned drain_ms);

#endif
