#include "evm/state_table.h"

#define FIRST_CAPACITY ((size_t)64)

/* How far an insertion may look before the seed is changed.  In a table that
 * is half full nobody gets there by chance. */
#define MAX_PROBES ((size_t)128)

/* So many seeds are tried in a table's life, then long probes are borne: every
 * input has to end.  A block has not the gas to use them up. */
#define MAX_SEED 256

static inline uint64_t rotate(uint64_t v, unsigned bits)
{
	return v << bits | v >> (64 - bits);
}

/* Aumasson, Bernstein: SipHash, a fast short-input PRF, section 2.2. */
static inline void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

/* SipHash-1-3 of the words; the length is fixed, so it isn't hashed. */
static uint64_t sip_hash(uint64_t seed, const struct state_key *key)
{
	uint64_t v[4] = {
		0x736f6d6570736575 ^ seed,
		0x646f72616e646f6d,
		0x6c7967656e657261 ^ seed,
		0x7465646279746573,
	};

	for (int i = 0; i < STATE_KEY_WORDS; i++) {
		v[3] ^= key->word[i];
		sip_round(v);
		v[0] ^= key->word[i];
	}
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void state_table_init(struct state_table *t, struct arena *a,
		      void (*key_of)(const void *value, struct state_key *key))
{
	*t = (struct state_table){
		.arena = a,
		.entries = ARENA_ARRAY(a, struct state_table_entry, FIRST_CAPACITY),
		.capacity = FIRST_CAPACITY,
		.key_of = key_of,
	};
}

uint64_t state_table_hash(const struct state_table *t, const struct state_key *key)
{
	return sip_hash(t->seed, key);
}

/* Returns how many entries it had to look at. */
static size_t place(struct state_table *t, uint64_t hash, void *value)
{
	size_t position = state_table_first(t, hash);
	size_t probes = 1;

	while (t->entries[position].value) {
		position = (position + 1) & (t->capacity - 1);
		probes++;
	}
	t->entries[position] = (struct state_table_entry){ hash, value };
	return probes;
}

/* Puts the entries of `old` into the present table, whose hashes are the same
 * as long as the seed is.  Returns the longest probe. */
static size_t place_all(struct state_table *t, const struct state_table_entry *old,
			size_t old_capacity, bool rehash)
{
	size_t longest = 0;

	for (size_t i = 0; i < old_capacity; i++) {
		uint64_t hash = old[i].hash;
		struct state_key key;
		size_t probes;

		if (!old[i].value)
			continue;
		if (rehash) {
			t->key_of(old[i].value, &key);
			hash = sip_hash(t->seed, &key);
		}
		probes = place(t, hash, old[i].value);
		longest = probes > longest ? probes : longest;
	}
	return longest;
}

static void grow(struct state_table *t)
{
	struct state_table_entry *old = t->entries;
	size_t old_capacity = t->capacity;

	t->capacity = 2 * old_capacity;
	t->entries = ARENA_ARRAY(t->arena, struct state_table_entry, t->capacity);
	t->spare = NULL;
	(void)place_all(t, old, old_capacity, false);
}

static void reseed(struct state_table *t)
{
	size_t longest;

	do {
		struct state_table_entry *old = t->entries;

		if (t->seed == MAX_SEED)
			return;
		t->seed++;
		if (!t->spare)
			t->spare = arena_alloc(t->arena, t->capacity * sizeof(*old));
		memset(t->spare, 0, t->capacity * sizeof(*old));
		t->entries = t->spare;
		t->spare = old;
		longest = place_all(t, old, t->capacity, true);
	} while (longest > MAX_PROBES);
}

void state_table_add(struct state_table *t, const struct state_key *key, void *value)
{
	if (2 * (t->count + 1) > t->capacity)
		grow(t);
	t->count++;
	if (place(t, sip_hash(t->seed, key), value) > MAX_PROBES)
		reseed(t);
}
