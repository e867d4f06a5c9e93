/* What a challenger does with all games together: whose moves come first, and what
 * is kept of those that were lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "prover/dispatch.h"
#include "prover/losses.h"
#include "tests/support/test_world.h"

static struct dispatch dispatch;
static struct game games[3];

static void add(unsigned game, unsigned first_index, size_t count, const uint64_t *deadlines)
{
	struct play_move moves[8];

	for (size_t i = 0; i < count; i++)
		moves[i] = (struct play_move){ .deadline = deadlines[i],
					       .index = first_index + (unsigned)i };
	dispatch_add(&dispatch, &games[game],
		     &(struct play_moves){ .moves = moves, .count = count });
}

static void expect(uint64_t until, unsigned game, unsigned index)
{
	const struct dispatch_move *next = dispatch_next(&dispatch, until);

	assert_non_null(next);
	assert_ptr_equal(next->game, &games[game]);
	assert_int_equal(next->move.index, index);
}

static void the_most_urgent_of_all_games_comes_first(void **state)
{
	(void)state;
	dispatch_begin(&dispatch);
	add(0, 1, 3, (uint64_t[]){ 100, 300, UINT64_MAX });
	add(1, 11, 4, (uint64_t[]){ 200, 200, 300, UINT64_MAX }); /* a load and its step */
	add(2, 21, 1, (uint64_t[]){ 50 });
	expect(UINT64_MAX, 2, 21);
	expect(UINT64_MAX, 0, 1);
	expect(UINT64_MAX, 1, 11);
	expect(UINT64_MAX, 1, 12);
	expect(UINT64_MAX, 0, 2);
	expect(UINT64_MAX, 1, 13);
	expect(UINT64_MAX, 0, 3);
	expect(UINT64_MAX, 1, 14);
	assert_null(dispatch_next(&dispatch, UINT64_MAX));
	dispatch_end(&dispatch);
}

static void what_others_may_be_more_urgent_than_waits(void **state)
{
	(void)state;
	dispatch_begin(&dispatch);
	add(0, 1, 3, (uint64_t[]){ 100, 300, UINT64_MAX });
	expect(200, 0, 1);
	assert_null(dispatch_next(&dispatch, 200));
	add(1, 11, 1, (uint64_t[]){ 200 });
	add(2, 21, 1, (uint64_t[]){ 90 }); /* too late to be first */
	expect(UINT64_MAX, 2, 21);
	expect(UINT64_MAX, 1, 11);
	expect(UINT64_MAX, 0, 2);
	expect(UINT64_MAX, 0, 3);
	assert_null(dispatch_next(&dispatch, UINT64_MAX));
	dispatch_end(&dispatch);
}

static void many_moves_keep_their_order(void **state)
{
	(void)state;
	dispatch_begin(&dispatch);
	for (unsigned i = 0; i < 1000; i++)
		add(i % 3, i, 1, (uint64_t[]){ 1000 - i / 10 });
	for (unsigned tens = 100; tens-- > 0;)
		for (unsigned i = 0; i < 10; i++)
			expect(UINT64_MAX, (10 * tens + i) % 3, 10 * tens + i);
	dispatch_end(&dispatch);
}

/* ---- losses ---- */

static char directory[WORLD_PATH_SIZE];

static struct database *open_losses(void)
{
	static const struct database_schema schema = { "dispute", 1, "", NULL };
	char path[WORLD_PATH_SIZE], error[DATABASE_ERROR_SIZE];
	struct database *db;

	world_path(path, directory, "dispute.db");
	assert_true(database_open(&db, path, &schema, error));
	losses_open(db);
	return db;
}

static void what_is_lost_stays_until_it_was_seen(void **state)
{
	struct address one = { { 1 } }, two = { { 2 } };
	struct database *db;

	(void)state;
	world_directory(directory);
	db = open_losses();
	assert_int_equal(losses_unseen(db), 0);
	assert_true(losses_add(db, &one, "a bond", 10));
	assert_false(losses_add(db, &one, "a bond", 11));
	assert_true(losses_add(db, &one, "a claim", 12));
	assert_true(losses_add(db, &two, "a bond", 12));
	losses_take_back(db, 11); /* by an L1 reorg */
	assert_int_equal(losses_unseen(db), 1);
	database_close(db);
	db = open_losses();
	assert_int_equal(losses_unseen(db), 1);
	losses_acknowledge(db);
	assert_int_equal(losses_unseen(db), 0);
	assert_false(losses_add(db, &one, "a bond", 10));
	assert_int_equal(losses_unseen(db), 0);
	assert_true(losses_add(db, &two, "a bond", 20));
	assert_int_equal(losses_unseen(db), 1);
	database_close(db);
	world_remove(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_most_urgent_of_all_games_comes_first),
		cmocka_unit_test(what_others_may_be_more_urgent_than_waits),
		cmocka_unit_test(many_moves_keep_their_order),
		cmocka_unit_test(what_is_lost_stays_until_it_was_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
