/* arena: where the core's memory comes from.
 *
 * Allocations are bumped from blocks and freed together, back to a mark.
 * An arena never returns NULL: the sizes that the consensus rules allow are
 * bounded (DESIGN.md section 1), so running out means that the host is out of
 * memory, which no rule may depend on.  The arena then calls `out_of_memory`,
 * which must not return (natively it reports and aborts; in the guest it is
 * a PANIC).
 *
 * An arena belongs to one thread.  Core: freestanding. */
#ifndef GAVEL_BASE_ARENA_H
#define GAVEL_BASE_ARENA_H

#include "base/bytes.h"

/* Where an arena gets its blocks.  `allocate` returns at least `size` bytes,
 * 64-byte aligned, or NULL; `release` takes them back. */
struct arena_source {
	void *context;
	void *(*allocate)(void *context, size_t size);
	void (*release)(void *context, void *block, size_t size);
	void (*out_of_memory)(void *context, size_t size) __attribute__((noreturn));
};

struct arena_block;

struct arena {
	const struct arena_source *source;
	struct arena_block *current; /* newest block; each links to its elder */
	uint8_t *next;               /* first free byte of `current` */
	uint8_t *limit;              /* one past the last byte of `current` */
	size_t block_size;           /* of an ordinary block, in bytes */
};

/* A point to go back to. */
struct arena_mark {
	struct arena_block *block;
	uint8_t *next;
};

/* Makes `a` empty.  `source` must outlive it.  Nothing is allocated yet. */
void arena_init(struct arena *a, const struct arena_source *source, size_t block_size);

/* Gives all memory back; `a` is empty again and may be used further. */
void arena_free(struct arena *a);

/* `size` bytes, 32-byte aligned, not zeroed; valid until the arena is reset
 * below this point or freed.  `size` 0 gives a valid pointer. */
void *arena_alloc(struct arena *a, size_t size);

/* The same, zeroed; `count * size` must not overflow (that is out of memory). */
void *arena_calloc(struct arena *a, size_t count, size_t size);

/* Grows an allocation of `a` from `old_size` to `new_size` bytes, in place
 * when it is the newest one, else by copying.  The new bytes are not zeroed.
 * Returns where it is now. */
void *arena_grow(struct arena *a, void *old, size_t old_size, size_t new_size);

/* Bytes that its blocks take from the source: what it costs the process. */
size_t arena_size(const struct arena *a);

/* A copy of `b` in `a`. */
struct bytes arena_copy(struct arena *a, struct bytes b);

struct arena_mark arena_mark(const struct arena *a);

/* Frees everything allocated since `mark`. */
void arena_reset(struct arena *a, struct arena_mark mark);

#define ARENA_NEW(a, type)          ((type *)arena_calloc((a), 1, sizeof(type)))
#define ARENA_ARRAY(a, type, count) ((type *)arena_calloc((a), (count), sizeof(type)))

#endif
