/* preimages: what an oracle knows: byte strings by key (prover/program/oracle.h).
 * Belongs to one thread.  Out of memory: the process aborts. */
#ifndef GAVEL_PROVER_HOST_PREIMAGES_H
#define GAVEL_PROVER_HOST_PREIMAGES_H

#include "prover/program/oracle.h"

struct preimage {
	struct hash32 key;
	struct bytes value; /* data is never NULL, but in an empty slot */
};

struct preimages {
	struct arena arena;
	struct preimage *slots;
	size_t count;
	size_t capacity; /* a power of two */
	size_t bytes;    /* of all values */
};

void preimages_init(struct preimages *p);
void preimages_free(struct preimages *p);

/* Copies `value`.  What is known under `key` already stays: false if it is
 * something else. */
bool preimages_put(struct preimages *p, const struct hash32 *key, struct bytes value);
/* The value lives as long as `p`. */
bool preimages_get(const struct preimages *p, const struct hash32 *key, struct bytes *value);

/* Under its keccak256; returns that. */
struct hash32 preimages_put_hashed(struct preimages *p, struct bytes value);

/* All of them, by key, malloc'ed: the caller frees. */
struct preimage *preimages_sorted(const struct preimages *p);

#endif
