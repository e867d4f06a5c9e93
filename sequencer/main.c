/* gavel-sequencer: takes transactions, orders them, and posts them to L1.
 *
 * A guided tour: a transaction comes in by rpc_submit.c, waits in pool.c and
 * on disk by pool_store.c; builder.c puts it into a block, through common/
 * rollup/block.h, and the block into chain.db; open_batch.c decides when enough
 * blocks have gathered; batcher.c posts them.  net/l1_thread.c reads L1, and
 * chain_reconcile() in builder.c believes L1 rather than ourselves. */
#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "base/native/memory.h"
#include "net/l1_thread.h"
#include "net/service.h"
#include "sequencer/batcher.h"
#include "sequencer/builder.h"
#include "sequencer/proposer.h"
#include "sequencer/readers.h"
#include "sequencer/rpc.h"

/* ---- the pool at start ---- */

/* Takes stored transactions back; their accounts are read from the chain. */
struct pool_loading {
	struct sequencer *s;
	struct chain_reader *reader;
	size_t kept, dropped;
	bool unreadable; /* an account can't be read: nothing more is taken, or removed */
};

static bool set_account(struct pool_loading *l, const struct address *address)
{
	struct pool_head head = pool_head(l->s->pool);
	struct account account = { 0 };
	struct state_trie *state;
	struct arena a;
	bool exists = false, known;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	state = chain_reader_state(l->reader, &a, head.number);
	if (state) {
		const struct state_reader *reader = state_trie_reader(state);

		known = reader->account(reader->context, address, &account, &exists);
		if (!exists)
			account = (struct account){ 0 };
	} else {
		known = false;
	}
	if (known)
		pool_set_account(l->s->pool, head, address, account.nonce, &account.balance);
	arena_free(&a);
	return known;
}

static enum pool_result take_back(struct pool_loading *l, struct pool_transaction *t, uint64_t id,
				  char error[POOL_ERROR_SIZE])
{
	struct pool_transaction *replaced = NULL;
	enum pool_result result;

	t->id = id;
	t->was_accepted = true;
	result = pool_add(l->s->pool, t, &replaced, error);
	if (result == POOL_NEED_ACCOUNT && set_account(l, &t->tx.from))
		result = pool_add(l->s->pool, t, &replaced, error);
	if (replaced) {
		pool_store_remove(l->s->pool_store, l->s->pool, replaced);
		pool_release(l->s->pool, replaced);
	}
	return result;
}

static void load_row(void *context, uint64_t id, struct bytes raw)
{
	struct pool_loading *l = context;
	char error[POOL_ERROR_SIZE];
	struct pool_transaction *t;
	enum pool_result result = POOL_REFUSED;

	if (l->unreadable)
		return;
	t = pool_prepare(l->s->pool, raw, error);
	if (t) {
		result = take_back(l, t, id, error);
		pool_release(l->s->pool, t);
	}
	l->unreadable = result == POOL_NEED_ACCOUNT;
	if (l->unreadable)
		return;
	if (result == POOL_ADDED || result == POOL_REPLACED) {
		l->kept++;
		return;
	}
	/* Mostly: it is in a block already. */
	l->dropped++;
	pool_store_remove_id(l->s->pool_store, id);
}

static void drop_from_disk(void *context, struct pool_transaction *transaction)
{
	struct sequencer *s = context;

	pool_store_remove(s->pool_store, s->pool, transaction);
}

static bool load_pool(struct sequencer *s, char error[DATABASE_ERROR_SIZE])
{
	struct pool_loading loading = { .s = s };
	struct pool_block head = { 0 };
	char path[SEQUENCER_PATH_SIZE];

	if (!chain_reader_open(&loading.reader, sequencer_path(s, "chain.db", path), &s->config,
			       error))
		return false;
	pool_on_drop(s->pool, drop_from_disk, s);
	head.number = chain_reader_heads(loading.reader).latest;
	pool_new_head(s->pool, &head);
	pool_store_load(s->pool_store, load_row, &loading);
	chain_reader_close(loading.reader);
	if (loading.unreadable) {
		snprintf(
		    error, DATABASE_ERROR_SIZE,
		    "chain.db: the state of block %llu can't be read: put a copy back, or remove "
		    "chain.db* to have what is on L1 built anew; the pool's transactions are kept",
		    (unsigned long long)head.number);
		return false;
	}
	if (loading.kept || loading.dropped)
		log_info("pool", "%zu transactions from disk, %zu were done", loading.kept,
			 loading.dropped);
	return true;
}

/* ---- life ---- */

static void inbox_changed(void *context)
{
	struct sequencer *s = context;

	builder_inbox_changed(s->builder);
}

static bool open_l1(struct sequencer *s, char error[DATABASE_ERROR_SIZE])
{
	char path[SEQUENCER_PATH_SIZE];
	struct l1_thread_config config = {
		.rollup = &s->config,
		.url = s->options->service.l1_url,
		.inbox_path = sequencer_path(s, "inbox.db", path),
		.owner = s->owner,
		.confirmations = s->options->service.l1_confirmations,
		.poll_ms = s->options->service.l1_poll_ms,
		.changed = inbox_changed,
		.context = s,
	};

	return l1_thread_open(&s->l1, &config, error);
}

struct program {
	struct sequencer s;
	struct rpc_server *rpc;
};

static bool open_all(void *context, char error[DATABASE_ERROR_SIZE])
{
	struct sequencer *s = &((struct program *)context)->s;
	struct pool_limits limits = { .min_priority_fee = s->options->min_tip };
	char path[SEQUENCER_PATH_SIZE], inbox_path[SEQUENCER_PATH_SIZE];

	config_owner(&s->config, s->owner);
	s->pool = pool_new(&limits, &s->config.chain);
	return open_l1(s, error) && builder_open(&s->builder, s, error) &&
	       pool_store_open(&s->pool_store, sequencer_path(s, "pool.db", path), s->owner,
			       error) &&
	       batcher_open(&s->batcher, s, error) && proposer_open(&s->proposer, s, error) &&
	       load_pool(s, error) &&
	       (s->readers = reader_set_new(sequencer_path(s, "chain.db", path),
					    sequencer_path(s, "inbox.db", inbox_path), s->owner,
					    &s->config)) != NULL;
}

static bool start_all(void *context, uint16_t *rpc_port, char error[DATABASE_ERROR_SIZE])
{
	struct program *p = context;
	struct sequencer *s = &p->s;

	if (!l1_thread_sync(s->l1, &s->stop, error))
		return false;
	builder_start(s->builder);
	l1_thread_start(s->l1);
	if (!batcher_start(s->batcher, error) || !proposer_start(s->proposer, error) ||
	    !rpc_start(&p->rpc, s, error))
		return false;
	*rpc_port = rpc_server_port(p->rpc);
	return true;
}

/* From the door inwards: nothing new comes in, then what is here is finished. */
static int stop_all(void *context)
{
	struct program *p = context;
	struct sequencer *s = &p->s;

	atomic_store(&s->stop, true);
	if (p->rpc)
		rpc_server_stop(p->rpc, 2000);
	proposer_stop(s->proposer);
	if (s->batcher)
		batcher_stop(s->batcher);
	if (s->l1)
		l1_thread_stop(s->l1);
	if (s->builder)
		builder_stop(s->builder);
	if (s->pool_store)
		pool_store_close(s->pool_store);
	proposer_close(s->proposer);
	batcher_close(s->batcher);
	builder_close(s->builder);
	l1_thread_close(s->l1);
	reader_set_free(s->readers);
	if (s->pool)
		pool_free(s->pool);
	return 0;
}

int main(int argc, char **argv)
{
	struct options options;
	struct program program = { .s = { .options = &options,
					  .inbox = NOTICE_NONE,
					  .catching_up = NOTICE_NONE,
					  .posting.notice = NOTICE_NONE } };
	struct service service = {
		.name = "sequencer",
		.options = &options.service,
		.config = &program.s.config,
		.context = &program,
		.open = open_all,
		.start = start_all,
		.stop = stop_all,
	};
	int status;

	memory_keep();
	return options_read(&options, argc, argv, &status) ? service_run(&service) : status;
}
