/* l1_thread: the thread that reads L1 into an inbox database (l1_watcher.h) and
 * says when it has changed: for the sequencer and the verifier. */
#ifndef GAVEL_NET_L1_THREAD_H
#define GAVEL_NET_L1_THREAD_H

#include <stdatomic.h>

#include "base/native/notice.h"
#include "net/l1_watcher.h"

struct l1_thread;

struct l1_thread_config {
	const struct rollup_config *rollup;
	const char *url;
	const char *inbox_path;
	const char *owner;      /* hex of the genesis hash */
	unsigned confirmations; /* see struct l1_watcher_config */
	unsigned poll_ms;       /* between looks, when nothing is new */
	/* From the thread, after the inbox has changed.  Not called by
	 * l1_thread_sync(). */
	void (*changed)(void *context);
	void *context;
};

/* Opens the inbox database for writing; nothing is asked of L1 yet. */
bool l1_thread_open(struct l1_thread **out, const struct l1_thread_config *config,
		    char error[DATABASE_ERROR_SIZE]);
/* Checks that L1 is the one of rollup.json, and reads all that is there, in the
 * caller's thread.  False: L1 can't be used, `error` says why; or `stop` was set. */
bool l1_thread_sync(struct l1_thread *thread, const atomic_bool *stop,
		    char error[DATABASE_ERROR_SIZE]);
void l1_thread_start(struct l1_thread *thread);
void l1_thread_stop(struct l1_thread *thread);
void l1_thread_close(struct l1_thread *thread);

/* From any thread. */
struct l1_thread_status {
	bool is_reachable; /* the last look at L1 went well */
	uint64_t head;     /* read up to this L1 block */
	uint64_t finalized;
	uint64_t newest_time; /* of L1's newest block, read or not; 0: none was seen */
	/* The block that dispute games start from, as of L1 block `anchor_at`, which is
	 * final; 0: not read yet. */
	uint64_t anchor;
	uint64_t anchor_at;
};
struct l1_thread_status l1_thread_status(const struct l1_thread *thread);
/* Why the last look did not go well, a copy in `text`; NULL: it did. */
const char *l1_thread_trouble(struct l1_thread *thread, char text[COMPLAINT_TEXT_SIZE]);

#endif
