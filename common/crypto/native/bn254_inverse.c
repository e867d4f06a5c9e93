/* bn254_inverse: inversion in Fp by Pornin's binary GCD (IACR 2020/972),
 * several times faster than raising to the power p - 2; an addition of two
 * points is hardly more than this.
 *
 * For the number y to invert, a = y u and b = y v mod p hold throughout, from
 * a = y and b = p on; the GCD's steps take a to 0 and b to 1, which makes v
 * the inverse.  31 steps at a time are found on 64-bit images of a and b
 * (their low 31 and top 33 bits), then applied at once as a matrix. */
#include "crypto/native/bn254.h"

typedef unsigned __int128 uint128;
typedef __int128 int128;

#define STEPS 31

/* 2 * 254 - 1 steps are enough for two numbers of 254 bits. */
#define ROUNDS 17

/* -1 / p mod 2^31 */
#define P_NEGATIVE_INVERSE (0x87d20782e4866389 & 0x7fffffff)

static const uint64_t p[4] = {
	0x3c208c16d87cfd47,
	0x97816a916871ca8d,
	0xb85045b68181585d,
	0x30644e72e131a029,
};

/* The steps' sum: a' = (a f0 + b g0) / 2^31, b' = (a f1 + b g1) / 2^31.
 * |f0| + |g0| and |f1| + |g1| are at most 2^31. */
struct matrix {
	int64_t f0, g0, f1, g1;
};

static unsigned bit_length_of_both(const uint64_t a[4], const uint64_t b[4])
{
	for (unsigned i = 4; i-- > 1;) {
		uint64_t word = a[i] | b[i];

		if (word)
			return 64 * i + 64 - (unsigned)__builtin_clzll(word);
	}
	return 64; /* or less, which the image does not mind */
}

/* Bits 0 to 30 of `a`, and the 33 below bit `length`. */
static uint64_t image(const uint64_t a[4], unsigned length)
{
	unsigned from = length - 33, word = from / 64, shift = from % 64;
	uint64_t top = a[word] >> shift;

	if (shift > 31 && word < 3)
		top |= a[word + 1] << (64 - shift);
	return (a[0] & 0x7fffffff) | top << 31;
}

/* The steps: an even a is halved; else the smaller is taken from the larger,
 * which becomes a and is halved. */
static struct matrix steps(uint64_t a, uint64_t b)
{
	struct matrix m = { .f0 = 1, .g1 = 1 };

	for (unsigned i = 0; i < STEPS; i++) {
		uint64_t odd = -(a & 1);
		uint64_t swap = odd & -(uint64_t)(a < b);
		uint64_t t = (a ^ b) & swap;
		int64_t f = (m.f0 ^ m.f1) & (int64_t)swap;
		int64_t g = (m.g0 ^ m.g1) & (int64_t)swap;

		a ^= t;
		b ^= t;
		m.f0 ^= f;
		m.f1 ^= f;
		m.g0 ^= g;
		m.g1 ^= g;
		a = (a - (b & odd)) >> 1;
		m.f0 -= m.f1 & (int64_t)odd;
		m.g0 -= m.g1 & (int64_t)odd;
		m.f1 *= 2;
		m.g1 *= 2;
	}
	return m;
}

/* sum = a f + b g, signed, of five words. */
static void combine(uint64_t sum[5], const uint64_t a[4], int64_t f, const uint64_t b[4], int64_t g)
{
	int128 carry = 0;

	for (size_t i = 0; i < 4; i++) {
		carry += (int128)a[i] * f + (int128)b[i] * g;
		sum[i] = (uint64_t)carry;
		carry >>= 64;
	}
	sum[4] = (uint64_t)carry;
}

static void shift_by_steps(uint64_t out[4], const uint64_t sum[5])
{
	for (size_t i = 0; i < 4; i++)
		out[i] = sum[i] >> STEPS | sum[i + 1] << (64 - STEPS);
}

/* out += p & mask; the carry comes back. */
static uint64_t add_p(uint64_t out[4], uint64_t mask)
{
	uint128 carry = 0;

	for (size_t i = 0; i < 4; i++) {
		carry += (uint128)out[i] + (p[i] & mask);
		out[i] = (uint64_t)carry;
		carry >>= 64;
	}
	return (uint64_t)carry;
}

static void negate(uint64_t a[4])
{
	uint128 carry = 1;

	for (size_t i = 0; i < 4; i++) {
		carry += ~a[i];
		a[i] = (uint64_t)carry;
		carry >>= 64;
	}
}

/* out = |a f + b g| / 2^31, which divides exactly.  True: it was negative. */
static bool apply(uint64_t out[4], const uint64_t a[4], int64_t f, const uint64_t b[4], int64_t g)
{
	uint64_t sum[5];
	bool negative;

	combine(sum, a, f, b, g);
	negative = sum[4] >> 63;
	shift_by_steps(out, sum);
	if (negative)
		negate(out);
	return negative;
}

/* out = (u f + v g) / 2^31 mod p, in [0, p): a multiple of p makes the
 * division exact. */
static void apply_mod_p(uint64_t out[4], const uint64_t u[4], int64_t f, const uint64_t v[4],
			int64_t g)
{
	static const uint64_t zero[4];
	uint64_t sum[5], multiple[5], less[4];
	uint128 carry = 0;

	combine(sum, u, f, v, g);
	combine(multiple, p, (int64_t)((sum[0] * P_NEGATIVE_INVERSE) & 0x7fffffff), zero, 0);
	for (size_t i = 0; i < 5; i++) {
		carry += (uint128)sum[i] + multiple[i];
		sum[i] = (uint64_t)carry;
		carry >>= 64;
	}
	shift_by_steps(out, sum);
	/* In (-p, 2 p) now. */
	add_p(out, -(sum[4] >> 63));
	memcpy(less, out, sizeof(less));
	negate(less);
	/* p - out, negative (bit 255) where out is above p */
	add_p(less, UINT64_MAX);
	if (less[3] >> 63 || (less[0] | less[1] | less[2] | less[3]) == 0) {
		negate(less);
		memcpy(out, less, sizeof(less));
	}
}

void fp_inv(struct fp *inverse, const struct fp *y)
{
	/* y is y' 2^256 for the y' that it means, and the answer 2^256 / y':
	 * the inverse times 2^512. */
	uint64_t u[4] = { 0xf32cfc5b538afa89, 0xb5e71911d44501fb, 0x47ab1eff0a417ff6,
			  0x06d89f71cab8351f };
	uint64_t a[4], b[4], v[4] = { 0 };
	uint64_t next_a[4], next_u[4];

	memcpy(a, y->v, sizeof(a));
	memcpy(b, p, sizeof(b));
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned length = bit_length_of_both(a, b);
		struct matrix m = steps(image(a, length), image(b, length));

		if (apply(next_a, a, m.f0, b, m.g0)) {
			m.f0 = -m.f0;
			m.g0 = -m.g0;
		}
		if (apply(b, a, m.f1, b, m.g1)) {
			m.f1 = -m.f1;
			m.g1 = -m.g1;
		}
		memcpy(a, next_a, sizeof(a));
		apply_mod_p(next_u, u, m.f0, v, m.g0);
		apply_mod_p(v, u, m.f1, v, m.g1);
		memcpy(u, next_u, sizeof(u));
	}
	memcpy(inverse->v, v, sizeof(v));
}
