/* A game out of events that may be lies, and what is played where the random
 * games (dispute_games.c) seldom come by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "prover/dispute/calls.h"
#include "prover/dispute/play.h"
#include "tests/support/game_events.h"
#include "tests/support/game_example.h"

static const struct address me = { .b = { [19] = 1 } }, liar = { .b = { [19] = 2 } };
static struct game game;
static struct arena arena;
static uint64_t block;

static struct game_rules rules(void)
{
	return game_example(&(struct address){ .b = { [0] = 0x6a } });
}

static enum game_err apply(const struct game_log *e)
{
	return game_apply(&game, e->topics, e->topic_count, bytes_of(e->data, e->len), ++block, 0);
}

static enum game_err apply_claim(const struct claim *c, const struct claim_list *list,
				 const struct address *who)
{
	struct game_log e = game_log_claim_made(c, list, who, 6000);

	return apply(&e);
}

/* The first claim below the root, right but for what the caller changes. */
static void outputs(struct claim *c, struct claim_list *list)
{
	struct game_rules r = rules();
	struct claim root;

	claim_root(&r, &root, list);
	for (unsigned i = 0; i < CLAIM_STATES; i++)
		list->states[i] = game_state(1000 + (i < 20 ? i : 20));
	*c = (struct claim){ .parent = claim_hash(&root), .start = 1000, .depth = 1, .index = 1 };
	list->states[20] = game_state(77); /* not what the root claim says */
	for (unsigned i = 21; i < CLAIM_STATES; i++)
		list->states[i] = list->states[20];
}

static enum game_err apply_outputs(struct claim *c, const struct claim_list *list)
{
	c->list_hash = claim_list_hash(list);
	return apply_claim(c, list, &liar);
}

static int start(void **state)
{
	struct game_rules r = rules();
	struct claim_list list;
	struct claim root;

	(void)state;
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	assert_true(game_init(&game, &r));
	block = 100;
	claim_root(&r, &root, &list);
	assert_int_equal(apply_claim(&root, &list, &me), GAME_OK);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	game_free(&game);
	arena_free(&arena);
	return 0;
}

/* ---- refusals ---- */

static void a_claim_with_any_other_byte_is_refused(void **state)
{
	struct claim_list list;
	struct claim c;
	struct game_log good, bad;

	(void)state;
	outputs(&c, &list);
	c.list_hash = claim_list_hash(&list);
	good = game_log_claim_made(&c, &list, &liar, 6000);
	for (size_t i = 0; i < good.len; i++) {
		if (i / WORD == CLAIM_WORDS || i / WORD == CLAIM_WORDS + 1)
			continue; /* the clocks: nothing says what they are */
		bad = good;
		bad.data[i] ^= 1;
		assert_int_equal(apply(&bad), GAME_MALFORMED);
	}
	for (size_t i = 0; i < good.len; i++) {
		bad = good;
		bad.len = i;
		assert_int_equal(apply(&bad), GAME_MALFORMED);
	}
	for (size_t topic = 1; topic < 4; topic++) {
		bad = good;
		bad.topics[topic].b[0] ^= 1;
		assert_int_equal(apply(&bad), GAME_MALFORMED);
	}
	bad = good;
	bad.topic_count = 3;
	assert_int_equal(apply(&bad), GAME_MALFORMED);
	assert_int_equal(game.claim_count, 1);
	assert_int_equal(apply(&good), GAME_OK);
	assert_int_equal(apply(&good), GAME_CLAIM_TWICE);
}

static void another_first_claim_is_refused(void **state)
{
	struct game_rules r = rules();
	struct claim_list list;
	struct claim root;

	(void)state;
	game_free(&game);
	assert_true(game_init(&game, &r));
	r.root = game_state(1);
	claim_root(&r, &root, &list);
	assert_int_equal(apply_claim(&root, &list, &me), GAME_NOT_THE_ROOT);
}

static void claims_in_the_wrong_place_are_refused(void **state)
{
	struct claim_list list;
	struct claim c;

	(void)state;
	outputs(&c, &list);
	c.parent.b[5] ^= 1;
	assert_int_equal(apply_outputs(&c, &list), GAME_UNKNOWN_CLAIM);
	outputs(&c, &list);
	c.depth = 2;
	assert_int_equal(apply_outputs(&c, &list), GAME_MISPLACED);
	outputs(&c, &list);
	c.index = 0;
	assert_int_equal(apply_outputs(&c, &list), GAME_MISPLACED);
	outputs(&c, &list);
	c.index = 33;
	assert_int_equal(apply_outputs(&c, &list), GAME_MISPLACED);
	outputs(&c, &list);
	c.start = 1001;
	assert_int_equal(apply_outputs(&c, &list), GAME_MISPLACED);
	outputs(&c, &list);
	c.context.b[0] = 1;
	assert_int_equal(apply_outputs(&c, &list), GAME_MISPLACED);
}

static void lists_that_attack_nothing_are_refused(void **state)
{
	struct claim_list list;
	struct claim c;

	(void)state;
	outputs(&c, &list);
	list.states[0] = game_state(5);
	assert_int_equal(apply_outputs(&c, &list), GAME_WRONG_LIST);
	outputs(&c, &list);
	for (unsigned i = 20; i < CLAIM_STATES; i++)
		list.states[i] = game_state(1020);
	assert_int_equal(apply_outputs(&c, &list), GAME_WRONG_LIST); /* the same end */
	outputs(&c, &list);
	list.states[21] = game_state(6);
	assert_int_equal(apply_outputs(&c, &list), GAME_WRONG_LIST); /* behind the block */
	outputs(&c, &list);
	list.states[3] = claim_absent;
	assert_int_equal(apply_outputs(&c, &list), GAME_WRONG_LIST); /* a block after none */
}

static void a_trace_needs_its_context(void **state)
{
	struct claim_trace t = {
		.agreed = game_state(1019), .claimed = game_state(77), .block = 1020, .horizon = 7
	};
	struct game_rules r = rules();
	struct claim_list list, states;
	struct claim c, trace;
	struct game_log e;

	(void)state;
	outputs(&c, &list);
	assert_int_equal(apply_outputs(&c, &list), GAME_OK);
	for (unsigned i = 0; i < CLAIM_STATES; i++)
		states.states[i] = game_state(i);
	trace = (struct claim){ .parent = claim_hash(&c),
				.list_hash = claim_list_hash(&states),
				.context = claim_trace_context(&t, &r.chain_config_hash),
				.start = 1020,
				.depth = 2,
				.index = 20 };
	assert_int_equal(apply_claim(&trace, &states, &me), GAME_UNKNOWN_TRACE);
	e = game_log_trace_begun(&t, &c.parent);
	assert_int_equal(apply(&e), GAME_WRONG_CONTEXT);
	e = game_log_trace_begun(&t, &trace.context);
	assert_int_equal(apply(&e), GAME_OK);
	assert_int_equal(apply_claim(&trace, &states, &me), GAME_OK);
	/* Of another interval. */
	trace.index = 19;
	assert_int_equal(apply_claim(&trace, &states, &me), GAME_MISPLACED);
	/* One that proves the claim that it attacks. */
	trace.index = 20;
	states.states[CLAIM_K].b[0] = 0;
	trace.list_hash = claim_list_hash(&states);
	assert_int_equal(apply_claim(&trace, &states, &me), GAME_WRONG_LIST);
}

static void events_come_in_order(void **state)
{
	struct claim_list list;
	struct claim c;

	(void)state;
	outputs(&c, &list);
	block = 50;
	assert_int_equal(apply_outputs(&c, &list), GAME_OUT_OF_ORDER);
}

static void credits_are_what_was_resolved(void **state)
{
	struct game_log resolved = game_log_claim_resolved(&game.claims[0].hash, true, &me, 8);
	struct game_log paid = game_log_credit_claimed(&me, 9);
	struct u256 credit;

	(void)state;
	assert_int_equal(apply(&resolved), GAME_OK);
	assert_int_equal(apply(&resolved), GAME_RESOLVED_TWICE);
	credit = game_credit_of(&game, &me);
	assert_int_equal(credit.limb[0], 8);
	assert_int_equal(apply(&paid), GAME_WRONG_AMOUNT);
	paid = game_log_credit_claimed(&me, 8);
	assert_int_equal(apply(&paid), GAME_OK);
	credit = game_credit_of(&game, &me);
	assert_true(u256_is_zero(&credit));
}

static void rules_out_of_bounds_make_no_game(void **state)
{
	struct game_rules r = rules();
	struct game g;

	(void)state;
	r.block = r.anchor_block;
	assert_false(game_init(&g, &r));
	r.block = r.anchor_block + 33;
	assert_false(game_init(&g, &r));
	r = rules();
	r.trace_levels = 13;
	assert_false(game_init(&g, &r));
	r = rules();
	r.output_levels = 0;
	assert_false(game_init(&g, &r));
}

/* ---- a toy truth: state n is right at n ---- */

static enum truth_err says = TRUTH_OK;

static const char *reason(void *context)
{
	(void)context;
	return "so be it";
}

static enum truth_err toy_output(void *context, uint64_t horizon, const struct hash32 *link,
				 uint64_t number, struct hash32 *root)
{
	(void)context, (void)horizon, (void)link;
	*root = game_state(number);
	return says;
}

static enum truth_err toy_states(void *context, const struct claim_trace *t, uint64_t first,
				 uint64_t spacing, struct claim_list *list)
{
	(void)context, (void)t;
	for (unsigned i = 0; i < CLAIM_STATES; i++)
		list->states[i] = game_state(first + i * spacing);
	list->states[CLAIM_K].b[0] = 1;
	return says;
}

static enum truth_err toy_step(void *context, const struct claim_trace *t, uint64_t step,
			       struct arena *a, struct truth_step *out)
{
	(void)context, (void)t, (void)a;
	*out = (struct truth_step){ .before = game_state(step), .after = game_state(step + 1) };
	if (step + 1 == CLAIM_K)
		out->after.b[0] = 1;
	return says;
}

static const struct truth toy = { NULL, reason, toy_output, toy_states, toy_step };

/* A right root that is attacked, our answer, and a trace of the liar's that is
 * wrong at state 9; all with the deadline 6000. */
static void play_to_the_bottom(void)
{
	struct claim_trace t = {
		.agreed = game_state(1004), .claimed = game_state(1005), .block = 1005, .horizon = 7
	};
	struct game_rules r = rules();
	struct claim_list list, states;
	struct claim c, trace;
	struct game_log e;

	says = TRUTH_OK;
	outputs(&c, &list);
	for (unsigned i = 0; i < CLAIM_STATES; i++)
		list.states[i] = game_state(1000 + (i < 20 ? i : 20));
	list.states[20].b[9] = 9;
	for (unsigned i = 21; i < CLAIM_STATES; i++)
		list.states[i] = list.states[20];
	assert_int_equal(apply_outputs(&c, &list), GAME_OK);
	for (unsigned i = 0; i < CLAIM_STATES; i++)
		states.states[i] = game_state(i < 9 ? i : i + 1000);
	states.states[CLAIM_K].b[0] = 2;
	trace = (struct claim){ .parent = claim_hash(&c),
				.list_hash = claim_list_hash(&states),
				.context = claim_trace_context(&t, &r.chain_config_hash),
				.start = 1005,
				.depth = 2,
				.index = 5 };
	e = game_log_trace_begun(&t, &trace.context);
	assert_int_equal(apply(&e), GAME_OK);
	assert_int_equal(apply_claim(&trace, &states, &liar), GAME_OK);
}

static void play_until_it_fell(void)
{
	struct game_log fell;

	play_to_the_bottom();
	fell = game_log_claim_fell(&game.claims[2].hash, &me, 9);
	assert_int_equal(apply(&fell), GAME_OK);
}

static struct play_moves play_at(uint64_t now)
{
	struct player who = {
		.self = me, .now = now, .block = block, .commit_margin = 60, .resolves_all = true
	};
	struct play_moves moves;

	play_next(&arena, &moves, &game, &toy, &who);
	return moves;
}

static bool has(const struct play_moves *m, enum play_kind kind)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->moves[i].kind == kind)
			return true;
	return false;
}

static void a_step_is_committed_to_in_time_and_made_in_haste(void **state)
{
	struct play_moves m;

	(void)state;
	play_to_the_bottom();
	m = play_at(5500);
	assert_true(has(&m, PLAY_COMMIT_STEP));
	assert_false(has(&m, PLAY_STEP));
	m = play_at(5950);
	assert_false(has(&m, PLAY_COMMIT_STEP));
	assert_true(has(&m, PLAY_STEP));
}

/* A step is in time until the claim is resolved: it would stand if we did that. */
static void a_wrong_claim_at_the_bottom_is_not_resolved_before_the_step(void **state)
{
	struct play_moves m;

	(void)state;
	play_to_the_bottom();
	m = play_at(7000);
	assert_true(has(&m, PLAY_STEP));
	assert_false(has(&m, PLAY_RESOLVE_CLAIMS));
	assert_false(has(&m, PLAY_RESOLVE));
}

static void nor_one_that_is_not_judged(void **state)
{
	struct play_moves m;

	(void)state;
	play_to_the_bottom();
	says = TRUTH_NOT_YET;
	m = play_at(7000);
	assert_int_equal(m.count, 0);
	assert_int_equal(m.not_yet, 3);
	assert_string_equal(m.reason, "claim 2: so be it");
}

static void after_a_step_all_is_resolved_from_the_bottom_up(void **state)
{
	struct play_moves m;

	(void)state;
	play_until_it_fell();
	m = play_at(7000);
	assert_false(has(&m, PLAY_STEP));
	assert_true(has(&m, PLAY_RESOLVE_CLAIMS));
	assert_int_equal(m.moves[m.count - 1].kind, PLAY_RESOLVE);
	/* The wrong list was never answered. */
	assert_int_equal(m.too_late, 1);
}

static void a_stranger_resolves_what_is_abandoned(void **state)
{
	struct player stranger = { .self = { .b = { [19] = 9 } },
				   .now = 6000 + PLAY_ABANDONED_AFTER - 1,
				   .block = 200 };
	struct play_moves m;

	(void)state;
	play_until_it_fell();
	play_next(&arena, &m, &game, &toy, &stranger);
	assert_int_equal(m.count, 0);
	stranger.now++;
	play_next(&arena, &m, &game, &toy, &stranger);
	assert_true(has(&m, PLAY_RESOLVE_CLAIMS));
	assert_int_equal(m.moves[m.count - 1].kind, PLAY_RESOLVE);
}

static bool is_second_time(void *context)
{
	return ++*(unsigned *)context > 1;
}

static void what_is_urgent_is_answered_before_others_are_judged(void **state)
{
	struct claim_list list;
	struct claim c;
	struct play_moves m;
	struct game_log e;
	unsigned asked = 0;
	struct player who = { .self = me,
			      .now = 5500,
			      .block = 200,
			      .commit_margin = 60,
			      .patience = { is_second_time, &asked } };

	(void)state;
	says = TRUTH_OK;
	outputs(&c, &list);
	assert_int_equal(apply_outputs(&c, &list), GAME_OK);
	list.states[19] = game_state(66);
	c.list_hash = claim_list_hash(&list);
	e = game_log_claim_made(&c, &list, &liar, 5800);
	assert_int_equal(apply(&e), GAME_OK);
	play_next(&arena, &m, &game, &toy, &who);
	assert_int_equal(m.count, 1);
	assert_int_equal(m.moves[0].kind, PLAY_ATTACK);
	assert_int_equal(m.moves[0].claim, 2);
	assert_int_equal(m.waiting, 2);
	assert_int_equal(game.claims[1].judgement, GAME_UNJUDGED);
	assert_int_equal(m.not_yet + m.unknown, 0);

	/* And the next time those that waited. */
	for (size_t left = 1; left < 3; left++) {
		asked = 0;
		who.resume = m.resume;
		play_next(&arena, &m, &game, &toy, &who);
		assert_int_equal(m.waiting, 2);
		assert_int_not_equal(game.claims[left - 1].judgement, GAME_UNJUDGED);
	}
	asked = 0;
	who.resume = m.resume;
	who.now = 5800; /* too late for it: it comes last */
	play_next(&arena, &m, &game, &toy, &who);
	assert_int_equal(m.resume, 1 + 0);
}

static void the_same_move_has_the_same_id(void **state)
{
	struct play_moves a, b;

	(void)state;
	play_to_the_bottom();
	a = play_at(5500);
	b = play_at(5501);
	assert_int_equal(a.count, b.count);
	assert_int_equal(a.count, 2);
	for (size_t i = 0; i < a.count; i++)
		assert_true(hash32_eq(&a.moves[i].id, &b.moves[i].id));
	assert_false(hash32_eq(&a.moves[0].id, &a.moves[1].id));
}

static void verdicts_say_why(void **state)
{
	struct play_verdict v;

	(void)state;
	play_to_the_bottom();
	play_verdict(&game, 0, &toy, &v);
	assert_int_equal(v.judgement, GAME_AGREE);
	play_verdict(&game, 1, &toy, &v);
	assert_int_equal(v.judgement, GAME_DISAGREE);
	assert_int_equal(v.wrong_index, 20);
	assert_non_null(strstr(v.reason, "block 1020"));
	play_verdict(&game, 2, &toy, &v);
	assert_int_equal(v.wrong_index, 9);
	assert_non_null(strstr(v.reason, "block 1005, step 9"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(a_claim_with_any_other_byte_is_refused),
		TEST(another_first_claim_is_refused),
		TEST(claims_in_the_wrong_place_are_refused),
		TEST(lists_that_attack_nothing_are_refused),
		TEST(a_trace_needs_its_context),
		TEST(events_come_in_order),
		TEST(credits_are_what_was_resolved),
		TEST(rules_out_of_bounds_make_no_game),
		TEST(a_step_is_committed_to_in_time_and_made_in_haste),
		TEST(a_wrong_claim_at_the_bottom_is_not_resolved_before_the_step),
		TEST(nor_one_that_is_not_judged),
		TEST(after_a_step_all_is_resolved_from_the_bottom_up),
		TEST(a_stranger_resolves_what_is_abandoned),
		TEST(what_is_urgent_is_answered_before_others_are_judged),
		TEST(the_same_move_has_the_same_id),
		TEST(verdicts_say_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
