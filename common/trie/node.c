/* node: memory and structure of nodes.  What is freed is used again by the
 * same trie, so that one which stays open for many blocks grows only with what
 * it holds. */
#include "trie/node.h"

void trie_fail(struct trie *t, enum trie_err err)
{
	if (t->failed == TRIE_OK)
		t->failed = err;
}

static size_t spare_class(size_t size)
{
	return (size + TRIE_SPARE_STEP - 1) / TRIE_SPARE_STEP;
}

void *trie_take(struct trie *t, size_t size)
{
	size_t class = spare_class(size);
	void *p;

	if (class >= TRIE_SPARE_SIZES || !t->work->spare[class])
		return arena_alloc(t->arena, size);
	p = t->work->spare[class];
	memcpy(&t->work->spare[class], p, sizeof(void *));
	return p;
}

void trie_give(struct trie *t, void *memory, size_t size)
{
	size_t class = spare_class(size);

	if (class == 0 || class >= TRIE_SPARE_SIZES)
		return;
	memcpy(memory, &t->work->spare[class], sizeof(void *));
	t->work->spare[class] = memory;
}

uint8_t *trie_scratch(struct trie *t, size_t size)
{
	struct trie_work *w = t->work;

	if (size > w->scratch_size) {
		trie_give(t, w->scratch, w->scratch_size);
		/* An ordinary branch is 532 bytes; beyond that, double. */
		w->scratch_size = size < 640 ? 640 : 2 * size;
		w->scratch = trie_take(t, w->scratch_size);
	}
	return w->scratch;
}

void trie_value_drop(struct trie *t, struct trie_value *v)
{
	if (v->capacity)
		trie_give(t, (void *)v->data, v->capacity);
	*v = (struct trie_value){ NULL, 0, 0 };
}

void trie_value_set(struct trie *t, struct trie_value *v, struct bytes b)
{
	struct trie_value set = *v;

	if (b.len > v->capacity) {
		/* The arena rounds sizes up anyway: use all of it. */
		set.capacity = (uint32_t)(spare_class(b.len) * TRIE_SPARE_STEP);
		set.data = trie_take(t, set.capacity);
	}
	set.len = (uint32_t)b.len;
	memmove((void *)set.data, b.data, b.len);
	if (set.data != v->data)
		trie_value_drop(t, v);
	*v = set;
}

struct trie_nibbles trie_nibbles_pack(const uint8_t *path, size_t len)
{
	struct trie_nibbles n = { .skip = len & 1, .len = (uint8_t)len };

	for (size_t i = 0; i < len; i++) {
		size_t at = n.skip + i;

		n.packed[at / 2] |= at & 1 ? path[i] : (uint8_t)(path[i] << 4);
	}
	return n;
}

void trie_nibbles_unpack(const struct trie_nibbles *n, uint8_t *path)
{
	for (size_t i = 0; i < n->len; i++)
		path[i] = trie_nibble(n->packed, n->skip + i);
}

void trie_nibbles_prepend(struct trie_nibbles *n, const uint8_t *path, size_t len)
{
	uint8_t whole[TRIE_MAX_NIBBLES];

	memcpy(whole, path, len);
	trie_nibbles_unpack(n, whole + len);
	*n = trie_nibbles_pack(whole, len + n->len);
}

void trie_nibbles_drop(struct trie_nibbles *n, size_t count)
{
	n->skip = (uint8_t)(n->skip + count);
	n->len = (uint8_t)(n->len - count);
}

struct trie_leaf *trie_leaf_new(struct trie *t, struct trie_nibbles path)
{
	struct trie_leaf *leaf = trie_take(t, sizeof(*leaf));

	*leaf = (struct trie_leaf){ .node = { TRIE_LEAF }, .path = path };
	return leaf;
}

struct trie_extension *trie_extension_new(struct trie *t, struct trie_nibbles path)
{
	struct trie_extension *e = trie_take(t, sizeof(*e));

	*e = (struct trie_extension){
		.node = { TRIE_EXTENSION },
		.path = path,
		.child = { .flags = TRIE_SLOT_NEW },
	};
	return e;
}

static size_t branch_size(size_t capacity)
{
	return sizeof(struct trie_branch) + capacity * sizeof(struct trie_slot);
}

_Static_assert(sizeof(struct trie_branch) + 16 * sizeof(struct trie_slot) <=
		   (TRIE_SPARE_SIZES - 1) * TRIE_SPARE_STEP,
	       "every node is kept when freed");

struct trie_branch *trie_branch_new(struct trie *t, size_t capacity)
{
	struct trie_branch *b = trie_take(t, branch_size(capacity));

	memset(b, 0, sizeof(*b));
	b->node.kind = TRIE_BRANCH;
	b->capacity = (uint8_t)capacity;
	return b;
}

void trie_node_free(struct trie *t, struct trie_node *node)
{
	switch ((enum trie_kind)node->kind) {
	case TRIE_LEAF:
		trie_give(t, node, sizeof(struct trie_leaf));
		break;
	case TRIE_EXTENSION:
		trie_give(t, node, sizeof(struct trie_extension));
		break;
	case TRIE_BRANCH:
		trie_give(t, node, branch_size(((struct trie_branch *)node)->capacity));
		break;
	}
}

struct trie_slot *trie_branch_child(struct trie_branch *b, uint8_t nibble)
{
	return b->at[nibble] ? &b->slots[b->at[nibble] - 1] : NULL;
}

/* The same branch with room for more children. */
static struct trie_branch *branch_grow(struct trie *t, struct trie_branch *old)
{
	size_t capacity = old->capacity < 8 ? old->capacity + 2u : 16;
	struct trie_branch *b = trie_branch_new(t, capacity);

	memcpy(b, old, branch_size(old->count));
	b->capacity = (uint8_t)capacity;
	trie_node_free(t, &old->node);
	return b;
}

struct trie_slot *trie_branch_add(struct trie *t, struct trie_slot *slot, uint8_t nibble)
{
	struct trie_branch *b = (struct trie_branch *)slot->node;
	struct trie_slot *added;

	if (b->count == b->capacity) {
		b = branch_grow(t, b);
		slot->node = &b->node;
	}
	added = &b->slots[b->count++];
	*added = (struct trie_slot){ .flags = TRIE_SLOT_NEW };
	b->at[nibble] = b->count;
	return added;
}

/* The last slot fills the hole. */
void trie_branch_remove(struct trie_branch *b, uint8_t nibble)
{
	uint8_t hole = b->at[nibble];
	uint8_t last = b->count--;

	for (size_t i = 0; i < 16; i++)
		if (b->at[i] == last)
			b->at[i] = hole;
	b->slots[hole - 1] = b->slots[last - 1];
	b->at[nibble] = 0;
}
