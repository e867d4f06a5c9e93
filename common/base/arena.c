#include "base/arena.h"

/* Lies at the start of each block; the bytes behind it are handed out. */
struct arena_block {
	struct arena_block *elder;
	size_t size; /* with this header */
	uint8_t padding[48];
};

_Static_assert(sizeof(struct arena_block) == 64, "keeps allocations aligned");

#define ARENA_ALIGNMENT ((size_t)32)

void arena_init(struct arena *a, const struct arena_source *source, size_t block_size)
{
	*a = (struct arena){ .source = source, .block_size = block_size };
}

static void arena_drop_block(struct arena *a)
{
	struct arena_block *block = a->current;

	a->current = block->elder;
	a->source->release(a->source->context, block, block->size);
}

void arena_free(struct arena *a)
{
	while (a->current)
		arena_drop_block(a);
	a->next = a->limit = NULL;
}

/* A new current block with room for `size` bytes. */
static void arena_add_block(struct arena *a, size_t size)
{
	struct arena_block *block;
	size_t total;

	if (size > SIZE_MAX / 2)
		a->source->out_of_memory(a->source->context, size);
	total = size + sizeof(*block);
	if (total < a->block_size)
		total = a->block_size;
	block = a->source->allocate(a->source->context, total);
	if (!block)
		a->source->out_of_memory(a->source->context, total);
	block->elder = a->current;
	block->size = total;
	a->current = block;
	a->next = (uint8_t *)block + sizeof(*block);
	a->limit = (uint8_t *)block + total;
}

static size_t round_up(size_t size)
{
	return (size + ARENA_ALIGNMENT - 1) & ~(ARENA_ALIGNMENT - 1);
}

void *arena_alloc(struct arena *a, size_t size)
{
	void *p;

	if (!a->current || size > (size_t)(a->limit - a->next)) {
		arena_add_block(a, size);
	}
	p = a->next;
	/* Rounding may pass the block's end by less than the alignment. */
	size = round_up(size);
	a->next = size > (size_t)(a->limit - a->next) ? a->limit : a->next + size;
	return p;
}

void *arena_calloc(struct arena *a, size_t count, size_t size)
{
	void *p;

	if (size && count > SIZE_MAX / size)
		a->source->out_of_memory(a->source->context, SIZE_MAX);
	p = arena_alloc(a, count * size);
	memset(p, 0, count * size);
	return p;
}

static bool in_current_block(const struct arena *a, const uint8_t *p)
{
	return a->current && p >= (const uint8_t *)a->current && p < a->limit;
}

void *arena_grow(struct arena *a, void *old, size_t old_size, size_t new_size)
{
	uint8_t *end = (uint8_t *)old + round_up(old_size);
	void *p;

	if (new_size <= old_size)
		return old;
	if (in_current_block(a, old) &&
	    (end == a->next || (end > a->limit && a->next == a->limit)) &&
	    new_size <= (size_t)(a->limit - (uint8_t *)old)) {
		a->next = old;
		return arena_alloc(a, new_size);
	}
	p = arena_alloc(a, new_size);
	if (old_size > 0) /* else `old` may be NULL */
		memcpy(p, old, old_size);
	return p;
}

size_t arena_size(const struct arena *a)
{
	size_t size = 0;

	for (const struct arena_block *block = a->current; block; block = block->elder)
		size += block->size;
	return size;
}

struct bytes arena_copy(struct arena *a, struct bytes b)
{
	uint8_t *p;

	if (b.len == 0)
		return (struct bytes){ NULL, 0 };
	p = arena_alloc(a, b.len);
	memcpy(p, b.data, b.len);
	return (struct bytes){ p, b.len };
}

struct arena_mark arena_mark(const struct arena *a)
{
	return (struct arena_mark){ a->current, a->next };
}

void arena_reset(struct arena *a, struct arena_mark mark)
{
	while (a->current != mark.block)
		arena_drop_block(a);
	a->next = mark.next;
	a->limit = a->current ? (uint8_t *)a->current + a->current->size : NULL;
}
