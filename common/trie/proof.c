/* proof: what shows one key's value, or that it has none, to someone who knows
 * only the root (EIP-1186). */
#include "trie/node.h"

#include "crypto/keccak.h"

enum trie_err trie_prove(struct trie *t, struct arena *a, struct bytes key,
			 const struct bytes **nodes, size_t *count)
{
	struct trie_walk w;
	struct bytes *out;
	size_t used = 0;

	if (key.len > TRIE_MAX_KEY)
		return TRIE_BAD_NODE;
	trie_root(t);
	trie_walk_to(&w, t, key);
	if (w.stop == TRIE_STOP_FAILED)
		return t->failed;
	out = ARENA_ARRAY(a, struct bytes, w.count);
	for (size_t i = 0; i < w.count; i++) {
		const struct trie_slot *slot = w.slots[i];
		uint8_t *rlp;

		if (!slot->node || slot->ref_len != sizeof(slot->ref))
			continue;
		out[used].len = trie_encoded_size(slot->node);
		rlp = arena_alloc(a, out[used].len);
		trie_encode(slot->node, rlp);
		out[used++].data = rlp;
	}
	*nodes = out;
	*count = used;
	return TRIE_OK;
}

/* A check under way: where it is, and what it waits for. */
struct verifier {
	struct bytes key;
	size_t depth;          /* nibbles of the key behind us */
	bool must_be_branch;   /* as below an extension */
	struct bytes next;     /* hash or embedded RLP of the node to come */
	struct bytes value;    /* when found */
	enum trie_err verdict; /* TRIE_OK: `value`; TRIE_MISSING: not yet */
};

static size_t key_nibbles(const struct verifier *v)
{
	return 2 * v->key.len;
}

/* Whether the key goes along with `n`; if so it is behind us. */
static bool pass_path(struct verifier *v, const struct trie_nibbles *n)
{
	if (n->len > key_nibbles(v) - v->depth)
		return false;
	for (size_t i = 0; i < n->len; i++)
		if (trie_nibble(n->packed, n->skip + i) != trie_nibble(v->key.data, v->depth + i))
			return false;
	v->depth += n->len;
	return true;
}

static void conclude(struct verifier *v, struct bytes value)
{
	v->value = value;
	v->verdict = value.len ? TRIE_OK : TRIE_ABSENT;
}

static void verify_branch(struct verifier *v, const struct trie_view *node)
{
	if (v->depth == key_nibbles(v)) {
		conclude(v, node->value);
		return;
	}
	v->next = node->child[trie_nibble(v->key.data, v->depth++)];
	if (v->next.len == 0)
		v->verdict = TRIE_ABSENT;
}

static void verify_view(struct verifier *v, const struct trie_view *node)
{
	bool along = node->kind == TRIE_BRANCH || pass_path(v, &node->path);

	if (v->must_be_branch && node->kind != TRIE_BRANCH) {
		v->verdict = TRIE_BAD_NODE;
		return;
	}
	v->must_be_branch = node->kind == TRIE_EXTENSION;
	if (!along) {
		v->verdict = TRIE_ABSENT;
		return;
	}
	switch (node->kind) {
	case TRIE_LEAF:
		if (v->depth == key_nibbles(v))
			conclude(v, node->value);
		else
			v->verdict = TRIE_ABSENT;
		break;
	case TRIE_EXTENSION:
		v->next = node->child[0];
		break;
	case TRIE_BRANCH:
		verify_branch(v, node);
		break;
	}
}

static void verify_rlp(struct verifier *v, struct bytes rlp)
{
	struct trie_view node;

	if (trie_view_read(&node, rlp, v->depth))
		verify_view(v, &node);
	else
		v->verdict = TRIE_BAD_NODE;
}

/* One listed node, and those embedded in it. */
static void verify_listed(struct verifier *v, struct bytes rlp, bool is_root)
{
	struct hash32 hash = keccak256(rlp);

	if (!bytes_eq(v->next, bytes_of_hash(&hash)) ||
	    (!is_root && rlp.len < TRIE_EMBEDDED_BELOW)) {
		v->verdict = TRIE_BAD_NODE;
		return;
	}
	verify_rlp(v, rlp);
	while (v->verdict == TRIE_MISSING && v->next.len < sizeof(struct hash32))
		verify_rlp(v, v->next);
}

enum trie_err trie_verify(const struct hash32 *root, struct bytes key, const struct bytes *nodes,
			  size_t count, struct bytes *value)
{
	struct verifier v = {
		.key = key,
		.next = bytes_of_hash(root),
		.verdict = TRIE_MISSING,
	};
	size_t used = 0;

	if (key.len > TRIE_MAX_KEY)
		return TRIE_BAD_NODE;
	if (hash32_eq(root, &keccak_empty_trie))
		return count == 0 ? TRIE_ABSENT : TRIE_BAD_NODE;
	while (v.verdict == TRIE_MISSING && used < count) {
		verify_listed(&v, nodes[used], used == 0);
		used++;
	}
	if (v.verdict == TRIE_MISSING || used < count)
		return TRIE_BAD_NODE;
	if (v.verdict == TRIE_OK)
		*value = v.value;
	return v.verdict;
}
