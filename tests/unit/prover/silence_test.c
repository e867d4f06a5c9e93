/* When somebody who is asked has no answer: what is logged of it, and when. */
#include "prover/silence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* What goes to the log, without the line's head: "" for nothing. */
static const char *note(struct silence *silence, const char *wrong, uint64_t now_ms)
{
	static char text[1000];
	char *words;
	size_t len;
	FILE *out = tmpfile();
	int kept = dup(STDERR_FILENO);

	assert_non_null(out);
	dup2(fileno(out), STDERR_FILENO);
	silence_note(silence, "claims", wrong, "over", now_ms);
	dup2(kept, STDERR_FILENO);
	close(kept);
	rewind(out);
	len = fread(text, 1, sizeof(text) - 1, out);
	fclose(out);
	text[len] = '\0';
	if (len)
		text[len - 1] = '\0';
	words = strstr(text, "claims: ");
	return words ? words + 8 : text;
}

static void is_said_after_a_while_and_every_minute_until_it_is_over(void **state)
{
	static const struct {
		uint64_t now_ms;
		const char *wrong, *logged;
		uint64_t seconds; /* afterwards */
	} steps[] = {
		{ 1000, NULL, "", 0 },
		{ 2000, "away", "", 0 },
		{ 6999, "away", "", 4 },
		{ 7000, "nonsense", "nonsense", 5 }, /* the reason may change */
		{ 66999, "away", "", 64 },
		{ 67000, "away", "away", 65 },
		{ 302000, "away", "away", 300 },
		{ 302001, NULL, "over", 0 },
		{ 302002, NULL, "", 0 },
		/* One that is over before anything was said. */
		{ 400000, "away", "", 0 },
		{ 404999, NULL, "", 0 },
		{ 405000, "away", "", 0 },
		{ 410000, "away", "away", 5 },
	};
	struct silence silence = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		assert_string_equal(note(&silence, steps[i].wrong, steps[i].now_ms),
				    steps[i].logged);
		assert_int_equal(silence_seconds(&silence, steps[i].now_ms), steps[i].seconds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_said_after_a_while_and_every_minute_until_it_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
