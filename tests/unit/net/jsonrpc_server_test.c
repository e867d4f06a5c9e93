/* JSON-RPC over real sockets, with libcurl as the client, and raw sockets for
 * what no client library would send. */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "net/rpc_params.h"

/* ---- methods ---- */

#define HELD_MAX 64

/* Calls that wait until a test lets them go. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t added;
	struct rpc_call *calls[HELD_MAX];
	size_t count;
} held = { .lock = PTHREAD_MUTEX_INITIALIZER, .added = PTHREAD_COND_INITIALIZER };

static struct rpc_answered *method_context(struct rpc_call *call)
{
	return rpc_reply_u64(call, *(uint64_t *)rpc_context(call));
}

static struct rpc_answered *method_echo(struct rpc_call *call)
{
	const json_t *param = rpc_param(call, 0);

	return rpc_reply(call, param ? json_deep_copy(param) : json_null());
}

static struct rpc_answered *method_hold(struct rpc_call *call)
{
	struct rpc_answered *answered = rpc_defer(call);

	pthread_mutex_lock(&held.lock);
	held.calls[held.count++] = call;
	pthread_cond_broadcast(&held.added);
	pthread_mutex_unlock(&held.lock);
	return answered;
}

static struct rpc_answered *method_revert(struct rpc_call *call)
{
	return rpc_fail(call, RPC_REVERTED, "execution reverted: \"no\"", json_string("0x1234"));
}

static struct rpc_answered *method_raw(struct rpc_call *call)
{
	return rpc_reply_raw(call, "{\"a\":[1]}", 9);
}

static struct rpc_answered *method_address(struct rpc_call *call)
{
	struct address address;

	if (!rpc_param_address(call, 0, &address))
		return rpc_fail_params(call);
	return rpc_reply(call, json_of_address(&address));
}

static struct rpc_answered *method_block(struct rpc_call *call)
{
	struct block_id id;

	if (!rpc_param_block(call, 0, &id))
		return rpc_fail_params(call);
	return rpc_reply(call, json_pack("[i,I]", (int)id.tag, (json_int_t)id.number));
}

static struct rpc_answered *method_data(struct rpc_call *call)
{
	struct bytes data;

	if (!rpc_param_bytes(call, 0, &data))
		return rpc_fail_params(call);
	return rpc_reply_u64(call, data.len);
}

static struct rpc_answered *method_quantity(struct rpc_call *call)
{
	uint64_t value;

	if (!rpc_param_u64(call, 0, &value))
		return rpc_fail_params(call);
	return rpc_reply_u64(call, value);
}

static struct rpc_answered *method_member(struct rpc_call *call)
{
	struct address to = { { 0 } };
	bool present;

	if (!rpc_member_address(call, 0, "to", &to, &present))
		return rpc_fail_params(call);
	return rpc_reply(call, present ? json_of_address(&to) : json_null());
}

static struct rpc_answered *method_large(struct rpc_call *call)
{
	char text[40002];

	memset(text, 'x', sizeof(text));
	text[0] = text[40001] = '"';
	return rpc_reply_raw(call, text, sizeof(text));
}

/* Longer than the time limit of the test that calls it. */
static struct rpc_answered *method_slow(struct rpc_call *call)
{
	const struct timespec pause = { 0, 5 * 1000000 };

	nanosleep(&pause, NULL);
	return rpc_reply_u64(call, 1);
}

static const struct rpc_method methods[] = {
	{ "t_context", method_context, RPC_INLINE, 1 },
	{ "t_echo", method_echo, RPC_POOLED, 1 },
	{ "t_hold", method_hold, RPC_INLINE, 1 },
	{ "t_revert", method_revert, RPC_POOLED, 1 },
	{ "t_raw", method_raw, RPC_INLINE, 1 },
	{ "t_address", method_address, RPC_INLINE, 1 },
	{ "t_block", method_block, RPC_INLINE, 1 },
	{ "t_data", method_data, RPC_INLINE, 1 },
	{ "t_quantity", method_quantity, RPC_INLINE, 1 },
	{ "t_member", method_member, RPC_INLINE, 1 },
	{ "t_large", method_large, RPC_POOLED, 1 },
	{ "t_slow", method_slow, RPC_HEAVY, 1 },
};

static uint64_t context_value = 7;
static struct rpc_server *server;

static void start(struct rpc_server_config config)
{
	char error[HTTP_SERVER_ERROR_SIZE];

	config.methods = methods;
	config.method_count = sizeof(methods) / sizeof(methods[0]);
	config.context = &context_value;
	if (!rpc_server_start(&server, &config, error))
		fail_msg("%s", error);
}

static int setup(void **state)
{
	(void)state;
	start((struct rpc_server_config){ .http = { .cors_origin = "*", .max_body = 100000 },
					  .max_batch = 100,
					  .max_batch_answer = 100000 });
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rpc_server_stop(server, 1000);
	held.count = 0;
	return 0;
}

/* ---- clients ---- */

struct answer {
	long status;
	char text[1 << 18];
	size_t len;
	char headers[4096];
	size_t headers_len;
};

static size_t keep_text(char *data, size_t size, size_t count, void *context)
{
	struct answer *answer = context;

	if (answer->len + size * count >= sizeof(answer->text))
		return 0;
	memcpy(answer->text + answer->len, data, size * count);
	answer->len += size * count;
	return size * count;
}

static size_t keep_header(char *data, size_t size, size_t count, void *context)
{
	struct answer *answer = context;

	if (answer->headers_len + size * count < sizeof(answer->headers)) {
		memcpy(answer->headers + answer->headers_len, data, size * count);
		answer->headers_len += size * count;
	}
	return size * count;
}

static struct answer answer;

static void request(const char *method, const char *body, size_t len)
{
	CURL *curl = curl_easy_init();
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", (unsigned)rpc_server_port(server));
	memset(&answer, 0, sizeof(answer));
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	if (body) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)len);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	}
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_text);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer);
	assert_int_equal(curl_easy_perform(curl), CURLE_OK);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
	curl_easy_cleanup(curl);
}

static const char *post(const char *body)
{
	request("POST", body, strlen(body));
	assert_int_equal(answer.status, 200);
	return answer.text;
}

/* A connection from 127.0.0.`from`. */
static int raw_socket_from(uint32_t from)
{
	struct sockaddr_in own = { .sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(0x7f000000 | from) };
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(rpc_server_port(server)) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&own, sizeof(own)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static int raw_socket(void)
{
	return raw_socket_from(1);
}

/* ---- framing ---- */

#define OK(id, result) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"result\":" result "}"
#define BAD(id, code, text)                                                                        \
	"{\"jsonrpc\":\"2.0\",\"id\":" id ",\"error\":{\"code\":" code ",\"message\":\"" text "\"" \
	"}}"

struct framing {
	const char *request, *answer;
};

static void check_all(const struct framing *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(post(cases[i].request), cases[i].answer) != 0)
			fail_msg("%s\n gives  %s\n not    %s", cases[i].request, answer.text,
				 cases[i].answer);
}

/* JSON-RPC 2.0, section 7 has most of these examples. */
static void frames_calls_as_the_specification_says(void **state)
{
	static const struct framing cases[] = {
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"t_context\",\"params\":[]}",
		  OK("1", "\"0x7\"") },
		{ "{\"jsonrpc\":\"2.0\",\"id\":\"a\\u0041\",\"method\":\"t_raw\"}",
		  OK("\"a\\u0041\"", "{\"a\":[1]}") },
		{ "{\"jsonrpc\":\"2.0\",\"id\":12345678901234567890123,\"method\":\"t_context\"}",
		  OK("12345678901234567890123", "\"0x7\"") },
		{ "{\"method\":\"t_echo\",\"params\":[{\"x\":[1,\"\xc3\xa9\"]}],\"id\":null,"
		  "\"jsonrpc\":\"2.0\"}",
		  OK("null", "{\"x\":[1,\"\xc3\xa9\"]}") },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"t_context\",\"params\":null}",
		  OK("1", "\"0x7\"") },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"t_no\"}",
		  BAD("1", "-32601", "the method t_no does not exist/is not available") },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"t_contextual\"}",
		  BAD("1", "-32601", "the method t_contextual does not exist/is not available") },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"t_contex\"}",
		  BAD("1", "-32601", "the method t_contex does not exist/is not available") },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"t_context\",\"params\":{\"a\":1}}",
		  BAD("1", "-32602", "non-array args") },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":1}",
		  BAD("1", "-32600", "invalid request") },
		{ "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"t_context\"}",
		  BAD("1", "-32600", "invalid request") },
		{ "{\"id\":1,\"method\":\"t_context\"}", BAD("1", "-32600", "invalid request") },
		{ "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"t_context\"}",
		  BAD("null", "-32600", "invalid request") },
		{ "{\"jsonrpc\":\"2.0\",\"method\":\"foobar, \"params\":\"bar\",\"baz]",
		  BAD("null", "-32700", "parse error") },
		{ "", BAD("null", "-32700", "parse error") },
		{ "1", BAD("null", "-32600", "invalid request") },
		{ "{}", BAD("null", "-32600", "invalid request") },
		{ "[]", BAD("null", "-32600", "empty batch") },
		{ "[1]", "[" BAD("null", "-32600", "invalid request") "]" },
		{ "[1,2]", "[" BAD("null", "-32600", "invalid request") "," BAD(
			       "null", "-32600", "invalid request") "]" },
		{ "{\"jsonrpc\":\"2.0\",\"method\":\"t_context\"}", "" },
		{ "{\"jsonrpc\":\"2.0\",\"method\":\"t_no\"}", "" },
		{ "[{\"jsonrpc\":\"2.0\",\"method\":\"t_echo\"},{\"jsonrpc\":\"2.0\",\"method\":"
		  "\"t_echo\"}]",
		  "" },
		{ "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"t_echo\",\"params\":[5]},{"
		  "\"jsonrpc\":\"2.0\",\"method\":\"t_raw\"},"
		  "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"t_raw\"},{\"foo\":1}]",
		  "[" OK("1", "5") "," OK("2", "{\"a\":[1]}") "," BAD("null", "-32600",
								      "invalid request") "]" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"t_revert\"}",
		  "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":3,\"message\":\"execution "
		  "reverted: \\\"no\\\"\",\"data\":\"0x1234\"}}" },
	};

	(void)state;
	check_all(cases, sizeof(cases) / sizeof(cases[0]));
}

#define CALL(method, params)                                                                       \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" method "\",\"params\":" params "}"
#define A40 "00112233445566778899aabbccddeeff00112233"
#define H64 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void names_the_bad_parameter(void **state)
{
	static const struct framing cases[] = {
		{ CALL("t_address", "[\"0x" A40 "\"]"), OK("1", "\"0x" A40 "\"") },
		{ CALL("t_address", "[\"0x" A40 "\",null]"),
		  BAD("1", "-32602", "too many arguments, want at most 1") },
		{ CALL("t_address", "[]"),
		  BAD("1", "-32602", "missing value for required argument 0") },
		{ CALL("t_address", "[null]"),
		  BAD("1", "-32602", "missing value for required argument 0") },
		{ CALL("t_address", "[\"0x0112233445566778899aabbccddeeff00112233\"]"),
		  BAD("1", "-32602",
		      "invalid argument 0: hex string has length 39, want 40 for address") },
		{ CALL("t_address", "[\"" A40 "\"]"),
		  BAD("1", "-32602",
		      "invalid argument 0: hex string without 0x prefix for address") },
		{ CALL("t_address", "[1]"),
		  BAD("1", "-32602", "invalid argument 0: non-string for address") },
		{ CALL("t_address", "[\"\"]"),
		  BAD("1", "-32602", "invalid argument 0: empty hex string for address") },
		{ CALL("t_address", "[\"0x0g112233445566778899aabbccddeeff00112233\"]"),
		  BAD("1", "-32602", "invalid argument 0: invalid hex string for address") },
		{ CALL("t_data", "[\"0x\"]"), OK("1", "\"0x0\"") },
		{ CALL("t_data", "[\"0x1234\"]"), OK("1", "\"0x2\"") },
		{ CALL("t_data", "[\"0x123\"]"),
		  BAD("1", "-32602", "invalid argument 0: hex string of odd length for data") },
		{ CALL("t_quantity", "[\"0xffffffffffffffff\"]"),
		  OK("1", "\"0xffffffffffffffff\"") },
		{ CALL("t_quantity", "[\"0x0\"]"), OK("1", "\"0x0\"") },
		{ CALL("t_quantity", "[\"0x\"]"),
		  BAD("1", "-32602", "invalid argument 0: hex string \\\"0x\\\" for quantity") },
		{ CALL("t_quantity", "[\"0x01\"]"),
		  BAD("1", "-32602",
		      "invalid argument 0: hex number with leading zero digits for quantity") },
		{ CALL("t_quantity", "[\"0x10000000000000000\"]"),
		  BAD("1", "-32602", "invalid argument 0: hex number > 64 bits for quantity") },
		{ CALL("t_quantity", "[5]"),
		  BAD("1", "-32602", "invalid argument 0: non-string for quantity") },
		{ CALL("t_block", "[\"latest\"]"), OK("1", "[2,0]") },
		{ CALL("t_block", "[\"pending\"]"), OK("1", "[3,0]") },
		{ CALL("t_block", "[\"safe\"]"), OK("1", "[4,0]") },
		{ CALL("t_block", "[\"finalized\"]"), OK("1", "[5,0]") },
		{ CALL("t_block", "[\"earliest\"]"), OK("1", "[6,0]") },
		{ CALL("t_block", "[\"0x1f\"]"), OK("1", "[0,31]") },
		{ CALL("t_block", "[{\"blockNumber\":\"0x1f\"}]"), OK("1", "[0,31]") },
		{ CALL("t_block", "[{\"blockHash\":\"0x" H64 "\"}]"), OK("1", "[1,0]") },
		{ CALL("t_block", "[{\"blockHash\":\"0x" H64 "\",\"blockNumber\":\"0x1\"}]"),
		  BAD("1", "-32602",
		      "invalid argument 0: cannot specify both BlockHash and BlockNumber, choose "
		      "one or the other") },
		{ CALL("t_block", "[\"0x8000000000000000\"]"),
		  BAD("1", "-32602", "invalid argument 0: block number larger than int64") },
		{ CALL("t_block", "[\"newest\"]"),
		  BAD("1", "-32602",
		      "invalid argument 0: hex string without 0x prefix for quantity") },
		{ CALL("t_member", "[{\"to\":\"0x" A40 "\"}]"), OK("1", "\"0x" A40 "\"") },
		{ CALL("t_member", "[{}]"), OK("1", "null") },
		{ CALL("t_member", "[{\"to\":\"0x12\"}]"),
		  BAD("1", "-32602",
		      "invalid argument 0: hex string has length 2, want 40 for address in field "
		      "to") },
		{ CALL("t_member", "[[]]"), BAD("1", "-32602", "invalid argument 0: non-object") },
	};

	(void)state;
	check_all(cases, sizeof(cases) / sizeof(cases[0]));
}

static size_t add_echo_calls(char *body, size_t count)
{
	size_t len = 0;

	body[len++] = '[';
	for (size_t i = 0; i < count; i++)
		len += (size_t)sprintf(body + len,
				       "%s{\"jsonrpc\":\"2.0\",\"id\":%zu,\"method\":\"%s\","
				       "\"params\":[%zu]}",
				       i ? "," : "", i, i % 3 ? "t_echo" : "t_raw", i);
	body[len++] = ']';
	body[len] = '\0';
	return len;
}

static void keeps_the_order_of_a_batch(void **state)
{
	char body[16384];
	json_t *answers;

	(void)state;
	add_echo_calls(body, 100);
	answers = json_loads(post(body), 0, NULL);
	assert_int_equal(json_array_size(answers), 100);
	for (size_t i = 0; i < 100; i++) {
		json_t *one = json_array_get(answers, i);

		assert_int_equal(json_integer_value(json_object_get(one, "id")), i);
		if (i % 3)
			assert_int_equal(json_integer_value(json_object_get(one, "result")), i);
	}
	json_decref(answers);
	add_echo_calls(body, 101);
	assert_string_equal(post(body), BAD("null", "-32600", "batch too large"));
}

static void bounds_the_answer_of_a_batch(void **state)
{
	static const char one[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"t_large\"}";
	char body[512];
	json_t *answers;

	(void)state;
	snprintf(body, sizeof(body), "[%s,%s,%s,%s]", one, one, one, one);
	answers = json_loads(post(body), 0, NULL);
	assert_int_equal(json_array_size(answers), 4);
	for (size_t i = 0, large = 0; i < 4; i++) {
		json_t *error = json_object_get(json_array_get(answers, i), "error");

		large += error == NULL;
		if (error)
			assert_int_equal(json_integer_value(json_object_get(error, "code")),
					 -32003);
		assert_true(large <= 2);
	}
	json_decref(answers);
}

/* Behind slow ones, the last of a batch begins too late. */
static void calls_that_begin_too_late_are_not_run(void **state)
{
	static const char one[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"t_slow\"}";
	char body[512];
	json_t *answers, *error;

	(void)state;
	rpc_server_stop(server, 1000);
	start((struct rpc_server_config){ .workers = 1, .timeout_ms = 1 });
	snprintf(body, sizeof(body), "[%s,%s]", one, one);
	answers = json_loads(post(body), 0, NULL);
	assert_int_equal(json_array_size(answers), 2);
	error = json_object_get(json_array_get(answers, 1), "error");
	assert_int_equal(json_integer_value(json_object_get(error, "code")), -32002);
	assert_string_equal(json_string_value(json_object_get(error, "message")),
			    "request timed out");
	json_decref(answers);
}

/* ---- later ---- */

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

static void send_text(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

#define HOLD_CALL "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"t_hold\"}"
#define HOLD_POST "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 42\r\n\r\n" HOLD_CALL

static void wait_for_held(size_t count)
{
	pthread_mutex_lock(&held.lock);
	while (held.count < count)
		pthread_cond_wait(&held.added, &held.lock);
	pthread_mutex_unlock(&held.lock);
}

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

/* ---- HTTP ---- */

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
		assert_in_range(served, 64, 64 + threads - 1); /* two may be let in at a time */
		for (size_t i = 0; i < STRANGERS_MAX; i++)
			close(fds[i]);
	}
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

static void refuses_deep_json(void **state)
{
	char body[90001];

	(void)state;
	memset(body, '[', 90000);
	body[90000] = '\0';
	assert_string_equal(post(body), BAD("null", "-32700", "parse error"));
	memcpy(body, "{\"jsonrpc\":\"2.0\",\"id\":", 22);
	assert_string_equal(post(body), BAD("null", "-32700", "parse error"));
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
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(frames_calls_as_the_specification_says),
		TEST(names_the_bad_parameter),
		TEST(keeps_the_order_of_a_batch),
		TEST(bounds_the_answer_of_a_batch),
		TEST(calls_that_begin_too_late_are_not_run),
		TEST(answers_later_from_another_thread_in_any_order),
		TEST(drops_the_answer_when_the_client_has_gone),
		TEST(stops_with_calls_open_which_are_completed_afterwards),
		TEST(answers_browsers),
		TEST(refuses_large_bodies_however_they_come),
		TEST(limits_requests_of_a_client),
		TEST(one_client_does_not_keep_others_out),
		TEST(more_connections_than_allowed_are_closed),
		TEST(cuts_off_slow_clients),
		TEST(survives_what_is_no_http),
		TEST(refuses_deep_json),
		TEST(says_when_the_port_is_taken),
	};

	const struct rlimit files = { 4096, 4096 }; /* both ends are here */

	setrlimit(RLIMIT_NOFILE, &files);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
