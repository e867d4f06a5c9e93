/* HTTP: browsers, bounds on strangers, and what is no HTTP at all. */
#include <errno.h>
#include <sys/resource.h>

#include "tests/unit/net/rpc_methods.h"

static void answers_browsers(void **state)
{
	(void)state;
	request("OPTIONS", NULL, 0);
	assert_int_equal(answer.status, 204);
	assert_non_null(strstr(answer.headers, "Access-Control-Allow-Origin: *"));
	assert_non_null(strstr(answer.headers, "Access-Control-Allow-Methods: GET, POST, OPTIONS"));
	assert_non_null(strstr(answer.headers, "Access-Control-Allow-Headers: Content-Type"));
	post(CALL("t_context", "[]"));
	assert_non_null(strstr(answer.headers, "Access-Control-Allow-Origin: *"));
	assert_non_null(strstr(answer.headers, "Content-Type: application/json"));
	request("GET", NULL, 0);
	assert_int_equal(answer.status, 200);
	request("PUT", "x", 1);
	assert_int_equal(answer.status, 405);
	assert_non_null(strstr(answer.headers, "Allow: "));
}

static void refuses_large_bodies_however_they_come(void **state)
{
	char *body = malloc(1000000);
	char chunk[1100];
	int fd;
	ssize_t got;
	char text[64] = "";

	(void)state;
	memset(body, ' ', 1000000);
	request("POST", body, 100000);
	assert_int_equal(answer.status, 200); /* a parse error */
	request("POST", body, 100001);
	assert_int_equal(answer.status, 413);
	free(body);
	/* Chunked: no length is said beforehand. */
	fd = raw_socket();
	send_text(fd, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
	sprintf(chunk, "400\r\n%01024d\r\n", 0);
	for (int i = 0; i < 110; i++)
		send_text(fd, chunk);
	send_text(fd, "0\r\n\r\n");
	got = recv(fd, text, sizeof(text) - 1, 0);
	assert_true(got > 12);
	assert_memory_equal(text, "HTTP/1.1 413", 12);
	close(fd);
}

static void limits_requests_of_a_client(void **state)
{
	unsigned refused = 0;

	rpc_server_stop(server, 1000);
	start((struct rpc_server_config){
	    .http = { .requests_per_s = 1, .request_burst = 5, .limit_loopback = true } });
	for (int i = 0; i < 10; i++) {
		request("POST", CALL("t_context", "[]"), strlen(CALL("t_context", "[]")));
		if (answer.status == 429) {
			assert_non_null(strstr(answer.headers, "Retry-After: "));
			refused++;
		}
	}
	assert_in_range(refused, 3, 5);
	rpc_server_stop(server, 1000);
	/* The calls of a batch count one each. */
	start((struct rpc_server_config){
	    .http = { .requests_per_s = 1, .request_burst = 5, .limit_loopback = true } });
	request("POST", "[1,2,3]", 7);
	assert_int_equal(answer.status, 200);
	request("POST", "[1,2,3]", 7);
	assert_int_equal(answer.status, 429);
	rpc_server_stop(server, 1000);
	setup(state);
}

/* Whether the server answers on the connection; it has closed it else. */
static bool is_served(int fd)
{
	static const char get[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
	const struct timeval patience = { .tv_sec = 20 };
	char text[13];
	ssize_t len;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (send(fd, get, strlen(get), MSG_NOSIGNAL) < 0)
		return false;
	len = recv(fd, text, sizeof(text), 0);
	if (len < 0)
		assert_int_not_equal(errno, EAGAIN); /* neither served nor closed */
	return len == sizeof(text) && memcmp(text, "HTTP/1.1 200 ", sizeof(text)) == 0;
}

#define STRANGERS_MAX 1100

/* One address opens as many as it can, and more than there may be in all: those
 * above its bound are closed, the others are served, and so is everybody else. */
static void one_client_does_not_keep_others_out(void **state)
{
	static int fds[STRANGERS_MAX];
	unsigned served = 0;
	int other;

	(void)state;
	for (size_t threads = 1; threads <= 3; threads += 2) {
		rpc_server_stop(server, 1000);
		start((struct rpc_server_config){
		    .http = { .threads = (unsigned)threads, .idle_timeout_s = 600 } });
		for (size_t i = 0; i < STRANGERS_MAX; i++)
			fds[i] = raw_socket_from(1);
		other = raw_socket_from(2);
		assert_true(is_served(other));
		close(other);
		served = 0;
		for (size_t i = 0; i < STRANGERS_MAX; i++)
			served += is_served(fds[i]);
		assert_int_equal(served, 64);
		for (size_t i = 0; i < STRANGERS_MAX; i++)
			close(fds[i]);
	}
	rpc_server_stop(server, 1000);
	setup(state);
}

#define THREADS 3

/* Whoever keeps a connection keeps its thread: they must not all have the same one. */
static void connections_are_spread_over_the_threads(void **state)
{
	char threads[THREADS][32] = { "" };
	int fds[4 * THREADS];
	size_t count = 0;

	(void)state;
	rpc_server_stop(server, 1000);
	start((struct rpc_server_config){ .http = { .threads = THREADS } });
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		char text[1024] = "", *result;
		size_t known = 0;

		fds[i] = raw_socket();
		send_text(fds[i], "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 44\r\n\r\n"
				  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"t_thread\"}");
		assert_true(recv(fds[i], text, sizeof(text) - 1, 0) > 0);
		result = strstr(text, "\"result\":");
		assert_non_null(result);
		result[strcspn(result, "}")] = '\0';
		while (known < count && strcmp(threads[known], result) != 0)
			known++;
		assert_true(known < THREADS);
		snprintf(threads[known], sizeof(threads[known]), "%.31s", result);
		count += known == count;
	}
	assert_int_equal(count, THREADS);
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		close(fds[i]);
	rpc_server_stop(server, 1000);
	setup(state);
}

/* However many addresses there are. */
static void more_connections_than_allowed_are_closed(void **state)
{
	int fds[5], i;

	(void)state;
	rpc_server_stop(server, 1000);
	start((struct rpc_server_config){ .http = { .max_connections = 3, .threads = 2 } });
	for (i = 0; i < 3; i++) {
		fds[i] = raw_socket_from((uint32_t)i + 1);
		assert_true(is_served(fds[i]));
	}
	for (; i < 5; i++) {
		fds[i] = raw_socket_from((uint32_t)i + 1);
		assert_false(is_served(fds[i]));
	}
	for (i = 0; i < 5; i++)
		close(fds[i]);
	rpc_server_stop(server, 1000);
	setup(state);
}

static void cuts_off_slow_clients(void **state)
{
	static const char head[] = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 42\r\n\r\n";
	char text[8];
	bool is_cut = false;
	int fd;

	rpc_server_stop(server, 1000);
	start(
	    (struct rpc_server_config){ .http = { .idle_timeout_s = 60, .request_timeout_s = 1 } });
	fd = raw_socket();
	send_text(fd, head);
	for (int i = 0; i < 40 && !is_cut; i++) { /* a byte now and then, for up to 8 s */
		is_cut = send(fd, "{", 1, MSG_NOSIGNAL) != 1 ||
			 recv(fd, text, sizeof(text), MSG_DONTWAIT) == 0;
		usleep(200000);
	}
	assert_true(is_cut);
	close(fd);
	rpc_server_stop(server, 1000);
	setup(state);
}

/* Bytes that are no HTTP, or hostile HTTP: the server goes on. */
static void survives_what_is_no_http(void **state)
{
	static const char *const texts[] = {
		"\r\n\r\n",
		"GET",
		"\x16\x03\x01\x02",
		"POST / HTTP/9.9\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
		 "chunked\r\n\r\nffffffffffffffff\r\n"),
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int fd = raw_socket();
		char buffer[512];

		send_text(fd, texts[i]);
		shutdown(fd, SHUT_WR);
		while (recv(fd, buffer, sizeof(buffer), 0) > 0)
			;
		close(fd);
	}
	assert_string_equal(post(CALL("t_context", "[]")), OK("1", "\"0x7\""));
}

static void says_when_the_port_is_taken(void **state)
{
	struct rpc_server_config config = { .http = { .port = rpc_server_port(server) } };
	struct rpc_server *second;
	char error[HTTP_SERVER_ERROR_SIZE];

	(void)state;
	assert_false(rpc_server_start(&second, &config, error));
	assert_non_null(strstr(error, "Address already in use"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(answers_browsers),
		TEST(refuses_large_bodies_however_they_come),
		TEST(limits_requests_of_a_client),
		TEST(one_client_does_not_keep_others_out),
		TEST(connections_are_spread_over_the_threads),
		TEST(more_connections_than_allowed_are_closed),
		TEST(cuts_off_slow_clients),
		TEST(survives_what_is_no_http),
		TEST(says_when_the_port_is_taken),
	};

	const struct rlimit files = { 4096, 4096 }; /* both ends are here */

	setrlimit(RLIMIT_NOFILE, &files);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
