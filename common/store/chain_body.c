#include "store/chain_body.h"

#define FIXED_SIZE ((size_t)(20 + 8))    /* behind a transaction */
#define PLAIN_SIZE ((size_t)(1 + 8 + 8)) /* a receipt without logs */

static struct bytes encode_plain(struct arena *a, const struct receipt *receipt)
{
	uint8_t *out = arena_alloc(a, PLAIN_SIZE);

	out[0] = receipt->success;
	be64_store(out + 1, receipt->cumulative_gas_used);
	be64_store(out + 9, receipt->deposit_nonce);
	return bytes_of(out, PLAIN_SIZE);
}

static struct receipt decode_plain(enum tx_type type, const uint8_t in[PLAIN_SIZE])
{
	return (struct receipt){
		.type = type,
		.success = in[0],
		.cumulative_gas_used = be64_load(in + 1),
		.deposit_nonce = be64_load(in + 9),
	};
}

static struct bytes encode_receipt(struct arena *a, const struct receipt *receipt)
{
	return receipt->log_count ? receipt_encode(a, receipt) : encode_plain(a, receipt);
}

struct bytes chain_body_encode(struct arena *a, const struct block_transaction *transactions,
			       size_t count)
{
	struct bytes *receipts = ARENA_ARRAY(a, struct bytes, count);
	size_t len = 0, at = 0;
	uint8_t *out;

	for (size_t i = 0; i < count; i++) {
		receipts[i] = encode_receipt(a, &transactions[i].receipt);
		len += 4 + transactions[i].raw.len + FIXED_SIZE + 4 + receipts[i].len;
	}
	out = arena_alloc(a, len);
	for (size_t i = 0; i < count; i++) {
		const struct block_transaction *t = &transactions[i];
		bool is_plain = t->receipt.log_count == 0;

		be32_store(out + at, (uint32_t)t->raw.len);
		memcpy(out + at + 4, t->raw.data, t->raw.len);
		at += 4 + t->raw.len;
		memcpy(out + at, t->tx.from.b, 20);
		be64_store(out + at + 20, t->receipt.gas_used);
		be32_store(out + at + 28, is_plain ? 0 : (uint32_t)receipts[i].len);
		memcpy(out + at + 32, receipts[i].data, receipts[i].len);
		at += 32 + receipts[i].len;
	}
	return bytes_of(out, len);
}

/* Takes `len` bytes off `*in`. */
static bool take(struct bytes *in, size_t len, struct bytes *out)
{
	if (in->len < len)
		return false;
	*out = bytes_of(in->data, len);
	*in = bytes_of(in->data + len, in->len - len);
	return true;
}

static bool take_counted(struct bytes *in, struct bytes *out)
{
	struct bytes size;

	return take(in, 4, &size) && take(in, be32_load(size.data), out);
}

/* A receipt as it stands behind its transaction's fixed part. */
static bool take_receipt(struct bytes *in, struct bytes *receipt, bool *is_plain)
{
	if (!take_counted(in, receipt))
		return false;
	*is_plain = receipt->len == 0;
	return !*is_plain || take(in, PLAIN_SIZE, receipt);
}

static bool decode_receipt(struct arena *a, struct bytes *in, struct block_transaction *t)
{
	struct bytes receipt;
	bool is_plain;

	if (!take_receipt(in, &receipt, &is_plain))
		return false;
	if (!is_plain)
		return receipt_decode(a, &t->receipt, receipt);
	t->receipt = decode_plain(t->tx.type, receipt.data);
	return true;
}

static bool decode_one(struct arena *a, struct bytes *in, const struct u256 *base_fee,
		       struct block_transaction *t)
{
	struct bytes fixed;

	if (!take_counted(in, &t->raw) || tx_decode(a, &t->tx, t->raw) != TX_DECODE_OK ||
	    !take(in, FIXED_SIZE, &fixed) || !decode_receipt(a, in, t))
		return false;
	memcpy(t->tx.from.b, fixed.data, 20);
	t->tx.has_from = true;
	t->receipt.gas_used = be64_load(fixed.data + 20);
	t->receipt.effective_gas_price = tx_effective_gas_price(&t->tx, base_fee);
	if (t->tx.is_creation) {
		uint64_t nonce = t->tx.type == TX_DEPOSIT ? t->receipt.deposit_nonce : t->tx.nonce;

		t->receipt.contract_address = create_address(a, &t->tx.from, nonce);
	}
	return true;
}

/* Each takes at least 36 bytes, so the count is bounded by the body. */
static size_t count_all(struct bytes in)
{
	struct bytes skipped;
	bool is_plain;
	size_t count = 0;

	while (in.len > 0) {
		if (!take_counted(&in, &skipped) || !take(&in, FIXED_SIZE, &skipped) ||
		    !take_receipt(&in, &skipped, &is_plain))
			return 0;
		count++;
	}
	return count;
}

bool chain_body_decode(struct arena *a, struct bytes body, const struct u256 *base_fee,
		       const struct block_transaction **transactions, size_t *count)
{
	size_t n = count_all(body);
	struct block_transaction *list = ARENA_ARRAY(a, struct block_transaction, n);

	if (n == 0 && body.len > 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!decode_one(a, &body, base_fee, &list[i]))
			return false;
	*transactions = list;
	*count = n;
	return true;
}
