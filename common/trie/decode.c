/* decode: a node's RLP taken apart, with every rule of its form checked
 * (yellow paper, appendix D, and hex-prefix encoding, appendix C).  A trie has
 * one encoding; anything else that happens to hash right is refused. */
#include "trie/node.h"

#include "eth/rlp.h"

/* Appendix C: the high nibble of the first byte is 2 for a leaf plus 1 for an
 * odd length, and then the low nibble is the first of the path; with an even
 * length it is zero. */
static bool read_path(struct trie_view *v, struct bytes hp)
{
	uint8_t flags, odd;

	if (hp.len == 0 || hp.len > TRIE_MAX_KEY + 1)
		return false;
	flags = hp.data[0] >> 4;
	odd = flags & 1;
	if (flags > 3 || (!odd && hp.data[0] & 15) || (odd && hp.len > TRIE_MAX_KEY))
		return false;
	v->kind = flags & 2 ? TRIE_LEAF : TRIE_EXTENSION;
	v->path = (struct trie_nibbles){
		.skip = odd,
		.len = (uint8_t)(2 * (hp.len - 1) + odd),
	};
	memcpy(v->path.packed, hp.data + !odd, hp.len - !odd);
	return true;
}

/* Whether `child` may stand for a node at `depth`, as far as can be seen. */
static bool read_child(struct bytes *child, const struct rlp_item *item, size_t depth,
		       bool must_be_branch)
{
	struct trie_view embedded;

	if (item->kind == RLP_STRING) {
		*child = item->payload;
		return child->len == sizeof(struct hash32);
	}
	*child = item->whole;
	return child->len < TRIE_EMBEDDED_BELOW && trie_view_read(&embedded, *child, depth) &&
	       (!must_be_branch || embedded.kind == TRIE_BRANCH);
}

/* Keys are whole bytes, so that values stand at even depths. */
static bool depth_may_hold_value(size_t depth)
{
	return depth <= TRIE_MAX_NIBBLES && depth % 2 == 0;
}

static bool read_leaf_or_extension(struct trie_view *v, const struct rlp_item items[2],
				   size_t depth)
{
	size_t end;

	if (items[0].kind != RLP_STRING || !read_path(v, items[0].payload))
		return false;
	end = depth + v->path.len;
	if (v->kind == TRIE_LEAF) {
		v->value = items[1].payload;
		return items[1].kind == RLP_STRING && v->value.len > 0 && depth_may_hold_value(end);
	}
	return v->path.len > 0 && end < TRIE_MAX_NIBBLES &&
	       read_child(&v->child[0], &items[1], end, true);
}

static bool rlp_is_empty(const struct rlp_item *item)
{
	return item->kind == RLP_STRING && item->payload.len == 0;
}

static bool read_branch(struct trie_view *v, const struct rlp_item items[17], size_t depth)
{
	size_t used = 0;

	if (depth >= TRIE_MAX_NIBBLES)
		return false;
	v->kind = TRIE_BRANCH;
	for (size_t i = 0; i < 16; i++) {
		if (rlp_is_empty(&items[i]))
			continue;
		if (!read_child(&v->child[i], &items[i], depth + 1, false))
			return false;
		used++;
	}
	if (items[16].kind != RLP_STRING)
		return false;
	v->value = items[16].payload;
	if (v->value.len > 0) {
		used++;
		if (!depth_may_hold_value(depth))
			return false;
	}
	/* With fewer it would be a leaf or an extension. */
	return used >= 2;
}

bool trie_view_read(struct trie_view *v, struct bytes rlp, size_t depth)
{
	struct rlp_item list, items[17];
	size_t count = 0;

	if (!rlp_only(rlp, &list) || list.kind != RLP_LIST)
		return false;
	while (list.payload.len > 0)
		if (count == 17 || !rlp_next(&list.payload, &items[count++]))
			return false;
	*v = (struct trie_view){ .kind = TRIE_BRANCH };
	if (count == 2)
		return read_leaf_or_extension(v, items, depth);
	return count == 17 && read_branch(v, items, depth);
}
