/* chain_reader: reads the L2 chain from its database, beside the writer.  One
 * thread at a time; open one for each. */
#ifndef GAVEL_STORE_CHAIN_READER_H
#define GAVEL_STORE_CHAIN_READER_H

#include "store/chain.h"

struct chain_reader;

bool chain_reader_open(struct chain_reader **out, const char *path,
		       const struct rollup_config *config, char error[DATABASE_ERROR_SIZE]);
void chain_reader_close(struct chain_reader *reader);

/* Everything read between begin and end is of one moment.  May not nest. */
void chain_reader_begin(struct chain_reader *reader);
void chain_reader_end(struct chain_reader *reader);

struct chain_heads chain_reader_heads(struct chain_reader *reader);

struct stored_block {
	struct header header;
	struct hash32 hash;
	struct hash32 message_passer_storage_root;
	struct hash32 output_root;
	size_t size; /* bytes of the block's RLP, as eth_getBlock reports */
	const struct block_transaction *transactions; /* when asked for; receipts whole, with the
						       * fields that aren't encoded */
	size_t transaction_count;                     /* always set */
};

/* The link that entry `index` had when blocks were derived from it; those at the
 * safe head and below are from the entries that these links name.  False: none were
 * (yet). */
bool chain_reader_applied_link(struct chain_reader *reader, uint64_t index, struct hash32 *link);

/* False: there is no such block.  With `bodies`, transactions are decoded too.
 * All lies in `a`. */
bool chain_reader_block(struct chain_reader *reader, struct arena *a, uint64_t number, bool bodies,
			struct stored_block *block);
bool chain_reader_number_of(struct chain_reader *reader, const struct hash32 *block_hash,
			    uint64_t *number);
/* Where a transaction is, by its hash. */
bool chain_reader_find_transaction(struct chain_reader *reader, const struct hash32 *hash,
				   uint64_t *number, size_t *index);

/* The state after block `number`, read-only, loaded lazily into `a`.  NULL:
 * pruned, or no such block. */
struct state_trie *chain_reader_state(struct chain_reader *reader, struct arena *a,
				      uint64_t number);

/* The nodes and code of that state, for who opens it himself; they live in `a`
 * too.  False: pruned, or no such block. */
bool chain_reader_store(struct chain_reader *reader, struct arena *a, uint64_t number,
			struct state_store *store);

/* BLOCKHASH for calls on top of a block; valid as long as the reader. */
struct block_hash_source chain_reader_hashes(struct chain_reader *reader);

/* Blocks in [from, to] that may have logs of one of the addresses (none given:
 * any), in order, starting at from: writes up to `max` numbers. */
size_t chain_reader_log_blocks(struct chain_reader *reader, uint64_t from, uint64_t to,
			       const struct address *addresses, size_t address_count,
			       uint64_t *numbers, size_t max);

#endif
