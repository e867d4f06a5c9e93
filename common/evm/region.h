/* region: memory that is taken and given back like a stack, in pieces that
 * stay where they are.  EVM stacks and memories live in two of them, so what a
 * call uses is there again for the next one.
 *
 * A region is a list of chunks, each twice as large as the one before it: it
 * never holds more than a few times what was in use at once.  Core. */
#ifndef GAVEL_EVM_REGION_H
#define GAVEL_EVM_REGION_H

#include "base/arena.h"

struct region_chunk {
	struct region_chunk *next; /* larger; NULL: none yet */
	uint8_t *start;
	uint8_t *limit;
};

struct region {
	struct arena *arena;
	struct region_chunk *first;
	struct region_chunk *current;
	uint8_t *top; /* first free byte of `current`, 32-byte aligned */
};

struct region_mark {
	struct region_chunk *chunk;
	uint8_t *top;
};

/* `size`: bytes of the first chunk. */
void region_init(struct region *r, struct arena *a, size_t size);

static inline struct region_mark region_mark(const struct region *r)
{
	return (struct region_mark){ r->current, r->top };
}

/* Gives back everything taken since `mark`. */
static inline void region_reset(struct region *r, struct region_mark mark)
{
	r->current = mark.chunk;
	r->top = mark.top;
}

/* Goes on to a chunk with at least `len` bytes. */
void region_next_chunk(struct region *r, size_t len);

/* The top, with at least `len` free bytes behind it.  Nothing is taken. */
static inline uint8_t *region_reserve(struct region *r, size_t len)
{
	if (len > (size_t)(r->current->limit - r->top))
		region_next_chunk(r, len);
	return r->top;
}

/* Takes everything up to `end`, which lies in the reserved part. */
static inline void region_take_to(struct region *r, const void *end)
{
	uintptr_t misaligned = (uintptr_t)end & 31;

	r->top = (uint8_t *)(uintptr_t)end + (misaligned ? 32 - misaligned : 0);
}

#endif
