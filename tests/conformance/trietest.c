/* gavel-trietest FOLDER: the official trie vectors (ethereum/tests, TrieTests).
 *
 * A case has `in`, pairs of key and value (null deletes), and `root`.  When
 * `in` is an object the order is free, and many are tried.  Files named
 * "secure" hash the keys; "nextprev" is of another kind (trietest_next.c). */
#include "tests/conformance/trietest.h"

#include "base/hex.h"
#include "tests/conformance/vector_files.h"

#include <stdio.h>
#include <string.h>

#define RANDOM_ORDERS 500

struct trie_entry {
	struct bytes key;
	struct bytes value; /* len 0: delete */
};

struct trietest {
	struct arena arena;
	struct trie_entry *entries;
	size_t count;
	struct hash32 root;
};

struct bytes trietest_bytes(struct arena *a, const json_t *text)
{
	const char *s = json_string_value(text);
	size_t len = json_string_length(text);
	uint8_t *out;

	if (len < 2 || strncmp(s, "0x", 2) != 0)
		return arena_copy(a, bytes_of(s, len));
	out = arena_alloc(a, len / 2);
	if (!hex_decode(out, s + 2, len - 2))
		return bytes_of(NULL, 0);
	return bytes_of(out, len / 2 - 1);
}

static void add_entry(struct trietest *c, struct bytes key, const json_t *value, bool secure)
{
	struct trie_entry *e = &c->entries[c->count++];
	struct hash32 hash = keccak256(key);

	e->key = secure ? arena_copy(&c->arena, bytes_of_hash(&hash)) : key;
	e->value = trietest_bytes(&c->arena, value);
}

static bool read_case(struct trietest *c, const json_t *vector, bool secure)
{
	const json_t *in = json_object_get(vector, "in");
	const char *root = json_string_value(json_object_get(vector, "root"));
	const char *name;
	json_t *item;
	size_t i, size = json_is_array(in) ? json_array_size(in) : json_object_size(in);

	c->entries = ARENA_ARRAY(&c->arena, struct trie_entry, size);
	json_array_foreach(in, i, item) add_entry(
	    c, trietest_bytes(&c->arena, json_array_get(item, 0)), json_array_get(item, 1), secure);
	json_object_foreach((json_t *)in, name, item)
	{
		json_t *key = json_string(name);

		add_entry(c, trietest_bytes(&c->arena, key), item, secure);
		json_decref(key);
	}
	return size > 0 && root && hex_decode_fixed(c->root.b, 32, root);
}

/* Whether a later entry gives the key another value. */
static bool is_overwritten(const struct trietest *c, size_t i)
{
	for (size_t j = i + 1; j < c->count; j++)
		if (bytes_eq(c->entries[j].key, c->entries[i].key))
			return true;
	return false;
}

/* Opened again from what was committed, the trie has the same content. */
static const char *check_store(struct trietest *c, struct node_store *store)
{
	const struct trie_source source = { store, node_store_load };
	struct trie t;

	trie_open(&t, &c->arena, &source, &c->root);
	for (size_t i = 0; i < c->count; i++) {
		const struct trie_entry *e = &c->entries[i];
		struct bytes value = { NULL, 0 };
		enum trie_err err = trie_get(&t, e->key, &value);

		if (is_overwritten(c, i))
			continue;
		if (err != (e->value.len ? TRIE_OK : TRIE_ABSENT) || !bytes_eq(value, e->value))
			return "another value from the stored nodes";
	}
	return NULL;
}

static const char *check_order(struct trietest *c)
{
	struct node_store store = { .count = 0 };
	const struct trie_sink sink = { &store, node_store_put };
	const char *problem = NULL;
	struct hash32 root;
	struct trie t;

	trie_open(&t, &c->arena, NULL, &keccak_empty_trie);
	for (size_t i = 0; i < c->count; i++)
		trie_put(&t, c->entries[i].key, c->entries[i].value);
	root = trie_commit(&t, &sink);
	if (!hash32_eq(&root, &c->root))
		problem = "another root";
	else
		problem = check_store(c, &store);
	node_store_free(&store);
	return problem;
}

static void shuffle(struct trietest *c, uint64_t *seed)
{
	for (size_t i = c->count; i > 1; i--) {
		size_t j = next_random(seed) % i;
		struct trie_entry moved = c->entries[i - 1];

		c->entries[i - 1] = c->entries[j];
		c->entries[j] = moved;
	}
}

static const char *check_case(struct trietest *c, const json_t *vector, bool secure)
{
	const char *problem;
	uint64_t seed = 1;

	if (!read_case(c, vector, secure))
		return "not a case: `in` or `root` is missing";
	problem = check_order(c);
	if (json_is_array(json_object_get(vector, "in")))
		return problem;
	for (int i = 0; i < RANDOM_ORDERS && !problem; i++) {
		shuffle(c, &seed);
		problem = check_order(c);
	}
	return problem;
}

static const char *check(const char *file, const char *name, const json_t *vector)
{
	const char *base = strrchr(file, '/') ? strrchr(file, '/') : file;
	struct trietest c = { .count = 0 };
	const char *problem;

	(void)name;
	arena_init(&c.arena, &arena_heap, ARENA_HEAP_BLOCK);
	if (strcasestr(base, "nextprev"))
		problem = trietest_neighbours(&c.arena, vector);
	else
		problem = check_case(&c, vector, strcasestr(base, "secure"));
	arena_free(&c.arena);
	return problem;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: gavel-trietest FOLDER\n");
		return 2;
	}
	return vector_files_run(argv[1], check);
}
