/* How the machine runs: counting, stopping, changing its own code, snapshots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/keccak.h"
#include "tests/unit/vm/code.h"

#define CODE 0x1000

static bool same_hash(struct machine *a, struct machine *b)
{
	struct hash32 x = machine_hash(a), y = machine_hash(b);

	return hash32_eq(&x, &y);
}

/* A loop over two pages of code that stores its counter and sometimes hashes. */
static struct machine *looping(void)
{
	struct machine *m = machine_new(NULL);
	const uint32_t start[] = {
		code_addi(T0, T0, 1),
		code_slli(T1, T0, 4),
		code_store(0, T0, T1, 1), /* a byte, further up each time */
		code_addi(A7, X0, MACHINE_KECCAK_F),
		code_addi(A0, X0, 512),
		CODE_ECALL,
		code_jal(X0, 0xff8 - 24), /* to what lies across the page's end */
	};
	const uint32_t end[] = {
		code_addi(A1, A1, 3),
		code_add(T1, T0, A1),
		code_sd(T1, X0, 520),
		code_jal(X0, -0x1004),
	};

	code_put(m, CODE, start, 7);
	code_put(m, CODE + 0xff8, end, 4);
	code_start(m, CODE);
	return m;
}

static void a_run_in_parts_equals_one_run(void **unused)
{
	struct machine *whole = looping(), *parts = looping();
	uint64_t seed = 12345;

	(void)unused;
	assert_int_equal(machine_run(whole, 3000), MACHINE_REACHED);
	while (machine_step(parts) < 3000) {
		uint64_t to = machine_step(parts) + (seed >> 33) % 40;

		seed = seed * 6364136223846793005 + 1442695040888963407;
		assert_int_equal(machine_run(parts, to < 3000 ? to : 3000), MACHINE_REACHED);
		if (seed >> 63)
			(void)machine_hash(parts);
	}
	assert_int_equal(machine_step(whole), 3000);
	assert_int_equal(machine_status(whole), MACHINE_UNFINISHED);
	assert_true(same_hash(whole, parts));
	assert_int_equal(machine_run(whole, 5), MACHINE_REACHED);
	assert_int_equal(machine_step(whole), 3000);
	machine_free(whole);
	machine_free(parts);
}

/* li t0, 5 is replaced by the instruction before it. */
static void a_store_to_the_next_instruction_counts(void **unused)
{
	struct machine *m = machine_new(NULL);
	const uint32_t words[] = {
		code_i(0x03, 2, T1, X0, 0x100), /* lw t1, 0x100(x0) */
		code_sw(T1, A1, 8),
		code_addi(T0, X0, 5),
		code_addi(T0, T0, 1),
	};
	const uint32_t replacement = code_addi(T0, X0, 70);
	struct machine_state s = { .pc = CODE };

	(void)unused;
	code_put(m, 0x100, &replacement, 1);
	code_put(m, CODE, words, 4);
	s.x[A1] = CODE;
	machine_set_state(m, &s);
	assert_int_equal(machine_run(m, 4), MACHINE_REACHED);
	assert_int_equal(code_register(m, T0), 71);
	assert_int_equal(machine_pc(m), CODE + 16);
	assert_int_equal(machine_step(m), 4);
	machine_free(m);
}

/* The same through a whole run and in single steps: the block's count is right
 * although its code went away in between. */
static void changing_code_is_counted_right(void **unused)
{
	struct machine *m[2];

	(void)unused;
	for (unsigned i = 0; i < 2; i++) {
		const uint32_t words[] = {
			code_addi(T0, T0, 1), code_sw(T0, A1, 64), /* into the page it runs from */
			code_add(T1, T1, T0), code_addi(A0, A0, 2), code_jal(X0, -16),
		};
		struct machine_state s = { .pc = CODE };

		m[i] = machine_new(NULL);
		code_put(m[i], CODE, words, 5);
		s.x[A1] = CODE;
		machine_set_state(m[i], &s);
	}
	assert_int_equal(machine_run(m[0], 1234), MACHINE_REACHED);
	for (uint64_t step = 1; step <= 1234; step++)
		assert_int_equal(machine_run(m[1], step), MACHINE_REACHED);
	assert_int_equal(machine_step(m[0]), 1234);
	assert_true(same_hash(m[0], m[1]));
	machine_free(m[0]);
	machine_free(m[1]);
}

static void code_at_the_end_of_memory_runs_into_a_panic(void **unused)
{
	struct machine *m = machine_new(NULL);
	const uint32_t word = code_addi(T0, X0, 9);

	(void)unused;
	code_put(m, 0xfffffffc, &word, 1);
	code_start(m, 0xfffffffc);
	assert_int_equal(machine_run(m, 1), MACHINE_REACHED);
	assert_int_equal(machine_pc(m), 0x100000000);
	assert_int_equal(code_register(m, T0), 9);
	assert_int_equal(machine_run(m, 10), MACHINE_EXITED);
	assert_int_equal(machine_step(m), 2);
	assert_int_equal(machine_pc(m), 0x100000000);
	assert_int_equal(machine_status(m), MACHINE_PANIC);
	machine_free(m);
}

static void a_machine_that_has_exited_stays(void **unused)
{
	struct machine *m = machine_new(NULL);
	const uint32_t words[] = { code_addi(A0, X0, 1), CODE_ECALL, code_addi(A0, X0, 2) };
	struct hash32 before, after;

	(void)unused;
	code_put(m, CODE, words, 3);
	code_start(m, CODE);
	assert_int_equal(machine_run(m, 2), MACHINE_EXITED);
	before = machine_hash(m);
	assert_int_equal(before.b[0], MACHINE_INVALID);
	assert_int_equal(machine_run(m, UINT64_MAX), MACHINE_EXITED);
	after = machine_hash(m);
	assert_true(hash32_eq(&before, &after));
	assert_int_equal(machine_step(m), 2);
	assert_int_equal(machine_pc(m), CODE + 4);
	machine_free(m);
}

/* What the host was asked and told. */
struct host {
	bool knows;
	uint8_t hint[64];
	size_t hint_len;
	unsigned hints;
};

static bool host_preimage(void *context, const struct hash32 *key, struct bytes *preimage)
{
	const struct host *h = context;

	assert_int_equal(key->b[0], MACHINE_KEY_LOCAL);
	assert_int_equal(key->b[31], MACHINE_LOCAL_BLOCK_NUMBER);
	*preimage = bytes_of("\0\0\0\0\0\0\0\x2a", 8);
	return h->knows;
}

static void host_hint(void *context, struct bytes hint)
{
	struct host *h = context;

	assert_in_range(hint.len, 0, sizeof(h->hint));
	memcpy(h->hint, hint.data, hint.len);
	h->hint_len = hint.len;
	h->hints++;
}

static void a_missing_preimage_stops_it_before_the_read(void **unused)
{
	struct host h = { .knows = false };
	struct machine *m = machine_new(&(struct machine_host){ &h, host_preimage, NULL });
	const uint8_t key[32] = { MACHINE_KEY_LOCAL, [31] = MACHINE_LOCAL_BLOCK_NUMBER };
	const uint32_t words[] = {
		code_addi(A7, X0, MACHINE_ORACLE_KEY),
		code_addi(A0, X0, 0x80),
		CODE_ECALL,
		code_addi(A7, X0, MACHINE_ORACLE_READ),
		code_addi(A0, X0, 0xa0),
		CODE_ECALL,
		code_ld(T0, X0, 0xa8),
	};

	(void)unused;
	machine_write(m, 0x80, bytes_of(key, 32));
	code_put(m, CODE, words, 7);
	code_start(m, CODE);
	assert_int_equal(machine_run(m, 7), MACHINE_NO_PREIMAGE);
	assert_memory_equal(machine_preimage_key(m)->b, key, 32);
	assert_int_equal(machine_step(m), 5);
	assert_int_equal(machine_pc(m), CODE + 20);
	assert_int_equal(machine_run(m, 7), MACHINE_NO_PREIMAGE);
	h.knows = true;
	assert_int_equal(machine_run(m, 7), MACHINE_REACHED);
	assert_int_equal(code_register(m, A0), 16);
	assert_int_equal(code_register(m, T0), 0x2a00000000000000);
	machine_free(m);
}

/* HINT(pointer, length) with a0 and a1 as given; true: it went on. */
static bool hint(struct machine *m, uint64_t pointer, uint64_t len)
{
	const uint32_t word = CODE_ECALL;
	struct machine_state s = { .pc = CODE };

	s.x[A7] = MACHINE_HINT;
	s.x[A0] = pointer;
	s.x[A1] = len;
	code_put(m, CODE, &word, 1);
	machine_set_state(m, &s);
	return machine_run(m, 1) == MACHINE_REACHED && code_register(m, A0) == 0;
}

static void hints_reach_the_host_if_they_are_in_range(void **unused)
{
	struct host h = { .hints = 0 };
	struct machine *m = machine_new(&(struct machine_host){ &h, NULL, host_hint });

	(void)unused;
	machine_write(m, 0xfffffffa, bytes_of("gavel!", 6));
	assert_true(hint(m, 0xfffffffa, 6));
	assert_int_equal(h.hint_len, 6);
	assert_memory_equal(h.hint, "gavel!", 6);
	assert_true(hint(m, 0xfffffffa, 7));
	assert_true(hint(m, UINT64_MAX, 1));
	assert_true(hint(m, 0x100000001, 0));
	assert_true(hint(m, 0, MACHINE_HINT_MAX + 1));
	assert_true(hint(m, 0, UINT64_MAX));
	assert_int_equal(h.hints, 1);
	assert_true(hint(m, 0x100000000, 0));
	assert_int_equal(h.hints, 2);
	machine_free(m);
}

static void a_snapshot_is_not_touched_by_what_comes_after(void **unused)
{
	struct machine *m = looping(), *again;
	struct machine_snapshot *early, *late;
	struct hash32 at_1000, at_2000, hash;

	(void)unused;
	(void)machine_run(m, 1000);
	early = machine_snapshot_take(m);
	at_1000 = machine_hash(m);
	(void)machine_run(m, 2000);
	late = machine_snapshot_take(m);
	at_2000 = machine_hash(m);
	(void)machine_run(m, 3000);
	machine_free(m);

	again = machine_from_snapshot(early, NULL);
	assert_int_equal(machine_snapshot_step(early), 1000);
	machine_snapshot_free(early);
	hash = machine_hash(again);
	assert_true(hash32_eq(&hash, &at_1000));
	(void)machine_run(again, 2000);
	hash = machine_hash(again);
	assert_true(hash32_eq(&hash, &at_2000));
	(void)machine_run(again, 2500);
	machine_free(again);

	again = machine_from_snapshot(late, NULL);
	hash = machine_hash(again);
	assert_true(hash32_eq(&hash, &at_2000));
	machine_free(again);
	machine_snapshot_free(late);
}

/* DESIGN: memory in proportion to what the program touched. */
static void memory_is_paid_by_the_page(void **unused)
{
	struct machine *m = machine_new(NULL);
	size_t empty = machine_footprint(m), with_pages;
	struct machine_snapshot *s;

	(void)unused;
	assert_in_range(empty, 1, 64 * 1024);
	for (uint64_t i = 0; i < 1000; i++)
		machine_write(m, i << 21, bytes_of("x", 1));
	with_pages = machine_footprint(m) - empty;
	assert_in_range(with_pages, 1000 * 4096, 1000 * 4500);
	s = machine_snapshot_take(m);
	assert_in_range(machine_snapshot_footprint(s), 1, 1000 * 2200);
	machine_snapshot_free(s);
	machine_free(m);
}

static void reads_and_writes_wrap_around(void **unused)
{
	struct machine *m = machine_new(NULL);
	uint8_t found[8];

	(void)unused;
	machine_write(m, 0xfffffffc, bytes_of("abcdefgh", 8));
	machine_read(m, 0, found, 4);
	assert_memory_equal(found, "efgh", 4);
	machine_read(m, 0xfffffffc, found, 8);
	assert_memory_equal(found, "abcdefgh", 8);
	machine_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_in_parts_equals_one_run),
		cmocka_unit_test(a_store_to_the_next_instruction_counts),
		cmocka_unit_test(changing_code_is_counted_right),
		cmocka_unit_test(code_at_the_end_of_memory_runs_into_a_panic),
		cmocka_unit_test(a_machine_that_has_exited_stays),
		cmocka_unit_test(a_missing_preimage_stops_it_before_the_read),
		cmocka_unit_test(hints_reach_the_host_if_they_are_in_range),
		cmocka_unit_test(a_snapshot_is_not_touched_by_what_comes_after),
		cmocka_unit_test(memory_is_paid_by_the_page),
		cmocka_unit_test(reads_and_writes_wrap_around),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
