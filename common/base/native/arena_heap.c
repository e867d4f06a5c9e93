#include "base/native/arena_heap.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/native/memory.h"

#define ALIGNMENT ((size_t)64)

/* Ordinary blocks that were released, for the next who wants one: arenas come and
 * go with every transaction and block, each with a block or two.  Not under a
 * sanitizer, which is to see that what was released is not used any more. */
#define SPARES_MAX 32

static struct {
	pthread_mutex_t lock;
	int count;
	void *blocks[SPARES_MAX];
} spares = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void *take_spare(void)
{
	void *block = NULL;

	pthread_mutex_lock(&spares.lock);
	if (spares.count > 0)
		block = spares.blocks[--spares.count];
	pthread_mutex_unlock(&spares.lock);
	return block;
}

static bool keep_spare(void *block)
{
	bool kept;

	pthread_mutex_lock(&spares.lock);
	kept = spares.count < SPARES_MAX;
	if (kept)
		spares.blocks[spares.count++] = block;
	pthread_mutex_unlock(&spares.lock);
	return kept;
}

/* Where malloc() began is noted in front of the block: cheaper than
 * aligned_alloc(), which takes a larger piece apart and gives the rest back. */
static void *aligned_new(size_t size)
{
	uint8_t *start, *block;

	if (size > SIZE_MAX - ALIGNMENT || !(start = malloc(size + ALIGNMENT)))
		return NULL;
	block = start + ALIGNMENT - (uintptr_t)start % ALIGNMENT;
	memcpy(block - sizeof(start), &start, sizeof(start));
	return block;
}

static void aligned_free(void *block)
{
	void *start;

	memcpy(&start, (uint8_t *)block - sizeof(start), sizeof(start));
	free(start);
}

static bool may_be_spare(size_t size)
{
	return size == ARENA_HEAP_BLOCK && !MEMORY_IS_SANITIZED;
}

static void *heap_allocate(void *context, size_t size)
{
	void *block = NULL;

	(void)context;
	if (may_be_spare(size))
		block = take_spare();
	return block ? block : aligned_new(size);
}

static void heap_release(void *context, void *block, size_t size)
{
	(void)context;
	if (!may_be_spare(size) || !keep_spare(block))
		aligned_free(block);
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
