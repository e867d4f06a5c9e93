#include "base/arena_reuse.h"

#define BLOCK_ALIGNMENT ((uintptr_t)64)

/* Lies in a block that nobody uses. */
struct arena_reuse_block {
	struct arena_reuse_block *next;
	size_t size;
};

/* Sizes differ only where something does not fit an ordinary block: the first
 * that is large enough will do. */
static void *take_spare(struct arena_reuse *r, size_t size)
{
	for (struct arena_reuse_block **at = &r->spare; *at; at = &(*at)->next) {
		struct arena_reuse_block *block = *at;

		if (block->size >= size) {
			*at = block->next;
			return block;
		}
	}
	return NULL;
}

static void *allocate(void *context, size_t size)
{
	struct arena_reuse *r = context;
	void *block = take_spare(r, size);

	if (block)
		return block;
	block = arena_alloc(r->outer, size + BLOCK_ALIGNMENT);
	return (void *)(((uintptr_t)block + BLOCK_ALIGNMENT - 1) & ~(BLOCK_ALIGNMENT - 1));
}

static void release(void *context, void *block, size_t size)
{
	struct arena_reuse *r = context;
	struct arena_reuse_block *spare = block;

	spare->next = r->spare;
	spare->size = size;
	r->spare = spare;
}

static void __attribute__((noreturn)) out_of_memory(void *context, size_t size)
{
	const struct arena_source *source = ((struct arena_reuse *)context)->outer->source;

	source->out_of_memory(source->context, size);
}

void arena_reuse_init(struct arena_reuse *r, struct arena *outer)
{
	*r = (struct arena_reuse){ .source = { r, allocate, release, out_of_memory },
				   .outer = outer };
}
