#include "eth/receipt.h"

#include "eth/rlp.h"

#define LOG_TOPICS_MAX 4
/* OP Stack, Canyon: the receipt of a deposit carries its nonce and this. */
#define DEPOSIT_RECEIPT_VERSION 1

static void write_log(struct rlp_writer *w, const struct log *log)
{
	size_t list = rlp_begin_list(w);

	rlp_write_string(w, bytes_of_address(&log->address));
	rlp_write_hashes(w, log->topics, log->topic_count);
	rlp_write_string(w, log->data);
	rlp_end_list(w, list);
}

struct bytes receipt_encode(struct arena *a, const struct receipt *r)
{
	uint8_t type = (uint8_t)r->type;
	struct rlp_writer w;
	size_t list, logs;

	rlp_writer_init(&w, a);
	if (r->type != TX_LEGACY)
		rlp_write_raw(&w, bytes_of(&type, 1));
	list = rlp_begin_list(&w);
	rlp_write_u64(&w, r->success);
	rlp_write_u64(&w, r->cumulative_gas_used);
	rlp_write_string(&w, bytes_of(r->bloom.b, BLOOM_SIZE));
	logs = rlp_begin_list(&w);
	for (size_t i = 0; i < r->log_count; i++)
		write_log(&w, &r->logs[i]);
	rlp_end_list(&w, logs);
	if (r->type == TX_DEPOSIT) {
		rlp_write_u64(&w, r->deposit_nonce);
		rlp_write_u64(&w, DEPOSIT_RECEIPT_VERSION);
	}
	rlp_end_list(&w, list);
	return rlp_written(&w);
}

static bool read_log(struct arena *a, struct log *log, struct bytes *in)
{
	struct bytes fields;

	return rlp_next_list(in, &fields) &&
	       rlp_next_fixed(&fields, log->address.b, sizeof(log->address.b)) &&
	       rlp_next_hashes(a, &fields, &log->topics, &log->topic_count) &&
	       log->topic_count <= LOG_TOPICS_MAX && rlp_next_string(&fields, &log->data) &&
	       fields.len == 0;
}

static bool read_logs(struct arena *a, struct receipt *r, struct bytes *in)
{
	struct bytes items;
	struct log *logs;

	if (!rlp_next_list(in, &items) || !rlp_count(items, &r->log_count))
		return false;
	logs = ARENA_ARRAY(a, struct log, r->log_count);
	for (size_t i = 0; i < r->log_count; i++)
		if (!read_log(a, &logs[i], &items))
			return false;
	r->logs = logs;
	return true;
}

/* What a deposit's receipt has at its end. */
static bool read_deposit_fields(struct receipt *r, struct bytes *fields)
{
	uint64_t version;

	return rlp_next_u64(fields, &r->deposit_nonce) && rlp_next_u64(fields, &version) &&
	       version == DEPOSIT_RECEIPT_VERSION;
}

/* Takes the type byte off, where there is one. */
static bool read_type(enum tx_type *type, struct bytes *raw)
{
	if (raw->len == 0)
		return false;
	*type = TX_LEGACY;
	if (raw->data[0] >= 0xc0)
		return true;
	*type = (enum tx_type)raw->data[0];
	*raw = bytes_of(raw->data + 1, raw->len - 1);
	switch (*type) {
	case TX_ACCESS_LIST:
	case TX_DYNAMIC_FEE:
	case TX_BLOB:
	case TX_SET_CODE:
	case TX_DEPOSIT:
		return true;
	case TX_LEGACY:
		break;
	}
	return false;
}

bool receipt_decode(struct arena *a, struct receipt *r, struct bytes raw)
{
	struct bytes fields;
	uint64_t status;

	*r = (struct receipt){ .type = TX_LEGACY };
	if (!read_type(&r->type, &raw) || !rlp_next_list(&raw, &fields) || raw.len)
		return false;
	if (!rlp_next_u64(&fields, &status) || status > 1 ||
	    !rlp_next_u64(&fields, &r->cumulative_gas_used) ||
	    !rlp_next_fixed(&fields, r->bloom.b, BLOOM_SIZE) || !read_logs(a, r, &fields))
		return false;
	r->success = status;
	if (r->type == TX_DEPOSIT && !read_deposit_fields(r, &fields))
		return false;
	return fields.len == 0;
}
