/* The scanner accepts what RFC 8259 allows, and nothing else; where it and
 * jansson differ, the difference is listed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "net/json_scan.h"

static bool scans(const char *text, unsigned depth)
{
	struct json_part value;

	return json_scan(&value, bytes_of(text, strlen(text)), depth);
}

static bool jansson_takes(const char *text)
{
	json_t *json = json_loadb(text, strlen(text), JSON_DECODE_ANY, NULL);

	json_decref(json);
	return json != NULL;
}

/* Cases of the JSON grammar; jansson is the second opinion. */
static void accepts_what_jansson_accepts(void **state)
{
	static const char *const texts[] = {
		"0",
		"-0",
		"1.5e+3",
		"-1E-2",
		"01",
		"-",
		"+1",
		".5",
		"1.",
		"1e",
		"1e+",
		"0x1",
		"true",
		"false",
		"null",
		"nul",
		"truex",
		"True",
		"\"\"",
		"\"a",
		"\"\\\"\"",
		"\"\\x\"",
		"\"\\u12g4\"",
		"\"\\u12\"",
		"\"\\u0041\"",
		"\"\t\"",
		"\"\x7f\"",
		"\"\xc3\xa9\"",
		"\"\xc3\"",
		"\"\xc0\x80\"",
		"\"\xed\xa0\x80\"",
		"\"\xf4\x90\x80\x80\"",
		"\"\xf0\x9f\x98\x80\"",
		("\xef\xbb\xbf"
		 "1"),
		"[]",
		"[ ]",
		"{}",
		"{ }",
		"[1]",
		"[1,]",
		"[,1]",
		"[1 2]",
		"[1",
		"]",
		"{\"a\":1}",
		"{\"a\"1}",
		"{\"a\":}",
		"{\"a\":1,}",
		"{a:1}",
		"{\"a\":1 \"b\":2}",
		"{\"a\":1,\"b\":[{}]}",
		"[}",
		"{]",
		"[[],[]]",
		"[[],{},[[]],1]",
		" [ 1 , 2 ] ",
		"[1]x",
		"1 2",
		"",
		" ",
		"{\"a\":{\"b\":[1,{\"c\":null}]},\"d\":[]}",
		"[\"12345678901234567890\\n\"]",
		"[\"1234567\x01\"]",
		"[\"12345678\x1f\"]",
		"{1:2}",
		"[1]]",
		"{\"a\":1}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (scans(texts[i], 32) != jansson_takes(texts[i]))
			fail_msg("not the same opinion of: %s", texts[i]);
}

static void differs_from_jansson_where_the_value_is_not_looked_at(void **state)
{
	(void)state;
	assert_true(scans("1e999", 4));                /* jansson: real number overflow */
	assert_true(scans("99999999999999999999", 4)); /* jansson: too big integer */
	assert_true(scans("\"\\u0000\"", 4));          /* jansson: \u0000 is not allowed */
	assert_true(scans("\"\\ud800\"", 4));          /* jansson: invalid Unicode */
}

static void counts_depth(void **state)
{
	char deep[2 * 100000 + 1];

	(void)state;
	assert_true(scans("[[[]]]", 3));
	assert_false(scans("[[[]]]", 2));
	assert_true(scans("{\"a\":{\"b\":1}}", 2));
	assert_false(scans("{\"a\":{\"b\":1}}", 1));
	assert_false(scans("[]", 0));
	memset(deep, '[', 100000);
	memset(deep + 100000, ']', 100000);
	deep[200000] = '\0';
	assert_false(scans(deep, JSON_SCAN_DEPTH_MAX));
	assert_false(scans(deep, 4000000));
}

static void gives_elements_and_members_as_written(void **state)
{
	const char *text = " { \"a\" : [ 1 , \"x,]\" , {\"b\":[]} , null ] , \"c\\n\" : -2.5 } ";
	struct json_part object, name, value, element, inside;

	(void)state;
	assert_true(json_scan(&object, bytes_of(text, strlen(text)), 8));
	assert_true(json_next_member(&object, &name, &value));
	assert_true(json_plain_string(&inside, name));
	assert_memory_equal(inside.text, "a", 1);
	assert_true(json_next_element(&value, &element));
	assert_int_equal(element.len, 1);
	assert_true(json_next_element(&value, &element));
	assert_memory_equal(element.text, "\"x,]\"", 5);
	assert_true(json_next_element(&value, &element));
	assert_memory_equal(element.text, "{\"b\":[]}", 8);
	assert_true(json_next_element(&value, &element));
	assert_memory_equal(element.text, "null", 4);
	assert_false(json_next_element(&value, &element));
	assert_true(json_next_member(&object, &name, &value));
	assert_false(json_plain_string(&inside, name));
	assert_memory_equal(value.text, "-2.5", 4);
	assert_false(json_next_member(&object, &name, &value));
}

/* Cut anywhere, a text is refused (or is a shorter text: none of these is). */
static void refuses_every_cut(void **state)
{
	const char *text =
	    "{\"jsonrpc\":\"2.0\",\"id\":[1,2.5e1,true,null],\"m\":\"\\u00e9\xc3\xa9\"}";
	struct json_part value;

	(void)state;
	assert_true(json_scan(&value, bytes_of(text, strlen(text)), 8));
	for (size_t len = 0; len < strlen(text); len++) {
		char *copy = malloc(len + 1); /* so that ASan sees a read behind the end */

		memcpy(copy, text, len);
		assert_false(json_scan(&value, bytes_of(copy, len), 8));
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_what_jansson_accepts),
		cmocka_unit_test(differs_from_jansson_where_the_value_is_not_looked_at),
		cmocka_unit_test(counts_depth),
		cmocka_unit_test(gives_elements_and_members_as_written),
		cmocka_unit_test(refuses_every_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
