/* signer: signs 32-byte hashes with a secp256k1 key, as Ethereum's
 * transactions are.  By libsecp256k1, whose context is randomised when it is
 * made, on first use; any number of threads may sign at once.  Not core. */
#ifndef GAVEL_CRYPTO_NATIVE_SIGNER_H
#define GAVEL_CRYPTO_NATIVE_SIGNER_H

#include "base/bytes.h"

/* A private key: a big-endian number from 1 to the group's order - 1.  The
 * holder wipes it (signer_wipe) when it is done. */
struct signer_key {
	uint8_t b[32];
};

/* What recovers to the signer by crypto_recover(). */
struct signer_signature {
	struct hash32 r, s; /* s in the lower half of its range (EIP-2) */
	uint8_t y_parity;   /* 0 or 1 */
};

/* The address of `key`'s public key.  False when `key` is out of range;
 * `*address` is then untouched. */
bool signer_address(struct address *address, const struct signer_key *key);

/* Signs `hash` with the nonce of RFC 6979, so that the same key and hash give
 * the same signature.  False when `key` is out of range; `*signature` is then
 * untouched. */
bool signer_sign(struct signer_signature *signature, const struct signer_key *key,
		 const struct hash32 *hash);

/* Overwrites the key, in a way that the compiler does not leave out. */
void signer_wipe(struct signer_key *key);

#endif
