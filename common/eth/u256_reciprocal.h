/* u256_reciprocal: division of one word by multiplication (Möller and
 * Granlund, "Improved division by invariant integers", IEEE Transactions on
 * Computers 60, 2011).  Inside of u256 only.  Core. */
#ifndef GAVEL_ETH_U256_RECIPROCAL_H
#define GAVEL_ETH_U256_RECIPROCAL_H

#include "eth/u256.h"

typedef unsigned __int128 u128;

static inline uint64_t high_half(u128 v)
{
	return (uint64_t)(v >> 64);
}

static inline u128 join(uint64_t high, uint64_t low)
{
	return (u128)high << 64 | low;
}

/* (2^128 - 1) / d - 2^64, where d has its top bit set.
 *
 * Algorithm 3 of the paper, with a division in the place of its table. */
static inline uint64_t reciprocal_by_newton(uint64_t d)
{
	uint64_t d40 = (d >> 24) + 1;
	uint64_t d63 = (d >> 1) + (d & 1);
	uint64_t v0 = (uint64_t)((uint32_t)((1u << 19) - 3 * (1u << 8)) / (uint32_t)(d >> 55));
	uint64_t v1 = (v0 << 11) - (v0 * v0 * d40 >> 40) - 1;
	uint64_t v2 = (v1 << 13) + (v1 * (((uint64_t)1 << 60) - v1 * d40) >> 47);
	uint64_t e = (v2 >> 1 & (0 - (d & 1))) - v2 * d63;
	uint64_t v3 = (v2 << 31) + (high_half((u128)v2 * e) >> 1);

	return v3 - high_half((u128)v3 * d + d) - d;
}

#ifdef U256_X86

/* The machine divides 128 bits by 64.  The quotient fits: ~d < d. */
static inline uint64_t reciprocal_by_hardware(uint64_t d)
{
	uint64_t quotient, remainder;

	__asm__("divq %4"
		: "=a"(quotient), "=d"(remainder)
		: "0"(~(uint64_t)0), "1"(~d), "r"(d)
		: "cc");
	return quotient;
}

#define reciprocal reciprocal_by_hardware
#else
#define reciprocal reciprocal_by_newton
#endif

/* u / d for high_half(u) < d; v is the reciprocal of d.  Algorithm 4.
 *
 * `too_large` is all ones or 0: every second quotient needs that correction,
 * which no branch predictor can learn.  The last one is rare. */
static inline uint64_t divide_2by1(uint64_t *remainder, u128 u, uint64_t d, uint64_t v)
{
	u128 product = (u128)v * high_half(u) + u;
	uint64_t q = high_half(product) + 1;
	uint64_t r = (uint64_t)u - q * d;

	uint64_t too_large = 0 - (uint64_t)(r > (uint64_t)product);

	q += too_large;
	r += too_large & d;
	if (r >= d) {
		q++;
		r -= d;
	}
	*remainder = r;
	return q;
}

/* (2^192 - 1) / d - 2^64, where d has its top bit set.  Algorithm 6. */
static inline uint64_t reciprocal_3by2(u128 d)
{
	uint64_t d1 = high_half(d), d0 = (uint64_t)d;
	uint64_t v = reciprocal(d1);
	uint64_t p = d1 * v + d0;
	u128 t;

	if (p < d0) {
		v--;
		if (p >= d1) {
			v--;
			p -= d1;
		}
		p -= d1;
	}
	t = (u128)v * d0;
	p += high_half(t);
	if (p < high_half(t)) {
		v--;
		if (join(p, (uint64_t)t) >= d)
			v--;
	}
	return v;
}

/* (u, low) / d for u < d; v is the reciprocal of d.  Algorithm 5. */
static inline uint64_t divide_3by2(u128 *remainder, u128 u, uint64_t low, u128 d, uint64_t v)
{
	u128 product = (u128)v * high_half(u) + u;
	uint64_t q = high_half(product);
	u128 r = join((uint64_t)u - q * high_half(d), low) - (u128)q * (uint64_t)d - d;

	q++;
	if (high_half(r) >= (uint64_t)product) {
		q--;
		r += d;
	}
	if (r >= d) {
		q++;
		r -= d;
	}
	*remainder = r;
	return q;
}

#endif
