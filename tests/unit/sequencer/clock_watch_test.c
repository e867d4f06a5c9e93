/* What is said about the time of our blocks. */
#include "sequencer/clock_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define L1_TIME 1700000000
#define MOST    600

static void only_more_than_is_allowed_is_complained_of(void **state)
{
	static const struct {
		uint64_t block, l1;
		bool is_wrong;
	} cases[] = {
		{ L1_TIME, L1_TIME, false },
		{ L1_TIME + MOST, L1_TIME, false },
		{ L1_TIME + MOST + 1, L1_TIME, true },
		{ L1_TIME - 100000, L1_TIME, false },
		{ L1_TIME, 0, false }, /* L1 was not seen yet */
	};
	char text[COMPLAINT_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct clock_watch watch = { 0 };

		assert_null(clock_watch_complaint(&watch, text));
		clock_watch_look(&watch, cases[i].block, cases[i].l1, MOST, 1);
		assert_int_equal(clock_watch_complaint(&watch, text) != NULL, cases[i].is_wrong);
	}
}

/* How many lines went to the log at `now_ms`. */
static size_t lines_logged(struct clock_watch *watch, uint64_t ahead, uint64_t now_ms)
{
	char text[1000];
	size_t lines = 0, len;
	FILE *out = tmpfile();
	int kept = dup(STDERR_FILENO);

	assert_non_null(out);
	dup2(fileno(out), STDERR_FILENO);
	clock_watch_look(watch, L1_TIME + ahead, L1_TIME, MOST, now_ms);
	dup2(kept, STDERR_FILENO);
	close(kept);
	rewind(out);
	len = fread(text, 1, sizeof(text), out);
	fclose(out);
	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	return lines;
}

static void it_is_said_once_a_minute_and_when_it_is_over(void **state)
{
	struct clock_watch watch = { 0 };

	(void)state;
	assert_int_equal(lines_logged(&watch, 0, 1000), 0);
	assert_int_equal(lines_logged(&watch, 7200, 2000), 1);
	assert_int_equal(lines_logged(&watch, 7201, 3000), 0);
	assert_int_equal(lines_logged(&watch, 7259, 61999), 0);
	assert_int_equal(lines_logged(&watch, 7260, 62000), 1);
	assert_int_equal(lines_logged(&watch, 0, 63000), 1);
	assert_int_equal(lines_logged(&watch, 0, 64000), 0);
	assert_int_equal(lines_logged(&watch, 7200, 65000), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_more_than_is_allowed_is_complained_of),
		cmocka_unit_test(it_is_said_once_a_minute_and_when_it_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
