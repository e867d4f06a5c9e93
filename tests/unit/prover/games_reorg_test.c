/* The challenger's view of all games where L1 takes blocks back, and nodes are behind: it
 * ends as that of somebody who has only seen the last chain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "prover/losses.h"
#include "tests/unit/prover/view.h"

/* ---- reorgs ---- */

static void a_creation_that_is_taken_back_is_no_game(void **state)
{
	struct game_rules stays = rules(1), goes = rules(2);

	(void)state;
	create(1);
	mine(1);
	create(2);
	mine(1);
	follow();
	assert_true(losses_add(view.db, &goes.game, "a bond", game_l1_head(&l1)));
	assert_true(losses_add(view.db, &stays.game, "a bond", game_l1_head(&l1) - 1));
	game_l1_drop(&l1, 1);
	mine(2);
	follow();
	assert_int_equal(games_count(view.games), 1);
	assert_non_null(entry(1));
	assert_int_equal(losses_unseen(view.db), 1);
	losses_take_back(view.db, 0);
	expect_as_fresh();
	/* Once more, in another block. */
	create(2);
	mine(1);
	follow();
	assert_int_equal(entry(2)->created_in, game_l1_head(&l1));
	expect_as_fresh();
	/* And all of them. */
	game_l1_drop(&l1, (size_t)(game_l1_head(&l1) - GAME_L1_FIRST + 1));
	mine(9);
	follow();
	assert_int_equal(games_count(view.games), 0);
	expect_as_fresh();
}

static void a_move_that_is_taken_back_was_not_made(void **state)
{
	(void)state;
	create(1);
	create(2);
	mine(1);
	log_in(1, attack_log(1, 1));
	mine(1);
	log_in(1, attack_log(1, 2));
	mine(1);
	follow();
	assert_int_equal(entry(1)->game.claim_count, 3);
	entry(1)->owner = calloc(1, 1);
	entry(2)->owner = calloc(1, 1);
	game_l1_drop(&l1, 1);
	log_in(1, attack_log(1, 3)); /* another one in its place */
	mine(2);
	follow();
	assert_int_equal(entry(1)->game.claim_count, 3);
	assert_true(entry(1)->has_news);
	assert_null(entry(1)->owner); /* it begins anew */
	assert_non_null(entry(2)->owner);
	expect_as_fresh();
}

static void a_resolution_that_is_taken_back_leaves_the_game_open(void **state)
{
	struct hash32 root = root_claim(1);

	(void)state;
	create(1);
	mine(1);
	log_in(1, game_log_claim_resolved(&root, true, &me, 8));
	mine(1);
	log_in(1, game_log_resolved(GAME_DEFENDER_WINS));
	log_in(1, game_log_credit_claimed(&me, 8));
	mine(1);
	follow();
	assert_int_equal(entry(1)->game.status, GAME_DEFENDER_WINS);
	game_l1_drop(&l1, 1);
	mine(1);
	follow();
	assert_int_equal(entry(1)->game.status, GAME_IN_PROGRESS);
	assert_true(entry(1)->game.claims[0].resolved);
	expect_as_fresh();
	game_l1_drop(&l1, 2);
	mine(3);
	follow();
	assert_false(entry(1)->game.claims[0].resolved);
	expect_as_fresh();
}

/* While we were away, or looked. */
static void a_reorg_between_two_starts_is_noticed(void **state)
{
	(void)state;
	create(1);
	mine(1);
	log_in(1, attack_log(1, 1));
	create(2);
	mine(1);
	follow();
	close_view(&view);
	game_l1_drop(&l1, 1);
	log_in(1, attack_log(1, 2));
	mine(1);
	open_view(&view, "view.db");
	follow();
	assert_int_equal(games_count(view.games), 1);
	assert_int_equal(entry(1)->game.claim_count, 2);
	expect_as_fresh();
}

static unsigned until_reorg, reorg_depth;

static void reorganise_meanwhile(struct game_l1 *fake, const char *method, const json_t *params)
{
	(void)method, (void)params;
	if (until_reorg == 0 || --until_reorg > 0)
		return;
	game_l1_drop(fake, reorg_depth);
	log_in(1, attack_log(1, 700 + fake->calls));
	mine(1);
	create(3);
	mine(4);
	if (fake->finalized > 0)
		fake->finalized = game_l1_head(fake);
}

/* Before each of the questions of a look at three blocks.  `is_final`: so a node says,
 * wrongly. */
static void reorganise_before_each_question(unsigned depth, bool is_final)
{
	bool was_longer = true;

	l1.before = reorganise_meanwhile;
	reorg_depth = depth;
	for (unsigned at = 1; was_longer; at++) {
		until_reorg = 0;
		game_l1_drop(&l1, (size_t)(game_l1_head(&l1) - GAME_L1_FIRST));
		create(1);
		mine(1);
		log_in(1, attack_log(1, 1));
		do
			mine(1);
		while (game_l1_head(&l1) < view_head());
		follow();
		create(2);
		log_in(1, attack_log(1, 2));
		mine(1);
		log_in(2, attack_log(2, 2));
		mine(2); /* nothing in the last one tells whose it is */
		l1.finalized = is_final ? game_l1_head(&l1) : 0;
		until_reorg = at;
		follow();
		was_longer = until_reorg == 0;
		until_reorg = 0;
		follow(); /* what came behind its last question */
		expect_as_fresh();
	}
}

static void a_reorg_during_a_look_leaves_nothing_behind(void **state)
{
	(void)state;
	reorganise_before_each_question(3, false);
	reorganise_before_each_question(4, false); /* what was read before, too */
}

static void a_reorg_of_final_blocks_during_a_look_leaves_nothing_behind(void **state)
{
	(void)state;
	reorganise_before_each_question(3, true);
	reorganise_before_each_question(4, true);
}

static void replace_what_is_asked_for(struct game_l1 *fake, const char *method,
				      const json_t *params)
{
	(void)params;
	if (strcmp(method, "eth_getLogs") != 0)
		return;
	fake->before = NULL;
	game_l1_drop(fake, 2);
	log_in(1, attack_log(1, 2));
	mine(2);
}

/* Not even until the next look. */
static void logs_of_a_range_that_is_gone_are_not_taken(void **state)
{
	char *before;

	(void)state;
	create(1);
	mine(1);
	follow();
	log_in(1, attack_log(1, 1));
	mine(2);
	l1.finalized = game_l1_head(&l1);
	before = describe(&view);
	l1.before = replace_what_is_asked_for;
	assert_int_equal(games_follow(view.games), L1_ABSENT);
	assert_false(games_is_current(view.games));
	expect_described(&view, before);
	follow();
	expect_as_fresh();
}

static void replace_the_head(struct game_l1 *fake, const char *method, const json_t *params)
{
	(void)params;
	if (strcmp(method, "eth_call") != 0)
		return;
	fake->before = NULL;
	game_l1_drop(fake, 1);
	mine(1);
	fake->link = game_state(55);
}

static void rules_are_of_the_l1_that_the_events_are_of(void **state)
{
	(void)state;
	create(1);
	mine(2);
	l1.before = replace_the_head;
	assert_int_equal(games_follow(view.games), L1_ABSENT);
	assert_int_equal(games_count(view.games), 1);
	assert_false(entry(1)->is_ready);
	follow();
	assert_true(entry(1)->is_ready);
	expect_as_fresh();
}

/* Asked for a range, a node that is behind leaves out what it does not know, without
 * a word; its neighbour behind the same address has said what the head is. */
static void what_a_node_that_is_behind_leaves_out_is_read_later(void **state)
{
	(void)state;
	create(1);
	mine(3);
	follow();
	log_in(1, attack_log(1, 1));
	mine(1);
	create(2);
	mine(1);
	l1.logs_behind = 2;
	for (unsigned looks = 0; looks < 5; looks++) {
		(void)games_follow(view.games);
		assert_false(games_is_current(view.games));
	}
	l1.logs_behind = 0;
	follow();
	assert_int_equal(games_count(view.games), 2);
	assert_int_equal(entry(1)->game.claim_count, 2);
	expect_as_fresh();
}

/* Somebody who asks again at once where all is well and more is to come must not do
 * so here. */
static void a_head_that_goes_back_is_waited_for(void **state)
{
	char *before;

	(void)state;
	create(1);
	mine(4);
	follow();
	before = describe(&view);
	game_l1_drop(&l1, 2);
	for (unsigned looks = 0; looks < 3; looks++) {
		assert_int_equal(games_follow(view.games), L1_ABSENT);
		assert_false(games_is_current(view.games));
	}
	expect_described(&view, before);
	mine(2);
	follow();
	expect_as_fresh();
}

static unsigned until_failure;

static void fail_from_then_on(struct game_l1 *fake, const char *method, const json_t *params)
{
	(void)method, (void)params;
	if (until_failure > 0 && --until_failure == 0)
		fake->http_status = 503;
}

/* From when on it is known to be out of date, nothing is said to be current. */
static void a_view_half_taken_back_is_not_current(void **state)
{
	unsigned failures = 0;
	bool was_longer = true;

	(void)state;
	create(1);
	mine(3);
	l1.before = fail_from_then_on;
	for (unsigned at = 1; was_longer; at++) {
		unsigned taken_back;

		log_in(1, attack_log(1, at));
		mine(3);
		follow();
		assert_true(games_is_current(view.games));
		taken_back = games_times_taken_back(view.games);
		game_l1_drop(&l1, 3);
		mine(3);
		until_failure = at;
		was_longer = games_follow(view.games) != L1_OK;
		l1.http_status = until_failure = 0;
		if (was_longer && games_times_taken_back(view.games) > taken_back) {
			failures++;
			assert_int_equal(games_is_current(view.games),
					 hash32_eq(&games_head(view.games)->hash,
						   &l1.blocks[l1.count - 1].hash));
		}
		follow();
		expect_as_fresh();
	}
	assert_true(failures > 8);
}

/* ---- anything at all ---- */

static uint64_t seed;
static unsigned variant;

static unsigned below(unsigned bound)
{
	return (unsigned)world_random(&seed, bound);
}

/* Whether the game is on the chain of now, and how it stands there, from the model's
 * own notes: what happened in which block. */
enum { MODEL_GAMES = 12 };

static struct {
	uint64_t created, resolved, fell; /* in block; 0: not */
	uint64_t first;                   /* the variant of the attack that fell */
	uint64_t attacked;
} model[MODEL_GAMES];

static void forget_above(uint64_t head)
{
	for (unsigned i = 0; i < MODEL_GAMES; i++) {
		if (model[i].created > head)
			memset(&model[i], 0, sizeof(model[i]));
		if (model[i].resolved > head)
			model[i].resolved = 0;
		if (model[i].attacked > head)
			model[i].attacked = 0;
		if (model[i].fell > head)
			model[i].fell = 0;
	}
}

static void happen_in(unsigned i)
{
	uint64_t next = game_l1_head(&l1) + 1;
	struct hash32 hash;

	if (!model[i].created) {
		create(i);
		model[i].created = next;
	} else if (model[i].resolved) {
		log_in(i, game_log_of(GAME_EVENT_STEP_COMMITTED, &(struct hash32){ { 9 } }, 2));
	} else if (!model[i].attacked) {
		model[i].first = ++variant;
		model[i].attacked = next;
		log_in(i, attack_log(i, variant));
	} else if (!model[i].fell && below(2)) {
		hash = attack_hash(i, model[i].first);
		model[i].fell = next;
		log_in(i, game_log_claim_fell(&hash, &me, below(32)));
	} else if (below(4) == 0) {
		hash = root_claim(i);
		model[i].resolved = next;
		log_in(i, game_log_claim_resolved(&hash, below(2), &me, 5));
		log_in(i, game_log_resolved(GAME_DEFENDER_WINS));
		log_in(i, game_log_credit_claimed(&me, 1 + below(5)));
	} else {
		log_in(i, attack_log(i, ++variant));
	}
}

static void happen(void)
{
	for (unsigned count = below(4); count > 0; count--)
		happen_in(below(MODEL_GAMES));
	mine(1);
}

static void reorganise(void)
{
	uint64_t length = game_l1_head(&l1) - GAME_L1_FIRST;
	unsigned depth = 1 + below(below(5) == 0 ? 60 : 6);

	if (depth > length)
		depth = (unsigned)length;
	game_l1_drop(&l1, depth);
	forget_above(game_l1_head(&l1));
	for (unsigned i = below(3) ? depth : below(depth + 2); i > 0; i--)
		happen();
	if (l1.finalized > game_l1_head(&l1))
		l1.finalized = game_l1_head(&l1);
}

static void look_somehow(void)
{
	static const char *const methods[] = { NULL, "eth_getBlockByNumber", "eth_getLogs",
					       "eth_call" };

	switch (below(6)) {
	case 0:
		l1.fails_method = methods[below(4)];
		l1.http_status = 503;
		break;
	case 1:
		l1.logs_behind = below(4);
		break;
	case 2:
		reopen();
		break;
	}
	(void)games_follow(view.games);
	l1.http_status = 0;
	l1.logs_behind = 0;
}

static void whatever_happens_it_is_as_seen_at_the_end(void **state)
{
	(void)state;
	seed = 20240607;
	memset(model, 0, sizeof(model));
	for (unsigned round = 0; round < 25; round++) {
		for (unsigned step = below(12); step > 0; step--) {
			if (below(5) == 0)
				reorganise();
			else
				happen();
			if (below(3) == 0)
				look_somehow();
			if (below(4) == 0 && game_l1_head(&l1) > GAME_L1_FIRST + 20)
				l1.finalized = game_l1_head(&l1) - 20;
		}
		while (game_l1_head(&l1) < view_head())
			happen();
		follow();
		expect_as_fresh();
	}
	for (unsigned i = 0; i < MODEL_GAMES; i++) {
		assert_int_equal(entry(i) != NULL, model[i].created > 0);
		if (entry(i))
			assert_int_equal(entry(i)->game.status != GAME_IN_PROGRESS,
					 model[i].resolved > 0);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(a_creation_that_is_taken_back_is_no_game),
		TEST(a_move_that_is_taken_back_was_not_made),
		TEST(a_resolution_that_is_taken_back_leaves_the_game_open),
		TEST(a_reorg_between_two_starts_is_noticed),
		TEST(a_reorg_during_a_look_leaves_nothing_behind),
		TEST(a_reorg_of_final_blocks_during_a_look_leaves_nothing_behind),
		TEST(logs_of_a_range_that_is_gone_are_not_taken),
		TEST(rules_are_of_the_l1_that_the_events_are_of),
		TEST(what_a_node_that_is_behind_leaves_out_is_read_later),
		TEST(a_head_that_goes_back_is_waited_for),
		TEST(a_view_half_taken_back_is_not_current),
		TEST(whatever_happens_it_is_as_seen_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
