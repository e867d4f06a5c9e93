/* The arena keeps allocations apart, aligned, and gives them back to a mark. */
#include "base/native/arena_heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>

#include <cmocka.h>

static void allocations_are_aligned_and_apart(void **state)
{
	struct arena a;
	uint8_t *before = NULL;

	(void)state;
	arena_init(&a, &arena_heap, 4096);
	for (size_t size = 0; size < 700; size++) {
		uint8_t *p = arena_alloc(&a, size);

		assert_int_equal((uintptr_t)p % 32, 0);
		memset(p, (int)size, size);
		if (before && size > 1)
			assert_int_equal(before[size - 2], (uint8_t)(size - 1));
		before = p;
	}
	arena_free(&a);
}

static void nothing_has_a_place_too_in_a_fresh_arena(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, &arena_heap, 4096);
	assert_non_null(arena_alloc(&a, 0));
	arena_free(&a);
}

static void reset_returns_to_the_mark_across_blocks(void **state)
{
	struct arena a;
	struct arena_mark mark;
	void *first;

	(void)state;
	arena_init(&a, &arena_heap, 4096);
	arena_alloc(&a, 100);
	mark = arena_mark(&a);
	first = arena_alloc(&a, 64);
	arena_alloc(&a, 100000);
	arena_alloc(&a, 100000);
	arena_reset(&a, mark);
	assert_ptr_equal(arena_alloc(&a, 64), first);
	arena_free(&a);
}

static void grow_keeps_the_content_and_grows_in_place_at_the_end(void **state)
{
	struct arena a;
	uint8_t *p, *q;

	(void)state;
	arena_init(&a, &arena_heap, 4096);
	p = arena_alloc(&a, 10);
	memcpy(p, "0123456789", 10);
	assert_ptr_equal(arena_grow(&a, p, 10, 500), p);
	arena_alloc(&a, 1);
	q = arena_grow(&a, p, 500, 20000);
	assert_ptr_not_equal(p, q);
	assert_memory_equal(q, "0123456789", 10);
	arena_free(&a);
}

/* Hands out its memory from the end. */
struct downward {
	_Alignas(64) uint8_t memory[4 * 4096];
	size_t left;
};

static void *downward_allocate(void *context, size_t size)
{
	struct downward *d = context;

	size = (size + 63) & ~(size_t)63;
	if (size > d->left)
		return NULL;
	d->left -= size;
	return d->memory + d->left;
}

static void downward_release(void *context, void *block, size_t size)
{
	(void)context, (void)block, (void)size;
}

static void __attribute__((noreturn)) downward_out_of_memory(void *context, size_t size)
{
	(void)context, (void)size;
	abort();
}

/* Seen with a journal that outgrew its block while a full block was current. */
static void what_lies_in_an_elder_block_does_not_grow_in_place(void **state)
{
	static struct downward memory = { .left = sizeof(memory.memory) };
	const struct arena_source source = { &memory, downward_allocate, downward_release,
					     downward_out_of_memory };
	struct arena a;
	uint8_t *old, *grown;

	(void)state;
	arena_init(&a, &source, 4096);
	old = arena_alloc(&a, 3000);
	memset(old, 7, 3000);
	(void)arena_alloc(&a, 4096 - 64); /* fills a block below */
	grown = arena_grow(&a, old, 3000, 3500);
	assert_true(grown + 3500 <= old || grown >= old + 3000);
	assert_int_equal(grown[2999], 7);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allocations_are_aligned_and_apart),
		cmocka_unit_test(nothing_has_a_place_too_in_a_fresh_arena),
		cmocka_unit_test(reset_returns_to_the_mark_across_blocks),
		cmocka_unit_test(grow_keeps_the_content_and_grows_in_place_at_the_end),
		cmocka_unit_test(what_lies_in_an_elder_block_does_not_grow_in_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
