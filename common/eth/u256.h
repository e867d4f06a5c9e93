/* u256: 256-bit integers, four 64-bit limbs, least significant first.
 * All arithmetic is modulo 2^256 unless the name says otherwise.  Division by
 * zero gives zero, as the EVM defines it.  Outputs may alias inputs.  Core.
 *
 * What is short is inline here; division and what rests on it is in
 * u256_divide.c, the rest in u256.c. */
#ifndef GAVEL_ETH_U256_H
#define GAVEL_ETH_U256_H

#include "base/bytes.h"

/* What the compiler or the machine has for us natively.  U256_PORTABLE asks
 * for what the fault-proof program gets, so that tests can run it. */
#if __STDC_HOSTED__ && !defined(U256_PORTABLE)
#define U256_HOSTED 1
#if defined(__x86_64__)
#define U256_X86 1
#endif
#endif

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

/* a + b + carry and a - b - borrow; both return the next carry or borrow, and
 * take 0 or 1.  On x86 the compilers make an add-with-carry chain only of
 * their builtins. */
static inline unsigned char u256_limb_add(uint64_t *out, uint64_t a, uint64_t b,
					  unsigned char carry)
{
#ifdef U256_X86
	unsigned long long sum;

	carry = __builtin_ia32_addcarryx_u64(carry, a, b, &sum);
	*out = sum;
	return carry;
#else
	uint64_t sum = a + b;
	uint64_t with_carry = sum + carry;

	*out = with_carry;
	return (unsigned char)((sum < a) | (with_carry < sum));
#endif
}

static inline unsigned char u256_limb_sub(uint64_t *out, uint64_t a, uint64_t b,
					  unsigned char borrow)
{
#ifdef U256_X86
	unsigned long long difference;

#if defined(__clang__)
	borrow = __builtin_ia32_subborrow_u64(borrow, a, b, &difference);
#else
	borrow = __builtin_ia32_sbb_u64(borrow, a, b, &difference);
#endif
	*out = difference;
	return borrow;
#else
	uint64_t difference = a - b;
	uint64_t with_borrow = difference - borrow;

	*out = with_borrow;
	return (unsigned char)((a < b) | (difference < borrow));
#endif
}

/* Sum and whether it passed 2^256; difference and whether it went below 0.
 *
 * Of the builtins above gcc makes a chain that stores every limb twice; so what
 * is run most is written out. */
#ifdef U256_X86
static inline bool u256_add_overflow(struct u256 *out, const struct u256 *a, const struct u256 *b)
{
	uint64_t r0 = a->limb[0], r1 = a->limb[1], r2 = a->limb[2], r3 = a->limb[3];
	bool carry;

	__asm__("addq %5, %0\n\tadcq %6, %1\n\tadcq %7, %2\n\tadcq %8, %3"
		: "+&r"(r0), "+&r"(r1), "+&r"(r2), "+r"(r3), "=@ccc"(carry)
		: "rm"(b->limb[0]), "rm"(b->limb[1]), "rm"(b->limb[2]), "rm"(b->limb[3]));
	*out = (struct u256){ { r0, r1, r2, r3 } };
	return carry;
}

static inline bool u256_sub_underflow(struct u256 *out, const struct u256 *a, const struct u256 *b)
{
	uint64_t r0 = a->limb[0], r1 = a->limb[1], r2 = a->limb[2], r3 = a->limb[3];
	bool borrow;

	__asm__("subq %5, %0\n\tsbbq %6, %1\n\tsbbq %7, %2\n\tsbbq %8, %3"
		: "+&r"(r0), "+&r"(r1), "+&r"(r2), "+r"(r3), "=@ccc"(borrow)
		: "rm"(b->limb[0]), "rm"(b->limb[1]), "rm"(b->limb[2]), "rm"(b->limb[3]));
	*out = (struct u256){ { r0, r1, r2, r3 } };
	return borrow;
}
#else
static inline bool u256_add_overflow(struct u256 *out, const struct u256 *a, const struct u256 *b)
{
	unsigned char carry;

	carry = u256_limb_add(&out->limb[0], a->limb[0], b->limb[0], 0);
	carry = u256_limb_add(&out->limb[1], a->limb[1], b->limb[1], carry);
	carry = u256_limb_add(&out->limb[2], a->limb[2], b->limb[2], carry);
	return u256_limb_add(&out->limb[3], a->limb[3], b->limb[3], carry);
}

static inline bool u256_sub_underflow(struct u256 *out, const struct u256 *a, const struct u256 *b)
{
	unsigned char borrow;

	borrow = u256_limb_sub(&out->limb[0], a->limb[0], b->limb[0], 0);
	borrow = u256_limb_sub(&out->limb[1], a->limb[1], b->limb[1], borrow);
	borrow = u256_limb_sub(&out->limb[2], a->limb[2], b->limb[2], borrow);
	return u256_limb_sub(&out->limb[3], a->limb[3], b->limb[3], borrow);
}
#endif

static inline void u256_add(struct u256 *out, const struct u256 *a, const struct u256 *b)
{
	(void)u256_add_overflow(out, a, b);
}

static inline void u256_sub(struct u256 *out, const struct u256 *a, const struct u256 *b)
{
	(void)u256_sub_underflow(out, a, b);
}

/* 2^256 - a. */
static inline void u256_negate(struct u256 *out, const struct u256 *a)
{
	struct u256 zero = U256_ZERO;

	u256_sub(out, &zero, a);
}

static inline bool u256_lt(const struct u256 *a, const struct u256 *b)
{
	struct u256 unused;

	return u256_sub_underflow(&unused, a, b);
}

static inline bool u256_is_negative(const struct u256 *a)
{
	return a->limb[3] >> 63;
}

/* Two's complement comparison. */
static inline bool u256_slt(const struct u256 *a, const struct u256 *b)
{
	if (u256_is_negative(a) != u256_is_negative(b))
		return u256_is_negative(a);
	return u256_lt(a, b);
}

/* -1, 0 or 1. */
static inline int u256_compare(const struct u256 *a, const struct u256 *b)
{
	for (int i = 3; i >= 0; i--)
		if (a->limb[i] != b->limb[i])
			return a->limb[i] < b->limb[i] ? -1 : 1;
	return 0;
}

/* The low limb of a * b + c + d, which can't pass 2^128; the high one goes to
 * `*high`. */
static inline uint64_t u256_limb_mul_add(uint64_t *high, uint64_t a, uint64_t b, uint64_t c,
					 uint64_t d)
{
	unsigned __int128 sum = (unsigned __int128)a * b + c + d;

	*high = (uint64_t)(sum >> 64);
	return (uint64_t)sum;
}

/* One row of the schoolbook for each limb of `a`: the low halves of its
 * products in one carry chain, the high halves in the next. */
static inline void u256_mul(struct u256 *out, const struct u256 *a, const struct u256 *b)
{
	uint64_t a0 = a->limb[0], a1 = a->limb[1], a2 = a->limb[2], a3 = a->limb[3];
	uint64_t b0 = b->limb[0], b1 = b->limb[1], b2 = b->limb[2], b3 = b->limb[3];
	unsigned __int128 p0 = (unsigned __int128)a0 * b0, p1 = (unsigned __int128)a0 * b1;
	unsigned __int128 p2 = (unsigned __int128)a0 * b2;
	uint64_t r1, r2, r3;
	unsigned char carry;

	out->limb[0] = (uint64_t)p0;
	carry = u256_limb_add(&r1, (uint64_t)(p0 >> 64), (uint64_t)p1, 0);
	carry = u256_limb_add(&r2, (uint64_t)(p1 >> 64), (uint64_t)p2, carry);
	(void)u256_limb_add(&r3, (uint64_t)(p2 >> 64), a0 * b3, carry);

	p0 = (unsigned __int128)a1 * b0;
	p1 = (unsigned __int128)a1 * b1;
	carry = u256_limb_add(&r1, r1, (uint64_t)p0, 0);
	carry = u256_limb_add(&r2, r2, (uint64_t)p1, carry);
	(void)u256_limb_add(&r3, r3, a1 * b2, carry);
	carry = u256_limb_add(&r2, r2, (uint64_t)(p0 >> 64), 0);
	(void)u256_limb_add(&r3, r3, (uint64_t)(p1 >> 64), carry);

	p0 = (unsigned __int128)a2 * b0;
	carry = u256_limb_add(&r2, r2, (uint64_t)p0, 0);
	(void)u256_limb_add(&r3, r3, (uint64_t)(p0 >> 64), carry);
	out->limb[1] = r1;
	out->limb[2] = r2;
	out->limb[3] = r3 + a2 * b1 + a3 * b0;
}

/* All eight limbs of the product. */
void u256_mul_wide(uint64_t out[8], const struct u256 *a, const struct u256 *b);

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

/* A modulus of 2^192 or more, made ready for many products. */
struct u256_modulus {
	struct u256 value;
	uint64_t inverse[5]; /* (2^512 - 1) / value */
};
void u256_modulus_prepare(struct u256_modulus *modulus, const struct u256 *value);
/* u256_mulmod(), in half the time. */
void u256_mulmod_prepared(struct u256 *out, const struct u256 *a, const struct u256 *b,
			  const struct u256_modulus *modulus);

void u256_exp(struct u256 *out, const struct u256 *base, const struct u256 *exponent);

/* Shifts by 0 to 255, in two steps: whole limbs by where they are read in a
 * longer array, then bits.  (x >> 1 >> (63 - n) is x >> (64 - n), and 0 for
 * n = 0.) */
static inline void u256_shl_bits(struct u256 *out, const struct u256 *a, unsigned count)
{
	const uint64_t from[8] = { 0, 0, 0, 0, a->limb[0], a->limb[1], a->limb[2], a->limb[3] };
	const uint64_t *p = from + 4 - count / 64;
	unsigned n = count % 64;

	out->limb[0] = p[0] << n | p[-1] >> 1 >> (63 - n);
	out->limb[1] = p[1] << n | p[0] >> 1 >> (63 - n);
	out->limb[2] = p[2] << n | p[1] >> 1 >> (63 - n);
	out->limb[3] = p[3] << n | p[2] >> 1 >> (63 - n);
}

/* `fill` comes in from above: 0 or all ones. */
static inline void u256_shr_bits(struct u256 *out, const struct u256 *a, unsigned count,
				 uint64_t fill)
{
	const uint64_t from[8] = { a->limb[0], a->limb[1], a->limb[2], a->limb[3],
				   fill,       fill,       fill,       fill };
	const uint64_t *p = from + count / 64;
	unsigned n = count % 64;

	out->limb[0] = p[0] >> n | p[1] << 1 << (63 - n);
	out->limb[1] = p[1] >> n | p[2] << 1 << (63 - n);
	out->limb[2] = p[2] >> n | p[3] << 1 << (63 - n);
	out->limb[3] = p[3] >> n | p[4] << 1 << (63 - n);
}

/* Shifts by any count; 256 and more give 0 (or all sign bits). */
static inline void u256_shl(struct u256 *out, const struct u256 *a, const struct u256 *count)
{
	if (u256_fits_u64(count) && count->limb[0] < 256)
		u256_shl_bits(out, a, (unsigned)count->limb[0]);
	else
		*out = U256_ZERO;
}

static inline void u256_shr(struct u256 *out, const struct u256 *a, const struct u256 *count)
{
	if (u256_fits_u64(count) && count->limb[0] < 256)
		u256_shr_bits(out, a, (unsigned)count->limb[0], 0);
	else
		*out = U256_ZERO;
}

static inline void u256_sar(struct u256 *out, const struct u256 *a, const struct u256 *count)
{
	uint64_t fill = 0 - (a->limb[3] >> 63);

	if (u256_fits_u64(count) && count->limb[0] < 256)
		u256_shr_bits(out, a, (unsigned)count->limb[0], fill);
	else
		*out = (struct u256){ { fill, fill, fill, fill } };
}

/* EVM's SIGNEXTEND and BYTE. */
void u256_signextend(struct u256 *out, const struct u256 *byte_index, const struct u256 *a);

static inline void u256_byte(struct u256 *out, const struct u256 *byte_index, const struct u256 *a)
{
	uint64_t i = byte_index->limb[0];

	if (u256_fits_u64(byte_index) && i < 32)
		*out = u256_from_u64(a->limb[3 - i / 8] >> (56 - 8 * (i % 8)) & 0xff);
	else
		*out = U256_ZERO;
}

/* Zero bits above the highest set one of `v`, which is not 0.  Freestanding
 * RISC-V has no instruction for it, and we no libgcc. */
static inline unsigned u256_limb_leading_zeros(uint64_t v)
{
#ifdef U256_HOSTED
	return (unsigned)__builtin_clzll(v);
#else
	unsigned count = 0;

	for (unsigned half = 32; half; half /= 2) {
		if (!(v >> (64 - half))) {
			v <<= half;
			count += half;
		}
	}
	return count;
#endif
}

/* Bits up to the highest set one; 0 for 0. */
static inline unsigned u256_bit_length(const struct u256 *a)
{
	for (int i = 3; i >= 0; i--)
		if (a->limb[i])
			return 64 * (unsigned)i + 64 - u256_limb_leading_zeros(a->limb[i]);
	return 0;
}

/* Big-endian.  from: `len` at most 32 bytes, shorter ones are padded on the
 * left.  to: 32 bytes. */
struct u256 u256_from_be_short(const uint8_t *data, size_t len);

static inline __attribute__((always_inline)) struct u256 u256_from_be(const uint8_t *data,
								      size_t len)
{
	if (len != 32)
		return u256_from_be_short(data, len);
	return (struct u256){ { be64_load(data + 24), be64_load(data + 16), be64_load(data + 8),
				be64_load(data) } };
}

static inline void u256_to_be(uint8_t out[32], const struct u256 *a)
{
	be64_store(out, a->limb[3]);
	be64_store(out + 8, a->limb[2]);
	be64_store(out + 16, a->limb[1]);
	be64_store(out + 24, a->limb[0]);
}

/* Decimal text with its NUL, for people: at most 79 characters. */
#define U256_DECIMAL_SIZE 79
char *u256_to_decimal(char out[U256_DECIMAL_SIZE], const struct u256 *a);

#endif
