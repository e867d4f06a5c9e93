#include "crypto/native/signer.h"

#include <pthread.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "crypto/keccak.h"

/* Made once, then only read. */
static secp256k1_context *signing;

/* Randomising blinds the key against who measures power or time.  Without
 * memory or randomness nothing can be signed safely: that ends the process. */
static void signing_make(void)
{
	uint8_t seed[32];

	signing = secp256k1_context_create(SECP256K1_CONTEXT_SIGN);
	if (!signing || getrandom(seed, sizeof(seed), 0) != sizeof(seed) ||
	    !secp256k1_context_randomize(signing, seed))
		abort();
	explicit_bzero(seed, sizeof(seed));
}

static const secp256k1_context *context_get(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, signing_make);
	return signing;
}

bool signer_address(struct address *address, const struct signer_key *key)
{
	const secp256k1_context *context = context_get();
	secp256k1_pubkey public_key;
	uint8_t serialized[65];
	size_t len = sizeof(serialized);
	struct hash32 digest;

	if (!secp256k1_ec_pubkey_create(context, &public_key, key->b))
		return false;
	secp256k1_ec_pubkey_serialize(context, serialized, &len, &public_key,
				      SECP256K1_EC_UNCOMPRESSED);
	digest = keccak256(bytes_of(serialized + 1, 64));
	memcpy(address->b, digest.b + 12, sizeof(address->b));
	return true;
}

bool signer_sign(struct signer_signature *signature, const struct signer_key *key,
		 const struct hash32 *hash)
{
	const secp256k1_context *context = context_get();
	secp256k1_ecdsa_recoverable_signature recoverable;
	uint8_t compact[64];
	int id;

	/* libsecp256k1 gives the lower s.  A recovery id above 1 (r at least the
	 * order) has a probability near 2^-128 and does not fit a transaction. */
	if (!secp256k1_ecdsa_sign_recoverable(context, &recoverable, hash->b, key->b,
					      secp256k1_nonce_function_rfc6979, NULL))
		return false;
	secp256k1_ecdsa_recoverable_signature_serialize_compact(context, compact, &id,
								&recoverable);
	if (id > 1)
		return false;
	memcpy(signature->r.b, compact, 32);
	memcpy(signature->s.b, compact + 32, 32);
	signature->y_parity = (uint8_t)id;
	return true;
}

void signer_wipe(struct signer_key *key)
{
	explicit_bzero(key->b, sizeof(key->b));
}
