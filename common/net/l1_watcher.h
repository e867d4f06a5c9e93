/* l1_watcher: follows L1 by block hash and keeps the inbox database (store/
 * inbox.h) in line with it: messages, entries and payloads, taken back when L1
 * reorganises.  The database's one writer.
 *
 * Whatever an L1 node says is checked against the hash chains of the Inbox
 * contract; what does not fit is an error of the node, logged, and asked for
 * again later. */
#ifndef GAVEL_NET_L1_WATCHER_H
#define GAVEL_NET_L1_WATCHER_H

#include "net/l1_client.h"
#include "rollup/native/config_file.h"
#include "store/inbox.h"

struct l1_watcher;

struct l1_watcher_config {
	const struct rollup_config *rollup;
	struct l1_client *client; /* this thread's */
	struct inbox *inbox;      /* opened for writing, this thread's */
	unsigned confirmations;   /* blocks on top of one before it is read; 0: the head is read */
	unsigned max_range;       /* L1 blocks per eth_getLogs; 0: 1000 */
};

struct l1_watcher *l1_watcher_new(const struct l1_watcher_config *config);
void l1_watcher_free(struct l1_watcher *watcher);

/* Before anything else: L1's chain id is the configured one, inbox and portal
 * are such contracts and name each other, the start block has the configured hash.  False: `error`
 * says which does not fit. */
#define L1_WATCHER_ERROR_SIZE 256
bool l1_watcher_check(struct l1_watcher *watcher, char error[L1_WATCHER_ERROR_SIZE]);

/* One round: reads what is new, in one database transaction a range; a reorg
 * is undone and redone in a single one, so readers never see half of it.
 * `*changed`: the inbox is not as before; `*behind`: call again at once. */
enum l1_err l1_watcher_tick(struct l1_watcher *watcher, bool *changed, bool *behind);

/* Why the last round failed, in words: what is wrong with the L1 node. */
const char *l1_watcher_error(const struct l1_watcher *watcher);

/* The time of L1's newest block, whether it is read yet or not; 0: none was seen. */
uint64_t l1_watcher_newest_time(const struct l1_watcher *watcher);

#endif
