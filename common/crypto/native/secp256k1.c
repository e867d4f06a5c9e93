/* secp256k1: precompile 1, by libsecp256k1 and its static context, which is
 * enough for everything but signing. */
#include "crypto/native/precompiles.h"

#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include "crypto/keccak.h"

/* Yellow paper, appendix E.1: hash, v, r, s; v is 27 or 28 as 32 bytes. */
static bool recovery_id(int *id, const uint8_t v[32])
{
	for (size_t i = 0; i < 31; i++)
		if (v[i] != 0)
			return false;
	if (v[31] != 27 && v[31] != 28)
		return false;
	*id = v[31] - 27;
	return true;
}

static bool recover(secp256k1_pubkey *key, const uint8_t input[128])
{
	const secp256k1_context *context = secp256k1_context_static;
	secp256k1_ecdsa_recoverable_signature signature;
	int id;

	/* parse_compact refuses r and s of the group's order and above, recover
	 * refuses zeros and an r that is no curve point's. */
	return recovery_id(&id, input + 32) &&
	       secp256k1_ecdsa_recoverable_signature_parse_compact(context, &signature, input + 64,
								   id) &&
	       secp256k1_ecdsa_recover(context, key, &signature, input);
}

bool precompile_ecrecover(struct arena *a, struct bytes *output, struct bytes input)
{
	uint8_t padded[128];
	uint8_t key_bytes[65];
	size_t key_len = sizeof(key_bytes);
	secp256k1_pubkey key;
	struct hash32 digest;

	input_read(padded, sizeof(padded), input, 0);
	if (!recover(&key, padded)) {
		output_new(a, output, 0);
		return true;
	}
	secp256k1_ec_pubkey_serialize(secp256k1_context_static, key_bytes, &key_len, &key,
				      SECP256K1_EC_UNCOMPRESSED);
	digest = keccak256(bytes_of(key_bytes + 1, 64));
	memcpy(output_new(a, output, 32) + 12, digest.b + 12, 20);
	return true;
}
