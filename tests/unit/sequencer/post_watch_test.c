/* What is said about batches that do not get to L1, and when. */
#include "sequencer/post_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "base/native/log.h"

#define SECOND UINT64_C(1000)
#define MINUTE (60 * SECOND)
#define START  (5 * MINUTE)

static const struct address account = { { 0xba, 0x7c } };

/* As geth says it, behind what l1_transactions puts in front. */
static const char funds[] = "insufficient funds: insufficient funds for gas * price + value: "
			    "balance 7, tx cost 200, overshot 193";
static const char ceiling[] = "the fee ceiling is reached";
static const char refused[] = "refused: only local transactions";

static int start(void **state)
{
	static struct post_watch watch;

	watch = (struct post_watch){ .notice = NOTICE_NONE };
	log_set_level(LOG_ERROR + 1);
	*state = &watch;
	return 0;
}

static bool complains_of(struct post_watch *watch, const char *words)
{
	char text[COMPLAINT_TEXT_SIZE];

	return notice_read(&watch->notice, text) && strstr(text, words);
}

static bool complains(struct post_watch *watch)
{
	return complains_of(watch, "");
}

static void look(struct post_watch *watch, const char *hindrance, uint64_t now_ms)
{
	post_watch_look(watch, &account, hindrance, now_ms);
}

static void what_is_in_the_way_is_told_when_it_lasts(void **state)
{
	static const struct {
		const char *hindrance;
		uint64_t patience;
		const char *words;
	} cases[] = {
		{ funds, 0, "account 0xba7c000000000000000000000000000000000000 can't pay" },
		{ refused, MINUTE, "(refused: only local transactions)" },
		{ ceiling, 10 * MINUTE, "--max-l1-fee" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct post_watch *watch = *state;

		start(state);
		look(watch, "", START);
		assert_false(complains(watch));
		if (cases[i].patience) {
			look(watch, cases[i].hindrance, START);
			look(watch, cases[i].hindrance, START + cases[i].patience - 1);
			assert_false(complains(watch));
		}
		look(watch, cases[i].hindrance, START + cases[i].patience);
		assert_true(complains_of(watch, cases[i].words));
		look(watch, "", START + cases[i].patience + 1);
		assert_false(complains(watch));
	}
}

static void what_goes_in_between_was_not_in_the_way(void **state)
{
	struct post_watch *watch = *state;

	look(watch, refused, START);
	look(watch, "", START + MINUTE - 1);
	look(watch, refused, START + MINUTE);
	assert_false(complains(watch));
	look(watch, refused, START + 2 * MINUTE);
	assert_true(complains(watch));
}

static void batches_that_revert_are_told_until_one_arrives(void **state)
{
	struct post_watch *watch = *state;

	post_watch_refused(watch, "reverted: execution reverted 0x7d14ef53", START);
	look(watch, "", START);
	post_watch_refused(watch, "reverted: out of gas (limit 1)", START + 10 * SECOND);
	look(watch, "", START + MINUTE - 1);
	assert_false(complains(watch));
	look(watch, "", START + MINUTE);
	assert_true(complains_of(watch, "(reverted: out of gas (limit 1))"));
	assert_true(complains_of(watch, "from 0xba7c000000000000000000000000000000000000"));
	post_watch_arrived(watch);
	look(watch, "", START + MINUTE + 1);
	assert_false(complains(watch));
}

/* Nobody writes longer ones, but nodes may say anything. */
static void long_words_are_cut(void **state)
{
	struct post_watch *watch = *state;
	char words[256], text[COMPLAINT_TEXT_SIZE];

	memset(words, 'x', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	look(watch, words, START);
	look(watch, words, START + MINUTE);
	assert_non_null(notice_read(&watch->notice, text));
	assert_non_null(strstr(text, "or give another --l1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_in_the_way_is_told_when_it_lasts, start),
		cmocka_unit_test_setup(what_goes_in_between_was_not_in_the_way, start),
		cmocka_unit_test_setup(batches_that_revert_are_told_until_one_arrives, start),
		cmocka_unit_test_setup(long_words_are_cut, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
