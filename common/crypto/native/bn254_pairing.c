/* bn254_pairing: the optimal ate pairing (Vercauteren, IACR 2008/096) on
 * BN curves, as a product: the Miller loop of all pairs shares its squarings,
 * and there is one final exponentiation.
 *
 * The twist is mapped to the curve by (x, y) -> (x w^2, y w^3); so the line
 * through points of the twist with slope s through (x, y), taken at (px, py),
 * is py - s px w + (s x - y) w^3.  Lines may be scaled by any factor of Fp2,
 * which the final exponentiation takes to 1; that spares the divisions.  The
 * steps are those of Costello, Lange and Naehrig (IACR 2009/615), in
 * homogeneous coordinates: t is (x / z, y / z). */
#include "crypto/native/bn254.h"

struct line {
	struct fp2 l0, l1, l3; /* l0 py + l1 px w + l3 w^3 */
};

static void fp2_halve(struct fp2 *half, const struct fp2 *a)
{
	static const struct fp one_half = { { 0x87bee7d24f060572, 0xd0fd2add2f1c6ae5,
					      0x8f5f7492fcfd4f44, 0x1f37631a3d9cbfac } };

	fp2_mul_fp(half, a, &one_half);
}

/* 3 b', of the twist's y^2 = x^3 + b' */
static const struct fp2 three_b = {
	{ { 0x3baa927cb62e0d6a, 0xd71e7c52d1b664fd, 0x03873e63d95d4664, 0x0e75b5b1082ab8f4 } },
	{ { 0xaab7c6667596fe35, 0x31d21a78bb6a27ba, 0x85dd7297680401ff, 0x03c52d6adf39a7e9 } }
};

/* t = 2 t, and the tangent. */
static void step_double(struct bn254_pair *pair, struct line *line)
{
	struct fp2 a, b, c, e, f, g, h;

	fp2_mul(&a, &pair->t.x, &pair->t.y);
	fp2_halve(&a, &a);
	fp2_sqr(&b, &pair->t.y);
	fp2_sqr(&c, &pair->t.z);
	fp2_mul(&e, &c, &three_b);
	fp2_add(&f, &e, &e);
	fp2_add(&f, &f, &e);
	fp2_add(&g, &b, &f);
	fp2_halve(&g, &g);
	/* h = 2 y z */
	fp2_add(&h, &pair->t.y, &pair->t.z);
	fp2_sqr(&h, &h);
	fp2_sub(&h, &h, &b);
	fp2_sub(&h, &h, &c);

	/* (-2 y z) py + 3 x^2 px w + (3 b' z^2 - y^2) w^3 */
	fp2_neg(&line->l0, &h);
	fp2_sqr(&c, &pair->t.x);
	fp2_add(&line->l1, &c, &c);
	fp2_add(&line->l1, &line->l1, &c);
	fp2_sub(&line->l3, &e, &b);

	/* x' = a (b - f), y' = g^2 - 3 e^2, z' = b h */
	fp2_sub(&f, &b, &f);
	fp2_mul(&pair->t.x, &a, &f);
	fp2_sqr(&g, &g);
	fp2_sqr(&e, &e);
	fp2_sub(&g, &g, &e);
	fp2_sub(&g, &g, &e);
	fp2_sub(&pair->t.y, &g, &e);
	fp2_mul(&pair->t.z, &b, &h);
}

/* t = t + q, and the line through both.  They are neither equal nor opposite:
 * along the loop, t is a multiple of a point of the large prime order r, by
 * a number between 1 and r - 1 that is not the one of q either. */
static void step_add(struct bn254_pair *pair, struct line *line, const struct g2 *q)
{
	struct fp2 rise, run, run_square, e, f, g, h;

	/* The slope is rise / run. */
	fp2_mul(&rise, &q->y, &pair->t.z);
	fp2_sub(&rise, &pair->t.y, &rise);
	fp2_mul(&run, &q->x, &pair->t.z);
	fp2_sub(&run, &pair->t.x, &run);

	line->l0 = run;
	fp2_neg(&line->l1, &rise);
	fp2_mul(&line->l3, &rise, &q->x);
	fp2_mul(&f, &run, &q->y);
	fp2_sub(&line->l3, &line->l3, &f);

	fp2_sqr(&run_square, &run);
	fp2_mul(&e, &run_square, &run);
	fp2_sqr(&f, &rise);
	fp2_mul(&f, &f, &pair->t.z);
	fp2_mul(&g, &pair->t.x, &run_square);
	/* h = e + z rise^2 - 2 x run^2 */
	fp2_add(&h, &e, &f);
	fp2_sub(&h, &h, &g);
	fp2_sub(&h, &h, &g);
	/* x' = run h, y' = rise (g - h) - e y, z' = z e */
	fp2_mul(&pair->t.x, &run, &h);
	fp2_sub(&g, &g, &h);
	fp2_mul(&g, &g, &rise);
	fp2_mul(&f, &e, &pair->t.y);
	fp2_sub(&pair->t.y, &g, &f);
	fp2_mul(&pair->t.z, &pair->t.z, &e);
}

static void line_multiply(struct fp12 *f, const struct line *line, const struct g1 *p)
{
	struct fp2 l0, l1;

	fp2_mul_fp(&l0, &line->l0, &p->y);
	fp2_mul_fp(&l1, &line->l1, &p->x);
	fp12_mul_line(f, f, &l0, &l1, &line->l3);
}

static struct g2 g2_negative(const struct g2 *q)
{
	struct g2 negative = { .x = q->x };

	fp2_neg(&negative.y, &q->y);
	return negative;
}

static void pairs_double(struct fp12 *f, struct bn254_pair *pairs, size_t count)
{
	struct line line;

	for (size_t i = 0; i < count; i++) {
		step_double(&pairs[i], &line);
		line_multiply(f, &line, &pairs[i].p);
	}
}

static void pairs_add(struct fp12 *f, struct bn254_pair *pairs, size_t count, bool negative)
{
	struct line line;
	struct g2 q;

	for (size_t i = 0; i < count; i++) {
		q = negative ? g2_negative(&pairs[i].q) : pairs[i].q;
		step_add(&pairs[i], &line, &q);
		line_multiply(f, &line, &pairs[i].p);
	}
}

/* The last two steps: t + F(q), and minus F^2(q). */
static void pairs_add_frobenius(struct fp12 *f, struct bn254_pair *pairs, size_t count)
{
	struct line line;
	struct g2 image;

	for (size_t i = 0; i < count; i++) {
		g2_frobenius(&image, &pairs[i].q);
		step_add(&pairs[i], &line, &image);
		line_multiply(f, &line, &pairs[i].p);
		g2_frobenius(&image, &image);
		image = g2_negative(&image);
		step_add(&pairs[i], &line, &image);
		line_multiply(f, &line, &pairs[i].p);
	}
}

static void miller_loop(struct fp12 *f, struct bn254_pair *pairs, size_t count)
{
	/* 6 x + 2 in signed digits, the first of which is the start. */
	static const char digits[] =
	    "+0-0+000-0-000-0+0-00-00000+00-0+00-0000-0+000-0-00+000-00-0+0+000";

	*f = fp12_one;
	for (size_t i = 0; i < count; i++) {
		pairs[i].t.x = pairs[i].q.x;
		pairs[i].t.y = pairs[i].q.y;
		pairs[i].t.z = fp2_one;
	}
	for (const char *digit = digits + 1; *digit; digit++) {
		fp12_sqr(f, f);
		pairs_double(f, pairs, count);
		if (*digit != '0')
			pairs_add(f, pairs, count, *digit == '-');
	}
	pairs_add_frobenius(f, pairs, count);
}

/* a^x, where x = 4965661367192848881 is the curve's parameter and 1 / a is
 * a's conjugate. */
static void power_x(struct fp12 *power, const struct fp12 *a)
{
	static const char digits[] =
	    "+000+0+00-0+0+0-00+0+0-0-0-0+000+00+0+0+0-0+00+0000+0+0000-000+";
	struct fp12 result = *a, inverse;

	fp12_conjugate(&inverse, a);
	for (const char *digit = digits + 1; *digit; digit++) {
		fp12_cyclotomic_sqr(&result, &result);
		if (*digit == '+')
			fp12_mul(&result, &result, a);
		else if (*digit == '-')
			fp12_mul(&result, &result, &inverse);
	}
	*power = result;
}

/* f^((p^6 - 1)(p^2 + 1)) */
static void easy_part(struct fp12 *f)
{
	struct fp12 inverse, power;

	fp12_inv(&inverse, f);
	fp12_conjugate(f, f);
	fp12_mul(f, f, &inverse);
	fp12_frobenius(&power, f);
	fp12_frobenius(&power, &power);
	fp12_mul(f, f, &power);
}

/* f^((p^4 - p^2 + 1) / r), by Scott et al. (IACR 2008/490), whose y_i and
 * chain these are: y0 y1^2 y2^6 y3^12 y4^18 y5^30 y6^36. */
static void hard_part(struct fp12 *f)
{
	struct fp12 fx, fx2, fx3, y0, y1, y2, y3, y4, y5, y6, t0, t1;

	power_x(&fx, f);
	power_x(&fx2, &fx);
	power_x(&fx3, &fx2);

	/* y0 = f^(p + p^2 + p^3) */
	fp12_frobenius(&t0, f);
	fp12_frobenius(&t1, &t0);
	fp12_mul(&y0, &t0, &t1);
	fp12_frobenius(&t1, &t1);
	fp12_mul(&y0, &y0, &t1);
	/* y1 = 1 / f */
	fp12_conjugate(&y1, f);
	/* y2 = f^(x^2 p^2) */
	fp12_frobenius(&t0, &fx2);
	fp12_frobenius(&y2, &t0);
	/* y4 = 1 / f^(x + x^2 p), with f^(x^2 p) still in t0 */
	fp12_mul(&y4, &fx, &t0);
	fp12_conjugate(&y4, &y4);
	/* y3 = 1 / f^(x p) */
	fp12_frobenius(&y3, &fx);
	fp12_conjugate(&y3, &y3);
	/* y5 = 1 / f^(x^2) */
	fp12_conjugate(&y5, &fx2);
	/* y6 = 1 / f^(x^3 + x^3 p) */
	fp12_frobenius(&y6, &fx3);
	fp12_mul(&y6, &y6, &fx3);
	fp12_conjugate(&y6, &y6);

	fp12_cyclotomic_sqr(&t0, &y6);
	fp12_mul(&t0, &t0, &y4);
	fp12_mul(&t0, &t0, &y5);
	fp12_mul(&t1, &y3, &y5);
	fp12_mul(&t1, &t1, &t0);
	fp12_mul(&t0, &t0, &y2);
	fp12_cyclotomic_sqr(&t1, &t1);
	fp12_mul(&t1, &t1, &t0);
	fp12_cyclotomic_sqr(&t1, &t1);
	fp12_mul(&t0, &t1, &y1);
	fp12_mul(&t1, &t1, &y0);
	fp12_cyclotomic_sqr(&t0, &t0);
	fp12_mul(f, &t0, &t1);
}

bool bn254_product_is_one(struct bn254_pair *pairs, size_t count)
{
	struct fp12 f;

	if (count == 0)
		return true;
	miller_loop(&f, pairs, count);
	easy_part(&f);
	hard_part(&f);
	return fp12_is_one(&f);
}
