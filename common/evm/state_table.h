/* state_table: a hash table of pointers whose keys strangers choose.
 *
 * Consensus code has no randomness, so an attacker knows the hash function
 * and can look for keys that fall together.  The damage is bounded: the hash
 * (SipHash-1-3) leaves nothing better than trying keys, and a table in which
 * one insertion had to look too far is rebuilt under the next seed, for which
 * the search starts anew.  The order in the table never shows outside.
 *
 * An entry with the right 64-bit hash is only a candidate: the caller compares
 * keys.  Entries are never removed.  Core. */
#ifndef GAVEL_EVM_STATE_TABLE_H
#define GAVEL_EVM_STATE_TABLE_H

#include "base/arena.h"

#define STATE_KEY_WORDS 5

/* A key, as words; unused words are 0. */
struct state_key {
	uint64_t word[STATE_KEY_WORDS];
};

struct state_table_entry {
	uint64_t hash;
	void *value; /* NULL: free */
};

struct state_table {
	struct arena *arena;
	struct state_table_entry *entries;
	struct state_table_entry *spare; /* of the same capacity, or NULL */
	size_t capacity;                 /* a power of two; at most half of it is used */
	size_t count;
	uint64_t seed;
	/* The key of a value, for rebuilding. */
	void (*key_of)(const void *value, struct state_key *key);
};

void state_table_init(struct state_table *t, struct arena *a,
		      void (*key_of)(const void *value, struct state_key *key));

uint64_t state_table_hash(const struct state_table *t, const struct state_key *key);

/* Candidates one by one: `*position` is state_table_first(), then each call
 * moves it on.  NULL: there are no more. */
static inline size_t state_table_first(const struct state_table *t, uint64_t hash)
{
	return (size_t)hash & (t->capacity - 1);
}

static inline void *state_table_candidate(const struct state_table *t, uint64_t hash,
					  size_t *position)
{
	for (;;) {
		const struct state_table_entry *entry = &t->entries[*position];

		*position = (*position + 1) & (t->capacity - 1);
		if (!entry->value || entry->hash == hash)
			return entry->value;
	}
}

/* Adds `value`, which is not there yet; `key` is its key. */
void state_table_add(struct state_table *t, const struct state_key *key, void *value);

#endif
