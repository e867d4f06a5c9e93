/* http_server: libmicrohttpd in its epoll mode (against libwebsockets it took
 * three fifths of the CPU time per request), with what it lacks: deadlines for
 * whole requests, rate limits, CORS, and answers that come later from any
 * thread.  http_exchange.h describes one request's life. */
#include "net/http_server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/native/clock.h"
#include "net/http_connection.h"

/* libmicrohttpd zeroes this much memory per request, and a request's header
 * has to fit. */
#define HTTP_CONNECTION_MEMORY ((size_t)8 * 1024)

/* All bodies that are being received or answered, together. */
#define HTTP_ALL_BODIES_MAX ((size_t)256 * 1024 * 1024)

/* A refused body up to so many times max_body is read to its end, since closing
 * earlier would reset the connection and take the refusal with it. */
#define HTTP_DISCARD_FACTOR 4

/* ---- sending ---- */

static void add_cors(const struct http_server *server, struct MHD_Response *response)
{
	if (!server->config.cors_origin)
		return;
	MHD_add_response_header(response, "Access-Control-Allow-Origin",
				server->config.cors_origin);
	if (strcmp(server->config.cors_origin, "*") != 0)
		MHD_add_response_header(response, "Vary", "Origin");
}

static void add_status_headers(struct MHD_Response *response, int status)
{
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, "Allow", "GET, HEAD, POST, OPTIONS");
	if (status == MHD_HTTP_TOO_MANY_REQUESTS || status == MHD_HTTP_SERVICE_UNAVAILABLE)
		MHD_add_response_header(response, "Retry-After", "1");
}

static enum MHD_Result send_answer(struct http_server *server, struct http_exchange *exchange)
{
	struct MHD_Response *response;
	enum MHD_Result queued;

	response = MHD_create_response_from_buffer(exchange->answer_len, exchange->answer,
						   MHD_RESPMEM_MUST_FREE);
	if (!response)
		return MHD_NO;
	exchange->answer = NULL;
	if (exchange->content_type)
		MHD_add_response_header(response, "Content-Type", exchange->content_type);
	add_cors(server, response);
	add_status_headers(response, exchange->status);
	if (atomic_load_explicit(&server->stopping, memory_order_relaxed))
		MHD_add_response_header(response, "Connection", "close");
	http_connection_enter(exchange->connection, HTTP_PHASE_SENDING);
	queued = MHD_queue_response(exchange->mhd, (unsigned)exchange->status, response);
	MHD_destroy_response(response);
	return queued;
}

/* A browser asks before it posts (Fetch standard, CORS preflight). */
static enum MHD_Result send_preflight(struct http_server *server, struct MHD_Connection *mhd)
{
	struct MHD_Response *response;
	enum MHD_Result queued;

	response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	if (!response)
		return MHD_NO;
	add_cors(server, response);
	if (server->config.cors_origin) {
		MHD_add_response_header(response, "Access-Control-Allow-Methods",
					"GET, POST, OPTIONS");
		MHD_add_response_header(response, "Access-Control-Allow-Headers", "Content-Type");
		MHD_add_response_header(response, "Access-Control-Max-Age", "600");
	}
	MHD_add_response_header(response, "Allow", "GET, HEAD, POST, OPTIONS");
	queued = MHD_queue_response(mhd, MHD_HTTP_NO_CONTENT, response);
	MHD_destroy_response(response);
	return queued;
}

/* ---- receiving ---- */

/* 0 when the header says nothing or nonsense (which libmicrohttpd refuses). */
static size_t content_length(struct MHD_Connection *mhd)
{
	const char *text =
	    MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);

	return text ? (size_t)strtoull(text, NULL, 10) : 0;
}

static bool method_of(enum http_method *method, const char *name)
{
	if (strcmp(name, "POST") == 0)
		*method = HTTP_POST;
	else if (strcmp(name, "GET") == 0 || strcmp(name, "HEAD") == 0)
		*method = HTTP_GET;
	else
		return false;
	return true;
}

/* Why a request is not let in, as an HTTP status; 0: it is. */
static int refusal(struct http_server *server, struct http_connection *connection,
		   bool known_method, size_t length)
{
	if (!known_method)
		return MHD_HTTP_METHOD_NOT_ALLOWED;
	if (length > server->config.max_body)
		return MHD_HTTP_CONTENT_TOO_LARGE;
	if (atomic_load_explicit(&server->stopping, memory_order_relaxed) ||
	    atomic_load_explicit(&server->bodies, memory_order_relaxed) > HTTP_ALL_BODIES_MAX)
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	if (!http_limits_take(&server->limits, connection->client, 1, http_now_ms()))
		return MHD_HTTP_TOO_MANY_REQUESTS;
	return 0;
}

static const char *refusal_text(int status)
{
	switch (status) {
	case MHD_HTTP_METHOD_NOT_ALLOWED:
		return "method not allowed\n";
	case MHD_HTTP_CONTENT_TOO_LARGE:
		return "request body too large\n";
	case MHD_HTTP_TOO_MANY_REQUESTS:
		return "too many requests\n";
	default:
		return "busy\n";
	}
}

static void exchange_began(struct http_server *server, struct http_exchange *exchange)
{
	pthread_mutex_lock(&server->lock);
	exchange->connection->exchange = exchange;
	server->exchanges++;
	pthread_mutex_unlock(&server->lock);
}

/* The request's header is here. */
static enum MHD_Result begin(struct http_server *server, struct MHD_Connection *mhd,
			     const char *method_name, const char *path, struct http_exchange **out)
{
	struct http_connection *connection = http_connection_of(mhd);
	enum http_method method = HTTP_GET;
	bool known_method = method_of(&method, method_name);
	size_t length = content_length(mhd);
	struct http_exchange *exchange;
	int status;

	if (!connection)
		return MHD_NO;
	status = refusal(server, connection, known_method, length);
	exchange = http_exchange_new(server, mhd, connection, method, path);
	if (!exchange)
		return MHD_NO;
	*out = exchange;
	exchange_began(server, exchange);
	http_connection_enter(connection, HTTP_PHASE_BODY);
	if (!status)
		return MHD_YES;
	exchange->discards = true;
	http_exchange_refuse(exchange, status, refusal_text(status));
	if (length > HTTP_DISCARD_FACTOR * server->config.max_body)
		return send_answer(server, exchange);
	return MHD_YES;
}

/* Some of the body is here. */
static enum MHD_Result receive(struct http_server *server, struct http_exchange *exchange,
			       const char *data, size_t len)
{
	if (exchange->discards) {
		exchange->body_len += len;
		return exchange->body_len <= HTTP_DISCARD_FACTOR * server->config.max_body ? MHD_YES
											   : MHD_NO;
	}
	if (len > server->config.max_body - exchange->body_len) { /* chunked: no length before */
		exchange->discards = true;
		http_exchange_refuse(exchange, MHD_HTTP_CONTENT_TOO_LARGE,
				     refusal_text(MHD_HTTP_CONTENT_TOO_LARGE));
		return MHD_YES;
	}
	if (!http_exchange_receive(exchange, data, len, content_length(exchange->mhd)))
		return MHD_NO;
	atomic_fetch_add_explicit(&server->bodies, len, memory_order_relaxed);
	return MHD_YES;
}

/* After the handler has returned. */
static enum MHD_Result send_or_suspend(struct http_server *server, struct http_exchange *exchange)
{
	bool answered;

	pthread_mutex_lock(&exchange->lock);
	answered = exchange->state == HTTP_ANSWERED;
	if (!answered && atomic_load(&server->abandoning)) {
		exchange->state = HTTP_ABANDONED;
		pthread_mutex_unlock(&exchange->lock);
		return MHD_NO;
	}
	if (!answered) {
		exchange->state = HTTP_SUSPENDED;
		MHD_suspend_connection(exchange->mhd);
	}
	pthread_mutex_unlock(&exchange->lock);
	return answered ? send_answer(server, exchange) : MHD_YES;
}

/* The request is complete. */
static enum MHD_Result handle(struct http_server *server, struct http_exchange *exchange)
{
	struct http_request request = {
		.method = exchange->method,
		.path = exchange->path,
		.body = bytes_of(exchange->body ? exchange->body : "", exchange->body_len),
		.client_address = exchange->connection->client_address,
		.client = exchange->connection->client.v,
	};

	pthread_mutex_lock(&exchange->lock); /* abandon() looks */
	exchange->state = HTTP_HANDLING;
	pthread_mutex_unlock(&exchange->lock);
	http_connection_enter(exchange->connection, HTTP_PHASE_HANDLING);
	server->config.handler(server->config.context, exchange, &request);
	return send_or_suspend(server, exchange);
}

static enum MHD_Result complete(struct http_server *server, struct http_exchange *exchange)
{
	enum http_state state;

	pthread_mutex_lock(&exchange->lock);
	state = exchange->state;
	pthread_mutex_unlock(&exchange->lock);
	switch (state) {
	case HTTP_RECEIVING:
		return handle(server, exchange);
	case HTTP_ANSWERED:
		return send_answer(server, exchange);
	case HTTP_HANDLING:
	case HTTP_SUSPENDED:
	case HTTP_ABANDONED:
		return MHD_NO;
	}
	return MHD_NO;
}

/* libmicrohttpd calls this when the header is complete, for pieces of the body,
 * at its end, and after a resumption. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *mhd, const char *url,
				  const char *method, const char *version, const char *upload_data,
				  size_t *upload_len, void **request_context)
{
	struct http_server *server = context;
	struct http_exchange *exchange = *request_context;

	(void)version;
	if (!exchange && strcmp(method, "OPTIONS") == 0)
		return send_preflight(server, mhd);
	if (!exchange)
		return begin(server, mhd, method, url, (struct http_exchange **)request_context);
	if (*upload_len) {
		size_t len = *upload_len;

		*upload_len = 0;
		return receive(server, exchange, upload_data, len);
	}
	return complete(server, exchange);
}

/* A request that broke off never reached the handler: its hold is given up too. */
static void on_request_end(void *context, struct MHD_Connection *mhd, void **request_context,
			   enum MHD_RequestTerminationCode how)
{
	struct http_server *server = context;
	struct http_exchange *exchange = *request_context;
	struct http_connection *connection = http_connection_of(mhd);
	bool unanswered;

	(void)how;
	if (connection)
		http_connection_enter(connection, HTTP_PHASE_WAITING);
	if (!exchange)
		return;
	*request_context = NULL;
	pthread_mutex_lock(&exchange->lock);
	unanswered = exchange->state == HTTP_RECEIVING;
	pthread_mutex_unlock(&exchange->lock);
	if (!exchange->discards)
		atomic_fetch_sub_explicit(&server->bodies, exchange->body_len,
					  memory_order_relaxed);
	pthread_mutex_lock(&server->lock);
	if (connection)
		connection->exchange = NULL;
	if (--server->exchanges == 0 && atomic_load(&server->stopping))
		pthread_cond_broadcast(&server->changed);
	pthread_mutex_unlock(&server->lock);
	if (unanswered)
		http_exchange_release(exchange);
	http_exchange_release(exchange);
}

/* ---- start and stop ---- */

static void set_defaults(struct http_server_config *config)
{
	if (!config->bind_address)
		config->bind_address = "127.0.0.1";
	if (!config->max_body)
		config->max_body = (size_t)5 * 1024 * 1024;
	if (!config->max_connections)
		config->max_connections = 1000;
	if (!config->max_per_client)
		config->max_per_client = 64;
	if (!config->idle_timeout_s)
		config->idle_timeout_s = 30;
	if (!config->request_timeout_s)
		config->request_timeout_s = 15;
	if (!config->threads)
		config->threads = 1;
}

/* libmicrohttpd divides its bound among its threads, and one that is there takes
 * no more connections, so that they wait: ours comes before it, whichever thread
 * has them all. */
static unsigned daemon_limit(const struct http_server_config *config)
{
	return (config->max_connections + 1) * config->threads;
}

/* It listens to no socket itself: of its threads, the one that wakes up first would take
 * all connections that wait, and have all the work with them (http_accept.c). */
static struct MHD_Daemon *start_daemon(struct http_server *server)
{
	const struct http_server_config *config = &server->config;
	struct MHD_OptionItem pool[] = {
		{ MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)config->threads, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};

	if (config->threads == 1)
		pool[0].option = MHD_OPTION_END;
	return MHD_start_daemon(
	    MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO |
		MHD_USE_NO_LISTEN_SOCKET,
	    0, http_connection_admit, server, on_request, server, MHD_OPTION_CONNECTION_LIMIT,
	    daemon_limit(config), MHD_OPTION_CONNECTION_TIMEOUT, config->idle_timeout_s,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, HTTP_CONNECTION_MEMORY, MHD_OPTION_NOTIFY_COMPLETED,
	    on_request_end, server, MHD_OPTION_NOTIFY_CONNECTION, http_connection_notify, server,
	    MHD_OPTION_ARRAY, pool, MHD_OPTION_END);
}

static struct http_server *server_new(const struct http_server_config *config)
{
	struct http_server *server = calloc(1, sizeof(*server));
	pthread_condattr_t attributes;

	if (!server)
		return NULL;
	server->config = *config;
	server->listener = -1;
	pthread_mutex_init(&server->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&server->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	http_limits_init(&server->limits, config->requests_per_s, config->request_burst,
			 config->limit_loopback);
	return server;
}

static void server_free(struct http_server *server)
{
	http_limits_destroy(&server->limits);
	pthread_cond_destroy(&server->changed);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

bool http_server_start(struct http_server **out, const struct http_server_config *given,
		       char error[HTTP_SERVER_ERROR_SIZE])
{
	struct http_server_config config = *given;
	struct http_server *server;
	int fd;

	set_defaults(&config);
	fd = http_listen(&config, error);
	if (fd < 0)
		return false;
	server = server_new(&config);
	if (!server || !http_sweeper_start(server)) {
		http_listen_failed(error, &config, "out of memory");
		close(fd);
		if (server)
			server_free(server);
		return false;
	}
	server->port = http_port_of(fd);
	server->daemon = start_daemon(server);
	if (!server->daemon || !http_acceptor_start(server, fd)) {
		http_listen_failed(error, &config, "the HTTP server does not start");
		close(fd);
		http_server_stop(server, 0);
		return false;
	}
	*out = server;
	return true;
}

uint16_t http_server_port(const struct http_server *server)
{
	return server->port;
}

bool http_charge(struct http_exchange *exchange, unsigned requests)
{
	return http_limits_take(&exchange->server->limits, exchange->connection->client, requests,
				http_now_ms());
}

/* Open exchanges may finish until then. */
static void drain(struct http_server *server, unsigned drain_ms)
{
	struct timespec when = clock_after_ns((int64_t)drain_ms * 1000000);

	pthread_mutex_lock(&server->lock);
	while (server->exchanges)
		if (pthread_cond_timedwait(&server->changed, &server->lock, &when) == ETIMEDOUT)
			break;
	pthread_mutex_unlock(&server->lock);
}

/* Nobody waits for the answers of those that are suspended still. */
static void abandon(struct http_server *server)
{
	atomic_store(&server->abandoning, true);
	pthread_mutex_lock(&server->lock);
	for (struct http_connection *c = server->connections; c; c = c->next) {
		struct http_exchange *exchange = c->exchange;

		if (!exchange)
			continue;
		pthread_mutex_lock(&exchange->lock);
		if (exchange->state == HTTP_SUSPENDED) {
			exchange->state = HTTP_ABANDONED;
			MHD_resume_connection(exchange->mhd);
		}
		pthread_mutex_unlock(&exchange->lock);
	}
	pthread_mutex_unlock(&server->lock);
}

void http_server_stop(struct http_server *server, unsigned drain_ms)
{
	atomic_store(&server->stopping, true);
	if (server->daemon) {
		http_acceptor_end(server);
		drain(server, drain_ms);
		abandon(server);
		MHD_stop_daemon(server->daemon);
	}
	http_sweeper_end(server);
	server_free(server);
}
