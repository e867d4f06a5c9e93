/* memory_tree: the Merkle tree over the pages.  Nodes are numbered from the
 * root, 1; the children of i are 2i and 2i + 1. */
#include <stdlib.h>

#include "crypto/keccak.h"
#include "prover/vm/machine.h"
#include "prover/vm/memory.h"

#define UPPER_LEVELS (MACHINE_TREE_DEPTH - PAGE_LEVELS)

/* keccak256 of two nodes: one block, padded with 0x01 ... 0x80. */
static struct hash32 hash_pair(const struct hash32 pair[2])
{
	uint64_t state[25] __attribute__((aligned(256))) = { 0 };
	struct hash32 digest;

	for (unsigned i = 0; i < 8; i++)
		state[i] = le64_load((const uint8_t *)pair + 8 * i);
	state[8] = 1;
	state[KECCAK_RATE / 8 - 1] = (uint64_t)1 << 63;
	keccak_permute(state);
	for (unsigned i = 0; i < 4; i++)
		le64_store(digest.b + 8 * i, state[i]);
	return digest;
}

/* Roots of zero memory, by height: [0] is a leaf, [27] the root.  Made once per
 * call where it is needed: 27 hashes, next to those of the pages. */
struct zero_roots {
	struct hash32 of[MACHINE_TREE_DEPTH + 1];
};

static void zero_roots_make(struct zero_roots *z)
{
	memset(&z->of[0], 0, sizeof(z->of[0]));
	for (unsigned i = 0; i < MACHINE_TREE_DEPTH; i++)
		z->of[i + 1] = hash_pair((struct hash32[2]){ z->of[i], z->of[i] });
}

/* The tree of a page: its root at nodes[1], its leaves from nodes[128]. */
struct page_tree {
	struct hash32 nodes[2 * PAGE_LEAVES];
};

static void page_tree_make(struct page_tree *t, const uint8_t *data, const struct zero_roots *zero)
{
	unsigned height = 1;

	if (data)
		memcpy(&t->nodes[PAGE_LEAVES], data, PAGE_SIZE);
	else
		memset(&t->nodes[PAGE_LEAVES], 0, PAGE_SIZE);
	for (unsigned i = PAGE_LEAVES - 1; i > 0; i--) {
		const struct hash32 *pair = &t->nodes[2 * (size_t)i];

		if (i < PAGE_LEAVES >> height)
			height++;
		if (hash32_eq(&pair[0], &zero->of[height - 1]) && hash32_eq(&pair[0], &pair[1]))
			t->nodes[i] = zero->of[height];
		else
			t->nodes[i] = hash_pair(pair);
	}
}

static bool node_is_unset(const struct hash32 *node)
{
	static const struct hash32 unset;

	return hash32_eq(node, &unset);
}

/* Node `i` of the tree above the pages; `height` above the leaves. */
static struct hash32 upper_node(const struct memory *m, size_t i, unsigned height,
				const struct zero_roots *zero)
{
	return node_is_unset(&m->nodes[i]) ? zero->of[height] : m->nodes[i];
}

static int compare_indices(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void hash_dirty_pages(struct memory *m, const struct zero_roots *zero)
{
	struct page_tree tree;

	for (size_t i = 0; i < m->dirty.count; i++) {
		size_t index = m->dirty.indices[i];
		struct page *page = m->pages[index];

		if (page->dirty) {
			page_tree_make(&tree, page->data, zero);
			page->hash = tree.nodes[1];
			page->dirty = false;
		}
		memory_protect(m, index);
		m->nodes[PAGE_COUNT + index] = page->hash;
	}
}

/* Turns the list of nodes at one level into that of their parents, which it
 * hashes.  Returns how many. */
static size_t hash_parents(struct memory *m, size_t count, unsigned height,
			   const struct zero_roots *zero)
{
	size_t first = PAGE_COUNT >> (height - PAGE_LEVELS), parents = 0;
	uint32_t *list = m->dirty.indices;

	for (size_t i = 0; i < count; i++) {
		uint32_t parent = list[i] / 2;
		size_t node = first + parent;

		if (parents > 0 && list[parents - 1] == parent)
			continue;
		list[parents++] = parent;
		m->nodes[node] = hash_pair((struct hash32[2]){
		    upper_node(m, 2 * node, height - 1, zero),
		    upper_node(m, 2 * node + 1, height - 1, zero),
		});
	}
	return parents;
}

struct hash32 memory_root(struct memory *m)
{
	struct zero_roots zero;
	size_t count = m->dirty.count;

	if (count == 0 && !node_is_unset(&m->nodes[1]))
		return m->nodes[1];
	zero_roots_make(&zero);
	if (count > 0) {
		hash_dirty_pages(m, &zero);
		qsort(m->dirty.indices, count, sizeof(uint32_t), compare_indices);
		for (unsigned h = PAGE_LEVELS + 1; h <= MACHINE_TREE_DEPTH; h++)
			count = hash_parents(m, count, h, &zero);
		m->dirty.count = 0;
	}
	return upper_node(m, 1, MACHINE_TREE_DEPTH, &zero);
}

static uint8_t *put_node(uint8_t *to, const struct hash32 *node)
{
	memcpy(to, node->b, sizeof(node->b));
	return to + sizeof(node->b);
}

uint8_t *memory_prove(uint8_t *to, const struct memory *m, uint64_t address, unsigned levels)
{
	size_t index = (size_t)(address >> PAGE_BITS);
	const struct page *page = m->pages[index];
	size_t node = (PAGE_LEAVES + PAGE_OFFSET(address) / MACHINE_LEAF_SIZE) >> levels;
	struct zero_roots zero;
	struct page_tree tree;

	zero_roots_make(&zero);
	page_tree_make(&tree, page ? page->data : NULL, &zero);
	for (size_t i = node << levels; i < (node + 1) << levels; i++)
		to = put_node(to, &tree.nodes[i]);
	for (; node > 1; node /= 2)
		to = put_node(to, &tree.nodes[node ^ 1]);
	node = PAGE_COUNT + index;
	for (unsigned h = PAGE_LEVELS; h < MACHINE_TREE_DEPTH; h++, node /= 2) {
		struct hash32 sibling = upper_node(m, node ^ 1, h, &zero);

		to = put_node(to, &sibling);
	}
	return to;
}
