/* memory: the machine's 2^32 bytes, sparse, with their Merkle root.
 *
 * Pages of 4 KiB exist once they are written to.  Snapshots share them; a page
 * with more than one holder is copied before it changes.  The root costs the
 * hashing of the pages that were written to since the last time: `writable` holds
 * exactly pages that may be written to directly, because they have one holder,
 * are on the list of dirty ones, and no decoded code comes from them. */
#ifndef GAVEL_PROVER_VM_MEMORY_H
#define GAVEL_PROVER_VM_MEMORY_H

#include "base/bytes.h"

#define PAGE_BITS            12
#define PAGE_SIZE            ((size_t)1 << PAGE_BITS)
#define PAGE_COUNT           ((size_t)1 << 20)
#define PAGE_LEAVES          128u /* of 32 bytes */
#define PAGE_LEVELS          7    /* of the tree within a page */
#define PAGE_OFFSET(address) ((size_t)(address) & (PAGE_SIZE - 1))

struct page {
	uint8_t data[PAGE_SIZE];
	struct hash32 hash; /* of the page's subtree, while not dirty */
	uint32_t holders;   /* one memory, and snapshots */
	bool dirty;         /* written to since `hash` was made */
};

struct page_list {
	uint32_t *indices;
	size_t count, room;
};

/* The tables are address space: the process pays for the parts that are used. */
struct memory {
	struct page **pages;    /* [PAGE_COUNT]; NULL: all zero */
	uint8_t **writable;     /* [PAGE_COUNT]; NULL: memory_make_writable() first */
	struct hash32 *nodes;   /* [2 * PAGE_COUNT]: root at 1, node i over 2i and 2i + 1,
				 * page p at PAGE_COUNT + p.  Zeros: as with zero memory */
	struct page_list exist; /* pages that are not NULL */
	struct page_list dirty; /* pages whose hash is out of date */
};

/* Memory from the system or an end with a message: never NULL. */
void *memory_must(void *allocated, size_t size);
/* Zeros, for tables that are used in parts. */
void *memory_map(size_t size);
void memory_unmap(void *table, size_t size);

void memory_init(struct memory *m);
void memory_free(struct memory *m);

/* The page's bytes, for writing.  Whoever holds decoded code of it drops that. */
uint8_t *memory_make_writable(struct memory *m, size_t index);

/* Makes sure that the next one to write to that page asks. */
static inline void memory_protect(struct memory *m, size_t index)
{
	m->writable[index] = NULL;
}

/* Adds a page that others hold too, into a memory that has none there. */
void memory_share(struct memory *m, size_t index, struct page *page);
void page_release(struct page *page);

/* The root.  Afterwards no page is dirty. */
struct hash32 memory_root(struct memory *m);

/* What a witness has of the `1 << levels` leaves around `address`: their bytes,
 * and the siblings above, 27 - levels of them.  After memory_root(); levels is
 * at most 7.  Returns the end of what was written. */
uint8_t *memory_prove(uint8_t *to, const struct memory *m, uint64_t address, unsigned levels);

#endif
