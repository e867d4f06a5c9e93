/* inflate: RFC 1951, accepting exactly the streams that zlib accepts.
 *
 * Codes of up to FAST_BITS bits are read by one table look-up, longer ones bit
 * by bit over the canonical code (a code of n bits is its predecessor plus one,
 * RFC 1951 3.2.2).  Bits behind the end of the input read as zero; taking one
 * of them sets `overrun`, which ends every loop. */
#include "rollup/inflate.h"

enum {
	FAST_BITS = 10,
	MAX_BITS = 15,
	LITERALS = 288, /* and lengths */
	DISTANCES = 32,
	CODE_LENGTHS = 19,
	END_OF_BLOCK = 256,
	BAD_SYMBOL = 0xffff,
};

/* A prefix code.  fast[bits] = symbol << 4 | length, or 0 for a longer code. */
struct prefix_code {
	uint16_t fast[1 << FAST_BITS];
	uint16_t count[MAX_BITS + 1]; /* of codes of each length */
	uint16_t symbols[LITERALS];   /* in code order */
};

struct inflater {
	struct bytes in;
	size_t next;   /* first byte not yet in `bits` */
	uint64_t bits; /* read ahead, lowest bit first */
	unsigned bit_count;
	bool overrun; /* more was taken than there is */

	struct arena *arena;
	uint8_t *out;
	size_t out_len;
	size_t capacity;
	size_t max_out;

	struct prefix_code literals;
	struct prefix_code distances;
};

/* Tops `bits` up to at least 56, as far as there is input. */
static void refill(struct inflater *f)
{
	if (f->in.len - f->next >= 8 && f->bit_count <= 56) {
		f->bits |= le64_load(f->in.data + f->next) << f->bit_count;
		f->next += (63 - f->bit_count) >> 3;
		f->bit_count |= 56;
		return;
	}
	while (f->bit_count <= 56 && f->next < f->in.len) {
		f->bits |= (uint64_t)f->in.data[f->next++] << f->bit_count;
		f->bit_count += 8;
	}
}

static void drop_bits(struct inflater *f, unsigned count)
{
	if (count > f->bit_count) {
		f->overrun = true;
		f->bits = 0;
		f->bit_count = 0;
		return;
	}
	f->bits >>= count;
	f->bit_count -= count;
}

/* `count` at most 16. */
static unsigned take_bits(struct inflater *f, unsigned count)
{
	unsigned value;

	refill(f);
	value = (unsigned)(f->bits & ((1u << count) - 1));
	drop_bits(f, count);
	return value;
}

/* zlib's rule (inftrees.c: inflate_table): a code may leave bit patterns
 * unused only if it has no code at all, or a single one of one bit. */
static bool code_is_acceptable(const uint16_t count[MAX_BITS + 1], bool may_be_incomplete)
{
	int left = 1;
	unsigned longest = 0;

	for (unsigned length = 1; length <= MAX_BITS; length++) {
		left = left * 2 - count[length];
		if (left < 0)
			return false;
		if (count[length] != 0)
			longest = length;
	}
	return left == 0 || longest == 0 || (may_be_incomplete && longest == 1);
}

static unsigned reverse_bits(unsigned code, unsigned length)
{
	unsigned reversed = 0;

	for (; length > 0; length--, code >>= 1)
		reversed = reversed << 1 | (code & 1);
	return reversed;
}

static void fill_fast(struct prefix_code *code)
{
	unsigned next = 0;
	unsigned index = 0;

	memset(code->fast, 0, sizeof(code->fast));
	for (unsigned length = 1; length <= FAST_BITS; length++, next <<= 1) {
		for (unsigned i = 0; i < code->count[length]; i++, next++, index++) {
			unsigned step = 1u << length;
			uint16_t entry = (uint16_t)(code->symbols[index] << 4 | length);

			for (unsigned at = reverse_bits(next, length); at < 1u << FAST_BITS;
			     at += step)
				code->fast[at] = entry;
		}
	}
}

/* From the code lengths of `symbol_count` symbols. */
static bool prefix_code_build(struct prefix_code *code, const uint8_t *lengths,
			      unsigned symbol_count, bool may_be_incomplete)
{
	uint16_t offset[MAX_BITS + 2] = { 0 };

	memset(code->count, 0, sizeof(code->count));
	for (unsigned symbol = 0; symbol < symbol_count; symbol++)
		code->count[lengths[symbol]]++;
	code->count[0] = 0;
	if (!code_is_acceptable(code->count, may_be_incomplete))
		return false;
	for (unsigned length = 1; length <= MAX_BITS; length++)
		offset[length + 1] = (uint16_t)(offset[length] + code->count[length]);
	for (unsigned symbol = 0; symbol < symbol_count; symbol++) {
		if (lengths[symbol] != 0)
			code->symbols[offset[lengths[symbol]]++] = (uint16_t)symbol;
	}
	fill_fast(code);
	return true;
}

/* A symbol whose code is longer than FAST_BITS, or BAD_SYMBOL. */
static unsigned take_long_symbol(struct inflater *f, const struct prefix_code *code)
{
	int value = 0;
	int first = 0;
	int index = 0;

	for (unsigned length = 1; length <= MAX_BITS; length++) {
		int count = code->count[length];

		value |= (int)(f->bits >> (length - 1) & 1);
		if (value - count < first) {
			drop_bits(f, length);
			return code->symbols[index + (value - first)];
		}
		index += count;
		first = (first + count) << 1;
		value <<= 1;
	}
	/* Too few bits left to tell, or a pattern that the code does not use. */
	f->overrun = f->bit_count < MAX_BITS && f->next == f->in.len;
	return BAD_SYMBOL;
}

static unsigned take_symbol(struct inflater *f, const struct prefix_code *code)
{
	unsigned entry;

	refill(f);
	entry = code->fast[f->bits & ((1u << FAST_BITS) - 1)];
	if (entry == 0)
		return take_long_symbol(f, code);
	drop_bits(f, entry & 15);
	return entry >> 4;
}

/* Room for `more` bytes behind the output. */
static bool reserve(struct inflater *f, size_t more)
{
	size_t capacity = f->capacity;

	if (more > f->max_out - f->out_len)
		return false;
	if (f->out_len + more <= capacity)
		return true;
	while (capacity < f->out_len + more)
		capacity = capacity > f->max_out / 2 ? f->max_out : capacity * 2;
	f->out = arena_grow(f->arena, f->out, f->capacity, capacity);
	f->capacity = capacity;
	return true;
}

static enum inflate_err inflate_stored(struct inflater *f)
{
	unsigned length;
	unsigned complement;

	drop_bits(f, f->bit_count & 7);
	length = take_bits(f, 16);
	complement = take_bits(f, 16);
	if (f->overrun)
		return INFLATE_TRUNCATED;
	if (length != (~complement & 0xffff))
		return INFLATE_CORRUPT;
	/* Whole bytes that were read ahead go back. */
	f->next -= f->bit_count >> 3;
	f->bits = 0;
	f->bit_count = 0;
	if (length > f->in.len - f->next)
		return INFLATE_TRUNCATED;
	if (!reserve(f, length))
		return INFLATE_TOO_LONG;
	if (length > 0)
		memcpy(f->out + f->out_len, f->in.data + f->next, length);
	f->out_len += length;
	f->next += length;
	return INFLATE_OK;
}

/* RFC 1951, 3.2.5: symbols 257 to 285, and distance symbols 0 to 29. */
static const uint16_t length_base[29] = { 3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
					  15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
					  67, 83, 99, 115, 131, 163, 195, 227, 258 };
static const uint8_t length_extra[29] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
					  2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0 };
static const uint16_t distance_base[30] = { 1,    2,    3,    4,     5,     7,    9,    13,
					    17,   25,   33,   49,    65,    97,   129,  193,
					    257,  385,  513,  769,   1025,  1537, 2049, 3073,
					    4097, 6145, 8193, 12289, 16385, 24577 };
static const uint8_t distance_extra[30] = { 0, 0, 0, 0, 1, 1, 2, 2,  3,  3,  4,  4,  5,  5,  6,
					    6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13 };

/* Copies byte by byte: source and destination may overlap, which repeats. */
static void copy_match(uint8_t *to, size_t distance, size_t length)
{
	const uint8_t *from = to - distance;

	if (distance >= length) {
		memcpy(to, from, length);
		return;
	}
	while (length-- > 0)
		*to++ = *from++;
}

static enum inflate_err inflate_match(struct inflater *f, unsigned length_symbol)
{
	unsigned distance_symbol;
	size_t length;
	size_t distance;

	if (length_symbol >= 29)
		return INFLATE_CORRUPT;
	length = length_base[length_symbol] + take_bits(f, length_extra[length_symbol]);
	distance_symbol = take_symbol(f, &f->distances);
	if (f->overrun)
		return INFLATE_TRUNCATED;
	if (distance_symbol >= 30)
		return INFLATE_CORRUPT;
	distance = distance_base[distance_symbol] + take_bits(f, distance_extra[distance_symbol]);
	if (f->overrun)
		return INFLATE_TRUNCATED;
	if (distance > f->out_len)
		return INFLATE_CORRUPT;
	if (!reserve(f, length))
		return INFLATE_TOO_LONG;
	copy_match(f->out + f->out_len, distance, length);
	f->out_len += length;
	return INFLATE_OK;
}

static enum inflate_err inflate_compressed(struct inflater *f)
{
	for (;;) {
		unsigned symbol = take_symbol(f, &f->literals);
		enum inflate_err err;

		if (f->overrun)
			return INFLATE_TRUNCATED;
		if (symbol == END_OF_BLOCK)
			return INFLATE_OK;
		if (symbol == BAD_SYMBOL)
			return INFLATE_CORRUPT;
		if (symbol < END_OF_BLOCK) {
			if (!reserve(f, 1))
				return INFLATE_TOO_LONG;
			f->out[f->out_len++] = (uint8_t)symbol;
			continue;
		}
		err = inflate_match(f, symbol - 257);
		if (err != INFLATE_OK)
			return err;
	}
}

static void build_fixed(struct inflater *f)
{
	uint8_t lengths[LITERALS];

	memset(lengths, 8, 144);
	memset(lengths + 144, 9, 112);
	memset(lengths + 256, 7, 24);
	memset(lengths + 280, 8, 8);
	(void)prefix_code_build(&f->literals, lengths, LITERALS, false);
	memset(lengths, 5, DISTANCES);
	(void)prefix_code_build(&f->distances, lengths, DISTANCES, false);
}

/* The run-length coded lengths of both codes (RFC 1951, 3.2.7).  Borrows
 * f->literals for the code they are written in. */
static enum inflate_err read_lengths(struct inflater *f, uint8_t *lengths, unsigned count)
{
	static const struct {
		uint8_t extra_bits;
		uint8_t base;
	} repeats[3] = { { 2, 3 }, { 3, 3 }, { 7, 11 } }; /* symbols 16, 17, 18 */
	unsigned filled = 0;

	while (filled < count) {
		unsigned symbol = take_symbol(f, &f->literals);
		unsigned repeat;
		uint8_t value = 0;

		if (f->overrun)
			return INFLATE_TRUNCATED;
		if (symbol == BAD_SYMBOL)
			return INFLATE_CORRUPT;
		if (symbol < 16) {
			lengths[filled++] = (uint8_t)symbol;
			continue;
		}
		if (symbol == 16) {
			if (filled == 0)
				return INFLATE_CORRUPT;
			value = lengths[filled - 1];
		}
		repeat = repeats[symbol - 16].base + take_bits(f, repeats[symbol - 16].extra_bits);
		if (f->overrun)
			return INFLATE_TRUNCATED;
		if (repeat > count - filled)
			return INFLATE_CORRUPT;
		memset(lengths + filled, value, repeat);
		filled += repeat;
	}
	return INFLATE_OK;
}

static enum inflate_err build_dynamic(struct inflater *f)
{
	static const uint8_t order[CODE_LENGTHS] = { 16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
						     11, 4,  12, 3, 13, 2, 14, 1, 15 };
	uint8_t lengths[LITERALS + DISTANCES] = { 0 };
	unsigned literal_count = take_bits(f, 5) + 257;
	unsigned distance_count = take_bits(f, 5) + 1;
	unsigned code_length_count = take_bits(f, 4) + 4;
	enum inflate_err err;

	if (f->overrun)
		return INFLATE_TRUNCATED;
	if (literal_count > 286 || distance_count > 30)
		return INFLATE_CORRUPT;
	for (unsigned i = 0; i < code_length_count; i++)
		lengths[order[i]] = (uint8_t)take_bits(f, 3);
	if (f->overrun)
		return INFLATE_TRUNCATED;
	if (!prefix_code_build(&f->literals, lengths, CODE_LENGTHS, false))
		return INFLATE_CORRUPT;
	err = read_lengths(f, lengths, literal_count + distance_count);
	if (err != INFLATE_OK)
		return err;
	if (lengths[END_OF_BLOCK] == 0 ||
	    !prefix_code_build(&f->literals, lengths, literal_count, true) ||
	    !prefix_code_build(&f->distances, lengths + literal_count, distance_count, true))
		return INFLATE_CORRUPT;
	return INFLATE_OK;
}

static enum inflate_err inflate_block(struct inflater *f, unsigned type)
{
	enum inflate_err err = INFLATE_OK;

	switch (type) {
	case 0:
		return inflate_stored(f);
	case 1:
		build_fixed(f);
		break;
	case 2:
		err = build_dynamic(f);
		break;
	default:
		return INFLATE_CORRUPT;
	}
	return err == INFLATE_OK ? inflate_compressed(f) : err;
}

static enum inflate_err inflate_all(struct inflater *f)
{
	bool final = false;

	while (!final) {
		unsigned type;
		enum inflate_err err;

		final = take_bits(f, 1) != 0;
		type = take_bits(f, 2);
		if (f->overrun)
			return INFLATE_TRUNCATED;
		err = inflate_block(f, type);
		if (err != INFLATE_OK)
			return err;
	}
	if (f->bit_count >= 8 || f->next < f->in.len)
		return INFLATE_TRAILING;
	return INFLATE_OK;
}

enum inflate_err inflate_stream(struct arena *a, struct bytes in, size_t max_out, struct bytes *out)
{
	struct inflater *f = ARENA_NEW(a, struct inflater);
	enum inflate_err err;

	f->in = in;
	f->arena = a;
	f->max_out = max_out;
	f->capacity = in.len < max_out / 4 ? in.len * 4 : max_out;
	f->capacity = f->capacity < 64 ? (max_out < 64 ? max_out : 64) : f->capacity;
	f->out = arena_alloc(a, f->capacity);
	err = inflate_all(f);
	if (err == INFLATE_OK)
		*out = bytes_of(f->out, f->out_len);
	return err;
}
