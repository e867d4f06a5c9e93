/* Products modulo a number that stays the same, by Barrett's reduction: Menezes,
 * van Oorschot and Vanstone, Handbook of Applied Cryptography, algorithm 14.42,
 * with 64-bit limbs, of which the modulus has k = 4. */
#include "eth/u256.h"

#define K 4

/* The quotient of x and the modulus, or up to 3 less: one for the two roundings
 * of the algorithm, one for the columns left out, one for an inverse of which
 * 2^512 - 1 and not 2^512 is the dividend. */
static inline void estimate_quotient(uint64_t out[K + 1], const uint64_t x[2 * K],
				     const uint64_t inverse[K + 1])
{
	uint64_t product[2 * K + 2] = { 0 };
	const uint64_t *high = x + K - 1;

#pragma GCC unroll 5
	for (int i = 0; i <= K; i++) {
		uint64_t carry = 0;

		/* Columns below K - 1 hardly ever reach the ones that count. */
#pragma GCC unroll 5
		for (int j = 0; j <= K; j++) {
			if (i + j < K - 1)
				continue;
			product[i + j] =
			    u256_limb_mul_add(&carry, high[i], inverse[j], product[i + j], carry);
		}
		product[i + K + 1] = carry;
	}
#pragma GCC unroll 5
	for (int i = 0; i <= K; i++)
		out[i] = product[K + 1 + i];
}

/* The low K + 1 limbs of a product. */
static inline void low_product(uint64_t out[K + 1], const uint64_t a[K + 1], const uint64_t b[K])
{
#pragma GCC unroll 5
	for (int i = 0; i <= K; i++)
		out[i] = 0;
#pragma GCC unroll 4
	for (int j = 0; j < K; j++) {
		uint64_t carry = 0;

#pragma GCC unroll 5
		for (int i = 0; i + j <= K; i++)
			out[i + j] = u256_limb_mul_add(&carry, a[i], b[j], out[i + j], carry);
	}
}

/* out = a - b for K + 1 limbs; returns the borrow. */
static inline unsigned char subtract(uint64_t out[K + 1], const uint64_t a[K + 1],
				     const uint64_t b[K + 1])
{
	unsigned char borrow = 0;

#pragma GCC unroll 5
	for (int i = 0; i <= K; i++)
		borrow = u256_limb_sub(&out[i], a[i], b[i], borrow);
	return borrow;
}

void u256_mulmod_prepared(struct u256 *out, const struct u256 *a, const struct u256 *b,
			  const struct u256_modulus *modulus)
{
	const uint64_t *m = modulus->value.limb;
	const uint64_t wide_modulus[K + 1] = { m[0], m[1], m[2], m[3], 0 };
	uint64_t x[2 * K], quotient[K + 1], multiple[K + 1], rest[K + 1], less[K + 1];

	u256_mul_wide(x, a, b);
	estimate_quotient(quotient, x, modulus->inverse);
	low_product(multiple, quotient, m);
	(void)subtract(rest, x, multiple);
	while (!subtract(less, rest, wide_modulus))
		memcpy(rest, less, sizeof(rest));
	*out = (struct u256){ { rest[0], rest[1], rest[2], rest[3] } };
}
