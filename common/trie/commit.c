/* commit: hashing what changed, each node once and children first, and telling
 * the store.  The marks that put and delete left lead straight to the work. */
#include "trie/node.h"

#include "crypto/keccak.h"

struct commit {
	struct trie *trie;
	const struct trie_sink *sink; /* NULL: only hash */
	uint8_t path[TRIE_MAX_NIBBLES];
};

static struct bytes encoded(struct trie *t, const struct trie_node *node)
{
	size_t size = trie_encoded_size(node);
	uint8_t *out = trie_scratch(t, size);

	trie_encode(node, out);
	return bytes_of(out, size);
}

/* How the parent refers to this encoding.  The root has no parent and always
 * goes by its hash. */
static void set_ref(struct trie_slot *slot, struct bytes rlp, bool is_root)
{
	struct hash32 ref = { { 0 } };
	uint8_t len = sizeof(ref);

	if (rlp.len < TRIE_EMBEDDED_BELOW && !is_root) {
		len = (uint8_t)rlp.len;
		memcpy(ref.b, rlp.data, rlp.len);
	} else {
		ref = keccak256(rlp);
	}
	slot->flags &= (uint8_t)~TRIE_SLOT_DIRTY;
	if (slot->ref_len == len && memcmp(slot->ref.b, ref.b, len) == 0)
		return;
	slot->ref = ref;
	slot->ref_len = len;
	slot->flags |= TRIE_SLOT_CHANGED;
}

/* Tells the sink what stands in `slot` now.  `rlp` is empty unless it was just
 * encoded. */
static void save(struct commit *c, struct trie_slot *slot, struct bytes rlp, size_t depth)
{
	struct trie_path path = { c->path, depth };
	bool own = slot->ref_len == sizeof(slot->ref);
	bool stored = slot->flags & TRIE_SLOT_STORED;

	if (own && (!stored || slot->flags & TRIE_SLOT_CHANGED)) {
		if (rlp.len == 0)
			rlp = encoded(c->trie, slot->node);
		c->sink->store(c->sink->context, path, &slot->ref, rlp);
	}
	if (!own && stored)
		c->sink->store(c->sink->context, path, NULL, bytes_of(NULL, 0));
	slot->flags = own ? TRIE_SLOT_STORED : 0;
}

static bool is_due(const struct commit *c, const struct trie_slot *slot)
{
	return slot->flags & (c->sink ? TRIE_SLOT_TOUCHED : TRIE_SLOT_DIRTY);
}

static void settle(struct commit *c, struct trie_slot *slot, size_t depth);

/* In a large trie what changed lies far apart in memory, and waiting for it
 * would cost as much as the hashing. */
static void prefetch_children(const struct commit *c, const struct trie_branch *b)
{
	for (size_t i = 0; i < b->count; i++) {
		const uint8_t *node = (const uint8_t *)b->slots[i].node;

		if (!node || !is_due(c, &b->slots[i]))
			continue;
		__builtin_prefetch(node);
		__builtin_prefetch(node + 64);
		__builtin_prefetch(node + 128);
	}
}

static void settle_children(struct commit *c, struct trie_node *node, size_t depth)
{
	struct trie_extension *e = (struct trie_extension *)node;
	struct trie_branch *b = (struct trie_branch *)node;

	switch ((enum trie_kind)node->kind) {
	case TRIE_LEAF:
		break;
	case TRIE_EXTENSION:
		trie_nibbles_unpack(&e->path, c->path + depth);
		settle(c, &e->child, depth + e->path.len);
		break;
	case TRIE_BRANCH:
		prefetch_children(c, b);
		for (uint8_t i = 0; i < 16; i++) {
			if (!b->at[i])
				continue;
			c->path[depth] = i;
			settle(c, &b->slots[b->at[i] - 1], depth + 1);
		}
		break;
	}
}

/* Recurses at most TRIE_MAX_NIBBLES deep: each level is a nibble or more. */
static void settle(struct commit *c, struct trie_slot *slot, size_t depth)
{
	struct bytes rlp = { NULL, 0 };

	if (!is_due(c, slot))
		return;
	if (slot->node) {
		settle_children(c, slot->node, depth);
		if (slot->flags & TRIE_SLOT_DIRTY) {
			rlp = encoded(c->trie, slot->node);
			set_ref(slot, rlp, depth == 0);
		}
	}
	if (c->sink)
		save(c, slot, rlp, depth);
}

/* Whether the store holds a node at `path` now, all slots being settled. */
static bool is_stored(const struct trie *t, const struct trie_vacant *path)
{
	struct trie_slot *slot = &t->work->root;
	size_t depth = 0;
	uint8_t nibbles[TRIE_MAX_NIBBLES];

	while (slot && slot->node && depth < path->len) {
		struct trie_extension *e = (struct trie_extension *)slot->node;

		if (slot->node->kind == TRIE_LEAF)
			return false;
		if (slot->node->kind == TRIE_BRANCH) {
			slot = trie_branch_child((struct trie_branch *)slot->node,
						 path->nibbles[depth]);
			depth++;
			continue;
		}
		trie_nibbles_unpack(&e->path, nibbles);
		if (e->path.len > path->len - depth ||
		    memcmp(nibbles, path->nibbles + depth, e->path.len) != 0)
			return false;
		slot = &e->child;
		depth += e->path.len;
	}
	return slot && depth == path->len && slot->flags & TRIE_SLOT_STORED;
}

static void report_vacant(struct trie *t, const struct trie_sink *sink)
{
	while (t->work->vacant) {
		struct trie_vacant *v = t->work->vacant;
		struct trie_path path = { v->nibbles, v->len };

		if (!is_stored(t, v))
			sink->store(sink->context, path, NULL, bytes_of(NULL, 0));
		t->work->vacant = v->next;
		trie_give(t, v, sizeof(*v));
	}
}

static struct hash32 settled_root(struct trie *t, const struct trie_sink *sink)
{
	struct commit c = { .trie = t, .sink = sink };
	struct trie_slot *root = &t->work->root;

	if (t->failed != TRIE_OK)
		return (struct hash32){ { 0 } };
	settle(&c, root, 0);
	if (sink)
		report_vacant(t, sink);
	return root->ref_len ? root->ref : keccak_empty_trie;
}

struct hash32 trie_root(struct trie *t)
{
	return settled_root(t, NULL);
}

struct hash32 trie_commit(struct trie *t, const struct trie_sink *sink)
{
	return settled_root(t, sink);
}
