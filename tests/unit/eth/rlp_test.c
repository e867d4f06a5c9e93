/* RLP reads exactly what it writes, and nothing else.  (The official vectors
 * are run by tests/conformance.) */
#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "eth/rlp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_INPUT 128

static struct bytes from_hex(uint8_t *out, const char *text)
{
	size_t len = strlen(text);

	assert_true(len / 2 <= MAX_INPUT && hex_decode(out, text, len));
	return bytes_of(out, len / 2);
}

static void what_is_not_canonical_is_refused(void **state)
{
	/* What: one rule of the yellow paper's appendix B, broken. */
	static const char *const refused[] = {
		"",     /* nothing there */
		"8100", /* a byte below 0x80 stands for itself */
		"817f",
		"81", /* cut short */
		"83646f",
		"b8",
		"b800", /* a long form of a short length */
		"b837",
		"b90038", /* a length with a leading zero */
		"b840",
		"f800",
		"f90038",
		"bfffffffffffffffff", /* longer than any memory */
		"ffffffffffffffffff",
		"bf0000000000000001",
		"c1",
		"c3c0",
	};
	uint8_t data[MAX_INPUT];
	struct rlp_item item = { .kind = RLP_STRING };

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct bytes in = from_hex(data, refused[i]), before = in;

		assert_false(rlp_next(&in, &item));
		assert_ptr_equal(in.data, before.data);
		assert_int_equal(in.len, before.len);
		assert_null(item.payload.data);
	}
}

static void only_refuses_what_is_left_over(void **state)
{
	uint8_t data[MAX_INPUT];
	struct rlp_item item;

	(void)state;
	assert_true(rlp_only(from_hex(data, "83646f67"), &item));
	assert_int_equal(item.payload.len, 3);
	assert_int_equal(item.whole.len, 4);
	assert_false(rlp_only(from_hex(data, "83646f6700"), &item));
}

static void canonical_looks_inside_lists_to_a_depth(void **state)
{
	uint8_t data[MAX_INPUT];

	(void)state;
	assert_true(rlp_is_canonical(from_hex(data, "c7c0c1c0c3c0c1c0"), 4));
	assert_false(rlp_is_canonical(from_hex(data, "c7c0c1c0c3c0c1c0"), 3));
	assert_true(rlp_is_canonical(from_hex(data, "80"), 0));
	assert_false(rlp_is_canonical(from_hex(data, "c28100"), 9));
	assert_false(rlp_is_canonical(from_hex(data, "c3c28100"), 9));
	assert_false(rlp_is_canonical(from_hex(data, "c3c3c0c0"), 9));
}

static void integers_have_no_leading_zeros_and_a_size(void **state)
{
	uint8_t data[MAX_INPUT];
	uint64_t v = 7;
	struct u256 big;
	struct bytes in;

	(void)state;
	in = from_hex(data, "00");
	assert_false(rlp_next_u64(&in, &v));
	in = from_hex(data, "820001");
	assert_false(rlp_next_u64(&in, &v));
	in = from_hex(data, "89010000000000000000");
	assert_false(rlp_next_u64(&in, &v));
	assert_int_equal(in.len, 10);
	in = from_hex(data, "c0");
	assert_false(rlp_next_u64(&in, &v));
	assert_int_equal(v, 7);
	in = from_hex(data, "80");
	assert_true(rlp_next_u64(&in, &v));
	assert_int_equal(v, 0);
	in = from_hex(data, "88ffffffffffffffff");
	assert_true(rlp_next_u64(&in, &v));
	assert_true(v == UINT64_MAX);
	in = from_hex(data, "a1010000000000000000000000000000000000000000000000000000000000000000");
	assert_false(rlp_next_u256(&in, &big));
	in = from_hex(data, "a0ff00000000000000000000000000000000000000000000000000000000000001");
	assert_true(rlp_next_u256(&in, &big));
	assert_true(big.limb[3] == (uint64_t)0xff << 56 && big.limb[0] == 1);
}

static void fixed_strings_have_exactly_their_length(void **state)
{
	uint8_t data[MAX_INPUT], out[3] = { 9, 9, 9 };
	struct bytes in;

	(void)state;
	in = from_hex(data, "820102");
	assert_false(rlp_next_fixed(&in, out, 3));
	in = from_hex(data, "8401020304");
	assert_false(rlp_next_fixed(&in, out, 3));
	assert_int_equal(out[0], 9);
	in = from_hex(data, "8301020380");
	assert_true(rlp_next_fixed(&in, out, 3));
	assert_int_equal(out[2], 3);
	assert_int_equal(in.len, 1);
}

/* Lengths around each change of form, in lists of lists. */
static void what_is_written_is_read_back(void **state)
{
	static const size_t lengths[] = { 0,   1,   2,   54,    55,    56,   57,
					  255, 256, 257, 65535, 65536, 70000 };
	uint8_t *data = malloc(70000);
	struct arena a;

	(void)state;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	for (size_t i = 0; i < 70000; i++)
		data[i] = (uint8_t)(i * 31 + 200);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct u256 big = { { i, 0, lengths[i], i % 3 } }, big_back;
		struct bytes in, items, inner, string;
		struct rlp_writer w;
		size_t outer, nested;
		uint64_t number;

		rlp_writer_init(&w, &a);
		outer = rlp_begin_list(&w);
		rlp_write_string(&w, bytes_of(data, lengths[i]));
		nested = rlp_begin_list(&w);
		rlp_write_u64(&w, lengths[i]);
		rlp_write_u256(&w, &big);
		rlp_end_list(&w, nested);
		rlp_write_raw(&w, bytes_of("\x80", 1));
		rlp_end_list(&w, outer);

		in = rlp_written(&w);
		assert_true(rlp_is_canonical(in, 2));
		assert_true(rlp_next_list(&in, &items));
		assert_int_equal(in.len, 0);
		assert_true(rlp_next_string(&items, &string));
		assert_true(bytes_eq(string, bytes_of(data, lengths[i])));
		assert_true(rlp_next_list(&items, &inner));
		assert_true(rlp_next_u64(&inner, &number));
		assert_int_equal(number, lengths[i]);
		assert_true(rlp_next_u256(&inner, &big_back));
		assert_true(u256_eq(&big, &big_back));
		assert_int_equal(inner.len, 0);
		assert_int_equal(items.len, 1);
	}
	arena_free(&a);
	free(data);
}

/* Any three bytes either fail or encode back to what was taken. */
static void every_short_input_is_refused_or_the_only_encoding(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	for (uint32_t v = 0; v < 1 << 24; v += v < 0x10000 ? 1 : 13) {
		uint8_t data[3] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16) };
		struct bytes in = bytes_of(data, 3);
		struct arena_mark mark = arena_mark(&a);
		struct rlp_item item;
		struct rlp_writer w;

		if (!rlp_next(&in, &item) || item.kind == RLP_LIST)
			continue;
		rlp_writer_init(&w, &a);
		rlp_write_string(&w, item.payload);
		assert_true(bytes_eq(rlp_written(&w), item.whole));
		arena_reset(&a, mark);
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_canonical_is_refused),
		cmocka_unit_test(only_refuses_what_is_left_over),
		cmocka_unit_test(canonical_looks_inside_lists_to_a_depth),
		cmocka_unit_test(integers_have_no_leading_zeros_and_a_size),
		cmocka_unit_test(fixed_strings_have_exactly_their_length),
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(every_short_input_is_refused_or_the_only_encoding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
