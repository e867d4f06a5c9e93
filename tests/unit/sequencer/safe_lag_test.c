/* When the chain has to wait for L1, and when it goes on. */
#include "sequencer/safe_lag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MOST_BATCHES 8
#define MAX_PAST     2000 /* so that blocks may get 1000 s old */

static bool look(struct safe_lag *lag, uint64_t batches, uint64_t seconds)
{
	return safe_lag_look(lag, batches, seconds, MOST_BATCHES, MAX_PAST, 1);
}

static void it_waits_when_either_is_too_far(void **state)
{
	static const struct {
		uint64_t batches, seconds;
		bool waits;
	} cases[] = {
		{ 0, 0, false },   { MOST_BATCHES - 1, 999, false }, { MOST_BATCHES, 0, true },
		{ 0, 1000, true }, { UINT64_MAX, UINT64_MAX, true },
	};
	char text[COMPLAINT_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct safe_lag lag = { 0 };

		assert_null(safe_lag_complaint(&lag, text));
		assert_int_equal(look(&lag, cases[i].batches, cases[i].seconds), cases[i].waits);
		assert_int_equal(safe_lag_complaint(&lag, text) != NULL, cases[i].waits);
	}
}

static void it_goes_on_when_a_quarter_of_both_is_free(void **state)
{
	struct safe_lag lag = { 0 };

	(void)state;
	assert_true(look(&lag, MOST_BATCHES, 1000));
	assert_true(look(&lag, MOST_BATCHES - 1, 0));
	assert_true(look(&lag, 6, 0));
	assert_true(look(&lag, 5, 750));
	assert_false(look(&lag, 5, 749));
	/* And waits no earlier than at first. */
	assert_false(look(&lag, MOST_BATCHES - 1, 999));
	assert_true(look(&lag, MOST_BATCHES, 999));
}

static void the_complaint_has_all_figures(void **state)
{
	struct safe_lag lag = { 0 };
	char text[COMPLAINT_TEXT_SIZE];

	(void)state;
	look(&lag, 1234567, 89);
	assert_non_null(strstr(safe_lag_complaint(&lag, text), "1234567 batches"));
	assert_non_null(strstr(text, "(8 may wait)"));
	assert_non_null(strstr(text, "for 89 s (1000 s)"));
	/* It is whole with the largest figures, too. */
	safe_lag_look(&lag, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, 1);
	assert_non_null(strstr(safe_lag_complaint(&lag, text), "account has"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_waits_when_either_is_too_far),
		cmocka_unit_test(it_goes_on_when_a_quarter_of_both_is_free),
		cmocka_unit_test(the_complaint_has_all_figures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
