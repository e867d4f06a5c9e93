/* statetest_json: numbers and bytes as the vectors write them. */
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "tests/conformance/statetest.h"

/* The digits behind "0x"; NULL: it is no such string. */
static const char *digits_of(const json_t *value)
{
	const char *text = json_string_value(value);

	/* Numbers beyond 256 bits are marked so. */
	if (text && strncmp(text, "0x:bigint ", 10) == 0)
		text += 10;
	return text && strncmp(text, "0x", 2) == 0 ? text + 2 : NULL;
}

bool statetest_bytes(struct arena *a, struct bytes *out, const json_t *value)
{
	const char *digits = digits_of(value);
	size_t count = digits ? strlen(digits) : 0;
	uint8_t *data = arena_alloc(a, count / 2 + 1);

	*out = bytes_of(data, count / 2);
	return (digits || (json_is_string(value) && !*json_string_value(value))) &&
	       hex_decode(data, digits ? digits : "", count);
}

bool statetest_fixed(uint8_t *out, size_t len, const json_t *value)
{
	const char *digits = digits_of(value);

	return digits && strlen(digits) == 2 * len && hex_decode(out, digits, 2 * len);
}

/* Any number of leading zeros; up to 32 bytes. */
bool statetest_u256(struct u256 *out, const json_t *value)
{
	const char *digits = digits_of(value);
	char padded[64];
	uint8_t be[32];
	size_t len;

	if (!digits)
		return false;
	while (*digits == '0')
		digits++;
	len = strlen(digits);
	if (len > sizeof(padded))
		return false;
	memset(padded, '0', sizeof(padded));
	memcpy(padded + sizeof(padded) - len, digits, len);
	if (!hex_decode(be, padded, sizeof(padded)))
		return false;
	*out = u256_from_be(be, sizeof(be));
	return true;
}

bool statetest_u64(uint64_t *out, const json_t *value)
{
	struct u256 number;

	if (!statetest_u256(&number, value) || !u256_fits_u64(&number))
		return false;
	*out = number.limb[0];
	return true;
}
