/* The challenger's view of all games against a node that leaves logs out without a word:
 * they are found when their blocks are final. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/json_values.h"
#include "tests/unit/prover/view.h"

/* Of the answers that have logs, behind so many, so many are empty, or lack the last; of
 * those with logs of the factory, or of games. */
static unsigned whole, left_out;
static bool last_only;
static bool of_factory;

static json_t *leave_out(struct game_l1 *fake, const char *method, json_t *result)
{
	struct address address;

	(void)fake;
	if (left_out > 0 && strcmp(method, "eth_getLogs") == 0 && json_array_size(result) > 0 &&
	    json_to_address(&address, json_object_get(json_array_get(result, 0), "address")) &&
	    address_eq(&address, &game_l1_factory) == of_factory && whole-- == 0) {
		whole = 0;
		left_out--;
		if (last_only)
			json_array_remove(result, json_array_size(result) - 1);
		else
			json_array_clear(result);
	}
	return result;
}

/* Twice: as it comes, and as it is final. */
static void look_until_final(void)
{
	follow();
	l1.finalized = game_l1_head(&l1);
	mine(1);
	for (unsigned looks = 0; looks < 10; looks++)
		(void)games_follow(view.games);
	follow();
}

static void a_game_that_was_left_out_is_found_when_it_is_final(void **state)
{
	(void)state;
	mine(3);
	follow();
	create(1);
	log_in(1, attack_log(1, 1));
	mine(5);
	l1.lie = leave_out;
	of_factory = true;
	left_out = 1;
	follow();
	assert_int_equal(left_out, 0);
	assert_null(entry(1));
	look_until_final();
	assert_non_null(entry(1));
	assert_int_equal(entry(1)->game.claim_count, 2);
	expect_as_fresh();
}

static void claims_that_were_left_out_are_found_when_they_are_final(void **state)
{
	(void)state;
	create(1);
	create(2);
	mine(3);
	follow();
	l1.lie = leave_out;
	of_factory = false;
	left_out = 1;
	log_in(1, attack_log(1, 1));
	mine(1);
	follow();
	assert_int_equal(left_out, 0);
	log_in(1, attack_log(1, 2));
	mine(5);
	follow();
	assert_int_equal(entry(1)->game.claim_count, 2);
	look_until_final();
	assert_int_equal(entry(1)->game.claim_count, 3);
	expect_as_fresh();
}

static void a_game_without_its_root_claim_is_mended_when_it_is_final(void **state)
{
	(void)state;
	mine(3);
	follow();
	l1.lie = leave_out;
	of_factory = false;
	left_out = 1;
	create(1);
	log_in(1, attack_log(1, 1));
	mine(5);
	follow();
	assert_int_equal(left_out, 0);
	look_until_final();
	assert_false(entry(1)->is_broken);
	assert_int_equal(entry(1)->game.claim_count, 2);
	expect_as_fresh();
}

/* Where the second reading begins there may be no mark to go back to. */
static void what_was_left_out_of_a_range_is_found_in_another(void **state)
{
	(void)state;
	create(1);
	mine(1600);
	log_in(1, attack_log(1, 1));
	mine(130);
	log_in(1, attack_log(1, 2));
	mine(1500);
	l1.finalized = game_l1_head(&l1);
	l1.lie = leave_out;
	of_factory = false;
	last_only = true;
	whole = 1;
	left_out = 1;
	follow();
	assert_int_equal(left_out, 0);
	assert_int_equal(entry(1)->game.claim_count, 2);
	for (unsigned looks = 0; looks < 40; looks++)
		(void)games_follow(view.games);
	follow();
	assert_int_equal(entry(1)->game.claim_count, 3);
	last_only = false;
	expect_as_fresh();
}

/* Which is not read on. */
static void what_comes_after_a_games_end_was_not_left_out(void **state)
{
	struct game_log paid = game_log_credit_claimed(&liar, 5);
	unsigned taken_back;

	(void)state;
	create(1);
	create(2);
	mine(3);
	follow();
	games_finish(view.games, entry(1) == games_entry(view.games, 0) ? 0 : 1, "over");
	taken_back = games_times_taken_back(view.games);
	log_in(1, paid);
	mine(3);
	look_until_final();
	assert_int_equal(games_times_taken_back(view.games), taken_back);
	assert_null(entry(1));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(a_game_that_was_left_out_is_found_when_it_is_final),
		TEST(claims_that_were_left_out_are_found_when_they_are_final),
		TEST(what_was_left_out_of_a_range_is_found_in_another),
		TEST(what_comes_after_a_games_end_was_not_left_out),
		TEST(a_game_without_its_root_claim_is_mended_when_it_is_final),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
