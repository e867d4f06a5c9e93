/* watcher: the thread that reads L1 into inbox.db and tells the builder. */
#ifndef GAVEL_SEQUENCER_WATCHER_H
#define GAVEL_SEQUENCER_WATCHER_H

#include "sequencer/sequencer.h"

struct watcher;

/* Opens inbox.db for writing. */
bool watcher_open(struct watcher **out, struct sequencer *s, char error[DATABASE_ERROR_SIZE]);
/* Checks that L1 is the one of rollup.json, and reads all that is there: after
 * it, the inbox is up to date.  False: L1 can't be used, `error` says why. */
bool watcher_sync(struct watcher *watcher, char error[DATABASE_ERROR_SIZE]);
void watcher_start(struct watcher *watcher);
void watcher_stop(struct watcher *watcher);
void watcher_close(struct watcher *watcher);

#endif
