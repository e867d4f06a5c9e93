/* http_connection: the inside of http_server: the server itself, its listening
 * socket, and its connections, which a sweeper ends when they dawdle. */
#ifndef GAVEL_NET_HTTP_CONNECTION_H
#define GAVEL_NET_HTTP_CONNECTION_H

#include <time.h>

#include "net/http_exchange.h"

struct http_server {
	struct http_server_config config;
	struct MHD_Daemon *daemon;
	uint16_t port;
	int listener; /* its socket; -1: nobody accepts from it */
	pthread_t acceptor;
	struct http_limits limits;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* exchanges went down, or stopping */
	struct http_connection *connections;
	unsigned exchanges;     /* begun and not completed */
	atomic_size_t bodies;   /* bytes */
	atomic_bool stopping;   /* no new requests */
	atomic_bool abandoning; /* no more waiting for answers */
	bool sweeper_ends;
	pthread_t sweeper;
};

/* Of a clock that only goes forward. */
uint64_t http_now_ms(void);

/* A listening socket, or -1 with `error`. */
int http_listen(const struct http_server_config *config, char error[HTTP_SERVER_ERROR_SIZE]);
uint16_t http_port_of(int fd);
/* Writes "address port N: why", returns -1. */
int http_listen_failed(char error[HTTP_SERVER_ERROR_SIZE], const struct http_server_config *config,
		       const char *why);

/* NULL: out of memory when it was opened. */
struct http_connection *http_connection_of(struct MHD_Connection *mhd);
void http_connection_enter(struct http_connection *connection, enum http_phase phase);

/* Accepts from `fd`, which is the server's from now on, and gives connections to the
 * daemon's threads in turn.  False: no thread, and `fd` is as it was. */
bool http_acceptor_start(struct http_server *server, int fd);
/* Closes the socket.  The server is stopping already; nothing, if it never started. */
void http_acceptor_end(struct http_server *server);

/* For MHD_start_daemon(): whether one more connection is let in from there.  One
 * that is not is closed at once, where libmicrohttpd's own bound would leave it,
 * and those of all others, waiting.  Those that come in the same moment are counted
 * when they are opened. */
enum MHD_Result http_connection_admit(void *context, const struct sockaddr *address, socklen_t len);

/* For MHD_OPTION_NOTIFY_CONNECTION. */
void http_connection_notify(void *context, struct MHD_Connection *mhd, void **socket_context,
			    enum MHD_ConnectionNotificationCode what);

/* False: no thread. */
bool http_sweeper_start(struct http_server *server);
void http_sweeper_end(struct http_server *server);

#endif
