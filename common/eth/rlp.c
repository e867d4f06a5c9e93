#include "eth/rlp.h"

/* Yellow paper, appendix B: where the meaning of the first byte changes. */
#define RLP_STRING_BASE 0x80 /* + length, for lengths to 55 */
#define RLP_LIST_BASE   0xc0
#define RLP_SHORT_MAX   55 /* above, the length has bytes of its own */

/* A big-endian length of `digits` bytes (1 to 8), in its shortest form and
 * above what the first byte could have said. */
static bool rlp_read_length(size_t *len, const uint8_t *p, size_t digits)
{
	uint64_t value = 0;

	if (p[0] == 0)
		return false;
	for (size_t i = 0; i < digits; i++)
		value = value << 8 | p[i];
	if (value <= RLP_SHORT_MAX || value > SIZE_MAX)
		return false;
	*len = (size_t)value;
	return true;
}

/* The header of a string (base 0x80) or list (base 0xc0). */
static bool rlp_read_header(struct bytes in, uint8_t base, size_t *header, size_t *payload)
{
	size_t small = (size_t)in.data[0] - base;
	size_t digits;

	if (small <= RLP_SHORT_MAX) {
		*header = 1;
		*payload = small;
	} else {
		digits = small - RLP_SHORT_MAX;
		if (digits > in.len - 1 || !rlp_read_length(payload, in.data + 1, digits))
			return false;
		*header = 1 + digits;
	}
	return *payload <= in.len - *header;
}

bool rlp_next(struct bytes *in, struct rlp_item *item)
{
	enum rlp_kind kind;
	size_t header = 0, payload = 1;

	if (in->len == 0)
		return false;
	kind = in->data[0] >= RLP_LIST_BASE ? RLP_LIST : RLP_STRING;
	if (in->data[0] >= RLP_STRING_BASE) {
		if (!rlp_read_header(*in, kind == RLP_LIST ? RLP_LIST_BASE : RLP_STRING_BASE,
				     &header, &payload))
			return false;
		/* A single byte below 0x80 stands for itself. */
		if (kind == RLP_STRING && payload == 1 && in->data[1] < RLP_STRING_BASE)
			return false;
	}
	*item = (struct rlp_item){ .kind = kind,
				   .payload = bytes_of(in->data + header, payload),
				   .whole = bytes_of(in->data, header + payload) };
	*in = bytes_of(in->data + header + payload, in->len - header - payload);
	return true;
}

bool rlp_only(struct bytes in, struct rlp_item *item)
{
	struct rlp_item only;

	if (!rlp_next(&in, &only) || in.len)
		return false;
	*item = only;
	return true;
}

bool rlp_is_canonical(struct bytes in, unsigned max_depth)
{
	struct rlp_item item;

	if (!rlp_only(in, &item))
		return false;
	if (item.kind == RLP_STRING)
		return true;
	if (max_depth == 0)
		return false;
	for (struct bytes items = item.payload; items.len;) {
		if (!rlp_next(&items, &item))
			return false;
		if (item.kind == RLP_LIST && !rlp_is_canonical(item.whole, max_depth - 1))
			return false;
	}
	return true;
}

/* The payload of the next item, if it is of that kind. */
static bool rlp_next_kind(struct bytes *in, struct bytes *payload, enum rlp_kind kind)
{
	struct bytes rest = *in;
	struct rlp_item item;

	if (!rlp_next(&rest, &item) || item.kind != kind)
		return false;
	*payload = item.payload;
	*in = rest;
	return true;
}

bool rlp_next_string(struct bytes *in, struct bytes *out)
{
	return rlp_next_kind(in, out, RLP_STRING);
}

bool rlp_next_list(struct bytes *in, struct bytes *items)
{
	return rlp_next_kind(in, items, RLP_LIST);
}

/* A string of at most `max_len` bytes that reads as an integer. */
static bool rlp_next_integer(struct bytes *in, struct bytes *digits, size_t max_len)
{
	struct bytes rest = *in, string;

	if (!rlp_next_string(&rest, &string) || string.len > max_len)
		return false;
	if (string.len && string.data[0] == 0)
		return false;
	*digits = string;
	*in = rest;
	return true;
}

bool rlp_next_u64(struct bytes *in, uint64_t *out)
{
	struct bytes digits;
	uint64_t value = 0;

	if (!rlp_next_integer(in, &digits, 8))
		return false;
	for (size_t i = 0; i < digits.len; i++)
		value = value << 8 | digits.data[i];
	*out = value;
	return true;
}

bool rlp_next_u256(struct bytes *in, struct u256 *out)
{
	struct bytes digits;

	if (!rlp_next_integer(in, &digits, 32))
		return false;
	*out = u256_from_be(digits.data, digits.len);
	return true;
}

bool rlp_next_fixed(struct bytes *in, uint8_t *out, size_t len)
{
	struct bytes rest = *in, string;

	if (!rlp_next_string(&rest, &string) || string.len != len)
		return false;
	memcpy(out, string.data, len);
	*in = rest;
	return true;
}

bool rlp_count(struct bytes items, size_t *count)
{
	struct rlp_item item;
	size_t n = 0;

	for (; items.len; n++)
		if (!rlp_next(&items, &item))
			return false;
	*count = n;
	return true;
}

bool rlp_next_hashes(struct arena *a, struct bytes *in, const struct hash32 **hashes, size_t *count)
{
	/* The string's header and its bytes. */
	const size_t item_len = 1 + sizeof(struct hash32);
	struct bytes rest = *in, items;
	struct hash32 *out;
	size_t n;

	if (!rlp_next_list(&rest, &items) || items.len % item_len)
		return false;
	n = items.len / item_len;
	out = n ? arena_alloc(a, n * sizeof(*out)) : NULL;
	for (size_t i = 0; i < n; i++)
		if (!rlp_next_fixed(&items, out[i].b, sizeof(out[i].b)))
			return false;
	*hashes = out;
	*count = n;
	*in = rest;
	return true;
}
