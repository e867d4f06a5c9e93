/* The trie is a map, and its root is the one that the yellow paper defines. */
#include "support.h"

#include "base/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_hash(const struct hash32 *hash, const char *hex)
{
	char got[65];

	assert_string_equal(hex_encode(got, bytes_of_hash(hash)), hex);
}

static void put_text(struct trie *t, const char *key, const char *value)
{
	assert_int_equal(trie_put(t, text(key), text(value)), TRIE_OK);
}

/* "foo" of ethereum/tests, TrieTests/trieanyorder.json. */
static void known_root(void **state)
{
	struct arena a;
	struct trie t;
	struct hash32 root;

	(void)state;
	arena_init(&a, &arena_heap, 4096);
	trie_open(&t, &a, NULL, &keccak_empty_trie);
	root = trie_root(&t);
	assert_hash(&root, "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
	put_text(&t, "food", "bass");
	put_text(&t, "foo", "bar");
	root = trie_root(&t);
	assert_hash(&root, "17beaa1648bafa633cda809c90c04af50fc8aed3cb40d16efbddee6fdf63c4c3");
	arena_free(&a);
}

static void absent_keys_leave_the_output_alone(void **state)
{
	static const char *const absent[] = { "", "f", "fo", "fop", "foodie", "g", "dog" };
	struct bytes value = { (const uint8_t *)"sentinel", 8 }, before = value;
	struct arena a;
	struct trie t;

	(void)state;
	arena_init(&a, &arena_heap, 4096);
	trie_open(&t, &a, NULL, &keccak_empty_trie);
	assert_int_equal(trie_get(&t, text("foo"), &value), TRIE_ABSENT);
	assert_int_equal(trie_delete(&t, text("foo")), TRIE_ABSENT);
	put_text(&t, "foo", "bar");
	put_text(&t, "food", "bass");
	for (size_t i = 0; i < sizeof(absent) / sizeof(*absent); i++) {
		assert_int_equal(trie_get(&t, text(absent[i]), &value), TRIE_ABSENT);
		assert_int_equal(trie_delete(&t, text(absent[i])), TRIE_ABSENT);
		assert_ptr_equal(value.data, before.data);
		assert_int_equal(value.len, before.len);
	}
	arena_free(&a);
}

static void a_key_may_be_empty_and_not_too_long(void **state)
{
	uint8_t long_key[TRIE_MAX_KEY + 1] = { 0 };
	struct bytes value;
	struct arena a;
	struct trie t;

	(void)state;
	arena_init(&a, &arena_heap, 4096);
	trie_open(&t, &a, NULL, &keccak_empty_trie);
	put_text(&t, "", "nothing");
	put_text(&t, "x", "something");
	assert_int_equal(trie_get(&t, text(""), &value), TRIE_OK);
	assert_true(bytes_eq(value, text("nothing")));
	assert_int_equal(trie_get(&t, bytes_of(long_key, 33), &value), TRIE_ABSENT);
	assert_int_equal(trie_delete(&t, bytes_of(long_key, 33)), TRIE_ABSENT);
	assert_int_equal(trie_failed(&t), TRIE_OK);
	assert_int_equal(trie_put(&t, bytes_of(long_key, 33), text("v")), TRIE_BAD_NODE);
	assert_int_equal(trie_get(&t, text(""), &value), TRIE_BAD_NODE);
	arena_free(&a);
}

static void an_empty_value_deletes(void **state)
{
	struct bytes value;
	struct hash32 root;
	struct arena a;
	struct trie t;

	(void)state;
	arena_init(&a, &arena_heap, 4096);
	trie_open(&t, &a, NULL, &keccak_empty_trie);
	put_text(&t, "key", "value");
	put_text(&t, "key", "");
	put_text(&t, "other", "");
	assert_int_equal(trie_get(&t, text("key"), &value), TRIE_ABSENT);
	root = trie_root(&t);
	assert_true(hash32_eq(&root, &keccak_empty_trie));
	arena_free(&a);
}

/* A view stays good while other keys come and go around it. */
static void a_value_lives_until_its_key_changes(void **state)
{
	uint64_t seed = 7;
	struct bytes value;
	struct arena a;
	struct trie t;

	(void)state;
	arena_init(&a, &arena_heap, 4096);
	trie_open(&t, &a, NULL, &keccak_empty_trie);
	put_text(&t, "m0", "the value that must stay where it is");
	assert_int_equal(trie_get(&t, text("m0"), &value), TRIE_OK);
	for (int i = 0; i < 5000; i++) {
		uint64_t r = next_random(&seed);
		uint8_t bytes[3] = { "lmn"[r % 3], "0123"[r / 3 % 4], "01"[r >> 30 & 1] };
		struct bytes key = bytes_of(bytes, 1 + (r >> 21) % 3);

		if (bytes_eq(key, text("m0")))
			continue;
		if (r >> 40 & 1)
			trie_put(&t, key, bytes_of(&r, 8));
		else
			trie_delete(&t, key);
		assert_true(bytes_eq(value, text("the value that must stay where it is")));
	}
	arena_free(&a);
}

/* Kinds of key sets: from dense and short to hashed. */
static void random_key(struct pair *p, uint64_t *seed, int kind)
{
	struct hash32 hash;
	uint64_t r = next_random(seed);

	if (kind < 2) {
		p->key_len = kind == 0 ? r % 4 : 2;
		for (size_t i = 0; i < p->key_len; i++)
			p->key[i] =
			    (uint8_t)((r >> (8 + 8 * i) & 3) | (r >> (40 + 8 * i) & 3) << 4);
		return;
	}
	r %= 400;
	hash = keccak256(bytes_of(&r, sizeof(r)));
	p->key_len = 32;
	memcpy(p->key, hash.b, 32);
	if (kind == 3) /* long shared paths */
		memset(p->key, 0xab, r % 31);
}

static void random_value(struct pair *p, uint64_t *seed, int kind)
{
	uint64_t r = next_random(seed);

	p->value_len = 1 + (kind & 1 ? r % 100 : r % 3);
	for (size_t i = 0; i < p->value_len; i++)
		p->value[i] = (uint8_t)(next_random(seed) >> 33);
}

/* A sorted array as the model. */
struct model {
	struct pair pairs[512];
	size_t count;
};

static struct pair *model_find(struct model *m, const struct pair *p)
{
	return bsearch(p, m->pairs, m->count, sizeof(*p), compare_pairs);
}

static void model_put(struct model *m, const struct pair *p)
{
	struct pair *old = model_find(m, p);

	if (!old)
		old = &m->pairs[m->count++];
	*old = *p;
	qsort(m->pairs, m->count, sizeof(*p), compare_pairs);
}

static bool model_delete(struct model *m, const struct pair *p)
{
	struct pair *old = model_find(m, p);

	if (!old)
		return false;
	*old = m->pairs[--m->count];
	qsort(m->pairs, m->count, sizeof(*p), compare_pairs);
	return true;
}

static struct bytes key_of(const struct pair *p)
{
	return bytes_of(p->key, p->key_len);
}

static void step_both(struct trie *t, struct model *m, uint64_t *seed, int kind)
{
	struct pair p = { .key_len = 0 };
	bool had;

	random_key(&p, seed, kind % 4);
	if (next_random(seed) >> 40 & 1 && m->count < 512) {
		random_value(&p, seed, kind / 4);
		assert_int_equal(trie_put(t, key_of(&p), bytes_of(p.value, p.value_len)), TRIE_OK);
		model_put(m, &p);
		return;
	}
	had = model_delete(m, &p);
	assert_int_equal(trie_delete(t, key_of(&p)), had ? TRIE_OK : TRIE_ABSENT);
}

static void delete_all(struct trie *t, struct model *m, uint64_t *seed)
{
	while (m->count) {
		struct pair p = m->pairs[next_random(seed) % m->count];

		assert_int_equal(trie_delete(t, key_of(&p)), TRIE_OK);
		model_delete(m, &p);
	}
}

static void assert_content(struct trie *t, const struct model *m)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct pair *p = &m->pairs[i];
		struct bytes value;

		assert_int_equal(trie_get(t, key_of(p), &value), TRIE_OK);
		assert_true(bytes_eq(value, bytes_of(p->value, p->value_len)));
	}
}

static struct hash32 assert_defined_root(struct trie *t, const struct model *m)
{
	struct arena a;
	struct definition d = { .arena = &a };
	struct hash32 want, got = trie_root(t);

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	want = defined_root(&d, m->pairs, m->count);
	assert_memory_equal(got.b, want.b, 32);
	arena_free(&a);
	return got;
}

static void root_is_the_defined_one_after_any_changes(void **state)
{
	uint64_t seed = 0x5eed;

	(void)state;
	for (int kind = 0; kind < 8; kind++) {
		struct model *m = calloc(1, sizeof(*m));
		struct arena a;
		struct trie t;

		arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
		trie_open(&t, &a, NULL, &keccak_empty_trie);
		for (int round = 0; round < 60; round++) {
			size_t steps = next_random(&seed) % 30;

			while (steps--)
				step_both(&t, m, &seed, kind);
			assert_content(&t, m);
			assert_defined_root(&t, m);
		}
		delete_all(&t, m, &seed);
		assert_defined_root(&t, m);
		arena_free(&a);
		free(m);
	}
}

/* The store must hold the definition's nodes and no others. */
struct expected {
	struct node_store *store;
	size_t count;
	size_t wrong;
};

static void expect_node(void *context, struct trie_path path, struct bytes rlp)
{
	struct expected *e = context;
	struct stored_node *n = node_store_find(e->store, path);

	e->count++;
	e->wrong += !n || !bytes_eq(bytes_of(n->rlp, n->len), rlp);
}

static void assert_store_is_exact(struct node_store *s, const struct model *m)
{
	struct arena a;
	struct expected e = { .store = s };
	struct definition d = { .arena = &a, .node = expect_node, .context = &e };

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	defined_root(&d, m->pairs, m->count);
	assert_int_equal(e.wrong, 0);
	assert_int_equal(e.count, s->count);
	assert_int_equal(s->bad_calls, 0);
	arena_free(&a);
}

static void assert_content_from_store(struct node_store *s, const struct hash32 *root,
				      const struct model *m)
{
	const struct trie_source source = { s, node_store_load };
	struct arena a;
	struct trie t;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	trie_open(&t, &a, &source, root);
	assert_content(&t, m);
	arena_free(&a);
}

/* Kept open over many commits, or opened anew for each: the store follows. */
static void commit_keeps_the_store_exact(void **state)
{
	uint64_t seed = 0xc0117;

	(void)state;
	for (int kind = 0; kind < 16; kind++) {
		struct model *m = calloc(1, sizeof(*m));
		struct node_store s = { .count = 0 };
		const struct trie_source source = { &s, node_store_load };
		const struct trie_sink sink = { &s, node_store_put };
		struct hash32 root = keccak_empty_trie;
		struct arena a;
		struct trie t;

		arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
		trie_open(&t, &a, &source, &root);
		for (int round = 0; round < 80; round++) {
			size_t steps = next_random(&seed) % 12;

			while (steps--) {
				step_both(&t, m, &seed, kind % 8);
				/* A root asked for between makes no difference. */
				if (next_random(&seed) % 16 == 0)
					trie_root(&t);
			}
			root = trie_commit(&t, &sink);
			assert_defined_root(&t, m);
			assert_store_is_exact(&s, m);
			assert_content_from_store(&s, &root, m);
			if (kind >= 8) {
				arena_free(&a);
				trie_open(&t, &a, &source, &root);
			}
		}
		delete_all(&t, m, &seed);
		root = trie_commit(&t, &sink);
		assert_true(hash32_eq(&root, &keccak_empty_trie));
		assert_int_equal(s.count, 0);
		assert_int_equal(s.bad_calls, 0);
		node_store_free(&s);
		arena_free(&a);
		free(m);
	}
}

static void commit_stores_only_what_is_new(void **state)
{
	struct node_store s = { .count = 0 };
	const struct trie_source source = { &s, node_store_load };
	const struct trie_sink sink = { &s, node_store_put };
	struct hash32 key, root;
	struct arena a;
	struct trie t;
	size_t before;

	(void)state;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	trie_open(&t, &a, NULL, &keccak_empty_trie);
	for (uint64_t i = 0; i < 500; i++) {
		key = keccak256(bytes_of(&i, sizeof(i)));
		trie_put(&t, bytes_of_hash(&key), bytes_of_hash(&key));
	}
	root = trie_commit(&t, &sink);
	before = s.stores;
	trie_commit(&t, &sink);
	assert_int_equal(s.stores, before);

	/* The same value again, and a value there and back. */
	trie_put(&t, bytes_of_hash(&key), bytes_of_hash(&key));
	trie_put(&t, bytes_of_hash(&key), text("changed"));
	trie_put(&t, bytes_of_hash(&key), bytes_of_hash(&key));
	trie_commit(&t, &sink);
	assert_int_equal(s.repeats, 0);
	assert_int_equal(s.removals, 0);

	/* One key's change is one way down: 500 keys, so four nodes at most. */
	trie_open(&t, &a, &source, &root);
	before = s.stores;
	trie_put(&t, bytes_of_hash(&key), text("changed to something longer than that"));
	trie_commit(&t, &sink);
	assert_in_range(s.stores - before, 3, 5);
	assert_int_equal(s.loads, s.stores - before);
	node_store_free(&s);
	arena_free(&a);
}

/* What is freed is used again: a trie that stays open does not grow. */
static size_t arena_bytes(const struct arena *a)
{
	return (size_t)(a->next - (uint8_t *)a->current);
}

static void memory_is_used_again(void **state)
{
	struct arena a;
	struct trie t;
	size_t after_first = 0;
	uint64_t seed = 3;

	(void)state;
	arena_init(&a, &arena_heap, (size_t)16 * 1024 * 1024);
	trie_open(&t, &a, NULL, &keccak_empty_trie);
	for (int round = 0; round < 50; round++) {
		for (uint64_t i = 0; i < 200; i++) {
			struct hash32 key = keccak256(bytes_of(&i, sizeof(i)));
			uint64_t r = next_random(&seed);

			trie_put(&t, bytes_of_hash(&key), bytes_of(key.b, 1 + r % 32));
		}
		trie_root(&t);
		for (uint64_t i = 0; i < 200; i++) {
			struct hash32 key = keccak256(bytes_of(&i, sizeof(i)));

			trie_delete(&t, bytes_of_hash(&key));
		}
		trie_root(&t);
		if (round == 0)
			after_first = arena_bytes(&a);
	}
	assert_true(arena_bytes(&a) < 2 * after_first);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_root),
		cmocka_unit_test(absent_keys_leave_the_output_alone),
		cmocka_unit_test(a_key_may_be_empty_and_not_too_long),
		cmocka_unit_test(an_empty_value_deletes),
		cmocka_unit_test(a_value_lives_until_its_key_changes),
		cmocka_unit_test(root_is_the_defined_one_after_any_changes),
		cmocka_unit_test(commit_keeps_the_store_exact),
		cmocka_unit_test(commit_stores_only_what_is_new),
		cmocka_unit_test(memory_is_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
