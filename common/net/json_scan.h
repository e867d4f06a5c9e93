/* json_scan: checks JSON text (RFC 8259) and finds its parts, without building
 * a tree: for requests, where most of the text is one long string.
 *
 * A position is an index into the text.  Nothing recurses: nesting is bounded
 * and costs one bit a level. */
#ifndef GAVEL_NET_JSON_SCAN_H
#define GAVEL_NET_JSON_SCAN_H

#include "base/bytes.h"

#define JSON_SCAN_DEPTH_MAX 64

/* A part of the text, as written (strings with their quotes). */
struct json_part {
	const char *text;
	size_t len; /* 0: there is none */
};

/* Is `text` one JSON value with white space around it, at most `max_depth`
 * (<= JSON_SCAN_DEPTH_MAX) arrays and objects deep, in valid UTF-8?  Then
 * `*value` is that value without the white space. */
bool json_scan(struct json_part *value, struct bytes text, unsigned max_depth);

/* The functions below take parts of text that json_scan() has passed. */

static inline bool json_part_is(struct json_part part, char first)
{
	return part.len && part.text[0] == first;
}

/* Takes the next element off `*rest`, which starts as the whole array.  False
 * at its end. */
bool json_next_element(struct json_part *rest, struct json_part *element);

/* The same for the members of an object; `name` has its quotes. */
bool json_next_member(struct json_part *rest, struct json_part *name, struct json_part *value);

/* The inside of a string without escapes.  False when it has some, or is no
 * string. */
bool json_plain_string(struct json_part *inside, struct json_part string);

#endif
