/* The table of options decides what a command line means, and what help says. */
#include "base/native/command_line.h"
#include "base/native/pause.h"
#include "tests/support/command_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct targets {
	const char *text;
	bool flag;
	unsigned number;
	uint64_t large;
	uint16_t port;
	size_t needed; /* from 1; has no default */
};

static struct targets t;

static const struct option_spec specs[] = {
	{ "--text", OPTION_TEXT, &t.text, 0, 0, "WORD", "a word" },
	{ "--flag", OPTION_FLAG, &t.flag, 0, 0, NULL, "a flag" },
	{ "--number", OPTION_UNSIGNED, &t.number, 2, 10, "N", "a number" },
	{ "--large", OPTION_U64, &t.large, 0, 0, "N", "any number" },
	{ "--port", OPTION_PORT, &t.port, 0, 0, "PORT", "a port" },
	{ "--needed", OPTION_SIZE, &t.needed, 1, 0, "N", "a size" },
};
#define SPECS (sizeof(specs) / sizeof(specs[0]))

static int set_defaults(void **state)
{
	(void)state;
	t = (struct targets){ .text = "default", .number = 5 };
	return 0;
}

/* Reads the words of `line`; NULL when they are taken, else the complaint. */
static const char *read_line(const char *line)
{
	static char copy[200], error[COMMAND_LINE_ERROR_SIZE];
	char *argv[COMMAND_WORDS_MAX];
	int argc;

	snprintf(copy, sizeof(copy), "program %s", line);
	argc = command_words(argv, copy);
	return command_line_read(specs, SPECS, argc, argv, NULL, 0, NULL, error) ? NULL : error;
}

static void values_reach_their_targets(void **state)
{
	(void)state;
	assert_null(read_line("--text=a=b --flag --number 10 --large 18446744073709551615 "
			      "--port=65535 --needed 1"));
	assert_string_equal(t.text, "a=b");
	assert_true(t.flag);
	assert_int_equal(t.number, 10);
	assert_true(t.large == UINT64_MAX);
	assert_int_equal(t.port, 65535);
	assert_int_equal(t.needed, 1);
}

static void complaints_name_the_option(void **state)
{
	static const struct {
		const char *line, *complaint;
	} cases[] = {
		{ "--number 1", "--number takes a whole number from 2 to 10, not '1'" },
		{ "--number 11", "--number takes a whole number from 2 to 10, not '11'" },
		{ "--number -3", "--number takes a whole number from 2 to 10, not '-3'" },
		{ "--number 5x", "--number takes a whole number from 2 to 10, not '5x'" },
		{ "--port 65536", "--port takes a whole number from 0 to 65535, not '65536'" },
		{ "--text", "--text needs WORD" },
		{ "--flag=1", "--flag takes no value" },
		{ "--texts x", "unknown option '--texts'; see --help" },
		{ "word", "'word' is not expected here" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(read_line(cases[i].line), cases[i].complaint);
}

/* What `command_line_options` prints for --help after other options. */
static void help_shows_the_defaults_whatever_comes_before_it(void **state)
{
	char line[] = "program --number 7 --text other --help", *argv[COMMAND_WORDS_MAX];
	int argc = command_words(argv, line);
	char text[2000] = { 0 };
	FILE *out = tmpfile();
	int status = -1, kept = dup(STDOUT_FILENO);

	(void)state;
	assert_non_null(out);
	fflush(stdout);
	dup2(fileno(out), STDOUT_FILENO);
	assert_false(command_line_options("program", "does it", specs, SPECS, argc, argv, &status));
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	rewind(out);
	assert_true(fread(text, 1, sizeof(text) - 1, out) > 0);
	fclose(out);
	assert_int_equal(status, 0);
	assert_string_equal(text, "program: does it\n\n"
				  "  --text WORD                    a word [default]\n"
				  "  --flag                         a flag\n"
				  "  --number N                     a number [5]\n"
				  "  --large N                      any number [0]\n"
				  "  --port PORT                    a port [0]\n"
				  "  --needed N                     a size\n");
}

static void a_wrong_command_line_is_a_matter_of_usage(void **state)
{
	char line[] = "program --number 1", *argv[COMMAND_WORDS_MAX];
	int argc = command_words(argv, line), status = -1;

	(void)state;
	assert_false(command_line_options("program", "does it", specs, SPECS, argc, argv, &status));
	assert_int_equal(status, 64);
}

static void a_pause_ends_when_it_has_to(void **state)
{
	atomic_bool stop = true;

	(void)state;
	pause_ms(3600 * 1000, &stop); /* at once, or the test never ends */
	atomic_store(&stop, false);
	pause_ms(1, &stop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(values_reach_their_targets, set_defaults),
		cmocka_unit_test_setup(complaints_name_the_option, set_defaults),
		cmocka_unit_test_setup(help_shows_the_defaults_whatever_comes_before_it,
				       set_defaults),
		cmocka_unit_test_setup(a_wrong_command_line_is_a_matter_of_usage, set_defaults),
		cmocka_unit_test(a_pause_ends_when_it_has_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
