/* memory: pages and their tables; the tree is in memory_tree.c. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "prover/vm/memory.h"

void *memory_must(void *allocated, size_t size)
{
	if (allocated)
		return allocated;
	fprintf(stderr, "out of memory: %zu bytes for the fault-proof machine\n", size);
	abort();
}

void *memory_map(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory_must(p == MAP_FAILED ? NULL : p, size);
}

void memory_unmap(void *table, size_t size)
{
	munmap(table, size);
}

static void list_add(struct page_list *l, size_t index)
{
	if (l->count == l->room) {
		size_t room = l->room ? 2 * l->room : 64;
		size_t size = room * sizeof(*l->indices);

		l->indices = memory_must(realloc(l->indices, size), size);
		l->room = room;
	}
	l->indices[l->count++] = (uint32_t)index;
}

void memory_init(struct memory *m)
{
	*m = (struct memory){
		.pages = memory_map(PAGE_COUNT * sizeof(*m->pages)),
		.writable = memory_map(PAGE_COUNT * sizeof(*m->writable)),
		.nodes = memory_map(2 * PAGE_COUNT * sizeof(*m->nodes)),
	};
}

void page_release(struct page *page)
{
	if (--page->holders == 0)
		free(page);
}

void memory_free(struct memory *m)
{
	for (size_t i = 0; i < m->exist.count; i++)
		page_release(m->pages[m->exist.indices[i]]);
	free(m->exist.indices);
	free(m->dirty.indices);
	memory_unmap(m->pages, PAGE_COUNT * sizeof(*m->pages));
	memory_unmap(m->writable, PAGE_COUNT * sizeof(*m->writable));
	memory_unmap(m->nodes, 2 * PAGE_COUNT * sizeof(*m->nodes));
}

static struct page *page_new(void)
{
	size_t size = (sizeof(struct page) + 63) & ~(size_t)63;
	struct page *page = memory_must(aligned_alloc(64, size), size);

	page->holders = 1;
	page->dirty = false;
	return page;
}

/* The page at `index`, existing and with no other holder. */
static struct page *own_page(struct memory *m, size_t index)
{
	struct page *old = m->pages[index], *page;

	if (old && old->holders == 1)
		return old;
	page = page_new();
	if (old) {
		memcpy(page->data, old->data, PAGE_SIZE);
		page_release(old);
	} else {
		memset(page->data, 0, PAGE_SIZE);
		list_add(&m->exist, index);
	}
	m->pages[index] = page;
	return page;
}

uint8_t *memory_make_writable(struct memory *m, size_t index)
{
	struct page *page = own_page(m, index);

	if (!page->dirty) {
		page->dirty = true;
		list_add(&m->dirty, index);
	}
	m->writable[index] = page->data;
	return page->data;
}

void memory_share(struct memory *m, size_t index, struct page *page)
{
	page->holders++;
	m->pages[index] = page;
	list_add(&m->exist, index);
	list_add(&m->dirty, index); /* its hash is known, those above it are not */
}
