/* trie_bench: what a block costs in the trie, beside what one keccak
 * permutation costs in the same run.
 *
 * A million accounts (hashed keys, values as long as an account's RLP), then
 * blocks of 5,000 random changes, each with its commit: once in a trie that
 * stays open and has its nodes in memory, and once in a trie that is opened
 * for the block and loads what it needs from a store of nodes in memory. */
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "trie/trie.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ACCOUNTS 1000000
#define CHANGES  5000
#define BLOCKS   20
#define VALUE    78

/* The store: nodes by hash, open addressing; it only grows. */
#define TABLE_BITS 22

struct table {
	struct entry {
		struct hash32 hash;
		struct bytes rlp;
	} * entries;
	struct arena arena;
	size_t loads, loaded_bytes;
	size_t stores, stored_bytes;
	size_t permutations; /* that hashing the stored nodes takes */
};

static struct entry *table_slot(struct table *t, const struct hash32 *hash)
{
	size_t at = le64_load(hash->b) >> (64 - TABLE_BITS);

	while (t->entries[at].rlp.data && !hash32_eq(&t->entries[at].hash, hash))
		at = (at + 1) % ((size_t)1 << TABLE_BITS);
	return &t->entries[at];
}

static size_t permutations_for(size_t len)
{
	return len / KECCAK_RATE + 1;
}

static void count_store(struct table *t, struct bytes rlp)
{
	t->stores++;
	t->stored_bytes += rlp.len;
	t->permutations += permutations_for(rlp.len);
}

static void table_store(void *context, struct trie_path path, const struct hash32 *hash,
			struct bytes rlp)
{
	struct table *t = context;
	struct entry *e;

	(void)path;
	if (!hash)
		return;
	count_store(t, rlp);
	e = table_slot(t, hash);
	e->hash = *hash;
	if (!e->rlp.data)
		e->rlp = arena_copy(&t->arena, rlp);
}

/* A sink that only counts. */
static void only_count(void *context, struct trie_path path, const struct hash32 *hash,
		       struct bytes rlp)
{
	(void)path;
	if (hash)
		count_store(context, rlp);
}

static bool table_load(void *context, struct arena *a, struct bytes *rlp, const struct hash32 *hash,
		       struct trie_path path)
{
	struct table *t = context;
	struct entry *e = table_slot(t, hash);

	(void)path;
	(void)a;
	t->loads++;
	t->loaded_bytes += e->rlp.len;
	*rlp = e->rlp;
	return e->rlp.data != NULL;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static uint64_t next_random(void)
{
	static uint64_t seed = 88172645463325252u;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static struct hash32 account_key(uint64_t number)
{
	return keccak256(bytes_of(&number, sizeof(number)));
}

static double permutation_seconds(void)
{
	_Alignas(256) uint64_t state[25] = { 1 };
	double start = now();
	int times = 200000;

	for (int i = 0; i < times; i++)
		keccak_permute(state);
	return (now() - start) / times + 1e-30 * (double)(state[0] & 1);
}

static void change(struct trie *t, const struct hash32 *key)
{
	uint8_t value[VALUE];

	for (size_t i = 0; i < VALUE; i += 8) {
		uint64_t r = next_random();

		memcpy(value + i, &r, VALUE - i < 8 ? VALUE - i : 8);
	}
	if (trie_put(t, bytes_of_hash(key), bytes_of(value, VALUE)) != TRIE_OK)
		abort();
}

static size_t heap_bytes(const struct arena *a)
{
	return (size_t)(a->next - (uint8_t *)a->current);
}

struct timing {
	double put, commit;
};

static void block(struct trie *t, const struct trie_sink *sink, const struct hash32 *keys,
		  struct timing *out)
{
	double start = now(), middle;

	for (int i = 0; i < CHANGES; i++)
		change(t, &keys[next_random() % ACCOUNTS]);
	middle = now();
	trie_commit(t, sink);
	out->put += middle - start;
	out->commit += now() - middle;
}

static void report(const char *name, const struct timing *sum, const struct table *t,
		   double permutation, bool json)
{
	double put = sum->put / BLOCKS, commit = sum->commit / BLOCKS;
	double hashing = (double)t->permutations / BLOCKS * permutation;

	if (json) {
		printf(
		    "{\"bench\":\"trie\",\"name\":\"%s\",\"block_ms\":%.2f,\"us_per_change\":%.2f,"
		    "\"keccak_ms\":%.2f,\"permutation_ns\":%.0f}\n",
		    name, 1e3 * (put + commit), 1e6 * (put + commit) / CHANGES, 1e3 * hashing,
		    1e9 * permutation);
		return;
	}
	printf("%s: %.1f ms a block of %d changes (put %.1f, commit %.1f): %.2f us a change\n",
	       name, 1e3 * (put + commit), CHANGES, 1e3 * put, 1e3 * commit,
	       1e6 * (put + commit) / CHANGES);
	printf("  new nodes %zu, %zu KB, %zu permutations = %.1f ms (%.0f ns each); loads %zu\n",
	       t->stores / BLOCKS, t->stored_bytes / BLOCKS / 1000, t->permutations / BLOCKS,
	       1e3 * hashing, 1e9 * permutation, t->loads / BLOCKS);
}

static void reset_counters(struct table *t)
{
	t->loads = t->loaded_bytes = t->stores = t->stored_bytes = t->permutations = 0;
}

int main(int argc, char **argv)
{
	bool json = argc > 1 && !strcmp(argv[1], "--json");
	struct hash32 *keys = calloc(ACCOUNTS, sizeof(*keys)), root;
	struct table table = { .entries = calloc((size_t)1 << TABLE_BITS, sizeof(struct entry)) };
	const struct trie_source source = { &table, table_load };
	const struct trie_sink store = { &table, table_store }, count = { &table, only_count };
	double permutation = permutation_seconds(), start;
	struct timing open = { 0, 0 }, cold = { 0, 0 };
	struct arena a;
	struct trie t;

	arena_init(&table.arena, &arena_heap, (size_t)1 << 30);
	arena_init(&a, &arena_heap, (size_t)1 << 30);
	for (uint64_t i = 0; i < ACCOUNTS; i++)
		keys[i] = account_key(i);
	trie_open(&t, &a, NULL, &keccak_empty_trie);
	start = now();
	for (size_t i = 0; i < ACCOUNTS; i++)
		change(&t, &keys[i]);
	root = trie_commit(&t, &store);
	if (!json)
		printf("a million accounts: %.2f s, %zu MB, %zu nodes\n", now() - start,
		       heap_bytes(&a) >> 20, table.stores);

	reset_counters(&table);
	for (int i = 0; i < BLOCKS; i++)
		block(&t, &count, keys, &open);
	report("open", &open, &table, permutation, json);
	if (!json)
		printf("  memory then: %zu MB\n", heap_bytes(&a) >> 20);

	reset_counters(&table);
	for (int i = 0; i < BLOCKS; i++) {
		struct arena fresh;

		arena_init(&fresh, &arena_heap, ARENA_HEAP_BLOCK);
		trie_open(&t, &fresh, &source, &root);
		block(&t, &count, keys, &cold);
		arena_free(&fresh);
	}
	report("loaded", &cold, &table, permutation, json);
	arena_free(&a);
	arena_free(&table.arena);
	free(table.entries);
	free(keys);
	return 0;
}
