/* trace: what it says of any step, in any order, with any of its snapshots given up,
 * is what a machine says that just runs. */
#include "prover/dispute/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/native/arena_heap.h"

#define ROUNDS      5000u
#define ROUND_STEPS 5u
#define END         ((uint64_t)ROUNDS * ROUND_STEPS + 1) /* the last one halts */
#define GRAIN       64u

/* Stores to 5 MB of memory, a page in four rounds. */
static const uint32_t program[] = {
	0x0062b023, /* sd x6, 0(x5) */
	0x00130313, /* addi x6, x6, 1 */
	0x40028293, /* addi x5, x5, 1024 */
	0xfff38393, /* addi x7, x7, -1 */
	0xfe0398e3, /* bne x7, x0, -16 */
	0x00000073, /* ecall: HALT(0) */
};

static struct machine *counting_machine(const struct machine_host *host)
{
	struct machine *m = machine_new(host);
	struct machine_state s;
	uint8_t code[sizeof(program)];

	for (size_t i = 0; i < sizeof(program); i++)
		code[i] = (uint8_t)(program[i / 4] >> 8 * (i % 4));
	machine_write(m, 0x1000, bytes_of(code, sizeof(code)));
	machine_state(m, &s);
	s.pc = 0x1000;
	s.x[5] = 0x100000;
	s.x[7] = ROUNDS;
	machine_set_state(m, &s);
	return m;
}

/* What a machine that runs from its beginning says; steps only go up. */
struct plain {
	struct machine *m;
	struct hash32 *states; /* [END + 1] */
};

static void plain_init(struct plain *p)
{
	p->m = counting_machine(NULL);
	p->states = malloc((END + 1) * sizeof(*p->states));
	assert_non_null(p->states);
	for (uint64_t i = 0; i <= END; i++) {
		(void)machine_run(p->m, i);
		p->states[i] = machine_hash(p->m);
	}
	assert_int_equal(machine_status(p->m), MACHINE_VALID);
	assert_int_equal(machine_step(p->m), END);
}

static void plain_free(struct plain *p)
{
	machine_free(p->m);
	free(p->states);
}

static const struct hash32 *plain_state(const struct plain *p, uint64_t step)
{
	return &p->states[step < END ? step : END];
}

/* Gives snapshots up. */
struct looking {
	uint64_t random; /* 0: never; 1: all but the most recent; else now and then */
	uint64_t steps;
};

static uint64_t draw(uint64_t *random)
{
	*random = *random * 6364136223846793005u + 1442695040888963407u;
	return *random >> 33;
}

static bool look(void *context, struct trace *t, uint64_t steps, size_t machine_size)
{
	struct looking *l = context;

	(void)machine_size;
	l->steps += steps;
	while (l->random == 1 && t->snapshot_count > 2)
		(void)trace_thin(t);
	if (l->random > 1 && draw(&l->random) % 16 == 0)
		(void)trace_thin(t);
	return true;
}

static void check_snapshots(const struct trace *t)
{
	assert_int_equal(machine_snapshot_step(t->snapshots[0]), 0);
	for (size_t i = 1; i < t->snapshot_count; i++)
		assert_true(machine_snapshot_step(t->snapshots[i - 1]) <
			    machine_snapshot_step(t->snapshots[i]));
}

static void check_list(struct trace *t, const struct plain *p, uint64_t first, uint64_t spacing,
		       const struct trace_watch *watch)
{
	struct claim_list list;

	assert_true(trace_states(t, first, spacing, &list, watch));
	check_snapshots(t);
	for (unsigned i = 0; i < CLAIM_STATES; i++)
		assert_memory_equal(&list.states[i], plain_state(p, first + i * spacing), 32);
}

static void check_step(struct trace *t, const struct plain *p, uint64_t step,
		       const struct trace_watch *watch)
{
	struct truth_step *out = malloc(sizeof(*out));
	struct arena a;

	assert_non_null(out);
	arena_init(&a, &arena_heap, 1024);
	assert_true(trace_step(t, step, &a, out, watch));
	assert_memory_equal(&out->before, plain_state(p, step), 32);
	assert_memory_equal(&out->after, plain_state(p, step + 1), 32);
	arena_free(&a);
	free(out);
}

static void any_step_in_any_order(void **state)
{
	uint64_t random = 42;
	struct plain p;

	(void)state;
	plain_init(&p);
	for (unsigned round = 0; round < 8; round++) {
		struct claim_trace what = { .block = 1 };
		struct trace *t = trace_new(&what, counting_machine, GRAIN, NULL);
		struct looking l = { .random = round < 2 ? round : draw(&random) + 2 };
		struct trace_watch watch = { &l, look };

		for (unsigned i = 0; i < 60; i++) {
			uint64_t first = draw(&random) % (END + 10);

			if (i % 4 == 3)
				check_step(t, &p, first, &watch);
			else
				check_list(t, &p, first, 1 + draw(&random) % 1000, &watch);
		}
		trace_free(t);
	}
	plain_free(&p);
}

/* A game asks for lists each within the one before.  `interval` is which, of 32. */
static uint64_t steps_of_a_game(const struct plain *p, unsigned interval, uint64_t thinning)
{
	struct claim_trace what = { .block = 1 };
	struct trace *t = trace_new(&what, counting_machine, GRAIN, NULL);
	struct looking l = { .random = thinning };
	struct trace_watch watch = { &l, look };
	uint64_t first = 0;

	for (uint64_t spacing = 1024; spacing > 0; spacing /= CLAIM_K) {
		check_list(t, p, first, spacing, &watch);
		first += interval * spacing;
	}
	check_step(t, p, first, &watch);
	trace_free(t);
	return l.steps;
}

/* However little is kept, the beginning of the last list is: the second list has to be
 * run to, and each one behind it is at most a 32nd of the one before. */
static void lists_begin_where_the_ones_before_were(void **state)
{
	struct plain p;

	(void)state;
	plain_init(&p);
	for (unsigned interval = 0; interval < 25; interval += 6) {
		assert_true(steps_of_a_game(&p, interval, 0) <= END + 2 * 1024);
		assert_true(steps_of_a_game(&p, interval, 1) <= 2 * END + 2 * 1024);
	}
	plain_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_step_in_any_order),
		cmocka_unit_test(lists_begin_where_the_ones_before_were),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
