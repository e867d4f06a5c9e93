/* The chain follows L1: a sequencer, which has blocks of its own, and a
 * verifier, which has none, against what the inbox derives to in memory. */
#include "tests/unit/store/reconcile_steps.h"

static void nothing_new_changes_nothing(void **state)
{
	(void)state;
	assert_int_equal(reconcile(chain), RECONCILE_UNCHANGED);
	own_block(0, 0);
	assert_int_equal(reconcile(chain), RECONCILE_UNCHANGED);
	assert_heads(chain, 1, 0, 0);
}

static void an_own_batch_is_confirmed_as_it_stands(void **state)
{
	struct hash32 head;

	(void)state;
	queue_deposits(3);
	own_block(0, 1);
	own_block(0, 0);
	own_block(0, 2);
	own_block(1, 0); /* of the next batch */
	head = *chain_head_hash(chain);
	post(1, 3);
	assert_int_equal(reconcile_reporting(), RECONCILE_CONFIRMED);
	assert_int_equal(report.count + report.done, 0);
	assert_heads(chain, 4, 3, 0);
	assert_true(hash32_eq(chain_head_hash(chain), &head));
	assert_int_equal(reconcile(chain), RECONCILE_UNCHANGED);
	assert_int_equal(reconcile(verifier), RECONCILE_EXTENDED);
	assert_heads(verifier, 3, 3, 0);
	assert_agreed();
}

static void blocks_of_a_lost_entry_stay_and_are_confirmed_again(void **state)
{
	struct hash32 head;

	(void)state;
	own_block(0, 0);
	own_block(0, 0);
	post(1, 2);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_int_equal(reconcile(verifier), RECONCILE_EXTENDED);
	head = *chain_head_hash(chain);
	lose(1);
	assert_int_equal(reconcile_reporting(), RECONCILE_CONFIRMED);
	assert_int_equal(report.count, 0);
	assert_heads(chain, 2, 0, 0);
	assert_int_equal(chain_applied_entries(chain), 0);
	assert_int_equal(reconcile(verifier), RECONCILE_CONFIRMED);
	assert_heads(verifier, 2, 0, 0);
	own_block(1, 0);
	/* Later on L1, the same blocks: within the bounds of time they fit. */
	post(1, 2);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_int_equal(reconcile(verifier), RECONCILE_CONFIRMED);
	assert_true(hash32_eq(chain_head_hash(verifier), &head));
	assert_heads(chain, 3, 2, 0);
	assert_agreed();
}

static void what_a_garbage_payload_displaces_is_reported_in_order(void **state)
{
	struct hash32 expected[64];
	size_t count;

	(void)state;
	own_block(0, 0);
	post(1, 1);
	(void)reconcile(chain);
	for (int i = 0; i < 4; i++)
		own_block(1, 0);
	own_block(2, 0);
	count = transactions_of(2, 6, expected);
	assert_int_equal(count, 5);
	post_foreign("garbage", 0);
	assert_int_equal(reconcile_reporting(), RECONCILE_REORGANISED);
	assert_int_equal(report.count, count);
	assert_memory_equal(report.hashes, expected, count * 32);
	/* Whoever keeps them has done so before the chain forgets them. */
	assert_int_equal(report.done, 1);
	assert_int_equal(report.latest_at_done, 6);
	assert_heads(chain, 1, 1, 0);
	assert_int_equal(chain_applied_entries(chain), 2);
	assert_agreed();
	nonce = 1;
	own_block(2, 0);
	post(2, 2);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_agreed();
}

static void a_forced_entry_displaces_own_blocks(void **state)
{
	(void)state;
	queue_deposits(2);
	own_block(0, 0);
	own_block(0, 1);
	post_foreign("", 2);
	assert_int_equal(reconcile_reporting(), RECONCILE_REORGANISED);
	assert_int_equal(report.count, 2);
	assert_heads(chain, 1, 1, 0);
	assert_true(chain_head_position(chain)->in_tail);
	assert_int_equal(chain_head_position(chain)->queue_next, 2);
	assert_agreed();
}

static void an_entry_with_fewer_blocks_than_ours_drops_the_rest(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++)
		own_block(0, 0);
	post(1, 3);
	assert_int_equal(reconcile_reporting(), RECONCILE_REORGANISED);
	assert_int_equal(report.count, 2);
	assert_heads(chain, 3, 3, 0);
	assert_agreed();
}

static void another_entry_in_place_of_a_confirmed_one(void **state)
{
	(void)state;
	queue_deposits(1);
	own_block(0, 0);
	own_block(0, 1);
	post(1, 2);
	own_block(1, 0);
	(void)reconcile(chain);
	(void)reconcile(verifier);
	assert_heads(chain, 3, 2, 0);
	/* One transaction: the reader never sees the time between. */
	world_l1_begin(&l1);
	world_l1_reorg(&l1, 1);
	world_l1_mine(&l1);
	world_l1_append(&l1, bytes_of("x", 1), 1);
	world_l1_commit(&l1);
	assert_int_equal(reconcile_reporting(), RECONCILE_REORGANISED);
	assert_int_equal(report.count, 3);
	assert_heads(chain, 1, 1, 0);
	assert_int_equal(reconcile(verifier), RECONCILE_REORGANISED);
	assert_agreed();
}

static void blocks_with_messages_that_changed_are_dropped(void **state)
{
	(void)state;
	queue_deposits(2);
	queue_deposits(3);
	own_block(0, 2); /* of the first L1 block */
	own_block(0, 0);
	own_block(0, 1);
	own_block(0, 2);
	/* The second L1 block is another one now. */
	lose(1);
	queue_deposits(3);
	assert_int_equal(reconcile_reporting(), RECONCILE_REORGANISED);
	assert_int_equal(report.count, 2);
	assert_heads(chain, 2, 0, 0);
	nonce = 2;
	own_block(0, 3);
	post(1, 3);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_agreed();
}

static void blocks_with_messages_that_are_gone_are_dropped(void **state)
{
	(void)state;
	queue_deposits(1);
	own_block(0, 0);
	own_block(0, 1);
	lose(1);
	assert_int_equal(reconcile_reporting(), RECONCILE_REORGANISED);
	assert_int_equal(report.count, 1);
	assert_heads(chain, 1, 0, 0);
}

static void changed_messages_below_a_confirmed_entry(void **state)
{
	(void)state;
	own_block(0, 0);
	post(1, 1);
	queue_deposits(2);
	own_block(1, 2);
	own_block(1, 0);
	post(2, 3);
	(void)reconcile(chain);
	(void)reconcile(verifier);
	assert_heads(chain, 3, 3, 0);
	lose(2);
	queue_deposits(2);
	assert_int_equal(reconcile_reporting(), RECONCILE_REORGANISED);
	assert_int_equal(report.count, 2);
	assert_heads(chain, 1, 1, 0);
	post_foreign("", 2);
	(void)reconcile(chain);
	assert_agreed();
}

static void entries_without_blocks_are_applied(void **state)
{
	(void)state;
	post_foreign("", 0);
	post_foreign("nonsense", 0);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_heads(chain, 0, 0, 0);
	assert_int_equal(chain_applied_entries(chain), 2);
	finalize(l1.head.number);
	(void)reconcile(chain);
	assert_heads(chain, 0, 0, 0);
	own_block(2, 0);
	post(1, 1);
	post_foreign("", 0);
	post_foreign("", 0);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_heads(chain, 1, 1, 0);
	assert_int_equal(chain_applied_entries(chain), 5);
	finalize(l1.head.number - 2); /* the one with the block */
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_heads(chain, 1, 1, 1);
	assert_agreed();
}

static void empty_entries_that_l1_loses_are_forgotten(void **state)
{
	(void)state;
	own_block(0, 0);
	post(1, 1);
	post_foreign("", 0);
	post_foreign("", 0);
	(void)reconcile(chain);
	assert_int_equal(chain_applied_entries(chain), 3);
	lose(2);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_int_equal(chain_applied_entries(chain), 1);
	assert_heads(chain, 1, 1, 0);
	assert_agreed();
}

/* Nobody would ever post entry 1, which had none of our blocks. */
static void blocks_behind_an_empty_entry_that_is_lost_are_dropped(void **state)
{
	(void)state;
	own_block(0, 0);
	post(1, 1);
	post_foreign("", 0);
	(void)reconcile(chain);
	own_block(2, 0);
	own_block(2, 0);
	lose(1);
	assert_int_equal(reconcile_reporting(), RECONCILE_REORGANISED);
	assert_int_equal(report.count, 2);
	assert_heads(chain, 1, 1, 0);
	nonce = 1;
	own_block(1, 0);
	post(2, 2);
	assert_int_equal(reconcile(chain), RECONCILE_CONFIRMED);
	assert_agreed();
}

static void a_batch_that_comes_too_late_has_no_blocks(void **state)
{
	(void)state;
	own_block(0, 0);
	own_block(0, 0);
	world_l1_begin(&l1);
	for (int i = 0; i < WORLD_MAX_PAST / 12 + 2; i++)
		world_l1_mine(&l1);
	world_l1_commit(&l1);
	post(1, 2);
	assert_int_equal(reconcile_reporting(), RECONCILE_REORGANISED);
	assert_int_equal(report.count, 2);
	assert_heads(chain, 0, 0, 0);
	assert_int_equal(chain_applied_entries(chain), 1);
	assert_agreed();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RECONCILE_TEST(nothing_new_changes_nothing),
		RECONCILE_TEST(an_own_batch_is_confirmed_as_it_stands),
		RECONCILE_TEST(blocks_of_a_lost_entry_stay_and_are_confirmed_again),
		RECONCILE_TEST(what_a_garbage_payload_displaces_is_reported_in_order),
		RECONCILE_TEST(a_forced_entry_displaces_own_blocks),
		RECONCILE_TEST(an_entry_with_fewer_blocks_than_ours_drops_the_rest),
		RECONCILE_TEST(another_entry_in_place_of_a_confirmed_one),
		RECONCILE_TEST(blocks_with_messages_that_changed_are_dropped),
		RECONCILE_TEST(blocks_with_messages_that_are_gone_are_dropped),
		RECONCILE_TEST(changed_messages_below_a_confirmed_entry),
		RECONCILE_TEST(entries_without_blocks_are_applied),
		RECONCILE_TEST(empty_entries_that_l1_loses_are_forgotten),
		RECONCILE_TEST(blocks_behind_an_empty_entry_that_is_lost_are_dropped),
		RECONCILE_TEST(a_batch_that_comes_too_late_has_no_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
