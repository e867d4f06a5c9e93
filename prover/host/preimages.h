/* preimages: what an oracle knows: byte strings by key (prover/program/oracle.h).
 *
 * In memory, or in a file without a name, of which only the table is in memory: a
 * block may read hundreds of megabytes.  Belongs to one thread.  Out of memory, or
 * of disk: the process says so and aborts. */
#ifndef GAVEL_PROVER_HOST_PREIMAGES_H
#define GAVEL_PROVER_HOST_PREIMAGES_H

#include "prover/program/oracle.h"

struct preimage {
	struct hash32 key;
	struct bytes value;
};

struct preimage_slot {
	struct hash32 key;
	uint64_t len : 63, used : 1;
	union {
		const uint8_t *data;
		uint64_t offset; /* in the file */
	};
};

struct preimages {
	struct arena arena;
	struct preimage_slot *slots;
	size_t count;
	size_t capacity; /* a power of two */
	size_t bytes;    /* of all values */
	int file;        /* or -1 */
	uint8_t *read;   /* what was read last from the file: `read_len` bytes at */
	uint64_t read_offset;
	size_t read_len, read_room;
};

void preimages_init(struct preimages *p);
/* The values go to a file in `directory`, which is gone with the process. */
void preimages_init_file(struct preimages *p, const char *directory);
void preimages_free(struct preimages *p);

/* Bytes of memory, not of the file; and of the file. */
size_t preimages_footprint(const struct preimages *p);
size_t preimages_file_size(const struct preimages *p);

/* Copies `value`.  What is known under `key` already stays: false if it is
 * something else. */
bool preimages_put(struct preimages *p, const struct hash32 *key, struct bytes value);
/* The value lives as long as `p`; from a file, until the next call. */
bool preimages_get(struct preimages *p, const struct hash32 *key, struct bytes *value);
bool preimages_has(const struct preimages *p, const struct hash32 *key);

/* Under its keccak256; returns that. */
struct hash32 preimages_put_hashed(struct preimages *p, struct bytes value);

/* All of them, by key, malloc'ed: the caller frees.  Not of a file. */
struct preimage *preimages_sorted(const struct preimages *p);

#endif
