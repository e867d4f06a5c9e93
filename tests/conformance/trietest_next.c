/* trietestnextprev.json: `in` is a set of keys, and each of `tests` is a key
 * with its neighbours in that set: the greatest below it and the least above
 * it, "" for none.
 *
 * The trie itself has no such question.  So the keys go into a trie, it is
 * committed, and they are read back in order from the nodes it stored: the
 * order of the nodes is the order of the keys. */
#include "tests/conformance/trietest.h"

#include "eth/rlp.h"

/* The keys met so far, on the way through the nodes in order. */
struct neighbours {
	struct node_store *store;
	struct bytes of;
	struct arena *arena;
	struct bytes before, after;
	struct bytes last;
	bool in_order;
};

static int compare(struct bytes a, struct bytes b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.data, b.data, len) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static void meet_key(struct neighbours *n, const uint8_t *nibbles, size_t len)
{
	uint8_t *key = arena_alloc(n->arena, len / 2);
	struct bytes met = { key, len / 2 };

	for (size_t i = 0; i < len / 2; i++)
		key[i] = (uint8_t)(nibbles[2 * i] << 4 | nibbles[2 * i + 1]);
	if (n->last.data && compare(n->last, met) >= 0)
		n->in_order = false;
	n->last = met;
	if (compare(met, n->of) < 0)
		n->before = met;
	if (compare(met, n->of) > 0 && !n->after.data)
		n->after = met;
}

static bool visit(struct neighbours *n, struct bytes node, uint8_t *path, size_t len);

/* A child as its parent writes it: nothing, a hash, or the node. */
static bool visit_child(struct neighbours *n, const struct rlp_item *item, uint8_t *path,
			size_t len)
{
	struct stored_node *stored;

	if (item->kind == RLP_LIST)
		return visit(n, item->whole, path, len);
	if (item->payload.len == 0)
		return true;
	stored = node_store_find(n->store, (struct trie_path){ path, len });
	return stored && bytes_eq(item->payload, bytes_of_hash(&stored->hash)) &&
	       visit(n, bytes_of(stored->rlp, stored->len), path, len);
}

static bool visit_branch(struct neighbours *n, const struct rlp_item *items, uint8_t *path,
			 size_t len)
{
	if (items[16].payload.len)
		meet_key(n, path, len);
	for (uint8_t i = 0; i < 16; i++) {
		path[len] = i;
		if (!visit_child(n, &items[i], path, len + 1))
			return false;
	}
	return true;
}

static bool visit_leaf_or_extension(struct neighbours *n, const struct rlp_item *items,
				    uint8_t *path, size_t len)
{
	struct bytes hp = items[0].payload;
	bool leaf;

	if (hp.len == 0)
		return false;
	leaf = hp.data[0] & 0x20;
	if (hp.data[0] & 0x10)
		path[len++] = hp.data[0] & 15;
	for (size_t i = 1; i < hp.len; i++) {
		path[len++] = hp.data[i] >> 4;
		path[len++] = hp.data[i] & 15;
	}
	if (!leaf)
		return visit_child(n, &items[1], path, len);
	meet_key(n, path, len);
	return true;
}

static bool visit(struct neighbours *n, struct bytes node, uint8_t *path, size_t len)
{
	struct rlp_item list, items[17];
	size_t count = 0;

	if (!rlp_only(node, &list))
		return false;
	while (count < 17 && rlp_next(&list.payload, &items[count]))
		count++;
	return count == 17 ? visit_branch(n, items, path, len)
			   : visit_leaf_or_extension(n, items, path, len);
}

static const char *check_neighbours(struct node_store *store, struct arena *a, const json_t *test)
{
	struct neighbours n = { .store = store, .arena = a, .in_order = true };
	struct stored_node *root = node_store_find(store, (struct trie_path){ NULL, 0 });
	uint8_t path[2 * TRIE_MAX_KEY + 1];

	n.of = trietest_bytes(a, json_array_get(test, 0));
	if (!root || !visit(&n, bytes_of(root->rlp, root->len), path, 0))
		return "the stored nodes are no trie";
	if (!n.in_order)
		return "the nodes are not in the order of the keys";
	if (!bytes_eq(n.before, trietest_bytes(a, json_array_get(test, 1))))
		return "another key before";
	if (!bytes_eq(n.after, trietest_bytes(a, json_array_get(test, 2))))
		return "another key after";
	return NULL;
}

const char *trietest_neighbours(struct arena *a, const json_t *vector)
{
	struct node_store store = { .count = 0 };
	const struct trie_sink sink = { &store, node_store_put };
	const json_t *tests = json_object_get(vector, "tests");
	const char *problem = json_array_size(tests) ? NULL : "not a case: no `tests`";
	struct trie t;
	json_t *item;
	size_t i;

	trie_open(&t, a, NULL, &keccak_empty_trie);
	json_array_foreach(json_object_get(vector, "in"), i, item)
	    trie_put(&t, trietest_bytes(a, item), text("x"));
	trie_commit(&t, &sink);
	json_array_foreach(tests, i, item) if (!problem) problem =
	    check_neighbours(&store, a, item);
	node_store_free(&store);
	return problem;
}
