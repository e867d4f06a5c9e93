/* json_text: text that grows, for writing JSON answers and requests. */
#ifndef GAVEL_NET_JSON_TEXT_H
#define GAVEL_NET_JSON_TEXT_H

#include <jansson.h>

#include "base/bytes.h"

/* Starts as zeroes.  `data` is from malloc() and has no NUL.  Once an
 * allocation has failed `failed` stays, and nothing more is written. */
struct json_text {
	char *data;
	size_t len;
	size_t capacity;
	bool failed;
};

/* Room for `more` bytes in one allocation. */
void json_text_reserve(struct json_text *text, size_t more);
void json_text_add(struct json_text *text, const char *data, size_t len);
/* A string literal. */
#define json_text_literal(text, literal) json_text_add((text), "" literal, sizeof(literal) - 1)
/* A C string. */
void json_text_words(struct json_text *text, const char *words);
/* A C string as a JSON string with its quotes; bytes that are no UTF-8 become '?'. */
void json_text_quoted(struct json_text *text, const char *string);
void json_text_integer(struct json_text *text, int64_t value);
/* `json` is borrowed. */
void json_text_value(struct json_text *text, const json_t *json);
void json_text_free(struct json_text *text);

#endif
