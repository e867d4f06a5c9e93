/* Trees and text are those that Jansson makes by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "net/json_text.h"
#include "net/json_tree.h"

static const char *const texts[] = {
	"0",
	"-12",
	"1.5e3",
	"true",
	"null",
	"\"\"",
	"\"0x00ff\"",
	"\"caf\xc3\xa9 \x7f\"",
	"\"a\\\"b\\\\c\\/d\\n\\u0041\\ud83d\\ude00\"",
	"[]",
	"[ ]",
	"{ }",
	"[[[1],[]],{\"a\":[{}]}]",
	" [1, \"two\" ,null , {\"three\" : 3} ] ",
	"{\"a\":1,\"b\":{\"c\":[\"d\"]},\"\":\"e\"}",
	"{\"a\":1,\"b\":2,\"a\":3}",
	"{\"\\u0061\":1,\"a\":2}",
	"{\"a\":2,\"\\u0061\":1}",
	"{\"with \\\"quotes\\\"\":\"\\\\\"}",
	/* not for Jansson */
	"[1,\"\\u0000\"]",
	"{\"a\\u0000\":1}",
	"{\"\\ud800\":1}",
	"[[\"\\ud800\"]]",
	"[1e999]",
	"[99999999999999999999]",
};

#define TEXT_COUNT (sizeof(texts) / sizeof(texts[0]))

static json_t *tree_of(const char *text)
{
	struct json_part value;

	assert_true(json_scan(&value, bytes_of(text, strlen(text)), 32));
	return json_tree(value);
}

static void is_the_tree_that_jansson_makes(void **state)
{
	(void)state;
	for (size_t i = 0; i < TEXT_COUNT; i++) {
		json_t *theirs = json_loads(texts[i], JSON_DECODE_ANY, NULL);
		json_t *ours = tree_of(texts[i]);

		if (!ours != !theirs || (theirs && !json_equal(ours, theirs)))
			fail_msg("%s", texts[i]);
		json_decref(ours);
		json_decref(theirs);
	}
}

static void is_written_as_jansson_writes_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < TEXT_COUNT; i++) {
		json_t *json = json_loads(texts[i], JSON_DECODE_ANY, NULL);
		struct json_text text = { NULL, 0, 0, false };
		char *theirs;

		if (!json)
			continue;
		theirs = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
		json_text_value(&text, json);
		assert_false(text.failed);
		json_text_add(&text, "", 1);
		assert_string_equal(text.data, theirs);
		json_text_free(&text);
		free(theirs);
		json_decref(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_the_tree_that_jansson_makes),
		cmocka_unit_test(is_written_as_jansson_writes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
