/* bn254_curve: the two groups. */
#include "crypto/native/bn254.h"

bool g1_is_infinity(const struct g1 *p)
{
	return fp_is_zero(&p->x) && fp_is_zero(&p->y);
}

bool g2_is_infinity(const struct g2 *p)
{
	return fp2_is_zero(&p->x) && fp2_is_zero(&p->y);
}

#define GROUP g1
#define FIELD fp
#include "crypto/native/bn254_jacobian.h"
#undef GROUP
#undef FIELD

#define GROUP g2
#define FIELD fp2
#include "crypto/native/bn254_jacobian.h"
#undef GROUP
#undef FIELD

bool g1_is_on_curve(const struct g1 *p)
{
	static const struct fp three = { { 0x7a17caa950ad28d7, 0x1f6ac17ae15521b9,
					   0x334bea4e696bd284, 0x2a1f6744ce179d8e } };
	struct fp left, right;

	if (g1_is_infinity(p))
		return true;
	fp_sqr(&left, &p->y);
	fp_sqr(&right, &p->x);
	fp_mul(&right, &right, &p->x);
	fp_add(&right, &right, &three);
	return fp_eq(&left, &right);
}

/* The slope of the line through both, or of the tangent.  False: they are
 * opposite, and it is vertical. */
static bool g1_slope(struct fp *slope, const struct g1 *a, const struct g1 *b)
{
	struct fp rise, run;

	if (!fp_eq(&a->x, &b->x)) {
		fp_sub(&rise, &b->y, &a->y);
		fp_sub(&run, &b->x, &a->x);
	} else if (fp_eq(&a->y, &b->y)) {
		/* 3 x^2 / 2 y; no point of this group of odd order has y = 0. */
		fp_sqr(&run, &a->x);
		fp_add(&rise, &run, &run);
		fp_add(&rise, &rise, &run);
		fp_add(&run, &a->y, &a->y);
	} else {
		return false;
	}
	fp_inv(&run, &run);
	fp_mul(slope, &rise, &run);
	return true;
}

void g1_add(struct g1 *sum, const struct g1 *a, const struct g1 *b)
{
	struct fp slope;
	struct g1 result;

	if (g1_is_infinity(a)) {
		*sum = *b;
		return;
	}
	if (g1_is_infinity(b)) {
		*sum = *a;
		return;
	}
	if (!g1_slope(&slope, a, b)) {
		*sum = (struct g1){ fp_zero, fp_zero };
		return;
	}
	fp_sqr(&result.x, &slope);
	fp_sub(&result.x, &result.x, &a->x);
	fp_sub(&result.x, &result.x, &b->x);
	fp_sub(&result.y, &a->x, &result.x);
	fp_mul(&result.y, &result.y, &slope);
	fp_sub(&result.y, &result.y, &a->y);
	*sum = result;
}

static void g1_to_affine(struct g1 *to, const struct g1_jacobian *from)
{
	struct fp inverse, square;

	/* Infinity's inverse is zero, and so is what comes out. */
	fp_inv(&inverse, &from->z);
	fp_sqr(&square, &inverse);
	fp_mul(&to->x, &from->x, &square);
	fp_mul(&square, &square, &inverse);
	fp_mul(&to->y, &from->y, &square);
}

/* Four bits of the scalar at a time. */
void g1_mul(struct g1 *product, const struct g1 *p, const uint8_t scalar[32])
{
	struct g1_jacobian multiple[16], sum;

	g1_to_jacobian(&multiple[1], p);
	for (size_t i = 2; i < 16; i++)
		g1_jacobian_add(&multiple[i], &multiple[i - 1], &multiple[1]);

	sum = (struct g1_jacobian){ fp_zero, fp_zero, fp_zero };
	for (size_t i = 0; i < 64; i++) {
		unsigned digit = scalar[i / 2] >> (i % 2 ? 0 : 4) & 15;

		for (size_t j = 0; j < 4; j++)
			g1_jacobian_double(&sum, &sum);
		if (digit > 0)
			g1_jacobian_add(&sum, &sum, &multiple[digit]);
	}
	g1_to_affine(product, &sum);
}

static bool g2_is_on_curve(const struct g2 *p)
{
	static const struct fp2 three_by_xi = { { { 0x3bf938e377b802a8, 0x020b1b273633535d,
						    0x26b7edf049755260, 0x2514c6324384a86d } },
						{ { 0x38e7ecccd1dcff67, 0x65f0b37d93ce0d3e,
						    0xd749d0dd22ac00aa, 0x0141b9ce4a688d4d } } };
	struct fp2 left, right;

	if (g2_is_infinity(p))
		return true;
	fp2_sqr(&left, &p->y);
	fp2_sqr(&right, &p->x);
	fp2_mul(&right, &right, &p->x);
	fp2_add(&right, &right, &three_by_xi);
	return fp2_eq(&left, &right);
}

void g2_frobenius(struct g2 *image, const struct g2 *p)
{
	fp2_conjugate(&image->x, &p->x);
	fp2_mul(&image->x, &image->x, &bn254_gamma[2]);
	fp2_conjugate(&image->y, &p->y);
	fp2_mul(&image->y, &image->y, &bn254_gamma[3]);
}

/* [6 x^2] p, where x = 4965661367192848881 is the curve's parameter. */
static void g2_mul_6_x_squared(struct g2_jacobian *product, const struct g2 *p)
{
	static const char digits[] = "+00-000-0+0+00-0-00000+00+00+00+000-000-0-00-000+0-0-0+0"
				     "00000-000000-0000+0000-0+0+0-0-0+0000+0-00-0+000+0000-0+"
				     "00000-0+0+00+0-0";
	struct g2_jacobian plus, minus;

	g2_to_jacobian(&plus, p);
	minus = plus;
	fp2_neg(&minus.y, &minus.y);
	*product = plus;
	for (const char *digit = digits + 1; *digit; digit++) {
		g2_jacobian_double(product, product);
		if (*digit == '+')
			g2_jacobian_add(product, product, &plus);
		else if (*digit == '-')
			g2_jacobian_add(product, product, &minus);
	}
}

/* On the whole twist, the Frobenius map f satisfies f^2 - t f + p = 0 with
 * the trace t = 6 x^2 + 1.  So if f(q) = (t - 1) q, then
 * ((t - 1)^2 - t (t - 1) + p) q = (p + 1 - t) q = r q = 0; and in G2, f is
 * the multiplication by p, which is t - 1 mod r.  Hence the test below is
 * exactly r q = 0, at half the price. */
static bool g2_has_order_r(const struct g2 *q)
{
	struct g2_jacobian product;
	struct g2 image;
	struct fp2 power;

	g2_mul_6_x_squared(&product, q);
	g2_frobenius(&image, q);
	if (fp2_is_zero(&product.z))
		return false;
	fp2_sqr(&power, &product.z);
	fp2_mul(&image.x, &image.x, &power);
	fp2_mul(&power, &power, &product.z);
	fp2_mul(&image.y, &image.y, &power);
	return fp2_eq(&image.x, &product.x) && fp2_eq(&image.y, &product.y);
}

bool g2_is_in_group(const struct g2 *p)
{
	return g2_is_on_curve(p) && (g2_is_infinity(p) || g2_has_order_r(p));
}
