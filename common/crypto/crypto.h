/* crypto: the mathematics that the core asks of its host.
 *
 * The core holds no curve arithmetic: natively these calls end in
 * libsecp256k1, OpenSSL, GMP, blst and our BN254; in the fault-proof machine
 * they end in the oracle, answered on L1 by the precompile contracts
 * themselves (DESIGN.md section 6, key type 4).  So each call is a pure
 * function of its bytes, with exactly the meaning of the L1 precompile.
 *
 * This header is core; native/native.h has the native implementation. */
#ifndef GAVEL_CRYPTO_CRYPTO_H
#define GAVEL_CRYPTO_CRYPTO_H

#include "base/arena.h"

/* Addresses 0x01 to 0x11, and 0x100: EIP-196, 197, 198, 152, 4844, 2537, 7951. */
enum precompile_id {
	PRECOMPILE_ECRECOVER = 0x01,
	PRECOMPILE_SHA256 = 0x02,
	PRECOMPILE_RIPEMD160 = 0x03,
	PRECOMPILE_IDENTITY = 0x04,
	PRECOMPILE_MODEXP = 0x05,
	PRECOMPILE_BN254_ADD = 0x06,
	PRECOMPILE_BN254_MUL = 0x07,
	PRECOMPILE_BN254_PAIRING = 0x08,
	PRECOMPILE_BLAKE2F = 0x09,
	PRECOMPILE_POINT_EVALUATION = 0x0a,
	PRECOMPILE_BLS12_G1ADD = 0x0b,
	PRECOMPILE_BLS12_G1MSM = 0x0c,
	PRECOMPILE_BLS12_G2ADD = 0x0d,
	PRECOMPILE_BLS12_G2MSM = 0x0e,
	PRECOMPILE_BLS12_PAIRING_CHECK = 0x0f,
	PRECOMPILE_BLS12_MAP_FP_TO_G1 = 0x10,
	PRECOMPILE_BLS12_MAP_FP2_TO_G2 = 0x11,
	PRECOMPILE_P256VERIFY = 0x100,
};

struct crypto {
	void *context;
	/* Runs precompile `id` on `input` (any bytes, any length).  True: success,
	 * and `*output` lies in `a` (it may be empty: ecrecover and p256verify
	 * succeed with no output when the signature is bad).  False: the
	 * precompile fails and takes all the gas it was given; `*output` is
	 * untouched.  Gas is not looked at here: evm/precompiles.h prices the
	 * call before. */
	bool (*precompile)(void *context, struct arena *a, struct bytes *output,
			   enum precompile_id id, struct bytes input);
};

/* The signer's address, by precompile 1: `y_parity` is 0 or 1, r and s are
 * big-endian.  False when no key fits; `*signer` is then untouched.  Does not
 * ask for a low s (EIP-2): the caller's rule.  `scratch` is used and reset. */
bool crypto_recover(const struct crypto *c, struct arena *scratch, struct address *signer,
		    const struct hash32 *message_hash, const struct hash32 *r,
		    const struct hash32 *s, uint8_t y_parity);

#endif
