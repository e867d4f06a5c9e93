/* entry: the fixed byte forms of inbox entries and of the position that a
 * header keeps in its extraData. */
#include "rollup/entry.h"

#include "crypto/keccak.h"

void entry_encode(uint8_t out[ENTRY_SIZE], const struct entry *e)
{
	memcpy(out, e->payload_hash.b, 32);
	be64_store(out + 32, e->queue_from);
	be64_store(out + 40, e->queue_to);
	memcpy(out + 48, e->queue_link.b, 32);
	be64_store(out + 80, e->l1_block_number);
	be64_store(out + 88, e->l1_timestamp);
}

bool entry_decode(struct entry *e, struct bytes raw)
{
	if (raw.len != ENTRY_SIZE)
		return false;
	memcpy(e->payload_hash.b, raw.data, 32);
	e->queue_from = be64_load(raw.data + 32);
	e->queue_to = be64_load(raw.data + 40);
	memcpy(e->queue_link.b, raw.data + 48, 32);
	e->l1_block_number = be64_load(raw.data + 80);
	e->l1_timestamp = be64_load(raw.data + 88);
	return e->queue_from <= e->queue_to;
}

struct hash32 entry_link(const struct hash32 *before, const struct entry *e)
{
	uint8_t linked[32 + ENTRY_SIZE];

	memcpy(linked, before->b, 32);
	entry_encode(linked + 32, e);
	return keccak256(bytes_of(linked, sizeof(linked)));
}

enum {
	POSITION_VERSION = 0x00,
	POSITION_IN_TAIL = 0x01,
};

void position_encode(struct header *h, const struct position *p)
{
	uint8_t *out = h->extra_data;

	out[0] = POSITION_VERSION;
	out[1] = p->in_tail ? POSITION_IN_TAIL : 0;
	be64_store(out + 2, p->entry);
	be32_store(out + 10, p->blocks_taken);
	be64_store(out + 14, p->queue_next);
	h->extra_data_len = POSITION_SIZE;
}

bool position_decode(struct position *p, const struct header *h)
{
	const uint8_t *in = h->extra_data;

	if (h->extra_data_len != POSITION_SIZE || in[0] != POSITION_VERSION ||
	    (in[1] & ~POSITION_IN_TAIL) != 0)
		return false;
	p->in_tail = in[1] == POSITION_IN_TAIL;
	p->entry = be64_load(in + 2);
	p->blocks_taken = be32_load(in + 10);
	p->queue_next = be64_load(in + 14);
	return true;
}
