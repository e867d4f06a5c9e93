/* The challenger's view of all games: what is on L1 is in it, and in its database,
 * whatever stops the process. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/json_values.h"
#include "prover/challenger.h"
#include "tests/unit/prover/view.h"

/* ---- what is there is seen ---- */

static void a_game_is_seen_with_all_that_happens_in_it(void **state)
{
	struct hash32 root = root_claim(1), wrong = attack_hash(1, 3), commitment = game_state(99);
	struct u256 credit;
	struct game *g;

	(void)state;
	assert_int_equal(games_head(view.games)->number, 0);
	assert_false(games_is_current(view.games));
	create(1);
	mine(1);
	follow();
	assert_int_equal(games_count(view.games), 1);
	assert_int_equal(entry(1)->created_in, GAME_L1_FIRST + 1);
	assert_true(entry(1)->is_ready && !entry(1)->is_broken && entry(1)->has_news);
	g = &entry(1)->game;
	assert_int_equal(g->claim_count, 1);
	assert_memory_equal(&g->claims[0].hash, &root, 32);
	assert_memory_equal(&g->rules.link, &l1.link, 32);
	entry(1)->has_news = false;
	mine(1);
	assert_int_equal(games_follow(view.games), L1_OK); /* one look is enough */
	assert_true(games_is_current(view.games));
	assert_false(entry(1)->has_news);
	log_in(1, attack_log(1, 3));
	mine(1);
	log_in(1, game_log_of(GAME_EVENT_STEP_COMMITTED, &commitment, 2));
	log_in(1, game_log_claim_fell(&wrong, &me, 9));
	log_in(1, game_log_claim_resolved(&wrong, false, &me, 2));
	log_in(1, game_log_claim_resolved(&root, true, &me, 8));
	log_in(1, game_log_resolved(GAME_DEFENDER_WINS));
	log_in(1, game_log_credit_claimed(&me, 9));
	mine(1);
	follow();
	assert_true(entry(1)->has_news);
	assert_int_equal(g->claim_count, 2);
	assert_memory_equal(&g->claims[1].claimant, &liar, 20);
	assert_int_equal(g->claims[1].deadline, 6003);
	assert_true(g->claims[1].fell && g->claims[0].resolved && g->claims[0].stands);
	assert_int_equal(game_committed_in(g, &commitment), GAME_L1_FIRST + 4);
	assert_int_equal(g->status, GAME_DEFENDER_WINS);
	credit = game_credit_of(g, &me);
	assert_int_equal(credit.limb[0], 1);
	assert_int_equal(games_head(view.games)->number, game_l1_head(&l1));
	expect_as_fresh();
}

static void a_look_is_so_far_behind_the_head(void **state)
{
	(void)state;
	close_view(&view);
	confirmations = 3;
	open_view(&view, "view.db");
	create(1);
	mine(3);
	follow();
	assert_int_equal(games_count(view.games), 0);
	mine(1);
	follow();
	assert_int_equal(games_count(view.games), 1);
	assert_int_equal(games_head(view.games)->number, game_l1_head(&l1) - 3);
}

static void reopened_it_is_the_same(void **state)
{
	char *before;

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		create(i);
		mine(1);
		log_in(i, attack_log(i, i));
		mine(1);
	}
	log_in(4, game_log_resolved((enum game_status)9)); /* breaks it */
	log_in(4, attack_log(4, 77));
	mine(1);
	follow();
	assert_true(entry(4)->is_broken);
	before = describe(&view);
	reopen();
	assert_int_equal(games_count(view.games), 5);
	assert_false(entry(0)->is_ready);
	assert_false(games_is_current(view.games));
	follow();
	expect_described(&view, before);
	/* And it goes on from there: nothing is read again. */
	l1.log_calls = 0;
	reopen();
	follow();
	assert_int_equal(l1.log_calls, 0);
	log_in(2, attack_log(2, 8));
	mine(1);
	follow();
	assert_int_equal(entry(2)->game.claim_count, 3);
	expect_as_fresh();
}

/* ---- many ---- */

static void thousands_of_games_are_followed(void **state)
{
	enum { games = 1500 };

	(void)state;
	for (unsigned i = 0; i < games; i++) {
		create(i);
		if (i % 50 == 0)
			mine(1);
	}
	mine(1);
	for (unsigned i = 0; i < games; i += 7)
		log_in(i, attack_log(i, i));
	mine(1);
	l1.finalized = game_l1_head(&l1);
	follow();
	assert_int_equal(games_count(view.games), games);
	log_in(games - 1, attack_log(games - 1, 1));
	log_in(150, attack_log(150, 1));
	mine(1);
	follow();
	for (unsigned i = 0; i < games; i++) {
		assert_true(entry(i)->is_ready && !entry(i)->is_broken);
		assert_int_equal(entry(i)->game.claim_count,
				 1 + (i % 7 == 0) + (i == 150 || i == games - 1));
	}
}

static uint64_t most_blocks;

static json_t *refuse_long_ranges(struct game_l1 *fake, const char *method, json_t *result)
{
	(void)fake;
	if (strcmp(method, "eth_getLogs") != 0 || most_blocks == 0)
		return result;
	json_decref(result);
	return NULL;
}

static void note_range(struct game_l1 *fake, const char *method, const json_t *params)
{
	const json_t *filter = json_array_get(params, 0);
	uint64_t from, to;

	if (strcmp(method, "eth_getLogs") != 0)
		return;
	fake->lie = json_to_u64(&from, json_object_get(filter, "fromBlock")) &&
			    json_to_u64(&to, json_object_get(filter, "toBlock")) &&
			    to - from >= most_blocks
			? refuse_long_ranges
			: NULL;
}

static void a_node_that_refuses_long_ranges_is_asked_for_shorter_ones(void **state)
{
	(void)state;
	create(1);
	mine(1000);
	log_in(1, attack_log(1, 1));
	mine(1);
	l1.finalized = game_l1_head(&l1);
	most_blocks = 60;
	l1.before = note_range;
	for (unsigned looks = 0; looks < 100 && !games_is_current(view.games); looks++)
		(void)games_follow(view.games);
	l1.before = NULL;
	l1.lie = NULL;
	assert_true(games_is_current(view.games));
	assert_int_equal(entry(1)->game.claim_count, 2);
	expect_as_fresh();
}

/* Nor does it hold up what is new. */
static void a_node_that_refuses_long_ranges_is_followed_at_its_head(void **state)
{
	(void)state;
	create(1);
	mine(400);
	follow();
	reopen();
	create(2);
	mine(1);
	l1.finalized = game_l1_head(&l1) - 2;
	most_blocks = 60;
	l1.before = note_range;
	for (unsigned looks = 0; looks < 60; looks++)
		(void)games_follow(view.games);
	assert_true(games_is_current(view.games));
	assert_true(entry(1)->is_ready && entry(2)->is_ready);
	assert_int_equal(games_follow(view.games), L1_OK);
	l1.before = NULL;
	l1.lie = NULL;
	expect_as_fresh();
}

/* ---- finished games ---- */

static void finish(unsigned number, const char *report)
{
	for (size_t i = 0; i < games_count(view.games); i++) {
		if (games_entry(view.games, i) != entry(number))
			continue;
		games_finish(view.games, i, report);
		return;
	}
	fail_msg("there is no game %u", number);
}

static void append(void *context, const char *report)
{
	strcat(context, report);
}

static void expect_finished(size_t most, const char *reports)
{
	char found[100] = "";

	games_finished(view.games, most, append, found);
	assert_string_equal(found, reports);
}

static void a_finished_game_leaves_its_report(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 3; i++) {
		create(i);
		mine(1);
	}
	follow();
	finish(2, "two ");
	finish(1, "one ");
	assert_int_equal(games_count(view.games), 1);
	log_in(1, attack_log(1, 1)); /* nobody looks */
	mine(1);
	follow();
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(games_count(view.games), 1);
		assert_non_null(entry(3));
		expect_finished(10, "two one ");
		expect_finished(1, "two ");
		reopen();
		follow();
	}
}

static void a_finished_game_that_is_taken_back_goes_on(void **state)
{
	unsigned taken_back = games_times_taken_back(view.games);

	(void)state;
	create(1);
	mine(1);
	create(2);
	log_in(1, attack_log(1, 1));
	mine(1);
	log_in(1, game_log_resolved(GAME_DEFENDER_WINS));
	mine(4);
	follow();
	finish(1, "one ");
	finish(2, "two ");
	log_in(1, attack_log(1, 2)); /* not read */
	mine(2);
	follow();
	game_l1_drop(&l1, 3); /* behind all that was read of it */
	mine(4);
	follow();
	assert_int_equal(games_count(view.games), 0);
	expect_finished(10, "two one ");
	assert_true(games_times_taken_back(view.games) > taken_back);
	taken_back = games_times_taken_back(view.games);
	/* Its end. */
	game_l1_drop(&l1, 7);
	log_in(1, attack_log(1, 3));
	mine(9);
	follow();
	assert_true(games_times_taken_back(view.games) > taken_back);
	assert_int_equal(games_count(view.games), 1);
	assert_int_equal(entry(1)->game.status, GAME_IN_PROGRESS);
	assert_int_equal(entry(1)->game.claim_count, 3);
	expect_finished(10, "two ");
	/* The other one's beginning. */
	game_l1_drop(&l1, 10);
	mine(11);
	follow();
	expect_finished(10, "");
	expect_as_fresh();
}

/* ---- rules ---- */

static void a_doubted_game_begins_anew_where_the_inbox_is_another(void **state)
{
	(void)state;
	create(1);
	mine(1);
	follow();
	entry(1)->owner = calloc(1, 1);
	entry(1)->is_doubted = true;
	follow();
	assert_false(entry(1)->is_doubted);
	assert_non_null(entry(1)->owner);
	l1.link = game_state(123);
	follow();
	assert_non_null(entry(1)->owner); /* nobody doubts */
	entry(1)->is_doubted = true;
	l1.fails_method = "eth_call";
	l1.http_status = 500;
	assert_int_equal(games_follow(view.games), L1_UNAVAILABLE);
	assert_true(entry(1)->is_doubted);
	l1.http_status = 0;
	follow();
	assert_null(entry(1)->owner);
	assert_true(entry(1)->is_ready);
	assert_memory_equal(&entry(1)->game.rules.link, &l1.link, 32);
	expect_as_fresh();
}

static void the_oldest_anchor_is_of_all_games_or_not_known(void **state)
{
	struct game_rules older = rules(2), broken = rules(3);
	uint64_t block = 2000;

	(void)state;
	assert_false(games_oldest_anchor(view.games, &block));
	older.anchor_block = 990;
	broken.anchor_block = 5; /* too far from its block */
	create(1);
	game_l1_create(&l1, &broken, &me);
	mine(1);
	follow();
	assert_true(games_oldest_anchor(view.games, &block));
	assert_int_equal(block, 1000);
	game_l1_create(&l1, &older, &me);
	mine(1);
	l1.fails_method = "eth_call";
	l1.http_status = 500;
	for (unsigned looks = 0; looks < 3; looks++)
		(void)games_follow(view.games);
	assert_true(games_is_current(view.games));
	assert_false(games_oldest_anchor(view.games, &block)); /* of game 2 */
	l1.http_status = 0;
	follow();
	assert_true(games_oldest_anchor(view.games, &block));
	assert_int_equal(block, 990);
	block = 7;
	assert_true(games_oldest_anchor(view.games, &block));
	assert_int_equal(block, 7);
}

/* ---- the database ---- */

static unsigned rows_left;

static void die_at_a_row(void *context, int what, const char *db, const char *table,
			 sqlite3_int64 row)
{
	(void)context, (void)what, (void)db, (void)table, (void)row;
	if (--rows_left == 0)
		kill(getpid(), SIGKILL);
}

static int die_at_a_commit(void *context)
{
	(void)context;
	if (--rows_left == 0)
		kill(getpid(), SIGKILL);
	return 0;
}

/* In a process of its own, which is killed at its `at`th row, or commit.  False: it
 * got to the end before. */
static bool follow_and_die(unsigned at, bool in_commit)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct l1_client_config config = { .http.url = l1.url };

		client = l1_client_new(&config);
		open_view(&view, "view.db");
		rows_left = at;
		if (in_commit)
			sqlite3_commit_hook(database_handle(view.db), die_at_a_commit, NULL);
		else
			sqlite3_update_hook(database_handle(view.db), die_at_a_row, NULL);
		for (unsigned looks = 0; looks < 20; looks++)
			(void)games_follow(view.games);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* A reorg and what came then: both transactions of a look. */
static void news(unsigned number)
{
	game_l1_drop(&l1, 2);
	create(number);
	log_in(1, attack_log(1, 10 + number));
	mine(1);
	log_in(number, attack_log(number, 1));
	mine(2);
}

static void killed_between_write_and_commit_nothing_is_lost(void **state)
{
	unsigned number = 2, died = 0;

	(void)state;
	create(1);
	mine(5);
	follow();
	for (unsigned in_commit = 0; in_commit < 2; in_commit++) {
		bool dies = true;

		for (unsigned at = 1; dies; at++) {
			close_view(&view);
			news(++number);
			dies = follow_and_die(at, in_commit);
			died += dies;
			open_view(&view, "view.db");
			follow();
			expect_as_fresh();
		}
	}
	assert_true(died >= 12);
}

static void view_of_another_kind(const char *path)
{
	static const struct database_schema schema = { "chain", 1, "", "aa" };
	char error[DATABASE_ERROR_SIZE];
	struct database *db;

	assert_true(database_open(&db, path, &schema, error));
	database_close(db);
}

static bool open_challenger(const struct rollup_config *config, char error[DATABASE_ERROR_SIZE])
{
	struct options options = { .watch = true };
	struct challenger *c;
	bool opened;

	options.service.data = directory;
	options.service.l1_url = l1.url;
	opened = challenger_open(&c, config, &options, NULL, error);
	challenger_close(c);
	return opened;
}

static void a_database_of_another_chain_is_refused(void **state)
{
	struct rollup_config ours = { .chain = { .chain_id = 845300, .gas_limit = 30000000 },
				      .l1_chain_id = GAME_L1_CHAIN_ID,
				      .inbox = game_l1_inbox,
				      .dispute_game_factory = game_l1_factory,
				      .l1_start_block = GAME_L1_FIRST };
	struct rollup_config others[4] = { ours, ours, ours, ours };
	char error[DATABASE_ERROR_SIZE], path[WORLD_PATH_SIZE];

	(void)state;
	others[0].l1_chain_id = 1;
	others[1].inbox.b[0] ^= 1;
	others[2].dispute_game_factory.b[0] ^= 1;
	others[3].l1_start_block++;
	assert_true(open_challenger(&ours, error));
	for (size_t i = 0; i < 4; i++) {
		if (open_challenger(&others[i], error))
			fail_msg("configuration %zu is taken", i);
		assert_non_null(strstr(error, "dispute.db belongs to another rollup.json"));
	}
	assert_true(open_challenger(&ours, error));
	/* One of the verifier's, in its place. */
	world_path(path, directory, "dispute.db");
	assert_int_equal(unlink(path), 0);
	view_of_another_kind(path);
	assert_false(open_challenger(&ours, error));
	assert_non_null(strstr(error, "holds a chain database, not dispute"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(a_game_is_seen_with_all_that_happens_in_it),
		TEST(a_look_is_so_far_behind_the_head),
		TEST(reopened_it_is_the_same),
		TEST(thousands_of_games_are_followed),
		TEST(a_node_that_refuses_long_ranges_is_asked_for_shorter_ones),
		TEST(a_node_that_refuses_long_ranges_is_followed_at_its_head),
		TEST(a_finished_game_leaves_its_report),
		TEST(a_finished_game_that_is_taken_back_goes_on),
		TEST(a_doubted_game_begins_anew_where_the_inbox_is_another),
		TEST(the_oldest_anchor_is_of_all_games_or_not_known),
		TEST(killed_between_write_and_commit_nothing_is_lost),
		TEST(a_database_of_another_chain_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
