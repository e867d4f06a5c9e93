/* A proof shows exactly what is there, and nothing that was tampered with does;
 * a list's root is that of its items by index. */
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define KEYS 300

struct proven {
	struct arena arena;
	struct trie trie;
	struct hash32 root;
};

/* Half of KEYS keys are there, of one, two or 32 bytes: short keys and values
 * make for embedded nodes. */
static struct bytes test_key(uint8_t key[32], uint64_t i)
{
	struct hash32 hash = keccak256(bytes_of(&i, sizeof(i)));

	memcpy(key, hash.b, 32);
	if (i % 3 == 0)
		return bytes_of(key, 32);
	key[0] &= 0x1f;
	key[1] &= 0x11;
	return bytes_of(key, i % 3);
}

static void setup_trie(struct proven *p)
{
	arena_init(&p->arena, &arena_heap, ARENA_HEAP_BLOCK);
	trie_open(&p->trie, &p->arena, NULL, &keccak_empty_trie);
	for (uint64_t i = 0; i < KEYS; i += 2) {
		uint8_t key[32];
		struct bytes k = test_key(key, i);

		assert_int_equal(trie_put(&p->trie, k, bytes_of(key, 1 + i % 32)), TRIE_OK);
	}
	p->root = trie_root(&p->trie);
}

static void proofs_show_values_and_absence(void **state)
{
	struct proven p;

	(void)state;
	setup_trie(&p);
	for (uint64_t i = 0; i < KEYS; i++) {
		static const uint8_t sentinel = 0;
		struct bytes key, held = { &sentinel, 1 }, shown = held;
		const struct bytes *nodes;
		uint8_t bytes[32];
		size_t count;

		key = test_key(bytes, i);
		assert_int_equal(trie_prove(&p.trie, &p.arena, key, &nodes, &count), TRIE_OK);
		assert_in_range(count, 1, 65);
		assert_int_equal(trie_verify(&p.root, key, nodes, count, &shown),
				 trie_get(&p.trie, key, &held));
		assert_true(bytes_eq(shown, held));
	}
	arena_free(&p.arena);
}

static enum trie_err verify(const struct proven *p, struct bytes key, const struct bytes *nodes,
			    size_t count)
{
	struct bytes value = { NULL, 77 };
	enum trie_err err = trie_verify(&p->root, key, nodes, count, &value);

	if (err != TRIE_OK)
		assert_int_equal(value.len, 77);
	return err;
}

/* Every bit of every node of a proof, one after the other. */
static void assert_each_bit_counts(const struct proven *p, struct bytes key, struct bytes *nodes,
				   size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t *data = (uint8_t *)nodes[i].data;

		for (size_t bit = 0; bit < 8 * nodes[i].len; bit += 5) {
			data[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_equal(verify(p, key, nodes, count), TRIE_BAD_NODE);
			data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
}

static void a_changed_proof_proves_nothing(void **state)
{
	struct proven p;

	(void)state;
	setup_trie(&p);
	for (uint64_t i = 0; i < 24; i++) {
		const struct bytes *proof;
		struct bytes nodes[66], key;
		enum trie_err right;
		uint8_t bytes[32];
		size_t count;

		key = test_key(bytes, i);
		trie_prove(&p.trie, &p.arena, key, &proof, &count);
		memcpy(nodes, proof, count * sizeof(*proof));
		right = verify(&p, key, nodes, count);
		assert_int_not_equal(right, TRIE_BAD_NODE);
		assert_each_bit_counts(&p, key, nodes, count);

		/* One too few, one too many, one cut short. */
		assert_int_equal(verify(&p, key, nodes, count - 1), TRIE_BAD_NODE);
		nodes[count] = nodes[count - 1];
		assert_int_equal(verify(&p, key, nodes, count + 1), TRIE_BAD_NODE);
		nodes[count - 1].len--;
		assert_int_equal(verify(&p, key, nodes, count), TRIE_BAD_NODE);
		nodes[count - 1].len++;
		assert_int_equal(verify(&p, key, nodes, count), right);
	}
	arena_free(&p.arena);
}

static void a_proof_is_for_its_root(void **state)
{
	const struct bytes *nodes;
	struct bytes value;
	struct hash32 other;
	struct proven p;
	uint8_t bytes[32];
	struct bytes key = test_key(bytes, 0);
	size_t count;

	(void)state;
	setup_trie(&p);
	trie_prove(&p.trie, &p.arena, key, &nodes, &count);
	trie_put(&p.trie, text("another"), text("value"));
	other = trie_root(&p.trie);
	assert_int_equal(trie_verify(&p.root, key, nodes, count, &value), TRIE_OK);
	assert_int_equal(trie_verify(&other, key, nodes, count, &value), TRIE_BAD_NODE);
	assert_int_equal(trie_verify(&keccak_empty_trie, key, nodes, count, &value), TRIE_BAD_NODE);
	arena_free(&p.arena);
}

static void the_empty_trie_needs_no_proof(void **state)
{
	const struct bytes *nodes;
	struct bytes value;
	struct arena a;
	struct trie t;
	size_t count;

	(void)state;
	arena_init(&a, &arena_heap, 4096);
	trie_open(&t, &a, NULL, &keccak_empty_trie);
	assert_int_equal(trie_prove(&t, &a, text("key"), &nodes, &count), TRIE_OK);
	assert_int_equal(count, 0);
	assert_int_equal(trie_verify(&keccak_empty_trie, text("key"), NULL, 0, &value),
			 TRIE_ABSENT);
	arena_free(&a);
}

/* Proofs may be asked for between changes; they are of the changed trie. */
static void a_proof_is_of_the_changed_trie(void **state)
{
	const struct bytes *nodes;
	struct bytes value;
	struct arena a;
	struct trie t;
	size_t count;

	(void)state;
	arena_init(&a, &arena_heap, 4096);
	trie_open(&t, &a, NULL, &keccak_empty_trie);
	for (uint64_t i = 0; i < 50; i++) {
		struct hash32 key = keccak256(bytes_of(&i, sizeof(i))), root;

		trie_put(&t, bytes_of_hash(&key), bytes_of(&i, sizeof(i)));
		assert_int_equal(trie_prove(&t, &a, bytes_of_hash(&key), &nodes, &count), TRIE_OK);
		root = trie_root(&t);
		assert_int_equal(trie_verify(&root, bytes_of_hash(&key), nodes, count, &value),
				 TRIE_OK);
		assert_true(bytes_eq(value, bytes_of(&i, sizeof(i))));
	}
	arena_free(&a);
}

/* rlp(index) as the definition of the yellow paper writes it. */
static size_t index_as_rlp(uint8_t *key, size_t index)
{
	if (index == 0) {
		key[0] = 0x80;
		return 1;
	}
	if (index < 0x80) {
		key[0] = (uint8_t)index;
		return 1;
	}
	if (index < 0x100) {
		key[0] = 0x81;
		key[1] = (uint8_t)index;
		return 2;
	}
	key[0] = 0x82;
	key[1] = (uint8_t)(index >> 8);
	key[2] = (uint8_t)index;
	return 3;
}

static void a_list_root_is_that_of_its_indices(void **state)
{
	static const size_t counts[] = { 0, 1, 2, 15, 16, 17, 127, 128, 129, 255, 256, 257, 3000 };
	struct pair *pairs = calloc(3000, sizeof(*pairs));
	struct bytes *items = calloc(3000, sizeof(*items));
	struct arena a, b;
	struct definition d = { .arena = &b };

	(void)state;
	arena_init(&a, &arena_heap, 4096);
	arena_init(&b, &arena_heap, ARENA_HEAP_BLOCK);
	for (size_t c = 0; c < sizeof(counts) / sizeof(*counts); c++) {
		struct hash32 got, want;
		struct arena_mark mark;

		for (size_t i = 0; i < counts[c]; i++) {
			pairs[i] = (struct pair){ .value_len = 1 + i % 250 };
			pairs[i].key_len = index_as_rlp(pairs[i].key, i);
			memset(pairs[i].value, (int)i, sizeof(pairs[i].value));
			items[i] = arena_copy(&a, bytes_of(pairs[i].value, pairs[i].value_len));
		}
		mark = arena_mark(&a);
		got = trie_list_root(&a, items, counts[c]);
		assert_ptr_equal(arena_mark(&a).next, mark.next);
		qsort(pairs, counts[c], sizeof(*pairs), compare_pairs);
		want = defined_root(&d, pairs, counts[c]);
		assert_memory_equal(got.b, want.b, 32);
	}
	arena_free(&a);
	arena_free(&b);
	free(pairs);
	free(items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proofs_show_values_and_absence),
		cmocka_unit_test(a_changed_proof_proves_nothing),
		cmocka_unit_test(a_proof_is_for_its_root),
		cmocka_unit_test(the_empty_trie_needs_no_proof),
		cmocka_unit_test(a_proof_is_of_the_changed_trie),
		cmocka_unit_test(a_list_root_is_that_of_its_indices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
