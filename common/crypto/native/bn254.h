/* bn254: the curve of EIP-196 and EIP-197 ("alt_bn128"), private to this
 * folder.
 *
 *   bn254_field.c    Fp and Fp2
 *   bn254_inverse.c  the inversion in Fp
 *   bn254_curve.c    the groups: E(Fp), and the twist E'(Fp2) with its
 *                    subgroup G2
 *   bn254_tower.c    Fp6 and Fp12
 *   bn254_pairing.c  the optimal ate pairing
 *   bn254.c          the three precompiles
 *
 * Everything here sees public data only and is not constant time. */
#ifndef GAVEL_CRYPTO_NATIVE_BN254_H
#define GAVEL_CRYPTO_NATIVE_BN254_H

#include "base/arena.h"

/* Fp: v * 2^-256 mod p (Montgomery form), always below p, so that equal
 * elements have equal words.  Results may be one of the operands, in all
 * functions of this header. */
struct fp {
	uint64_t v[4]; /* least significant first */
};

extern const struct fp fp_zero, fp_one;

/* False if the number is not below p; `*a` is then untouched. */
bool fp_from_bytes(struct fp *a, const uint8_t big_endian[32]);
void fp_to_bytes(uint8_t big_endian[32], const struct fp *a);

void fp_add(struct fp *sum, const struct fp *a, const struct fp *b);
void fp_sub(struct fp *difference, const struct fp *a, const struct fp *b);
void fp_neg(struct fp *negative, const struct fp *a);
void fp_mul(struct fp *product, const struct fp *a, const struct fp *b);
void fp_sqr(struct fp *square, const struct fp *a);
/* 1 / a, and 0 for 0. */
void fp_inv(struct fp *inverse, const struct fp *a);
bool fp_is_zero(const struct fp *a);
bool fp_eq(const struct fp *a, const struct fp *b);

/* Fp2 = Fp[u] / (u^2 + 1): c0 + c1 u. */
struct fp2 {
	struct fp c0, c1;
};

extern const struct fp2 fp2_zero, fp2_one;

void fp2_add(struct fp2 *sum, const struct fp2 *a, const struct fp2 *b);
void fp2_sub(struct fp2 *difference, const struct fp2 *a, const struct fp2 *b);
void fp2_neg(struct fp2 *negative, const struct fp2 *a);
void fp2_conjugate(struct fp2 *conjugate, const struct fp2 *a); /* a^p */
void fp2_mul(struct fp2 *product, const struct fp2 *a, const struct fp2 *b);
void fp2_mul_fp(struct fp2 *product, const struct fp2 *a, const struct fp *b);
/* Times xi = 9 + u, of which the tower is built. */
void fp2_mul_xi(struct fp2 *product, const struct fp2 *a);
void fp2_sqr(struct fp2 *square, const struct fp2 *a);
void fp2_inv(struct fp2 *inverse, const struct fp2 *a);
bool fp2_is_zero(const struct fp2 *a);
bool fp2_eq(const struct fp2 *a, const struct fp2 *b);

/* xi^(i (p - 1) / 6): the Frobenius map takes a w^i to a^p bn254_gamma[i] w^i. */
extern const struct fp2 bn254_gamma[6];

/* Affine points; (0, 0), which is on neither curve, stands for infinity. */
struct g1 {
	struct fp x, y; /* y^2 = x^3 + 3 */
};

struct g2 {
	struct fp2 x, y; /* y^2 = x^3 + 3 / xi */
};

bool g1_is_infinity(const struct g1 *p);
bool g1_is_on_curve(const struct g1 *p); /* infinity is */
void g1_add(struct g1 *sum, const struct g1 *a, const struct g1 *b);
void g1_mul(struct g1 *product, const struct g1 *p, const uint8_t scalar[32]);

bool g2_is_infinity(const struct g2 *p);
/* On the twist, and of the order r that the pairing asks for. */
bool g2_is_in_group(const struct g2 *p);
/* The map that acts as a multiplication by p on G2: Frobenius, seen from the
 * twist. */
void g2_frobenius(struct g2 *image, const struct g2 *p);

/* Fp6 = Fp2[v] / (v^3 - xi), Fp12 = Fp6[w] / (w^2 - v), so that w^6 = xi. */
struct fp6 {
	struct fp2 c0, c1, c2;
};

struct fp12 {
	struct fp6 c0, c1;
};

extern const struct fp12 fp12_one;

void fp12_mul(struct fp12 *product, const struct fp12 *a, const struct fp12 *b);
/* Times l0 + l1 w + l3 w^3, the shape of a line. */
void fp12_mul_line(struct fp12 *product, const struct fp12 *a, const struct fp2 *l0,
		   const struct fp2 *l1, const struct fp2 *l3);
void fp12_sqr(struct fp12 *square, const struct fp12 *a);
/* The same, where a^(p^6 + 1) = 1 and a^(p^4 - p^2 + 1) = 1. */
void fp12_cyclotomic_sqr(struct fp12 *square, const struct fp12 *a);
/* a^(p^6); where a^(p^6 + 1) = 1, that is 1 / a. */
void fp12_conjugate(struct fp12 *conjugate, const struct fp12 *a);
void fp12_frobenius(struct fp12 *image, const struct fp12 *a); /* a^p */
void fp12_inv(struct fp12 *inverse, const struct fp12 *a);
bool fp12_is_one(const struct fp12 *a);

/* A factor of a product of pairings; neither point is infinity, and `q` is in
 * G2.  `t` and what follows is the computation's own. */
struct bn254_pair {
	struct g1 p;
	struct g2 q;
	struct {
		struct fp2 x, y, z;
	} t;
};

/* Whether the product of e(p, q) over all pairs is 1. */
bool bn254_product_is_one(struct bn254_pair *pairs, size_t count);

#endif
