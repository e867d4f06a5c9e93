/* sources: what derivation and execution read, by the oracle. */
#ifndef GAVEL_PROVER_PROGRAM_SOURCES_H
#define GAVEL_PROVER_PROGRAM_SOURCES_H

#include "prover/program/oracle.h"
#include "rollup/block.h"

/* What all of them share. */
struct program_source {
	struct arena *arena; /* what is read while a block is executed */
	const struct oracle *oracle;
	bool failed; /* something could not be read: there is no verdict */
};

/* The inbox: entries by their links, messages by walking the queue's links
 * back from an entry's. */
struct program_inbox {
	struct program_source *source;
	uint64_t entry_count;
	struct entry entry; /* asked for last */
	uint64_t behind;    /* one more than the index of the message `link` leads to */
	struct hash32 link;
};
struct inbox_source program_inbox_source(struct program_inbox *inbox);

/* Trie nodes and code. */
struct state_store program_state_store(struct program_source *source);

/* The hashes of the block before N and its ancestors, by walking back. */
#define PROGRAM_ANCESTORS 256
struct program_ancestors {
	struct program_source *source;
	uint64_t newest;
	size_t known; /* hashes[i] is of block newest - i */
	struct hash32 hashes[PROGRAM_ANCESTORS];
};
void program_ancestors_init(struct program_ancestors *ancestors, struct program_source *source,
			    uint64_t newest, const struct hash32 *hash);
struct block_hash_source program_ancestors_source(struct program_ancestors *ancestors);

/* Reads a header by its hash.  False: unknown, or none. */
bool program_read_header(struct program_source *source, const struct hash32 *hash,
			 struct header *header);

/* The precompiles. */
struct crypto program_crypto(struct program_source *source);

#endif
