/* bn254_field: Fp in Montgomery form, and Fp2. */
#include "crypto/native/bn254.h"

typedef unsigned __int128 uint128;

/* p = 21888242871839275222246405745257275088696311157297823662689037894645226208583 */
static const uint64_t p[4] = {
	0x3c208c16d87cfd47,
	0x97816a916871ca8d,
	0xb85045b68181585d,
	0x30644e72e131a029,
};

/* -1 / p mod 2^64 */
#define P_NEGATIVE_INVERSE 0x87d20782e4866389

/* 2^512 mod p: a product with it goes into Montgomery form. */
static const struct fp to_montgomery = { { 0xf32cfc5b538afa89, 0xb5e71911d44501fb,
					   0x47ab1eff0a417ff6, 0x06d89f71cab8351f } };

const struct fp fp_zero;
const struct fp fp_one = { { 0xd35d438dc58f0d9d, 0x0a78eb28f5c70b3d, 0x666ea36f7879462c,
			     0x0e0a77c19a07df2f } };

/* a + b * c + *carry; the high word becomes the carry. */
static inline uint64_t multiply_add(uint64_t *carry, uint64_t a, uint64_t b, uint64_t c)
{
	uint128 sum = (uint128)b * c + a + *carry;

	*carry = (uint64_t)(sum >> 64);
	return (uint64_t)sum;
}

static inline uint64_t add_carry(uint64_t *carry, uint64_t a, uint64_t b)
{
	uint128 sum = (uint128)a + b + *carry;

	*carry = (uint64_t)(sum >> 64);
	return (uint64_t)sum;
}

static inline uint64_t sub_borrow(uint64_t *borrow, uint64_t a, uint64_t b)
{
	uint128 difference = (uint128)a - b - *borrow;

	*borrow = (uint64_t)(difference >> 64) & 1;
	return (uint64_t)difference;
}

/* difference = a - b mod 2^256; the borrow comes back. */
static inline uint64_t subtract(uint64_t difference[4], const uint64_t a[4], const uint64_t b[4])
{
	uint64_t borrow = 0;

	difference[0] = sub_borrow(&borrow, a[0], b[0]);
	difference[1] = sub_borrow(&borrow, a[1], b[1]);
	difference[2] = sub_borrow(&borrow, a[2], b[2]);
	difference[3] = sub_borrow(&borrow, a[3], b[3]);
	return borrow;
}

/* a - b mod p, for a - b in [-p, p).  Without a branch: which way it goes is
 * as good as random, and a wrong guess would cost more than this. */
static inline void subtract_mod_p(struct fp *difference, const uint64_t a[4], const uint64_t b[4])
{
	uint64_t carry = 0;
	uint64_t t[4];
	uint64_t add_back = -subtract(t, a, b);

	difference->v[0] = add_carry(&carry, t[0], p[0] & add_back);
	difference->v[1] = add_carry(&carry, t[1], p[1] & add_back);
	difference->v[2] = add_carry(&carry, t[2], p[2] & add_back);
	difference->v[3] = add_carry(&carry, t[3], p[3] & add_back);
}

void fp_add(struct fp *sum, const struct fp *a, const struct fp *b)
{
	uint64_t carry = 0;
	uint64_t t[4];

	/* p < 2^254: no carry is left. */
	t[0] = add_carry(&carry, a->v[0], b->v[0]);
	t[1] = add_carry(&carry, a->v[1], b->v[1]);
	t[2] = add_carry(&carry, a->v[2], b->v[2]);
	t[3] = add_carry(&carry, a->v[3], b->v[3]);
	subtract_mod_p(sum, t, p);
}

void fp_sub(struct fp *difference, const struct fp *a, const struct fp *b)
{
	subtract_mod_p(difference, a->v, b->v);
}

void fp_neg(struct fp *negative, const struct fp *a)
{
	fp_sub(negative, &fp_zero, a);
}

/* One word of b: t = (t + a * b + m * p) / 2^64, with the m that makes the
 * division exact.  p's top word is below 2^63 - 1, so that t never needs a
 * fifth word. */
static inline void montgomery_step(uint64_t t[4], const uint64_t a[4], uint64_t b)
{
	uint64_t high = 0, carry = 0;
	uint64_t low = multiply_add(&high, t[0], a[0], b);
	uint64_t m = low * P_NEGATIVE_INVERSE;

	multiply_add(&carry, low, m, p[0]);
	low = multiply_add(&high, t[1], a[1], b);
	t[0] = multiply_add(&carry, low, m, p[1]);
	low = multiply_add(&high, t[2], a[2], b);
	t[1] = multiply_add(&carry, low, m, p[2]);
	low = multiply_add(&high, t[3], a[3], b);
	t[2] = multiply_add(&carry, low, m, p[3]);
	t[3] = high + carry;
}

void fp_mul(struct fp *product, const struct fp *a, const struct fp *b)
{
	uint64_t t[4] = { 0 };

	montgomery_step(t, a->v, b->v[0]);
	montgomery_step(t, a->v, b->v[1]);
	montgomery_step(t, a->v, b->v[2]);
	montgomery_step(t, a->v, b->v[3]);
	subtract_mod_p(product, t, p);
}

void fp_sqr(struct fp *square, const struct fp *a)
{
	fp_mul(square, a, a);
}

bool fp_is_zero(const struct fp *a)
{
	return (a->v[0] | a->v[1] | a->v[2] | a->v[3]) == 0;
}

bool fp_eq(const struct fp *a, const struct fp *b)
{
	return memcmp(a->v, b->v, sizeof(a->v)) == 0;
}

bool fp_from_bytes(struct fp *a, const uint8_t big_endian[32])
{
	struct fp number;
	uint64_t unused[4];

	for (size_t i = 0; i < 4; i++)
		number.v[i] = be64_load(big_endian + 24 - 8 * i);
	if (!subtract(unused, number.v, p))
		return false;
	fp_mul(a, &number, &to_montgomery);
	return true;
}

void fp_to_bytes(uint8_t big_endian[32], const struct fp *a)
{
	static const struct fp plain_one = { { 1 } };
	struct fp number;

	fp_mul(&number, a, &plain_one);
	for (size_t i = 0; i < 4; i++)
		be64_store(big_endian + 24 - 8 * i, number.v[i]);
}

const struct fp2 fp2_zero;
const struct fp2 fp2_one = {
	.c0 = { { 0xd35d438dc58f0d9d, 0x0a78eb28f5c70b3d, 0x666ea36f7879462c,
		  0x0e0a77c19a07df2f } },
};

void fp2_add(struct fp2 *sum, const struct fp2 *a, const struct fp2 *b)
{
	fp_add(&sum->c0, &a->c0, &b->c0);
	fp_add(&sum->c1, &a->c1, &b->c1);
}

void fp2_sub(struct fp2 *difference, const struct fp2 *a, const struct fp2 *b)
{
	fp_sub(&difference->c0, &a->c0, &b->c0);
	fp_sub(&difference->c1, &a->c1, &b->c1);
}

void fp2_neg(struct fp2 *negative, const struct fp2 *a)
{
	fp_neg(&negative->c0, &a->c0);
	fp_neg(&negative->c1, &a->c1);
}

void fp2_conjugate(struct fp2 *conjugate, const struct fp2 *a)
{
	conjugate->c0 = a->c0;
	fp_neg(&conjugate->c1, &a->c1);
}

/* Karatsuba: c1 = (a0 + a1)(b0 + b1) - a0 b0 - a1 b1. */
void fp2_mul(struct fp2 *product, const struct fp2 *a, const struct fp2 *b)
{
	struct fp a_sum, b_sum, low, high;

	fp_add(&a_sum, &a->c0, &a->c1);
	fp_add(&b_sum, &b->c0, &b->c1);
	fp_mul(&low, &a->c0, &b->c0);
	fp_mul(&high, &a->c1, &b->c1);
	fp_mul(&a_sum, &a_sum, &b_sum);
	fp_sub(&product->c0, &low, &high);
	fp_sub(&a_sum, &a_sum, &low);
	fp_sub(&product->c1, &a_sum, &high);
}

void fp2_mul_fp(struct fp2 *product, const struct fp2 *a, const struct fp *b)
{
	struct fp factor = *b;

	fp_mul(&product->c0, &a->c0, &factor);
	fp_mul(&product->c1, &a->c1, &factor);
}

/* (9 + u)(c0 + c1 u) = 9 c0 - c1 + (9 c1 + c0) u */
void fp2_mul_xi(struct fp2 *product, const struct fp2 *a)
{
	struct fp2 nine, self = *a;

	fp2_add(&nine, &self, &self);
	fp2_add(&nine, &nine, &nine);
	fp2_add(&nine, &nine, &nine);
	fp2_add(&nine, &nine, &self);
	fp_sub(&product->c0, &nine.c0, &self.c1);
	fp_add(&product->c1, &nine.c1, &self.c0);
}

/* (a0 + a1)(a0 - a1) + 2 a0 a1 u */
void fp2_sqr(struct fp2 *square, const struct fp2 *a)
{
	struct fp sum, difference, mixed;

	fp_add(&sum, &a->c0, &a->c1);
	fp_sub(&difference, &a->c0, &a->c1);
	fp_mul(&mixed, &a->c0, &a->c1);
	fp_mul(&square->c0, &sum, &difference);
	fp_add(&square->c1, &mixed, &mixed);
}

/* (a0 - a1 u) / (a0^2 + a1^2) */
void fp2_inv(struct fp2 *inverse, const struct fp2 *a)
{
	struct fp norm, square;

	fp_sqr(&norm, &a->c0);
	fp_sqr(&square, &a->c1);
	fp_add(&norm, &norm, &square);
	fp_inv(&norm, &norm);
	fp2_conjugate(inverse, a);
	fp2_mul_fp(inverse, inverse, &norm);
}

bool fp2_is_zero(const struct fp2 *a)
{
	return fp_is_zero(&a->c0) && fp_is_zero(&a->c1);
}

bool fp2_eq(const struct fp2 *a, const struct fp2 *b)
{
	return fp_eq(&a->c0, &b->c0) && fp_eq(&a->c1, &b->c1);
}

const struct fp2 bn254_gamma[6] = {
	{ { { 0xd35d438dc58f0d9d, 0x0a78eb28f5c70b3d, 0x666ea36f7879462c, 0x0e0a77c19a07df2f } },
	  { { 0 } } },
	{ { { 0xaf9ba69633144907, 0xca6b1d7387afb78a, 0x11bded5ef08a2087, 0x02f34d751a1f3a7c } },
	  { { 0xa222ae234c492d72, 0xd00f02a4565de15b, 0xdc2ff3a253dfc926, 0x10a75716b3899551 } } },
	{ { { 0xb5773b104563ab30, 0x347f91c8a9aa6454, 0x7a007127242e0991, 0x1956bcd8118214ec } },
	  { { 0x6e849f1ea0aa4757, 0xaa1c7b6d89f89141, 0xb6e713cdfae0ca3a, 0x26694fbb4e82ebc3 } } },
	{ { { 0xe4bbdd0c2936b629, 0xbb30f162e133bacb, 0x31a9d1b6f9645366, 0x253570bea500f8dd } },
	  { { 0xa1d77ce45ffe77c7, 0x07affd117826d1db, 0x6d16bd27bb7edc6b, 0x2c87200285defecc } } },
	{ { { 0x7361d77f843abe92, 0xa5bb2bd3273411fb, 0x9c941f314b3e2399, 0x15df9cddbb9fd3ec } },
	  { { 0x5dddfd154bd8c949, 0x62cb29a5a4445b60, 0x37bc870a0c7dd2b9, 0x24830a9d3171f0fd } } },
	{ { { 0xc970692f41690fe7, 0xe240342127694b0b, 0x32bee66b83c459e8, 0x12aabced0ab08841 } },
	  { { 0x0d485d2340aebfa9, 0x05193418ab2fcc57, 0xd3b0a40b8a4910f5, 0x2f21ebb535d2925a } } },
};
