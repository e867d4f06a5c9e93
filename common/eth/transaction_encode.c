#include "crypto/keccak.h"
#include "eth/transaction_format.h"

static void write_access_list(struct rlp_writer *w, const struct transaction *tx)
{
	size_t list = rlp_begin_list(w);

	for (size_t i = 0; i < tx->access_list_count; i++) {
		const struct access_list_entry *entry = &tx->access_list[i];
		size_t tuple = rlp_begin_list(w);

		rlp_write_string(w, bytes_of_address(&entry->address));
		rlp_write_hashes(w, entry->storage_keys, entry->storage_key_count);
		rlp_end_list(w, tuple);
	}
	rlp_end_list(w, list);
}

void authorization_write_message(struct rlp_writer *w, const struct authorization *auth)
{
	rlp_write_u256(w, &auth->chain_id);
	rlp_write_string(w, bytes_of_address(&auth->address));
	rlp_write_u64(w, auth->nonce);
}

static void write_authorizations(struct rlp_writer *w, const struct transaction *tx)
{
	size_t list = rlp_begin_list(w);

	for (size_t i = 0; i < tx->authorization_count; i++) {
		const struct authorization *auth = &tx->authorizations[i];
		size_t tuple = rlp_begin_list(w);

		authorization_write_message(w, auth);
		rlp_write_u64(w, auth->y_parity);
		rlp_write_u256(w, &auth->r);
		rlp_write_u256(w, &auth->s);
		rlp_end_list(w, tuple);
	}
	rlp_end_list(w, list);
}

static void write_to(struct rlp_writer *w, const struct transaction *tx)
{
	rlp_write_string(w, tx->is_creation ? bytes_of(NULL, 0) : bytes_of_address(&tx->to));
}

/* EIP-155: 27 or 28, or 35 or 36 and twice the chain id. */
static void write_v(struct rlp_writer *w, const struct transaction *tx)
{
	unsigned __int128 v = 27;
	struct u256 wide;

	if (tx->has_chain_id)
		v = 35 + (unsigned __int128)tx->chain_id * 2;
	v += tx->y_parity;
	wide = (struct u256){ { (uint64_t)v, (uint64_t)(v >> 64), 0, 0 } };
	rlp_write_u256(w, &wide);
}

static void write_field(struct rlp_writer *w, const struct transaction *tx, enum tx_field field)
{
	switch (field) {
	case TX_FIELD_CHAIN_ID:
		rlp_write_u64(w, tx->chain_id);
		break;
	case TX_FIELD_NONCE:
		rlp_write_u64(w, tx->nonce);
		break;
	case TX_FIELD_PRIORITY_FEE:
		rlp_write_u256(w, &tx->max_priority_fee_per_gas);
		break;
	case TX_FIELD_GAS_PRICE:
	case TX_FIELD_MAX_FEE:
		rlp_write_u256(w, &tx->max_fee_per_gas);
		break;
	case TX_FIELD_GAS_LIMIT:
		rlp_write_u64(w, tx->gas_limit);
		break;
	case TX_FIELD_TO:
	case TX_FIELD_CALLEE:
		write_to(w, tx);
		break;
	case TX_FIELD_VALUE:
		rlp_write_u256(w, &tx->value);
		break;
	case TX_FIELD_DATA:
		rlp_write_string(w, tx->data);
		break;
	case TX_FIELD_ACCESS_LIST:
		write_access_list(w, tx);
		break;
	case TX_FIELD_BLOB_FEE:
		rlp_write_u256(w, &tx->max_fee_per_blob_gas);
		break;
	case TX_FIELD_BLOB_HASHES:
		rlp_write_hashes(w, tx->blob_hashes, tx->blob_hash_count);
		break;
	case TX_FIELD_AUTHORIZATIONS:
		write_authorizations(w, tx);
		break;
	case TX_FIELD_V:
		write_v(w, tx);
		break;
	case TX_FIELD_Y_PARITY:
		rlp_write_u64(w, tx->y_parity);
		break;
	case TX_FIELD_R:
		rlp_write_u256(w, &tx->r);
		break;
	case TX_FIELD_S:
		rlp_write_u256(w, &tx->s);
		break;
	case TX_FIELD_SOURCE_HASH:
		rlp_write_string(w, bytes_of_hash(&tx->source_hash));
		break;
	case TX_FIELD_FROM:
		rlp_write_string(w, bytes_of_address(&tx->from));
		break;
	case TX_FIELD_MINT:
		rlp_write_u256(w, &tx->mint);
		break;
	case TX_FIELD_IS_SYSTEM:
		rlp_write_u64(w, tx->is_system);
		break;
	}
}

void tx_write_fields(struct rlp_writer *w, const struct transaction *tx, size_t count)
{
	const struct tx_format *format = tx_format_of(tx->type);

	for (size_t i = 0; i < count; i++)
		write_field(w, tx, format->fields[i]);
}

struct bytes tx_encode(struct arena *a, const struct transaction *tx)
{
	const struct tx_format *format = tx_format_of(tx->type);
	uint8_t type = (uint8_t)tx->type;
	struct rlp_writer w;
	size_t list;

	rlp_writer_init(&w, a);
	if (tx->type != TX_LEGACY)
		rlp_write_raw(&w, bytes_of(&type, 1));
	list = rlp_begin_list(&w);
	tx_write_fields(&w, tx, format->count);
	rlp_end_list(&w, list);
	return rlp_written(&w);
}

struct bytes tx_bytes(struct arena *a, const struct transaction *tx)
{
	return tx->raw.len > 0 ? tx->raw : tx_encode(a, tx);
}

void tx_finish(struct arena *scratch, struct transaction *tx)
{
	struct arena_mark mark = arena_mark(scratch);

	tx->hash = keccak256(tx_encode(scratch, tx));
	arena_reset(scratch, mark);
}
