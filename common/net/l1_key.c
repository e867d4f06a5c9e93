#include "crypto/native/signer.h"
#include "net/l1_transactions.h"

bool l1_sign_with_key(void *key, const struct hash32 *hash, struct hash32 *r, struct hash32 *s,
		      uint8_t *y_parity)
{
	struct signer_signature signature;

	if (!signer_sign(&signature, key, hash))
		return false;
	*r = signature.r;
	*s = signature.s;
	*y_parity = signature.y_parity;
	return true;
}
