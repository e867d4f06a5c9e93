#include "eth/rlp.h"

#define RLP_WRITER_FIRST_CAPACITY 128

void rlp_writer_init(struct rlp_writer *w, struct arena *a)
{
	*w = (struct rlp_writer){ .arena = a };
}

/* Makes room for `more` bytes, and counts them as written. */
static uint8_t *rlp_extend(struct rlp_writer *w, size_t more)
{
	size_t capacity = w->capacity ? w->capacity : RLP_WRITER_FIRST_CAPACITY;
	uint8_t *at;

	if (more > w->capacity - w->len) {
		/* More than the address space holds is out of memory. */
		if (more > SIZE_MAX / 4)
			capacity = SIZE_MAX;
		while (capacity - w->len < more)
			capacity *= 2;
		w->data = w->data ? arena_grow(w->arena, w->data, w->capacity, capacity)
				  : arena_alloc(w->arena, capacity);
		w->capacity = capacity;
	}
	at = w->data + w->len;
	w->len += more;
	return at;
}

/* Bytes that `v` takes in big-endian without leading zeros. */
static size_t be_length(uint64_t v)
{
	return v ? (64 - u256_limb_leading_zeros(v) + 7) / 8 : 0;
}

static void be_store(uint8_t *out, uint64_t v, size_t len)
{
	for (size_t i = len; i-- > 0; v >>= 8)
		out[i] = (uint8_t)v;
}

static size_t header_length(size_t payload)
{
	return payload <= 55 ? 1 : 1 + be_length(payload);
}

/* The header of a string (base 0x80) or list (base 0xc0). */
static void store_header(uint8_t *out, uint8_t base, size_t payload)
{
	size_t digits;

	if (payload <= 55) {
		out[0] = (uint8_t)(base + payload);
		return;
	}
	digits = be_length(payload);
	out[0] = (uint8_t)(base + 55 + digits);
	be_store(out + 1, payload, digits);
}

void rlp_write_raw(struct rlp_writer *w, struct bytes encoded)
{
	if (encoded.len)
		memcpy(rlp_extend(w, encoded.len), encoded.data, encoded.len);
}

void rlp_write_string(struct rlp_writer *w, struct bytes b)
{
	if (b.len != 1 || b.data[0] >= 0x80)
		store_header(rlp_extend(w, header_length(b.len)), 0x80, b.len);
	rlp_write_raw(w, b);
}

void rlp_write_u64(struct rlp_writer *w, uint64_t v)
{
	size_t len = be_length(v);
	uint8_t *out;

	if (v && v < 0x80) {
		*rlp_extend(w, 1) = (uint8_t)v;
		return;
	}
	out = rlp_extend(w, 1 + len);
	out[0] = (uint8_t)(0x80 + len);
	be_store(out + 1, v, len);
}

void rlp_write_u256(struct rlp_writer *w, const struct u256 *v)
{
	uint8_t digits[32];
	size_t len = (u256_bit_length(v) + 7) / 8;

	u256_to_be(digits, v);
	rlp_write_string(w, bytes_of(digits + 32 - len, len));
}

/* The header's first byte is left open; most lists that need more of it are
 * short enough to be moved cheaply. */
size_t rlp_begin_list(struct rlp_writer *w)
{
	size_t begun = w->len;

	(void)rlp_extend(w, 1);
	return begun;
}

void rlp_end_list(struct rlp_writer *w, size_t begun)
{
	size_t payload = w->len - begun - 1;
	size_t header = header_length(payload);

	if (header > 1) {
		(void)rlp_extend(w, header - 1);
		memmove(w->data + begun + header, w->data + begun + 1, payload);
	}
	store_header(w->data + begun, 0xc0, payload);
}

void rlp_write_hashes(struct rlp_writer *w, const struct hash32 *hashes, size_t count)
{
	size_t list = rlp_begin_list(w);

	for (size_t i = 0; i < count; i++)
		rlp_write_string(w, bytes_of_hash(&hashes[i]));
	rlp_end_list(w, list);
}

struct bytes rlp_written(const struct rlp_writer *w)
{
	return bytes_of(w->data, w->len);
}
