#include "base/native/arena_heap.h"

#include <stdio.h>
#include <stdlib.h>

static void *heap_allocate(void *context, size_t size)
{
	(void)context;
	return aligned_alloc(64, (size + 63) & ~(size_t)63);
}

static void heap_release(void *context, void *block, size_t size)
{
	(void)context;
	(void)size;
	free(block);
}

static void __attribute__((noreturn)) heap_out_of_memory(void *context, size_t size)
{
	(void)context;
	fprintf(stderr, "gavel: out of memory: could not get %zu bytes\n", size);
	abort();
}

const struct arena_source arena_heap = {
	.allocate = heap_allocate,
	.release = heap_release,
	.out_of_memory = heap_out_of_memory,
};
