#include "prover/program/program.h"

#include "prover/program/sources.h"

/* The dispute, as the oracle's local preimages have it. */
struct dispute {
	struct hash32 agreed, claimed; /* output roots of blocks N - 1 and N */
	uint64_t number;               /* N */
	uint64_t entry_count;
	struct chain_config config;
};

struct run {
	struct program_source source;
	struct dispute dispute;
	struct header parent; /* of block N - 1 */
	struct hash32 parent_hash;
	struct program_inbox inbox;
	struct program_ancestors ancestors;
	struct state_store store;
	struct crypto crypto;
};

uint8_t program_exit_code(enum program_verdict verdict)
{
	switch (verdict) {
	case PROGRAM_VALID:
		return 0;
	case PROGRAM_OUTPUT_WRONG:
	case PROGRAM_NUMBER_WRONG:
	case PROGRAM_NO_BLOCK:
	case PROGRAM_GENESIS_WRONG:
		return 1;
	case PROGRAM_NO_VERDICT:
		break;
	}
	return 2;
}

/* L1 computes the precompiles, and does so at Osaka: of a chain with other rules
 * nothing can be proven. */
static bool read_config(struct run *r, const struct hash32 *hash)
{
	struct bytes raw;

	return oracle_read_hash(r->source.oracle, r->source.arena, HINT_CHAIN_CONFIG, hash, &raw) &&
	       chain_config_decode(&r->dispute.config, raw) &&
	       r->dispute.config.revision == EVM_OSAKA;
}

static bool read_dispute(struct run *r)
{
	const struct oracle *o = r->source.oracle;
	struct arena *a = r->source.arena;
	struct dispute *d = &r->dispute;
	struct hash32 config;

	return oracle_read_local(o, a, ORACLE_AGREED_OUTPUT, &d->agreed) &&
	       oracle_read_local(o, a, ORACLE_CLAIMED_OUTPUT, &d->claimed) &&
	       oracle_read_local_u64(o, a, ORACLE_BLOCK_NUMBER, &d->number) &&
	       oracle_read_local_u64(o, a, ORACLE_ENTRY_COUNT, &d->entry_count) &&
	       oracle_read_local(o, a, ORACLE_CHAIN_CONFIG, &config) && read_config(r, &config);
}

/* output_root(): 0 | state root | message passer's storage root | block hash. */
static bool read_parent(struct run *r)
{
	struct bytes parts;

	if (!oracle_read_hash(r->source.oracle, r->source.arena, HINT_OUTPUT, &r->dispute.agreed,
			      &parts) ||
	    parts.len != 4 * sizeof(struct hash32))
		return false;
	memcpy(r->parent_hash.b, parts.data + 3 * sizeof(struct hash32), sizeof(struct hash32));
	return program_read_header(&r->source, &r->parent_hash, &r->parent);
}

static bool parent_is_genesis_of_another_chain(const struct run *r)
{
	return r->parent.number == 0 &&
	       !hash32_eq(&r->parent_hash, &r->dispute.config.genesis_hash);
}

/* Block N out of its input. */
static enum program_verdict execute(struct run *r, const struct block_input *input,
				    struct block *block)
{
	struct arena *a = r->source.arena;
	struct block_environment environment = {
		.config = &r->dispute.config,
		.crypto = &r->crypto,
		.state = state_trie_open(a, &r->store, &r->parent.state_root),
		.hashes = program_ancestors_source(&r->ancestors),
	};
	struct block executed;

	if (!block_execute(a, &environment, &r->parent, input, NULL, &executed) || r->source.failed)
		return PROGRAM_NO_VERDICT;
	*block = executed;
	return hash32_eq(&executed.output_root, &r->dispute.claimed) ? PROGRAM_VALID
								     : PROGRAM_OUTPUT_WRONG;
}

static enum program_verdict derive(struct run *r, const struct arena_source *cache_source,
				   struct block *block)
{
	struct inbox_source inbox = program_inbox_source(&r->inbox);
	enum program_verdict verdict = PROGRAM_NO_VERDICT;
	struct derive_cache cache;
	struct block_input input;

	derive_cache_init(&cache, cache_source);
	switch (
	    derive_next(r->source.arena, &input, &r->dispute.config, &r->parent, &inbox, &cache)) {
	case DERIVE_OK:
		verdict = execute(r, &input, block);
		break;
	case DERIVE_END:
		verdict = PROGRAM_NO_BLOCK;
		break;
	case DERIVE_FAILED:
		break;
	}
	derive_cache_free(&cache);
	return verdict;
}

static enum program_verdict judge(struct run *r, const struct arena_source *cache,
				  struct program_report *report)
{
	if (!read_dispute(r))
		return PROGRAM_NO_VERDICT;
	report->number = r->dispute.number;
	report->claimed = r->dispute.claimed;
	if (!read_parent(r))
		return PROGRAM_NO_VERDICT;
	if (r->dispute.number == 0 || r->parent.number != r->dispute.number - 1)
		return PROGRAM_NUMBER_WRONG;
	if (parent_is_genesis_of_another_chain(r))
		return PROGRAM_GENESIS_WRONG;
	r->inbox.entry_count = r->dispute.entry_count;
	program_ancestors_init(&r->ancestors, &r->source, r->parent.number, &r->parent_hash);
	return derive(r, cache, &report->block);
}

void program_run(struct arena *a, const struct arena_source *cache, const struct oracle *oracle,
		 struct program_report *report)
{
	struct run *r = ARENA_NEW(a, struct run);

	r->source = (struct program_source){ .arena = a, .oracle = oracle };
	r->inbox.source = &r->source;
	r->store = program_state_store(&r->source);
	r->crypto = program_crypto(&r->source);
	*report = (struct program_report){ 0 };
	report->verdict = judge(r, cache, report);
}
