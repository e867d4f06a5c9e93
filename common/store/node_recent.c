#include "store/node_recent.h"

#include <stdlib.h>
#include <string.h>

/* For the 65,536 nodes after which packs are indexed: one key in 400 that is not
 * there is looked for in vain. */
#define BITS  ((uint64_t)1 << 20)
#define WORDS (BITS / 64)
#define MARKS 3

/* Multiplied by an odd number and shifted (the constants are those of MurmurHash3's
 * last step).  Whoever makes keys that fall together makes our searches as long as they
 * would be without. */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccd;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53;
	return x ^ x >> 33;
}

static uint64_t hash_of(struct bytes key)
{
	uint64_t hash = key.len;
	size_t at = 0;

	for (; key.len - at >= 8; at += 8)
		hash = mix(hash ^ be64_load(key.data + at));
	for (; at < key.len; at++)
		hash = hash << 8 ^ hash >> 56 ^ key.data[at];
	return mix(hash);
}

/* Its `i`th bit: each from other 20 bits of the hash. */
static uint64_t mark(uint64_t hash, unsigned i)
{
	return hash >> (20 * i) & (BITS - 1);
}

void node_recent_init(struct node_recent *recent, uint64_t first)
{
	recent->first = first;
	recent->bits = calloc(WORDS, sizeof(recent->bits[0]));
}

void node_recent_free(struct node_recent *recent)
{
	free(recent->bits);
	recent->bits = NULL;
}

void node_recent_reset(struct node_recent *recent, uint64_t first)
{
	recent->first = first;
	if (recent->bits)
		memset(recent->bits, 0, WORDS * sizeof(recent->bits[0]));
}

void node_recent_add(struct node_recent *recent, const struct packed_node *nodes, size_t count)
{
	for (size_t n = 0; recent->bits && n < count; n++) {
		uint64_t hash = hash_of(nodes[n].key);

		for (unsigned i = 0; i < MARKS; i++)
			recent->bits[mark(hash, i) / 64] |= (uint64_t)1 << mark(hash, i) % 64;
	}
}

bool node_recent_may_have(const struct node_recent *recent, uint64_t first, struct bytes key)
{
	uint64_t hash;

	if (!recent || !recent->bits || first < recent->first)
		return true;
	hash = hash_of(key);
	for (unsigned i = 0; i < MARKS; i++)
		if (!(recent->bits[mark(hash, i) / 64] >> mark(hash, i) % 64 & 1))
			return false;
	return true;
}
