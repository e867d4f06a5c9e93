/* gavel-sequencer: takes transactions, orders them, and posts them to L1.
 *
 * A guided tour: a transaction comes in by rpc_submit.c, waits in pool.c and
 * on disk by pool_store.c; builder.c puts it into a block, through common/
 * rollup/block.h, and the block into chain.db; open_batch.c decides when enough
 * blocks have gathered; batcher.c posts them.  net/l1_thread.c reads L1, and
 * chain_reconcile() in builder.c believes L1 rather than ourselves. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "net/l1_thread.h"
#include "sequencer/batcher.h"
#include "sequencer/builder.h"
#include "sequencer/proposer.h"
#include "sequencer/readers.h"
#include "sequencer/rpc.h"

/* sysexits.h: what a service manager can tell apart. */
#define EXIT_CONFIG      78
#define EXIT_UNAVAILABLE 69

/* ---- the pool at start ---- */

/* Takes one stored transaction back; its account is read from the chain. */
struct pool_loading {
	struct sequencer *s;
	struct chain_reader *reader;
	size_t kept, dropped;
};

static void set_account(struct pool_loading *l, const struct address *address)
{
	uint64_t number = pool_head(l->s->pool);
	struct account account = { 0 };
	struct arena a;
	bool exists = false;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	struct state_trie *state = chain_reader_state(l->reader, &a, number);

	if (state) {
		const struct state_reader *reader = state_trie_reader(state);

		if (!reader->account(reader->context, address, &account, &exists) || !exists)
			account = (struct account){ 0 };
		pool_set_account(l->s->pool, number, address, account.nonce, &account.balance);
	}
	arena_free(&a);
}

static void load_row(void *context, uint64_t id, struct bytes raw)
{
	struct pool_loading *l = context;
	char error[POOL_ERROR_SIZE];
	struct pool_transaction *replaced = NULL, *t = pool_prepare(l->s->pool, raw, error);
	enum pool_result result = POOL_REFUSED;

	if (t) {
		t->id = id;
		t->was_accepted = true;
		result = pool_add(l->s->pool, t, &replaced, error);
		if (result == POOL_NEED_ACCOUNT) {
			set_account(l, &t->tx.from);
			result = pool_add(l->s->pool, t, &replaced, error);
		}
		pool_release(l->s->pool, t);
	}
	if (replaced) {
		pool_store_remove(l->s->pool_store, l->s->pool, replaced);
		pool_release(l->s->pool, replaced);
	}
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
		.url = s->options->l1_url,
		.inbox_path = sequencer_path(s, "inbox.db", path),
		.owner = s->owner,
		.confirmations = s->options->l1_confirmations,
		.poll_ms = s->options->l1_poll_ms,
		.changed = inbox_changed,
		.context = s,
	};

	return l1_thread_open(&s->l1, &config, error);
}

static bool open_storage(struct sequencer *s, char error[DATABASE_ERROR_SIZE])
{
	struct pool_limits limits = { .min_priority_fee = s->options->min_tip };
	char path[SEQUENCER_PATH_SIZE], inbox_path[SEQUENCER_PATH_SIZE];

	if (mkdir(s->options->data, 0700) != 0 && errno != EEXIST) {
		snprintf(error, DATABASE_ERROR_SIZE, "can't make the data directory %.200s: %s",
			 s->options->data, strerror(errno));
		return false;
	}
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

static bool start(struct sequencer *s, struct rpc_server **rpc, char error[DATABASE_ERROR_SIZE])
{
	if (!l1_thread_sync(s->l1, &s->stop, error))
		return false;
	builder_start(s->builder);
	l1_thread_start(s->l1);
	return batcher_start(s->batcher, error) && proposer_start(s->proposer, error) &&
	       rpc_start(rpc, s, error);
}

/* From the door inwards: nothing new comes in, then what is here is finished. */
static void stop(struct sequencer *s, struct rpc_server *rpc)
{
	atomic_store(&s->stop, true);
	if (rpc)
		rpc_server_stop(rpc, 2000);
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
}

/* Until all runs: L1 may let us wait for long, and what is in the databases
 * stands whenever we end. */
static void *end_on_signal(void *signals)
{
	int number;

	sigwait(signals, &number);
	log_info("sequencer", "signal %d while starting", number);
	_exit(0);
}

static bool start_or_end(struct sequencer *s, struct rpc_server **rpc, sigset_t *signals,
			 char error[DATABASE_ERROR_SIZE])
{
	pthread_t thread;
	bool started;

	if (pthread_create(&thread, NULL, end_on_signal, signals) != 0)
		abort();
	started = start(s, rpc, error);
	pthread_cancel(thread);
	pthread_join(thread, NULL);
	return started;
}

/* SIGINT and SIGTERM are taken here; every thread has them blocked. */
static void wait_for_signal(sigset_t *signals)
{
	int number;

	sigwait(signals, &number);
	log_info("sequencer", "signal %d: stopping", number);
}

static int run(struct sequencer *s, struct arena *a, sigset_t *signals)
{
	char error[DATABASE_ERROR_SIZE], reason[CONFIG_ERROR_SIZE];
	struct rpc_server *rpc = NULL;

	if (!config_file_read(a, &s->config, s->options->config, false, reason)) {
		log_error("sequencer", "%s: %s", s->options->config, reason);
		return EXIT_CONFIG;
	}
	hex_encode(s->owner, bytes_of_hash(&s->config.genesis_hash));
	if (!open_storage(s, error)) {
		log_error("sequencer", "%s", error);
		stop(s, rpc);
		return EXIT_CONFIG;
	}
	if (!start_or_end(s, &rpc, signals, error)) {
		log_error("sequencer", "%s", error);
		stop(s, rpc);
		return EXIT_UNAVAILABLE;
	}
	/* Tests and scripts wait for this line. */
	log_info("sequencer", "chain %llu ready at http://%s:%u",
		 (unsigned long long)s->config.chain.chain_id, s->options->rpc_address,
		 rpc_server_port(rpc));
	wait_for_signal(signals);
	stop(s, rpc);
	return 0;
}

int main(int argc, char **argv)
{
	struct sequencer s = { 0 };
	struct options options;
	struct arena arena;
	sigset_t signals;
	int status;

	if (!options_read(&options, argc, argv, &status))
		return status;
	if (options.debug)
		log_set_level(LOG_DEBUG);
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	s.options = &options;
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	status = run(&s, &arena, &signals);
	arena_free(&arena);
	return status;
}
