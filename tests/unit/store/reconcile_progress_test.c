/* Following L1 in parts, after restarts, behind what is final, and from far behind. */
#include "tests/unit/store/reconcile_steps.h"

static void progress_in_single_blocks_comes_to_the_same(void **state)
{
	uint64_t before = 0;
	bool more = true;
	int calls = 0;

	(void)state;
	queue_deposits(4);
	own_block(0, 1);
	own_block(0, 0);
	own_block(0, 1);
	post(1, 3);
	post_foreign("", 4);
	post_foreign("", 4);
	finalize(l1.head.number);
	for (; more; calls++) {
		enum reconcile_result result = chain_reconcile(verifier, inbox, 1, NULL, &more);
		struct chain_heads heads = chain_heads(verifier);

		assert_true(heads.safe == heads.latest && heads.safe <= before + 1);
		/* Entry 0 is not applied, nor final, before its last block is known
		 * to be that. */
		if (heads.safe <= 3)
			assert_int_equal(chain_applied_entries(verifier) + heads.finalized, 0);
		if (heads.safe > before)
			assert_int_equal(result, RECONCILE_EXTENDED);
		before = heads.safe;
	}
	assert_int_equal(calls, 5);
	assert_heads(verifier, 4, 4, 4);
	(void)reconcile(chain);
	assert_heads(chain, 4, 4, 4);
	assert_agreed();
}

static void an_interrupted_catch_up_goes_on_after_a_restart(void **state)
{
	bool more;

	(void)state;
	for (int i = 0; i < 6; i++)
		own_block((uint64_t)i / 3, 0);
	post(1, 3);
	post(4, 6);
	(void)chain_reconcile(verifier, inbox, 2, NULL, &more);
	assert_true(more);
	chain_close(verifier);
	verifier = open_verifier(0);
	assert_heads(verifier, 2, 2, 0);
	(void)chain_reconcile(verifier, inbox, 2, NULL, &more);
	assert_heads(verifier, 4, 4, 0);
	assert_int_equal(chain_applied_entries(verifier), 1);
	(void)reconcile(chain);
	assert_agreed();
}

static void a_partly_derived_entry_that_is_lost_is_forgotten(void **state)
{
	bool more;

	(void)state;
	for (int i = 0; i < 4; i++)
		own_block(0, 0);
	post(1, 4);
	(void)chain_reconcile(verifier, inbox, 2, NULL, &more);
	assert_heads(verifier, 2, 2, 0);
	lose(1);
	post(1, 3);
	(void)reconcile(chain);
	assert_heads(chain, 3, 3, 0);
	assert_agreed();
	assert_heads(verifier, 3, 3, 0);
}

static void what_is_final_stays_final(void **state)
{
	(void)state;
	own_block(0, 0);
	post(1, 1);
	finalize(l1.head.number);
	own_block(1, 0);
	post(2, 2);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_heads(chain, 2, 2, 1);
	lose(1);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_heads(chain, 2, 1, 1);
	post_foreign("junk", 0);
	assert_int_equal(reconcile(chain), RECONCILE_REORGANISED);
	assert_heads(chain, 1, 1, 1);
	finalize(l1.head.number);
	assert_int_equal(reconcile(chain), RECONCILE_UNCHANGED);
	assert_heads(chain, 1, 1, 1);
	assert_agreed();
}

static void reorgs_while_the_verifier_was_away(void **state)
{
	(void)state;
	queue_deposits(2);
	own_block(0, 1);
	post(1, 1);
	(void)reconcile(chain);
	(void)reconcile(verifier);
	own_block(1, 1);
	post(2, 2);
	(void)reconcile(chain);
	(void)reconcile(verifier);
	chain_close(verifier);
	/* Three forks, of which it sees the last only. */
	lose(2);
	post_foreign("one", 1);
	(void)reconcile(chain);
	lose(1);
	post_foreign("two", 2);
	(void)reconcile(chain);
	lose(3);
	queue_deposits(3);
	post_foreign("", l1.message_count);
	(void)reconcile(chain);
	nonce = 0;
	own_block(chain_applied_entries(chain), 0);
	post(chain_heads(chain).latest, chain_heads(chain).latest);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	verifier = open_verifier(1);
	assert_int_equal(reconcile(verifier), RECONCILE_REORGANISED);
	assert_agreed();
}

static void a_rollback_below_the_safe_head_is_derived_again(void **state)
{
	(void)state;
	own_block(0, 0);
	own_block(0, 0);
	post(1, 2);
	own_block(1, 0);
	own_block(1, 0);
	post(3, 4);
	(void)reconcile(chain);
	assert_heads(chain, 4, 4, 0);
	/* Entry 1 is gone wholly, and entry 0 is complete. */
	chain_rollback(chain, 3, NULL);
	assert_heads(chain, 3, 2, 0);
	assert_int_equal(chain_applied_entries(chain), 1);
	chain_rollback(chain, 1, NULL);
	assert_heads(chain, 1, 0, 0);
	assert_int_equal(chain_applied_entries(chain), 0);
	finalize(l1.head.number);
	assert_int_equal(reconcile(chain), RECONCILE_EXTENDED);
	assert_heads(chain, 4, 4, 4);
	assert_agreed();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RECONCILE_TEST(progress_in_single_blocks_comes_to_the_same),
		RECONCILE_TEST(an_interrupted_catch_up_goes_on_after_a_restart),
		RECONCILE_TEST(a_partly_derived_entry_that_is_lost_is_forgotten),
		RECONCILE_TEST(what_is_final_stays_final),
		RECONCILE_TEST(reorgs_while_the_verifier_was_away),
		RECONCILE_TEST(a_rollback_below_the_safe_head_is_derived_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
