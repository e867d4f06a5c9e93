/* payload_encode: blocks to columns.  Each function below writes one part of
 * the layout that payload_columns.h describes, in its order. */
#include "rollup/payload.h"

#include "rollup/payload_columns.h"

/* All transactions of the payload in order, and room for a column of each. */
struct encoder {
	struct arena *arena;
	struct column_writer columns; /* everything that can be compressed */
	struct first_use addresses;
	const struct transaction **transactions;
	size_t count;
	uint64_t *numbers;
	struct hash32 *words;
};

static bool has_priority_fee(const struct transaction *tx)
{
	return tx->type == TX_DYNAMIC_FEE || tx->type == TX_SET_CODE;
}

static bool is_call(const struct transaction *tx)
{
	return !tx->is_creation && tx->data.len >= PAYLOAD_SELECTOR_SIZE;
}

static size_t word_count(const struct transaction *tx)
{
	return is_call(tx) ? (tx->data.len - PAYLOAD_SELECTOR_SIZE) / 32 : 0;
}

static bool is_encodable(const struct transaction *tx, uint64_t chain_id)
{
	switch (tx->type) {
	case TX_LEGACY:
		return !tx->has_chain_id || tx->chain_id == chain_id;
	case TX_ACCESS_LIST:
	case TX_DYNAMIC_FEE:
	case TX_SET_CODE:
		return tx->chain_id == chain_id;
	case TX_BLOB:
	case TX_DEPOSIT:
		break;
	}
	return false;
}

static void gather(struct encoder *e, const struct payload *p, uint64_t chain_id)
{
	size_t count = 0;

	for (size_t b = 0; b < p->block_count; b++)
		count += p->blocks[b].transaction_count;
	e->transactions = arena_calloc(e->arena, count, sizeof(*e->transactions));
	for (size_t b = 0; b < p->block_count; b++) {
		for (size_t i = 0; i < p->blocks[b].transaction_count; i++) {
			const struct transaction *tx = &p->blocks[b].transactions[i];

			if (!is_encodable(tx, chain_id))
				__builtin_trap(); /* the caller's bug: payload.h */
			e->transactions[e->count++] = tx;
		}
	}
	e->numbers = ARENA_ARRAY(e->arena, uint64_t, count);
	e->words = ARENA_ARRAY(e->arena, struct hash32, count);
}

static void write_blocks(struct encoder *e, const struct payload *p)
{
	uint64_t *column = ARENA_ARRAY(e->arena, uint64_t, p->block_count);

	for (size_t b = 0; b < p->block_count; b++)
		column[b] = p->blocks[b].timestamp;
	column_write_numbers(&e->columns, column, p->block_count);
	for (size_t b = 0; b < p->block_count; b++)
		column[b] = p->blocks[b].message_count;
	column_write_numbers(&e->columns, column, p->block_count);
	for (size_t b = 0; b < p->block_count; b++)
		column[b] = p->blocks[b].transaction_count;
	column_write_numbers(&e->columns, column, p->block_count);
}

static uint64_t kind_of(const struct transaction *tx)
{
	uint64_t kind = tx->type;

	if (tx->type == TX_LEGACY && !tx->has_chain_id)
		kind = PAYLOAD_KIND_NO_CHAIN_ID;
	return kind + (tx->is_creation ? PAYLOAD_KIND_CREATION : 0);
}

static uint64_t nonce_of(const struct transaction *tx)
{
	return tx->nonce;
}

static uint64_t gas_limit_of(const struct transaction *tx)
{
	return tx->gas_limit;
}

static uint64_t data_length_of(const struct transaction *tx)
{
	return tx->data.len;
}

static void write_numbers(struct encoder *e, uint64_t (*of)(const struct transaction *tx))
{
	for (size_t i = 0; i < e->count; i++)
		e->numbers[i] = of(e->transactions[i]);
	column_write_numbers(&e->columns, e->numbers, e->count);
}

static void write_max_fees(struct encoder *e)
{
	for (size_t i = 0; i < e->count; i++)
		u256_to_be(e->words[i].b, &e->transactions[i]->max_fee_per_gas);
	column_write_amounts(&e->columns, e->words, e->count);
}

static void write_values(struct encoder *e)
{
	for (size_t i = 0; i < e->count; i++)
		u256_to_be(e->words[i].b, &e->transactions[i]->value);
	column_write_amounts(&e->columns, e->words, e->count);
}

static void write_priority_fees(struct encoder *e)
{
	size_t count = 0;

	for (size_t i = 0; i < e->count; i++) {
		const struct transaction *tx = e->transactions[i];

		if (has_priority_fee(tx))
			u256_to_be(e->words[count++].b, &tx->max_priority_fee_per_gas);
	}
	column_write_amounts(&e->columns, e->words, count);
}

/* The key of `len` bytes in a table by first use. */
static struct hash32 key_of(const uint8_t *data, size_t len)
{
	struct hash32 key = { { 0 } };

	memcpy(key.b, data, len);
	return key;
}

static void write_addresses(struct encoder *e, const struct hash32 *keys, size_t count)
{
	uint64_t *references = ARENA_ARRAY(e->arena, uint64_t, count);

	first_use_references(&e->addresses, references, keys, count);
	column_write_numbers(&e->columns, references, count);
}

static void write_recipients(struct encoder *e)
{
	size_t count = 0;

	for (size_t i = 0; i < e->count; i++) {
		const struct transaction *tx = e->transactions[i];

		if (!tx->is_creation)
			e->words[count++] = key_of(tx->to.b, sizeof(tx->to.b));
	}
	write_addresses(e, e->words, count);
}

static void write_selectors(struct encoder *e)
{
	struct first_use selectors;
	size_t count = 0;

	first_use_init(&selectors, e->arena);
	for (size_t i = 0; i < e->count; i++) {
		const struct transaction *tx = e->transactions[i];

		if (is_call(tx))
			e->words[count++] = key_of(tx->data.data, PAYLOAD_SELECTOR_SIZE);
	}
	first_use_references(&selectors, e->numbers, e->words, count);
	column_write_numbers(&e->columns, e->numbers, count);
	for (size_t i = 0; i < selectors.count; i++)
		column_write_bytes(&e->columns, selectors.keys[i].b, PAYLOAD_SELECTOR_SIZE);
}

static void write_call_words(struct encoder *e)
{
	struct hash32 *words;
	size_t count = 0;

	for (size_t i = 0; i < e->count; i++)
		count += word_count(e->transactions[i]);
	words = ARENA_ARRAY(e->arena, struct hash32, count);
	count = 0;
	for (size_t i = 0; i < e->count; i++) {
		const struct transaction *tx = e->transactions[i];
		size_t of_call = word_count(tx);

		if (of_call > 0)
			memcpy(words + count, tx->data.data + PAYLOAD_SELECTOR_SIZE, of_call * 32);
		count += of_call;
	}
	column_write_words(&e->columns, words, count, &e->addresses);
}

static void write_rests(struct encoder *e)
{
	for (size_t i = 0; i < e->count; i++) {
		const struct transaction *tx = e->transactions[i];
		size_t taken = is_call(tx) ? PAYLOAD_SELECTOR_SIZE + 32 * word_count(tx) : 0;

		if (tx->data.len > taken)
			column_write_bytes(&e->columns, tx->data.data + taken,
					   tx->data.len - taken);
	}
}

static void write_call_data(struct encoder *e)
{
	write_numbers(e, data_length_of);
	write_selectors(e);
	write_call_words(e);
	write_rests(e);
}

static void write_access_keys(struct encoder *e, size_t total)
{
	struct hash32 *keys = ARENA_ARRAY(e->arena, struct hash32, total);
	size_t count = 0;

	for (size_t i = 0; i < e->count; i++) {
		for (size_t j = 0; j < e->transactions[i]->access_list_count; j++) {
			const struct access_list_entry *entry = &e->transactions[i]->access_list[j];

			if (entry->storage_key_count > 0)
				memcpy(keys + count, entry->storage_keys,
				       entry->storage_key_count * sizeof(*keys));
			count += entry->storage_key_count;
		}
	}
	column_write_words(&e->columns, keys, total, &e->addresses);
}

static void write_access_entries(struct encoder *e, size_t total)
{
	struct hash32 *addresses = ARENA_ARRAY(e->arena, struct hash32, total);
	uint64_t *key_counts = ARENA_ARRAY(e->arena, uint64_t, total);
	size_t count = 0;
	size_t key_total = 0;

	for (size_t i = 0; i < e->count; i++) {
		for (size_t j = 0; j < e->transactions[i]->access_list_count; j++, count++) {
			const struct access_list_entry *entry = &e->transactions[i]->access_list[j];

			addresses[count] = key_of(entry->address.b, sizeof(entry->address.b));
			key_counts[count] = entry->storage_key_count;
			key_total += entry->storage_key_count;
		}
	}
	write_addresses(e, addresses, total);
	column_write_numbers(&e->columns, key_counts, total);
	write_access_keys(e, key_total);
}

static void write_access_lists(struct encoder *e)
{
	size_t count = 0;
	size_t total = 0;

	for (size_t i = 0; i < e->count; i++) {
		const struct transaction *tx = e->transactions[i];

		if (tx->type == TX_LEGACY)
			continue;
		e->numbers[count++] = tx->access_list_count;
		total += tx->access_list_count;
	}
	column_write_numbers(&e->columns, e->numbers, count);
	write_access_entries(e, total);
}

/* Every authorization of the payload in order. */
struct authorizations {
	const struct authorization **list;
	size_t count;
};

static struct authorizations write_authorization_counts(struct encoder *e)
{
	struct authorizations all = { NULL, 0 };
	size_t count = 0;
	size_t total = 0;

	for (size_t i = 0; i < e->count; i++) {
		if (e->transactions[i]->type != TX_SET_CODE)
			continue;
		e->numbers[count++] = e->transactions[i]->authorization_count;
		total += e->transactions[i]->authorization_count;
	}
	column_write_numbers(&e->columns, e->numbers, count);
	all.list = arena_calloc(e->arena, total, sizeof(*all.list));
	for (size_t i = 0; i < e->count; i++) {
		for (size_t j = 0; j < e->transactions[i]->authorization_count; j++)
			all.list[all.count++] = &e->transactions[i]->authorizations[j];
	}
	return all;
}

static struct authorizations write_authorizations(struct encoder *e)
{
	struct authorizations all = write_authorization_counts(e);
	struct hash32 *words = ARENA_ARRAY(e->arena, struct hash32, all.count);
	uint64_t *numbers = ARENA_ARRAY(e->arena, uint64_t, all.count);

	for (size_t i = 0; i < all.count; i++)
		u256_to_be(words[i].b, &all.list[i]->chain_id);
	column_write_amounts(&e->columns, words, all.count);
	for (size_t i = 0; i < all.count; i++)
		words[i] = key_of(all.list[i]->address.b, sizeof(all.list[i]->address.b));
	write_addresses(e, words, all.count);
	for (size_t i = 0; i < all.count; i++)
		numbers[i] = all.list[i]->nonce;
	column_write_numbers(&e->columns, numbers, all.count);
	for (size_t i = 0; i < all.count; i++)
		numbers[i] = all.list[i]->y_parity;
	column_write_numbers(&e->columns, numbers, all.count);
	return all;
}

static void write_signature(struct column_writer *w, const struct u256 *r, const struct u256 *s)
{
	uint8_t signature[PAYLOAD_SIGNATURE_SIZE];

	u256_to_be(signature, r);
	u256_to_be(signature + 32, s);
	column_write_bytes(w, signature, sizeof(signature));
}

static void write_parities(struct column_writer *w, const struct encoder *e)
{
	for (size_t i = 0; i < e->count; i += 8) {
		uint8_t byte = 0;

		for (size_t j = i; j < e->count && j < i + 8; j++)
			byte |= (uint8_t)((e->transactions[j]->y_parity & 1) << (j - i));
		column_write_bytes(w, &byte, 1);
	}
}

/* What comes before the columns, known once they are written. */
static void write_front(struct column_writer *w, const struct encoder *e, size_t block_count,
			const struct authorizations *all)
{
	struct payload_counts counts = { block_count, e->count, e->addresses.count, all->count };

	payload_counts_write(w, &counts);
	for (size_t i = 0; i < e->count; i++)
		write_signature(w, &e->transactions[i]->r, &e->transactions[i]->s);
	for (size_t i = 0; i < e->addresses.count; i++)
		column_write_bytes(w, e->addresses.keys[i].b, 20);
	for (size_t i = 0; i < all->count; i++)
		write_signature(w, &all->list[i]->r, &all->list[i]->s);
	write_parities(w, e);
}

struct bytes payload_encode_columns(struct arena *a, const struct payload *p, uint64_t chain_id)
{
	struct encoder e = { .arena = a };
	struct authorizations all;
	struct column_writer out;

	gather(&e, p, chain_id);
	first_use_init(&e.addresses, a);
	column_writer_init(&e.columns, a);
	write_blocks(&e, p);
	write_numbers(&e, kind_of);
	write_numbers(&e, nonce_of);
	write_numbers(&e, gas_limit_of);
	write_max_fees(&e);
	write_values(&e);
	write_priority_fees(&e);
	write_recipients(&e);
	write_call_data(&e);
	write_access_lists(&e);
	all = write_authorizations(&e);

	column_writer_init(&out, a);
	write_front(&out, &e, p->block_count, &all);
	column_write_bytes(&out, e.columns.data, e.columns.len);
	return bytes_of(out.data, out.len);
}
