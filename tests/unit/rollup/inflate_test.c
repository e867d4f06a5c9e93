/* The inflater accepts exactly what zlib accepts, and gives out the same. */
#include "base/native/arena_heap.h"
#include "rollup/inflate.h"
#include "tests/support/zlib_inflate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#define MAX_OUT ((size_t)1 << 20)

static struct arena arena;
static uint8_t expected[MAX_OUT];

static uint64_t random_state = 7;

static uint64_t next_random(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return random_state >> 33;
}

static enum inflate_err inflate_hex(const uint8_t *data, size_t len)
{
	struct bytes out;

	return inflate_stream(&arena, bytes_of(data, len), MAX_OUT, &out);
}

#define INFLATE(...)                                                                               \
	inflate_hex((const uint8_t[]){ __VA_ARGS__ }, sizeof((uint8_t[]){ __VA_ARGS__ }))

/* Both accept with the same output, or both refuse. */
static bool check_against_zlib(struct bytes in)
{
	struct arena_mark mark = arena_mark(&arena);
	struct bytes out = { NULL, 0 };
	size_t len = 0;
	bool theirs = zlib_inflate(in, expected, MAX_OUT, &len);
	bool ours = inflate_stream(&arena, in, MAX_OUT, &out) == INFLATE_OK;

	assert_int_equal(ours, theirs);
	if (ours)
		assert_true(bytes_eq(out, bytes_of(expected, len)));
	arena_reset(&arena, mark);
	return ours;
}

/* Bytes with repetitions of several kinds. */
static void fill_sample(uint8_t *data, size_t len)
{
	unsigned kind = (unsigned)(next_random() % 4);

	for (size_t i = 0; i < len; i++) {
		if (kind == 0)
			data[i] = (uint8_t)next_random();
		else if (kind == 1)
			data[i] = (uint8_t)("abcd"[next_random() % 4]);
		else if (kind == 2)
			data[i] = (uint8_t)(i < 300 ? next_random() : data[i - 300]);
		else
			data[i] = (uint8_t)(next_random() % 256 & next_random() % 256);
	}
}

/* A raw stream by zlib's own writer, of any block kind. */
static size_t deflate_sample(uint8_t *out, size_t room, const uint8_t *data, size_t len)
{
	static const int strategies[] = { Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE,
					  Z_FIXED };
	z_stream z = { .next_in = (Bytef *)data, .avail_in = (uInt)len };

	assert_int_equal(deflateInit2(&z, (int)(next_random() % 10), Z_DEFLATED, -15,
				      1 + (int)(next_random() % 9), strategies[next_random() % 5]),
			 Z_OK);
	z.next_out = out;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return z.total_out;
}

static void what_zlib_writes_is_read_back(void **state)
{
	static uint8_t data[100000];
	static uint8_t stream[200000];

	(void)state;
	for (int i = 0; i < 200; i++) {
		size_t len = next_random() % sizeof(data);

		fill_sample(data, len);
		assert_true(check_against_zlib(
		    bytes_of(stream, deflate_sample(stream, sizeof(stream), data, len))));
	}
}

static void damaged_streams_have_zlibs_verdict(void **state)
{
	static uint8_t data[2000];
	static uint8_t stream[8000];
	int accepted = 0;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		size_t len = next_random() % sizeof(data);
		size_t size;

		if (i % 100 == 0)
			fill_sample(data, sizeof(data));
		size = deflate_sample(stream, sizeof(stream), data, i % 2 == 0 ? len % 64 : len);
		for (uint64_t flips = next_random() % 4; flips > 0; flips--)
			stream[next_random() % (i % 3 == 0 ? size : (size < 40 ? size : 40))] ^=
			    (uint8_t)(1 << next_random() % 8);
		if (next_random() % 8 == 0)
			size = next_random() % (size + 1);
		accepted += check_against_zlib(bytes_of(stream, size));
	}
	assert_in_range(accepted, 10000, 90000);
}

static void random_bytes_have_zlibs_verdict(void **state)
{
	uint8_t data[64];

	(void)state;
	for (int i = 0; i < 300000; i++) {
		size_t len = next_random() % sizeof(data);

		for (size_t j = 0; j < len; j++)
			data[j] = (uint8_t)next_random();
		if (len > 0 && i % 2 == 0)
			data[0] = (uint8_t)((data[0] & ~7) | 5); /* a final dynamic block */
		(void)check_against_zlib(bytes_of(data, len));
	}
}

/* Bits, lowest first, as DEFLATE packs them. */
struct bit_writer {
	uint8_t data[512];
	size_t bits;
};

static void put_bits(struct bit_writer *w, uint64_t value, unsigned count)
{
	for (; count > 0; count--, value >>= 1, w->bits++)
		w->data[w->bits / 8] |= (uint8_t)((value & 1) << w->bits % 8);
}

/* Lengths of a complete code of `leaves` symbols among `count`, which is then
 * made incomplete or over-subscribed half of the time. */
static void random_code(uint8_t *lengths, unsigned count, unsigned leaves)
{
	uint8_t depth[64] = { 0 };
	unsigned made = 1;

	while (made < leaves) {
		unsigned split = (unsigned)(next_random() % made);

		if (depth[split] == 15)
			continue;
		depth[split]++;
		depth[made++] = depth[split];
	}
	if (leaves == 1)
		depth[0] = 1 + (next_random() % 3 == 0);
	if (next_random() % 2 == 0)
		depth[next_random() % leaves] = (uint8_t)(next_random() % 16);
	for (unsigned i = 0; i < leaves; i++)
		lengths[next_random() % count] = depth[i];
}

/* A final dynamic block whose header says what it likes, and random bits. */
static void put_dynamic_block(struct bit_writer *w)
{
	unsigned literals = 257 + (unsigned)(next_random() % 2 == 0 ? next_random() % 32 : 0);
	unsigned distances = 1 + (unsigned)(next_random() % 32);
	uint8_t lengths[320] = { 0 };

	random_code(lengths, next_random() % 4 == 0 ? literals : 20,
		    1 + (unsigned)(next_random() % 8));
	if (next_random() % 8 != 0)
		lengths[256] = lengths[0] != 0 ? lengths[0] : lengths[1];
	if (lengths[256] != 0)
		lengths[0] = 0;
	if (next_random() % 4 != 0)
		random_code(lengths + literals, distances, 1 + (unsigned)(next_random() % 6));
	put_bits(w, 1 | 2 << 1, 3);
	put_bits(w, literals - 257, 5);
	put_bits(w, distances - 1, 5);
	put_bits(w, 19 - 4, 4);
	put_bits(w, 0, 9); /* 16, 17, 18: no code; all others: 4 bits */
	for (int i = 0; i < 16; i++)
		put_bits(w, 4, 3);
	for (unsigned i = 0; i < literals + distances; i++)
		for (unsigned bit = 4; bit-- > 0;)
			put_bits(w, lengths[i] >> bit & 1, 1);
	for (int i = 0; i < 16; i++)
		put_bits(w, next_random(), 8);
}

static void code_lengths_have_zlibs_verdict(void **state)
{
	int accepted = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct bit_writer w = { .bits = 0 };

		put_dynamic_block(&w);
		/* Cut wherever the block may end. */
		for (size_t end = w.bits / 8 - 17; end <= (w.bits + 7) / 8; end++)
			accepted += check_against_zlib(bytes_of(w.data, end));
	}
	assert_in_range(accepted, 200, 20000);
}

static void each_failure_has_its_name(void **state)
{
	(void)state;
	assert_int_equal(INFLATE(0x03, 0x00), INFLATE_OK); /* fixed, empty */
	assert_int_equal(inflate_hex(NULL, 0), INFLATE_TRUNCATED);
	assert_int_equal(INFLATE(0x03), INFLATE_TRUNCATED);
	assert_int_equal(INFLATE(0x03, 0x00, 0x00), INFLATE_TRAILING);
	assert_int_equal(INFLATE(0x07), INFLATE_CORRUPT); /* block type 3 */
	assert_int_equal(INFLATE(0x01, 0x01, 0x00, 0xff, 0xff, 0x61), INFLATE_CORRUPT); /* NLEN */
	assert_int_equal(INFLATE(0x01, 0x01, 0x00, 0xfe, 0xff, 0x61), INFLATE_OK);
	assert_int_equal(INFLATE(0x01, 0x02, 0x00, 0xfd, 0xff, 0x61), INFLATE_TRUNCATED);
	/* A match before anything was written. */
	assert_int_equal(INFLATE(0x03, 0x02, 0x00), INFLATE_CORRUPT);
}

static void output_ends_at_the_limit_given(void **state)
{
	static uint8_t zeros[5000];
	static uint8_t stream[6000];
	size_t size = deflate_sample(stream, sizeof(stream), zeros, sizeof(zeros));
	struct bytes out = { NULL, 0 };

	(void)state;
	assert_int_equal(inflate_stream(&arena, bytes_of(stream, size), sizeof(zeros), &out),
			 INFLATE_OK);
	assert_int_equal(out.len, sizeof(zeros));
	out = bytes_of(stream, 1);
	assert_int_equal(inflate_stream(&arena, bytes_of(stream, size), sizeof(zeros) - 1, &out),
			 INFLATE_TOO_LONG);
	assert_int_equal(inflate_stream(&arena, bytes_of(stream, size), 0, &out), INFLATE_TOO_LONG);
	assert_ptr_equal(out.data, stream); /* untouched */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_zlib_writes_is_read_back),
		cmocka_unit_test(damaged_streams_have_zlibs_verdict),
		cmocka_unit_test(random_bytes_have_zlibs_verdict),
		cmocka_unit_test(code_lengths_have_zlibs_verdict),
		cmocka_unit_test(each_failure_has_its_name),
		cmocka_unit_test(output_ends_at_the_limit_given),
	};

	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
