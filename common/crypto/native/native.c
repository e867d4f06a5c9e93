#include "crypto/native/native.h"

#include "crypto/native/precompiles.h"

static bool identity(struct arena *a, struct bytes *output, struct bytes input)
{
	*output = arena_copy(a, input);
	return true;
}

static precompile_function *const by_id[] = {
	[PRECOMPILE_ECRECOVER] = precompile_ecrecover,
	[PRECOMPILE_SHA256] = precompile_sha256,
	[PRECOMPILE_RIPEMD160] = precompile_ripemd160,
	[PRECOMPILE_IDENTITY] = identity,
	[PRECOMPILE_MODEXP] = precompile_modexp,
	[PRECOMPILE_BN254_ADD] = precompile_bn254_add,
	[PRECOMPILE_BN254_MUL] = precompile_bn254_mul,
	[PRECOMPILE_BN254_PAIRING] = precompile_bn254_pairing,
	[PRECOMPILE_BLAKE2F] = precompile_blake2f,
	[PRECOMPILE_POINT_EVALUATION] = precompile_point_evaluation,
	[PRECOMPILE_BLS12_G1ADD] = precompile_bls12_g1_add,
	[PRECOMPILE_BLS12_G1MSM] = precompile_bls12_g1_msm,
	[PRECOMPILE_BLS12_G2ADD] = precompile_bls12_g2_add,
	[PRECOMPILE_BLS12_G2MSM] = precompile_bls12_g2_msm,
	[PRECOMPILE_BLS12_PAIRING_CHECK] = precompile_bls12_pairing_check,
	[PRECOMPILE_BLS12_MAP_FP_TO_G1] = precompile_bls12_map_fp_to_g1,
	[PRECOMPILE_BLS12_MAP_FP2_TO_G2] = precompile_bls12_map_fp2_to_g2,
	[PRECOMPILE_P256VERIFY] = precompile_p256verify,
};

#define BY_ID_COUNT (sizeof(by_id) / sizeof(by_id[0]))

static bool native_precompile(void *context, struct arena *a, struct bytes *output,
			      enum precompile_id id, struct bytes input)
{
	(void)context;
	if ((size_t)id >= BY_ID_COUNT || !by_id[id])
		return false;
	return by_id[id](a, output, input);
}

const struct crypto *crypto_native(void)
{
	static const struct crypto native = { .context = NULL, .precompile = native_precompile };

	return &native;
}
