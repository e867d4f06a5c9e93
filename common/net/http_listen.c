#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/http_connection.h"

int http_listen_failed(char error[HTTP_SERVER_ERROR_SIZE], const struct http_server_config *config,
		       const char *why)
{
	snprintf(error, HTTP_SERVER_ERROR_SIZE, "%s port %u: %s", config->bind_address,
		 (unsigned)config->port, why);
	return -1;
}

static int bind_first(const struct addrinfo *address)
{
	int on = 1;
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, 1024) == 0)
		return fd;
	on = errno;
	close(fd);
	errno = on;
	return -1;
}

int http_listen(const struct http_server_config *config, char error[HTTP_SERVER_ERROR_SIZE])
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_PASSIVE | AI_NUMERICSERV | AI_NUMERICHOST };
	struct addrinfo *found;
	char port[8];
	int fd, err;

	snprintf(port, sizeof(port), "%u", (unsigned)config->port);
	err = getaddrinfo(config->bind_address, port, &hints, &found);
	if (err)
		return http_listen_failed(error, config, gai_strerror(err));
	fd = bind_first(found);
	freeaddrinfo(found);
	return fd >= 0 ? fd : http_listen_failed(error, config, strerror(errno));
}

uint16_t http_port_of(int fd)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &len) != 0)
		return 0;
	if (address.ss_family == AF_INET)
		return ntohs(((struct sockaddr_in *)&address)->sin_port);
	return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
}
