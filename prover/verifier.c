#include "prover/verifier.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/native/clock.h"
#include "base/native/log.h"
#include "prover/turn.h"

/* Blocks in one database commit, at most, and how often old states are looked at. */
#define RECONCILE_BLOCKS 64
#define PRUNE_BLOCKS     64
/* A commit is to take about so long: then it is seen that all is to end.  Commits
 * of a few blocks write the same pages of the database again and again. */
#define RECONCILE_MS     2000
#define PROGRESS_SECONDS 10

struct verifier {
	const struct rollup_config *config;
	const struct options *options;
	char owner[CONFIG_OWNER_SIZE];
	struct l1_thread *l1;
	struct chain *chain;
	struct inbox *inbox; /* a reader */
	pthread_t thread;
	bool is_running;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool has_news; /* under the lock */
	atomic_bool stop;
	atomic_bool is_synced;
	_Atomic uint64_t derived;
	_Atomic uint64_t needed_state;
	_Atomic uint64_t oldest_state;
	bool said_missing; /* that states are */
	bool said_lacking; /* that inbox.db is not whole */
	time_t last_progress;
	size_t reconcile_blocks;
};

char *verifier_path(const struct options *options, const char *file, char out[VERIFIER_PATH_SIZE])
{
	snprintf(out, VERIFIER_PATH_SIZE, "%s/%s", options->service.data, file);
	return out;
}

static void wake(struct verifier *v)
{
	pthread_mutex_lock(&v->lock);
	v->has_news = true;
	pthread_cond_signal(&v->wake);
	pthread_mutex_unlock(&v->lock);
}

static void inbox_changed(void *context)
{
	wake(context);
}

/* Waits for the inbox to change; a second at most, so that pruning and a
 * failed round get their turn. */
static void wait_for_news(struct verifier *v)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec++;
	pthread_mutex_lock(&v->lock);
	while (!v->has_news && !atomic_load(&v->stop))
		if (pthread_cond_timedwait(&v->wake, &v->lock, &until) != 0)
			break;
	v->has_news = false;
	pthread_mutex_unlock(&v->lock);
}

static void report_progress(struct verifier *v, bool more)
{
	struct chain_heads heads = chain_heads(v->chain);
	time_t now = time(NULL);

	if (more && now - v->last_progress < PROGRESS_SECONDS)
		return;
	v->last_progress = now;
	log_info("verifier", "block %llu is derived, %llu is final on L1",
		 (unsigned long long)heads.latest, (unsigned long long)heads.finalized);
}

/* Some blocks: more next time if that was quick. */
static enum reconcile_result reconcile(struct verifier *v, bool *more)
{
	enum reconcile_result result;
	uint64_t started_ms;

	turn_take();
	started_ms = clock_ms();
	result = chain_reconcile(v->chain, v->inbox, v->reconcile_blocks, NULL, more);
	if (clock_ms() - started_ms > RECONCILE_MS)
		v->reconcile_blocks = v->reconcile_blocks > 1 ? v->reconcile_blocks / 2 : 1;
	else if (v->reconcile_blocks < RECONCILE_BLOCKS)
		v->reconcile_blocks *= 2;
	turn_give();
	return result;
}

static void note_inbox(struct verifier *v, bool is_whole)
{
	if (!is_whole && !v->said_lacking)
		log_error("verifier", RECONCILE_FAILED_TEXT,
			  (unsigned long long)chain_heads(v->chain).safe);
	v->said_lacking = !is_whole;
}

/* Takes over what is new on L1. */
static void derive(struct verifier *v)
{
	bool more = true;

	while (more && !atomic_load(&v->stop)) {
		uint64_t before = chain_heads(v->chain).latest;
		enum reconcile_result result = reconcile(v, &more);

		note_inbox(v, result != RECONCILE_FAILED);
		if (result == RECONCILE_FAILED) {
			atomic_store(&v->is_synced, false);
			return; /* tried again */
		}
		atomic_store(&v->derived, chain_heads(v->chain).latest);
		if (chain_heads(v->chain).latest != before)
			report_progress(v, more);
	}
	if (!more)
		atomic_store(&v->is_synced, true);
}

static void note_missing(struct verifier *v)
{
	uint64_t needed = atomic_load(&v->needed_state), oldest = chain_oldest_state(v->chain);
	bool is_missing = oldest > needed;

	atomic_store(&v->oldest_state, oldest);
	if (is_missing && !v->said_missing)
		log_error(
		    "verifier",
		    "STATES ARE MISSING: games on L1 may need those from block %llu on, and "
		    "those before %llu are pruned: wrong claims can't be answered. Stop, "
		    "remove chain.db* from the data directory, and start again: it is derived "
		    "anew from L1",
		    (unsigned long long)needed, (unsigned long long)oldest);
	v->said_missing = is_missing;
}

static void prune(struct verifier *v)
{
	uint64_t needed = atomic_load(&v->needed_state);

	if (needed != UINT64_MAX)
		chain_keep_from(v->chain, needed);
	chain_prune(v->chain, (uint64_t)time(NULL), l1_thread_status(v->l1).newest_time,
		    PRUNE_BLOCKS);
	note_missing(v);
}

static void *run(void *argument)
{
	struct verifier *v = argument;

	while (!atomic_load(&v->stop)) {
		derive(v);
		prune(v);
		wait_for_news(v);
	}
	return NULL;
}

static bool open_parts(struct verifier *v, char error[DATABASE_ERROR_SIZE])
{
	char path[VERIFIER_PATH_SIZE];
	struct l1_thread_config l1 = {
		.rollup = v->config,
		.url = v->options->service.l1_url,
		.inbox_path = verifier_path(v->options, "inbox.db", path),
		.owner = v->owner,
		.confirmations = v->options->service.l1_confirmations,
		.poll_ms = v->options->service.l1_poll_ms,
		.changed = inbox_changed,
		.context = v,
	};
	struct chain_options chain = {
		.state_memory = v->options->service.state_memory * 1024 * 1024,
		.history_window = v->options->service.history_seconds,
		.headers_only = true,
	};

	return l1_thread_open(&v->l1, &l1, error) &&
	       inbox_open_reader(&v->inbox, path, v->owner, error) &&
	       chain_open(&v->chain, verifier_path(v->options, "chain.db", path), v->config, &chain,
			  error);
}

bool verifier_open(struct verifier **out, const struct rollup_config *config,
		   const struct options *options, char error[DATABASE_ERROR_SIZE])
{
	struct verifier *v = calloc(1, sizeof(*v));

	if (!v)
		abort();
	v->config = config;
	v->options = options;
	v->reconcile_blocks = 1;
	config_owner(config, v->owner);
	pthread_mutex_init(&v->lock, NULL);
	pthread_cond_init(&v->wake, NULL);
	if (!open_parts(v, error)) {
		verifier_close(v);
		return false;
	}
	atomic_store(&v->derived, chain_heads(v->chain).latest);
	atomic_store(&v->needed_state, UINT64_MAX);
	*out = v;
	return true;
}

bool verifier_start(struct verifier *v, char error[DATABASE_ERROR_SIZE])
{
	if (!l1_thread_sync(v->l1, &v->stop, error))
		return false;
	l1_thread_start(v->l1);
	if (pthread_create(&v->thread, NULL, run, v) != 0)
		abort();
	v->is_running = true;
	return true;
}

void verifier_stop(struct verifier *v)
{
	atomic_store(&v->stop, true);
	wake(v);
	l1_thread_stop(v->l1);
	if (v->is_running)
		pthread_join(v->thread, NULL);
	v->is_running = false;
}

void verifier_close(struct verifier *v)
{
	if (!v)
		return;
	chain_close(v->chain);
	inbox_close(v->inbox);
	l1_thread_close(v->l1);
	pthread_mutex_destroy(&v->lock);
	pthread_cond_destroy(&v->wake);
	free(v);
}

struct verifier_status verifier_status(struct verifier *v)
{
	return (struct verifier_status){
		.l1 = l1_thread_status(v->l1),
		.is_synced = atomic_load(&v->is_synced),
		.derived = atomic_load(&v->derived),
		.needed_state = atomic_load(&v->needed_state),
		.oldest_state = atomic_load(&v->oldest_state),
	};
}

void verifier_keep_from(struct verifier *v, uint64_t block)
{
	atomic_store(&v->needed_state, block);
}
