/* Who signed: the message, and the key that fits. */
#include "crypto/keccak.h"
#include "eth/transaction_format.h"

/* EIP-7702: SET_CODE_TX magic. */
#define AUTHORIZATION_MAGIC 0x05

/* SEC 2, secp256k1's n, and n / 2 rounded down. */
static const struct u256 curve_order = { { 0xbfd25e8cd0364141, 0xbaaedce6af48a03b,
					   0xfffffffffffffffe, 0xffffffffffffffff } };
static const struct u256 half_curve_order = { { 0xdfe92f46681b20a0, 0x5d576e7357a4501d,
						0xffffffffffffffff, 0x7fffffffffffffff } };

bool tx_signature_is_in_range(const struct u256 *r, const struct u256 *s)
{
	return !u256_is_zero(r) && u256_lt(r, &curve_order) && !u256_is_zero(s) &&
	       !u256_lt(&half_curve_order, s);
}

struct hash32 tx_signing_hash(struct arena *scratch, const struct transaction *tx)
{
	struct arena_mark mark = arena_mark(scratch);
	uint8_t type = (uint8_t)tx->type;
	struct rlp_writer w;
	struct hash32 hash;
	size_t list;

	rlp_writer_init(&w, scratch);
	if (tx->type != TX_LEGACY)
		rlp_write_raw(&w, bytes_of(&type, 1));
	list = rlp_begin_list(&w);
	tx_write_fields(&w, tx, tx_format_of(tx->type)->signed_count);
	if (tx->type == TX_LEGACY && tx->has_chain_id) {
		/* EIP-155: "[...] chain_id, 0, 0". */
		rlp_write_u64(&w, tx->chain_id);
		rlp_write_u64(&w, 0);
		rlp_write_u64(&w, 0);
	}
	rlp_end_list(&w, list);
	hash = keccak256(rlp_written(&w));
	arena_reset(scratch, mark);
	return hash;
}

static bool recover(const struct crypto *c, struct arena *scratch, struct address *signer,
		    const struct hash32 *message, const struct u256 *r, const struct u256 *s,
		    uint8_t y_parity)
{
	struct hash32 r_bytes, s_bytes;

	u256_to_be(r_bytes.b, r);
	u256_to_be(s_bytes.b, s);
	return crypto_recover(c, scratch, signer, message, &r_bytes, &s_bytes, y_parity);
}

bool tx_recover(const struct crypto *c, struct arena *scratch, struct transaction *tx)
{
	struct hash32 message;

	if (tx->has_from)
		return true;
	message = tx_signing_hash(scratch, tx);
	tx->has_from = recover(c, scratch, &tx->from, &message, &tx->r, &tx->s, tx->y_parity);
	return tx->has_from;
}

bool authorization_recover(const struct crypto *c, struct arena *scratch, struct address *authority,
			   const struct authorization *auth)
{
	struct arena_mark mark = arena_mark(scratch);
	uint8_t magic = AUTHORIZATION_MAGIC;
	struct hash32 message;
	struct rlp_writer w;
	size_t list;

	if (auth->y_parity > 1 || !tx_signature_is_in_range(&auth->r, &auth->s))
		return false;
	rlp_writer_init(&w, scratch);
	rlp_write_raw(&w, bytes_of(&magic, 1));
	list = rlp_begin_list(&w);
	authorization_write_message(&w, auth);
	rlp_end_list(&w, list);
	message = keccak256(rlp_written(&w));
	arena_reset(scratch, mark);
	return recover(c, scratch, authority, &message, &auth->r, &auth->s, auth->y_parity);
}
