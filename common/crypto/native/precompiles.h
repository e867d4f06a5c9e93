/* precompiles: the functions behind crypto_native()'s table, private to this
 * folder.
 *
 * All have the contract of `struct crypto`'s call: any input; true leaves the
 * output in the arena, false leaves `*output` as it was.  None keeps state
 * beyond constants that are made ready once. */
#ifndef GAVEL_CRYPTO_NATIVE_PRECOMPILES_H
#define GAVEL_CRYPTO_NATIVE_PRECOMPILES_H

#include "base/arena.h"

typedef bool precompile_function(struct arena *a, struct bytes *output, struct bytes input);

/* secp256k1.c */
precompile_function precompile_ecrecover;

/* hashes.c */
precompile_function precompile_sha256;
precompile_function precompile_ripemd160;

/* modexp.c */
precompile_function precompile_modexp;

/* bn254.c */
precompile_function precompile_bn254_add;
precompile_function precompile_bn254_mul;
precompile_function precompile_bn254_pairing;

/* blake2f.c */
precompile_function precompile_blake2f;

/* point_evaluation.c */
precompile_function precompile_point_evaluation;

/* bls12.c */
precompile_function precompile_bls12_g1_add;
precompile_function precompile_bls12_g1_msm;
precompile_function precompile_bls12_g2_add;
precompile_function precompile_bls12_g2_msm;
precompile_function precompile_bls12_pairing_check;
precompile_function precompile_bls12_map_fp_to_g1;
precompile_function precompile_bls12_map_fp2_to_g2;

/* p256.c */
precompile_function precompile_p256verify;

/* SHA-256 of `data`. */
void native_sha256(uint8_t digest[32], struct bytes data);

/* `len` bytes of `input` from `offset` on to `out`; what lies beyond the end
 * of the input counts as zeros, as call data does everywhere in the EVM. */
static inline void input_read(uint8_t *out, size_t len, struct bytes input, size_t offset)
{
	size_t there = offset < input.len ? input.len - offset : 0;

	if (there > len)
		there = len;
	if (there > 0)
		memcpy(out, input.data + offset, there);
	memset(out + there, 0, len - there);
}

/* Room for an output of `len` zero bytes, made `*output`. */
static inline uint8_t *output_new(struct arena *a, struct bytes *output, size_t len)
{
	uint8_t *data = arena_calloc(a, len, 1);

	*output = bytes_of(data, len);
	return data;
}

#endif
