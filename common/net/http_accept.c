#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "net/http_connection.h"

/* When the process or the machine has no descriptor or memory left: connections wait. */
#define SHORTAGE_NS 10000000

/* Until there may be a connection, or the socket is shut down. */
static void wait_for_connection(int listener)
{
	struct pollfd wanted = { .fd = listener, .events = POLLIN };

	(void)poll(&wanted, 1, -1);
}

static bool is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS;
}

static void accept_one(struct http_server *server)
{
	const struct timespec pause = { .tv_nsec = SHORTAGE_NS };
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);
	int fd = accept4(server->listener, (struct sockaddr *)&address, &len,
			 SOCK_CLOEXEC | SOCK_NONBLOCK);

	/* It closes the socket if it does not want it. */
	if (fd >= 0)
		(void)MHD_add_connection(server->daemon, fd, (struct sockaddr *)&address, len);
	else if (is_shortage(errno))
		nanosleep(&pause, NULL);
	else
		wait_for_connection(server->listener);
}

static void *acceptor_main(void *context)
{
	struct http_server *server = context;

	while (!atomic_load(&server->stopping))
		accept_one(server);
	return NULL;
}

bool http_acceptor_start(struct http_server *server, int fd)
{
	server->listener = fd;
	if (pthread_create(&server->acceptor, NULL, acceptor_main, server) == 0) {
		pthread_setname_np(server->acceptor, "http-accept");
		return true;
	}
	server->listener = -1;
	return false;
}

void http_acceptor_end(struct http_server *server)
{
	if (server->listener < 0)
		return;
	shutdown(server->listener, SHUT_RDWR); /* wakes it */
	pthread_join(server->acceptor, NULL);
	close(server->listener);
	server->listener = -1;
}
