#include "sequencer/watcher.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/native/log.h"
#include "net/l1_watcher.h"
#include "sequencer/builder.h"

struct watcher {
	struct sequencer *sequencer;
	struct inbox *inbox;
	struct l1_client *client;
	struct l1_watcher *l1;
	pthread_t thread;
	bool running;
	atomic_bool stop;
};

bool watcher_open(struct watcher **out, struct sequencer *s, char error[DATABASE_ERROR_SIZE])
{
	struct watcher *w = calloc(1, sizeof(*w));
	struct l1_client_config client;
	struct l1_watcher_config config;
	char path[SEQUENCER_PATH_SIZE];

	if (!w)
		abort();
	w->sequencer = s;
	client =
	    (struct l1_client_config){ .http = { .url = s->options->l1_url, .stop = &w->stop } };
	w->client = l1_client_new(&client);
	if (!w->client) {
		snprintf(error, DATABASE_ERROR_SIZE, "--l1: not an http or https URL");
		watcher_close(w);
		return false;
	}
	if (!inbox_open(&w->inbox, sequencer_path(s, "inbox.db", path), s->owner, error)) {
		watcher_close(w);
		return false;
	}
	config = (struct l1_watcher_config){
		.rollup = &s->config,
		.client = w->client,
		.inbox = w->inbox,
		.confirmations = s->options->l1_confirmations,
	};
	w->l1 = l1_watcher_new(&config);
	*out = w;
	return true;
}

void watcher_close(struct watcher *w)
{
	if (!w)
		return;
	l1_watcher_free(w->l1);
	l1_client_free(w->client);
	inbox_close(w->inbox);
	free(w);
}

/* One round; tells the builder and notes what people ask for. */
static enum l1_err tick(struct watcher *w, bool *behind)
{
	struct sequencer *s = w->sequencer;
	struct inbox_l1_block head;
	bool changed;
	enum l1_err err = l1_watcher_tick(w->l1, &changed, behind);

	if (err != L1_OK && atomic_exchange(&s->l1_reachable, false))
		log_warn("l1", "%s can't be read (%s); blocks go on, batches wait",
			 l1_client_name(w->client), l1_error(w->client)->message);
	if (err == L1_OK && !atomic_exchange(&s->l1_reachable, true))
		log_info("l1", "%s is read", l1_client_name(w->client));
	if (inbox_l1_head(w->inbox, &head))
		atomic_store(&s->l1_head, head.number);
	atomic_store(&s->l1_finalized, inbox_l1_finalized(w->inbox));
	if (changed && w->running)
		builder_inbox_changed(s->builder);
	return err;
}

bool watcher_sync(struct watcher *w, char error[DATABASE_ERROR_SIZE])
{
	bool behind = true;

	if (!l1_watcher_check(w->l1, error))
		return false;
	while (behind && !atomic_load(&w->sequencer->stop)) {
		if (tick(w, &behind) == L1_OK)
			continue;
		snprintf(error, DATABASE_ERROR_SIZE, "L1 can't be read: %.200s",
			 l1_error(w->client)->message);
		return false;
	}
	return true;
}

static void *watcher_run(void *argument)
{
	struct watcher *w = argument;

	while (!atomic_load(&w->stop)) {
		bool behind;

		tick(w, &behind);
		for (unsigned waited = 0; !behind && waited < w->sequencer->options->l1_poll_ms &&
					  !atomic_load(&w->stop);
		     waited += 20) {
			struct timespec pause = { 0, 20 * 1000000 };

			nanosleep(&pause, NULL);
		}
	}
	return NULL;
}

void watcher_start(struct watcher *w)
{
	w->running = true;
	if (pthread_create(&w->thread, NULL, watcher_run, w) != 0)
		abort();
}

void watcher_stop(struct watcher *w)
{
	atomic_store(&w->stop, true);
	if (w->running)
		pthread_join(w->thread, NULL);
	w->running = false;
}
