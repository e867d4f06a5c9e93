#include "eth/u256.h"

void u256_mul_wide(uint64_t out[8], const struct u256 *a, const struct u256 *b)
{
	uint64_t carry = 0;

#pragma GCC unroll 4
	for (int j = 0; j < 4; j++)
		out[j] = u256_limb_mul_add(&carry, a->limb[0], b->limb[j], carry, 0);
	out[4] = carry;
#pragma GCC unroll 4
	for (int i = 1; i < 4; i++) {
		carry = 0;
#pragma GCC unroll 4
		for (int j = 0; j < 4; j++)
			out[i + j] =
			    u256_limb_mul_add(&carry, a->limb[i], b->limb[j], carry, out[i + j]);
		out[i + 4] = carry;
	}
}

bool u256_mul_overflow(struct u256 *out, const struct u256 *a, const struct u256 *b)
{
	uint64_t product[8];

	u256_mul_wide(product, a, b);
	memcpy(out->limb, product, sizeof(out->limb));
	return (product[4] | product[5] | product[6] | product[7]) != 0;
}

/* Square and multiply from the exponent's highest bit down. */
void u256_exp(struct u256 *out, const struct u256 *base, const struct u256 *exponent)
{
	struct u256 power = u256_from_u64(1), b = *base, e = *exponent;

	if (u256_fits_u64(&b) && b.limb[0] == 2) {
		u256_shl(out, &power, &e);
		return;
	}
	for (unsigned i = u256_bit_length(&e); i-- > 0;) {
		u256_mul(&power, &power, &power);
		if (e.limb[i / 64] >> i % 64 & 1)
			u256_mul(&power, &power, &b);
	}
	*out = power;
}

void u256_signextend(struct u256 *out, const struct u256 *byte_index, const struct u256 *a)
{
	uint64_t index = byte_index->limb[0];
	struct u256 extended = *a;

	if (u256_fits_u64(byte_index) && index < 31) {
		unsigned unused_bits = 56 - 8 * (index % 8);
		uint64_t sign;

		extended.limb[index / 8] <<= unused_bits;
		sign = 0 - (extended.limb[index / 8] >> 63);
		extended.limb[index / 8] >>= unused_bits;
		extended.limb[index / 8] |= sign & ~(UINT64_MAX >> unused_bits);
		for (unsigned i = (unsigned)index / 8 + 1; i < 4; i++)
			extended.limb[i] = sign;
	}
	*out = extended;
}

struct u256 u256_from_be_short(const uint8_t *data, size_t len)
{
	struct u256 out = U256_ZERO;

	for (size_t i = 0; i < len; i++)
		out.limb[i / 8] |= (uint64_t)data[len - 1 - i] << 8 * (i % 8);
	return out;
}

char *u256_to_decimal(char out[U256_DECIMAL_SIZE], const struct u256 *a)
{
	/* The largest power of ten in a limb. */
	static const struct u256 ten_to_19 = { { 10000000000000000000u, 0, 0, 0 } };
	char digits[5 * 19];
	size_t start = sizeof(digits);
	struct u256 rest = *a, part;

	for (int group = 0; group < 5; group++) {
		u256_divmod(&rest, &part, &rest, &ten_to_19);
		for (int i = 0; i < 19; i++) {
			digits[--start] = (char)('0' + part.limb[0] % 10);
			part.limb[0] /= 10;
		}
	}
	while (start < sizeof(digits) - 1 && digits[start] == '0')
		start++;
	memcpy(out, digits + start, sizeof(digits) - start);
	out[sizeof(digits) - start] = '\0';
	return out;
}
