#include "crypto/keccak.h"
#include "eth/transaction_format.h"

/* Readers take the whole of one field's item, which is canonical itself and a
 * string or list as it should be; false: its value is out of range. */

static bool read_u64(uint64_t *out, struct bytes in)
{
	return rlp_next_u64(&in, out);
}

static bool read_u256(struct u256 *out, struct bytes in)
{
	return rlp_next_u256(&in, out);
}

static bool read_string(struct bytes *out, struct bytes in)
{
	return rlp_next_string(&in, out);
}

/* EIP-2681: a nonce stays below 2^64 - 1. */
static bool read_nonce(uint64_t *nonce, struct bytes in)
{
	return read_u64(nonce, in) && *nonce != UINT64_MAX;
}

static bool read_bool(bool *out, struct bytes in)
{
	uint64_t v;

	if (!read_u64(&v, in) || v > 1)
		return false;
	*out = v;
	return true;
}

static bool read_gas_price(struct transaction *tx, struct bytes in)
{
	if (!read_u256(&tx->max_fee_per_gas, in))
		return false;
	tx->max_priority_fee_per_gas = tx->max_fee_per_gas;
	return true;
}

static bool read_callee(struct transaction *tx, struct bytes in)
{
	return rlp_next_fixed(&in, tx->to.b, sizeof(tx->to.b));
}

static bool read_to(struct transaction *tx, struct bytes in)
{
	struct bytes to;

	if (read_string(&to, in) && to.len == 0) {
		tx->is_creation = true;
		return true;
	}
	return read_callee(tx, in);
}

static bool read_from(struct transaction *tx, struct bytes in)
{
	tx->has_from = true;
	return rlp_next_fixed(&in, tx->from.b, sizeof(tx->from.b));
}

/* The shortest items of these lists: an address with no keys, a tuple of zeros.
 * So a stranger's list can't ask for much more memory than it has bytes. */
#define ACCESS_LIST_ENTRY_MIN 23
#define AUTHORIZATION_MIN     27

/* The inside of a list, and how many items it has. */
static bool read_list(struct bytes *items, size_t *count, struct bytes in, size_t item_min)
{
	return rlp_next_list(&in, items) && rlp_count(*items, count) &&
	       *count <= items->len / item_min;
}

static bool read_access_list_entry(struct arena *a, struct access_list_entry *entry,
				   struct bytes *in)
{
	struct bytes fields;

	return rlp_next_list(in, &fields) &&
	       rlp_next_fixed(&fields, entry->address.b, sizeof(entry->address.b)) &&
	       rlp_next_hashes(a, &fields, &entry->storage_keys, &entry->storage_key_count) &&
	       fields.len == 0;
}

static bool read_access_list(struct arena *a, struct transaction *tx, struct bytes in)
{
	struct access_list_entry *entries;
	struct bytes items;

	if (!read_list(&items, &tx->access_list_count, in, ACCESS_LIST_ENTRY_MIN))
		return false;
	entries = ARENA_ARRAY(a, struct access_list_entry, tx->access_list_count);
	for (size_t i = 0; i < tx->access_list_count; i++)
		if (!read_access_list_entry(a, &entries[i], &items))
			return false;
	tx->access_list = entries;
	return true;
}

/* EIP-7702 bounds each number by its width only: "chain_id < 2**256, nonce <
 * 2**64, len(address) == 20, y_parity < 2**8, r < 2**256, s < 2**256". */
static bool read_authorization(struct authorization *auth, struct bytes *in)
{
	struct bytes fields;
	uint64_t y_parity;

	if (!rlp_next_list(in, &fields) || !rlp_next_u256(&fields, &auth->chain_id) ||
	    !rlp_next_fixed(&fields, auth->address.b, sizeof(auth->address.b)) ||
	    !rlp_next_u64(&fields, &auth->nonce) || !rlp_next_u64(&fields, &y_parity) ||
	    y_parity > UINT8_MAX || !rlp_next_u256(&fields, &auth->r) ||
	    !rlp_next_u256(&fields, &auth->s))
		return false;
	auth->y_parity = (uint8_t)y_parity;
	return fields.len == 0;
}

static bool read_authorizations(struct arena *a, struct transaction *tx, struct bytes in)
{
	struct authorization *auths;
	struct bytes items;

	if (!read_list(&items, &tx->authorization_count, in, AUTHORIZATION_MIN))
		return false;
	auths = ARENA_ARRAY(a, struct authorization, tx->authorization_count);
	for (size_t i = 0; i < tx->authorization_count; i++)
		if (!read_authorization(&auths[i], &items))
			return false;
	tx->authorizations = auths;
	return true;
}

static bool read_y_parity(uint8_t *y_parity, struct bytes in)
{
	bool odd;

	if (!read_bool(&odd, in))
		return false;
	*y_parity = odd;
	return true;
}

/* EIP-155, for chain ids of 64 bits. */
static bool read_v(struct transaction *tx, struct bytes in)
{
	struct u256 v, base = u256_from_u64(27);

	if (!read_u256(&v, in))
		return false;
	if (u256_sub_underflow(&v, &v, &base))
		return false;
	if (u256_fits_u64(&v) && v.limb[0] <= 1) {
		tx->y_parity = (uint8_t)v.limb[0];
		return true;
	}
	base = u256_from_u64(35 - 27);
	if (u256_sub_underflow(&v, &v, &base))
		return false;
	tx->y_parity = v.limb[0] & 1;
	u256_shr_bits(&v, &v, 1, 0);
	tx->has_chain_id = true;
	tx->chain_id = v.limb[0];
	return u256_fits_u64(&v);
}

static bool read_field(struct arena *a, struct transaction *tx, enum tx_field field,
		       struct bytes in)
{
	switch (field) {
	case TX_FIELD_CHAIN_ID:
		tx->has_chain_id = true;
		return read_u64(&tx->chain_id, in);
	case TX_FIELD_NONCE:
		return read_nonce(&tx->nonce, in);
	case TX_FIELD_GAS_PRICE:
		return read_gas_price(tx, in);
	case TX_FIELD_PRIORITY_FEE:
		return read_u256(&tx->max_priority_fee_per_gas, in);
	case TX_FIELD_MAX_FEE:
		return read_u256(&tx->max_fee_per_gas, in);
	case TX_FIELD_GAS_LIMIT:
		return read_u64(&tx->gas_limit, in);
	case TX_FIELD_TO:
		return read_to(tx, in);
	case TX_FIELD_CALLEE:
		return read_callee(tx, in);
	case TX_FIELD_VALUE:
		return read_u256(&tx->value, in);
	case TX_FIELD_DATA:
		return read_string(&tx->data, in);
	case TX_FIELD_ACCESS_LIST:
		return read_access_list(a, tx, in);
	case TX_FIELD_BLOB_FEE:
		return read_u256(&tx->max_fee_per_blob_gas, in);
	case TX_FIELD_BLOB_HASHES:
		return rlp_next_hashes(a, &in, &tx->blob_hashes, &tx->blob_hash_count);
	case TX_FIELD_AUTHORIZATIONS:
		return read_authorizations(a, tx, in);
	case TX_FIELD_V:
		return read_v(tx, in);
	case TX_FIELD_Y_PARITY:
		return read_y_parity(&tx->y_parity, in);
	case TX_FIELD_R:
		return read_u256(&tx->r, in);
	case TX_FIELD_S:
		return read_u256(&tx->s, in);
	case TX_FIELD_SOURCE_HASH:
		return rlp_next_fixed(&in, tx->source_hash.b, sizeof(tx->source_hash.b));
	case TX_FIELD_FROM:
		return read_from(tx, in);
	case TX_FIELD_MINT:
		return read_u256(&tx->mint, in);
	case TX_FIELD_IS_SYSTEM:
		return read_bool(&tx->is_system, in);
	}
	return false;
}

static enum rlp_kind kind_of(enum tx_field field)
{
	return field == TX_FIELD_ACCESS_LIST || field == TX_FIELD_BLOB_HASHES ||
		       field == TX_FIELD_AUTHORIZATIONS
		   ? RLP_LIST
		   : RLP_STRING;
}

static bool is_signature(enum tx_field field)
{
	return field == TX_FIELD_V || field == TX_FIELD_Y_PARITY || field == TX_FIELD_R ||
	       field == TX_FIELD_S;
}

static enum tx_decode_err decode_fields(struct arena *a, struct transaction *tx,
					const struct tx_format *format, struct bytes in)
{
	struct rlp_item item;

	for (size_t i = 0; i < format->count; i++) {
		enum tx_field field = format->fields[i];

		if (!rlp_next(&in, &item) || item.kind != kind_of(field))
			return TX_DECODE_BAD_RLP;
		if (!read_field(a, tx, field, item.whole))
			return is_signature(field) ? TX_DECODE_BAD_SIGNATURE : TX_DECODE_BAD_FIELD;
	}
	return in.len ? TX_DECODE_BAD_RLP : TX_DECODE_OK;
}

/* Takes the type byte off, where there is one (EIP-2718). */
static enum tx_decode_err decode_type(enum tx_type *type, struct bytes *in)
{
	uint8_t first;

	if (in->len == 0)
		return TX_DECODE_EMPTY;
	first = in->data[0];
	*type = TX_LEGACY;
	if (first >= 0xc0)
		return TX_DECODE_OK;
	/* EIP-2718: types are 0 to 0x7f; a legacy transaction is a list. */
	if (first > 0x7f)
		return TX_DECODE_BAD_RLP;
	if (first == TX_LEGACY || !tx_format_of((enum tx_type)first))
		return TX_DECODE_UNKNOWN_TYPE;
	*type = (enum tx_type)first;
	*in = bytes_of(in->data + 1, in->len - 1);
	return TX_DECODE_OK;
}

enum tx_decode_err tx_decode(struct arena *a, struct transaction *tx, struct bytes raw)
{
	struct bytes in = raw, fields;
	enum tx_decode_err err;

	memset(tx, 0, sizeof(*tx));
	err = decode_type(&tx->type, &in);
	if (err != TX_DECODE_OK)
		return err;
	if (!rlp_next_list(&in, &fields) || in.len)
		return TX_DECODE_BAD_RLP;
	err = decode_fields(a, tx, tx_format_of(tx->type), fields);
	if (err != TX_DECODE_OK)
		return err;
	if (tx->type != TX_DEPOSIT && !tx_signature_is_in_range(&tx->r, &tx->s))
		return TX_DECODE_BAD_SIGNATURE;
	tx->hash = keccak256(raw);
	tx->raw = raw;
	return TX_DECODE_OK;
}

const char *tx_decode_err_text(enum tx_decode_err err)
{
	switch (err) {
	case TX_DECODE_OK:
		return "ok";
	case TX_DECODE_EMPTY:
		return "transaction: empty";
	case TX_DECODE_UNKNOWN_TYPE:
		return "transaction: type not supported";
	case TX_DECODE_BAD_RLP:
		return "rlp: not canonical, or not the items of this type of transaction";
	case TX_DECODE_BAD_FIELD:
		return "transaction: a field is out of range";
	case TX_DECODE_BAD_SIGNATURE:
		return "transaction: v, r or s is out of range";
	}
	return "transaction: unknown error";
}
