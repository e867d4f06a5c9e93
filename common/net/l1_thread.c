#include "net/l1_thread.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/native/clock.h"
#include "base/native/log.h"
#include "base/native/pause.h"
#include "net/l1_anchor.h"

/* At the start: looks that give no sense, one after another, as when L1
 * reorganises between two questions. */
#define SYNC_ATTEMPTS 5

struct l1_thread {
	struct l1_thread_config config;
	struct inbox *inbox;
	struct l1_client *client;
	struct l1_watcher *watcher;
	struct l1_anchor anchor_look;
	pthread_t thread;
	bool is_running;
	atomic_bool stop;
	atomic_bool is_reachable;
	struct notice notice; /* why not */
	_Atomic uint64_t head;
	_Atomic uint64_t finalized;
	_Atomic uint64_t newest_time;
	_Atomic uint64_t anchor;
	_Atomic uint64_t anchor_at;
};

static void note_trouble(struct l1_thread *t, const char *why)
{
	char wrong[COMPLAINT_TEXT_SIZE], over[COMPLAINT_TEXT_SIZE];

	snprintf(wrong, sizeof(wrong), "%.80s can't be read (%.200s); asking again",
		 l1_client_name(t->client), why ? why : "");
	snprintf(over, sizeof(over), "%.80s is read", l1_client_name(t->client));
	atomic_store(&t->is_reachable, !why);
	notice_say(&t->notice, "l1", why ? wrong : NULL, over, clock_ms());
}

/* At the start only: later what goes by itself is not worth a word. */
static void note_repeat(void *context)
{
	struct l1_thread *t = context;

	if (!t->is_running)
		note_trouble(t, l1_error(t->client)->message);
}

bool l1_thread_open(struct l1_thread **out, const struct l1_thread_config *config,
		    char error[DATABASE_ERROR_SIZE])
{
	struct l1_thread *t = calloc(1, sizeof(*t));
	struct l1_client_config client = { .http = { .url = config->url } };
	struct l1_watcher_config watcher = { .rollup = config->rollup,
					     .confirmations = config->confirmations };

	if (!t)
		abort();
	t->config = *config;
	t->anchor_look.factory = config->rollup->dispute_game_factory;
	t->notice = (struct notice)NOTICE_NONE;
	client.http.stop = &t->stop;
	client.repeats = note_repeat;
	client.repeats_context = t;
	t->client = l1_client_new(&client);
	if (!t->client) {
		snprintf(error, DATABASE_ERROR_SIZE, "--l1: not an http or https URL");
		l1_thread_close(t);
		return false;
	}
	if (!inbox_open(&t->inbox, config->inbox_path, config->owner, error)) {
		l1_thread_close(t);
		return false;
	}
	watcher.client = t->client;
	watcher.inbox = t->inbox;
	t->watcher = l1_watcher_new(&watcher);
	if (!t->watcher)
		abort();
	*out = t;
	return true;
}

void l1_thread_close(struct l1_thread *t)
{
	if (!t)
		return;
	l1_watcher_free(t->watcher);
	l1_client_free(t->client);
	inbox_close(t->inbox);
	free(t);
}

/* Its L1 block first, so that nobody takes an anchor for older than it is. */
static void look_at_anchor(struct l1_thread *t)
{
	uint64_t finalized = atomic_load(&t->finalized), block;

	if (!l1_anchor_look(&t->anchor_look, t->client, atomic_load(&t->newest_time), finalized,
			    &block))
		return;
	atomic_store(&t->anchor_at, finalized);
	atomic_store(&t->anchor, block);
}

/* One round. */
static enum l1_err look(struct l1_thread *t, bool *behind)
{
	struct inbox_l1_block head;
	bool changed;
	enum l1_err err = l1_watcher_tick(t->watcher, &changed, behind);

	if (err != L1_STOPPED)
		note_trouble(t, err == L1_OK ? NULL : l1_watcher_error(t->watcher));
	if (inbox_l1_head(t->inbox, &head))
		atomic_store(&t->head, head.number);
	atomic_store(&t->finalized, inbox_l1_finalized(t->inbox));
	atomic_store(&t->newest_time, l1_watcher_newest_time(t->watcher));
	if (err == L1_OK && !*behind)
		look_at_anchor(t);
	if (changed && t->is_running)
		t->config.changed(t->config.context);
	return err;
}

bool l1_thread_sync(struct l1_thread *t, const atomic_bool *stop, char error[DATABASE_ERROR_SIZE])
{
	char reason[L1_WATCHER_ERROR_SIZE];
	unsigned failures = 0;
	bool behind = true;

	log_info("l1", "asking %s what it is", l1_client_name(t->client));
	if (!l1_watcher_check(t->watcher, reason)) {
		snprintf(error, DATABASE_ERROR_SIZE, "%s", reason);
		return false;
	}
	while (behind) {
		if (atomic_load(stop)) {
			snprintf(error, DATABASE_ERROR_SIZE, "stopped while L1 was read");
			return false;
		}
		enum l1_err err = look(t, &behind);

		if (err == L1_OK) {
			failures = 0;
			continue;
		}
		if (err == L1_BAD_ANSWER && ++failures < SYNC_ATTEMPTS) {
			behind = true;
			continue;
		}
		snprintf(error, DATABASE_ERROR_SIZE, "L1 can't be read: %.200s",
			 l1_watcher_error(t->watcher));
		return false;
	}
	return true;
}

static void *run(void *argument)
{
	struct l1_thread *t = argument;

	while (!atomic_load(&t->stop)) {
		bool behind;

		look(t, &behind);
		if (!behind)
			pause_ms(t->config.poll_ms, &t->stop);
	}
	return NULL;
}

void l1_thread_start(struct l1_thread *t)
{
	t->is_running = true;
	if (pthread_create(&t->thread, NULL, run, t) != 0)
		abort();
	pthread_setname_np(t->thread, "l1-watcher");
}

void l1_thread_stop(struct l1_thread *t)
{
	atomic_store(&t->stop, true);
	if (t->is_running)
		pthread_join(t->thread, NULL);
	t->is_running = false;
}

const char *l1_thread_trouble(struct l1_thread *t, char text[COMPLAINT_TEXT_SIZE])
{
	return notice_read(&t->notice, text);
}

struct l1_thread_status l1_thread_status(const struct l1_thread *t)
{
	uint64_t anchor = atomic_load(&t->anchor); /* before anchor_at: see look_at_anchor() */

	return (struct l1_thread_status){
		.is_reachable = atomic_load(&t->is_reachable),
		.head = atomic_load(&t->head),
		.finalized = atomic_load(&t->finalized),
		.newest_time = atomic_load(&t->newest_time),
		.anchor = anchor,
		.anchor_at = atomic_load(&t->anchor_at),
	};
}
