/* hashes: precompiles 2 and 3 by OpenSSL.
 *
 * The low-level functions are deprecated, yet right here: the EVP interface
 * looks the digest up by name on every call, which costs more than hashing a
 * small input, and keeps RIPEMD-160 in a provider that may not be there. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/native/precompiles.h"

#include <openssl/ripemd.h>
#include <openssl/sha.h>

void native_sha256(uint8_t digest[32], struct bytes data)
{
	SHA256_CTX context;

	SHA256_Init(&context);
	if (data.len > 0)
		SHA256_Update(&context, data.data, data.len);
	SHA256_Final(digest, &context);
}

bool precompile_sha256(struct arena *a, struct bytes *output, struct bytes input)
{
	native_sha256(output_new(a, output, 32), input);
	return true;
}

/* Yellow paper, appendix E.1: the 20-byte digest, left-padded to 32 bytes. */
bool precompile_ripemd160(struct arena *a, struct bytes *output, struct bytes input)
{
	RIPEMD160_CTX context;

	RIPEMD160_Init(&context);
	if (input.len > 0)
		RIPEMD160_Update(&context, input.data, input.len);
	RIPEMD160_Final(output_new(a, output, 32) + 12, &context);
	return true;
}
