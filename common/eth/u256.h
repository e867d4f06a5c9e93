/* u256: 256-bit integers, four 64-bit limbs, least significant first.
 * All arithmetic is modulo 2^256 unless the name says otherwise.  Division by
 * zero gives zero, as the EVM defines it.  Outputs may alias inputs.  Core. */
#ifndef GAVEL_ETH_U256_H
#define GAVEL_ETH_U256_H

#include "base/bytes.h"

struct u256 {
	uint64_t limb[4];
};

#define U256_ZERO ((struct u256){ { 0, 0, 0, 0 } })

static inline struct u256 u256_from_u64(uint64_t v)
{
	return (struct u256){ { v, 0, 0, 0 } };
}

static inline bool u256_is_zero(const struct u256 *a)
{
	return (a->limb[0] | a->limb[1] | a->limb[2] | a->limb[3]) == 0;
}

static inline bool u256_eq(const struct u256 *a, const struct u256 *b)
{
	return ((a->limb[0] ^ b->limb[0]) | (a->limb[1] ^ b->limb[1]) | (a->limb[2] ^ b->limb[2]) |
		(a->limb[3] ^ b->limb[3])) == 0;
}

static inline bool u256_fits_u64(const struct u256 *a)
{
	return (a->limb[1] | a->limb[2] | a->limb[3]) == 0;
}

/* Sum and whether it passed 2^256; difference and whether it went below 0. */
static inline bool u256_add_overflow(struct u256 *out, const struct u256 *a, const struct u256 *b)
{
	unsigned long long carry = 0;

	for (int i = 0; i < 4; i++) {
		unsigned __int128 sum = (unsigned __int128)a->limb[i] + b->limb[i] + carry;

		out->limb[i] = (uint64_t)sum;
		carry = (uint64_t)(sum >> 64);
	}
	return carry != 0;
}

static inline bool u256_sub_underflow(struct u256 *out, const struct u256 *a, const struct u256 *b)
{
	unsigned long long borrow = 0;

	for (int i = 0; i < 4; i++) {
		unsigned __int128 difference = (unsigned __int128)a->limb[i] - b->limb[i] - borrow;

		out->limb[i] = (uint64_t)difference;
		borrow = (uint64_t)(difference >> 64) & 1;
	}
	return borrow != 0;
}

static inline void u256_add(struct u256 *out, const struct u256 *a, const struct u256 *b)
{
	(void)u256_add_overflow(out, a, b);
}

static inline void u256_sub(struct u256 *out, const struct u256 *a, const struct u256 *b)
{
	(void)u256_sub_underflow(out, a, b);
}

static inline bool u256_lt(const struct u256 *a, const struct u256 *b)
{
	struct u256 unused;

	return u256_sub_underflow(&unused, a, b);
}

/* Two's complement comparison. */
bool u256_slt(const struct u256 *a, const struct u256 *b);

/* -1, 0 or 1. */
int u256_compare(const struct u256 *a, const struct u256 *b);

void u256_mul(struct u256 *out, const struct u256 *a, const struct u256 *b);
/* Product and whether it passed 2^256. */
bool u256_mul_overflow(struct u256 *out, const struct u256 *a, const struct u256 *b);

/* Both may be NULL; b = 0 gives 0 and 0. */
void u256_divmod(struct u256 *quotient, struct u256 *remainder, const struct u256 *a,
		 const struct u256 *b);
/* Signed, truncated towards zero; -2^255 / -1 = -2^255.  The remainder has
 * the sign of `a`. */
void u256_sdivmod(struct u256 *quotient, struct u256 *remainder, const struct u256 *a,
		  const struct u256 *b);
/* (a + b) mod m and (a * b) mod m over unbounded intermediates; m = 0 gives 0. */
void u256_addmod(struct u256 *out, const struct u256 *a, const struct u256 *b,
		 const struct u256 *m);
void u256_mulmod(struct u256 *out, const struct u256 *a, const struct u256 *b,
		 const struct u256 *m);
void u256_exp(struct u256 *out, const struct u256 *base, const struct u256 *exponent);

/* Shifts by any count; 256 and more give 0 (or all sign bits). */
void u256_shl(struct u256 *out, const struct u256 *a, const struct u256 *count);
void u256_shr(struct u256 *out, const struct u256 *a, const struct u256 *count);
void u256_sar(struct u256 *out, const struct u256 *a, const struct u256 *count);
/* EVM's SIGNEXTEND and BYTE. */
void u256_signextend(struct u256 *out, const struct u256 *byte_index, const struct u256 *a);
void u256_byte(struct u256 *out, const struct u256 *byte_index, const struct u256 *a);

/* Bits up to the highest set one; 0 for 0. */
unsigned u256_bit_length(const struct u256 *a);

/* Big-endian.  from: `len` at most 32 bytes, shorter ones are padded on the
 * left.  to: 32 bytes. */
struct u256 u256_from_be(const uint8_t *data, size_t len);
void u256_to_be(uint8_t out[32], const struct u256 *a);

/* Decimal text with its NUL, for people: at most 79 characters. */
#define U256_DECIMAL_SIZE 79
char *u256_to_decimal(char out[U256_DECIMAL_SIZE], const struct u256 *a);

#endif
