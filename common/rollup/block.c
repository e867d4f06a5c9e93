/* block: from a parent and an input to a header.  The order of things in a
 * block is Ethereum's, with the messages' deposits before all transactions
 * (DESIGN.md section 4). */
#include "rollup/block.h"

#include "crypto/keccak.h"

/* EIP-2935: HISTORY_STORAGE_ADDRESS. */
static const struct address history_storage = { { 0x00, 0x00, 0xf9, 0x08, 0x27, 0xf1, 0xc5,
						  0x3a, 0x10, 0xcb, 0x7a, 0x02, 0x33, 0x5b,
						  0x17, 0x53, 0x20, 0x00, 0x29, 0x35 } };

struct block_builder {
	struct arena *arena;
	const struct block_environment *environment;
	struct header header; /* as far as it is known */
	struct block_context context;
	struct state *state;
	struct evm *evm;
	uint64_t gas_used;
	struct block_transaction *transactions;
	size_t count;
	size_t capacity;
};

struct hash32 output_root(const struct hash32 *state_root,
			  const struct hash32 *message_passer_storage_root,
			  const struct hash32 *block_hash)
{
	struct hash32 parts[4] = {
		{ { 0 } }, *state_root, *message_passer_storage_root, *block_hash
	};

	return keccak256(bytes_of(parts, sizeof(parts)));
}

void block_context_of(struct block_context *context, const struct chain_config *config,
		      const struct header *header, const struct block_hash_source *hashes)
{
	*context = (struct block_context){
		.revision = config->revision,
		.chain_id = config->chain_id,
		.coinbase = header->coinbase,
		.number = header->number,
		.timestamp = header->timestamp,
		.gas_limit = header->gas_limit,
		.prev_randao = header->prev_randao,
		.base_fee = header->base_fee,
		/* EIP-4844's minimum: there never are blobs here. */
		.blob_base_fee = u256_from_u64(1),
		.block_hash = hashes->block_hash,
		.block_hash_context = hashes->context,
		.base_fee_recipient = &config->base_fee_recipient,
		.precompile_caps = { PRECOMPILE_GAS_CAP, PRECOMPILE_INPUT_CAP },
	};
}

/* Of the last attributes message in `input`, else the parent's. */
static struct hash32 prev_randao_of(const struct header *parent, const struct block_input *input)
{
	for (size_t i = input->message_count; i-- > 0;) {
		if (input->messages[i].kind == MESSAGE_ATTRIBUTES)
			return input->messages[i].attributes.prev_randao;
	}
	return parent->prev_randao;
}

/* What is known before anything is executed; the rest is zero. */
static void header_begin(struct block_builder *b, const struct header *parent,
			 const struct block_input *input)
{
	const struct chain_config *config = b->environment->config;
	struct header *h = &b->header;

	h->parent_hash = header_hash(b->arena, parent);
	h->ommers_hash = header_empty_ommers_hash;
	h->coinbase = config->fee_recipient;
	h->number = input->number;
	h->gas_limit = config->gas_limit;
	h->timestamp = input->timestamp;
	h->prev_randao = prev_randao_of(parent, input);
	h->base_fee = header_next_base_fee(parent);
	h->requests_hash = header_empty_requests_hash;
}

static struct block_transaction *new_transaction(struct block_builder *b)
{
	if (b->count == b->capacity) {
		size_t size = b->capacity * sizeof(*b->transactions);

		b->transactions = arena_grow(b->arena, b->transactions, size, 2 * size);
		b->capacity *= 2;
	}
	return &b->transactions[b->count];
}

static void receipt_fill(struct receipt *receipt, const struct transaction *tx,
			 const struct tx_result *result, uint64_t cumulative_gas)
{
	*receipt = (struct receipt){
		.type = tx->type,
		.success = result->success,
		.cumulative_gas_used = cumulative_gas,
		.gas_used = result->gas_used,
		.logs = result->logs,
		.log_count = result->log_count,
		.deposit_nonce = tx->type == TX_DEPOSIT ? result->sender_nonce : 0,
		.effective_gas_price = result->effective_gas_price,
	};
	if (tx->is_creation)
		receipt->contract_address = result->created;
	bloom_add_logs(&receipt->bloom, result->logs, result->log_count);
}

/* Executes `tx`, whose sender is known, and keeps it if it is valid. */
static enum tx_err add(struct block_builder *b, const struct transaction *tx)
{
	struct block_transaction *added;
	struct tx_result result;
	enum tx_err err;

	err = tx_execute(b->evm, tx, block_gas_left(b), TX_EXECUTE, &result);
	if (err != TX_OK)
		return err;
	added = new_transaction(b);
	b->gas_used += result.gas_used;
	added->tx = *tx;
	added->raw = tx_bytes(b->arena, tx);
	receipt_fill(&added->receipt, tx, &result, b->gas_used);
	b->count++;
	return TX_OK;
}

/* A deposit is valid wherever its gas fits, and derive_next() gives a block no
 * more messages than fit; one that doesn't would leave no trace. */
static void add_messages(struct block_builder *b, const struct block_input *input)
{
	for (size_t i = 0; i < input->message_count; i++) {
		struct transaction tx;

		if (message_transaction(b->arena, b->environment->config, &input->messages[i], &tx))
			(void)add(b, &tx);
	}
}

struct block_builder *block_begin(struct arena *a, const struct block_environment *environment,
				  const struct header *parent, const struct block_input *input)
{
	struct block_builder *b = ARENA_NEW(a, struct block_builder);

	b->arena = a;
	b->environment = environment;
	b->capacity = 16;
	b->transactions = arena_alloc(a, b->capacity * sizeof(*b->transactions));
	header_begin(b, parent, input);
	block_context_of(&b->context, environment->config, &b->header, &environment->hashes);
	b->state = state_new(a, state_trie_reader(environment->state));
	b->evm = evm_new(a, b->state, &b->context, environment->crypto, environment->tracer);
	if (environment->config->revision >= EVM_PRAGUE)
		evm_system_call(b->evm, &history_storage, bytes_of_hash(&b->header.parent_hash));
	add_messages(b, input);
	return b;
}

enum tx_err block_add_transaction(struct block_builder *b, const struct transaction *tx)
{
	struct transaction with_sender;

	if (tx->type == TX_BLOB)
		return TX_BLOB_REFUSED;
	if (tx->type == TX_DEPOSIT) /* only a message makes one */
		return TX_TYPE_NOT_SUPPORTED;
	if (tx->has_from)
		return add(b, tx);
	with_sender = *tx;
	if (!tx_recover(b->environment->crypto, b->arena, &with_sender))
		return TX_NO_SENDER;
	with_sender.has_from = true;
	return add(b, &with_sender);
}

uint64_t block_gas_left(const struct block_builder *b)
{
	return b->header.gas_limit - b->gas_used;
}

size_t block_transaction_count(const struct block_builder *b)
{
	return b->count;
}

uint64_t block_account_nonce(struct block_builder *b, const struct address *address)
{
	return state_nonce(state_account(b->state, address));
}

const struct block_transaction *block_transaction_at(const struct block_builder *b, size_t index)
{
	return &b->transactions[index];
}

void block_each_changed_account(const struct block_builder *b, void *context,
				void (*visit)(void *context, const struct address *address,
					      const struct account *account))
{
	state_each_changed_account(b->state, context, visit);
}

static void header_add_transactions(struct block_builder *b)
{
	struct bytes *raw = ARENA_ARRAY(b->arena, struct bytes, b->count);
	struct bytes *receipts = ARENA_ARRAY(b->arena, struct bytes, b->count);

	for (size_t i = 0; i < b->count; i++) {
		raw[i] = b->transactions[i].raw;
		receipts[i] = receipt_encode(b->arena, &b->transactions[i].receipt);
		bloom_merge(&b->header.logs_bloom, &b->transactions[i].receipt.bloom);
	}
	b->header.transactions_root = trie_list_root(b->arena, raw, b->count);
	b->header.receipts_root = trie_list_root(b->arena, receipts, b->count);
	b->header.gas_used = b->gas_used;
}

static bool header_add_state(struct block_builder *b, const struct state_sink *sink)
{
	struct state_trie *trie = b->environment->state;
	bool ok = false;

	b->header.state_root = state_trie_apply(trie, b->state, sink, &ok);
	return ok &&
	       state_trie_storage_root(trie, &predeploy_message_passer,
				       &b->header.withdrawals_root) &&
	       !state_failed(b->state);
}

bool block_finish(struct block_builder *b, const struct position *position,
		  const struct state_sink *sink, struct block *block)
{
	if (state_failed(b->state))
		return false;
	if (!header_add_state(b, sink))
		return false;
	header_add_transactions(b);
	position_encode(&b->header, position);
	block->header = b->header;
	block->hash = header_hash(b->arena, &b->header);
	block->transactions = b->transactions;
	block->transaction_count = b->count;
	block->message_passer_storage_root = b->header.withdrawals_root;
	block->output_root =
	    output_root(&b->header.state_root, &b->header.withdrawals_root, &block->hash);
	return true;
}

bool block_execute(struct arena *a, const struct block_environment *environment,
		   const struct header *parent, const struct block_input *input,
		   const struct state_sink *sink, struct block *block)
{
	struct block_builder *b = block_begin(a, environment, parent, input);

	for (size_t i = 0; i < input->transaction_count; i++)
		(void)block_add_transaction(b, &input->transactions[i]);
	return block_finish(b, &input->position, sink, block);
}
