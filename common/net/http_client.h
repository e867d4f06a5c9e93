/* http_client: POSTs JSON to one URL with libcurl, keeping the connection.
 *
 * A client belongs to one thread at a time.  TLS certificates are verified.
 * Credentials and keys in the URL (user:password@, path, query) are never
 * logged nor put into error texts: those name scheme and host only. */
#ifndef GAVEL_NET_HTTP_CLIENT_H
#define GAVEL_NET_HTTP_CLIENT_H

#include <stdatomic.h>

#include "base/bytes.h"

struct http_client;

struct http_client_config {
	const char *url; /* copied */
	/* 0 takes the default of each. */
	unsigned connect_timeout_ms; /* default 5000 */
	unsigned total_timeout_ms;   /* default 30000 */
	unsigned stall_timeout_ms;   /* no byte moved for that long; rounded up to
				      * seconds; default 10000 */
	size_t max_answer;           /* bytes; default 32 MiB */
	/* Set from another thread it ends a request within about a second.  NULL: none. */
	const atomic_bool *stop;
};

/* What happened, and so whether the server may have acted on the request. */
enum http_result {
	HTTP_OK,           /* 2xx, whole */
	HTTP_UNREACHABLE,  /* no name, refused, no TLS: never sent */
	HTTP_TIMEOUT,      /* connect, total or stall: may have been acted on */
	HTTP_CUT_OFF,      /* the answer broke off or was no HTTP: may have been acted on */
	HTTP_TOO_LARGE,    /* longer than max_answer */
	HTTP_RATE_LIMITED, /* 429; see retry_after_ms */
	HTTP_SERVER_ERROR, /* 5xx */
	HTTP_REFUSED,      /* 3xx and other 4xx: asking again won't help */
	HTTP_STOPPED,      /* `stop` was set */
};

#define HTTP_TEXT_SIZE 200

struct http_answer {
	enum http_result result;
	int status;                /* 0: none came */
	struct bytes body;         /* the client's, until its next request; a NUL follows it.
				    * Set for any status, empty if none came whole */
	unsigned retry_after_ms;   /* of 429 and 503; 0: not said; at most one hour */
	char text[HTTP_TEXT_SIZE]; /* for people: "http://127.0.0.1:8545: connection refused" */
};

/* NULL: not an http or https URL. */
struct http_client *http_client_new(const struct http_client_config *config);
void http_client_free(struct http_client *client);

/* "https://host:port": fit for logs. */
const char *http_client_name(const struct http_client *client);

/* One request, no retries.  Fills `*answer` whole and returns its result. */
enum http_result http_post_json(struct http_client *client, struct bytes body,
				struct http_answer *answer);

const char *http_result_text(enum http_result result);

#endif
