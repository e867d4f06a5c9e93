/* Division of 256 and 512-bit numbers by up to 256 bits: Knuth's algorithm D
 * (The Art of Computer Programming 2, 4.3.1) on 64-bit limbs.  Small numbers,
 * which are most, leave early. */
#include "eth/u256.h"
#include "eth/u256_reciprocal.h"

#define PRODUCT_LIMBS 8

/* How many of the `count` limbs are left when zeros at the top go. */
static unsigned significant(const uint64_t *limb, unsigned count)
{
	while (count && !limb[count - 1])
		count--;
	return count;
}

/* out[count + 1] = in[count] << shift, for shift below 64. */
static void shift_up(uint64_t *out, const uint64_t *in, unsigned count, unsigned shift)
{
	uint64_t below = 0;

	for (unsigned i = 0; i < count; i++) {
		uint64_t limb = in[i];

		out[i] = limb << shift | below >> 1 >> (63 - shift);
		below = limb;
	}
	out[count] = below >> 1 >> (63 - shift);
}

/* out[count] = in[count] >> shift, for shift below 64. */
static void shift_down(uint64_t *out, const uint64_t *in, unsigned count, unsigned shift)
{
	for (unsigned i = 0; i < count; i++) {
		uint64_t above = i + 1 < count ? in[i + 1] : 0;

		out[i] = in[i] >> shift | above << 1 << (63 - shift);
	}
}

/* The `divide_by` functions replace u, which has `count` limbs and one more on
 * top, by the remainder in its low limbs, and write `count` - (limbs of d) + 1
 * limbs of quotient.  d is normalised: its top bit is set. */
static void divide_by_1(uint64_t *quotient, uint64_t *u, unsigned count, uint64_t d)
{
	uint64_t v = reciprocal(d);
	uint64_t r = u[count];

	for (unsigned i = count; i-- > 0;)
		quotient[i] = divide_2by1(&r, join(r, u[i]), d, v);
	u[0] = r;
}

static void divide_by_2(uint64_t *quotient, uint64_t *u, unsigned count, const uint64_t *d)
{
	u128 divisor = join(d[1], d[0]);
	uint64_t v = reciprocal_3by2(divisor);
	u128 r = join(u[count], u[count - 1]);

	for (unsigned i = count - 1; i-- > 0;)
		quotient[i] = divide_3by2(&r, r, u[i], divisor, v);
	u[0] = (uint64_t)r;
	u[1] = high_half(r);
}

/* u[count] -= q * d[count]; returns what is to be taken from the limb above. */
static inline uint64_t subtract_multiple(uint64_t *u, const uint64_t *d, unsigned count, uint64_t q)
{
	uint64_t borrow = 0;

#pragma GCC unroll 4
	for (unsigned i = 0; i < count; i++) {
		u128 product = (u128)q * d[i] + borrow;

		borrow = high_half(product) + (u[i] < (uint64_t)product);
		u[i] -= (uint64_t)product;
	}
	return borrow;
}

/* u[count] += d[count]. */
static void add_back(uint64_t *u, const uint64_t *d, unsigned count)
{
	unsigned char carry = 0;

	for (unsigned i = 0; i < count; i++)
		carry = u256_limb_add(&u[i], u[i], d[i], carry);
}

/* Steps D3 to D6 for one limb of the quotient: u has n + 1 limbs, the upper n
 * of which are below d.  Leaves the remainder in the lower n. */
static inline __attribute__((always_inline)) uint64_t divide_step(uint64_t *u, const uint64_t *d,
								  unsigned n, uint64_t v)
{
	u128 top = join(u[n], u[n - 1]);
	u128 divisor = join(d[n - 1], d[n - 2]);
	uint64_t q, borrow;
	bool too_large;
	u128 r;

	if (top == divisor) {
		/* The quotient would be 2^64 but for the lower limbs: less 1. */
		(void)subtract_multiple(u, d, n, UINT64_MAX);
		return UINT64_MAX;
	}
	q = divide_3by2(&r, top, u[n - 2], divisor, v);
	borrow = subtract_multiple(u, d, n - 2, q);
	too_large = r < borrow;
	r -= borrow;
	u[n - 2] = (uint64_t)r;
	u[n - 1] = high_half(r);
	if (too_large) {
		add_back(u, d, n);
		q--;
	}
	return q;
}

static inline __attribute__((always_inline)) void
divide_by_many(uint64_t *quotient, uint64_t *u, unsigned count, const uint64_t *d, unsigned n)
{
	uint64_t v = reciprocal_3by2(join(d[n - 1], d[n - 2]));

	for (unsigned i = count - n + 1; i-- > 0;)
		quotient[i] = divide_step(u + i, d, n, v);
}

/* u[count] / d[n], where both have no zero limb on top and 1 <= n <= 4,
 * n <= count <= 8.  The quotient has count - n + 1 limbs. */
static void divide(uint64_t *quotient, uint64_t *remainder, const uint64_t *u, unsigned count,
		   const uint64_t *d, unsigned n)
{
	unsigned shift = u256_limb_leading_zeros(d[n - 1]);
	uint64_t divisor[4 + 1] = { 0 }, rest[PRODUCT_LIMBS + 1];

	shift_up(divisor, d, n, shift);
	shift_up(rest, u, count, shift);
	if (n == 1)
		divide_by_1(quotient, rest, count, divisor[0]);
	else if (n == 2)
		divide_by_2(quotient, rest, count, divisor);
	else if (n == 3)
		divide_by_many(quotient, rest, count, divisor, 3);
	else
		divide_by_many(quotient, rest, count, divisor, 4);
	shift_down(remainder, rest, n, shift);
}

/* u[count] mod m. */
static void reduce(struct u256 *out, const uint64_t *u, unsigned count, const struct u256 *m)
{
	uint64_t quotient[PRODUCT_LIMBS];
	struct u256 remainder = U256_ZERO;
	unsigned n = significant(m->limb, 4);

	count = significant(u, count);
	if (n == 0 || count == 0)
		*out = U256_ZERO;
	else if (count < n)
		*out = (struct u256){ { u[0], count > 1 ? u[1] : 0, count > 2 ? u[2] : 0, 0 } };
	else {
		divide(quotient, remainder.limb, u, count, m->limb, n);
		*out = remainder;
	}
}

void u256_divmod(struct u256 *quotient, struct u256 *remainder, const struct u256 *a,
		 const struct u256 *b)
{
	struct u256 q = U256_ZERO, r = U256_ZERO;

	if (u256_fits_u64(a) && u256_fits_u64(b)) {
		if (b->limb[0]) {
			q.limb[0] = a->limb[0] / b->limb[0];
			r.limb[0] = a->limb[0] % b->limb[0];
		}
	} else if (u256_lt(a, b)) {
		r = *a;
	} else if (!u256_is_zero(b)) {
		divide(q.limb, r.limb, a->limb, significant(a->limb, 4), b->limb,
		       significant(b->limb, 4));
	}
	if (quotient)
		*quotient = q;
	if (remainder)
		*remainder = r;
}

void u256_sdivmod(struct u256 *quotient, struct u256 *remainder, const struct u256 *a,
		  const struct u256 *b)
{
	bool a_negative = u256_is_negative(a), b_negative = u256_is_negative(b);
	struct u256 x = *a, y = *b;

	if (a_negative)
		u256_negate(&x, &x);
	if (b_negative)
		u256_negate(&y, &y);
	u256_divmod(&x, &y, &x, &y);
	if (a_negative != b_negative)
		u256_negate(&x, &x);
	if (a_negative)
		u256_negate(&y, &y);
	if (quotient)
		*quotient = x;
	if (remainder)
		*remainder = y;
}

void u256_addmod(struct u256 *out, const struct u256 *a, const struct u256 *b, const struct u256 *m)
{
	uint64_t wide[5];
	struct u256 sum, less;
	bool carry = u256_add_overflow(&sum, a, b);
	bool borrow = u256_sub_underflow(&less, &sum, m);

	/* Both reduced already: at most one subtraction. */
	if (u256_lt(a, m) && u256_lt(b, m)) {
		*out = borrow && !carry ? sum : less;
		return;
	}
	memcpy(wide, sum.limb, sizeof(sum.limb));
	wide[4] = carry;
	reduce(out, wide, 5, m);
}

void u256_mulmod(struct u256 *out, const struct u256 *a, const struct u256 *b, const struct u256 *m)
{
	uint64_t product[PRODUCT_LIMBS];
	u128 small;

	if (u256_fits_u64(a) && u256_fits_u64(b)) {
		small = (u128)a->limb[0] * b->limb[0];
		product[0] = (uint64_t)small;
		product[1] = high_half(small);
		reduce(out, product, 2, m);
		return;
	}
	u256_mul_wide(product, a, b);
	reduce(out, product, PRODUCT_LIMBS, m);
}

void u256_modulus_prepare(struct u256_modulus *modulus, const struct u256 *value)
{
	uint64_t ones[PRODUCT_LIMBS];
	struct u256 remainder;

	memset(ones, 0xff, sizeof(ones));
	modulus->value = *value;
	divide(modulus->inverse, remainder.limb, ones, PRODUCT_LIMBS, value->limb, 4);
}
