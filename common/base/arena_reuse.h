/* arena_reuse: blocks for an arena that is emptied again and again, out of one
 * that is not: what the inner one gives back it gets again.
 *
 *	arena_reuse_init(&blocks, outer);
 *	arena_init(&inner, &blocks.source, size);
 *
 * Both must stay where they are.  The inner arena need not be freed: its blocks go
 * with the outer one.  Core: freestanding. */
#ifndef GAVEL_BASE_ARENA_REUSE_H
#define GAVEL_BASE_ARENA_REUSE_H

#include "base/arena.h"

struct arena_reuse_block;

struct arena_reuse {
	struct arena_source source;
	struct arena *outer;
	struct arena_reuse_block *spare;
};

void arena_reuse_init(struct arena_reuse *r, struct arena *outer);

#endif
