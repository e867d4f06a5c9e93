/* pool_store: the pool on disk.  A transaction whose hash was returned survives
 * kill -9 and power failure: its row is committed first.  One thread writes, in
 * groups: whatever has gathered while the last commit was under way goes into
 * the next one. */
#ifndef GAVEL_SEQUENCER_POOL_STORE_H
#define GAVEL_SEQUENCER_POOL_STORE_H

#include "sequencer/pool.h"
#include "store/database.h"

struct pool_store;

/* Opens the file and starts the thread. */
bool pool_store_open(struct pool_store **out, const char *path, const char *owner,
		     char error[DATABASE_ERROR_SIZE]);
/* Writes what is queued, ends the thread. */
void pool_store_close(struct pool_store *store);

/* Everything that is on disk, in order of arrival, before the server starts.
 * `raw` dies with the call. */
void pool_store_load(struct pool_store *store,
		     void (*row)(void *context, uint64_t id, struct bytes raw), void *context);

/* Queues the row (a reference to `transaction` is kept until then; its `id` is
 * set before `done` is called), then calls `done` from the store's thread when
 * it is committed.  `done` may be NULL. */
void pool_store_add(struct pool_store *store, struct pool *pool,
		    struct pool_transaction *transaction, void (*done)(void *context),
		    void *context);

/* Queues the removal of a row; may be called before the row is written. */
void pool_store_remove(struct pool_store *store, struct pool *pool,
		       struct pool_transaction *transaction);

/* Removes rows by id (those found useless by pool_store_load()). */
void pool_store_remove_id(struct pool_store *store, uint64_t id);

/* Returns when all that was queued before is committed. */
void pool_store_flush(struct pool_store *store);

#endif
