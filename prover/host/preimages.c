#include "prover/host/preimages.h"

#include <stdlib.h>

#include "base/native/arena_heap.h"
#include "crypto/keccak.h"

#define FIRST_CAPACITY 256

void preimages_init(struct preimages *p)
{
	*p = (struct preimages){ .capacity = FIRST_CAPACITY };
	arena_init(&p->arena, &arena_heap, ARENA_HEAP_BLOCK);
	p->slots = calloc(p->capacity, sizeof(*p->slots));
	if (!p->slots)
		abort();
}

void preimages_free(struct preimages *p)
{
	arena_free(&p->arena);
	free(p->slots);
	p->slots = NULL;
}

/* Keys may be chosen by whoever wrote a file: a local key's and an entry's
 * variable bytes are at the end, a hash's anywhere. */
static struct preimage *find(const struct preimages *p, const struct hash32 *key)
{
	uint64_t mixed = (le64_load(key->b + 8) ^ be64_load(key->b + 24)) * 0x9e3779b97f4a7c15u;
	size_t at = (size_t)(mixed >> 20) & (p->capacity - 1);

	while (p->slots[at].value.data && !hash32_eq(&p->slots[at].key, key))
		at = (at + 1) & (p->capacity - 1);
	return &p->slots[at];
}

static void grow(struct preimages *p)
{
	struct preimages larger = *p;

	larger.capacity = 2 * p->capacity;
	larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
	if (!larger.slots)
		abort();
	for (size_t i = 0; i < p->capacity; i++)
		if (p->slots[i].value.data)
			*find(&larger, &p->slots[i].key) = p->slots[i];
	free(p->slots);
	*p = larger;
}

static struct bytes copy(struct preimages *p, struct bytes value)
{
	static const uint8_t nothing[1];

	return value.len ? arena_copy(&p->arena, value) : bytes_of(nothing, 0);
}

bool preimages_put(struct preimages *p, const struct hash32 *key, struct bytes value)
{
	struct preimage *slot = find(p, key);

	if (slot->value.data)
		return bytes_eq(slot->value, value);
	if (2 * p->count >= p->capacity) {
		grow(p);
		slot = find(p, key);
	}
	slot->key = *key;
	slot->value = copy(p, value);
	p->count++;
	p->bytes += value.len;
	return true;
}

bool preimages_get(const struct preimages *p, const struct hash32 *key, struct bytes *value)
{
	const struct preimage *slot = find(p, key);

	if (!slot->value.data)
		return false;
	*value = slot->value;
	return true;
}

struct hash32 preimages_put_hashed(struct preimages *p, struct bytes value)
{
	struct hash32 hash = keccak256(value);
	struct hash32 key = oracle_hash_key(ORACLE_KEY_KECCAK, &hash);

	(void)preimages_put(p, &key, value);
	return hash;
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct hash32)); /* the key comes first */
}

struct preimage *preimages_sorted(const struct preimages *p)
{
	struct preimage *sorted = malloc((p->count + 1) * sizeof(*sorted));
	size_t count = 0;

	if (!sorted)
		abort();
	for (size_t i = 0; i < p->capacity; i++)
		if (p->slots[i].value.data)
			sorted[count++] = p->slots[i];
	qsort(sorted, count, sizeof(*sorted), compare);
	return sorted;
}
