/* genesis: block 0, from the accounts that rollup.json lists. */
#include "rollup/native/config_file.h"

#include "crypto/keccak.h"
#include "rollup/block.h"

/* Below genesis there is nothing to read. */
static bool no_node(void *context, struct arena *a, struct bytes *rlp, const struct hash32 *owner,
		    struct trie_path path, const struct hash32 *hash)
{
	(void)context, (void)a, (void)rlp, (void)owner, (void)path, (void)hash;
	return false;
}

static bool no_code(void *context, struct arena *a, struct bytes *code, const struct hash32 *hash)
{
	(void)context, (void)a, (void)code, (void)hash;
	return false;
}

static void add_account(struct state *state, const struct genesis_account *genesis)
{
	struct state_account *account = state_account(state, &genesis->address);

	state_set_nonce(state, account, genesis->nonce);
	state_set_balance(state, account, &genesis->balance);
	if (genesis->code.len > 0)
		state_set_code(state, account, genesis->code);
	for (size_t i = 0; i < genesis->storage_count; i++) {
		struct u256 key = u256_from_be(genesis->storage[i].key.b, 32);

		state_slot_set(state, state_slot(state, account, &key), &genesis->storage[i].value);
	}
}

static bool build_state(struct arena *a, const struct rollup_config *config,
			const struct state_sink *sink, struct header *header)
{
	struct state_store *nothing = ARENA_NEW(a, struct state_store);
	struct state_trie *trie;
	struct state *state;
	bool ok = false;

	*nothing = (struct state_store){ .load_node = no_node, .load_code = no_code };
	trie = state_trie_open(a, nothing, &keccak_empty_trie);
	state = state_new(a, state_trie_reader(trie));
	state_begin_transaction(state);
	for (size_t i = 0; i < config->alloc_count; i++)
		add_account(state, &config->alloc[i]);
	state_end_transaction(state);
	header->state_root = state_trie_apply(trie, state, sink, &ok);
	return ok &&
	       state_trie_storage_root(trie, &predeploy_message_passer, &header->withdrawals_root);
}

bool genesis_build(struct arena *a, const struct rollup_config *config,
		   const struct state_sink *sink, struct header *header)
{
	/* Before the first entry; derive_next() goes on from here. */
	static const struct position start = { 0 };

	*header = (struct header){
		.ommers_hash = header_empty_ommers_hash,
		.coinbase = config->chain.fee_recipient,
		.transactions_root = keccak_empty_trie,
		.receipts_root = keccak_empty_trie,
		.gas_limit = config->chain.gas_limit,
		.timestamp = config->genesis_timestamp,
		.base_fee = config->genesis_base_fee,
		.requests_hash = header_empty_requests_hash,
	};
	position_encode(header, &start);
	return build_state(a, config, sink, header);
}
