#include "tests/bench/tps_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_CONNECTIONS 256
#define ANSWER_MAX      ((size_t)1 << 20)

struct connection {
	int socket;
	size_t request; /* under way */
	size_t sent, received;
	uint8_t *answer;
};

struct client {
	const struct request *requests;
	size_t count, next, finished;
	int epoll;
	bool (*answered)(void *context, size_t index, struct bytes body);
	void *context;
};

struct request request_new(const char *host, struct bytes body)
{
	struct request request;
	char *head;
	int len = asprintf(&head,
			   "POST / HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"
			   "Content-Length: %zu\r\n\r\n",
			   host, body.len);

	if (len < 0)
		abort();
	request.len = (size_t)len + body.len;
	request.data = malloc(request.len);
	if (!request.data)
		abort();
	memcpy(request.data, head, (size_t)len);
	memcpy(request.data + len, body.data, body.len);
	free(head);
	return request;
}

static bool complain(const char *what)
{
	fprintf(stderr, "tps: %s: %s\n", what, strerror(errno));
	return false;
}

static bool open_connection(struct connection *c, const char *host, uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	int on = 1;

	if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
		return complain("the address must be an IPv4 one");
	c->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->socket < 0 || connect(c->socket, (struct sockaddr *)&address, sizeof(address)) != 0)
		return complain("connect");
	setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return true;
}

static bool watch(struct client *client, struct connection *c, int operation, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = c };

	return epoll_ctl(client->epoll, operation, c->socket, &event) == 0 || complain("epoll_ctl");
}

/* Sends what the socket takes; the rest when epoll says so. */
static bool go_on_sending(struct client *client, struct connection *c)
{
	const struct request *request = &client->requests[c->request];
	ssize_t n = send(c->socket, request->data + c->sent, request->len - c->sent,
			 MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN)
		return complain("send");
	if (n > 0)
		c->sent += (size_t)n;
	return watch(client, c, EPOLL_CTL_MOD,
		     c->sent < request->len ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static bool send_next(struct client *client, struct connection *c)
{
	ssize_t n;

	if (client->next == client->count)
		return true;
	c->request = client->next++;
	c->received = 0;
	n = send(c->socket, client->requests[c->request].data, client->requests[c->request].len,
		 MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN)
		return complain("send");
	c->sent = n > 0 ? (size_t)n : 0;
	return c->sent == client->requests[c->request].len || go_on_sending(client, c);
}

/* Whether the answer is whole; then `*body` is its body. */
static bool is_whole(struct connection *c, struct bytes *body, bool *is_bad)
{
	char *head = (char *)c->answer, *end, *length;

	c->answer[c->received] = 0;
	end = strstr(head, "\r\n\r\n");
	if (!end)
		return false;
	*end = 0;
	length = strcasestr(head, "\r\ncontent-length:");
	*is_bad = !length || strncmp(head, "HTTP/1.1 200", 12) != 0;
	if (*is_bad) {
		fprintf(stderr, "tps: an answer that is not expected: %s\n", head);
		return false;
	}
	*body = bytes_of(end + 4, strtoul(length + 17, NULL, 10));
	*end = '\r';
	return (size_t)((uint8_t *)end + 4 - c->answer) + body->len <= c->received;
}

static bool receive(struct client *client, struct connection *c)
{
	ssize_t n =
	    recv(c->socket, c->answer + c->received, ANSWER_MAX - c->received, MSG_DONTWAIT);
	struct bytes body;
	bool is_bad = false;

	if (n < 0 && errno == EAGAIN)
		return true;
	if (n <= 0)
		return complain("the server closed the connection");
	c->received += (size_t)n;
	if (!is_whole(c, &body, &is_bad))
		return !is_bad;
	client->finished++;
	return client->answered(client->context, c->request, body) && send_next(client, c);
}

static bool serve(struct client *client)
{
	struct epoll_event events[MAX_CONNECTIONS];
	int count = epoll_wait(client->epoll, events, MAX_CONNECTIONS, 30000);

	if (count == 0) {
		fprintf(stderr, "tps: no answer for 30 seconds\n");
		return false;
	}
	for (int i = 0; i < count; i++) {
		struct connection *c = events[i].data.ptr;

		if ((events[i].events & EPOLLOUT) && !go_on_sending(client, c))
			return false;
		if ((events[i].events & ~(uint32_t)EPOLLOUT) && !receive(client, c))
			return false;
	}
	return true;
}

bool client_send_all(const char *host, uint16_t port, const struct request *requests, size_t count,
		     unsigned connections,
		     bool (*answered)(void *context, size_t index, struct bytes body),
		     void *context)
{
	struct client client = { .requests = requests,
				 .count = count,
				 .epoll = epoll_create1(EPOLL_CLOEXEC),
				 .answered = answered,
				 .context = context };
	struct connection *list = calloc(connections, sizeof(*list));
	bool good = client.epoll >= 0 && list && connections <= MAX_CONNECTIONS;

	for (unsigned i = 0; good && i < connections; i++) {
		list[i].socket = -1;
		list[i].answer = malloc(ANSWER_MAX + 1);
		good = list[i].answer && open_connection(&list[i], host, port) &&
		       watch(&client, &list[i], EPOLL_CTL_ADD, EPOLLIN);
	}
	for (unsigned i = 0; good && i < connections; i++)
		good = send_next(&client, &list[i]);
	while (good && client.finished < count)
		good = serve(&client);
	for (unsigned i = 0; list && i < connections; i++) {
		if (list[i].answer && list[i].socket >= 0)
			close(list[i].socket);
		free(list[i].answer);
	}
	free(list);
	close(client.epoll);
	return good;
}
