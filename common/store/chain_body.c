#include "store/chain_body.h"

struct bytes chain_body_encode(struct arena *a, const struct block_transaction *transactions,
			       size_t count)
{
	struct bytes *receipts = ARENA_ARRAY(a, struct bytes, count);
	size_t len = 0, at = 0;
	uint8_t *out;

	for (size_t i = 0; i < count; i++) {
		receipts[i] = receipt_encode(a, &transactions[i].receipt);
		len += 4 + transactions[i].raw.len + 20 + 8 + 4 + receipts[i].len;
	}
	out = arena_alloc(a, len);
	for (size_t i = 0; i < count; i++) {
		const struct block_transaction *t = &transactions[i];

		be32_store(out + at, (uint32_t)t->raw.len);
		memcpy(out + at + 4, t->raw.data, t->raw.len);
		at += 4 + t->raw.len;
		memcpy(out + at, t->tx.from.b, 20);
		be64_store(out + at + 20, t->receipt.gas_used);
		be32_store(out + at + 28, (uint32_t)receipts[i].len);
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

static bool decode_one(struct arena *a, struct bytes *in, const struct u256 *base_fee,
		       struct block_transaction *t)
{
	struct bytes fixed, receipt;

	if (!take_counted(in, &t->raw) || tx_decode(a, &t->tx, t->raw) != TX_DECODE_OK ||
	    !take(in, 28, &fixed) || !take_counted(in, &receipt) ||
	    !receipt_decode(a, &t->receipt, receipt))
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
	size_t count = 0;

	while (in.len > 0) {
		if (!take_counted(&in, &skipped) || !take(&in, 28, &skipped) ||
		    !take_counted(&in, &skipped))
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
