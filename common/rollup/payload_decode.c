/* payload_decode: columns to blocks.  Reads in the order that payload_columns.h
 * describes.  What it lets through is what tx_decode() lets through: each
 * transaction is put together, encoded, and decoded like one from a wallet. */
#include "rollup/payload.h"

#include "rollup/inflate.h"
#include "rollup/payload_columns.h"

struct decoder {
	struct arena *arena;
	struct column_reader columns;
	struct payload_counts counts;
	const uint8_t *signatures;
	const uint8_t *authority_signatures;
	const uint8_t *parities;
	struct address_list addresses;
	size_t budget; /* of call data, access lists and authorizations, in bytes */
	uint64_t chain_id;
	struct payload_block *blocks;
	struct transaction *transactions;
	size_t count; /* of transactions */
};

const char *payload_err_text(enum payload_err err)
{
	switch (err) {
	case PAYLOAD_OK:
		return "ok";
	case PAYLOAD_TOO_LARGE:
		return "longer than a payload may be";
	case PAYLOAD_BAD_VERSION:
		return "unknown version";
	case PAYLOAD_BAD_DEFLATE:
		return "not a DEFLATE stream, or it inflates to too much";
	case PAYLOAD_BAD_COLUMNS:
		return "malformed columns";
	case PAYLOAD_TOO_MANY_BLOCKS:
		return "too many blocks";
	}
	return "unknown";
}

static bool fail(struct decoder *d)
{
	d->columns.bad = true;
	return false;
}

/* Adds up `numbers`, `size` bytes each, within what is left of the budget;
 * after this the sum is safe to allocate for. */
static size_t sum_within_budget(struct decoder *d, const uint64_t *numbers, size_t count,
				size_t size)
{
	size_t sum = 0;

	for (size_t i = 0; i < count && !d->columns.bad; i++) {
		if (numbers[i] > d->budget / size) {
			(void)fail(d);
			return 0;
		}
		d->budget -= numbers[i] * size;
		sum += numbers[i];
	}
	return sum;
}

static bool fits(const struct column_reader *r, uint64_t count, size_t size)
{
	return !r->bad && count <= r->in.len / size;
}

static bool read_front(struct decoder *d)
{
	struct column_reader *r = &d->columns;
	struct payload_counts *c = &d->counts;

	payload_counts_read(r, c);
	if (!fits(r, c->transactions, PAYLOAD_SIGNATURE_SIZE) || !fits(r, c->addresses, 20) ||
	    !fits(r, c->authorizations, PAYLOAD_SIGNATURE_SIZE))
		return fail(d);
	d->count = (size_t)c->transactions;
	d->signatures = column_read_bytes(r, d->count * PAYLOAD_SIGNATURE_SIZE);
	d->addresses.count = (size_t)c->addresses;
	d->addresses.data = column_read_bytes(r, d->addresses.count * 20);
	d->authority_signatures =
	    column_read_bytes(r, (size_t)c->authorizations * PAYLOAD_SIGNATURE_SIZE);
	d->parities = column_read_bytes(r, (d->count + 7) / 8);
	if (!r->bad && d->count % 8 != 0 && d->parities[d->count / 8] >> (d->count % 8) != 0)
		return fail(d);
	return !r->bad;
}

/* Shares the transactions out among the blocks. */
static bool share_out(struct decoder *d, const uint64_t *counts)
{
	size_t next = 0;

	for (size_t b = 0; b < d->counts.blocks; b++) {
		if (counts[b] > d->count - next)
			return fail(d);
		d->blocks[b].transactions = d->transactions + next;
		d->blocks[b].transaction_count = (size_t)counts[b];
		next += (size_t)counts[b];
	}
	return next == d->count || fail(d);
}

static bool read_blocks(struct decoder *d)
{
	size_t count = (size_t)d->counts.blocks;
	const uint64_t *timestamps = column_read_numbers(&d->columns, count);
	const uint64_t *message_counts = column_read_numbers(&d->columns, count);
	const uint64_t *transaction_counts = column_read_numbers(&d->columns, count);

	if (d->columns.bad)
		return false;
	d->blocks = ARENA_ARRAY(d->arena, struct payload_block, count);
	d->transactions = ARENA_ARRAY(d->arena, struct transaction, d->count);
	for (size_t b = 0; b < count; b++) {
		if (message_counts[b] > UINT32_MAX)
			return fail(d);
		d->blocks[b].timestamp = timestamps[b];
		d->blocks[b].message_count = (uint32_t)message_counts[b];
	}
	return share_out(d, transaction_counts);
}

static bool set_kind(struct transaction *tx, uint64_t kind)
{
	uint64_t type = kind & PAYLOAD_KIND_TYPE_MASK;

	if (kind > (PAYLOAD_KIND_TYPE_MASK | PAYLOAD_KIND_CREATION) || type > TX_SET_CODE)
		return false;
	tx->is_creation = (kind & PAYLOAD_KIND_CREATION) != 0;
	tx->has_chain_id = type != PAYLOAD_KIND_NO_CHAIN_ID;
	tx->type = tx->has_chain_id ? (enum tx_type)type : TX_LEGACY;
	return true;
}

static bool has_priority_fee(const struct transaction *tx)
{
	return tx->type == TX_DYNAMIC_FEE || tx->type == TX_SET_CODE;
}

static bool read_kinds(struct decoder *d)
{
	const uint64_t *kinds = column_read_numbers(&d->columns, d->count);

	for (size_t i = 0; i < d->count; i++) {
		struct transaction *tx = &d->transactions[i];
		const uint8_t *signature = d->signatures + i * PAYLOAD_SIGNATURE_SIZE;

		if (!set_kind(tx, kinds[i]))
			return fail(d);
		tx->chain_id = tx->has_chain_id ? d->chain_id : 0;
		tx->r = u256_from_be(signature, 32);
		tx->s = u256_from_be(signature + 32, 32);
		tx->y_parity = d->parities[i / 8] >> (i % 8) & 1;
	}
	return !d->columns.bad;
}

static void read_numbers_and_fees(struct decoder *d)
{
	const uint64_t *nonces = column_read_numbers(&d->columns, d->count);
	const uint64_t *gas_limits = column_read_numbers(&d->columns, d->count);
	const struct u256 *max_fees = column_read_amounts(&d->columns, d->count);
	const struct u256 *values = column_read_amounts(&d->columns, d->count);

	for (size_t i = 0; i < d->count; i++) {
		struct transaction *tx = &d->transactions[i];

		tx->nonce = nonces[i];
		tx->gas_limit = gas_limits[i];
		tx->max_fee_per_gas = max_fees[i];
		tx->max_priority_fee_per_gas = max_fees[i];
		tx->value = values[i];
	}
}

static void read_priority_fees(struct decoder *d)
{
	const struct u256 *fees;
	size_t count = 0;

	for (size_t i = 0; i < d->count; i++)
		count += has_priority_fee(&d->transactions[i]);
	fees = column_read_amounts(&d->columns, count);
	for (size_t i = 0; i < d->count; i++) {
		if (has_priority_fee(&d->transactions[i]))
			d->transactions[i].max_priority_fee_per_gas = *fees++;
	}
}

static const uint32_t *read_addresses(struct decoder *d, size_t count)
{
	return column_read_references(&d->columns, count, &d->addresses.used, d->addresses.count);
}

static void copy_address(const struct decoder *d, struct address *to, uint32_t index)
{
	memcpy(to->b, d->addresses.data + (size_t)20 * index, 20);
}

static bool read_recipients(struct decoder *d)
{
	const uint32_t *indexes;
	size_t count = 0;

	for (size_t i = 0; i < d->count; i++)
		count += !d->transactions[i].is_creation;
	indexes = read_addresses(d, count);
	if (d->columns.bad)
		return false;
	for (size_t i = 0; i < d->count; i++) {
		if (!d->transactions[i].is_creation)
			copy_address(d, &d->transactions[i].to, *indexes++);
	}
	return true;
}

static bool is_call(const struct transaction *tx)
{
	return !tx->is_creation && tx->data.len >= PAYLOAD_SELECTOR_SIZE;
}

static size_t word_count(const struct transaction *tx)
{
	return is_call(tx) ? (tx->data.len - PAYLOAD_SELECTOR_SIZE) / 32 : 0;
}

/* One run of memory that the call data of all transactions is filled into. */
static uint8_t *read_data_lengths(struct decoder *d)
{
	const uint64_t *lengths = column_read_numbers(&d->columns, d->count);
	size_t sum = sum_within_budget(d, lengths, d->count, 1);
	uint8_t *data = arena_alloc(d->arena, sum);
	uint8_t *next = data;

	for (size_t i = 0; i < d->count && !d->columns.bad; i++) {
		d->transactions[i].data = bytes_of(next, (size_t)lengths[i]);
		next += lengths[i];
	}
	return data;
}

/* Selectors into the front of each call's data. */
static void read_selectors(struct decoder *d, uint8_t *data)
{
	size_t call_count = 0;
	size_t used = 0;
	const uint32_t *indexes;
	const uint8_t *selectors;

	for (size_t i = 0; i < d->count; i++)
		call_count += is_call(&d->transactions[i]);
	indexes = column_read_references(&d->columns, call_count, &used, call_count);
	selectors = column_read_bytes(&d->columns, used * PAYLOAD_SELECTOR_SIZE);
	for (size_t i = 0; i < d->count && !d->columns.bad; i++) {
		const struct transaction *tx = &d->transactions[i];

		if (is_call(tx))
			memcpy(data, selectors + (size_t)PAYLOAD_SELECTOR_SIZE * *indexes++,
			       PAYLOAD_SELECTOR_SIZE);
		data += tx->data.len;
	}
}

static void read_call_words(struct decoder *d, uint8_t *data)
{
	const struct hash32 *words;
	size_t total = 0;

	for (size_t i = 0; i < d->count; i++)
		total += word_count(&d->transactions[i]);
	words = column_read_words(&d->columns, total, &d->addresses);
	for (size_t i = 0; i < d->count; i++) {
		const struct transaction *tx = &d->transactions[i];
		size_t count = word_count(tx);

		if (count > 0)
			memcpy(data + PAYLOAD_SELECTOR_SIZE, words, count * sizeof(*words));
		words += count;
		data += tx->data.len;
	}
}

static void read_rests(struct decoder *d, uint8_t *data)
{
	for (size_t i = 0; i < d->count && !d->columns.bad; i++) {
		const struct transaction *tx = &d->transactions[i];
		size_t taken = is_call(tx) ? PAYLOAD_SELECTOR_SIZE + 32 * word_count(tx) : 0;
		const uint8_t *rest = column_read_bytes(&d->columns, tx->data.len - taken);

		if (rest != NULL && tx->data.len > taken)
			memcpy(data + taken, rest, tx->data.len - taken);
		data += tx->data.len;
	}
}

static bool read_call_data(struct decoder *d)
{
	uint8_t *data = read_data_lengths(d);

	if (d->columns.bad)
		return false;
	read_selectors(d, data);
	read_call_words(d, data);
	read_rests(d, data);
	return !d->columns.bad;
}

/* Entries of all transactions, with their addresses and keys. */
static struct access_list_entry *read_access_entries(struct decoder *d, size_t count)
{
	struct access_list_entry *entries = ARENA_ARRAY(d->arena, struct access_list_entry, count);
	const uint32_t *addresses = read_addresses(d, count);
	const uint64_t *key_counts = column_read_numbers(&d->columns, count);
	size_t key_total = sum_within_budget(d, key_counts, count, sizeof(struct hash32));
	const struct hash32 *keys = column_read_words(&d->columns, key_total, &d->addresses);

	for (size_t i = 0; i < count && !d->columns.bad; i++) {
		copy_address(d, &entries[i].address, addresses[i]);
		entries[i].storage_keys = keys;
		entries[i].storage_key_count = (size_t)key_counts[i];
		keys += key_counts[i];
	}
	return entries;
}

static bool read_access_lists(struct decoder *d)
{
	const struct access_list_entry *entries;
	const uint64_t *counts;
	size_t with_list = 0;
	size_t total;

	for (size_t i = 0; i < d->count; i++)
		with_list += d->transactions[i].type != TX_LEGACY;
	counts = column_read_numbers(&d->columns, with_list);
	total = sum_within_budget(d, counts, with_list, sizeof(struct address));
	entries = read_access_entries(d, total);
	if (d->columns.bad)
		return false;
	for (size_t i = 0; i < d->count; i++) {
		struct transaction *tx = &d->transactions[i];

		if (tx->type == TX_LEGACY)
			continue;
		tx->access_list = entries;
		tx->access_list_count = (size_t)*counts++;
		entries += tx->access_list_count;
	}
	return true;
}

static bool authorization_set(const struct decoder *d, struct authorization *list, size_t i,
			      uint64_t y_parity)
{
	const uint8_t *signature = d->authority_signatures + i * PAYLOAD_SIGNATURE_SIZE;

	list[i].r = u256_from_be(signature, 32);
	list[i].s = u256_from_be(signature + 32, 32);
	list[i].y_parity = (uint8_t)y_parity;
	return y_parity <= UINT8_MAX;
}

static struct authorization *read_authorization_list(struct decoder *d, size_t count)
{
	struct authorization *list = ARENA_ARRAY(d->arena, struct authorization, count);
	const struct u256 *chain_ids = column_read_amounts(&d->columns, count);
	const uint32_t *addresses = read_addresses(d, count);
	const uint64_t *nonces = column_read_numbers(&d->columns, count);
	const uint64_t *parities = column_read_numbers(&d->columns, count);

	for (size_t i = 0; i < count && !d->columns.bad; i++) {
		list[i].chain_id = chain_ids[i];
		copy_address(d, &list[i].address, addresses[i]);
		list[i].nonce = nonces[i];
		if (!authorization_set(d, list, i, parities[i]))
			(void)fail(d);
	}
	return list;
}

static bool read_authorizations(struct decoder *d)
{
	const struct authorization *list;
	const uint64_t *counts;
	size_t with_list = 0;
	size_t next = 0;

	for (size_t i = 0; i < d->count; i++)
		with_list += d->transactions[i].type == TX_SET_CODE;
	counts = column_read_numbers(&d->columns, with_list);
	list = read_authorization_list(d, (size_t)d->counts.authorizations);
	if (d->columns.bad)
		return false;
	for (size_t i = 0; i < d->count; i++) {
		struct transaction *tx = &d->transactions[i];

		if (tx->type != TX_SET_CODE)
			continue;
		if (*counts > d->counts.authorizations - next)
			return fail(d);
		tx->authorizations = list + next;
		tx->authorization_count = (size_t)*counts++;
		next += tx->authorization_count;
	}
	return next == d->counts.authorizations || fail(d);
}

/* The rules of tx_decode(), and what it sets. */
static bool check_transactions(struct decoder *d)
{
	for (size_t i = 0; i < d->count; i++) {
		struct transaction *tx = &d->transactions[i];
		struct bytes raw = tx_encode(d->arena, tx);

		if (tx_decode(d->arena, tx, raw) != TX_DECODE_OK)
			return false;
	}
	return true;
}

static bool decode_columns(struct decoder *d)
{
	if (!read_front(d) || !read_blocks(d) || !read_kinds(d))
		return false;
	read_numbers_and_fees(d);
	read_priority_fees(d);
	return read_recipients(d) && read_call_data(d) && read_access_lists(d) &&
	       read_authorizations(d) && d->columns.in.len == 0 &&
	       d->addresses.used == d->addresses.count && check_transactions(d);
}

/* Looks at the counts only: they come first. */
static bool has_too_many_blocks(struct bytes inflated)
{
	struct column_reader r = { .in = inflated };
	struct payload_counts counts;

	payload_counts_read(&r, &counts);
	return !r.bad && counts.blocks > PAYLOAD_MAX_BLOCKS;
}

enum payload_err payload_decode(struct arena *a, struct payload *p, uint64_t chain_id,
				struct bytes raw)
{
	struct decoder d = { .arena = a, .chain_id = chain_id, .budget = PAYLOAD_MAX_INFLATED };
	struct bytes inflated;

	*p = (struct payload){ NULL, 0 };
	if (raw.len > PAYLOAD_MAX_BYTES)
		return PAYLOAD_TOO_LARGE;
	if (raw.len == 0)
		return PAYLOAD_OK;
	if (raw.data[0] != PAYLOAD_VERSION)
		return PAYLOAD_BAD_VERSION;
	if (inflate_stream(a, bytes_of(raw.data + 1, raw.len - 1), PAYLOAD_MAX_INFLATED,
			   &inflated) != INFLATE_OK)
		return PAYLOAD_BAD_DEFLATE;
	if (has_too_many_blocks(inflated))
		return PAYLOAD_TOO_MANY_BLOCKS;
	d.columns = (struct column_reader){ .arena = a, .in = inflated };
	if (!decode_columns(&d))
		return PAYLOAD_BAD_COLUMNS;
	*p = (struct payload){ d.blocks, (size_t)d.counts.blocks };
	return PAYLOAD_OK;
}
