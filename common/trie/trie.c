/* trie: opening, looking up, setting.  delete.c takes out, commit.c hashes. */
#include "trie/node.h"

#include "crypto/keccak.h"

void trie_open(struct trie *t, struct arena *a, const struct trie_source *source,
	       const struct hash32 *root)
{
	*t = (struct trie){
		.arena = a,
		.source = source,
		.work = ARENA_NEW(a, struct trie_work),
		.failed = TRIE_OK,
	};
	if (hash32_eq(root, &keccak_empty_trie))
		return;
	t->work->root = (struct trie_slot){
		.ref = *root,
		.ref_len = sizeof(*root),
		.flags = TRIE_SLOT_STORED,
	};
}

enum trie_err trie_failed(const struct trie *t)
{
	return t->failed;
}

/* The value where a walk stopped, or NULL when the key has no place. */
static struct trie_value *value_at(const struct trie_walk *w)
{
	struct trie_node *node;

	switch (w->stop) {
	case TRIE_STOP_LEAF:
		node = trie_walk_slot(w)->node;
		return &((struct trie_leaf *)node)->value;
	case TRIE_STOP_BRANCH:
		node = trie_walk_slot(w)->node;
		return &((struct trie_branch *)node)->value;
	case TRIE_STOP_FAILED:
	case TRIE_STOP_EMPTY:
	case TRIE_STOP_NO_CHILD:
	case TRIE_STOP_FORK:
		break;
	}
	return NULL;
}

enum trie_err trie_get(struct trie *t, struct bytes key, struct bytes *value)
{
	struct trie_walk w;
	struct trie_value *v;

	if (t->failed != TRIE_OK)
		return t->failed;
	if (key.len > TRIE_MAX_KEY)
		return TRIE_ABSENT;
	trie_walk_to(&w, t, key);
	if (w.stop == TRIE_STOP_FAILED)
		return t->failed;
	v = value_at(&w);
	if (!v || v->len == 0)
		return TRIE_ABSENT;
	*value = bytes_of(v->data, v->len);
	return TRIE_OK;
}

/* How a value gets into its node: copied, or as a view. */
typedef void set_value(struct trie *t, struct trie_value *v, struct bytes b);

static void borrow_value(struct trie *t, struct trie_value *v, struct bytes b)
{
	trie_value_drop(t, v);
	*v = (struct trie_value){ b.data, (uint32_t)b.len, 0 };
}

/* A leaf in `slot`, for the key's nibbles from `depth` on. */
static void add_leaf(struct trie *t, const struct trie_walk *w, struct trie_slot *slot,
		     size_t depth, struct bytes value, set_value *set)
{
	struct trie_nibbles path = trie_nibbles_pack(w->nibbles + depth, w->len - depth);
	struct trie_leaf *leaf = trie_leaf_new(t, path);

	set(t, &leaf->value, value);
	slot->node = &leaf->node;
}

/* The value into a branch at `depth`, or into a new leaf below it.  The branch
 * hangs in `slot`. */
static void add_below(struct trie *t, const struct trie_walk *w, struct trie_slot *slot,
		      size_t depth, struct bytes value, set_value *set)
{
	struct trie_branch *b = (struct trie_branch *)slot->node;
	struct trie_slot *child;

	if (depth == w->len) {
		set(t, &b->value, value);
		return;
	}
	child = trie_branch_add(t, slot, w->nibbles[depth]);
	add_leaf(t, w, child, depth + 1, value, set);
}

/* What is left of a leaf after `common` nibbles goes into the branch in `slot`. */
static void rehang_leaf(struct trie *t, struct trie_slot *slot, struct trie_leaf *leaf,
			size_t common)
{
	struct trie_branch *b = (struct trie_branch *)slot->node;
	uint8_t nibble;

	if (leaf->path.len == common) {
		b->value = leaf->value;
		trie_node_free(t, &leaf->node);
		return;
	}
	nibble = trie_nibble(leaf->path.packed, leaf->path.skip + common);
	trie_nibbles_drop(&leaf->path, common + 1);
	trie_branch_add(t, slot, nibble)->node = &leaf->node;
}

/* The same for an extension.  One that has no path left gives its child to the
 * branch, with all that the slot knows: the child's position is the same. */
static void rehang_extension(struct trie *t, struct trie_slot *slot, struct trie_extension *e,
			     size_t common)
{
	uint8_t nibble = trie_nibble(e->path.packed, e->path.skip + common);
	struct trie_slot *child = trie_branch_add(t, slot, nibble);

	if (e->path.len == common + 1u) {
		*child = e->child;
		trie_node_free(t, &e->node);
		return;
	}
	trie_nibbles_drop(&e->path, common + 1);
	child->node = &e->node;
}

/* The walk stopped at a leaf or extension that goes elsewhere: a branch takes
 * its place where the paths part, below an extension for what they share. */
static void fork_path(struct trie *t, const struct trie_walk *w, struct bytes value, set_value *set)
{
	struct trie_slot *slot = trie_walk_slot(w);
	struct trie_node *old = slot->node;
	struct trie_branch *b = trie_branch_new(t, 2);
	size_t depth = trie_walk_depth(w);

	if (w->common > 0) {
		struct trie_nibbles shared = trie_nibbles_pack(w->nibbles + depth, w->common);
		struct trie_extension *e = trie_extension_new(t, shared);

		slot->node = &e->node;
		slot = &e->child;
	}
	slot->node = &b->node;
	if (old->kind == TRIE_LEAF)
		rehang_leaf(t, slot, (struct trie_leaf *)old, w->common);
	else
		rehang_extension(t, slot, (struct trie_extension *)old, w->common);
	add_below(t, w, slot, depth + w->common, value, set);
}

static void put_at(struct trie *t, struct trie_walk *w, struct bytes value, set_value *set)
{
	struct trie_value *old = value_at(w);

	switch (w->stop) {
	case TRIE_STOP_FAILED:
		return;
	case TRIE_STOP_LEAF:
	case TRIE_STOP_BRANCH:
		if (bytes_eq(bytes_of(old->data, old->len), value))
			return;
		set(t, old, value);
		break;
	case TRIE_STOP_EMPTY:
		add_leaf(t, w, trie_walk_slot(w), 0, value, set);
		break;
	case TRIE_STOP_NO_CHILD:
		add_below(t, w, trie_walk_slot(w), trie_walk_depth(w), value, set);
		break;
	case TRIE_STOP_FORK:
		fork_path(t, w, value, set);
		break;
	}
	trie_walk_mark(w);
}

static enum trie_err put(struct trie *t, struct bytes key, struct bytes value, set_value *set)
{
	struct trie_walk w;

	/* A node's RLP could not be measured with more. */
	if (key.len > TRIE_MAX_KEY || value.len > UINT32_MAX / 2)
		trie_fail(t, TRIE_BAD_NODE);
	if (t->failed != TRIE_OK)
		return t->failed;
	if (value.len == 0) {
		trie_delete(t, key);
		return t->failed;
	}
	trie_walk_to(&w, t, key);
	put_at(t, &w, value, set);
	return t->failed;
}

enum trie_err trie_put(struct trie *t, struct bytes key, struct bytes value)
{
	return put(t, key, value, trie_value_set);
}

enum trie_err trie_put_borrowed(struct trie *t, struct bytes key, struct bytes value)
{
	return put(t, key, value, borrow_value);
}
