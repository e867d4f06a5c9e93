/* 256-bit arithmetic against GMP, on edges and on random operands of every
 * length. */
#include "eth/u256.h"
#include "eth/u256_reciprocal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <gmp.h>

#define RANDOM_ROUNDS 30000

/* As `x` 2^n + `add`, so that the table reads like the numbers it means. */
static const struct {
	unsigned bit;
	int add;
} edge_terms[] = {
	{ 0, -1 },   { 0, 0 },    { 0, 1 },    { 0, 2 },    { 0, 6 },   { 5, -1 },   { 5, 0 },
	{ 8, -1 },   { 8, 0 },    { 63, -1 },  { 63, 0 },   { 63, 1 },  { 64, -1 },  { 64, 0 },
	{ 64, 1 },   { 96, 0 },   { 127, 0 },  { 128, -1 }, { 128, 0 }, { 128, 1 },  { 129, 0 },
	{ 191, -1 }, { 191, 0 },  { 192, -1 }, { 192, 0 },  { 192, 1 }, { 255, -1 }, { 255, 0 },
	{ 255, 1 },  { 256, -2 }, { 256, -1 },
};
#define EDGES (sizeof(edge_terms) / sizeof(edge_terms[0]))

static mpz_t modulus; /* 2^256 */

static void to_mpz(mpz_t out, const struct u256 *a)
{
	mpz_import(out, 4, -1, 8, 0, 0, a->limb);
}

static struct u256 from_mpz(const mpz_t in)
{
	struct u256 out = U256_ZERO;
	mpz_t reduced;

	mpz_init(reduced);
	mpz_fdiv_r(reduced, in, modulus);
	mpz_export(out.limb, NULL, -1, 8, 0, 0, reduced);
	mpz_clear(reduced);
	return out;
}

static void to_signed_mpz(mpz_t out, const struct u256 *a)
{
	to_mpz(out, a);
	if (a->limb[3] >> 63)
		mpz_sub(out, out, modulus);
}

static struct u256 edge(size_t i)
{
	mpz_t v;
	struct u256 out;

	mpz_init_set_ui(v, 1);
	mpz_mul_2exp(v, v, edge_terms[i].bit);
	if (edge_terms[i].add < 0)
		mpz_sub_ui(v, v, (unsigned long)-edge_terms[i].add);
	else
		mpz_add_ui(v, v, (unsigned long)edge_terms[i].add);
	out = from_mpz(v);
	mpz_clear(v);
	return out;
}

static uint64_t random_u64(void)
{
	return (uint64_t)random() << 42 ^ (uint64_t)random() << 21 ^ (uint64_t)random();
}

/* Of any bit length, with runs of zeros and ones in every third. */
static struct u256 random_u256(void)
{
	struct u256 v, count;

	for (int i = 0; i < 4; i++) {
		v.limb[i] = random_u64();
		if (random() % 3 == 0)
			v.limb[i] = random() % 2 ? UINT64_MAX : 0;
		if (random() % 16 == 0)
			v.limb[i] = (uint64_t)1 << 63;
	}
	count = u256_from_u64((uint64_t)random() % 256);
	u256_shr(&v, &v, &count);
	return v;
}

static void assert_is(const struct u256 *got, const mpz_t expected)
{
	struct u256 want = from_mpz(expected);

	assert_memory_equal(got, &want, sizeof(want));
}

struct numbers {
	struct u256 a, b, m;
	mpz_t za, zb, zm, t;
};

static void check_sums_and_products(struct numbers *n)
{
	struct u256 out;
	uint64_t wide[8], expected[8] = { 0 };

	mpz_add(n->t, n->za, n->zb);
	assert_int_equal(u256_add_overflow(&out, &n->a, &n->b), mpz_cmp(n->t, modulus) >= 0);
	assert_is(&out, n->t);
	mpz_sub(n->t, n->za, n->zb);
	assert_int_equal(u256_sub_underflow(&out, &n->a, &n->b), mpz_sgn(n->t) < 0);
	assert_is(&out, n->t);
	mpz_neg(n->t, n->za);
	u256_negate(&out, &n->a);
	assert_is(&out, n->t);
	mpz_mul(n->t, n->za, n->zb);
	assert_int_equal(u256_mul_overflow(&out, &n->a, &n->b), mpz_cmp(n->t, modulus) >= 0);
	assert_is(&out, n->t);
	u256_mul(&out, &n->a, &n->b);
	assert_is(&out, n->t);
	u256_mul_wide(wide, &n->a, &n->b);
	mpz_export(expected, NULL, -1, 8, 0, 0, n->t);
	assert_memory_equal(wide, expected, sizeof(wide));
}

static void check_division(struct numbers *n)
{
	struct u256 quotient, remainder, alone;
	bool by_zero = u256_is_zero(&n->b);

	u256_divmod(&quotient, &remainder, &n->a, &n->b);
	if (by_zero)
		mpz_set_ui(n->t, 0);
	else
		mpz_tdiv_q(n->t, n->za, n->zb);
	assert_is(&quotient, n->t);
	if (!by_zero)
		mpz_tdiv_r(n->t, n->za, n->zb);
	assert_is(&remainder, n->t);
	u256_divmod(&alone, NULL, &n->a, &n->b);
	assert_true(u256_eq(&alone, &quotient));
	u256_divmod(NULL, &alone, &n->a, &n->b);
	assert_true(u256_eq(&alone, &remainder));
}

static void check_signed(struct numbers *n)
{
	struct u256 quotient, remainder;
	mpz_t sa, sb;
	int order;

	mpz_inits(sa, sb, NULL);
	to_signed_mpz(sa, &n->a);
	to_signed_mpz(sb, &n->b);
	order = mpz_cmp(sa, sb);
	assert_int_equal(u256_slt(&n->a, &n->b), order < 0);
	u256_sdivmod(&quotient, &remainder, &n->a, &n->b);
	if (mpz_sgn(sb)) {
		mpz_tdiv_qr(sa, sb, sa, sb);
	} else {
		mpz_set_ui(sa, 0);
	}
	assert_is(&quotient, sa);
	assert_is(&remainder, sb);
	mpz_clears(sa, sb, NULL);
}

static void check_modular(struct numbers *n)
{
	struct u256 out;

	u256_addmod(&out, &n->a, &n->b, &n->m);
	mpz_add(n->t, n->za, n->zb);
	if (mpz_sgn(n->zm))
		mpz_mod(n->t, n->t, n->zm);
	else
		mpz_set_ui(n->t, 0);
	assert_is(&out, n->t);
	u256_mulmod(&out, &n->a, &n->b, &n->m);
	mpz_mul(n->t, n->za, n->zb);
	if (mpz_sgn(n->zm))
		mpz_mod(n->t, n->t, n->zm);
	else
		mpz_set_ui(n->t, 0);
	assert_is(&out, n->t);
}

static void check_comparison(struct numbers *n)
{
	int order = mpz_cmp(n->za, n->zb);

	assert_int_equal(u256_compare(&n->a, &n->b), (order > 0) - (order < 0));
	assert_int_equal(u256_lt(&n->a, &n->b), order < 0);
	assert_int_equal(u256_eq(&n->a, &n->b), order == 0);
	assert_int_equal(u256_bit_length(&n->a),
			 u256_is_zero(&n->a) ? 0 : mpz_sizeinbase(n->za, 2));
}

static void check_shifts(struct numbers *n, unsigned count)
{
	struct u256 out, by = u256_from_u64(count);

	u256_shl(&out, &n->a, &by);
	mpz_mul_2exp(n->t, n->za, count);
	assert_is(&out, n->t);
	u256_shr(&out, &n->a, &by);
	mpz_fdiv_q_2exp(n->t, n->za, count);
	assert_is(&out, n->t);
	u256_sar(&out, &n->a, &by);
	to_signed_mpz(n->t, &n->a);
	mpz_fdiv_q_2exp(n->t, n->t, count);
	assert_is(&out, n->t);
	/* A count whose low limb looks small is large all the same. */
	by.limb[2] = 1;
	u256_shl(&out, &n->a, &by);
	assert_true(u256_is_zero(&out));
	u256_shr(&out, &n->a, &by);
	assert_true(u256_is_zero(&out));
	u256_sar(&out, &n->a, &by);
	mpz_set_si(n->t, n->a.limb[3] >> 63 ? -1 : 0);
	assert_is(&out, n->t);
}

static void check_bytes(struct numbers *n)
{
	uint8_t bytes[32], expected[32] = { 0 };
	struct u256 out, index;
	size_t len = (mpz_sizeinbase(n->za, 2) + 7) / 8;

	mpz_export(expected + 32 - len, NULL, 1, 1, 0, 0, n->za);
	u256_to_be(bytes, &n->a);
	assert_memory_equal(bytes, expected, 32);
	for (size_t skip = 0; skip <= 32; skip++) {
		out = u256_from_be(bytes + skip, 32 - skip);
		mpz_fdiv_r_2exp(n->t, n->za, 8 * (32 - skip));
		assert_is(&out, n->t);
	}
	for (unsigned i = 0; i < 34; i++) {
		index = u256_from_u64(i);
		u256_byte(&out, &index, &n->a);
		assert_true(u256_fits_u64(&out));
		assert_int_equal(out.limb[0], i < 32 ? expected[i] : 0);
		u256_signextend(&out, &index, &n->a);
		mpz_fdiv_r_2exp(n->t, n->za, 8 * (i + 1));
		if (mpz_tstbit(n->za, 8 * (i + 1) - 1)) {
			mpz_setbit(n->t, 8 * (i + 1));
			mpz_sub_ui(n->t, n->t, 0);
			for (unsigned bit = 8 * (i + 1); bit < 256; bit++)
				mpz_setbit(n->t, bit);
		}
		assert_is(&out, n->t);
		index.limb[3] = 1;
		u256_byte(&out, &index, &n->a);
		assert_true(u256_is_zero(&out));
		u256_signextend(&out, &index, &n->a);
		assert_true(u256_eq(&out, &n->a));
	}
}

static void check_power(struct numbers *n)
{
	struct u256 out;

	u256_exp(&out, &n->a, &n->b);
	mpz_powm(n->t, n->za, n->zb, modulus);
	assert_is(&out, n->t);
}

static void check_decimal(struct numbers *n)
{
	char text[U256_DECIMAL_SIZE], expected[128];

	mpz_get_str(expected, 10, n->za);
	assert_string_equal(u256_to_decimal(text, &n->a), expected);
}

static void for_all_operands(void (*check)(struct numbers *), bool with_modulus)
{
	struct numbers n;

	mpz_inits(n.za, n.zb, n.zm, n.t, NULL);
	for (size_t i = 0; i < EDGES * EDGES * (with_modulus ? EDGES : 1); i++) {
		n.a = edge(i % EDGES);
		n.b = edge(i / EDGES % EDGES);
		n.m = edge(i / EDGES / EDGES);
		to_mpz(n.za, &n.a);
		to_mpz(n.zb, &n.b);
		to_mpz(n.zm, &n.m);
		check(&n);
	}
	srandom(1);
	for (int i = 0; i < RANDOM_ROUNDS; i++) {
		n.a = random_u256();
		n.b = random() % 16 ? random_u256() : n.a;
		n.m = random() % 16 ? random_u256() : n.a;
		to_mpz(n.za, &n.a);
		to_mpz(n.zb, &n.b);
		to_mpz(n.zm, &n.m);
		check(&n);
	}
	mpz_clears(n.za, n.zb, n.zm, n.t, NULL);
}

static void sums_and_products_agree_with_gmp(void **state)
{
	(void)state;
	for_all_operands(check_sums_and_products, false);
}

static void division_agrees_with_gmp(void **state)
{
	(void)state;
	for_all_operands(check_division, false);
}

static void signed_operations_agree_with_gmp(void **state)
{
	(void)state;
	for_all_operands(check_signed, false);
}

static void modular_operations_agree_with_gmp(void **state)
{
	(void)state;
	for_all_operands(check_modular, true);
}

static void comparison_agrees_with_gmp(void **state)
{
	(void)state;
	for_all_operands(check_comparison, false);
}

static void check_all_shifts(struct numbers *n)
{
	check_shifts(n, (unsigned)random() % 300);
	for (unsigned count = 0; count <= 320; count += 32)
		check_shifts(n, count);
}

static void shifts_agree_with_gmp(void **state)
{
	(void)state;
	for_all_operands(check_all_shifts, false);
}

static void bytes_agree_with_gmp(void **state)
{
	(void)state;
	for_all_operands(check_bytes, false);
}

static void powers_agree_with_gmp(void **state)
{
	(void)state;
	for_all_operands(check_power, false);
}

static void decimals_agree_with_gmp(void **state)
{
	(void)state;
	for_all_operands(check_decimal, false);
}

static void outputs_may_alias_inputs(void **state)
{
	(void)state;
	srandom(2);
	for (int i = 0; i < 1000; i++) {
		struct u256 a = random_u256(), b = random_u256(), m = random_u256();
		struct u256 x, y, q, r;

		u256_divmod(&q, &r, &a, &b);
		x = a;
		y = b;
		u256_divmod(&y, &x, &x, &y);
		assert_true(u256_eq(&y, &q) && u256_eq(&x, &r));
		u256_mulmod(&r, &a, &b, &m);
		x = m;
		u256_mulmod(&x, &a, &b, &x);
		assert_true(u256_eq(&x, &r));
		u256_mul(&r, &a, &a);
		x = a;
		u256_mul(&x, &x, &x);
		assert_true(u256_eq(&x, &r));
		u256_exp(&r, &a, &a);
		x = a;
		u256_exp(&x, &x, &x);
		assert_true(u256_eq(&x, &r));
		y = u256_from_u64((uint64_t)random() % 256);
		u256_sar(&r, &a, &y);
		x = a;
		u256_sar(&x, &x, &y);
		assert_true(u256_eq(&x, &r));
		u256_shl(&r, &y, &y);
		u256_shl(&y, &y, &y);
		assert_true(u256_eq(&y, &r));
	}
}

/* The portable reciprocal is what the fault-proof program runs. */
static void both_reciprocals_agree(void **state)
{
	const uint64_t top = (uint64_t)1 << 63;

	(void)state;
	srandom(3);
	for (int i = 0; i < 1000000; i++) {
		uint64_t d = i < 1000 ? top + (uint64_t)i : top | random_u64();

		d = i >= 1000 && i < 2000 ? 0 - (uint64_t)(i - 999) : d;
		assert_int_equal(reciprocal(d), reciprocal_by_newton(d));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_and_products_agree_with_gmp),
		cmocka_unit_test(division_agrees_with_gmp),
		cmocka_unit_test(signed_operations_agree_with_gmp),
		cmocka_unit_test(modular_operations_agree_with_gmp),
		cmocka_unit_test(comparison_agrees_with_gmp),
		cmocka_unit_test(shifts_agree_with_gmp),
		cmocka_unit_test(bytes_agree_with_gmp),
		cmocka_unit_test(powers_agree_with_gmp),
		cmocka_unit_test(decimals_agree_with_gmp),
		cmocka_unit_test(outputs_may_alias_inputs),
		cmocka_unit_test(both_reciprocals_agree),
	};

	mpz_init_set_ui(modulus, 1);
	mpz_mul_2exp(modulus, modulus, 256);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
