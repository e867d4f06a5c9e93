#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena_reuse.h"
#include "base/native/arena_heap.h"

#define BLOCK ((size_t)4096)

static struct arena outer, inner;
static struct arena_reuse blocks;

static int start(void **state)
{
	(void)state;
	arena_init(&outer, &arena_heap, ARENA_HEAP_BLOCK);
	arena_reuse_init(&blocks, &outer);
	arena_init(&inner, &blocks.source, BLOCK);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_free(&outer);
	return 0;
}

/* Fills the inner arena with pieces of random sizes up to `largest`. */
static void fill(size_t total, size_t largest, uint64_t *random)
{
	for (size_t taken = 0; taken < total;) {
		size_t size;

		*random = *random * 6364136223846793005u + 1442695040888963407u;
		size = 1 + (size_t)(*random >> 33) % largest;
		memset(arena_alloc(&inner, size), 0xa5, size);
		taken += size;
	}
}

static void what_is_given_back_is_used_again(void **state)
{
	uint64_t random = 1;
	size_t size;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		fill((size_t)1 << 20, BLOCK / 2, &random);
		arena_free(&inner);
	}
	size = arena_size(&outer);
	assert_true(size < (size_t)4 << 20);
	for (unsigned i = 0; i < 200; i++) {
		fill((size_t)1 << 19, BLOCK / 2, &random);
		arena_free(&inner);
	}
	assert_int_equal(arena_size(&outer), size);
}

static void what_does_not_fit_a_block_gets_its_own(void **state)
{
	uint64_t random = 2;

	(void)state;
	for (unsigned i = 0; i < 50; i++) {
		struct arena_mark mark = arena_mark(&inner);
		uint8_t *large = arena_calloc(&inner, 1, 100 * BLOCK);

		fill((size_t)1 << 16, BLOCK, &random);
		for (size_t k = 0; k < 100 * BLOCK; k++)
			assert_int_equal(large[k], 0);
		arena_reset(&inner, mark);
	}
	assert_true(arena_size(&outer) < (size_t)2 << 20);
}

static void blocks_are_aligned(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		(void)arena_alloc(&outer, 1 + i);
		assert_int_equal((uintptr_t)arena_alloc(&inner, BLOCK) % 64, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_given_back_is_used_again, start, stop),
		cmocka_unit_test_setup_teardown(what_does_not_fit_a_block_gets_its_own, start,
						stop),
		cmocka_unit_test_setup_teardown(blocks_are_aligned, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
