/* Calls that are answered later, from another thread, or never. */
#include "tests/unit/net/rpc_methods.h"

static void *complete_in_reverse(void *context)
{
	size_t count = (size_t)(uintptr_t)context;

	pthread_mutex_lock(&held.lock);
	while (held.count < count)
		pthread_cond_wait(&held.added, &held.lock);
	pthread_mutex_unlock(&held.lock);
	for (size_t i = count; i-- > 0;)
		rpc_complete(held.calls[i], json_integer((json_int_t)i));
	return NULL;
}

static void answers_later_from_another_thread_in_any_order(void **state)
{
	pthread_t thread;

	(void)state;
	pthread_create(&thread, NULL, complete_in_reverse, (void *)(uintptr_t)3);
	post("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"t_hold\"},{\"jsonrpc\":\"2.0\",\"id\":2,"
	     "\"method\":\"t_hold\"},"
	     "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"t_hold\"}]");
	pthread_join(thread, NULL);
	assert_string_equal(answer.text, "[" OK("1", "0") "," OK("2", "1") "," OK("3", "2") "]");
}

#define HOLD_CALL "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"t_hold\"}"
#define HOLD_POST "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 42\r\n\r\n" HOLD_CALL

static void drops_the_answer_when_the_client_has_gone(void **state)
{
	int fd;

	(void)state;
	assert_int_equal(strlen(HOLD_CALL), 42);
	for (size_t i = 0; i < 8; i++) {
		fd = raw_socket();
		send_text(fd, HOLD_POST);
		wait_for_held(i + 1);
		close(fd);
	}
	for (size_t i = 0; i < 8; i++)
		rpc_complete_failed(held.calls[i], RPC_SERVER_ERROR, "too late");
	assert_string_equal(post(CALL("t_context", "[]")), OK("1", "\"0x7\""));
}

static void stops_with_calls_open_which_are_completed_afterwards(void **state)
{
	int fd = raw_socket();
	char buffer[16];

	send_text(fd, HOLD_POST);
	wait_for_held(1);
	rpc_server_stop(server, 50);
	assert_true(recv(fd, buffer, sizeof(buffer), 0) <= 0);
	close(fd);
	rpc_complete(held.calls[0], json_true());
	held.count = 0;
	setup(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(answers_later_from_another_thread_in_any_order),
		TEST(drops_the_answer_when_the_client_has_gone),
		TEST(stops_with_calls_open_which_are_completed_afterwards),
	};

	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
