/* chain: the L2 chain in its database: blocks, receipts, logs and every trie
 * node of the states that are still kept.  This is the writing side, of one
 * thread; chain_reader.h is for everybody else.
 *
 * The sequencer appends blocks of its own making (unsafe); chain_reconcile()
 * brings the chain in line with the inbox, in the verifier as in the sequencer:
 * what L1 confirms becomes safe, what it contradicts is rolled back and
 * replaced by what L1 says. */
#ifndef GAVEL_STORE_CHAIN_H
#define GAVEL_STORE_CHAIN_H

#include "rollup/block.h"
#include "rollup/native/config_file.h"
#include "store/database.h"
#include "store/inbox.h"

struct chain;

struct chain_options {
	size_t state_memory;     /* bytes of trie nodes to keep in memory; 0: 256 MiB */
	uint64_t history_window; /* seconds for which old states stay provable, at least until
				  * their block is final on L1, and from chain_keep_from()'s block
				  * on; 0: 14 days */
	bool headers_only;       /* transactions, receipts and their indexes are not stored: for who
				  * answers for roots and states alone */
};

/* Block numbers; safe and finalized are 0 (genesis) at first. */
struct chain_heads {
	uint64_t latest;
	uint64_t safe;
	uint64_t finalized;
};

/* Opens, and writes genesis into an empty file.  One whose head was stored with
 * headers_only is refused without it.  What `config` points to must outlive the
 * chain. */
bool chain_open(struct chain **out, const char *path, const struct rollup_config *config,
		const struct chain_options *options, char error[DATABASE_ERROR_SIZE]);
void chain_close(struct chain *chain);

struct chain_heads chain_heads(const struct chain *chain);
const struct header *chain_head(const struct chain *chain);
const struct hash32 *chain_head_hash(const struct chain *chain);
/* Where the inbox stands after the head. */
const struct position *chain_head_position(const struct chain *chain);
/* The link of the last message that the chain has consumed (zero: none yet).
 * Whoever reads further messages makes sure that they continue this one. */
const struct hash32 *chain_head_queue_link(const struct chain *chain);

/* An account at the head.  False: there is none. */
bool chain_account(struct chain *chain, const struct address *address, struct account *account);

/* Starts a block on the head (see block_begin()); `a` is reset by the caller
 * after chain_append() or chain_abandon().  One at a time. */
struct block_builder *chain_begin_block(struct chain *chain, struct arena *a,
					const struct block_input *input);
/* Finishes the block and commits it as the new head: durable when it returns.
 * `queue_link` is the link of the last message that the chain has now consumed
 * (zero for none). */
void chain_append(struct chain *chain, struct block_builder *builder,
		  const struct position *position, const struct hash32 *queue_link,
		  struct block *block);
/* Throws an unfinished block away. */
void chain_abandon(struct chain *chain, struct block_builder *builder);

/* The transactions of blocks that are no more (deposits are not reported), in
 * the order of the chain. */
struct chain_dropped {
	void *context;
	void (*transaction)(void *context, const struct transaction *tx, struct bytes raw);
	/* After the last one of a rollback, before it is committed: whoever wants to
	 * keep them has them on disk when this returns, so that a crash loses none. */
	void (*done)(void *context);
};

/* Makes block `number`, which must not be below the finalized one, the head
 * again.  `dropped` may be NULL. */
void chain_rollback(struct chain *chain, uint64_t number, const struct chain_dropped *dropped);

enum reconcile_result {
	RECONCILE_UNCHANGED,   /* nothing new on L1 */
	RECONCILE_CONFIRMED,   /* blocks became safe or final; the head is as before */
	RECONCILE_EXTENDED,    /* blocks came from L1, on top of the head */
	RECONCILE_REORGANISED, /* blocks were rolled back */
	RECONCILE_FAILED,      /* the inbox lied or lacks something: try again later */
};

/* For RECONCILE_FAILED, with the number of the safe head: what is wrong and to be done. */
#define RECONCILE_FAILED_TEXT                                                                      \
	"inbox.db lacks something behind block %llu, and nothing more becomes safe. Unless it "    \
	"comes from L1 soon: stop, remove inbox.db* from the data directory, and start again: it " \
	"is read anew from L1"

/* Brings the chain in line with `inbox`, at most `max_blocks` blocks a call (0:
 * all); `*more` (may be NULL): call again at once. */
enum reconcile_result chain_reconcile(struct chain *chain, struct inbox *inbox, size_t max_blocks,
				      const struct chain_dropped *dropped, bool *more);

/* Entries whose blocks are all in the chain as safe. */
uint64_t chain_applied_entries(const struct chain *chain);

/* The states from `block` on are kept, whatever their age: games on L1 may be
 * about what comes after it.  Stored, so that it holds after a restart, too; 0, until
 * it is said.  UINT64_MAX where rollup.json names no dispute game factory: nobody
 * says it then, and age alone counts. */
void chain_keep_from(struct chain *chain, uint64_t block);
/* The first block whose state was not pruned. */
uint64_t chain_oldest_state(const struct chain *chain);

/* Removes trie nodes that no state within the history needs; at most
 * `max_blocks` blocks' worth a call.  It ends now, in seconds: by this machine's
 * `clock` and by L1's newest block (0: not known), whichever is earlier, for either
 * may be wrong, and what is gone is gone. */
void chain_prune(struct chain *chain, uint64_t clock, uint64_t l1_time, size_t max_blocks);

#endif
