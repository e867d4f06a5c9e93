/* One table says what a header is; both directions follow it. */
#include "eth/header.h"

#include "crypto/keccak.h"
#include "eth/rlp.h"

const struct hash32 header_empty_ommers_hash = {
	{ 0x1d, 0xcc, 0x4d, 0xe8, 0xde, 0xc7, 0x5d, 0x7a, 0xab, 0x85, 0xb5,
	  0x67, 0xb6, 0xcc, 0xd4, 0x1a, 0xd3, 0x12, 0x45, 0x1b, 0x94, 0x8a,
	  0x74, 0x13, 0xf0, 0xa1, 0x42, 0xfd, 0x40, 0xd4, 0x93, 0x47 }
};

const struct hash32 header_empty_requests_hash = {
	{ 0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
	  0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
	  0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55 }
};

enum header_field_kind {
	FIELD_FIXED, /* `size` bytes */
	FIELD_U64,
	FIELD_U256,
	FIELD_EXTRA_DATA,
};

struct header_field {
	enum header_field_kind kind;
	size_t offset;
	size_t size;
};

#define FIELD(kind, name)                                                                          \
	{                                                                                          \
		kind, offsetof(struct header, name), sizeof(((struct header *)NULL)->name)         \
	}

/* Yellow paper 4.3; EIP-1559, 4399, 4895, 4844, 4788, 7685. */
static const struct header_field header_fields[] = {
	FIELD(FIELD_FIXED, parent_hash),
	FIELD(FIELD_FIXED, ommers_hash),
	FIELD(FIELD_FIXED, coinbase),
	FIELD(FIELD_FIXED, state_root),
	FIELD(FIELD_FIXED, transactions_root),
	FIELD(FIELD_FIXED, receipts_root),
	FIELD(FIELD_FIXED, logs_bloom),
	FIELD(FIELD_U256, difficulty),
	FIELD(FIELD_U64, number),
	FIELD(FIELD_U64, gas_limit),
	FIELD(FIELD_U64, gas_used),
	FIELD(FIELD_U64, timestamp),
	FIELD(FIELD_EXTRA_DATA, extra_data),
	FIELD(FIELD_FIXED, prev_randao),
	FIELD(FIELD_FIXED, nonce),
	FIELD(FIELD_U256, base_fee),
	FIELD(FIELD_FIXED, withdrawals_root),
	FIELD(FIELD_U64, blob_gas_used),
	FIELD(FIELD_U64, excess_blob_gas),
	FIELD(FIELD_FIXED, parent_beacon_block_root),
	FIELD(FIELD_FIXED, requests_hash),
};

#define HEADER_FIELDS (sizeof(header_fields) / sizeof(header_fields[0]))

static void write_field(struct rlp_writer *w, const struct header *h, const struct header_field *f)
{
	const void *value = (const uint8_t *)h + f->offset;

	switch (f->kind) {
	case FIELD_FIXED:
		rlp_write_string(w, bytes_of(value, f->size));
		break;
	case FIELD_U64:
		rlp_write_u64(w, *(const uint64_t *)value);
		break;
	case FIELD_U256:
		rlp_write_u256(w, value);
		break;
	case FIELD_EXTRA_DATA:
		rlp_write_string(w, bytes_of(h->extra_data, h->extra_data_len));
		break;
	}
}

static bool read_extra_data(struct header *h, struct bytes *in)
{
	struct bytes data;

	if (!rlp_next_string(in, &data) || data.len > HEADER_EXTRA_DATA_MAX)
		return false;
	memset(h->extra_data, 0, sizeof(h->extra_data));
	memcpy(h->extra_data, data.data, data.len);
	h->extra_data_len = data.len;
	return true;
}

static bool read_field(struct header *h, struct bytes *in, const struct header_field *f)
{
	void *value = (uint8_t *)h + f->offset;

	switch (f->kind) {
	case FIELD_FIXED:
		return rlp_next_fixed(in, value, f->size);
	case FIELD_U64:
		return rlp_next_u64(in, value);
	case FIELD_U256:
		return rlp_next_u256(in, value);
	case FIELD_EXTRA_DATA:
		return read_extra_data(h, in);
	}
	return false;
}

struct bytes header_encode(struct arena *a, const struct header *h)
{
	struct rlp_writer w;
	size_t list;

	rlp_writer_init(&w, a);
	list = rlp_begin_list(&w);
	for (size_t i = 0; i < HEADER_FIELDS; i++)
		write_field(&w, h, &header_fields[i]);
	rlp_end_list(&w, list);
	return rlp_written(&w);
}

bool header_decode(struct header *h, struct bytes rlp)
{
	struct bytes fields;

	if (!rlp_next_list(&rlp, &fields) || rlp.len)
		return false;
	for (size_t i = 0; i < HEADER_FIELDS; i++)
		if (!read_field(h, &fields, &header_fields[i]))
			return false;
	return fields.len == 0;
}

struct hash32 header_hash(struct arena *scratch, const struct header *h)
{
	struct arena_mark mark = arena_mark(scratch);
	struct hash32 hash = keccak256(header_encode(scratch, h));

	arena_reset(scratch, mark);
	return hash;
}
