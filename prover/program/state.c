/* state: trie nodes, code and headers by the oracle. */
#include "prover/program/sources.h"

#define NODE_HINT_MAX (1 + 32 + 1 + 32 + 64)

static size_t node_hint(uint8_t hint[NODE_HINT_MAX], const struct hash32 *owner,
			struct trie_path path, const struct hash32 *hash)
{
	size_t len = 0;

	hint[len++] = HINT_NODE;
	memcpy(hint + len, hash->b, sizeof(hash->b));
	len += sizeof(hash->b);
	hint[len++] = owner ? 1 : 0;
	if (owner) {
		memcpy(hint + len, owner->b, sizeof(owner->b));
		len += sizeof(owner->b);
	}
	memcpy(hint + len, path.nibbles, path.len);
	return len + path.len;
}

static bool load_node(void *context, struct arena *a, struct bytes *rlp, const struct hash32 *owner,
		      struct trie_path path, const struct hash32 *hash)
{
	const struct program_source *s = context;
	struct hash32 key = oracle_hash_key(ORACLE_KEY_KECCAK, hash);
	uint8_t hint[NODE_HINT_MAX];

	s->oracle->hint(s->oracle->context, bytes_of(hint, node_hint(hint, owner, path, hash)));
	return s->oracle->read(s->oracle->context, a, &key, rlp);
}

static bool load_code(void *context, struct arena *a, struct bytes *code, const struct hash32 *hash)
{
	const struct program_source *s = context;

	return oracle_read_hash(s->oracle, a, HINT_CODE, hash, code);
}

struct state_store program_state_store(struct program_source *source)
{
	return (struct state_store){ source, load_node, load_code };
}

bool program_read_header(struct program_source *source, const struct hash32 *hash,
			 struct header *header)
{
	struct bytes rlp;

	return oracle_read_hash(source->oracle, source->arena, HINT_HEADER, hash, &rlp) &&
	       header_decode(header, rlp);
}

void program_ancestors_init(struct program_ancestors *ancestors, struct program_source *source,
			    uint64_t newest, const struct hash32 *hash)
{
	ancestors->source = source;
	ancestors->newest = newest;
	ancestors->known = 1;
	ancestors->hashes[0] = *hash;
}

/* Reads headers until hashes[back] is known. */
static bool walk_back(struct program_ancestors *ancestors, size_t back)
{
	while (ancestors->known <= back) {
		struct header header;

		if (!program_read_header(ancestors->source,
					 &ancestors->hashes[ancestors->known - 1], &header))
			return false;
		ancestors->hashes[ancestors->known++] = header.parent_hash;
	}
	return true;
}

static bool ancestor_hash(void *context, uint64_t number, struct hash32 *hash)
{
	struct program_ancestors *ancestors = context;
	uint64_t back = ancestors->newest - number;

	if (number > ancestors->newest || back >= PROGRAM_ANCESTORS)
		return false;
	if (!walk_back(ancestors, (size_t)back)) {
		ancestors->source->failed = true;
		return false;
	}
	*hash = ancestors->hashes[back];
	return true;
}

struct block_hash_source program_ancestors_source(struct program_ancestors *ancestors)
{
	return (struct block_hash_source){ ancestors, ancestor_hash };
}
