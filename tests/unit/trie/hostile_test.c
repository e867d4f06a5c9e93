/* What a source may say that the trie must not believe. */
#include "support.h"

#include "base/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define EMPTY_12 "808080808080808080808080"
#define EMPTY_14 EMPTY_12 "8080"
#define EMPTY_15 EMPTY_14 "80"
#define EMPTY_16 EMPTY_15 "80"
#define HASH_29  "1111111111111111111111111111111111111111111111111111111111"
#define HASH_31  HASH_29 "1111"
#define HASH_32  HASH_31 "11"

/* A branch of two leaves, embedded, without and with a value: 22 bytes. */
#define SMALL_BRANCH       "d5c22001c22001" EMPTY_14 "80"
#define SMALL_BRANCH_VALUE "d5c22001c22001" EMPTY_14 "05"

struct root_node {
	const char *what;
	const char *items; /* of a list, to be given its header; or NULL */
	const char *raw;
};

/* Nodes that have the right hash and the wrong form. */
static const struct root_node bad[] = {
	{ .what = "nothing", .raw = "" },
	{ .what = "a string", .raw = "83616263" },
	{ .what = "an empty list", .raw = "c0" },
	{ "one item", "20", NULL },
	{ "three items", "200101", NULL },
	{ "sixteen items", "c23101c23101" EMPTY_14, NULL },
	{ "eighteen items", "c23101c23101" EMPTY_16, NULL },
	{ .what = "a byte behind the node", .raw = "c2200100" },
	{ .what = "a list that is cut off", .raw = "c320" },
	{ "an item that is cut off", "208201", NULL },
	{ "a leaf without value", "2080", NULL },
	{ "a leaf with a list for a value", "20c101", NULL },
	{ "a leaf with a list for a path", "c001", NULL },
	{ "a path without flags", "8001", NULL },
	{ "flags above 3", "6001", NULL },
	{ "an even path with a nibble for padding", "2101", NULL },
	{ "a value that has a shorter encoding", "208101", NULL },
	{ .what = "a list that has a shorter header", .raw = "f8022001" },
	{ "a leaf at an odd depth", "3101", NULL },
	{ "a leaf of 66 nibbles", "a220" HASH_32 "1101", NULL },
	{ "a leaf of 65 nibbles", "a131" HASH_32 "01", NULL },
	{ "an extension without path", "00a0" HASH_32, NULL },
	{ "an extension without child", "1180", NULL },
	{ "an extension over 31 bytes", "119f" HASH_31, NULL },
	{ "an extension over 33 bytes", "11a111" HASH_32, NULL },
	{ "an extension over a leaf", "11c23101", NULL },
	{ "an extension of 64 nibbles", "a100" HASH_32 "a0" HASH_32, NULL },
	{ "a branch without entries", EMPTY_16 "80", NULL },
	{ "a branch with one child", "a0" HASH_32 EMPTY_16, NULL },
	{ "a branch with nothing but a value", EMPTY_16 "05", NULL },
	{ "a branch with one child, embedded", "c23101" EMPTY_16, NULL },
	{ "a branch with a short hash", "c231019f" HASH_31 EMPTY_15, NULL },
	{ "a branch with a long hash", "c23101a111" HASH_32 EMPTY_15, NULL },
	{ "a branch with a list for a value", "c23101c23101" EMPTY_14 "c0", NULL },
	{ "a child of 32 bytes that should be hashed", "c23101df319d" HASH_29 EMPTY_15, NULL },
	{ "a branch whose embedded child is no node", "c23101c120" EMPTY_15, NULL },
	{ "an embedded leaf that ends at an odd depth", "c22001c23101" EMPTY_15, NULL },
	{ "an embedded value at an odd depth", "11" SMALL_BRANCH_VALUE, NULL },
};

/* The same forms, made right: the nodes above fail for what they name. */
static const struct root_node good[] = {
	{ "a leaf", "2001", NULL },
	{ "a leaf with a path", "82200101", NULL },
	{ "a leaf of 64 nibbles", "a120" HASH_32 "01", NULL },
	{ "an extension", "11a0" HASH_32, NULL },
	{ "an extension of 63 nibbles", "a011" HASH_31 "a0" HASH_32, NULL },
	{ "a branch of a leaf and a hash", "c23101a0" HASH_32 EMPTY_15, NULL },
	{ "a branch of two leaves", "c23101c23101" EMPTY_15, NULL },
	{ "a branch with a value", "c23101" EMPTY_15 "05", NULL },
	{ "an extension over an embedded branch", "11" SMALL_BRANCH, NULL },
	{ "an embedded value at an even depth", "820011d5c23101c23101" EMPTY_14 "05", NULL },
};

struct node_bytes {
	uint8_t data[256];
	size_t len;
	struct hash32 hash;
};

static struct node_bytes node_of(const struct root_node *from)
{
	const char *hex = from->items ? from->items : from->raw;
	struct node_bytes n = { .len = 0 };
	size_t len = strlen(hex) / 2;

	if (from->items && len > 55)
		n.data[n.len++] = 0xf8;
	if (from->items)
		n.data[n.len++] = (uint8_t)(len > 55 ? len : 0xc0 + len);
	assert_true(hex_decode(n.data + n.len, hex, 2 * len));
	n.len += len;
	n.hash = keccak256(bytes_of(n.data, n.len));
	return n;
}

/* A source of a few nodes, whatever the path. */
struct few_nodes {
	const struct node_bytes *nodes;
	size_t count;
	bool lie; /* gives the first node for every hash */
};

static bool few_load(void *context, struct arena *a, struct bytes *rlp, const struct hash32 *hash,
		     struct trie_path path)
{
	const struct few_nodes *f = context;

	(void)a;
	(void)path;
	for (size_t i = 0; i < f->count; i++) {
		if (!f->lie && !hash32_eq(&f->nodes[i].hash, hash))
			continue;
		*rlp = bytes_of(f->nodes[i].data, f->nodes[i].len);
		return true;
	}
	return false;
}

static enum trie_err get_from(const struct few_nodes *f, const struct hash32 *root,
			      struct bytes key)
{
	const struct trie_source source = { (void *)f, few_load };
	struct bytes value = { (const uint8_t *)"sentinel", 8 };
	enum trie_err err;
	struct arena a;
	struct trie t;

	arena_init(&a, &arena_heap, 4096);
	trie_open(&t, &a, &source, root);
	err = trie_get(&t, key, &value);
	if (err != TRIE_OK)
		assert_string_equal(value.data, "sentinel");
	arena_free(&a);
	return err;
}

static void nodes_of_wrong_form_are_refused(void **state)
{
	uint8_t key[32] = { 0x22 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct node_bytes n = node_of(&bad[i]);
		const struct few_nodes f = { &n, 1, false };
		struct bytes node = bytes_of(n.data, n.len), value;

		if (get_from(&f, &n.hash, bytes_of(key, 32)) != TRIE_BAD_NODE)
			fail_msg("trie_get: %s", bad[i].what);
		if (trie_verify(&n.hash, bytes_of(key, 32), &node, 1, &value) != TRIE_BAD_NODE)
			fail_msg("trie_verify: %s", bad[i].what);
	}
}

static void the_same_forms_made_right_are_taken(void **state)
{
	uint8_t key[32] = { 0x22 };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct node_bytes n = node_of(&good[i]);
		const struct few_nodes f = { &n, 1, false };
		struct bytes node = bytes_of(n.data, n.len), value;

		if (get_from(&f, &n.hash, bytes_of(key, 32)) != TRIE_ABSENT)
			fail_msg("trie_get: %s", good[i].what);
		if (trie_verify(&n.hash, bytes_of(key, 32), &node, 1, &value) != TRIE_ABSENT)
			fail_msg("trie_verify: %s", good[i].what);
	}
}

/* An extension (path 1) over the node of that hash. */
static struct node_bytes extension_over(const struct node_bytes *child)
{
	struct node_bytes n = { .data = { 0xe2, 0x11, 0xa0 }, .len = 35 };

	memcpy(n.data + 3, child->hash.b, 32);
	n.hash = keccak256(bytes_of(n.data, n.len));
	return n;
}

/* What trie_get() says of a trie with that node below an extension; the proof
 * of the same nodes must come to the same. */
static enum trie_err get_below_extension(const struct root_node *below)
{
	const uint8_t key_byte = 0x10;
	struct bytes key = bytes_of(&key_byte, 1), proof[2], value;
	struct node_bytes nodes[2] = { node_of(below) };
	const struct few_nodes f = { nodes, 2, false };
	enum trie_err err;

	nodes[1] = extension_over(&nodes[0]);
	proof[0] = bytes_of(nodes[1].data, nodes[1].len);
	proof[1] = bytes_of(nodes[0].data, nodes[0].len);
	err = get_from(&f, &nodes[1].hash, key);
	assert_int_equal(trie_verify(&nodes[1].hash, key, proof, 2, &value), err);
	return err;
}

static void a_hash_leads_to_what_belongs_there(void **state)
{
	static const struct root_node below[] = {
		{ .what = "a branch that should be embedded", .raw = SMALL_BRANCH },
		{ "a leaf", "30a0" HASH_32, NULL },
		{ "an extension", "11a0" HASH_32, NULL },
		{ "a branch with a value at an odd depth", "c22001a0" HASH_32 EMPTY_14 "05", NULL },
	};
	static const struct root_node branch = { "a branch", "c22001a0" HASH_32 EMPTY_15, NULL };

	(void)state;
	for (size_t i = 0; i < sizeof(below) / sizeof(*below); i++)
		if (get_below_extension(&below[i]) != TRIE_BAD_NODE)
			fail_msg("%s", below[i].what);
	assert_int_equal(get_below_extension(&branch), TRIE_OK);
}

static void another_node_than_asked_for_is_refused(void **state)
{
	const struct node_bytes n = node_of(&good[0]);
	const struct hash32 other = { { 1 } };
	const struct few_nodes liar = { &n, 1, true }, honest = { &n, 1, false };

	(void)state;
	assert_int_equal(get_from(&honest, &n.hash, bytes_of(NULL, 0)), TRIE_OK);
	assert_int_equal(get_from(&liar, &other, bytes_of(NULL, 0)), TRIE_BAD_NODE);
	assert_int_equal(get_from(&honest, &other, bytes_of(NULL, 0)), TRIE_MISSING);
}

static void no_call(void *context, struct trie_path path, const struct hash32 *hash,
		    struct bytes rlp)
{
	(void)context;
	(void)path;
	(void)hash;
	(void)rlp;
	fail();
}

static void a_failure_stays(void **state)
{
	const struct hash32 root = { { 1 } }, zero = { { 0 } };
	const struct trie_sink sink = { NULL, no_call };
	const struct bytes *nodes;
	struct bytes value;
	struct hash32 got;
	struct arena a;
	struct trie t;
	size_t count;

	(void)state;
	arena_init(&a, &arena_heap, 4096);
	trie_open(&t, &a, NULL, &root);
	got = trie_root(&t);
	assert_true(hash32_eq(&got, &root));
	assert_int_equal(trie_failed(&t), TRIE_OK);
	assert_int_equal(trie_put(&t, text("key"), text("value")), TRIE_MISSING);
	assert_int_equal(trie_failed(&t), TRIE_MISSING);
	assert_int_equal(trie_get(&t, text("key"), &value), TRIE_MISSING);
	assert_int_equal(trie_put(&t, text("key"), text("value")), TRIE_MISSING);
	assert_int_equal(trie_put(&t, text("key"), text("")), TRIE_MISSING);
	assert_int_equal(trie_delete(&t, text("key")), TRIE_MISSING);
	assert_int_equal(trie_prove(&t, &a, text("key"), &nodes, &count), TRIE_MISSING);
	got = trie_root(&t);
	assert_true(hash32_eq(&got, &zero));
	got = trie_commit(&t, &sink);
	assert_true(hash32_eq(&got, &zero));
	arena_free(&a);
}

/* Deleting may need a node beside the way: the last of a branch. */
static void a_missing_sibling_fails_the_delete(void **state)
{
	struct node_store s = { .count = 0 };
	const struct trie_source source = { &s, node_store_load };
	const struct trie_sink sink = { &s, node_store_put };
	uint8_t key[2][32] = { { 0x10 }, { 0x20 } };
	const uint8_t sibling = 2;
	struct hash32 root;
	struct arena a;
	struct trie t;

	(void)state;
	arena_init(&a, &arena_heap, 4096);
	trie_open(&t, &a, NULL, &keccak_empty_trie);
	trie_put(&t, bytes_of(key[0], 32), text("one"));
	trie_put(&t, bytes_of(key[1], 32), text("two"));
	root = trie_commit(&t, &sink);
	assert_int_equal(s.count, 3);
	node_store_remove(&s, node_store_find(&s, (struct trie_path){ &sibling, 1 }));
	trie_open(&t, &a, &source, &root);
	assert_int_equal(trie_delete(&t, bytes_of(key[0], 32)), TRIE_MISSING);
	assert_int_equal(trie_failed(&t), TRIE_MISSING);
	node_store_free(&s);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_of_wrong_form_are_refused),
		cmocka_unit_test(the_same_forms_made_right_are_taken),
		cmocka_unit_test(a_hash_leads_to_what_belongs_there),
		cmocka_unit_test(another_node_than_asked_for_is_refused),
		cmocka_unit_test(a_failure_stays),
		cmocka_unit_test(a_missing_sibling_fails_the_delete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
