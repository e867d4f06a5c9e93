/* arena_heap: the native source of arena blocks.  Not part of the core. */
#ifndef GAVEL_BASE_NATIVE_ARENA_HEAP_H
#define GAVEL_BASE_NATIVE_ARENA_HEAP_H

#include "base/arena.h"

/* Blocks from malloc(), and a few ordinary ones kept for the next who wants one;
 * running out prints the size and aborts.  May be shared by arenas of several
 * threads. */
extern const struct arena_source arena_heap;

/* An ordinary block, in bytes, where nothing speaks for another size. */
#define ARENA_HEAP_BLOCK ((size_t)256 * 1024)

#endif
