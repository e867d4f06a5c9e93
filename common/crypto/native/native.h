/* native: `struct crypto` by libsecp256k1, OpenSSL, GMP, blst and our own
 * BN254.  Not part of the core. */
#ifndef GAVEL_CRYPTO_NATIVE_NATIVE_H
#define GAVEL_CRYPTO_NATIVE_NATIVE_H

#include "crypto/crypto.h"

/* The native mathematics; made ready on first use, then read-only: any number
 * of threads may call it at once, each with its own arena. */
const struct crypto *crypto_native(void);

#endif
