/* Any bytes, in three ways (the first byte says which):
 * - as nodes of a source: whatever they are, every call gives an answer, and
 *   what was taken for a trie encodes again to the very nodes it was read from;
 * - as nodes of a proof: a value that is proven is in the nodes;
 * - as changes to a trie, against a plain table of what must be in it, with
 *   commits to a store from which it is opened again. */
#include "tests/fuzz/fuzz.h"
#include "tests/unit/trie/support.h"

#define MAX_NODES 24

struct input {
	const uint8_t *data;
	size_t len;
};

static uint8_t take_byte(struct input *in)
{
	if (!in->len)
		return 0;
	in->len--;
	return *in->data++;
}

static struct bytes take_bytes(struct input *in, size_t len)
{
	struct bytes b = { in->data, len < in->len ? len : in->len };

	in->data += b.len;
	in->len -= b.len;
	return b;
}

/* Nodes, each behind two bytes of its length and the place for a hash.  A node
 * may refer to those before it: 0xa0 and a byte k above 0, then 31 zeros,
 * stands for the hash of node k - 1. */
struct node_list {
	struct bytes rlp[MAX_NODES];
	struct hash32 hash[MAX_NODES];
	size_t count;
};

static bool is_reference(const uint8_t *p, size_t count)
{
	if (p[0] != 0xa0 || p[1] == 0 || p[1] > count)
		return false;
	for (size_t i = 2; i < 33; i++)
		if (p[i])
			return false;
	return true;
}

static void add_node(struct node_list *l, struct arena *a, struct bytes raw)
{
	struct bytes node = arena_copy(a, raw);
	uint8_t *data = (uint8_t *)node.data;

	for (size_t i = 0; i + 33 <= node.len; i++)
		if (is_reference(data + i, l->count))
			memcpy(data + i + 1, l->hash[data[i + 1] - 1].b, 32);
	l->rlp[l->count] = node;
	l->hash[l->count++] = keccak256(node);
}

static void take_nodes(struct node_list *l, struct arena *a, struct input *in)
{
	while (in->len && l->count < MAX_NODES) {
		size_t len = take_byte(in);

		if (len == 255)
			len += take_byte(in);
		add_node(l, a, take_bytes(in, len));
	}
}

static bool list_load(void *context, struct arena *a, struct bytes *rlp, const struct hash32 *hash,
		      struct trie_path path)
{
	const struct node_list *l = context;

	FUZZ_CHECK(path.len <= 64);
	for (size_t i = 0; i < l->count; i++) {
		if (!hash32_eq(&l->hash[i], hash))
			continue;
		*rlp = arena_copy(a, l->rlp[i]);
		return true;
	}
	return false;
}

static bool is_listed(const struct node_list *l, struct bytes rlp)
{
	for (size_t i = 0; i < l->count; i++)
		if (bytes_eq(l->rlp[i], rlp))
			return true;
	return false;
}

/* A proof from a trie that was loaded consists of what was loaded. */
static void check_proof(struct trie *t, struct arena *a, const struct node_list *l,
			const struct hash32 *root, struct bytes key)
{
	struct bytes shown = { NULL, 0 }, held = { NULL, 0 };
	const struct bytes *nodes;
	size_t count;

	if (trie_prove(t, a, key, &nodes, &count) != TRIE_OK)
		return;
	for (size_t i = 0; i < count; i++)
		FUZZ_CHECK(is_listed(l, nodes[i]));
	FUZZ_CHECK(trie_verify(root, key, nodes, count, &shown) == trie_get(t, key, &held));
	FUZZ_CHECK(bytes_eq(shown, held));
}

static void fuzz_source(struct input *in, struct arena *a)
{
	struct node_list l = { .count = 0 };
	const struct trie_source source = { &l, list_load };
	struct bytes key = take_bytes(in, take_byte(in) % 34), value;
	uint8_t what = take_byte(in);
	struct hash32 root;
	struct trie t;

	take_nodes(&l, a, in);
	if (l.count == 0)
		return;
	root = l.hash[l.count - 1];
	trie_open(&t, a, &source, &root);
	check_proof(&t, a, &l, &root, key);
	if (what & 1 && key.len <= TRIE_MAX_KEY)
		trie_put(&t, key, bytes_of("value", 1 + what / 64u));
	if (what & 2)
		trie_delete(&t, key);
	if (what & 4 && key.len)
		trie_put(&t, bytes_of(key.data, key.len - 1), text("x"));
	trie_get(&t, key, &value);
	trie_root(&t);
}

static void fuzz_proof(struct input *in, struct arena *a)
{
	struct node_list l = { .count = 0 };
	struct bytes reversed[MAX_NODES];
	struct bytes key = take_bytes(in, take_byte(in) % 34), value = { NULL, 0 };
	enum trie_err err;
	bool found = false;

	take_nodes(&l, a, in);
	for (size_t i = 0; i < l.count; i++)
		reversed[i] = l.rlp[l.count - 1 - i];
	err = trie_verify(l.count ? &l.hash[l.count - 1] : &keccak_empty, key, reversed, l.count,
			  &value);
	FUZZ_CHECK(err == TRIE_OK || err == TRIE_ABSENT || err == TRIE_BAD_NODE);
	for (size_t i = 0; i < l.count; i++)
		found = found || (value.data >= l.rlp[i].data && value.len > 0 &&
				  value.data + value.len <= l.rlp[i].data + l.rlp[i].len);
	FUZZ_CHECK((err == TRIE_OK) == found);
}

/* Keys are of few kinds, so that they meet: the first byte chooses. */
static size_t make_key(uint8_t key[32], struct input *in)
{
	uint8_t kind = take_byte(in), more = take_byte(in);

	memset(key, kind & 1 ? 0 : more, 32);
	key[kind >> 1 & 31] = more;
	return kind & 64 ? 32 : more & 3;
}

static struct pair *find_pair(struct pair *pairs, size_t count, const struct pair *p)
{
	for (size_t i = 0; i < count; i++)
		if (compare_pairs(&pairs[i], p) == 0)
			return &pairs[i];
	return NULL;
}

struct changes {
	struct arena *arena;
	struct trie trie;
	struct node_store store;
	struct trie_source source;
	struct pair pairs[64];
	size_t count;
};

static void change(struct changes *c, struct input *in)
{
	struct pair p = { .value_len = take_byte(in) };
	struct pair *old;
	bool had;

	if (p.value_len >= 192)
		p.value_len = 0;
	p.key_len = make_key(p.key, in);
	memset(p.value, take_byte(in), sizeof(p.value));
	old = find_pair(c->pairs, c->count, &p);
	had = old != NULL;
	if (p.value_len == 0) {
		FUZZ_CHECK(trie_delete(&c->trie, bytes_of(p.key, p.key_len)) ==
			   (had ? TRIE_OK : TRIE_ABSENT));
		if (had)
			*old = c->pairs[--c->count];
		return;
	}
	if (!had && c->count == 64)
		return;
	FUZZ_CHECK(trie_put(&c->trie, bytes_of(p.key, p.key_len), bytes_of(p.value, p.value_len)) ==
		   TRIE_OK);
	*(had ? old : &c->pairs[c->count++]) = p;
}

static void count_node(void *context, struct trie_path path, struct bytes rlp)
{
	struct changes *c = context;
	struct stored_node *n = node_store_find(&c->store, path);

	FUZZ_CHECK(n && bytes_eq(bytes_of(n->rlp, n->len), rlp));
	c->store.stores++;
}

static void commit(struct changes *c, bool open_again)
{
	const struct trie_sink sink = { &c->store, node_store_put };
	const struct definition d = { c->arena, count_node, c };
	struct hash32 root = trie_commit(&c->trie, &sink), want;

	qsort(c->pairs, c->count, sizeof(struct pair), compare_pairs);
	c->store.stores = 0;
	want = defined_root(&d, c->pairs, c->count);
	FUZZ_CHECK(hash32_eq(&root, &want));
	FUZZ_CHECK(c->store.stores == c->store.count && c->store.bad_calls == 0);
	if (open_again)
		trie_open(&c->trie, c->arena, &c->source, &root);
}

static void fuzz_changes(struct input *in, struct arena *a)
{
	struct changes *c = ARENA_NEW(a, struct changes);

	c->arena = a;
	c->source = (struct trie_source){ &c->store, node_store_load };
	trie_open(&c->trie, a, &c->source, &keccak_empty_trie);
	while (in->len) {
		uint8_t what = take_byte(in);

		if (what < 240)
			change(c, in);
		else if (what < 244)
			trie_root(&c->trie);
		else
			commit(c, what & 1);
	}
	commit(c, true);
	for (size_t i = 0; i < c->count; i++) {
		struct bytes value = { NULL, 0 };

		FUZZ_CHECK(trie_get(&c->trie, bytes_of(c->pairs[i].key, c->pairs[i].key_len),
				    &value) == TRIE_OK);
		FUZZ_CHECK(bytes_eq(value, bytes_of(c->pairs[i].value, c->pairs[i].value_len)));
	}
	node_store_free(&c->store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct input in = { data, len };
	struct arena a;

	arena_init(&a, &arena_heap, 16384);
	switch (take_byte(&in) % 3) {
	case 0:
		fuzz_source(&in, &a);
		break;
	case 1:
		fuzz_proof(&in, &a);
		break;
	case 2:
		fuzz_changes(&in, &a);
		break;
	}
	arena_free(&a);
	return 0;
}
