/* load: nodes from the source.  Nothing of the source's is believed: the bytes
 * must have the hash that was asked for and be a canonical node. */
#include "trie/node.h"

#include "crypto/keccak.h"

static struct trie_node *build(struct trie *t, const struct trie_view *v, size_t depth);

/* A child that is in its parent's RLP is built with it: at most a few, since
 * all of them fit in 31 bytes or share a branch. */
static void build_child(struct trie *t, struct trie_slot *slot, struct bytes ref, size_t depth)
{
	struct trie_view v;

	*slot = (struct trie_slot){ .ref_len = (uint8_t)ref.len };
	memcpy(slot->ref.b, ref.data, ref.len);
	if (ref.len == sizeof(struct hash32)) {
		slot->flags = TRIE_SLOT_STORED;
		return;
	}
	/* Checked with the parent. */
	if (trie_view_read(&v, ref, depth))
		slot->node = build(t, &v, depth);
}

static struct trie_node *build_leaf(struct trie *t, const struct trie_view *v)
{
	struct trie_leaf *leaf = trie_leaf_new(t, v->path);

	trie_value_set(t, &leaf->value, v->value);
	return &leaf->node;
}

static struct trie_node *build_extension(struct trie *t, const struct trie_view *v, size_t depth)
{
	struct trie_extension *e = trie_extension_new(t, v->path);

	build_child(t, &e->child, v->child[0], depth + v->path.len);
	return &e->node;
}

static struct trie_node *build_branch(struct trie *t, const struct trie_view *v, size_t depth)
{
	struct trie_branch *b;
	size_t count = 0;

	for (size_t i = 0; i < 16; i++)
		count += v->child[i].len > 0;
	b = trie_branch_new(t, count);
	for (size_t i = 0; i < 16; i++) {
		if (v->child[i].len == 0)
			continue;
		build_child(t, &b->slots[b->count], v->child[i], depth + 1);
		b->at[i] = ++b->count;
	}
	if (v->value.len > 0)
		trie_value_set(t, &b->value, v->value);
	return &b->node;
}

static struct trie_node *build(struct trie *t, const struct trie_view *v, size_t depth)
{
	switch (v->kind) {
	case TRIE_LEAF:
		return build_leaf(t, v);
	case TRIE_EXTENSION:
		return build_extension(t, v, depth);
	case TRIE_BRANCH:
		return build_branch(t, v, depth);
	}
	return NULL;
}

/* Whether `rlp` is all that the source put into the arena since `mark`. */
static bool is_newest(const struct arena *a, struct arena_mark mark, struct bytes rlp)
{
	size_t used;

	if (a->current != mark.block || rlp.data != mark.next)
		return false;
	used = (size_t)(a->next - mark.next);
	return used >= rlp.len && used - rlp.len < TRIE_SPARE_STEP;
}

/* The RLP, out of the arena again where that can be: what is built from it
 * takes its place. */
static struct bytes take_back(struct trie *t, struct arena_mark mark, struct bytes rlp)
{
	if (rlp.len > t->work->scratch_size || !is_newest(t->arena, mark, rlp))
		return rlp;
	memcpy(t->work->scratch, rlp.data, rlp.len);
	arena_reset(t->arena, mark);
	return bytes_of(t->work->scratch, rlp.len);
}

static bool load_view(struct trie_view *v, struct bytes rlp, const struct hash32 *want,
		      size_t depth, bool must_be_branch)
{
	struct hash32 hash = keccak256(rlp);

	/* A node this short has no hash, unless it is the root. */
	if (!hash32_eq(&hash, want) || (depth > 0 && rlp.len < TRIE_EMBEDDED_BELOW))
		return false;
	return trie_view_read(v, rlp, depth) && (!must_be_branch || v->kind == TRIE_BRANCH);
}

struct trie_node *trie_load(struct trie *t, struct trie_slot *slot, struct trie_path path,
			    bool must_be_branch)
{
	struct arena_mark mark;
	struct trie_view v;
	struct bytes rlp;

	if (slot->node)
		return slot->node;
	trie_scratch(t, 1);
	mark = arena_mark(t->arena);
	if (!t->source || !t->source->load(t->source->context, t->arena, &rlp, &slot->ref, path)) {
		trie_fail(t, TRIE_MISSING);
		return NULL;
	}
	rlp = take_back(t, mark, rlp);
	if (!load_view(&v, rlp, &slot->ref, path.len, must_be_branch)) {
		trie_fail(t, TRIE_BAD_NODE);
		return NULL;
	}
	slot->node = build(t, &v, path.len);
	return slot->node;
}
