#include "base/hex.h"

static const char hex_digits[] = "0123456789abcdef";

char *hex_encode(char *out, struct bytes in)
{
	for (size_t i = 0; i < in.len; i++) {
		out[2 * i] = hex_digits[in.data[i] >> 4];
		out[2 * i + 1] = hex_digits[in.data[i] & 15];
	}
	out[2 * in.len] = '\0';
	return out;
}

/* One more than the digit's value; 0: it is none.  A table, as digits and letters
 * come in no order that a processor could foresee. */
static const uint8_t hex_values[256] = {
	['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,
	['6'] = 7,  ['7'] = 8,  ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
	['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

/* 0 to 15, or -1. */
static int hex_value(char c)
{
	return hex_values[(uint8_t)c] - 1;
}

bool hex_decode(uint8_t *out, const char *text, size_t digits)
{
	if (digits % 2)
		return false;
	for (size_t i = 0; i < digits / 2; i++) {
		int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);

		if ((high | low) < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool hex_decode_fixed(uint8_t *out, size_t len, const char *text)
{
	size_t digits = 0;

	if (text[0] != '0' || (text[1] != 'x' && text[1] != 'X'))
		return false;
	while (digits <= 2 * len && text[2 + digits])
		digits++;
	return digits == 2 * len && hex_decode(out, text + 2, digits);
}

bool hex_decode_u64(uint64_t *out, const char *text)
{
	uint64_t value = 0;
	size_t i;

	if (text[0] != '0' || (text[1] != 'x' && text[1] != 'X') || !text[2])
		return false;
	if (text[2] == '0' && text[3])
		return false;
	for (i = 2; text[i]; i++) {
		int digit = hex_value(text[i]);

		if (digit < 0 || i >= 18)
			return false;
		value = value << 4 | (uint64_t)digit;
	}
	*out = value;
	return true;
}

char *hex_encode_u64(char out[HEX_U64_SIZE], uint64_t value)
{
	char *p = out;
	int shift = 60;

	*p++ = '0';
	*p++ = 'x';
	while (shift > 0 && !(value >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*p++ = hex_digits[value >> shift & 15];
	*p = '\0';
	return out;
}
