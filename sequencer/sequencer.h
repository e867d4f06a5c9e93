/* sequencer: what the parts of gavel-sequencer share.
 *
 * Threads, each the only writer of its database:
 *   HTTP and RPC workers   read everything, add to the pool
 *   pool store             pool.db        (pool_store.h)
 *   builder                chain.db       (builder.h): blocks, and L1's word on them
 *   L1 watcher             inbox.db       (net/l1_thread.h)
 *   batcher                l1.db          (batcher.h): batches and L1 transactions
 *   proposer               propose.db     (proposer.h): claims of output roots
 */
#ifndef GAVEL_SEQUENCER_SEQUENCER_H
#define GAVEL_SEQUENCER_SEQUENCER_H

#include <stdatomic.h>

#include "rollup/native/config_file.h"
#include "sequencer/clock_watch.h"
#include "sequencer/options.h"
#include "sequencer/pool.h"
#include "sequencer/pool_store.h"
#include "sequencer/post_watch.h"
#include "sequencer/safe_lag.h"
#include "store/chain_reader.h"

struct builder;
struct batcher;
struct proposer;
struct l1_thread;
struct reader_set;

struct sequencer {
	const struct options *options;
	struct rollup_config config;
	char owner[CONFIG_OWNER_SIZE]; /* what our databases are bound to */
	struct pool *pool;
	struct pool_store *pool_store;
	struct reader_set *readers; /* chain and inbox readers for RPC threads */
	struct builder *builder;
	struct batcher *batcher;
	struct proposer *proposer; /* NULL: nothing is claimed */
	atomic_bool stop;

	struct l1_thread *l1;      /* reads L1; l1_thread_status() is for anyone */
	struct clock_watch clock;  /* the builder looks */
	struct safe_lag safe_lag;  /* the same */
	struct notice inbox;       /* the builder says what inbox.db lacks */
	struct notice catching_up; /* and that it derives what has long been on L1 */
	struct post_watch posting; /* the batcher looks */
};

/* The path of a database in the data directory. */
#define SEQUENCER_PATH_SIZE 4096
char *sequencer_path(const struct sequencer *s, const char *file, char out[SEQUENCER_PATH_SIZE]);

#endif
