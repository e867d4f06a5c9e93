#include "net/json_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void json_text_reserve(struct json_text *text, size_t more)
{
	size_t capacity = text->capacity ? text->capacity : 128;
	char *grown;

	if (text->failed || more <= text->capacity - text->len)
		return;
	while (capacity - text->len < more)
		capacity *= 2;
	grown = realloc(text->data, capacity);
	if (!grown) {
		text->failed = true;
		return;
	}
	text->data = grown;
	text->capacity = capacity;
}

void json_text_add(struct json_text *text, const char *data, size_t len)
{
	json_text_reserve(text, len);
	if (text->failed || !len)
		return;
	memcpy(text->data + text->len, data, len);
	text->len += len;
}

void json_text_words(struct json_text *text, const char *words)
{
	json_text_add(text, words, strlen(words));
}

void json_text_quoted(struct json_text *text, const char *string)
{
	char escape[8];

	json_text_literal(text, "\"");
	for (; *string; string++) {
		unsigned char c = (unsigned char)*string;

		if (c == '"' || c == '\\')
			json_text_literal(text, "\\");
		if (c >= 0x80) {
			json_text_literal(text, "?");
		} else if (c < 0x20) {
			snprintf(escape, sizeof(escape), "\\u%04x", c);
			json_text_words(text, escape);
		} else {
			json_text_add(text, string, 1);
		}
	}
	json_text_literal(text, "\"");
}

void json_text_integer(struct json_text *text, int64_t value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRId64, value);
	json_text_words(text, digits);
}

static int add_piece(const char *data, size_t len, void *context)
{
	struct json_text *text = context;

	json_text_add(text, data, len);
	return text->failed ? -1 : 0;
}

/* ASCII that stands in JSON as it is. */
static bool is_plain(const char *string, size_t len)
{
	bool plain = true;

	for (size_t i = 0; i < len; i++)
		plain &= string[i] >= 0x20 && string[i] != '"' && string[i] != '\\';
	return plain;
}

static void add_array(struct json_text *text, const json_t *array)
{
	json_text_literal(text, "[");
	for (size_t i = 0; i < json_array_size(array); i++) {
		if (i)
			json_text_literal(text, ",");
		json_text_value(text, json_array_get(array, i));
	}
	json_text_literal(text, "]");
}

static bool is_plain_string(const json_t *json)
{
	return json_is_string(json) && is_plain(json_string_value(json), json_string_length(json));
}

/* Jansson writes a string a character at a time: long ones, which mostly are
 * bytes in hex, are copied. */
void json_text_value(struct json_text *text, const json_t *json)
{
	if (is_plain_string(json)) {
		json_text_literal(text, "\"");
		json_text_add(text, json_string_value(json), json_string_length(json));
		json_text_literal(text, "\"");
	} else if (json_is_array(json)) {
		add_array(text, json);
	} else if (json_dump_callback(json, add_piece, text, JSON_COMPACT | JSON_ENCODE_ANY) != 0) {
		text->failed = true;
	}
}

void json_text_free(struct json_text *text)
{
	free(text->data);
	*text = (struct json_text){ NULL, 0, 0, false };
}
