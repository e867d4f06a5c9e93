/* The options that programs share, and the amounts in them. */
#include "net/service_options.h"
#include "net/wei.h"
#include "tests/support/command_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct service_program program = {
	.name = "program",
	.purpose = "does it",
	.key_owner = "tester",
	.key_variable = "GAVEL_TEST_KEY",
};

/* What went to standard error is in `complaint`. */
static char complaint[400];

static bool read_line(struct service_options *o, const char *line)
{
	char copy[300], *argv[COMMAND_WORDS_MAX];
	FILE *out = tmpfile();
	int argc, status, kept = dup(STDERR_FILENO);
	bool good;

	assert_non_null(out);
	*o = (struct service_options){ .max_fee_gwei = "200", .max_tip_gwei = "0.5" };
	snprintf(copy, sizeof(copy), "program %s", line);
	argc = command_words(argv, copy);
	dup2(fileno(out), STDERR_FILENO);
	good = service_options_read(o, &program, NULL, 0, argc, argv, &status);
	if (good) {
		struct keystore_source source;

		good = service_options_key(o, &program, &source);
	}
	dup2(kept, STDERR_FILENO);
	close(kept);
	rewind(out);
	complaint[fread(complaint, 1, sizeof(complaint) - 1, out)] = '\0';
	fclose(out);
	return good;
}

static void what_is_missing_is_named(void **state)
{
	static const struct {
		const char *line, *complaint;
	} cases[] = {
		{ "", "program: --config FILE is needed: the chain's rollup.json\n" },
		{ "--config c", "program: --data DIR is needed: where the databases are\n" },
		{ "--config c --data d",
		  "program: --l1 URL (or GAVEL_L1_URL) is needed: an L1 node\n" },
		{ "--config c --data d --l1 u",
		  "program: --key-file FILE (or GAVEL_TEST_KEY) is needed: the tester's key\n" },
		{ "--config c --data d --l1 u --password-file p",
		  "program: --password-file is of no use without --key-file\n" },
		{ "--config c --data d --l1 u --max-l1-fee 1e3",
		  "program: --max-l1-fee takes gwei, more than 0 and at most 10^9, not '1e3'\n" },
		{ "--config c --data d --l1 u --max-l1-priority-fee 0",
		  "program: --max-l1-priority-fee takes gwei, more than 0 and at most 10^9, not "
		  "'0'\n" },
		{ "--config c --data d --l1 u --max-l1-fee 1000000000.1",
		  "program: --max-l1-fee takes gwei, more than 0 and at most 10^9, not "
		  "'1000000000.1'\n" },
	};
	struct service_options o;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_false(read_line(&o, cases[i].line));
		assert_string_equal(complaint, cases[i].complaint);
	}
}

static void fees_come_out_in_wei(void **state)
{
	struct service_options o;

	(void)state;
	assert_true(read_line(&o, "--config c --data d --l1 u --key-file k --max-l1-fee 0.29"));
	assert_string_equal(complaint, "");
	assert_true(o.max_fee.limb[0] == 290000000);
	assert_true(o.max_priority_fee.limb[0] == 500000000);
}

static void the_environment_stands_in(void **state)
{
	struct service_options o;

	(void)state;
	setenv("GAVEL_L1_URL", "http://from.environment", 1);
	setenv("GAVEL_TEST_KEY", "11", 1);
	assert_true(read_line(&o, "--config c --data d"));
	assert_string_equal(o.l1_url, "http://from.environment");
	assert_true(read_line(&o, "--config c --data d --l1 http://typed"));
	assert_string_equal(o.l1_url, "http://typed");
	unsetenv("GAVEL_L1_URL");
	unsetenv("GAVEL_TEST_KEY");
}

static void amounts_are_exact(void **state)
{
	static const struct {
		const char *text;
		enum wei_unit unit;
		const char *wei; /* NULL: refused */
	} cases[] = {
		{ "0", WEI, "0" },
		{ "1", ETHER, "1000000000000000000" },
		{ "0.03", ETHER, "30000000000000000" },
		{ "0.000000000000000001", ETHER, "1" },
		{ "1.000000000000000001", ETHER, "1000000000000000001" },
		{ "0.29", GWEI, "290000000" },
		{ "115792089237316195423570985008687907853269984665640564039457584007913129639935",
		  WEI,
		  "11579208923731619542357098500868790785326998466564056403945758400791312963993"
		  "5" },
		{ "115792089237316195423570985008687907853269984665640564039457584007913129639936",
		  WEI, NULL },
		{ "1157920892373161954235709850086879078532699846656405640394575840079131296399.4",
		  GWEI, NULL },
		{ "1.5", WEI, NULL },
		{ "0.0000000001", GWEI, NULL },
		{ "", WEI, NULL },
		{ ".5", ETHER, NULL },
		{ "5.", ETHER, NULL },
		{ "1.2.3", ETHER, NULL },
		{ "-1", ETHER, NULL },
		{ "1e3", ETHER, NULL },
		{ " 1", ETHER, NULL },
		{ "0x10", WEI, NULL },
	};
	char text[U256_DECIMAL_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct u256 wei = u256_from_u64(77);
		bool good = wei_parse(&wei, cases[i].text, cases[i].unit);

		assert_int_equal(good, cases[i].wei != NULL);
		assert_string_equal(u256_to_decimal(text, &wei), good ? cases[i].wei : "77");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(fees_come_out_in_wei),
		cmocka_unit_test(the_environment_stands_in),
		cmocka_unit_test(amounts_are_exact),
	};

	unsetenv("GAVEL_L1_URL");
	unsetenv("GAVEL_TEST_KEY");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
