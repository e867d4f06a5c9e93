/* The L1 client against a node that misbehaves: our own HTTP server with a
 * script of answers. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/native/arena_heap.h"
#include "net/http_server.h"
#include "net/json_values.h"
#include "net/l1_client.h"

/* One scripted answer; "$ID" in the text becomes the request's id, or that of the
 * first of an array, and "$NEXT" that of the second. */
struct step {
	int status; /* 0: never answers */
	const char *text;
};

static struct {
	const struct step *steps;
	size_t count, next;
	struct http_exchange *unanswered[16];
	size_t unanswered_count;
	char last_request[4096];
} script;

/* Returns where the text goes on. */
static const char *copy_with_ids(char *out, size_t room, const char *text, long long id)
{
	size_t len = 0;

	while (*text && len + 24 < room) {
		bool is_id = strncmp(text, "$ID", 3) == 0, is_next = strncmp(text, "$NEXT", 5) == 0;

		if (is_id || is_next)
			len += (size_t)snprintf(out + len, room - len, "%lld", id + is_next);
		else
			out[len++] = *text;
		text += is_id ? 3 : is_next ? 5 : 1;
	}
	out[len] = '\0';
	return text;
}

static void reply(struct http_exchange *exchange, const struct step *step, const char *request)
{
	json_t *json = json_loads(request, 0, NULL);
	const json_t *first = json_is_array(json) ? json_array_get(json, 0) : json;
	char text[8192];

	assert_string_equal(copy_with_ids(text, sizeof(text), step->text,
					  json_integer_value(json_object_get(first, "id"))),
			    "");
	json_decref(json);
	http_reply(exchange, step->status, "application/json", bytes_of(text, strlen(text)));
}

/* The last step is repeated. */
static void on_request(void *context, struct http_exchange *exchange,
		       const struct http_request *request)
{
	const struct step *step = &script.steps[script.next];

	(void)context;
	snprintf(script.last_request, sizeof(script.last_request), "%s",
		 (const char *)request->body.data);
	if (script.next + 1 < script.count)
		script.next++;
	if (step->status)
		reply(exchange, step, (const char *)request->body.data);
	else
		script.unanswered[script.unanswered_count++] = exchange;
}

static struct http_server *server;
static struct l1_client *client;
static unsigned budget_ms = 20000;
static atomic_bool stop;

static void start(const struct step *steps, size_t count)
{
	const struct http_server_config config = { .handler = on_request };
	struct l1_client_config client_config = { .retry_budget_ms = budget_ms,
						  .first_wait_ms = 10,
						  .longest_wait_ms = 50 };
	char error[HTTP_SERVER_ERROR_SIZE];
	char url[96];

	memset(&script, 0, sizeof(script));
	script.steps = steps;
	script.count = count;
	assert_true(http_server_start(&server, &config, error));
	snprintf(url, sizeof(url), "http://user:secret@127.0.0.1:%u/v3/apikey?k=secret",
		 (unsigned)http_server_port(server));
	client_config.http.url = url;
	client_config.http.total_timeout_ms = 300;
	client_config.http.max_answer = 3000;
	client_config.http.stop = &stop;
	client_config.batch_limit = 2;
	atomic_store(&stop, false);
	client = l1_client_new(&client_config);
	assert_non_null(client);
}

static void end(void)
{
	l1_client_free(client);
	http_server_stop(server, 0);
	for (size_t i = 0; i < script.unanswered_count; i++)
		http_reply(script.unanswered[i], 200, "text/plain", bytes_of("", 0));
}

#define START(...)                                                                                 \
	static const struct step steps[] = { __VA_ARGS__ };                                        \
	(void)state;                                                                               \
	start(steps, sizeof(steps) / sizeof(steps[0]))

#define GOOD                                                                                       \
	{                                                                                          \
		200, "{\"jsonrpc\":\"2.0\",\"id\":$ID,\"result\":\"0x7a69\"}"                      \
	}

static void asks_again_until_there_is_a_usable_answer(void **state)
{
	uint64_t id = 0;

	START(
	    { 500, "<html>oops</html>" }, { 502, "" }, { 429, "slow down" }, { 0, NULL },
	    { 200, "{\"jsonrpc\":\"2.0\",\"id\":$ID,\"resu" }, { 200, "<html>fine</html>" },
	    { 200, "{\"jsonrpc\":\"2.0\",\"id\":999,\"result\":\"0x1\"}" },
	    { 200, "{\"jsonrpc\":\"2.0\",\"id\":$ID,\"error\":{\"code\":429,\"message\":\"x\"}}" },
	    GOOD);
	assert_int_equal(l1_chain_id(client, &id), L1_OK);
	assert_int_equal(id, 31337);
	assert_int_equal(script.next, 8);
	end();
}

static void gives_up_when_the_budget_is_used_up(void **state)
{
	uint64_t id = 5;

	budget_ms = 300;
	START({ 500, "" });
	budget_ms = 20000;
	assert_int_equal(l1_chain_id(client, &id), L1_UNAVAILABLE);
	assert_int_equal(id, 5);
	assert_non_null(strstr(l1_error(client)->message, "HTTP 500"));
	end();
}

static void does_not_ask_again_after_an_error_of_the_node(void **state)
{
	struct bytes out;
	struct l1_message message = { .gas_limit = 0 };
	struct arena arena;

	START({ 200,
		"{\"jsonrpc\":\"2.0\",\"id\":$ID,\"error\":{\"code\":3,\"message\":\"execution "
		"reverted\",\"data\":\"0x08c379a0\"}}" },
	      GOOD);
	arena_init(&arena, &arena_heap, 4096);
	assert_int_equal(l1_call(client, &arena, &out, &message, L1_LATEST), L1_NODE_ERROR);
	assert_int_equal(script.next, 1);
	assert_int_equal(l1_error(client)->code, 3);
	assert_int_equal(l1_error(client)->data.len, 4);
	arena_free(&arena);
	end();
}

static void tells_no_secrets(void **state)
{
	uint64_t id;

	START({ 403, "nope" });
	assert_int_equal(l1_chain_id(client, &id), L1_NODE_ERROR);
	assert_null(strstr(l1_error(client)->message, "secret"));
	assert_null(strstr(l1_error(client)->message, "apikey"));
	assert_null(strstr(l1_client_name(client), "secret"));
	assert_memory_equal(l1_client_name(client), "http://127.0.0.1:", 17);
	end();
}

static void bounds_what_it_reads(void **state)
{
	char large[4001];
	struct step one = { 200, large };
	uint64_t id;

	(void)state;
	memset(large, ' ', 4000);
	large[4000] = '\0';
	start(&one, 1);
	assert_int_equal(l1_chain_id(client, &id), L1_NODE_ERROR);
	assert_non_null(strstr(l1_error(client)->message, "too large"));
	end();
}

static void sends_once_and_says_when_it_does_not_know(void **state)
{
	static const uint8_t raw[] = { 0x02, 0xc0 };
	unsigned retry_after_ms = 0;
	struct hash32 hash;

	START({ 500, "" }, { 429, "" },
	      { 200, "{\"jsonrpc\":\"2.0\",\"id\":$ID,\"result\":\"0x12\"}" },
	      { 200, "{\"jsonrpc\":\"2.0\",\"id\":$ID,\"error\":{\"code\":-32000,\"message\":"
		     "\"nonce too low\"}}" });
	for (size_t i = 1; i <= 3; i++) {
		assert_int_equal(l1_send_raw(client, &hash, bytes_of(raw, 2), &retry_after_ms),
				 L1_SEND_UNKNOWN);
		assert_int_equal(script.next, i);
	}
	assert_int_equal(l1_send_raw(client, &hash, bytes_of(raw, 2), NULL), L1_SEND_NONCE_TOO_LOW);
	assert_non_null(strstr(script.last_request, "\"params\":[\"0x02c0\"]"));
	end();
}

static void nobody_there_is_unavailable(void **state)
{
	struct l1_client_config config = { .retry_budget_ms = 100, .first_wait_ms = 10 };
	struct l1_client *lonely;
	uint64_t id;

	(void)state;
	config.http.url = "http://127.0.0.1:1";
	lonely = l1_client_new(&config);
	assert_int_equal(l1_chain_id(lonely, &id), L1_UNAVAILABLE);
	l1_client_free(lonely);
	config.http.url = "ftp://127.0.0.1:1";
	assert_null(l1_client_new(&config));
	config.http.url = "not a url";
	assert_null(l1_client_new(&config));
}

static void *stop_soon(void *context)
{
	(void)context;
	usleep(100000);
	atomic_store(&stop, true);
	return NULL;
}

static void stops_when_told(void **state)
{
	pthread_t thread;
	uint64_t id;

	START({ 0, NULL });
	pthread_create(&thread, NULL, stop_soon, NULL);
	assert_int_equal(l1_chain_id(client, &id), L1_STOPPED);
	pthread_join(thread, NULL);
	end();
}

#define H(c) "0x" c c c c c c c c c c c c c c c c
#define LOG(block, index, address)                                                                 \
	"{\"address\":\"0x" address "\",\"topics\":[\"" H(                                         \
	    "1a2b") "\"],\"data\":\"0x\",\"blockNumber\":\"" block                                 \
		    "\",\"blockHash\":\"" H("3c4d") "\",\"transactionHash\":\"" H(                 \
			"5e6f") "\",\"logIndex\":\"" index "\"}"
/* The logs of a range, and its last block. */
#define LOGS_AND(list, block)                                                                      \
	{                                                                                          \
		200, "[{\"jsonrpc\":\"2.0\",\"id\":$ID,\"result\":[" list                          \
		     "]},{\"jsonrpc\":\"2.0\",\"id\":$NEXT,\"result\":" block "}]"                 \
	}
#define BLOCK(number)                                                                              \
	"{\"number\":\"" number                                                                    \
	"\",\"hash\":\"" H("3c4d") "\",\"parentHash\":\"" H("3c4c") "\",\"stateRoot\":\"" H(       \
	    "5a5a") "\",\"mixHash\":\"" H("6b6b") "\",\"miner\":\"0x" OURS                         \
						  "\",\"timestamp\":\"0x1\",\"gasLimit\":\"0x1\"," \
						  "\"gasUsed\":\"0x0\",\"baseFeePerGas\":\"0x1\"}"
#define LOGS(list) LOGS_AND(list, BLOCK("0x6"))
#define OURS       "1111111111111111111111111111111111111111"
#define OTHER      "2222222222222222222222222222222222222222"

static void takes_only_logs_that_were_asked_for(void **state)
{
	struct address address;
	struct l1_log_filter filter = {
		.from = 5, .to = 6, .addresses = &address, .address_count = 1
	};
	const struct l1_log *logs;
	struct arena arena;
	size_t count;

	START(LOGS(LOG("0x5", "0x0", OURS) "," LOG("0x5", "0x2", OURS) "," LOG("0x6", "0x0", OURS)),
	      LOGS(LOG("0x5", "0x0", OTHER)), LOGS(LOG("0x7", "0x0", OURS)),
	      LOGS(LOG("0x5", "0x1", OURS) "," LOG("0x5", "0x0", OURS)),
	      LOGS(LOG("0x5", "0x0", OURS) "," LOG("0x5", "0x0", OURS)), LOGS(""));
	memset(address.b, 0x11, sizeof(address.b));
	arena_init(&arena, &arena_heap, 4096);
	assert_int_equal(l1_logs(client, &arena, &logs, &count, &filter), L1_OK);
	assert_int_equal(count, 3);
	for (int i = 0; i < 4; i++)
		assert_int_equal(l1_logs(client, &arena, &logs, &count, &filter), L1_BAD_ANSWER);
	assert_int_equal(l1_logs(client, &arena, &logs, &count, &filter), L1_OK);
	assert_int_equal(count, 0);
	arena_free(&arena);
	end();
}

/* It says nothing of what it has not: that there are no logs is no answer. */
static void a_node_behind_the_range_has_no_logs_of_it(void **state)
{
	struct l1_log_filter filter = { .from = 5, .to = 6 };
	const struct l1_log *logs;
	struct arena arena;
	size_t count;

	(void)state;
	START(LOGS_AND("", "null"), LOGS_AND("", BLOCK("0x5")), LOGS(""));
	arena_init(&arena, &arena_heap, 4096);
	assert_int_equal(l1_logs(client, &arena, &logs, &count, &filter), L1_ABSENT);
	assert_int_equal(l1_logs(client, &arena, &logs, &count, &filter), L1_BAD_ANSWER);
	assert_int_equal(l1_logs(client, &arena, &logs, &count, &filter), L1_OK);
	arena_free(&arena);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_again_until_there_is_a_usable_answer),
		cmocka_unit_test(gives_up_when_the_budget_is_used_up),
		cmocka_unit_test(does_not_ask_again_after_an_error_of_the_node),
		cmocka_unit_test(tells_no_secrets),
		cmocka_unit_test(bounds_what_it_reads),
		cmocka_unit_test(sends_once_and_says_when_it_does_not_know),
		cmocka_unit_test(nobody_there_is_unavailable),
		cmocka_unit_test(stops_when_told),
		cmocka_unit_test(takes_only_logs_that_were_asked_for),
		cmocka_unit_test(a_node_behind_the_range_has_no_logs_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
