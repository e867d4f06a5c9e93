/* open_batch_bound: what a transaction takes in the columns of a payload, as
 * rollup/payload_columns.h lays them out.
 *
 * A number may be written as itself or as the difference to the one before, so
 * twice its doubled size covers it, whatever stands before it.  A reference is
 * below 2^13, since so many new addresses or amounts fill a payload: two bytes. */
#include "sequencer/open_batch.h"

#define REFERENCE ((size_t)2)
#define WORD_KIND ((size_t)2)
#define SIGNATURE ((size_t)64)
#define ADDRESS   (REFERENCE + sizeof(struct address))

static size_t number(uint64_t value)
{
	size_t len = 1;

	if (value >= (uint64_t)1 << 62)
		return 20;
	for (value *= 2; value >= 128; value >>= 7)
		len++;
	return 2 * len;
}

static size_t significant_bytes(const uint8_t word[32])
{
	size_t zeros = 0;

	while (zeros < 32 && word[zeros] == 0)
		zeros++;
	return 32 - zeros;
}

static size_t amount(const struct u256 *value)
{
	uint8_t word[32];

	u256_to_be(word, value);
	return REFERENCE + WORD_KIND + significant_bytes(word);
}

/* 17 to 20 bytes may be taken for an address. */
static size_t word(const uint8_t value[32])
{
	size_t len = significant_bytes(value);

	return WORD_KIND + (len >= 17 && len <= 20 ? ADDRESS : len);
}

static size_t call_data(const struct transaction *tx)
{
	struct bytes rest = tx->data;
	size_t size = number(rest.len);

	if (!tx->is_creation && rest.len >= 4) {
		size += REFERENCE + 4;
		rest = bytes_of(rest.data + 4, rest.len - 4);
		for (; rest.len >= 32; rest = bytes_of(rest.data + 32, rest.len - 32))
			size += word(rest.data);
	}
	return size + rest.len;
}

static size_t lists(const struct transaction *tx)
{
	size_t size = number(tx->access_list_count) + number(tx->authorization_count);

	for (size_t i = 0; i < tx->access_list_count; i++) {
		const struct access_list_entry *entry = &tx->access_list[i];

		size += ADDRESS + number(entry->storage_key_count);
		for (size_t j = 0; j < entry->storage_key_count; j++)
			size += word(entry->storage_keys[j].b);
	}
	for (size_t i = 0; i < tx->authorization_count; i++)
		size += SIGNATURE + 1 + ADDRESS + amount(&tx->authorizations[i].chain_id) +
			number(tx->authorizations[i].nonce);
	return size;
}

/* With a parity and a kind. */
size_t open_batch_transaction_bound(const struct transaction *tx)
{
	return SIGNATURE + 2 + number(tx->nonce) + number(tx->gas_limit) +
	       amount(&tx->max_fee_per_gas) + amount(&tx->max_priority_fee_per_gas) +
	       amount(&tx->value) + (tx->is_creation ? 0 : ADDRESS) + call_data(tx) + lists(tx);
}

size_t open_batch_transaction_floor(const struct transaction *tx)
{
	return SIGNATURE + (tx->is_creation ? 0 : sizeof(tx->to)) +
	       tx->authorization_count * SIGNATURE;
}
