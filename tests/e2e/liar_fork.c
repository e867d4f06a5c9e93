/* liar_fork: see liar_fork.h. */
#include "tests/e2e/liar_fork.h"

#include "base/native/arena_heap.h"
#include "crypto/native/native.h"
#include "prover/host/preimages.h"

struct fork {
	struct arena arena;
	struct chain_reader *chain;
	const struct chain_config *config;
	struct inbox_source inbox;
	struct preimages nodes;    /* and code, of the fork */
	struct state_store before; /* those of the chain, before the lie */
	uint64_t first;
	struct header parent;
	struct hash32 hashes[LIAR_FORK_MOST]; /* from `first` on */
};

/* ---- state: what the fork has changed, else the chain's ---- */

static bool get(struct fork *f, const struct hash32 *hash, struct bytes *value)
{
	struct hash32 key = oracle_hash_key(ORACLE_KEY_KECCAK, hash);

	return preimages_get(&f->nodes, &key, value);
}

static bool load_node(void *context, struct arena *a, struct bytes *rlp, const struct hash32 *owner,
		      struct trie_path path, const struct hash32 *hash)
{
	struct fork *f = context;

	return get(f, hash, rlp) ||
	       f->before.load_node(f->before.context, a, rlp, owner, path, hash);
}

static bool load_code(void *context, struct arena *a, struct bytes *code, const struct hash32 *hash)
{
	struct fork *f = context;

	return get(f, hash, code) || f->before.load_code(f->before.context, a, code, hash);
}

static void store_node(void *context, const struct hash32 *owner, struct trie_path path,
		       const struct hash32 *hash, struct bytes rlp)
{
	(void)owner, (void)path, (void)hash;
	if (rlp.len > 0)
		(void)preimages_put_hashed(&((struct fork *)context)->nodes, rlp);
}

static void store_code(void *context, const struct hash32 *hash, struct bytes code)
{
	(void)hash;
	(void)preimages_put_hashed(&((struct fork *)context)->nodes, code);
}

static void clear_storage(void *context, const struct hash32 *owner)
{
	(void)context, (void)owner; /* nodes are kept by hash */
}

/* ---- blocks ---- */

static bool block_hash(void *context, uint64_t number, struct hash32 *hash)
{
	struct fork *f = context;
	struct block_hash_source before = chain_reader_hashes(f->chain);

	if (number < f->first)
		return before.block_hash(before.context, number, hash);
	*hash = f->hashes[number - f->first];
	return true;
}

/* What the inbox has next, or a block of nothing. */
static bool next_input(struct fork *f, struct derive_cache *cache, struct block_input *input)
{
	switch (derive_next(&f->arena, input, f->config, &f->parent, &f->inbox, cache)) {
	case DERIVE_OK:
		return true;
	case DERIVE_END:
		*input = (struct block_input){ .number = f->parent.number + 1,
					       .timestamp = f->parent.timestamp + 1 };
		return position_decode(&input->position, &f->parent);
	case DERIVE_FAILED:
		break;
	}
	return false;
}

static bool next_block(struct fork *f, const struct lie *lie, struct block *block)
{
	struct state_store store = { f, load_node, load_code };
	struct state_sink sink = { f, store_node, store_code, clear_storage };
	struct block_environment environment = {
		.config = f->config,
		.crypto = crypto_native(),
		.state = state_trie_open(&f->arena, &store, &f->parent.state_root),
		.hashes = { f, block_hash },
	};
	struct block_input input;
	struct derive_cache cache;
	bool good;

	derive_cache_init(&cache, &arena_heap);
	good = next_input(f, &cache, &input) &&
	       lie_execute(&f->arena, lie, &environment, &store, &f->parent, &input, &sink, block);
	derive_cache_free(&cache);
	return good;
}

static bool begin(struct fork *f, struct evidence_store *s, uint64_t first)
{
	struct stored_block before;

	*f = (struct fork){ .chain = s->chain,
			    .config = &s->config->chain,
			    .inbox = inbox_source_of(&s->horizon),
			    .first = first };
	arena_init(&f->arena, &arena_heap, ARENA_HEAP_BLOCK);
	preimages_init(&f->nodes);
	if (first == 0 || !chain_reader_block(f->chain, &f->arena, first - 1, false, &before))
		return false;
	f->parent = before.header;
	return chain_reader_store(f->chain, &f->arena, first - 1, &f->before);
}

bool liar_fork_roots(struct evidence_store *s, const struct lie *lie, uint64_t first,
		     unsigned count, struct hash32 roots[LIAR_FORK_MOST])
{
	static const struct lie none = { .kind = LIE_NONE };
	struct fork f;
	struct block block;
	bool good = begin(&f, s, first) && count <= LIAR_FORK_MOST;

	for (unsigned i = 0; i < count && good; i++) {
		good = next_block(&f, i == 0 ? lie : &none, &block);
		if (!good)
			break;
		roots[i] = block.output_root;
		f.hashes[i] = block.hash;
		f.parent = block.header;
	}
	preimages_free(&f.nodes);
	arena_free(&f.arena);
	return good;
}
