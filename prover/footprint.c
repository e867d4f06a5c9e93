#include "prover/footprint.h"

#include <malloc.h>
#include <sqlite3.h>

/* Blocks of this size are mapped, and unmapped when they are freed.  glibc would
 * raise it by itself.  Smaller ones, of which deriving takes and frees many for
 * each block, stay in the heap: to touch new pages each time was half of its
 * processor time. */
#define MAPPED_FROM (1024 * 1024)
/* Of freed memory at the end of the heap. */
#define TRIMMED_FROM (16 * 1024 * 1024)
/* Each thread would get one. */
#define HEAPS 2

/* Each connection alone may have twice that: there are a dozen. */
#define DATABASE_MEMORY (32 * 1024 * 1024)

void footprint_bound(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, MAPPED_FROM);
	(void)mallopt(M_TRIM_THRESHOLD, TRIMMED_FROM);
	(void)mallopt(M_ARENA_MAX, HEAPS);
	(void)sqlite3_soft_heap_limit64(DATABASE_MEMORY);
}
