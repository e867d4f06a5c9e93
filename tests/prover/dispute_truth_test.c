/* The truth out of a verifier's databases: output roots under a horizon, and
 * traces of the proof program at any depth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "crypto/keccak.h"
#include "prover/dispute/truth_native.h"
#include "prover/host/host.h"
#include "prover/host/image.h"
#include "tests/support/test_chain.h"

#define TRACE_LEVELS 8
#define WHOLE        ((uint64_t)1 << 35) /* the spacing of a trace's first claim */

static char directory[WORLD_PATH_SIZE];
static struct rollup_config config;
static struct world_l1 l1;
static struct inbox *inbox;
static struct chain *chain;
static struct chain_reader *reader;
static struct arena arena;
static struct truth_native *native;
static struct truth truth;
static uint64_t head, entries;
static uint64_t random_state;

/* An entry whose payload is none: its messages are a block. */
static void append_entry(void)
{
	world_l1_begin(&l1);
	world_l1_mine(&l1);
	for (unsigned i = 0; i < 3; i++)
		world_l1_deposit(&l1, i, 1000 + i);
	world_l1_append(&l1, bytes_of("?", 1), l1.message_count);
	world_l1_commit(&l1);
}

static void derive(void)
{
	(void)chain_reconcile(chain, inbox, 0, NULL, NULL);
	head = chain_heads(chain).safe;
	entries = l1.entry_count;
}

static int start(void **state)
{
	char path[WORLD_PATH_SIZE], owner[65], error[DATABASE_ERROR_SIZE];

	(void)state;
	log_set_level(LOG_ERROR);
	random_state = 4711;
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	world_config(&arena, &config);
	world_owner(&config, owner);
	world_directory(directory);
	world_path(path, directory, "inbox.db");
	world_l1_open(&l1, path, owner);
	assert_true(inbox_open_reader(&inbox, path, owner, error));
	world_path(path, directory, "chain.db");
	chain = test_chain_open(path, &config, 0, 0);
	reader = test_chain_reader(path, &config);
	for (unsigned i = 0; i < 4; i++)
		append_entry();
	derive();
	assert_true(head >= 4);
	assert_true(truth_native_open(&native, directory, &config, NULL, error));
	truth = truth_native(native);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	truth_native_close(native);
	chain_reader_close(reader);
	chain_close(chain);
	inbox_close(inbox);
	world_l1_close(&l1);
	world_remove(directory);
	arena_free(&arena);
	return 0;
}

static struct hash32 root_of(uint64_t number)
{
	struct stored_block block;

	assert_true(chain_reader_block(reader, &arena, number, false, &block));
	return block.output_root;
}

/* Of L1 as it is now; what inbox.db or chain.db has may be behind. */
static struct hash32 link_of(uint64_t horizon)
{
	return horizon > 0 && horizon <= l1.entry_count ? l1.entries[horizon - 1].link
							: (struct hash32){ 0 };
}

static enum truth_err ask(uint64_t horizon, uint64_t number, struct hash32 *root)
{
	struct hash32 link = link_of(horizon);

	return truth.output(truth.context, horizon, &link, number, root);
}

static struct hash32 output(uint64_t horizon, uint64_t number)
{
	struct hash32 root;

	assert_int_equal(ask(horizon, number, &root), TRUTH_OK);
	return root;
}

static void assert_same(struct hash32 a, struct hash32 b)
{
	assert_memory_equal(a.b, b.b, sizeof(a.b));
}

static struct claim_trace trace_of(uint64_t number, struct hash32 claimed)
{
	return (struct claim_trace){ root_of(number - 1), claimed, number, entries,
				     link_of(entries) };
}

static struct claim_list states(const struct claim_trace *t, uint64_t first, uint64_t spacing)
{
	struct claim_list list;

	assert_int_equal(truth.states(truth.context, t, first, spacing, &list), TRUTH_OK);
	return list;
}

static const struct hash32 wrong_root = { .b = { 0xbb, 1 } };

/* ---- output roots ---- */

static void blocks_within_the_horizon_are_the_databases(void **state)
{
	(void)state;
	for (uint64_t n = 0; n <= head; n++)
		assert_same(output(entries, n), root_of(n));
	assert_same(output(entries, head + 1), claim_absent);
	assert_same(output(entries, head + 1000), claim_absent);
}

static void blocks_of_later_entries_are_absent(void **state)
{
	(void)state;
	assert_same(output(entries - 1, head), claim_absent);
	assert_same(output(1, 1), root_of(1));
	assert_same(output(1, head), claim_absent);
	assert_same(output(0, 0), root_of(0));
}

static void what_is_not_read_or_derived_yet_is_not_known(void **state)
{
	struct hash32 root;

	(void)state;
	assert_int_equal(ask(entries + 1, 1, &root), TRUTH_NOT_YET);
	assert_non_null(strstr(truth.reason(truth.context), "horizon"));
	append_entry();
	assert_int_equal(ask(entries + 1, head + 1, &root), TRUTH_NOT_YET);
	assert_same(output(entries, head + 1), claim_absent);
	derive();
	assert_same(output(entries, head), root_of(head));
}

/* ---- L1 reorgs ---- */

static void assert_not_yet(enum truth_err err, const char *why)
{
	assert_int_equal(err, TRUTH_NOT_YET);
	assert_non_null(strstr(truth.reason(truth.context), why));
}

/* Other entries come in the place of the newest two; what the blocks before were
 * stays. */
static void reorganise(void)
{
	world_l1_begin(&l1);
	world_l1_reorg(&l1, 2);
	for (unsigned i = 0; i < 2; i++) {
		world_l1_mine(&l1);
		world_l1_deposit(&l1, i, 7777 + i);
		world_l1_append(&l1, bytes_of("!", 1), l1.message_count);
	}
	world_l1_commit(&l1);
}

static void a_game_of_another_l1_is_not_judged(void **state)
{
	struct hash32 other = { .b = { 1 } }, right = link_of(entries), root;

	(void)state;
	assert_not_yet(truth.output(truth.context, entries, &other, 1, &root), "other entries");
	assert_not_yet(truth.output(truth.context, entries, &other, 0, &root), "other entries");
	assert_not_yet(truth.output(truth.context, entries, &other, head + 1, &root),
		       "other entries");
	assert_true(truth_native_differs(native, entries, &other));
	assert_false(truth_native_differs(native, entries, &right));
	assert_false(truth_native_differs(native, entries + 1, &other));
}

/* The inbox is of the new L1, and the chain is not: as while the verifier waits. */
static void a_chain_of_another_l1_is_not_asked(void **state)
{
	struct hash32 old = link_of(entries), root = root_of(head), now;
	uint64_t was = head;

	(void)state;
	reorganise();
	assert_int_equal(l1.entry_count, entries);
	assert_not_yet(truth.output(truth.context, entries, &old, was, &now), "other entries");
	assert_not_yet(ask(entries, was, &now), "not derived from what the inbox has");
	assert_not_yet(ask(entries, was + 1, &now), "not derived from what the inbox has");
	assert_same(output(entries, 1), root_of(1)); /* both have that */
	derive();
	assert_true(head > 0);
	assert_same(output(entries, head), root_of(head));
	now = root_of(head);
	assert_false(hash32_eq(&now, &root));
}

static void traces_are_of_one_l1(void **state)
{
	struct claim_trace old = trace_of(head, root_of(head)), now;
	struct claim_list before = states(&old, 0, WHOLE), after;
	struct truth_step step;

	(void)state;
	assert_int_equal(before.states[CLAIM_K].b[0], MACHINE_VALID);
	reorganise();
	assert_not_yet(truth.states(truth.context, &old, 0, WHOLE, &after), "other entries");
	assert_not_yet(truth.step(truth.context, &old, 0, &arena, &step), "other entries");
	now = old;
	now.link = link_of(entries);
	assert_not_yet(truth.states(truth.context, &now, 0, WHOLE, &after), "not derived");
	derive();
	assert_true(head >= now.block);
	now.agreed = root_of(now.block - 1); /* the claimed root is of the other L1 */
	after = states(&now, 0, WHOLE);
	assert_int_equal(after.states[CLAIM_K].b[0], MACHINE_INVALID);
}

/* What differs is only behind the block that the trace starts from. */
static void traces_of_another_l1_are_not_given_out(void **state)
{
	struct claim_trace old, now;
	struct claim_list before, after;
	uint64_t number = 3; /* of the first entry that is replaced */

	(void)state;
	assert_int_equal(head, 4);
	old = trace_of(number, root_of(number));
	before = states(&old, 0, WHOLE);
	assert_int_equal(before.states[CLAIM_K].b[0], MACHINE_VALID);
	reorganise();
	derive();
	now = old;
	now.link = link_of(entries);
	assert_same(now.agreed, root_of(number - 1));
	after = states(&now, 0, WHOLE);
	assert_int_equal(after.states[CLAIM_K].b[0], MACHINE_INVALID);
}

/* ---- traces ---- */

static void traces_end_in_the_right_status(void **state)
{
	struct claim_trace right = trace_of(2, root_of(2)), wrong = trace_of(2, wrong_root);
	struct claim_trace behind = trace_of(head + 1, wrong_root);
	struct claim_list list = states(&right, 0, WHOLE);

	(void)state;
	assert_same(list.states[0], image_hash());
	assert_int_equal(list.states[CLAIM_K].b[0], MACHINE_VALID);
	assert_same(list.states[1], list.states[CLAIM_K]); /* it was over before */
	list = states(&wrong, 0, WHOLE);
	assert_int_equal(list.states[CLAIM_K].b[0], MACHINE_INVALID);
	list = states(&behind, 0, WHOLE);
	assert_int_equal(list.states[CLAIM_K].b[0], MACHINE_INVALID);
}

static void a_trace_from_a_wrong_root_is_not_known(void **state)
{
	struct claim_trace t = { wrong_root, root_of(2), 2, entries, link_of(entries) };
	struct claim_list list;

	(void)state;
	assert_int_equal(truth.states(truth.context, &t, 0, WHOLE, &list), TRUTH_UNKNOWN);
}

/* Down to one instruction, at random; each list refines an interval of the one
 * before.  Returns the state behind it, so that two descents can be compared. */
static struct hash32 descend(const struct claim_trace *t, uint64_t *random)
{
	struct claim_list list = states(t, 0, WHOLE), finer;
	uint64_t first = 0, spacing = WHOLE;
	struct truth_step *step = ARENA_NEW(&arena, struct truth_step);
	unsigned index;

	for (unsigned depth = 1; depth < TRACE_LEVELS; depth++) {
		unsigned wanted = 1 + (unsigned)world_random(random, CLAIM_K);

		/* Where something happens, if that is left of what was chosen. */
		index = 0;
		for (unsigned i = 1; i <= wanted; i++)
			if (!hash32_eq(&list.states[i], &list.states[i - 1]))
				index = i;
		if (index == 0)
			index = wanted;
		first += (index - 1) * spacing;
		spacing /= CLAIM_K;
		finer = states(t, first, spacing);
		assert_same(finer.states[0], list.states[index - 1]);
		assert_same(finer.states[CLAIM_K], list.states[index]);
		list = finer;
	}
	assert_int_equal(spacing, 1);
	index = 1 + (unsigned)world_random(random, CLAIM_K);
	assert_int_equal(truth.step(truth.context, t, first + index - 1, &arena, step), TRUTH_OK);
	assert_same(step->before, list.states[index - 1]);
	assert_same(step->after, list.states[index]);
	return step->after;
}

static void finer_lists_refine_coarser_ones(void **state)
{
	struct claim_trace t = trace_of(3, wrong_root);

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		(void)descend(&t, &random_state);
}

static void little_memory_gives_the_same(void **state)
{
	struct claim_trace a = trace_of(3, wrong_root), b = trace_of(2, root_of(2));
	uint64_t first = 99, second = 99;
	struct truth_native_options little = { .memory = 1 };
	char error[DATABASE_ERROR_SIZE];
	struct hash32 expected[2] = { descend(&a, &first), descend(&b, &first) };

	(void)state;
	truth_native_close(native);
	assert_true(truth_native_open(&native, directory, &config, &little, error));
	truth = truth_native(native);
	assert_same(descend(&a, &second), expected[0]);
	assert_same(descend(&b, &second), expected[1]);
}

static uint64_t traces_begun(const struct claim_trace *a, const struct claim_trace *b)
{
	struct claim_list list;

	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(truth.states(truth.context, a, 0, 1 + i, &list), TRUTH_OK);
		assert_int_equal(truth.states(truth.context, b, 0, 1 + i, &list), TRUTH_OK);
	}
	return truth_native_counts(native).traces;
}

static void little_disk_keeps_one_trace(void **state)
{
	struct claim_trace a = trace_of(3, wrong_root), b = trace_of(2, root_of(2));
	struct truth_native_options little = { .disk = 1 };
	char error[DATABASE_ERROR_SIZE];

	(void)state;
	assert_int_equal(traces_begun(&a, &b), 2);
	truth_native_close(native);
	assert_true(truth_native_open(&native, directory, &config, &little, error));
	truth = truth_native(native);
	assert_int_equal(traces_begun(&a, &b), 4);
}

/* ---- what a step reads ---- */

static bool only_local(void *context, const struct hash32 *key, struct bytes *preimage)
{
	return key->b[0] == MACHINE_KEY_LOCAL && preimages_get(context, key, preimage);
}

static bool nothing(void *context, const struct hash32 *key, struct bytes *preimage)
{
	(void)context, (void)key, (void)preimage;
	return false;
}

/* The step before which a machine that knows only so much stands still. */
static uint64_t first_read(const struct machine_host *host, struct hash32 *key)
{
	struct machine *m = image_machine(host);
	uint64_t step;

	assert_int_equal(machine_run(m, WHOLE), MACHINE_NO_PREIMAGE);
	step = machine_step(m);
	*key = *machine_preimage_key(m);
	machine_free(m);
	return step;
}

static void a_step_says_what_it_reads(void **state)
{
	struct claim_trace t = trace_of(2, root_of(2));
	struct dispute d = { t.agreed, t.claimed, t.block, t.horizon,
			     chain_config_hash(&config.chain) };
	struct truth_step *s = ARENA_NEW(&arena, struct truth_step);
	struct preimages locals;
	struct machine_host host = { NULL, nothing, NULL };
	struct hash32 key, hash;
	uint64_t step;

	(void)state;
	preimages_init(&locals);
	assert_true(host_put_dispute(&locals, &d));
	step = first_read(&host, &key);
	assert_int_equal(truth.step(truth.context, &t, step - 1, &arena, s), TRUTH_OK);
	assert_int_equal(s->need, TRUTH_NEEDS_NOTHING);
	assert_int_equal(truth.step(truth.context, &t, step, &arena, s), TRUTH_OK);
	assert_int_equal(s->need, TRUTH_NEEDS_LOCAL);
	assert_int_equal(s->local, key.b[31]);
	assert_int_equal(s->offset, 0);

	host = (struct machine_host){ &locals, only_local, NULL };
	step = first_read(&host, &key);
	assert_int_equal(truth.step(truth.context, &t, step, &arena, s), TRUTH_OK);
	assert_int_equal(s->need, TRUTH_NEEDS_KECCAK);
	hash = keccak256(s->preimage);
	assert_memory_equal(hash.b + 1, key.b + 1, 31);
	preimages_free(&locals);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(blocks_within_the_horizon_are_the_databases, start,
						stop),
		cmocka_unit_test_setup_teardown(blocks_of_later_entries_are_absent, start, stop),
		cmocka_unit_test_setup_teardown(what_is_not_read_or_derived_yet_is_not_known, start,
						stop),
		cmocka_unit_test_setup_teardown(a_game_of_another_l1_is_not_judged, start, stop),
		cmocka_unit_test_setup_teardown(a_chain_of_another_l1_is_not_asked, start, stop),
		cmocka_unit_test_setup_teardown(traces_are_of_one_l1, start, stop),
		cmocka_unit_test_setup_teardown(traces_of_another_l1_are_not_given_out, start,
						stop),
		cmocka_unit_test_setup_teardown(traces_end_in_the_right_status, start, stop),
		cmocka_unit_test_setup_teardown(a_trace_from_a_wrong_root_is_not_known, start,
						stop),
		cmocka_unit_test_setup_teardown(finer_lists_refine_coarser_ones, start, stop),
		cmocka_unit_test_setup_teardown(little_disk_keeps_one_trace, start, stop),
		cmocka_unit_test_setup_teardown(little_memory_gives_the_same, start, stop),
		cmocka_unit_test_setup_teardown(a_step_says_what_it_reads, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
