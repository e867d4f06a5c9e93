/* walk: the way from the root towards a key, loading nodes as they are met. */
#include "trie/node.h"

/* How many nibbles `n` and the key have in common, from `depth` on. */
static size_t common_nibbles(const struct trie_nibbles *n, const struct trie_walk *w, size_t depth)
{
	size_t left = w->len - depth;
	size_t most = n->len < left ? n->len : left;
	size_t i = 0;

	while (i < most && trie_nibble(n->packed, n->skip + i) == w->nibbles[depth + i])
		i++;
	return i;
}

/* At a leaf or extension: true when the key's path goes along with all of it. */
static bool follow(struct trie_walk *w, const struct trie_nibbles *n, size_t depth)
{
	w->common = common_nibbles(n, w, depth);
	if (w->common == n->len)
		return true;
	w->stop = TRIE_STOP_FORK;
	return false;
}

static void enter(struct trie_walk *w, struct trie_slot *slot, size_t depth)
{
	w->slots[w->count] = slot;
	w->depths[w->count++] = (uint8_t)depth;
}

static bool step_leaf(struct trie_walk *w, struct trie_leaf *leaf, size_t depth)
{
	if (!follow(w, &leaf->path, depth))
		return false;
	w->stop = depth + leaf->path.len == w->len ? TRIE_STOP_LEAF : TRIE_STOP_FORK;
	return false;
}

static bool step_extension(struct trie_walk *w, struct trie_extension *e, size_t depth)
{
	if (!follow(w, &e->path, depth))
		return false;
	enter(w, &e->child, depth + e->path.len);
	return true;
}

static bool step_branch(struct trie_walk *w, struct trie_branch *b, size_t depth)
{
	struct trie_slot *child;

	if (depth == w->len) {
		w->stop = TRIE_STOP_BRANCH;
		return false;
	}
	child = trie_branch_child(b, w->nibbles[depth]);
	if (!child) {
		w->stop = TRIE_STOP_NO_CHILD;
		return false;
	}
	enter(w, child, depth + 1);
	return true;
}

/* From the last slot into its node; false when the walk ends there. */
static bool step(struct trie_walk *w, struct trie_node *node, size_t depth)
{
	switch ((enum trie_kind)node->kind) {
	case TRIE_LEAF:
		return step_leaf(w, (struct trie_leaf *)node, depth);
	case TRIE_EXTENSION:
		return step_extension(w, (struct trie_extension *)node, depth);
	case TRIE_BRANCH:
		return step_branch(w, (struct trie_branch *)node, depth);
	}
	return false;
}

static void start(struct trie_walk *w, struct bytes key)
{
	w->count = 0;
	w->common = 0;
	w->len = 2 * key.len;
	for (size_t i = 0; i < w->len; i++)
		w->nibbles[i] = trie_nibble(key.data, i);
}

void trie_walk_to(struct trie_walk *w, struct trie *t, struct bytes key)
{
	struct trie_node *node = NULL;
	struct trie_slot *slot = &t->work->root;

	start(w, key);
	w->stop = TRIE_STOP_FAILED;
	if (t->failed != TRIE_OK)
		return;
	enter(w, slot, 0);
	if (!slot->node && slot->ref_len == 0) {
		w->stop = TRIE_STOP_EMPTY;
		return;
	}
	do {
		struct trie_path path = { w->nibbles, trie_walk_depth(w) };
		bool below_extension = node && node->kind == TRIE_EXTENSION;

		node = trie_load(t, trie_walk_slot(w), path, below_extension);
	} while (node && step(w, node, trie_walk_depth(w)));
}

void trie_walk_mark(struct trie_walk *w)
{
	for (size_t i = 0; i < w->count; i++)
		w->slots[i]->flags |= TRIE_SLOT_NEW;
}
