#include "store/chain_check.h"

#include "base/native/arena_heap.h"
#include "crypto/native/native.h"

struct check {
	struct chain_reader *reader;
	struct inbox_horizon horizon;
	const struct rollup_config *config;
	struct stored_block parent, block;
	struct state_store store; /* the state after the parent */
	struct arena arena;
	struct chain_checked *out;
};

static enum chain_check say(struct check *c, enum chain_check result, const char *reason)
{
	c->out->reason = reason;
	return result;
}

static enum chain_check read_stored(struct check *c, uint64_t number)
{
	if (!chain_reader_block(c->reader, &c->arena, number, false, &c->block) ||
	    !chain_reader_block(c->reader, &c->arena, number - 1, false, &c->parent))
		return say(c, CHAIN_CHECK_UNKNOWN, "it is not stored");
	if (!chain_reader_store(c->reader, &c->arena, number - 1, &c->store))
		return say(c, CHAIN_CHECK_UNKNOWN, "the state before it is not kept any more");
	return CHAIN_CHECK_RIGHT;
}

/* The parent's header, state and output root belong together. */
static enum chain_check check_parent(struct check *c)
{
	const struct header *header = &c->parent.header;
	struct hash32 hash = header_hash(&c->arena, header), passer, root;
	struct state_trie *state = state_trie_open(&c->arena, &c->store, &header->state_root);

	if (!hash32_eq(&hash, &c->block.header.parent_hash))
		return say(c, CHAIN_CHECK_WRONG, "its parent is another block");
	if (!state_trie_storage_root(state, &predeploy_message_passer, &passer))
		return say(c, CHAIN_CHECK_WRONG, "the state before it can't be read");
	root = output_root(&header->state_root, &passer, &hash);
	if (!hash32_eq(&root, &c->parent.output_root))
		return say(c, CHAIN_CHECK_WRONG, "its parent's output root is another");
	return CHAIN_CHECK_RIGHT;
}

static enum chain_check execute(struct check *c, const struct block_input *input)
{
	struct block_environment environment = {
		.config = &c->config->chain,
		.crypto = crypto_native(),
		.state = state_trie_open(&c->arena, &c->store, &c->parent.header.state_root),
		.hashes = chain_reader_hashes(c->reader),
	};
	struct block block;

	if (!block_execute(&c->arena, &environment, &c->parent.header, input, NULL, &block))
		return say(c, CHAIN_CHECK_WRONG, "the state before it can't be read");
	if (!hash32_eq(&block.hash, &c->block.hash))
		return say(c, CHAIN_CHECK_WRONG, "L1 gives another block");
	if (!hash32_eq(&block.output_root, &c->block.output_root))
		return say(c, CHAIN_CHECK_WRONG, "L1 gives another output root");
	c->out->output_root = block.output_root;
	return CHAIN_CHECK_RIGHT;
}

static enum chain_check check_block(struct check *c)
{
	struct inbox_source source = inbox_source_of(&c->horizon);
	struct derive_cache cache;
	struct block_input input;
	enum derive_err err;
	enum chain_check result;

	derive_cache_init(&cache, &arena_heap);
	err = derive_next(&c->arena, &input, &c->config->chain, &c->parent.header, &source, &cache);
	if (err == DERIVE_OK)
		result = execute(c, &input);
	else
		result = say(c, CHAIN_CHECK_WRONG, "L1 has no such block");
	derive_cache_free(&cache);
	return result;
}

enum chain_check chain_check_block(struct chain_reader *reader, struct inbox *inbox,
				   const struct rollup_config *config, uint64_t number,
				   uint64_t entries, struct chain_checked *out)
{
	struct check c = {
		.reader = reader,
		.horizon = { inbox, entries },
		.config = config,
		.out = out,
	};
	enum chain_check result;

	*out = (struct chain_checked){ 0 };
	arena_init(&c.arena, &arena_heap, ARENA_HEAP_BLOCK);
	result = read_stored(&c, number);
	if (result == CHAIN_CHECK_RIGHT)
		result = check_parent(&c);
	if (result == CHAIN_CHECK_RIGHT)
		result = check_block(&c);
	arena_free(&c.arena);
	return result;
}
