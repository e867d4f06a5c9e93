/* block: executes a block.  The sequencer's builder, the verifier and the
 * fault-proof program all come through here (DESIGN.md sections 1 and 4).
 * Core. */
#ifndef GAVEL_ROLLUP_BLOCK_H
#define GAVEL_ROLLUP_BLOCK_H

#include "evm/execute.h"
#include "evm/state_trie.h"
#include "rollup/derive.h"

/* Predeploys that the rules know (OP Stack addresses). */
extern const struct address predeploy_message_passer; /* 0x4200..16 */
extern const struct address predeploy_l1_block;       /* 0x4200..15 */

/* BLOCKHASH before this block: see struct block_context. */
struct block_hash_source {
	void *context;
	bool (*block_hash)(void *context, uint64_t number, struct hash32 *hash);
};

/* Everything that a block is executed with; all of it outlives the block. */
struct block_environment {
	const struct chain_config *config;
	const struct crypto *crypto;
	struct state_trie *state;        /* at the parent's state root */
	struct block_hash_source hashes; /* of the parent and older blocks */
	const struct evm_tracer *tracer; /* or NULL */
};

struct block_transaction {
	struct transaction tx; /* with sender and hash */
	struct bytes raw;      /* as in the transactions trie */
	struct receipt receipt;
};

/* An executed block; everything lies in the arena of its builder. */
struct block {
	struct header header;
	struct hash32 hash;
	const struct block_transaction *transactions; /* messages' deposits first */
	size_t transaction_count;
	struct hash32 message_passer_storage_root;
	struct hash32 output_root; /* OP Stack version 0 */
};

struct block_builder;

/* Starts the block after `parent`: header fields, EIP-2935 system call, then
 * the messages of `input` (its transactions are not looked at).  Everything is
 * allocated from `a`. */
struct block_builder *block_begin(struct arena *a, const struct block_environment *environment,
				  const struct header *parent, const struct block_input *input);

/* Executes one more transaction if it is valid here; otherwise nothing happens
 * and the answer says why (it is skipped, DESIGN.md section 5).  Recovers the
 * sender unless tx->has_from.  `tx` is copied, what it points to must outlive
 * the block. */
enum tx_err block_add_transaction(struct block_builder *b, const struct transaction *tx);

/* Gas that is left, and what was used so far. */
uint64_t block_gas_left(const struct block_builder *b);
size_t block_transaction_count(const struct block_builder *b);
/* Nonce and balance as they are within the unfinished block, for the builder's
 * choice of transactions. */
uint64_t block_account_nonce(struct block_builder *b, const struct address *address);
/* The receipt of transaction `index` so far. */
const struct block_transaction *block_transaction_at(const struct block_builder *b, size_t index);

/* The accounts that the block has changed so far, as they are now (see
 * state_each_changed_account()): all of the block's, between its last
 * transaction and block_finish(), and none after that. */
void block_each_changed_account(const struct block_builder *b, void *context,
				void (*visit)(void *context, const struct address *address,
					      const struct account *account));

/* Roots and header.  `position` says where the inbox stands after it (the
 * sequencer's builder knows it only now).  New nodes go to `sink` (may be
 * NULL).  False: the state's source failed; nothing may be kept. */
bool block_finish(struct block_builder *b, const struct position *position,
		  const struct state_sink *sink, struct block *block);

/* begin, every transaction, finish: the block that follows from `input`. */
bool block_execute(struct arena *a, const struct block_environment *environment,
		   const struct header *parent, const struct block_input *input,
		   const struct state_sink *sink, struct block *block);

/* keccak256(bytes32(0) || stateRoot || messagePasserStorageRoot || blockHash):
 * OP Stack output root, version 0. */
struct hash32 output_root(const struct hash32 *state_root,
			  const struct hash32 *message_passer_storage_root,
			  const struct hash32 *block_hash);

/* What the context of a call on top of `header` (eth_call and friends) is. */
void block_context_of(struct block_context *context, const struct chain_config *config,
		      const struct header *header, const struct block_hash_source *hashes);

#endif
