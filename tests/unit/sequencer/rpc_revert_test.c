/* Data as solc 0.8 makes it; sentences as geth 1.15 prints them. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"
#include "sequencer/rpc_revert.h"

#define WORD_20 "0000000000000000000000000000000000000000000000000000000000000020"
#define WORD_7  "0000000000000000000000000000000000000000000000000000000000000007"
#define TOO_BAD "746f6f2062616400000000000000000000000000000000000000000000000000"

static void check(const char *hex, const char *message)
{
	char out[REVERT_REASON_SIZE];
	uint8_t data[512];
	size_t digits = strlen(hex);

	assert_true(hex_decode(data, hex, digits));
	assert_string_equal(revert_message(out, bytes_of(data, digits / 2)), message);
}

static void reasons_are_read(void **unused)
{
	(void)unused;
	check("08c379a0" WORD_20 WORD_7 TOO_BAD, "execution reverted: too bad");
	check("4e487b710000000000000000000000000000000000000000000000000000000000000011",
	      "execution reverted: arithmetic underflow or overflow");
	check("4e487b710000000000000000000000000000000000000000000000000000000000000099",
	      "execution reverted: unknown panic code: 0x99");
}

static void other_data_is_no_reason(void **unused)
{
	(void)unused;
	check("", "execution reverted");
	check("08c379", "execution reverted");
	check("12345678" WORD_20 WORD_7 TOO_BAD, "execution reverted");
}

/* Each length and offset that points outside of the data. */
static void hostile_lengths_are_no_reason(void **unused)
{
	static const char *const far_words[] = {
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"000000000000000000000000000000000000000000000000ffffffffffffffff",
		"0000000000000000000000000000000000000000000000000000000000000041",
	};
	char hex[512];

	(void)unused;
	for (size_t i = 0; i < 3; i++) {
		strcpy(hex, "08c379a0");
		strcat(strcat(strcat(hex, far_words[i]), WORD_7), TOO_BAD);
		check(hex, "execution reverted");
		strcpy(hex, "08c379a0" WORD_20);
		strcat(strcat(hex, far_words[i]), TOO_BAD);
		check(hex, "execution reverted");
	}
	check("08c379a0" WORD_20 WORD_7, "execution reverted");
	check("4e487b71"
	      "00",
	      "execution reverted");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reasons_are_read),
		cmocka_unit_test(other_data_is_no_reason),
		cmocka_unit_test(hostile_lengths_are_no_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
