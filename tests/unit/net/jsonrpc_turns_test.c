/* Which of the waiting calls is next: in what order they begin, over real sockets.
 * The orders are written out by hand from the header's three rules. */
#include "tests/unit/net/rpc_methods.h"

static int setup_workers(unsigned workers, unsigned max_queue)
{
	gate_set(false);
	gate.count = 0;
	start((struct rpc_server_config){ .workers = workers, .max_queue = max_queue });
	return 0;
}

static int one_worker(void **state)
{
	(void)state;
	return setup_workers(1, 0);
}

static int two_workers(void **state)
{
	(void)state;
	return setup_workers(2, 0);
}

static int short_queue(void **state)
{
	(void)state;
	return setup_workers(1, 2);
}

/* Also when a test has failed, no call must be left at the gate. */
static int teardown_opened(void **state)
{
	gate_set(true);
	return teardown(state);
}

/* An array of a call of t_gate for each of `names`, and a last one, of t_hold, that
 * says when they all wait: it has returned then. */
static int send_array(uint32_t from, const char *names)
{
	char body[2048] = "[", text[2200];
	size_t held_before = held.count;
	int fd = raw_socket_from(from);

	for (const char *name = names; *name; name++)
		sprintf(body + strlen(body),
			"{\"jsonrpc\":\"2.0\",\"id\":\"%c\",\"method\":\"t_gate\",\"params\":[\"%"
			"c\"]},",
			*name, *name);
	strcat(body, "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"t_hold\"}]");
	sprintf(text, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n%s", strlen(body),
		body);
	send_text(fd, text);
	wait_for_held(held_before + 1);
	rpc_complete(held.calls[held_before], json_true());
	return fd;
}

/* The body of the answer. */
static const char *receive_answer(int fd)
{
	static char text[4096];
	const char *body;
	size_t len = 0, head;

	for (;;) {
		ssize_t got = recv(fd, text + len, sizeof(text) - 1 - len, 0);

		assert_true(got > 0);
		text[len += (size_t)got] = '\0';
		body = strstr(text, "\r\n\r\n");
		if (!body)
			continue;
		head = (size_t)(body + 4 - text);
		if (len - head == strtoul(strstr(text, "Content-Length: ") + 16, NULL, 10))
			break;
	}
	close(fd);
	return body + 4;
}

#define GATED(id) OK("\"" id "\"", "\"" id "\"")

static void the_calls_of_an_array_are_done_in_turn_beside_those_of_others(void **state)
{
	int a, b;

	(void)state;
	a = send_array(1, "ab");
	assert_string_equal(gate_wait(1), "a");
	b = send_array(1, "x"); /* there is a second worker, and it is free */
	assert_string_equal(gate_wait(2), "ax");
	gate_set(true);
	assert_string_equal(receive_answer(a),
			    "[" GATED("a") "," GATED("b") "," OK("0", "true") "]");
	assert_string_equal(receive_answer(b), "[" GATED("x") "," OK("0", "true") "]");
	assert_string_equal(gate_wait(3), "axb");
}

static void a_newcomer_waits_for_the_running_call_only(void **state)
{
	int a, b;

	(void)state;
	a = send_array(1, "abc");
	gate_wait(1);
	b = send_array(2, "x");
	gate_set(true);
	receive_answer(b);
	assert_string_equal(receive_answer(a),
			    "[" GATED("a") "," GATED("b") "," GATED("c") "," OK("0", "true") "]");
	assert_string_equal(gate_wait(4), "axbc");
}

static void clients_take_turns_and_the_messages_of_each(void **state)
{
	int fds[4];

	(void)state;
	fds[0] = send_array(1, "abc");
	gate_wait(1);
	fds[1] = send_array(1, "ABC");
	fds[2] = send_array(2, "xy");
	fds[3] = send_array(3, "1");
	gate_set(true);
	for (size_t i = 0; i < 4; i++)
		receive_answer(fds[i]);
	assert_string_equal(gate_wait(9), "aAx1byBcC");
}

static void the_bound_on_waiting_calls_is_each_clients_own(void **state)
{
	const char *text;
	int a, b;

	(void)state;
	a = send_array(1, "abcde");
	b = send_array(2, "x");
	gate_set(true);
	assert_string_equal(receive_answer(b), "[" GATED("x") "," OK("0", "true") "]");
	text = receive_answer(a);
	assert_non_null(strstr(text, BAD("\"e\"", "-32005", "server is busy")));
	assert_non_null(strstr(text, GATED("b")));
}

/* ---- without HTTP ---- */

#define GATE(name)                                                                                 \
	"{\"jsonrpc\":\"2.0\",\"id\":\"" name "\",\"method\":\"t_gate\",\"params\":[\"" name "\"]" \
	"}"

static void keep_answer(void *context, char *text, size_t len)
{
	char **kept = context;

	*kept = realloc(text, len + 1);
	(*kept)[len] = '\0';
}

static void count_busy(void *context, char *text, size_t len)
{
	*(bool *)context = strncmp(text, BAD("\"z\"", "-32005", "server is busy"), len) == 0;
	free(text);
}

/* The pool takes no more when it is ending: then the running call may end. */
static void *open_when_ending(void *context)
{
	static const char request[] = GATE("z");
	static bool is_busy[10000];

	for (size_t i = 0; !is_busy[i ? i - 1 : 0]; i = (i + 1) % 10000)
		rpc_server_handle(context, bytes_of(request, sizeof(request) - 1), count_busy,
				  &is_busy[i]);
	gate_set(true);
	return NULL;
}

static void what_waits_when_the_server_stops_is_answered(void **state)
{
	static const char request[] = "[" GATE("a") "," GATE("b") "," GATE("c") "]";
	const struct rpc_server_config config = {
		.methods = methods,
		.method_count = sizeof(methods) / sizeof(methods[0]),
		.workers = 2,
	};
	struct rpc_server *own = rpc_server_new(&config);
	char *text = NULL;
	pthread_t thread;

	(void)state;
	rpc_server_handle(own, bytes_of(request, sizeof(request) - 1), keep_answer, &text);
	gate_wait(1);
	pthread_create(&thread, NULL, open_when_ending, own);
	rpc_server_stop(own, 0);
	pthread_join(thread, NULL);
	assert_string_equal(text,
			    "[" GATED("a") "," BAD("\"b\"", "-32000", "server is stopping") "," BAD(
				"\"c\"", "-32000", "server is stopping") "]");
	free(text);
}

int main(void)
{
#define WITH(f, setup) cmocka_unit_test_setup_teardown(f, setup, teardown_opened)
	const struct CMUnitTest tests[] = {
		WITH(the_calls_of_an_array_are_done_in_turn_beside_those_of_others, two_workers),
		WITH(a_newcomer_waits_for_the_running_call_only, one_worker),
		WITH(clients_take_turns_and_the_messages_of_each, one_worker),
		WITH(the_bound_on_waiting_calls_is_each_clients_own, short_queue),
		WITH(what_waits_when_the_server_stops_is_answered, one_worker),
	};

	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
