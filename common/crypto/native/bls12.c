/* bls12: precompiles 0x0b to 0x11, BLS12-381 (EIP-2537), by blst.
 *
 * What the EIP asks of its inputs is checked here: exact lengths, canonical
 * field elements, points on the curve, and for the products and the pairing
 * also in the subgroup.  blst computes. */
#include "crypto/native/precompiles.h"

#include <blst.h>

/* EIP-2537: "A base field element (Fp) is encoded as 64 bytes by performing
 * the BigEndian encoding of the corresponding (unsigned) integer. [...] the
 * 16 top bytes are always zeros." */
#define FP_SIZE     64
#define FP_PADDING  16
#define G1_SIZE     (2 * FP_SIZE)
#define G2_SIZE     (4 * FP_SIZE)
#define SCALAR_SIZE 32

static const uint8_t modulus[48] = {
	0x1a, 0x01, 0x11, 0xea, 0x39, 0x7f, 0xe6, 0x9a, 0x4b, 0x1b, 0xa7, 0xb6,
	0x43, 0x4b, 0xac, 0xd7, 0x64, 0x77, 0x4b, 0x84, 0xf3, 0x85, 0x12, 0xbf,
	0x67, 0x30, 0xd2, 0xa0, 0xf6, 0xb0, 0xf6, 0x24, 0x1e, 0xab, 0xff, 0xfe,
	0xb1, 0x53, 0xff, 0xff, 0xb9, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xaa, 0xab,
};

static bool fp_read(blst_fp *fp, const uint8_t from[FP_SIZE])
{
	static const uint8_t zeros[FP_PADDING];

	if (memcmp(from, zeros, FP_PADDING) != 0 ||
	    memcmp(from + FP_PADDING, modulus, sizeof(modulus)) >= 0)
		return false;
	blst_fp_from_bendian(fp, from + FP_PADDING);
	return true;
}

/* `to` is zeroed already. */
static void fp_write(uint8_t to[FP_SIZE], const blst_fp *fp)
{
	blst_bendian_from_fp(to + FP_PADDING, fp);
}

/* c0 comes first. */
static bool fp2_read(blst_fp2 *fp2, const uint8_t from[2 * FP_SIZE])
{
	return fp_read(&fp2->fp[0], from) && fp_read(&fp2->fp[1], from + FP_SIZE);
}

static void fp2_write(uint8_t to[2 * FP_SIZE], const blst_fp2 *fp2)
{
	fp_write(to, &fp2->fp[0]);
	fp_write(to + FP_SIZE, &fp2->fp[1]);
}

/* Points.  All zeros are infinity, in our encoding as in blst's affine form,
 * and blst counts infinity as on the curve and in the subgroup. */

static bool g1_read(blst_p1_affine *p, const uint8_t from[G1_SIZE])
{
	return fp_read(&p->x, from) && fp_read(&p->y, from + FP_SIZE) && blst_p1_affine_on_curve(p);
}

static bool g1_read_in_group(blst_p1_affine *p, const uint8_t from[G1_SIZE])
{
	return g1_read(p, from) && blst_p1_affine_in_g1(p);
}

static bool g2_read(blst_p2_affine *p, const uint8_t from[G2_SIZE])
{
	return fp2_read(&p->x, from) && fp2_read(&p->y, from + 2 * FP_SIZE) &&
	       blst_p2_affine_on_curve(p);
}

static bool g2_read_in_group(blst_p2_affine *p, const uint8_t from[G2_SIZE])
{
	return g2_read(p, from) && blst_p2_affine_in_g2(p);
}

static void g1_output(struct arena *a, struct bytes *output, const blst_p1 *p)
{
	uint8_t *to = output_new(a, output, G1_SIZE);
	blst_p1_affine affine;

	if (blst_p1_is_inf(p))
		return;
	blst_p1_to_affine(&affine, p);
	fp_write(to, &affine.x);
	fp_write(to + FP_SIZE, &affine.y);
}

static void g2_output(struct arena *a, struct bytes *output, const blst_p2 *p)
{
	uint8_t *to = output_new(a, output, G2_SIZE);
	blst_p2_affine affine;

	if (blst_p2_is_inf(p))
		return;
	blst_p2_to_affine(&affine, p);
	fp2_write(to, &affine.x);
	fp2_write(to + 2 * FP_SIZE, &affine.y);
}

bool precompile_bls12_g1_add(struct arena *a, struct bytes *output, struct bytes input)
{
	blst_p1_affine x, y;
	blst_p1 sum;

	if (input.len != 2 * G1_SIZE || !g1_read(&x, input.data) ||
	    !g1_read(&y, input.data + G1_SIZE))
		return false;
	blst_p1_from_affine(&sum, &x);
	blst_p1_add_or_double_affine(&sum, &sum, &y);
	g1_output(a, output, &sum);
	return true;
}

bool precompile_bls12_g2_add(struct arena *a, struct bytes *output, struct bytes input)
{
	blst_p2_affine x, y;
	blst_p2 sum;

	if (input.len != 2 * G2_SIZE || !g2_read(&x, input.data) ||
	    !g2_read(&y, input.data + G2_SIZE))
		return false;
	blst_p2_from_affine(&sum, &x);
	blst_p2_add_or_double_affine(&sum, &sum, &y);
	g2_output(a, output, &sum);
	return true;
}

/* "A scalar for the multiplication operation is encoded as 32 bytes [...] not
 * required to be less than the main subgroup order": the points are in the
 * subgroup, so reducing it changes nothing. */
static void scalar_read(blst_scalar *scalar, const uint8_t from[SCALAR_SIZE])
{
	blst_scalar_from_be_bytes(scalar, from, SCALAR_SIZE);
}

#define SCALAR_BITS 255

/* The terms of a sum of products.  Points at infinity add nothing and are
 * left out, for blst's multiplication does not expect them. */
struct g1_terms {
	size_t count;
	blst_p1_affine *points;
	blst_scalar *scalars;
};

static bool g1_terms_read(struct g1_terms *terms, struct bytes input)
{
	for (size_t at = 0; at < input.len; at += G1_SIZE + SCALAR_SIZE) {
		blst_p1_affine *point = &terms->points[terms->count];

		if (!g1_read_in_group(point, input.data + at))
			return false;
		scalar_read(&terms->scalars[terms->count], input.data + at + G1_SIZE);
		terms->count += !blst_p1_affine_is_inf(point);
	}
	return true;
}

static void g1_terms_sum(struct arena *a, blst_p1 *sum, const struct g1_terms *terms)
{
	/* blst takes a pointer to an array's first element, then NULL. */
	const blst_p1_affine *const points[2] = { terms->points, NULL };
	const byte *const scalars[2] = { terms->scalars->b, NULL };
	limb_t *scratch;

	memset(sum, 0, sizeof(*sum));
	if (terms->count == 0)
		return;
	scratch = arena_alloc(a, blst_p1s_mult_pippenger_scratch_sizeof(terms->count));
	blst_p1s_mult_pippenger(sum, points, terms->count, scalars, SCALAR_BITS, scratch);
}

bool precompile_bls12_g1_msm(struct arena *a, struct bytes *output, struct bytes input)
{
	size_t count = input.len / (G1_SIZE + SCALAR_SIZE);
	struct arena_mark mark = arena_mark(a);
	struct g1_terms terms = { 0 };
	blst_p1 sum;
	bool valid;

	if (count == 0 || input.len % (G1_SIZE + SCALAR_SIZE) != 0)
		return false;
	terms.points = ARENA_ARRAY(a, blst_p1_affine, count);
	terms.scalars = ARENA_ARRAY(a, blst_scalar, count);
	valid = g1_terms_read(&terms, input);
	if (valid)
		g1_terms_sum(a, &sum, &terms);
	arena_reset(a, mark);
	if (valid)
		g1_output(a, output, &sum);
	return valid;
}

struct g2_terms {
	size_t count;
	blst_p2_affine *points;
	blst_scalar *scalars;
};

static bool g2_terms_read(struct g2_terms *terms, struct bytes input)
{
	for (size_t at = 0; at < input.len; at += G2_SIZE + SCALAR_SIZE) {
		blst_p2_affine *point = &terms->points[terms->count];

		if (!g2_read_in_group(point, input.data + at))
			return false;
		scalar_read(&terms->scalars[terms->count], input.data + at + G2_SIZE);
		terms->count += !blst_p2_affine_is_inf(point);
	}
	return true;
}

static void g2_terms_sum(struct arena *a, blst_p2 *sum, const struct g2_terms *terms)
{
	const blst_p2_affine *const points[2] = { terms->points, NULL };
	const byte *const scalars[2] = { terms->scalars->b, NULL };
	limb_t *scratch;

	memset(sum, 0, sizeof(*sum));
	if (terms->count == 0)
		return;
	scratch = arena_alloc(a, blst_p2s_mult_pippenger_scratch_sizeof(terms->count));
	blst_p2s_mult_pippenger(sum, points, terms->count, scalars, SCALAR_BITS, scratch);
}

bool precompile_bls12_g2_msm(struct arena *a, struct bytes *output, struct bytes input)
{
	size_t count = input.len / (G2_SIZE + SCALAR_SIZE);
	struct arena_mark mark = arena_mark(a);
	struct g2_terms terms = { 0 };
	blst_p2 sum;
	bool valid;

	if (count == 0 || input.len % (G2_SIZE + SCALAR_SIZE) != 0)
		return false;
	terms.points = ARENA_ARRAY(a, blst_p2_affine, count);
	terms.scalars = ARENA_ARRAY(a, blst_scalar, count);
	valid = g2_terms_read(&terms, input);
	if (valid)
		g2_terms_sum(a, &sum, &terms);
	arena_reset(a, mark);
	if (valid)
		g2_output(a, output, &sum);
	return valid;
}

struct pairs {
	size_t count;
	blst_p1_affine *p;
	blst_p2_affine *q;
};

/* A pair with infinity contributes the factor 1 and is left out. */
static bool pairs_read(struct pairs *pairs, struct bytes input)
{
	for (size_t at = 0; at < input.len; at += G1_SIZE + G2_SIZE) {
		blst_p1_affine *p = &pairs->p[pairs->count];
		blst_p2_affine *q = &pairs->q[pairs->count];

		if (!g1_read_in_group(p, input.data + at) ||
		    !g2_read_in_group(q, input.data + at + G1_SIZE))
			return false;
		pairs->count += !blst_p1_affine_is_inf(p) && !blst_p2_affine_is_inf(q);
	}
	return true;
}

static bool pairs_product_is_one(const struct pairs *pairs)
{
	const blst_p1_affine *const p[2] = { pairs->p, NULL };
	const blst_p2_affine *const q[2] = { pairs->q, NULL };
	blst_fp12 product;

	if (pairs->count == 0)
		return true;
	blst_miller_loop_n(&product, q, p, pairs->count);
	blst_final_exp(&product, &product);
	return blst_fp12_is_one(&product);
}

bool precompile_bls12_pairing_check(struct arena *a, struct bytes *output, struct bytes input)
{
	size_t count = input.len / (G1_SIZE + G2_SIZE);
	struct arena_mark mark = arena_mark(a);
	struct pairs pairs = { 0 };
	bool valid, is_one;

	if (count == 0 || input.len % (G1_SIZE + G2_SIZE) != 0)
		return false;
	pairs.p = ARENA_ARRAY(a, blst_p1_affine, count);
	pairs.q = ARENA_ARRAY(a, blst_p2_affine, count);
	valid = pairs_read(&pairs, input);
	is_one = valid && pairs_product_is_one(&pairs);
	arena_reset(a, mark);
	if (valid)
		output_new(a, output, 32)[31] = is_one;
	return valid;
}

bool precompile_bls12_map_fp_to_g1(struct arena *a, struct bytes *output, struct bytes input)
{
	blst_fp element;
	blst_p1 point;

	if (input.len != FP_SIZE || !fp_read(&element, input.data))
		return false;
	blst_map_to_g1(&point, &element, NULL);
	g1_output(a, output, &point);
	return true;
}

bool precompile_bls12_map_fp2_to_g2(struct arena *a, struct bytes *output, struct bytes input)
{
	blst_fp2 element;
	blst_p2 point;

	if (input.len != 2 * FP_SIZE || !fp2_read(&element, input.data))
		return false;
	blst_map_to_g2(&point, &element, NULL);
	g2_output(a, output, &point);
	return true;
}
