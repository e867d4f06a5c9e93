/* scrypt: the password hash of RFC 7914, private to this folder.
 *
 * OpenSSL has it too, but holds to the RFC's n < 2^(16 r), which keystores
 * break: the Web3 Secret Storage Definition's own example has n = 2^18 and
 * r = 1, and geth and ethers open it. */
#ifndef GAVEL_CRYPTO_NATIVE_SCRYPT_H
#define GAVEL_CRYPTO_NATIVE_SCRYPT_H

#include "base/bytes.h"

/* Derives `len` bytes.  `n` is a power of two above 1; it takes 128 * r *
 * (n + p + 1) bytes of memory, which are wiped and freed.  False: there was
 * not enough. */
bool scrypt_derive(uint8_t *derived, size_t len, struct bytes password, struct bytes salt,
		   uint64_t n, uint32_t r, uint32_t p);

#endif
