/* transaction_index: in which block a transaction is, by 8 bytes of its hash;
 * the block knows the rest, and tells two apart that begin alike.
 *
 * Hashes fall anywhere in a table that is ordered by them, so each row that is
 * put in dirties a page of its own.  Rows of the newest blocks therefore gather
 * in a small table, and go over in order, many to a page, every 16 blocks. */
#ifndef GAVEL_STORE_TRANSACTION_INDEX_H
#define GAVEL_STORE_TRANSACTION_INDEX_H

#include "rollup/block.h"
#include "store/database.h"

/* Part of the chain's schema. */
#define TRANSACTION_INDEX_SQL                                                                      \
	"CREATE TABLE transaction_index(prefix INTEGER NOT NULL, number INTEGER NOT NULL,"         \
	"  place INTEGER NOT NULL, PRIMARY KEY(prefix, number, place)) WITHOUT ROWID;"             \
	"CREATE TABLE transaction_recent(prefix INTEGER NOT NULL, number INTEGER NOT NULL,"        \
	"  place INTEGER NOT NULL, PRIMARY KEY(prefix, number, place)) WITHOUT ROWID;"

/* Within a database transaction: the block's transactions, in their order. */
void transaction_index_add(struct database *db, uint64_t number,
			   const struct block_transaction *transactions, size_t count);
void transaction_index_remove(struct database *db, uint64_t number,
			      const struct block_transaction *transactions, size_t count);

/* Each place (block and index) where a transaction with this hash may be; until
 * `is_it` says so.  True: it did, and `*number` and `*index` are that place. */
bool transaction_index_find(struct database *db, const struct hash32 *hash, uint64_t *number,
			    size_t *index,
			    bool (*is_it)(void *context, uint64_t number, size_t index),
			    void *context);

#endif
