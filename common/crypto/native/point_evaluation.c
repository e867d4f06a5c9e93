/* point_evaluation: precompile 0x0a (EIP-4844), a KZG opening proof checked
 * with blst.
 *
 * Of the ceremony's trusted setup, verifying needs one point, [tau]G2. */
#include "crypto/native/precompiles.h"

#include <blst.h>
#include <pthread.h>
#include <stdlib.h>

/* EIP-4844: versioned hash, z, y, commitment, proof. */
#define INPUT_SIZE    192
#define Z_AT          32
#define Y_AT          64
#define COMMITMENT_AT 96
#define PROOF_AT      144

#define VERSIONED_HASH_VERSION_KZG 0x01

/* KZG_SETUP_G2[1] of the ceremony for EIP-4844, compressed
 * (consensus-specs, presets/mainnet/trusted_setups, g2_monomial[1]). */
static const uint8_t tau_g2_compressed[96] = {
	0xb5, 0xbf, 0xd7, 0xdd, 0x8c, 0xde, 0xb1, 0x28, 0x84, 0x3b, 0xc2, 0x87, 0x23, 0x0a,
	0xf3, 0x89, 0x26, 0x18, 0x70, 0x75, 0xcb, 0xfb, 0xef, 0xa8, 0x10, 0x09, 0xa2, 0xce,
	0x61, 0x5a, 0xc5, 0x3d, 0x29, 0x14, 0xe5, 0x87, 0x0c, 0xb4, 0x52, 0xd2, 0xaf, 0xaa,
	0xab, 0x24, 0xf3, 0x49, 0x9f, 0x72, 0x18, 0x5c, 0xbf, 0xee, 0x53, 0x49, 0x27, 0x14,
	0x73, 0x44, 0x29, 0xb7, 0xb3, 0x86, 0x08, 0xe2, 0x39, 0x26, 0xc9, 0x11, 0xcc, 0xec,
	0xea, 0xc9, 0xa3, 0x68, 0x51, 0x47, 0x7b, 0xa4, 0xc6, 0x0b, 0x08, 0x70, 0x41, 0xde,
	0x62, 0x10, 0x00, 0xed, 0xc9, 0x8e, 0xda, 0xda, 0x20, 0xc1, 0xde, 0xf2,
};

/* "bytes32(FIELD_ELEMENTS_PER_BLOB) ++ bytes32(BLS_MODULUS)" */
static const uint8_t success[64] = {
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x73, 0xed, 0xa7, 0x53, 0x29, 0x9d, 0x7d,
	0x48, 0x33, 0x39, 0xd8, 0x08, 0x09, 0xa1, 0xd8, 0x05, 0x53, 0xbd, 0xa4, 0x02,
	0xff, 0xfe, 0x5b, 0xfe, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01,
};

static blst_p2_affine tau_g2;

static void tau_g2_make(void)
{
	if (blst_p2_uncompress(&tau_g2, tau_g2_compressed) != BLST_SUCCESS)
		abort(); /* our own constant: can't happen */
}

static bool versioned_hash_matches(const uint8_t hash[32], const uint8_t commitment[48])
{
	uint8_t digest[32];

	native_sha256(digest, bytes_of(commitment, 48));
	digest[0] = VERSIONED_HASH_VERSION_KZG;
	return memcmp(digest, hash, sizeof(digest)) == 0;
}

/* consensus-specs, bytes_to_bls_field: must be below the modulus. */
static bool scalar_read(blst_scalar *scalar, const uint8_t from[32])
{
	blst_scalar_from_bendian(scalar, from);
	return blst_scalar_fr_check(scalar);
}

/* validate_kzg_g1: a compressed point of the subgroup; infinity is allowed. */
static bool g1_read(blst_p1 *point, const uint8_t from[48])
{
	blst_p1_affine affine;

	if (blst_p1_uncompress(&affine, from) != BLST_SUCCESS || !blst_p1_affine_in_g1(&affine))
		return false;
	blst_p1_from_affine(point, &affine);
	return true;
}

/* e(p, q), 1 if p is infinity; q is not. */
static void pair(blst_fp12 *value, const blst_p1 *p, const blst_p2_affine *q)
{
	blst_p1_affine affine;

	if (blst_p1_is_inf(p)) {
		*value = *blst_fp12_one();
		return;
	}
	blst_p1_to_affine(&affine, p);
	blst_miller_loop(value, q, &affine);
}

/* verify_kzg_proof: e(C - [y]G1, G2) = e(proof, [tau - z]G2), with the term of
 * z moved to the left, where it costs a product in G1:
 * e(C - [y]G1 + [z]proof, G2) = e(proof, [tau]G2). */
static bool proof_holds(const blst_p1 *commitment, const blst_scalar *z, const blst_scalar *y,
			const blst_p1 *proof)
{
	blst_p1 left, term;
	blst_fp12 of_left, of_proof;

	blst_p1_mult(&left, proof, z->b, 255);
	blst_p1_mult(&term, blst_p1_generator(), y->b, 255);
	blst_p1_cneg(&term, true);
	blst_p1_add_or_double(&left, &left, &term);
	blst_p1_add_or_double(&left, &left, commitment);

	pair(&of_left, &left, blst_p2_affine_generator());
	pair(&of_proof, proof, &tau_g2);
	return blst_fp12_finalverify(&of_left, &of_proof);
}

bool precompile_point_evaluation(struct arena *a, struct bytes *output, struct bytes input)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	blst_p1 commitment, proof;
	blst_scalar z, y;

	if (input.len != INPUT_SIZE ||
	    !versioned_hash_matches(input.data, input.data + COMMITMENT_AT) ||
	    !scalar_read(&z, input.data + Z_AT) || !scalar_read(&y, input.data + Y_AT) ||
	    !g1_read(&commitment, input.data + COMMITMENT_AT) ||
	    !g1_read(&proof, input.data + PROOF_AT))
		return false;
	pthread_once(&once, tau_g2_make);
	if (!proof_holds(&commitment, &z, &y, &proof))
		return false;
	*output = arena_copy(a, bytes_of(success, sizeof(success)));
	return true;
}
