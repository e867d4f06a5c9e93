/* What the trie's tests share: an arena, random numbers, a node store keyed by
 * path, and a second trie that is nothing but the definition. */
#ifndef GAVEL_TESTS_TRIE_SUPPORT_H
#define GAVEL_TESTS_TRIE_SUPPORT_H

#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "trie/trie.h"

#include <search.h>
#include <stdlib.h>

static inline struct bytes text(const char *s)
{
	size_t len = 0;

	while (s[len])
		len++;
	return bytes_of(s, len);
}

/* xorshift64*: the same numbers in every run. */
static inline uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545f4914f6cdd1du;
}

/* The store: nodes by path, in a search tree of the C library. */
struct stored_node {
	size_t path_len;
	uint8_t path[64];
	struct hash32 hash;
	uint8_t *rlp;
	size_t len;
};

struct node_store {
	void *tree;
	size_t count;     /* nodes it holds */
	size_t stores;    /* nodes given since it was made */
	size_t repeats;   /* of which it had already */
	size_t removals;  /* paths reported as removed */
	size_t bad_calls; /* removals of what it does not have */
	size_t loads;
};

static inline int compare_paths(const void *a, const void *b)
{
	const struct stored_node *x = a, *y = b;
	size_t len = x->path_len < y->path_len ? x->path_len : y->path_len;
	int order = len ? memcmp(x->path, y->path, len) : 0;

	return order ? order : (x->path_len > y->path_len) - (x->path_len < y->path_len);
}

static inline struct stored_node *node_store_find(struct node_store *s, struct trie_path path)
{
	struct stored_node want = { .path_len = path.len };
	struct stored_node **found;

	if (path.len)
		memcpy(want.path, path.nibbles, path.len);
	found = tfind(&want, &s->tree, compare_paths);
	return found ? *found : NULL;
}

static inline void node_store_remove(struct node_store *s, struct stored_node *n)
{
	tdelete(n, &s->tree, compare_paths);
	free(n->rlp);
	free(n);
	s->count--;
}

static inline void node_store_put(void *context, struct trie_path path, const struct hash32 *hash,
				  struct bytes rlp)
{
	struct node_store *s = context;
	struct stored_node *n = node_store_find(s, path);

	if (!hash) {
		s->removals++;
		s->bad_calls += rlp.len != 0 || !n;
		if (n)
			node_store_remove(s, n);
		return;
	}
	s->stores++;
	s->repeats += n && hash32_eq(&n->hash, hash);
	if (n)
		node_store_remove(s, n);
	n = calloc(1, sizeof(*n));
	n->path_len = path.len;
	memcpy(n->path, path.nibbles, path.len);
	n->hash = *hash;
	n->len = rlp.len;
	n->rlp = malloc(rlp.len);
	memcpy(n->rlp, rlp.data, rlp.len);
	tsearch(n, &s->tree, compare_paths);
	s->count++;
}

static inline bool node_store_load(void *context, struct arena *a, struct bytes *rlp,
				   const struct hash32 *hash, struct trie_path path)
{
	struct node_store *s = context;
	struct stored_node *n = node_store_find(s, path);

	(void)hash;
	s->loads++;
	if (!n)
		return false;
	*rlp = arena_copy(a, bytes_of(n->rlp, n->len));
	return true;
}

static inline void node_store_free(struct node_store *s)
{
	while (s->tree)
		node_store_remove(s, *(struct stored_node **)s->tree);
}

/* The definition (yellow paper, appendix D): c(J, i) of a sorted set of pairs.
 * Slow, plain, and sharing no line with the trie. */
struct pair {
	uint8_t key[32];
	size_t key_len;
	uint8_t value[256];
	size_t value_len;
};

struct definition {
	struct arena *arena;
	/* Called for each node with an own hash. */
	void (*node)(void *context, struct trie_path path, struct bytes rlp);
	void *context;
};

static inline uint8_t pair_nibble(const struct pair *p, size_t at)
{
	return at & 1 ? p->key[at / 2] & 15 : p->key[at / 2] >> 4;
}

static inline int compare_pairs(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	size_t len = x->key_len < y->key_len ? x->key_len : y->key_len;
	int order = len ? memcmp(x->key, y->key, len) : 0;

	return order ? order : (x->key_len > y->key_len) - (x->key_len < y->key_len);
}

static inline struct bytes joined(struct arena *a, struct bytes x, struct bytes y)
{
	uint8_t *p = arena_alloc(a, x.len + y.len);

	if (x.len)
		memcpy(p, x.data, x.len);
	if (y.len)
		memcpy(p + x.len, y.data, y.len);
	return bytes_of(p, x.len + y.len);
}

static inline struct bytes rlp_of(struct arena *a, uint8_t base, struct bytes payload)
{
	uint8_t head[4];

	if (base == 0x80 && payload.len == 1 && payload.data[0] < 0x80)
		return arena_copy(a, payload);
	if (payload.len <= 55) {
		head[0] = (uint8_t)(base + payload.len);
		return joined(a, bytes_of(head, 1), payload);
	}
	head[0] = (uint8_t)(base + 57);
	head[1] = (uint8_t)(payload.len >> 8);
	head[2] = (uint8_t)payload.len;
	if (payload.len > 255)
		return joined(a, bytes_of(head, 3), payload);
	head[0] = (uint8_t)(base + 56);
	head[1] = (uint8_t)payload.len;
	return joined(a, bytes_of(head, 2), payload);
}

/* HP(x, t) as an RLP string. */
static inline struct bytes rlp_path(struct arena *a, const struct pair *p, size_t from, size_t to,
				    bool leaf)
{
	uint8_t out[34], *next = out;
	uint8_t flag = leaf ? 2 : 0;

	if ((to - from) % 2 == 0)
		*next++ = (uint8_t)(flag << 4);
	else
		*next++ = (uint8_t)((flag + 1) << 4 | pair_nibble(p, from++));
	for (; from < to; from += 2)
		*next++ = (uint8_t)(pair_nibble(p, from) << 4 | pair_nibble(p, from + 1));
	return rlp_of(a, 0x80, bytes_of(out, (size_t)(next - out)));
}

static inline size_t shared_nibbles(const struct pair *p, size_t count, size_t depth)
{
	size_t to = 2 * p[0].key_len;

	for (size_t i = 1; i < count; i++) {
		size_t j = depth;

		while (j < to && j < 2 * p[i].key_len && pair_nibble(&p[i], j) == pair_nibble(p, j))
			j++;
		to = j;
	}
	return to - depth;
}

static inline struct bytes defined_node(const struct definition *d, const struct pair *p,
					size_t count, size_t depth);

/* n(J, i): the node itself when it is short, else its hash. */
static inline struct bytes defined_ref(const struct definition *d, const struct pair *p,
				       size_t count, size_t depth)
{
	struct bytes rlp;
	struct hash32 hash;
	uint8_t path[64];

	if (count == 0)
		return rlp_of(d->arena, 0x80, bytes_of(NULL, 0));
	rlp = defined_node(d, p, count, depth);
	if (rlp.len < 32)
		return rlp;
	for (size_t i = 0; i < depth; i++)
		path[i] = pair_nibble(p, i);
	if (d->node)
		d->node(d->context, (struct trie_path){ path, depth }, rlp);
	hash = keccak256(rlp);
	return rlp_of(d->arena, 0x80, arena_copy(d->arena, bytes_of_hash(&hash)));
}

static inline struct bytes defined_node(const struct definition *d, const struct pair *p,
					size_t count, size_t depth)
{
	struct arena *a = d->arena;
	struct bytes payload = { NULL, 0 }, value = { NULL, 0 };
	size_t shared = count > 1 ? shared_nibbles(p, count, depth) : 0;

	if (count == 1) {
		payload = rlp_path(a, p, depth, 2 * p->key_len, true);
		value = rlp_of(a, 0x80, bytes_of(p->value, p->value_len));
		return rlp_of(a, 0xc0, joined(a, payload, value));
	}
	if (shared) {
		payload = rlp_path(a, p, depth, depth + shared, false);
		return rlp_of(a, 0xc0,
			      joined(a, payload, defined_ref(d, p, count, depth + shared)));
	}
	if (2 * p->key_len == depth) {
		value = bytes_of(p->value, p->value_len);
		p++;
		count--;
	}
	for (uint8_t n = 0; n < 16; n++) {
		size_t below = 0;

		while (below < count && pair_nibble(&p[below], depth) == n)
			below++;
		payload = joined(a, payload, defined_ref(d, p, below, depth + 1));
		p += below;
		count -= below;
	}
	return rlp_of(a, 0xc0, joined(a, payload, rlp_of(a, 0x80, value)));
}

/* TRIE(J) of `count` pairs, sorted and different, with no empty value. */
static inline struct hash32 defined_root(const struct definition *d, const struct pair *p,
					 size_t count)
{
	struct bytes rlp;

	if (count == 0)
		return keccak_empty_trie;
	rlp = defined_node(d, p, count, 0);
	if (d->node)
		d->node(d->context, (struct trie_path){ NULL, 0 }, rlp);
	return keccak256(rlp);
}

#endif
