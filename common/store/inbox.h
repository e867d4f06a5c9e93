/* inbox: what L1 says, kept in a database: queue messages and entries with
 * their payloads, by L1 block, so that an L1 reorg can take them back.  One
 * writer (net/l1_watcher); readers derive from it.
 *
 * Links are checked as they are written: a message or entry that does not fit
 * the hash chain is refused, so whatever is in here hangs together. */
#ifndef GAVEL_STORE_INBOX_H
#define GAVEL_STORE_INBOX_H

#include "rollup/derive.h"
#include "store/database.h"

struct inbox;

/* `owner`: as config_owner(). */
bool inbox_open(struct inbox **out, const char *path, const char *owner,
		char error[DATABASE_ERROR_SIZE]);
bool inbox_open_reader(struct inbox **out, const char *path, const char *owner,
		       char error[DATABASE_ERROR_SIZE]);
void inbox_close(struct inbox *inbox);
struct database *inbox_database(struct inbox *inbox);

struct inbox_l1_block {
	uint64_t number;
	struct hash32 hash;
	struct hash32 parent_hash;
	uint64_t timestamp; /* seconds */
};

/* ---- the writer; all within one database_begin() ... database_commit() ---- */

/* The L1 block up to which everything is read, and the final one.  Zero number
 * and hash: nothing was read yet. */
void inbox_set_l1_head(struct inbox *inbox, const struct inbox_l1_block *block);
void inbox_set_l1_finalized(struct inbox *inbox, uint64_t number);
/* Remembers a block that may yet be reorganised away; those below `keep_from`
 * are forgotten. */
void inbox_add_l1_block(struct inbox *inbox, const struct inbox_l1_block *block,
			uint64_t keep_from);
/* Forgets everything from L1 blocks above `number`. */
void inbox_undo_above(struct inbox *inbox, uint64_t number);

/* False: it does not continue the queue (index or link).  `deposit_hash` is the
 * L2 hash that OP Stack libraries compute for the deposit from its L1 log
 * (viem's getL2TransactionHashes); NULL for other messages. */
bool inbox_add_message(struct inbox *inbox, uint64_t index, const struct hash32 *link,
		       struct bytes raw, uint64_t l1_number, const struct hash32 *deposit_hash);
/* False: it does not continue the list of entries, or its range or queue link
 * does not fit the queue. */
bool inbox_add_entry(struct inbox *inbox, uint64_t index, const struct hash32 *link,
		     const struct entry *entry, struct bytes payload);

/* ---- readers (and the writer) ---- */

/* False: nothing was read yet. */
bool inbox_l1_head(struct inbox *inbox, struct inbox_l1_block *block);
uint64_t inbox_l1_finalized(struct inbox *inbox);
/* A remembered block. */
bool inbox_l1_block(struct inbox *inbox, uint64_t number, struct inbox_l1_block *block);

uint64_t inbox_message_count(struct inbox *inbox);
uint64_t inbox_entry_count(struct inbox *inbox);
/* How many entries are in final L1 blocks. */
uint64_t inbox_final_entry_count(struct inbox *inbox);

/* The raw bytes lie in `a`.  False: there is none. */
bool inbox_message(struct inbox *inbox, struct arena *a, uint64_t index, struct bytes *raw,
		   struct hash32 *link);
/* Zero hash for count 0; false: not that many. */
bool inbox_message_link(struct inbox *inbox, uint64_t count, struct hash32 *link);
/* Seconds: L1 time at which message `index` was queued is not kept; its L1
 * block number is. */
bool inbox_message_l1_number(struct inbox *inbox, uint64_t index, uint64_t *number);
bool inbox_entry(struct inbox *inbox, uint64_t index, struct entry *entry, struct hash32 *link);
/* L1 timestamp of the newest attributes in the queue; 0: there are none. */
uint64_t inbox_attributes_time(struct inbox *inbox);
/* The message whose deposit has this OP Stack hash. */
bool inbox_find_deposit(struct inbox *inbox, const struct hash32 *deposit_hash, uint64_t *index);

/* As derive.h wants it; valid as long as `inbox`.  The horizon is
 * `entry_count` (UINT64_MAX: all there are). */
struct inbox_horizon {
	struct inbox *inbox;
	uint64_t entry_count;
};
struct inbox_source inbox_source_of(struct inbox_horizon *horizon);

#endif
