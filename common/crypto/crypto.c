#include "crypto/crypto.h"

bool crypto_recover(const struct crypto *c, struct arena *scratch, struct address *signer,
		    const struct hash32 *message_hash, const struct hash32 *r,
		    const struct hash32 *s, uint8_t y_parity)
{
	struct arena_mark mark = arena_mark(scratch);
	uint8_t input[128] = { 0 };
	struct bytes output;
	bool found;

	/* Yellow paper, appendix E.1: hash, v (27 or 28), r, s, 32 bytes each. */
	memcpy(input, message_hash->b, 32);
	input[63] = (uint8_t)(27 + y_parity);
	memcpy(input + 64, r->b, 32);
	memcpy(input + 96, s->b, 32);
	found = c->precompile(c->context, scratch, &output, PRECOMPILE_ECRECOVER,
			      bytes_of(input, sizeof(input))) &&
		output.len == 32;
	if (found)
		memcpy(signer->b, output.data + 12, sizeof(signer->b));
	arena_reset(scratch, mark);
	return found;
}
