/* chain_private: what chain.c, chain_reconcile.c and chain_reader.c share. */
#ifndef GAVEL_STORE_CHAIN_PRIVATE_H
#define GAVEL_STORE_CHAIN_PRIVATE_H

#include "base/native/arena_heap.h"
#include "rollup/native/read_ahead.h"
#include "store/chain.h"
#include "store/chain_reader.h"
#include "store/node_store.h"

struct chain {
	struct database *db;
	const struct rollup_config *config;
	struct chain_options options;
	struct chain_heads heads;
	uint64_t applied_entries;
	uint64_t kept_from; /* see chain_keep_from() */
	struct header head;
	struct hash32 head_hash;
	struct position position;
	struct hash32 queue_link; /* of the head's block */
	struct arena state_arena;
	struct node_view view;
	struct state_store store;
	struct state_trie *state;
	struct block_environment environment; /* of the block being built */
	bool entered;                         /* its transaction is its own */
	struct derive_cache cache;
	struct read_ahead *ahead;
	struct node_recent recent;
	struct node_batch batch;
	bool is_batching; /* nodes go into the batch: see chain_batch_begin() */
};

/* Schema and identity, which lies in `owner`. */
struct database_schema chain_schema(const struct rollup_config *config,
				    char owner[CONFIG_OWNER_SIZE]);

struct chain_heads chain_read_heads(struct database *db, uint64_t *applied_entries,
				    uint64_t *pruned);
void chain_write_heads(struct chain *chain);
/* When it is opened. */
void chain_load_kept_from(struct chain *chain);

/* The newest entry that is known to be applied, wholly or in part, and the
 * newest block up to it.  False: there is none. */
bool chain_last_applied(struct chain *chain, uint64_t *index, struct hash32 *link,
			uint64_t *last_block);
/* Forgets that entry `index`, the newest one, was applied. */
void chain_forget_applied(struct chain *chain, uint64_t index);

/* False: no such block. */
bool chain_read_header(struct database *db, uint64_t number, struct header *header,
		       struct hash32 *hash);
/* With bodies when asked for, see chain_reader_block(). */
bool chain_read_block(struct database *db, struct arena *a, uint64_t number, bool bodies,
		      struct stored_block *block);

/* The integer under which an address is indexed. */
uint64_t chain_index_prefix(const uint8_t *bytes);

/* Within a transaction if there is none yet; true: the caller must commit. */
bool chain_enter(struct chain *chain);
void chain_leave(struct chain *chain, bool commit);

/* Between them, within one database transaction, new nodes are stored together. */
void chain_batch_begin(struct chain *chain);
void chain_batch_end(struct chain *chain);

struct block_hash_source chain_hash_source(struct database *db);

#endif
