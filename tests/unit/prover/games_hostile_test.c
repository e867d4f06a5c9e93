/* The challenger's view of all games against a node that lies, and games that make no
 * sense: what can't be is not taken, and the view and its database are as before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/json_values.h"
#include "tests/unit/prover/view.h"

/* ---- what a node may say ---- */

/* In an eth_getLogs answer that has logs of the factory, or of a game. */
static void (*change_created)(json_t *logs), (*change_events)(json_t *logs);

static json_t *lie_about_logs(struct game_l1 *fake, const char *method, json_t *result)
{
	struct address address;

	(void)fake;
	if (strcmp(method, "eth_getLogs") != 0 || json_array_size(result) == 0 ||
	    !json_to_address(&address, json_object_get(json_array_get(result, 0), "address")))
		return result;
	if (address_eq(&address, &game_l1_factory) && change_created)
		change_created(result);
	if (!address_eq(&address, &game_l1_factory) && change_events)
		change_events(result);
	return result;
}

static json_t *last(json_t *logs)
{
	return json_array_get(logs, json_array_size(logs) - 1);
}

static void set(json_t *logs, const char *key, const char *value)
{
	json_object_set_new(last(logs), key, value ? json_string(value) : json_null());
}

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static void one_topic_less(json_t *logs)
{
	json_t *topics = json_object_get(last(logs), "topics");

	json_array_remove(topics, json_array_size(topics) - 1);
}

static void one_topic_more(json_t *logs)
{
	json_t *topics = json_object_get(last(logs), "topics");

	while (json_array_size(topics) < 5)
		json_array_append_new(topics, json_string("0x" ZEROS));
}

static void no_topics(json_t *logs)
{
	json_array_clear(json_object_get(last(logs), "topics"));
}

static void a_short_topic(json_t *logs)
{
	json_array_set_new(json_object_get(last(logs), "topics"), 1, json_string("0x1234"));
}

static void an_address_too_large(json_t *logs)
{
	json_t *topics = json_object_get(last(logs), "topics");
	struct hash32 word;

	assert_true(json_to_hash(&word, json_array_get(topics, 1)));
	word.b[3] = 1;
	json_array_set_new(topics, 1, json_of_hash(&word));
}

static void another_event(json_t *logs)
{
	json_array_set_new(json_object_get(last(logs), "topics"), 0, json_string("0x" ZEROS));
}

static void another_contract(json_t *logs)
{
	set(logs, "address", "0x1111111111111111111111111111111111111111");
}

static void no_address(json_t *logs)
{
	set(logs, "address", NULL);
}

static void half_a_byte_of_data(json_t *logs)
{
	set(logs, "data", "0x123");
}

static void taken_back(json_t *logs)
{
	json_object_set_new(last(logs), "removed", json_true());
}

static void a_block_before(json_t *logs)
{
	set(logs, "blockNumber", "0x5");
}

static void a_block_after(json_t *logs)
{
	set(logs, "blockNumber", "0xffffffffff");
}

static void a_block_of_another_chain(json_t *logs)
{
	set(logs, "blockHash", "0x" ZEROS);
}

static void an_index_beyond_the_database(json_t *logs)
{
	set(logs, "logIndex", "0x8000000000000000");
}

static void an_index_in_words(json_t *logs)
{
	set(logs, "logIndex", "seven");
}

static void the_last_log_twice(json_t *logs)
{
	json_array_append(logs, last(logs));
}

static void the_last_log_again_later(json_t *logs)
{
	json_t *again = json_deep_copy(last(logs));

	json_object_set_new(again, "logIndex", json_string("0x77"));
	json_array_append_new(logs, again);
}

static void no_logs_but_a_number(json_t *logs)
{
	json_array_clear(logs);
	json_array_append_new(logs, json_integer(7));
}

static const struct {
	const char *name;
	void (*created)(json_t *logs), (*events)(json_t *logs);
} lies[] = {
	{ "a creation with too few topics", one_topic_less, NULL },
	{ "a creation with too many topics", one_topic_more, NULL },
	{ "a creation without topics", no_topics, NULL },
	{ "a creation with a short topic", a_short_topic, NULL },
	{ "a game's address too large", an_address_too_large, NULL },
	{ "another event of the factory", another_event, NULL },
	{ "a creation by another contract", another_contract, NULL },
	{ "a creation that was taken back", taken_back, NULL },
	{ "a creation in a block before", a_block_before, NULL },
	{ "a creation in a block to come", a_block_after, NULL },
	{ "a creation on another chain", a_block_of_another_chain, NULL },
	{ "a creation twice, the same log", the_last_log_twice, NULL },
	{ "a creation twice, another log", the_last_log_again_later, NULL },
	{ "a creation that is a number", no_logs_but_a_number, NULL },
	{ "an event with too many topics", NULL, one_topic_more },
	{ "an event with a short topic", NULL, a_short_topic },
	{ "an event of another contract", NULL, another_contract },
	{ "an event of nobody", NULL, no_address },
	{ "an event with half a byte", NULL, half_a_byte_of_data },
	{ "an event that was taken back", NULL, taken_back },
	{ "an event in a block before", NULL, a_block_before },
	{ "an event in a block to come", NULL, a_block_after },
	{ "an event on another chain", NULL, a_block_of_another_chain },
	{ "an event beyond all indices", NULL, an_index_beyond_the_database },
	{ "an event with an index in words", NULL, an_index_in_words },
	{ "an event twice", NULL, the_last_log_twice },
};

/* L1 has final blocks (read in ranges), and not (read one by one). */
static void expect_that_lies_change_nothing(uint64_t final_behind)
{
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		unsigned number = 1 + (unsigned)i;
		enum l1_err err;
		char *before;

		follow();
		before = describe(&view);
		create(number);
		log_in(number, attack_log(number, i));
		mine(1);
		l1.finalized = game_l1_head(&l1) - final_behind;
		change_created = lies[i].created;
		change_events = lies[i].events;
		l1.lie = lie_about_logs;
		err = games_follow(view.games);
		if (err == L1_OK || games_is_current(view.games) ||
		    games_head(view.games)->number == game_l1_head(&l1))
			fail_msg("%s is taken", lies[i].name);
		l1.lie = NULL;
		expect_described(&view, before);
	}
	follow();
	expect_as_fresh();
}

static void a_lie_about_final_blocks_changes_nothing(void **state)
{
	(void)state;
	expect_that_lies_change_nothing(0);
}

static void a_lie_about_new_blocks_changes_nothing(void **state)
{
	(void)state;
	expect_that_lies_change_nothing(20);
}

static void a_known_game_is_not_created_again(void **state)
{
	char *before;

	(void)state;
	create(1);
	create(2);
	mine(1);
	follow();
	games_finish(view.games, entry(2) == games_entry(view.games, 0) ? 0 : 1, "done");
	for (unsigned number = 1; number <= 2; number++) {
		struct game_rules r = rules(number);
		struct game_log again = game_log_created(&r.game, &r.root);

		before = describe(&view);
		game_l1_log(&l1, &game_l1_factory, &again);
		mine(1);
		assert_int_equal(games_follow(view.games), L1_BAD_ANSWER);
		expect_described(&view, before);
		game_l1_drop(&l1, 1);
		mine(1);
		follow();
	}
}

static json_t *lie_about_the_last_game(struct game_l1 *fake, const char *method, json_t *result)
{
	struct game_rules r = rules(100);
	struct address address;

	(void)fake;
	if (strcmp(method, "eth_getLogs") == 0 && json_array_size(result) > 0 &&
	    json_to_address(&address, json_object_get(last(result), "address")) &&
	    address_eq(&address, &r.game))
		set(result, "logIndex", "0x0");
	return result;
}

/* In two answers: each is asked about a hundred games. */
static void two_logs_in_one_place_change_nothing(void **state)
{
	char *before;

	(void)state;
	for (unsigned i = 0; i <= 100; i++)
		create(i);
	mine(1);
	follow();
	before = describe(&view);
	log_in(0, attack_log(0, 0));
	log_in(100, attack_log(100, 0));
	mine(1);
	l1.lie = lie_about_the_last_game;
	assert_int_equal(games_follow(view.games), L1_BAD_ANSWER);
	l1.lie = NULL;
	expect_described(&view, before);
	follow();
	expect_as_fresh();
}

static json_t *lie_about_the_number(struct game_l1 *fake, const char *method, json_t *result)
{
	(void)fake, (void)method;
	json_object_set_new(result, "number", json_string("0xffffffffffffffff"));
	return result;
}

static void lie_about_the_head(struct game_l1 *fake, const char *method, const json_t *params)
{
	const char *tag = json_string_value(json_array_get(params, 0));

	(void)method;
	fake->lie = tag && strcmp(tag, "latest") == 0 ? lie_about_the_number : NULL;
}

static void a_head_beyond_all_numbers_changes_nothing(void **state)
{
	char *before;

	(void)state;
	create(1);
	mine(1);
	follow();
	before = describe(&view);
	l1.before = lie_about_the_head;
	for (unsigned looks = 0; looks < 3; looks++) {
		assert_int_equal(games_follow(view.games), L1_ABSENT);
		assert_false(games_is_current(view.games));
	}
	l1.before = NULL;
	l1.lie = NULL;
	expect_described(&view, before);
	reopen();
	follow();
	expect_as_fresh();
}

static void what_the_network_does_changes_nothing(void **state)
{
	static const struct {
		int status;
		bool breaks_off;
		enum l1_err err;
	} faults[] = {
		{ 429, false, L1_UNAVAILABLE }, { 500, false, L1_UNAVAILABLE },
		{ 503, false, L1_UNAVAILABLE }, { 403, false, L1_NODE_ERROR },
		{ 0, true, L1_BAD_ANSWER },
	};
	static const char *const methods[] = { "eth_getBlockByNumber", "eth_getLogs" };
	char *before;

	(void)state;
	create(1);
	mine(1);
	follow();
	create(2);
	log_in(1, attack_log(1, 1));
	mine(1);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		for (size_t m = 0; m < 2; m++) {
			before = describe(&view);
			l1.fails_method = methods[m];
			l1.http_status = faults[i].status;
			l1.breaks_off = faults[i].breaks_off;
			assert_int_equal(games_follow(view.games), faults[i].err);
			expect_described(&view, before);
		}
	}
	l1.http_status = 0;
	l1.breaks_off = false;
	follow();
	expect_as_fresh();
}

/* Rules that can't be read are asked for again, and hold nothing else up. */
static void a_game_that_does_not_answer_holds_no_other_up(void **state)
{
	struct game_rules silent = rules(1);
	struct game_log created = game_log_created(&silent.game, &silent.root);

	(void)state;
	game_l1_log(&l1, &game_l1_factory, &created); /* nothing at that address */
	create(2);
	mine(1);
	for (unsigned looks = 0; looks < 5; looks++)
		(void)games_follow(view.games);
	assert_int_equal(games_follow(view.games), L1_BAD_ANSWER);
	assert_true(games_is_current(view.games));
	assert_false(entry(1)->is_ready);
	assert_true(entry(2)->is_ready);
	game_l1_add_rules(&l1, &silent);
	assert_int_equal(games_follow(view.games), L1_OK);
	assert_true(entry(1)->is_ready);
}

/* ---- events that make no sense ---- */

static struct game_log cut_short(struct game_log log)
{
	log.len--;
	return log;
}

static struct game_log with_a_word_more(struct game_log log)
{
	log.len += WORD; /* zeroes */
	return log;
}

static struct game_log with_topics(struct game_log log, size_t count)
{
	log.topic_count = count;
	return log;
}

static struct game_log with_a_byte(struct game_log log, size_t at, uint8_t value)
{
	log.data[at] = value;
	return log;
}

static struct game_log attack_at(unsigned number, unsigned depth, unsigned index, uint64_t first)
{
	struct claim_list list;
	struct claim c = attack(number, 1, &list);

	c.depth = (uint8_t)depth;
	c.index = (uint8_t)index;
	c.start = first;
	return game_log_claim_made(&c, &list, &liar, 6000);
}

static struct game_log attack_on(unsigned number, struct hash32 parent)
{
	struct claim_list list;
	struct claim c = attack(number, 1, &list);

	c.parent = parent;
	return game_log_claim_made(&c, &list, &liar, 6000);
}

static struct game_log root_log(unsigned number)
{
	struct game_rules r = rules(number);
	struct claim_list list;
	struct claim root;

	claim_root(&r, &root, &list);
	return game_log_claim_made(&root, &list, &me, 6000);
}

static struct game_log resolved_with(unsigned number, uint8_t highest_byte)
{
	struct hash32 root = root_claim(number);

	return with_a_byte(game_log_claim_resolved(&root, true, &me, 1), WORD, highest_byte);
}

enum { NONSENSE = 24 };

/* Log `which` of game `number`, which has the attack of variant 0. */
static struct game_log nonsense(unsigned which, unsigned number)
{
	struct hash32 first = attack_hash(number, 0), unknown = game_state(1);
	struct game_log log;
	size_t clock = CLAIM_WORDS * WORD;

	switch (which) {
	case 0: /* a claim twice */
		return attack_log(number, 0);
	case 1: /* an answer to a claim that is not there */
		return attack_on(number, unknown);
	case 2: /* ... to one of another game */
		return attack_on(number, root_claim(number + 1));
	case 3: /* the root claim again */
		return root_log(number);
	case 4: /* too deep for its parent */
		return attack_at(number, 2, 1, 1000);
	case 5: /* deeper than any game */
		return attack_at(number, 255, 1, 1000);
	case 6:
		return attack_at(number, 0, 1, 1000);
	case 7: /* no state of its parent */
		return attack_at(number, 1, 0, 1000);
	case 8:
		return attack_at(number, 1, 33, 1000);
	case 9: /* elsewhere */
		return attack_at(number, 1, 1, UINT64_MAX);
	case 10: /* clocks beyond 64 bits */
		return with_a_byte(attack_log(number, 1), clock, 1);
	case 11:
		return with_a_byte(attack_log(number, 1), clock + WORD, 1);
	case 12:
		return cut_short(attack_log(number, 1));
	case 13:
		return with_topics(attack_log(number, 1), 3);
	case 14:
		return with_topics(attack_log(number, 1), 1);
	case 15:
		return with_a_word_more(game_log_claim_fell(&first, &me, 9));
	case 16:
		return game_log_claim_fell(&unknown, &me, 9);
	case 17:
		return game_log_claim_fell(&first, &me, 33);
	case 18:
		return game_log_claim_resolved(&unknown, true, &me, 1);
	case 19: /* stands: neither yes nor no */
		log = game_log_claim_resolved(&first, true, &me, 1);
		return with_a_byte(log, WORD - 1, 2);
	case 20: /* more than was credited */
		return game_log_credit_claimed(&me, 1);
	case 21:
		return game_log_resolved(GAME_IN_PROGRESS);
	case 22:
		return game_log_resolved((enum game_status)3);
	default:
		log = game_log_resolved(GAME_DEFENDER_WINS);
		log.topics[1].b[0] = 1;
		return log;
	}
}

static void nonsense_breaks_a_game_and_no_other(void **state)
{
	(void)state;
	create(200);
	for (unsigned count = 0; count < NONSENSE; count++) {
		create(count);
		log_in(count, attack_log(count, 0));
		mine(1);
		follow();
		log_in(count, nonsense(count, count));
		log_in(200, attack_log(200, count));
		mine(1);
		follow();
		if (!entry(count)->is_broken || !entry(count)->trouble ||
		    entry(count)->game.claim_count != 2)
			fail_msg("nonsense %u is taken", count);
		/* It stays so, whatever comes. */
		log_in(count, attack_log(count, 50));
		mine(1);
		follow();
		assert_int_equal(entry(count)->game.claim_count, 2);
		assert_false(entry(200)->is_broken);
		assert_int_equal(entry(200)->game.claim_count, 2 + count);
	}
	expect_as_fresh();
}

static void credits_beyond_all_bounds_break_a_game(void **state)
{
	struct hash32 first = attack_hash(1, 0);
	struct game_log log = game_log_claim_resolved(&first, true, &me, 1);

	(void)state;
	create(1);
	log_in(1, attack_log(1, 0));
	log_in(1, resolved_with(1, 0xff));
	mine(1);
	follow();
	assert_false(entry(1)->is_broken);
	memset(log.data + WORD, 0xff, WORD);
	log_in(1, log);
	mine(1);
	follow();
	assert_true(entry(1)->is_broken);
	expect_as_fresh();
}

static void another_first_claim_breaks_a_game(void **state)
{
	struct game_rules r = rules(1);
	struct game_log created = game_log_created(&r.game, &r.root);

	(void)state;
	game_l1_add_rules(&l1, &r);
	game_l1_log(&l1, &game_l1_factory, &created);
	mine(1);
	follow();
	assert_true(entry(1)->is_ready && !entry(1)->is_broken);
	assert_int_equal(entry(1)->game.claim_count, 0);
	log_in(1, attack_log(1, 0));
	mine(1);
	follow();
	assert_true(entry(1)->is_broken);
	assert_int_equal(entry(1)->game.claim_count, 0);
}

static void logs_of_other_kinds_are_nothing(void **state)
{
	struct hash32 other = game_state(5);
	struct game_log log = game_log_of(GAME_EVENT_RESOLVED, &other, 2);

	(void)state;
	create(1);
	mine(1);
	log.topics[0] = other;
	log_in(1, log);
	log_in(1, with_topics(log, 0));
	game_l1_log(&l1, &game_l1_factory, &log);
	log_in(7, attack_log(7, 1)); /* of a contract that is no game */
	mine(1);
	follow();
	assert_int_equal(games_count(view.games), 1);
	assert_false(entry(1)->is_broken);
	assert_int_equal(entry(1)->game.claim_count, 1);
	expect_as_fresh();
}

static void parameters_out_of_bounds_break_a_game(void **state)
{
	struct game_rules bad[5];

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		bad[i] = rules(i);
	bad[0].output_levels = 7;
	bad[1].trace_levels = 0;
	bad[2].block = bad[2].anchor_block;
	bad[3].move_bond = U256_ZERO;
	bad[4].last_bond.limb[3] = 1;
	for (unsigned i = 0; i < 5; i++)
		game_l1_create(&l1, &bad[i], &me);
	create(5);
	mine(1);
	follow();
	for (unsigned i = 0; i < 5; i++)
		assert_true(entry(i)->is_ready && entry(i)->is_broken);
	assert_true(entry(5)->is_ready && !entry(5)->is_broken);
	log_in(0, attack_log(0, 0));
	mine(1);
	follow();
	assert_int_equal(entry(0)->game.claim_count, 0);
	expect_as_fresh();
}

static const char *words_answered;

static json_t *lie_about_views(struct game_l1 *fake, const char *method, json_t *result)
{
	(void)fake;
	if (strcmp(method, "eth_call") != 0)
		return result;
	json_decref(result);
	return json_string(words_answered);
}

static void answers_that_are_none_make_no_rules(void **state)
{
	static const char *const answers[] = {
		"0x",
		"0x00",
		"0x" ZEROS ZEROS,
		"0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	};

	(void)state;
	create(1);
	mine(1);
	l1.lie = lie_about_views;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		words_answered = answers[i];
		for (unsigned looks = 0; looks < 3; looks++)
			assert_int_not_equal(games_follow(view.games), L1_UNAVAILABLE);
		assert_int_equal(games_follow(view.games), L1_BAD_ANSWER);
		assert_false(entry(1)->is_ready);
	}
	l1.lie = NULL;
	follow();
	assert_true(entry(1)->is_ready && !entry(1)->is_broken);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(a_lie_about_final_blocks_changes_nothing),
		TEST(a_lie_about_new_blocks_changes_nothing),
		TEST(a_known_game_is_not_created_again),
		TEST(two_logs_in_one_place_change_nothing),
		TEST(a_head_beyond_all_numbers_changes_nothing),
		TEST(what_the_network_does_changes_nothing),
		TEST(a_game_that_does_not_answer_holds_no_other_up),
		TEST(nonsense_breaks_a_game_and_no_other),
		TEST(credits_beyond_all_bounds_break_a_game),
		TEST(another_first_claim_breaks_a_game),
		TEST(logs_of_other_kinds_are_nothing),
		TEST(parameters_out_of_bounds_break_a_game),
		TEST(answers_that_are_none_make_no_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
