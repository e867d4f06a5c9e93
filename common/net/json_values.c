#include "net/json_values.h"

#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "net/json_scan.h"
#include "net/json_tree.h"

char *hex_encode_u256(char out[HEX_U256_SIZE], const struct u256 *value)
{
	uint8_t be[32];
	char digits[65];
	const char *first = digits;

	u256_to_be(be, value);
	hex_encode(digits, bytes_of(be, 32));
	while (*first == '0' && first[1])
		first++;
	out[0] = '0';
	out[1] = 'x';
	strcpy(out + 2, first);
	return out;
}

bool hex_decode_u256(struct u256 *out, const char *text)
{
	size_t digits;
	char padded[64];
	uint8_t be[32];

	if (text[0] != '0' || (text[1] != 'x' && text[1] != 'X'))
		return false;
	digits = strnlen(text + 2, 65);
	if (digits == 0 || digits > 64 || (text[2] == '0' && digits > 1))
		return false;
	memset(padded, '0', sizeof(padded));
	memcpy(padded + 64 - digits, text + 2, digits);
	if (!hex_decode(be, padded, 64))
		return false;
	*out = u256_from_be(be, 32);
	return true;
}

json_t *json_of_u64(uint64_t value)
{
	char text[HEX_U64_SIZE];

	return json_string_nocheck(hex_encode_u64(text, value));
}

json_t *json_of_u256(const struct u256 *value)
{
	char text[HEX_U256_SIZE];

	return json_string_nocheck(hex_encode_u256(text, value));
}

static json_t *json_of_short(const uint8_t *data, size_t len)
{
	char text[2 + 2 * 32 + 1] = "0x";

	hex_encode(text + 2, bytes_of(data, len));
	return json_stringn_nocheck(text, 2 + 2 * len);
}

json_t *json_of_hash(const struct hash32 *hash)
{
	return json_of_short(hash->b, sizeof(hash->b));
}

json_t *json_of_address(const struct address *address)
{
	return json_of_short(address->b, sizeof(address->b));
}

json_t *json_of_bytes(struct bytes data)
{
	char *text = malloc(2 + 2 * data.len + 1);
	json_t *json;

	if (!text)
		return NULL;
	text[0] = '0';
	text[1] = 'x';
	hex_encode(text + 2, data);
	json = json_stringn_nocheck(text, 2 + 2 * data.len);
	free(text);
	return json;
}

/* The text of a string without NULs inside; NULL otherwise.  (Jansson refuses
 * NULs unless asked not to.) */
static const char *text_of(const json_t *json)
{
	return json_is_string(json) ? json_string_value(json) : NULL;
}

bool json_to_u64(uint64_t *out, const json_t *json)
{
	const char *text = text_of(json);

	return text && hex_decode_u64(out, text);
}

bool json_to_u256(struct u256 *out, const json_t *json)
{
	const char *text = text_of(json);

	return text && hex_decode_u256(out, text);
}

bool json_to_hash(struct hash32 *out, const json_t *json)
{
	const char *text = text_of(json);
	struct hash32 hash;

	if (!text || !hex_decode_fixed(hash.b, sizeof(hash.b), text))
		return false;
	*out = hash;
	return true;
}

bool json_to_address(struct address *out, const json_t *json)
{
	const char *text = text_of(json);
	struct address address;

	if (!text || !hex_decode_fixed(address.b, sizeof(address.b), text))
		return false;
	*out = address;
	return true;
}

bool json_to_bytes(struct arena *a, struct bytes *out, const json_t *json)
{
	const char *text = text_of(json);
	size_t digits;
	uint8_t *data;

	if (!text || text[0] != '0' || (text[1] != 'x' && text[1] != 'X'))
		return false;
	digits = json_string_length(json) - 2;
	if (digits % 2)
		return false;
	data = arena_alloc(a, digits / 2);
	if (!hex_decode(data, text + 2, digits))
		return false;
	*out = bytes_of(data, digits / 2);
	return true;
}

json_t *json_parse_bounded(struct bytes text, unsigned max_depth)
{
	struct json_part value;

	if (!json_scan(&value, text, max_depth))
		return NULL;
	return json_tree(value);
}
