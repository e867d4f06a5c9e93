/* Against a model: a transaction that needs so much and uses so much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sequencer/rpc_gas_search.h"

struct model {
	uint64_t needs, uses, refunds;
	uint64_t invalid_below; /* a limit that is invalid in a way that no gas helps */
	unsigned tries;
};

static enum gas_trial try_model(void *context, uint64_t limit, uint64_t *used, uint64_t *refunded)
{
	struct model *m = context;

	m->tries++;
	if (limit < m->invalid_below)
		return GAS_INVALID;
	*used = m->uses;
	*refunded = m->refunds;
	return limit >= m->needs ? GAS_SUFFICES : GAS_FAILS;
}

static enum gas_trial run(struct model *m, uint64_t most, uint64_t *limit)
{
	struct gas_search search = { m, try_model };

	return gas_search(&search, most, limit);
}

static void the_answer_is_enough_and_at_most_a_little_too_much(void **unused)
{
	(void)unused;
	for (uint64_t uses = 21000; uses < 20000000; uses = uses * 5 / 4) {
		for (uint64_t extra = 0; extra <= uses * 3; extra = extra * 3 + 1) {
			struct model m = { .needs = uses + extra, .uses = uses };
			uint64_t limit = 0;

			assert_int_equal(run(&m, 80000000, &limit), GAS_SUFFICES);
			assert_true(limit >= m.needs);
			assert_true((limit - m.needs) * 1000 < limit * 15);
			assert_true(m.tries <= 20);
		}
	}
}

static void a_refund_is_needed_first(void **unused)
{
	struct model m = { .needs = 60000, .uses = 48000, .refunds = 12000 };
	uint64_t limit;

	(void)unused;
	assert_int_equal(run(&m, 16777216, &limit), GAS_SUFFICES);
	assert_true(limit >= 60000 && limit < 61000);
}

static void what_fails_with_most_fails(void **unused)
{
	struct model m = { .needs = 50001, .uses = 50001 };
	uint64_t limit = 7;

	(void)unused;
	assert_int_equal(run(&m, 50000, &limit), GAS_FAILS);
	assert_int_equal(limit, 7);
	assert_int_equal(m.tries, 1);
	assert_int_equal(run(&m, 50001, &limit), GAS_SUFFICES);
	assert_int_equal(limit, 50001);
}

static void an_invalid_trial_ends_the_search(void **unused)
{
	struct model m = { .needs = 1000000, .uses = 30000, .invalid_below = 500000 };
	uint64_t limit;

	(void)unused;
	assert_int_equal(run(&m, 400000, &limit), GAS_INVALID);
	assert_int_equal(run(&m, 4000000, &limit), GAS_INVALID);
	assert_int_equal(m.tries, 3);
}

static void nothing_used_does_not_run_forever(void **unused)
{
	struct model m = { .needs = 0, .uses = 0 };
	uint64_t limit;

	(void)unused;
	assert_int_equal(run(&m, 1000000, &limit), GAS_SUFFICES);
	m.needs = 900000;
	assert_int_equal(run(&m, 1000000, &limit), GAS_SUFFICES);
	assert_true(limit >= 900000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_answer_is_enough_and_at_most_a_little_too_much),
		cmocka_unit_test(a_refund_is_needed_first),
		cmocka_unit_test(what_fails_with_most_fails),
		cmocka_unit_test(an_invalid_trial_ends_the_search),
		cmocka_unit_test(nothing_used_does_not_run_forever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
