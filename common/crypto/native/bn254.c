/* bn254: precompiles 6, 7 (EIP-196) and 8 (EIP-197). */
#include "crypto/native/bn254.h"

#include "crypto/native/precompiles.h"

#define G1_SIZE   64
#define G2_SIZE   128
#define PAIR_SIZE (G1_SIZE + G2_SIZE)

static bool g1_read(struct g1 *p, const uint8_t from[G1_SIZE])
{
	return fp_from_bytes(&p->x, from) && fp_from_bytes(&p->y, from + 32) && g1_is_on_curve(p);
}

static void g1_output(struct arena *a, struct bytes *output, const struct g1 *p)
{
	uint8_t *to = output_new(a, output, G1_SIZE);

	fp_to_bytes(to, &p->x);
	fp_to_bytes(to + 32, &p->y);
}

/* EIP-197: "Elements of F_p^2 are encoded as two elements of F_p, (a * i + b)
 * as (a, b)": the imaginary part comes first. */
static bool fp2_read(struct fp2 *a, const uint8_t from[64])
{
	return fp_from_bytes(&a->c1, from) && fp_from_bytes(&a->c0, from + 32);
}

static bool g2_read(struct g2 *p, const uint8_t from[G2_SIZE])
{
	return fp2_read(&p->x, from) && fp2_read(&p->y, from + 64) && g2_is_in_group(p);
}

/* EIP-196: input is padded with zeros, and what is too much is ignored. */
bool precompile_bn254_add(struct arena *a, struct bytes *output, struct bytes input)
{
	uint8_t padded[2 * G1_SIZE];
	struct g1 x, y;

	input_read(padded, sizeof(padded), input, 0);
	if (!g1_read(&x, padded) || !g1_read(&y, padded + G1_SIZE))
		return false;
	g1_add(&x, &x, &y);
	g1_output(a, output, &x);
	return true;
}

bool precompile_bn254_mul(struct arena *a, struct bytes *output, struct bytes input)
{
	uint8_t padded[G1_SIZE + 32];
	struct g1 p;

	input_read(padded, sizeof(padded), input, 0);
	if (!g1_read(&p, padded))
		return false;
	g1_mul(&p, &p, padded + G1_SIZE);
	g1_output(a, output, &p);
	return true;
}

/* Reads and checks all pairs; keeps those without infinity, whose factor is
 * not 1 from the start. */
static bool pairs_read(struct bn254_pair *pairs, size_t *count, struct bytes input)
{
	size_t kept = 0;

	for (size_t at = 0; at < input.len; at += PAIR_SIZE) {
		struct bn254_pair *pair = &pairs[kept];

		if (!g1_read(&pair->p, input.data + at) ||
		    !g2_read(&pair->q, input.data + at + G1_SIZE))
			return false;
		kept += !g1_is_infinity(&pair->p) && !g2_is_infinity(&pair->q);
	}
	*count = kept;
	return true;
}

bool precompile_bn254_pairing(struct arena *a, struct bytes *output, struct bytes input)
{
	struct arena_mark mark = arena_mark(a);
	struct bn254_pair *pairs;
	bool valid, is_one;
	size_t count;

	if (input.len % PAIR_SIZE != 0)
		return false;
	pairs = ARENA_ARRAY(a, struct bn254_pair, input.len / PAIR_SIZE);
	valid = pairs_read(pairs, &count, input);
	is_one = valid && bn254_product_is_one(pairs, count);
	arena_reset(a, mark);
	if (valid)
		output_new(a, output, 32)[31] = is_one;
	return valid;
}
