#include "net/http_connection.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/native/clock.h"

/* How often is looked for connections that dawdle. */
#define SWEEP_NS 500000000

uint64_t http_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void http_connection_enter(struct http_connection *connection, enum http_phase phase)
{
	atomic_store_explicit(&connection->since_ms, http_now_ms(), memory_order_relaxed);
	atomic_store_explicit(&connection->phase, phase, memory_order_relaxed);
}

struct http_connection *http_connection_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static void connection_address(struct http_connection *connection, struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	socklen_t len;

	if (!info || !info->client_addr)
		return;
	connection->client = http_client_key(info->client_addr);
	len = info->client_addr->sa_family == AF_INET ? sizeof(struct sockaddr_in)
						      : sizeof(struct sockaddr_in6);
	if (getnameinfo(info->client_addr, len, connection->client_address,
			sizeof(connection->client_address), NULL, 0, NI_NUMERICHOST) != 0)
		connection->client_address[0] = '\0';
}

/* With the lock. */
static void count_connections(const struct http_server *server, struct http_client_key client,
			      unsigned *all, unsigned *of_client)
{
	*all = *of_client = 0;
	for (const struct http_connection *c = server->connections; c; c = c->next) {
		++*all;
		*of_client += c->client.v == client.v;
	}
}

/* Those that were let in before, and are opened by other threads, count here only. */
static void close_if_too_many(const struct http_server *server,
			      const struct http_connection *connection)
{
	unsigned all, of_client;

	count_connections(server, connection->client, &all, &of_client);
	if (all > server->config.max_connections || of_client > server->config.max_per_client)
		shutdown(connection->fd, SHUT_RDWR);
}

static void connection_opened(struct http_server *server, struct MHD_Connection *mhd,
			      void **context)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct http_connection *connection = calloc(1, sizeof(*connection));

	*context = connection;
	if (!connection)
		return;
	connection->fd = info ? info->connect_fd : -1;
	connection_address(connection, mhd);
	http_connection_enter(connection, HTTP_PHASE_WAITING);
	pthread_mutex_lock(&server->lock);
	connection->next = server->connections;
	if (connection->next)
		connection->next->previous = connection;
	server->connections = connection;
	close_if_too_many(server, connection);
	pthread_mutex_unlock(&server->lock);
}

static void connection_closed(struct http_server *server, void **context)
{
	struct http_connection *connection = *context;

	*context = NULL;
	if (!connection)
		return;
	pthread_mutex_lock(&server->lock);
	if (connection->next)
		connection->next->previous = connection->previous;
	if (connection->previous)
		connection->previous->next = connection->next;
	else
		server->connections = connection->next;
	pthread_mutex_unlock(&server->lock);
	free(connection);
}

enum MHD_Result http_connection_admit(void *context, const struct sockaddr *address, socklen_t len)
{
	struct http_server *server = context;
	unsigned all, of_client;

	(void)len;
	pthread_mutex_lock(&server->lock);
	count_connections(server, http_client_key(address), &all, &of_client);
	pthread_mutex_unlock(&server->lock);
	return all < server->config.max_connections && of_client < server->config.max_per_client
		   ? MHD_YES
		   : MHD_NO;
}

void http_connection_notify(void *context, struct MHD_Connection *mhd, void **socket_context,
			    enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		connection_opened(context, mhd, socket_context);
	else
		connection_closed(context, socket_context);
}

/* Longest stay in a phase, in ms; 0: any. */
static uint64_t phase_limit(const struct http_server *server, enum http_phase phase)
{
	uint64_t request = (uint64_t)server->config.request_timeout_s * 1000;

	switch (phase) {
	case HTTP_PHASE_WAITING:
		return request + (uint64_t)server->config.idle_timeout_s * 1000;
	case HTTP_PHASE_BODY:
		return request;
	case HTTP_PHASE_HANDLING:
		return 0;
	case HTTP_PHASE_SENDING:
		return 4 * request;
	}
	return 0;
}

/* Has the client said its last byte, without having made a request?
 * libmicrohttpd misses that now and then, when it comes with the last data, and
 * would keep the connection until its time is over.  Seen twice, so that a
 * request that is just being read does not count. */
static bool has_left(struct http_connection *connection, enum http_phase phase)
{
	uint64_t since = atomic_load(&connection->since_ms);
	bool seen_before = connection->ended_in_phase == since;
	char byte;

	if (phase != HTTP_PHASE_WAITING && phase != HTTP_PHASE_BODY)
		return false;
	if (recv(connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0)
		return false;
	connection->ended_in_phase = since;
	return seen_before;
}

static bool is_too_slow(const struct http_server *server, const struct http_connection *connection,
			enum http_phase phase, uint64_t now)
{
	uint64_t limit = phase_limit(server, phase);
	uint64_t since = atomic_load(&connection->since_ms);

	return limit && now > since && now - since > limit;
}

/* libmicrohttpd's timeout is about silence; this one is about clients that send
 * or take a byte now and then, and those that have left.  Their socket is shut
 * down, and the daemon notices; it is not closed before connection_closed() has
 * run. */
static void sweep(struct http_server *server)
{
	uint64_t now = http_now_ms();

	for (struct http_connection *c = server->connections; c; c = c->next) {
		enum http_phase phase = (enum http_phase)atomic_load(&c->phase);

		if (is_too_slow(server, c, phase, now) || has_left(c, phase))
			shutdown(c->fd, SHUT_RDWR);
	}
}

static void *sweeper_main(void *context)
{
	struct http_server *server = context;

	pthread_mutex_lock(&server->lock);
	while (!server->sweeper_ends) {
		struct timespec when = clock_after_ns(SWEEP_NS);

		pthread_cond_timedwait(&server->changed, &server->lock, &when);
		sweep(server);
	}
	pthread_mutex_unlock(&server->lock);
	return NULL;
}

void http_sweeper_end(struct http_server *server)
{
	pthread_mutex_lock(&server->lock);
	server->sweeper_ends = true;
	pthread_cond_broadcast(&server->changed);
	pthread_mutex_unlock(&server->lock);
	pthread_join(server->sweeper, NULL);
}

bool http_sweeper_start(struct http_server *server)
{
	return pthread_create(&server->sweeper, NULL, sweeper_main, server) == 0;
}
