/* lies: see lies.h. */
#include "tests/support/lies.h"

const struct address lie_thief = { { 0x7e, 0x1e, 0xf0 } };

/* What follows from a changed header. */
static void seal(struct arena *a, struct block *block)
{
	block->hash = header_hash(a, &block->header);
	block->output_root = output_root(&block->header.state_root,
					 &block->message_passer_storage_root, &block->hash);
}

static void give(struct state *s)
{
	struct u256 stolen = u256_from_u64(UINT64_MAX);

	state_add_balance(s, state_account(s, &lie_thief), &stolen);
}

static void falsify_slot(struct state *s, const struct lie *lie)
{
	struct state_slot *slot = state_slot(s, state_account(s, &lie->account), &lie->slot);
	struct u256 other = u256_from_u64(1);

	u256_add(&other, state_slot_current(slot), &other);
	state_slot_set(s, slot, &other);
}

/* Changes the state behind the block's back. */
static bool falsify_state(struct arena *a, const struct lie *lie, const struct state_store *store,
			  const struct state_sink *sink, struct block *block)
{
	struct state_trie *trie = state_trie_open(a, store, &block->header.state_root);
	struct state *s = state_new(a, state_trie_reader(trie));
	bool ok;

	if (lie->kind == LIE_STATE_ROOT)
		give(s);
	else
		falsify_slot(s, lie);
	block->header.state_root = state_trie_apply(trie, s, sink, &ok);
	seal(a, block);
	return ok;
}

static void drop_deposit(struct arena *a, struct block_input *input)
{
	struct message *kept = ARENA_ARRAY(a, struct message, input->message_count + 1);
	size_t count = 0;
	bool dropped = false;

	for (size_t i = 0; i < input->message_count; i++) {
		if (!dropped && input->messages[i].kind == MESSAGE_DEPOSIT)
			dropped = true;
		else
			kept[count++] = input->messages[i];
	}
	input->messages = kept;
	input->message_count = count;
}

bool lie_execute(struct arena *a, const struct lie *lie,
		 const struct block_environment *environment, const struct state_store *store,
		 const struct header *parent, const struct block_input *input,
		 const struct state_sink *sink, struct block *block)
{
	struct block_input less = *input;

	if (lie->kind == LIE_DROPPED_DEPOSIT)
		drop_deposit(a, &less);
	if (lie->kind == LIE_SKIPPED_TRANSACTION && less.transaction_count > 0)
		less.transaction_count--;
	if (!block_execute(a, environment, parent, &less, sink, block))
		return false;
	switch (lie->kind) {
	case LIE_NONE:
	case LIE_DROPPED_DEPOSIT:
	case LIE_SKIPPED_TRANSACTION:
		return true;
	case LIE_BLOCK_HASH:
		block->header.prev_randao.b[31] ^= 1;
		seal(a, block);
		return true;
	case LIE_STATE_ROOT:
	case LIE_STORAGE_SLOT:
		return falsify_state(a, lie, store, sink, block);
	}
	return false;
}
