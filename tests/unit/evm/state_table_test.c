/* The hash table finds what was put in, and keys that were made to fall
 * together do not make it slow: it changes its seed. */
#include "base/native/arena_heap.h"
#include "evm/state_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct item {
	struct state_key key;
};

static void key_of_item(const void *value, struct state_key *key)
{
	*key = ((const struct item *)value)->key;
}

static struct item *find(const struct state_table *t, const struct state_key *key)
{
	uint64_t hash = state_table_hash(t, key);
	size_t position = state_table_first(t, hash);
	struct item *item;

	do {
		item = state_table_candidate(t, hash, &position);
	} while (item && memcmp(&item->key, key, sizeof(*key)) != 0);
	return item;
}

static struct item *add(struct state_table *t, struct arena *a, const struct state_key *key)
{
	struct item *item = ARENA_NEW(a, struct item);

	item->key = *key;
	state_table_add(t, key, item);
	return item;
}

static void what_was_added_is_found_and_nothing_else(void **unused)
{
	struct state_table t;
	struct arena a;

	(void)unused;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	state_table_init(&t, &a, key_of_item);
	for (uint64_t i = 0; i < 5000; i++) {
		struct state_key key = { { i, 0, i / 7, 0, 1 } };
		struct item *item;

		assert_null(find(&t, &key));
		item = add(&t, &a, &key);
		assert_ptr_equal(find(&t, &key), item);
	}
	for (uint64_t i = 0; i < 5000; i++) {
		struct state_key key = { { i, 0, i / 7, 0, 1 } };

		assert_non_null(find(&t, &key));
	}
	assert_int_equal(t.seed, 0); /* nobody meant harm */
	arena_free(&a);
}

/* 300 keys with the same lowest 13 bits of their hash: more than a probe may
 * be long, in a table that never is larger than 2^13. */
static void keys_that_were_made_to_collide_are_spread_again(void **unused)
{
	struct state_key keys[300] = { 0 };
	size_t count = 0, longest = 0;
	struct state_table t;
	struct arena a;

	(void)unused;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	state_table_init(&t, &a, key_of_item);
	for (uint64_t i = 0; count < 300; i++) {
		keys[count].word[2] = i;
		if ((state_table_hash(&t, &keys[count]) & 0x1fff) == 5)
			count++;
	}
	for (size_t i = 0; i < count; i++)
		(void)add(&t, &a, &keys[i]);
	assert_true(t.seed > 0);
	for (size_t i = 0; i < count; i++) {
		uint64_t hash = state_table_hash(&t, &keys[i]);
		size_t at = state_table_first(&t, hash), probes = 1;

		assert_non_null(find(&t, &keys[i]));
		for (; t.entries[at].hash != hash; at = (at + 1) & (t.capacity - 1))
			probes++;
		longest = probes > longest ? probes : longest;
	}
	assert_true(longest < 64);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_found_and_nothing_else),
		cmocka_unit_test(keys_that_were_made_to_collide_are_spread_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
