/* bn254_tower: Fp6 and Fp12.
 *
 * Devegili et al., "Multiplication and squaring on pairing-friendly fields"
 * (IACR 2006/471); the cyclotomic squaring is Granger and Scott's
 * (IACR 2009/565). */
#include "crypto/native/bn254.h"

const struct fp12 fp12_one = {
	.c0.c0.c0 = { { 0xd35d438dc58f0d9d, 0x0a78eb28f5c70b3d, 0x666ea36f7879462c,
			0x0e0a77c19a07df2f } },
};

static void fp6_add(struct fp6 *sum, const struct fp6 *a, const struct fp6 *b)
{
	fp2_add(&sum->c0, &a->c0, &b->c0);
	fp2_add(&sum->c1, &a->c1, &b->c1);
	fp2_add(&sum->c2, &a->c2, &b->c2);
}

static void fp6_sub(struct fp6 *difference, const struct fp6 *a, const struct fp6 *b)
{
	fp2_sub(&difference->c0, &a->c0, &b->c0);
	fp2_sub(&difference->c1, &a->c1, &b->c1);
	fp2_sub(&difference->c2, &a->c2, &b->c2);
}

static void fp6_neg(struct fp6 *negative, const struct fp6 *a)
{
	fp2_neg(&negative->c0, &a->c0);
	fp2_neg(&negative->c1, &a->c1);
	fp2_neg(&negative->c2, &a->c2);
}

/* v (c0 + c1 v + c2 v^2) = xi c2 + c0 v + c1 v^2 */
static void fp6_mul_v(struct fp6 *product, const struct fp6 *a)
{
	struct fp6 t = { .c1 = a->c0, .c2 = a->c1 };

	fp2_mul_xi(&t.c0, &a->c2);
	*product = t;
}

/* (a0 + a1)(b0 + b1) - p0 - p1, where p0 = a0 b0 and p1 = a1 b1: the mixed
 * terms a0 b1 + a1 b0. */
static void fp2_mixed_terms(struct fp2 *mixed, const struct fp2 *a0, const struct fp2 *a1,
			    const struct fp2 *b0, const struct fp2 *b1, const struct fp2 *p0,
			    const struct fp2 *p1)
{
	struct fp2 a_sum, b_sum;

	fp2_add(&a_sum, a0, a1);
	fp2_add(&b_sum, b0, b1);
	fp2_mul(&a_sum, &a_sum, &b_sum);
	fp2_sub(&a_sum, &a_sum, p0);
	fp2_sub(mixed, &a_sum, p1);
}

static void fp6_mul(struct fp6 *product, const struct fp6 *a, const struct fp6 *b)
{
	struct fp2 p0, p1, p2, mixed_01, mixed_02, mixed_12;

	fp2_mul(&p0, &a->c0, &b->c0);
	fp2_mul(&p1, &a->c1, &b->c1);
	fp2_mul(&p2, &a->c2, &b->c2);
	fp2_mixed_terms(&mixed_12, &a->c1, &a->c2, &b->c1, &b->c2, &p1, &p2);
	fp2_mixed_terms(&mixed_01, &a->c0, &a->c1, &b->c0, &b->c1, &p0, &p1);
	fp2_mixed_terms(&mixed_02, &a->c0, &a->c2, &b->c0, &b->c2, &p0, &p2);
	fp2_mul_xi(&mixed_12, &mixed_12);
	fp2_add(&product->c0, &p0, &mixed_12);
	fp2_mul_xi(&p2, &p2);
	fp2_add(&product->c1, &mixed_01, &p2);
	fp2_add(&product->c2, &mixed_02, &p1);
}

/* Times b0 + b1 v. */
static void fp6_mul_sparse(struct fp6 *product, const struct fp6 *a, const struct fp2 *b0,
			   const struct fp2 *b1)
{
	struct fp2 p0, p1, mixed, a2_b0, a2_b1;

	fp2_mul(&p0, &a->c0, b0);
	fp2_mul(&p1, &a->c1, b1);
	fp2_mixed_terms(&mixed, &a->c0, &a->c1, b0, b1, &p0, &p1);
	fp2_mul(&a2_b0, &a->c2, b0);
	fp2_mul(&a2_b1, &a->c2, b1);
	fp2_mul_xi(&a2_b1, &a2_b1);
	fp2_add(&product->c0, &p0, &a2_b1);
	product->c1 = mixed;
	fp2_add(&product->c2, &p1, &a2_b0);
}

static void fp6_mul_fp2(struct fp6 *product, const struct fp6 *a, const struct fp2 *b)
{
	fp2_mul(&product->c0, &a->c0, b);
	fp2_mul(&product->c1, &a->c1, b);
	fp2_mul(&product->c2, &a->c2, b);
}

/* By the norm: with t0 = c0^2 - xi c1 c2, t1 = xi c2^2 - c0 c1 and
 * t2 = c1^2 - c0 c2, the inverse is (t0 + t1 v + t2 v^2) / n,
 * n = c0 t0 + xi (c2 t1 + c1 t2). */
static void fp6_inv(struct fp6 *inverse, const struct fp6 *a)
{
	struct fp2 norm, product;
	struct fp6 t;

	fp2_mul(&product, &a->c1, &a->c2);
	fp2_mul_xi(&product, &product);
	fp2_sqr(&t.c0, &a->c0);
	fp2_sub(&t.c0, &t.c0, &product);

	fp2_mul(&product, &a->c0, &a->c1);
	fp2_sqr(&t.c1, &a->c2);
	fp2_mul_xi(&t.c1, &t.c1);
	fp2_sub(&t.c1, &t.c1, &product);

	fp2_mul(&product, &a->c0, &a->c2);
	fp2_sqr(&t.c2, &a->c1);
	fp2_sub(&t.c2, &t.c2, &product);

	fp2_mul(&norm, &a->c2, &t.c1);
	fp2_mul(&product, &a->c1, &t.c2);
	fp2_add(&norm, &norm, &product);
	fp2_mul_xi(&norm, &norm);
	fp2_mul(&product, &a->c0, &t.c0);
	fp2_add(&norm, &norm, &product);
	fp2_inv(&norm, &norm);
	fp6_mul_fp2(inverse, &t, &norm);
}

void fp12_mul(struct fp12 *product, const struct fp12 *a, const struct fp12 *b)
{
	struct fp6 low, high, a_sum, b_sum;

	fp6_add(&a_sum, &a->c0, &a->c1);
	fp6_add(&b_sum, &b->c0, &b->c1);
	fp6_mul(&low, &a->c0, &b->c0);
	fp6_mul(&high, &a->c1, &b->c1);
	fp6_mul(&a_sum, &a_sum, &b_sum);
	fp6_sub(&a_sum, &a_sum, &low);
	fp6_sub(&product->c1, &a_sum, &high);
	fp6_mul_v(&high, &high);
	fp6_add(&product->c0, &low, &high);
}

/* w^3 = v w, so that the line is l0 + (l1 + l3 v) w. */
void fp12_mul_line(struct fp12 *product, const struct fp12 *a, const struct fp2 *l0,
		   const struct fp2 *l1, const struct fp2 *l3)
{
	struct fp6 low, high, sum;
	struct fp2 l0_l1;

	fp6_mul_fp2(&low, &a->c0, l0);
	fp6_mul_sparse(&high, &a->c1, l1, l3);
	fp6_add(&sum, &a->c0, &a->c1);
	fp2_add(&l0_l1, l0, l1);
	fp6_mul_sparse(&sum, &sum, &l0_l1, l3);
	fp6_sub(&sum, &sum, &low);
	fp6_sub(&product->c1, &sum, &high);
	fp6_mul_v(&high, &high);
	fp6_add(&product->c0, &low, &high);
}

/* (c0 + c1)(c0 + v c1) - c0 c1 - v c0 c1 + 2 c0 c1 w */
void fp12_sqr(struct fp12 *square, const struct fp12 *a)
{
	struct fp6 sum, shifted, mixed;

	fp6_mul(&mixed, &a->c0, &a->c1);
	fp6_add(&sum, &a->c0, &a->c1);
	fp6_mul_v(&shifted, &a->c1);
	fp6_add(&shifted, &shifted, &a->c0);
	fp6_mul(&sum, &sum, &shifted);
	fp6_sub(&sum, &sum, &mixed);
	fp6_mul_v(&shifted, &mixed);
	fp6_sub(&square->c0, &sum, &shifted);
	fp6_add(&square->c1, &mixed, &mixed);
}

/* (a + b s)^2 = real + mixed s, where s^2 = xi. */
static void fp4_sqr(struct fp2 *real, struct fp2 *mixed, const struct fp2 *a, const struct fp2 *b)
{
	struct fp2 a_square, b_square, sum;

	fp2_sqr(&a_square, a);
	fp2_sqr(&b_square, b);
	fp2_add(&sum, a, b);
	fp2_sqr(&sum, &sum);
	fp2_sub(&sum, &sum, &a_square);
	fp2_sub(mixed, &sum, &b_square);
	fp2_mul_xi(&b_square, &b_square);
	fp2_add(real, &a_square, &b_square);
}

/* 3 t - 2 z and 3 t + 2 z */
static void three_less_two(struct fp2 *out, const struct fp2 *t, const struct fp2 *z)
{
	struct fp2 difference;

	fp2_sub(&difference, t, z);
	fp2_add(&difference, &difference, &difference);
	fp2_add(out, &difference, t);
}

static void three_plus_two(struct fp2 *out, const struct fp2 *t, const struct fp2 *z)
{
	struct fp2 sum;

	fp2_add(&sum, t, z);
	fp2_add(&sum, &sum, &sum);
	fp2_add(out, &sum, t);
}

void fp12_cyclotomic_sqr(struct fp12 *square, const struct fp12 *a)
{
	struct fp2 a_real, a_mixed, b_real, b_mixed, c_real, c_mixed;

	fp4_sqr(&a_real, &a_mixed, &a->c0.c0, &a->c1.c1);
	fp4_sqr(&b_real, &b_mixed, &a->c1.c0, &a->c0.c2);
	fp4_sqr(&c_real, &c_mixed, &a->c0.c1, &a->c1.c2);
	fp2_mul_xi(&c_mixed, &c_mixed);

	three_less_two(&square->c0.c0, &a_real, &a->c0.c0);
	three_less_two(&square->c0.c1, &b_real, &a->c0.c1);
	three_less_two(&square->c0.c2, &c_real, &a->c0.c2);
	three_plus_two(&square->c1.c0, &c_mixed, &a->c1.c0);
	three_plus_two(&square->c1.c1, &a_mixed, &a->c1.c1);
	three_plus_two(&square->c1.c2, &b_mixed, &a->c1.c2);
}

void fp12_conjugate(struct fp12 *conjugate, const struct fp12 *a)
{
	conjugate->c0 = a->c0;
	fp6_neg(&conjugate->c1, &a->c1);
}

/* Coefficient by coefficient of w^0, w^1, ... w^5. */
void fp12_frobenius(struct fp12 *image, const struct fp12 *a)
{
	const struct fp2 *from[6] = { &a->c0.c0, &a->c1.c0, &a->c0.c1,
				      &a->c1.c1, &a->c0.c2, &a->c1.c2 };
	struct fp2 *to[6] = { &image->c0.c0, &image->c1.c0, &image->c0.c1,
			      &image->c1.c1, &image->c0.c2, &image->c1.c2 };

	for (size_t i = 0; i < 6; i++) {
		fp2_conjugate(to[i], from[i]);
		fp2_mul(to[i], to[i], &bn254_gamma[i]);
	}
}

/* (c0 - c1 w) / (c0^2 - v c1^2) */
void fp12_inv(struct fp12 *inverse, const struct fp12 *a)
{
	struct fp6 norm, square;

	fp6_mul(&norm, &a->c0, &a->c0);
	fp6_mul(&square, &a->c1, &a->c1);
	fp6_mul_v(&square, &square);
	fp6_sub(&norm, &norm, &square);
	fp6_inv(&norm, &norm);
	fp6_mul(&inverse->c0, &a->c0, &norm);
	fp6_neg(&norm, &norm);
	fp6_mul(&inverse->c1, &a->c1, &norm);
}

bool fp12_is_one(const struct fp12 *a)
{
	return memcmp(a, &fp12_one, sizeof(*a)) == 0;
}
