#include "base/native/memory.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Address space, which costs nothing until it is used; a heap that outgrows it
 * goes on in ordinary pages. */
#define HEAP_RESERVED ((size_t)1 << 30)

static void advise_huge_pages(void *start, size_t size)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = ((uintptr_t)start + page - 1) & ~(page - 1);
	uintptr_t to = ((uintptr_t)start + size) & ~(page - 1);

	/* Advice: a kernel without huge pages refuses it, and nothing is lost. */
	(void)madvise((void *)from, to - from, MADV_HUGEPAGE);
}

void memory_keep(void)
{
	void *heap;

	if (MEMORY_IS_SANITIZED)
		return;
	mallopt(M_TRIM_THRESHOLD, -1); /* never */
	mallopt(M_MMAP_MAX, 0);
	/* What is freed at the heap's end stays there, untouched and advised: the
	 * first heap, that is; each thread's own has ordinary pages. */
	heap = malloc(HEAP_RESERVED);
	if (heap)
		advise_huge_pages(heap, HEAP_RESERVED);
	free(heap);
}
