/* Hex digits, all of them, against the C library's reading. */
#include "base/hex.h"

#include <ctype.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void every_pair_of_characters_is_read_as_strtoul_does(void **state)
{
	(void)state;
	for (int high = 0; high < 256; high++)
		for (int low = 0; low < 256; low++) {
			char text[3] = { (char)high, (char)low, '\0' };
			bool is_hex = isxdigit(high) && isxdigit(low);
			uint8_t byte = 0;

			assert_int_equal(hex_decode(&byte, text, 2), is_hex);
			if (is_hex)
				assert_int_equal(byte, strtoul(text, NULL, 16));
		}
}

static void what_is_wrong_is_found_anywhere(void **state)
{
	uint8_t bytes[8];

	(void)state;
	for (size_t wrong = 0; wrong < 16; wrong++) {
		char text[] = "00112233445566ff";

		text[wrong] = 'g';
		assert_false(hex_decode(bytes, text, 16));
		assert_true(hex_decode(bytes, text, wrong - wrong % 2));
	}
	assert_false(hex_decode(bytes, "0011", 3));
}

static void bytes_and_numbers_come_back(void **state)
{
	static const uint64_t numbers[] = { 0, 1, 15, 16, 0xfedcba9876543210, UINT64_MAX };
	uint8_t all[256], back[256];
	char text[513], expected[513];

	(void)state;
	for (size_t i = 0; i < 256; i++) {
		all[i] = (uint8_t)i;
		snprintf(expected + 2 * i, 3, "%02zx", i);
	}
	assert_string_equal(hex_encode(text, bytes_of(all, 256)), expected);
	assert_true(hex_decode(back, text, 512));
	assert_memory_equal(back, all, 256);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		char number[HEX_U64_SIZE];
		uint64_t value;

		snprintf(expected, sizeof(expected), "0x%" PRIx64, numbers[i]);
		assert_string_equal(hex_encode_u64(number, numbers[i]), expected);
		assert_true(hex_decode_u64(&value, number));
		assert_true(value == numbers[i]);
	}
}

static void numbers_have_one_form(void **state)
{
	static const char *const wrong[] = { "",
					     "0x",
					     "0",
					     "1",
					     "0x01",
					     "0x00",
					     "0xg",
					     "0x1 ",
					     "-0x1",
					     "x1",
					     "0x10000000000000000" };
	uint64_t value;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(hex_decode_u64(&value, wrong[i]));
	assert_true(hex_decode_u64(&value, "0XaF"));
	assert_int_equal(value, 0xaf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair_of_characters_is_read_as_strtoul_does),
		cmocka_unit_test(what_is_wrong_is_found_anywhere),
		cmocka_unit_test(bytes_and_numbers_come_back),
		cmocka_unit_test(numbers_have_one_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
