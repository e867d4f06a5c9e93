/* test_chain: see test_chain.h. */
#include "tests/support/test_chain.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "rollup/native/compress.h"

static void need(bool fact, const char *what)
{
	if (fact)
		return;
	fprintf(stderr, "test_chain: %s\n", what);
	abort();
}

static struct chain *open_with(const char *path, const struct rollup_config *config,
			       const struct chain_options *options)
{
	char error[DATABASE_ERROR_SIZE];
	struct chain *chain;

	need(chain_open(&chain, path, config, options, error), "the chain can't be opened");
	return chain;
}

struct chain *test_chain_open(const char *path, const struct rollup_config *config,
			      size_t state_memory, uint64_t history)
{
	struct chain_options options = { .state_memory = state_memory, .history_window = history };

	return open_with(path, config, &options);
}

struct chain *test_verifier_open(const char *path, const struct rollup_config *config,
				 size_t state_memory)
{
	struct chain_options options = { .state_memory = state_memory, .headers_only = true };

	return open_with(path, config, &options);
}

struct chain_reader *test_chain_reader(const char *path, const struct rollup_config *config)
{
	char error[DATABASE_ERROR_SIZE];
	struct chain_reader *reader;

	need(chain_reader_open(&reader, path, config, error), "no reader can be opened");
	return reader;
}

struct block test_chain_build(struct chain *chain, struct arena *a, struct block_input *input,
			      uint64_t entry)
{
	const struct position *before = chain_head_position(chain);
	struct position position = { .entry = entry, .blocks_taken = 1 };
	struct hash32 link = *chain_head_queue_link(chain);
	struct block_builder *builder;
	struct block block;

	if (before->entry == entry && chain_heads(chain).latest > 0)
		position.blocks_taken = before->blocks_taken + 1;
	position.queue_next = before->queue_next + input->message_count;
	if (input->message_count)
		link = input->messages[input->message_count - 1].link;
	input->number = chain_head(chain)->number + 1;
	builder = chain_begin_block(chain, a, input);
	for (size_t i = 0; i < input->transaction_count; i++)
		(void)block_add_transaction(builder, &input->transactions[i]);
	chain_append(chain, builder, &position, &link, &block);
	return block;
}

static void payload_block(struct arena *a, const struct stored_block *block, uint64_t queue_before,
			  struct payload_block *out, uint64_t *queue_after)
{
	struct transaction *list = ARENA_ARRAY(a, struct transaction, block->transaction_count);
	struct position position;
	size_t count = 0;

	need(position_decode(&position, &block->header), "no position");
	for (size_t i = 0; i < block->transaction_count; i++)
		if (block->transactions[i].tx.type != TX_DEPOSIT)
			list[count++] = block->transactions[i].tx;
	*out = (struct payload_block){
		.timestamp = block->header.timestamp,
		.message_count = (uint32_t)(position.queue_next - queue_before),
		.transactions = list,
		.transaction_count = count,
	};
	*queue_after = position.queue_next;
}

struct bytes test_chain_payload(struct arena *a, struct chain_reader *reader,
				const struct rollup_config *config, uint64_t first, uint64_t last)
{
	size_t count = (size_t)(last - first + 1);
	struct payload_block *blocks = ARENA_ARRAY(a, struct payload_block, count);
	struct payload payload = { blocks, count };
	struct bytes out = { NULL, 0 };
	struct stored_block block;
	struct position position;
	uint64_t queue;

	need(chain_reader_block(reader, a, first - 1, false, &block) &&
		 position_decode(&position, &block.header),
	     "no block before the first one");
	queue = position.queue_next;
	for (size_t i = 0; i < count; i++) {
		need(chain_reader_block(reader, a, first + i, true, &block), "a block is missing");
		payload_block(a, &block, queue, &blocks[i], &queue);
	}
	if (!payload_compress(a, &payload, config->chain.chain_id, 1, &out))
		return bytes_of(NULL, 0);
	return out;
}

static bool same_receipt(struct arena *a, const struct receipt *x, const struct receipt *y)
{
	return bytes_eq(receipt_encode(a, x), receipt_encode(a, y)) && x->gas_used == y->gas_used &&
	       u256_eq(&x->effective_gas_price, &y->effective_gas_price) &&
	       address_eq(&x->contract_address, &y->contract_address) &&
	       x->deposit_nonce == y->deposit_nonce;
}

static bool same_transactions(struct arena *a, const struct stored_block *stored,
			      const struct block *block)
{
	if (stored->transaction_count != block->transaction_count)
		return false;
	for (size_t i = 0; i < block->transaction_count; i++) {
		const struct block_transaction *x = &stored->transactions[i];
		const struct block_transaction *y = &block->transactions[i];

		if (!bytes_eq(x->raw, y->raw) || !hash32_eq(&x->tx.hash, &y->tx.hash) ||
		    !address_eq(&x->tx.from, &y->tx.from) || !x->tx.has_from ||
		    !same_receipt(a, &x->receipt, &y->receipt))
			return false;
	}
	return true;
}

bool test_chain_has(struct chain_reader *reader, const struct block *block)
{
	struct stored_block stored;
	uint64_t number, found;
	struct hash32 hash;
	struct arena a;
	size_t place;
	bool same;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	same =
	    chain_reader_block(reader, &a, block->header.number, true, &stored) &&
	    hash32_eq(&stored.hash, &block->hash) &&
	    hash32_eq(&stored.output_root, &block->output_root) &&
	    hash32_eq(&stored.message_passer_storage_root, &block->message_passer_storage_root) &&
	    same_transactions(&a, &stored, block) &&
	    chain_reader_number_of(reader, &block->hash, &number) && number == block->header.number;
	hash = header_hash(&a, &stored.header);
	same = same && hash32_eq(&hash, &block->hash);
	for (size_t i = 0; same && i < block->transaction_count; i++)
		same = chain_reader_find_transaction(reader, &block->transactions[i].tx.hash,
						     &found, &place) &&
		       found == number && place == i;
	arena_free(&a);
	return same;
}

/* ---- states ---- */

struct text {
	char *data;
	size_t len, capacity;
};

static void add_text(struct text *t, const char *name, struct bytes value)
{
	char hex[256];

	need(value.len < 120 && t->len + 400 < t->capacity, "too much text");
	t->len += (size_t)sprintf(t->data + t->len, "%s=%s\n", name, hex_encode(hex, value));
}

/* The proven value under `place`; false: the proof is none. */
static bool prove(struct text *t, const char *name, const struct hash32 *root,
		  const struct hash32 *place, const struct bytes *nodes, size_t count,
		  struct bytes *value)
{
	enum trie_err err;

	*value = bytes_of(NULL, 0);
	if (count == 0) {
		add_text(t, name, *value);
		return hash32_eq(root, &keccak_empty_trie);
	}
	err = trie_verify(root, bytes_of_hash(place), nodes, count, value);
	add_text(t, name, *value);
	return err == TRIE_OK || err == TRIE_ABSENT;
}

static bool prove_account(struct text *t, struct arena *a, struct state_trie *state,
			  const struct hash32 *root, const struct address *address,
			  struct bytes *value)
{
	struct hash32 place = keccak256(bytes_of_address(address));
	const struct bytes *nodes;
	size_t count;

	return state_trie_prove_account(state, a, address, &nodes, &count) == TRIE_OK &&
	       prove(t, "account", root, &place, nodes, count, value);
}

static bool prove_slot(struct text *t, struct arena *a, struct state_trie *state,
		       const struct hash32 *root, uint64_t slot)
{
	struct hash32 key = { { 0 } }, place;
	const struct bytes *nodes;
	struct bytes value;
	size_t count;

	be64_store(key.b + 24, slot);
	place = keccak256(bytes_of_hash(&key));
	return state_trie_prove_storage(state, a, &world_keeper, &key, &nodes, &count) == TRIE_OK &&
	       prove(t, "slot", root, &place, nodes, count, &value);
}

const char *test_chain_state(struct arena *a, struct chain_reader *reader, uint64_t number,
			     uint64_t slots)
{
	struct state_trie *state = chain_reader_state(reader, a, number);
	struct stored_block block;
	struct account keeper;
	struct bytes value;
	struct text t = { .capacity = 32768 };
	bool proven = true;

	if (!state || !chain_reader_block(reader, a, number, false, &block))
		return NULL;
	t.data = arena_alloc(a, t.capacity);
	for (unsigned i = 0; i < WORLD_SENDERS && proven; i++) {
		struct address sender = world_sender(i);

		proven = prove_account(&t, a, state, &block.header.state_root, &sender, &value);
	}
	proven = proven &&
		 prove_account(&t, a, state, &block.header.state_root, &world_keeper, &value) &&
		 account_decode(&keeper, value);
	for (uint64_t i = 0; i < slots && proven; i++)
		proven = prove_slot(&t, a, state, &keeper.storage_root, i);
	need(proven, "a state that is given out does not prove itself");
	return t.data;
}
