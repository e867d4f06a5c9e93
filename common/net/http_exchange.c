#include "net/http_exchange.h"

#include <stdlib.h>
#include <string.h>

struct http_exchange *http_exchange_new(struct http_server *server, struct MHD_Connection *mhd,
					struct http_connection *connection, enum http_method method,
					const char *path)
{
	size_t path_size = strlen(path) + 1;
	struct http_exchange *exchange = calloc(1, sizeof(*exchange) + path_size);

	if (!exchange)
		return NULL;
	pthread_mutex_init(&exchange->lock, NULL);
	atomic_init(&exchange->holders, 2);
	exchange->server = server;
	exchange->mhd = mhd;
	exchange->connection = connection;
	exchange->method = method;
	exchange->path = (char *)(exchange + 1);
	memcpy(exchange->path, path, path_size);
	return exchange;
}

void http_exchange_release(struct http_exchange *exchange)
{
	if (atomic_fetch_sub(&exchange->holders, 1) != 1)
		return;
	pthread_mutex_destroy(&exchange->lock);
	free(exchange->body);
	free(exchange->answer);
	free(exchange);
}

/* A body's memory follows what has arrived, not what a header promises. */
#define HTTP_BODY_TRUSTED ((size_t)64 * 1024)

static size_t capacity_for(size_t old, size_t needed, size_t expected)
{
	size_t capacity = old ? old * 2 : 1024;

	if (expected <= HTTP_BODY_TRUSTED && expected >= needed)
		return expected;
	return capacity > needed ? capacity : needed;
}

bool http_exchange_receive(struct http_exchange *exchange, const char *data, size_t len,
			   size_t expected)
{
	size_t needed = exchange->body_len + len;

	if (!exchange->body || needed > exchange->body_capacity) {
		size_t capacity = capacity_for(exchange->body_capacity, needed, expected);
		char *grown = realloc(exchange->body, capacity + 1);

		if (!grown)
			return false;
		exchange->body = grown;
		exchange->body_capacity = capacity;
	}
	memcpy(exchange->body + exchange->body_len, data, len);
	exchange->body_len = needed;
	exchange->body[needed] = '\0';
	return true;
}

void http_exchange_refuse(struct http_exchange *exchange, int status, const char *text)
{
	exchange->status = status;
	exchange->content_type = "text/plain";
	exchange->answer = strdup(text);
	exchange->answer_len = exchange->answer ? strlen(text) : 0;
	exchange->state = HTTP_ANSWERED;
	http_exchange_release(exchange);
}

/* ---- the handler's side ---- */

void http_reply_take(struct http_exchange *exchange, int status, const char *content_type,
		     char *body, size_t len)
{
	bool was_suspended;

	pthread_mutex_lock(&exchange->lock);
	was_suspended = exchange->state == HTTP_SUSPENDED;
	if (exchange->state == HTTP_ABANDONED) {
		free(body);
	} else {
		exchange->status = status;
		exchange->content_type = content_type;
		exchange->answer = body;
		exchange->answer_len = len;
		exchange->state = HTTP_ANSWERED;
	}
	/* Under the lock: http_server_stop() must not end the daemon between. */
	if (was_suspended)
		MHD_resume_connection(exchange->mhd);
	pthread_mutex_unlock(&exchange->lock);
	http_exchange_release(exchange);
}

void http_reply(struct http_exchange *exchange, int status, const char *content_type,
		struct bytes body)
{
	char *copy = malloc(body.len + 1);

	if (!copy) {
		http_reply_take(exchange, 500, "text/plain", NULL, 0);
		return;
	}
	if (body.len)
		memcpy(copy, body.data, body.len);
	http_reply_take(exchange, status, content_type, copy, body.len);
}
