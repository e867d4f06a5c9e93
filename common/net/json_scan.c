#include "net/json_scan.h"

#include <string.h>

/* The text being read: `at` moves towards `end`. */
struct cursor {
	const char *at;
	const char *end;
};

static void skip_space(struct cursor *c)
{
	while (c->at < c->end &&
	       (*c->at == ' ' || *c->at == '\n' || *c->at == '\r' || *c->at == '\t'))
		c->at++;
}

static bool take(struct cursor *c, char expected)
{
	if (c->at == c->end || *c->at != expected)
		return false;
	c->at++;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex_digit(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool take_digits(struct cursor *c)
{
	const char *start = c->at;

	while (c->at < c->end && is_digit(*c->at))
		c->at++;
	return c->at > start;
}

/* RFC 8259, section 6: number = [ minus ] int [ frac ] [ exp ] */
static bool take_number(struct cursor *c)
{
	(void)take(c, '-');
	if (!take(c, '0') && !take_digits(c))
		return false;
	if (take(c, '.') && !take_digits(c))
		return false;
	if (take(c, 'e') || take(c, 'E')) {
		if (!take(c, '+'))
			(void)take(c, '-');
		return take_digits(c);
	}
	return true;
}

/* After the backslash. */
static bool take_escape(struct cursor *c)
{
	if (c->at == c->end)
		return false;
	switch (*c->at++) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		return true;
	case 'u':
		for (int i = 0; i < 4; i++)
			if (c->at == c->end || !is_hex_digit(*c->at++))
				return false;
		return true;
	}
	return false;
}

/* What ends a run of ordinary characters: a quote, a backslash, a control
 * character. */
static bool is_special(char c)
{
	return c == '"' || c == '\\' || (unsigned char)c < 0x20;
}

/* Eight bytes at once: does any need a closer look?  (Each byte is compared by
 * the borrow of a subtraction; bytes above 0x7f are looked at singly.) */
static bool has_special(uint64_t v)
{
	const uint64_t ones = 0x0101010101010101u;
	const uint64_t tops = 0x8080808080808080u;
	uint64_t quote = v ^ ones * '"';
	uint64_t backslash = v ^ ones * '\\';

	return ((v | (v - ones * 0x20) | (quote - ones) | (backslash - ones)) & tops) != 0;
}

static bool take_string(struct cursor *c)
{
	if (!take(c, '"'))
		return false;
	for (;;) {
		while (c->end - c->at >= 8 && !has_special(le64_load((const uint8_t *)c->at)))
			c->at += 8;
		if (c->at == c->end)
			return false;
		if (!is_special(*c->at)) {
			c->at++;
			continue;
		}
		if (*c->at == '"') {
			c->at++;
			return true;
		}
		if (*c->at++ != '\\' || !take_escape(c))
			return false;
	}
}

static bool take_word(struct cursor *c, const char *word, size_t len)
{
	if ((size_t)(c->end - c->at) < len || memcmp(c->at, word, len) != 0)
		return false;
	c->at += len;
	return true;
}

static bool take_scalar(struct cursor *c)
{
	if (c->at == c->end)
		return false;
	switch (*c->at) {
	case '"':
		return take_string(c);
	case 't':
		return take_word(c, "true", 4);
	case 'f':
		return take_word(c, "false", 5);
	case 'n':
		return take_word(c, "null", 4);
	}
	return take_number(c);
}

/* The open arrays and objects: a bit each, 1 for an object. */
struct nesting {
	uint64_t objects;
	unsigned depth;
	unsigned max_depth;
};

static bool in_object(const struct nesting *n)
{
	return n->objects & 1;
}

static bool take_member_name(struct cursor *c)
{
	skip_space(c);
	if (!take_string(c))
		return false;
	skip_space(c);
	return take(c, ':');
}

/* Opens what starts here.  `*is_empty`: it was closed at once. */
static bool open_container(struct cursor *c, struct nesting *n, bool *is_empty)
{
	bool is_object = *c->at++ == '{';

	if (n->depth == n->max_depth)
		return false;
	skip_space(c);
	*is_empty = take(c, is_object ? '}' : ']');
	if (*is_empty)
		return true;
	n->depth++;
	n->objects = n->objects << 1 | is_object;
	return !is_object || take_member_name(c);
}

/* After a value: closes what ends here, and goes on to where the next value
 * starts.  `n->depth` 0: that was all. */
static bool after_value(struct cursor *c, struct nesting *n)
{
	while (n->depth) {
		skip_space(c);
		if (take(c, ','))
			return !in_object(n) || take_member_name(c);
		if (!take(c, in_object(n) ? '}' : ']'))
			return false;
		n->depth--;
		n->objects >>= 1;
	}
	return true;
}

static bool take_value(struct cursor *c, unsigned max_depth)
{
	struct nesting n = { .max_depth = max_depth };

	do {
		skip_space(c);
		if (c->at < c->end && (*c->at == '{' || *c->at == '[')) {
			bool is_empty;

			if (!open_container(c, &n, &is_empty))
				return false;
			if (!is_empty)
				continue;
		} else if (!take_scalar(c)) {
			return false;
		}
		if (!after_value(c, &n))
			return false;
	} while (n.depth);
	return true;
}

/* ---- UTF-8 ---- */

/* RFC 3629, section 4: the length of the character at `p`, 0 if it is none. */
static size_t utf8_length(const uint8_t *p, size_t left)
{
	size_t len;

	if (p[0] < 0x80)
		return 1;
	len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || left < len)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return len;
}

static bool is_utf8(struct bytes text)
{
	size_t i = 0;

	while (i < text.len) {
		size_t len;

		while (text.len - i >= 8 && !(le64_load(text.data + i) & 0x8080808080808080u))
			i += 8;
		if (i == text.len)
			break;
		len = utf8_length(text.data + i, text.len - i);
		if (!len)
			return false;
		i += len;
	}
	return true;
}

bool json_scan(struct json_part *value, struct bytes text, unsigned max_depth)
{
	struct cursor c = { (const char *)text.data, (const char *)text.data + text.len };
	const char *start;
	const char *end;

	if (!text.len)
		return false;
	if (max_depth > JSON_SCAN_DEPTH_MAX)
		max_depth = JSON_SCAN_DEPTH_MAX;
	skip_space(&c);
	start = c.at;
	if (!take_value(&c, max_depth))
		return false;
	end = c.at;
	skip_space(&c);
	if (c.at != c.end || !is_utf8(text))
		return false;
	*value = (struct json_part){ start, (size_t)(end - start) };
	return true;
}

/* ---- parts ---- */

/* Steps over the bracket or comma before the next item; false at the end. */
static bool to_next(struct cursor *c)
{
	skip_space(c);
	if (c->at == c->end || *c->at == ']' || *c->at == '}')
		return false;
	c->at++;
	skip_space(c);
	return c->at < c->end && *c->at != ']' && *c->at != '}';
}

static struct json_part part_between(const char *start, const char *end)
{
	return (struct json_part){ start, (size_t)(end - start) };
}

bool json_next_element(struct json_part *rest, struct json_part *element)
{
	struct cursor c = { rest->text, rest->text + rest->len };
	const char *start;

	if (!to_next(&c))
		return false;
	start = c.at;
	if (!take_value(&c, JSON_SCAN_DEPTH_MAX))
		return false;
	*element = part_between(start, c.at);
	*rest = part_between(c.at, c.end);
	return true;
}

bool json_next_member(struct json_part *rest, struct json_part *name, struct json_part *value)
{
	struct cursor c = { rest->text, rest->text + rest->len };
	const char *start;
	const char *name_end;

	if (!to_next(&c))
		return false;
	start = c.at;
	if (!take_string(&c))
		return false;
	name_end = c.at;
	skip_space(&c);
	if (!take(&c, ':'))
		return false;
	*name = part_between(start, name_end);
	skip_space(&c);
	start = c.at;
	if (!take_value(&c, JSON_SCAN_DEPTH_MAX))
		return false;
	*value = part_between(start, c.at);
	*rest = part_between(c.at, c.end);
	return true;
}

bool json_plain_string(struct json_part *inside, struct json_part string)
{
	if (!json_part_is(string, '"') || string.len < 2)
		return false;
	if (memchr(string.text, '\\', string.len))
		return false;
	*inside = (struct json_part){ string.text + 1, string.len - 2 };
	return true;
}
