/* JSON-RPC: calls, their parameters and their batches, over real sockets. */
#include "tests/unit/net/rpc_methods.h"

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
		/* RFC 8259, 7: "Any character may be escaped." */
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"t\\u005f\\u0063ontext\"}",
		  OK("1", "\"0x7\"") },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"t_\\u006eo\\\"\"}",
		  BAD("1", "-32601", "the method t_no\\\" does not exist/is not available") },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"t_context\\u0000\"}",
		  BAD("1", "-32600", "invalid request") },
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
		{ CALL("t_block_number", "[\"safe\"]"), OK("1", "[4,0]") },
		{ CALL("t_block_number", "[\"0x1f\"]"), OK("1", "[0,31]") },
		{ CALL("t_block_number", "[\"0x" H64 "\"]"),
		  BAD("1", "-32602",
		      "invalid argument 0: hex number with leading zero digits for quantity") },
		{ CALL("t_block_number", "[\"0x11" A40 A40 "\"]"),
		  BAD("1", "-32602", "invalid argument 0: hex number > 64 bits for quantity") },
		{ CALL("t_block_number", "[{\"blockHash\":\"0x" H64 "\"}]"),
		  BAD("1", "-32602", "invalid argument 0: non-string for quantity") },
		{ CALL("t_block_number", "[{\"blockNumber\":\"0x1f\"}]"),
		  BAD("1", "-32602", "invalid argument 0: non-string for quantity") },
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frames_calls_as_the_specification_says),
		TEST(names_the_bad_parameter),
		TEST(keeps_the_order_of_a_batch),
		TEST(bounds_the_answer_of_a_batch),
		TEST(calls_that_begin_too_late_are_not_run),
		TEST(refuses_deep_json),
	};

	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
