/* delete: taking a key out, and bringing the trie back into the one form that
 * its content has: no branch with less than two entries, no extension above
 * anything but a branch. */
#include "trie/node.h"

/* The position at `nibbles` is no more; if the store holds a node there, the
 * next commit reports it (unless a node has come back by then). */
static void vacate(struct trie *t, uint8_t flags, const uint8_t *nibbles, size_t len)
{
	struct trie_vacant *v;

	if (!(flags & TRIE_SLOT_STORED))
		return;
	v = trie_take(t, sizeof(*v));
	v->next = t->work->vacant;
	v->len = (uint8_t)len;
	memcpy(v->nibbles, nibbles, len);
	t->work->vacant = v;
}

static uint8_t only_nibble(const struct trie_branch *b)
{
	uint8_t n = 0;

	while (!b->at[n])
		n++;
	return n;
}

/* A branch with nothing but a value is a leaf without a path. */
static struct trie_node *branch_to_leaf(struct trie *t, const struct trie_branch *b)
{
	struct trie_leaf *leaf = trie_leaf_new(t, trie_nibbles_pack(NULL, 0));

	leaf->value = b->value;
	return &leaf->node;
}

static struct trie_nibbles *path_of(struct trie_node *node)
{
	return node->kind == TRIE_LEAF ? &((struct trie_leaf *)node)->path
				       : &((struct trie_extension *)node)->path;
}

/* A branch with a single child is that child with a longer path, or an
 * extension when the child is a branch.  NULL when the child cannot be loaded. */
static struct trie_node *branch_to_child(struct trie *t, struct trie_walk *w, struct trie_branch *b)
{
	size_t depth = trie_walk_depth(w);
	struct trie_slot *slot = &b->slots[0];
	struct trie_extension *e;
	uint8_t path[TRIE_MAX_NIBBLES];
	struct trie_node *child;

	memcpy(path, w->nibbles, depth);
	path[depth] = only_nibble(b);
	child = trie_load(t, slot, (struct trie_path){ path, depth + 1 }, false);
	if (!child)
		return NULL;
	if (child->kind == TRIE_BRANCH) {
		e = trie_extension_new(t, trie_nibbles_pack(path + depth, 1));
		e->child = *slot;
		return &e->node;
	}
	vacate(t, slot->flags, path, depth + 1);
	trie_nibbles_prepend(path_of(child), path + depth, 1);
	return child;
}

/* The walk's last slot holds a leaf or extension; an extension above it becomes
 * part of its path. */
static void join_extension(struct trie *t, struct trie_walk *w)
{
	struct trie_slot *slot = trie_walk_slot(w), *above;
	struct trie_extension *e;
	uint8_t path[TRIE_MAX_NIBBLES];
	struct trie_node *node = slot->node;

	if (w->count < 2)
		return;
	above = w->slots[w->count - 2];
	if (above->node->kind != TRIE_EXTENSION)
		return;
	e = (struct trie_extension *)above->node;
	vacate(t, slot->flags, w->nibbles, trie_walk_depth(w));
	trie_nibbles_unpack(&e->path, path);
	trie_nibbles_prepend(path_of(node), path, e->path.len);
	above->node = node;
	w->count--;
	trie_node_free(t, &e->node);
}

/* The branch in the walk's last slot has lost an entry. */
static enum trie_err close_up(struct trie *t, struct trie_walk *w)
{
	struct trie_slot *slot = trie_walk_slot(w);
	struct trie_branch *b = (struct trie_branch *)slot->node;
	struct trie_node *node;

	if (b->count + (b->value.len > 0) < 2) {
		node = b->count ? branch_to_child(t, w, b) : branch_to_leaf(t, b);
		if (!node)
			return t->failed;
		slot->node = node;
		trie_node_free(t, &b->node);
		join_extension(t, w);
	}
	trie_walk_mark(w);
	return TRIE_OK;
}

static enum trie_err delete_leaf(struct trie *t, struct trie_walk *w)
{
	struct trie_slot *slot = trie_walk_slot(w);
	struct trie_leaf *leaf = (struct trie_leaf *)slot->node;
	struct trie_slot *above;
	size_t depth = trie_walk_depth(w);

	trie_value_drop(t, &leaf->value);
	trie_node_free(t, &leaf->node);
	if (w->count == 1) {
		slot->node = NULL;
		slot->ref_len = 0;
		trie_walk_mark(w);
		return TRIE_OK;
	}
	vacate(t, slot->flags, w->nibbles, depth);
	above = w->slots[w->count - 2];
	trie_branch_remove((struct trie_branch *)above->node, w->nibbles[depth - 1]);
	w->count--;
	return close_up(t, w);
}

static enum trie_err delete_from_branch(struct trie *t, struct trie_walk *w)
{
	struct trie_branch *b = (struct trie_branch *)trie_walk_slot(w)->node;

	if (b->value.len == 0)
		return TRIE_ABSENT;
	trie_value_drop(t, &b->value);
	return close_up(t, w);
}

enum trie_err trie_delete(struct trie *t, struct bytes key)
{
	struct trie_walk w;

	if (t->failed != TRIE_OK)
		return t->failed;
	if (key.len > TRIE_MAX_KEY)
		return TRIE_ABSENT;
	trie_walk_to(&w, t, key);
	switch (w.stop) {
	case TRIE_STOP_FAILED:
		return t->failed;
	case TRIE_STOP_LEAF:
		return delete_leaf(t, &w);
	case TRIE_STOP_BRANCH:
		return delete_from_branch(t, &w);
	case TRIE_STOP_EMPTY:
	case TRIE_STOP_NO_CHILD:
	case TRIE_STOP_FORK:
		break;
	}
	return TRIE_ABSENT;
}
