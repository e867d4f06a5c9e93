#include "evm/region.h"

/* So that taking, which rounds up, never passes the limit. */
#define ALIGNMENT ((size_t)32)

static struct region_chunk *chunk_new(struct arena *a, size_t size)
{
	struct region_chunk *chunk = ARENA_NEW(a, struct region_chunk);

	size = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	chunk->start = arena_alloc(a, size);
	chunk->limit = chunk->start + size;
	return chunk;
}

void region_init(struct region *r, struct arena *a, size_t size)
{
	r->arena = a;
	r->first = r->current = chunk_new(a, size);
	r->top = r->first->start;
}

void region_next_chunk(struct region *r, size_t len)
{
	struct region_chunk *chunk = r->current;
	size_t size = (size_t)(chunk->limit - chunk->start);

	for (;;) {
		size *= 2;
		if (!chunk->next)
			chunk->next = chunk_new(r->arena, size > len ? size : len);
		chunk = chunk->next;
		size = (size_t)(chunk->limit - chunk->start);
		if (size >= len)
			break;
	}
	r->current = chunk;
	r->top = chunk->start;
}
