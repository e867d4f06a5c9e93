/* payload_numbers: columns of integers, the form in which most of a payload is
 * written, and the counts in front.  Layout: payload_columns.h. */
#include "rollup/payload_columns.h"

enum number_form {
	FORM_CONSTANT = 0,
	FORM_OFFSET = 1,
	FORM_DIFFERENCE = 2,
};

#define VARINT_MAX_BYTES 10

void column_writer_init(struct column_writer *w, struct arena *a)
{
	w->arena = a;
	w->capacity = 4096;
	w->data = arena_alloc(a, w->capacity);
	w->len = 0;
}

void column_write_bytes(struct column_writer *w, const void *data, size_t len)
{
	if (len == 0)
		return;
	if (len > w->capacity - w->len) {
		size_t capacity = 2 * w->capacity + len;

		w->data = arena_grow(w->arena, w->data, w->capacity, capacity);
		w->capacity = capacity;
	}
	memcpy(w->data + w->len, data, len);
	w->len += len;
}

void column_write_varint(struct column_writer *w, uint64_t value)
{
	uint8_t encoded[VARINT_MAX_BYTES];
	size_t len = 0;

	for (; value >= 0x80; value >>= 7)
		encoded[len++] = (uint8_t)(value | 0x80);
	encoded[len++] = (uint8_t)value;
	column_write_bytes(w, encoded, len);
}

static void write_planes(struct column_writer *w, const uint64_t *values, size_t count)
{
	bool more = true;

	for (unsigned shift = 0; more && shift < 64; shift += 7) {
		more = false;
		for (size_t i = 0; i < count; i++) {
			uint64_t rest = values[i] >> shift;
			uint8_t byte = (uint8_t)(rest & 0x7f);

			if (shift > 0 && rest == 0)
				continue;
			if (rest >= 0x80) {
				byte |= 0x80;
				more = true;
			}
			column_write_bytes(w, &byte, 1);
		}
	}
}

static uint64_t smallest(const uint64_t *values, size_t count)
{
	uint64_t least = values[0];

	for (size_t i = 1; i < count; i++)
		least = values[i] < least ? values[i] : least;
	return least;
}

static bool all_equal(const uint64_t *values, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (values[i] != values[0])
			return false;
	}
	return true;
}

static uint64_t zigzag(uint64_t difference)
{
	return difference << 1 ^ (0 - (difference >> 63));
}

static uint64_t unzigzag(uint64_t coded)
{
	return coded >> 1 ^ (0 - (coded & 1));
}

/* 64 * log2(v), the fraction by a straight line. */
static uint64_t log2_64(uint64_t v)
{
	unsigned whole = 63 - u256_limb_leading_zeros(v);
	uint64_t fraction = whole >= 6 ? v >> (whole - 6) : v << (6 - whole);

	return 64 * whole + (fraction - 64);
}

/* A guess at what DEFLATE makes of it, in 64ths of a bit: Huffman codes, or
 * matches that end wherever a byte differs from the one before. */
static uint64_t compressed_cost(const uint8_t *data, size_t len)
{
	uint32_t occurrences[256] = { 0 };
	uint64_t changes = 1;
	uint64_t entropy = len * log2_64(len);

	for (size_t i = 0; i < len; i++) {
		occurrences[data[i]]++;
		changes += i > 0 && data[i] != data[i - 1];
	}
	for (unsigned symbol = 0; symbol < 256; symbol++) {
		if (occurrences[symbol] > 0)
			entropy -= occurrences[symbol] * log2_64(occurrences[symbol]);
	}
	changes *= (uint64_t)20 * 64;
	return entropy < changes ? entropy : changes;
}

static void write_form(struct column_writer *w, const uint64_t *values, size_t count,
		       enum number_form form)
{
	uint64_t *coded = ARENA_ARRAY(w->arena, uint64_t, count);
	uint64_t base = form == FORM_OFFSET ? smallest(values, count) : 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t before = i == 0 ? 0 : values[i - 1];

		coded[i] = form == FORM_OFFSET ? values[i] - base : zigzag(values[i] - before);
	}
	column_write_bytes(w, &(uint8_t){ (uint8_t)form }, 1);
	if (form == FORM_OFFSET)
		column_write_varint(w, base);
	write_planes(w, coded, count);
}

void column_write_numbers(struct column_writer *w, const uint64_t *values, size_t count)
{
	struct column_writer offsets;
	struct column_writer differences;
	const struct column_writer *better;

	if (count == 0)
		return;
	if (all_equal(values, count)) {
		column_write_bytes(w, &(uint8_t){ FORM_CONSTANT }, 1);
		column_write_varint(w, values[0]);
		return;
	}
	column_writer_init(&offsets, w->arena);
	write_form(&offsets, values, count, FORM_OFFSET);
	column_writer_init(&differences, w->arena);
	write_form(&differences, values, count, FORM_DIFFERENCE);
	better = compressed_cost(offsets.data, offsets.len) <=
			 compressed_cost(differences.data, differences.len)
		     ? &offsets
		     : &differences;
	column_write_bytes(w, better->data, better->len);
}

const uint8_t *column_read_bytes(struct column_reader *r, size_t len)
{
	const uint8_t *data = r->in.data;

	if (r->bad || len > r->in.len) {
		r->bad = true;
		return NULL;
	}
	if (len > 0)
		r->in = bytes_of(data + len, r->in.len - len);
	return data;
}

static uint8_t read_byte(struct column_reader *r)
{
	const uint8_t *byte = column_read_bytes(r, 1);

	return byte != NULL ? *byte : 0;
}

/* Adds the byte at `shift` to `*value`.  False when bits pass 2^64. */
static bool add_varint_byte(uint64_t *value, uint8_t byte, unsigned shift)
{
	if (shift == 63 && byte > 1)
		return false;
	*value |= (uint64_t)(byte & 0x7f) << shift;
	return true;
}

uint64_t column_read_varint(struct column_reader *r)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = read_byte(r);

		if (!add_varint_byte(&value, byte, shift))
			r->bad = true;
		if (byte < 0x80)
			return value;
	}
	return 0;
}

/* Values that have a byte in plane `shift` are those whose byte in the plane
 * before had bit 7 set; until it is read, that is noted in `open`. */
static void read_planes(struct column_reader *r, uint64_t *values, size_t count)
{
	uint8_t *open = arena_alloc(r->arena, count);
	size_t open_count = count;

	memset(open, 1, count);
	for (unsigned shift = 0; open_count > 0 && shift < 64 && !r->bad; shift += 7) {
		const uint8_t *plane = column_read_bytes(r, open_count);

		if (plane == NULL)
			return;
		for (size_t i = 0; i < count; i++) {
			if (!open[i])
				continue;
			r->bad |= !add_varint_byte(&values[i], *plane, shift);
			open[i] = *plane >> 7;
			open_count -= !open[i];
			plane++;
		}
	}
}

uint64_t *column_read_numbers(struct column_reader *r, size_t count)
{
	uint64_t *values = ARENA_ARRAY(r->arena, uint64_t, count);
	uint64_t base = 0;
	uint8_t form;

	if (count == 0)
		return values;
	form = read_byte(r);
	if (form > FORM_DIFFERENCE)
		r->bad = true;
	if (form != FORM_DIFFERENCE)
		base = column_read_varint(r);
	if (form != FORM_CONSTANT)
		read_planes(r, values, count);
	for (size_t i = 0; i < count; i++) {
		if (form == FORM_DIFFERENCE)
			values[i] = (i == 0 ? 0 : values[i - 1]) + unzigzag(values[i]);
		else if (__builtin_add_overflow(values[i], base, &values[i]))
			r->bad = true;
	}
	return values;
}

void payload_counts_write(struct column_writer *w, const struct payload_counts *counts)
{
	column_write_varint(w, counts->blocks);
	column_write_varint(w, counts->transactions);
	column_write_varint(w, counts->addresses);
	column_write_varint(w, counts->authorizations);
}

void payload_counts_read(struct column_reader *r, struct payload_counts *counts)
{
	counts->blocks = column_read_varint(r);
	counts->transactions = column_read_varint(r);
	counts->addresses = column_read_varint(r);
	counts->authorizations = column_read_varint(r);
}

bool payload_front(struct bytes columns, size_t *signatures_end, size_t *parities_end)
{
	struct column_reader r = { .in = columns };
	struct payload_counts counts;
	size_t most = columns.len;

	payload_counts_read(&r, &counts);
	if (r.bad || counts.transactions > most || counts.addresses > most ||
	    counts.authorizations > most)
		return false;
	*signatures_end =
	    columns.len - r.in.len + (size_t)counts.transactions * PAYLOAD_SIGNATURE_SIZE;
	*parities_end = *signatures_end + (size_t)counts.addresses * 20 +
			(size_t)counts.authorizations * PAYLOAD_SIGNATURE_SIZE +
			((size_t)counts.transactions + 7) / 8;
	return *parities_end <= columns.len;
}
