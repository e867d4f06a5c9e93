/* post_watch: whether what the batcher has for L1 gets there.
 *
 * While it does not, blocks are made and acknowledged that can't become safe: that is
 * for the operator to mend. */
#ifndef GAVEL_SEQUENCER_POST_WATCH_H
#define GAVEL_SEQUENCER_POST_WATCH_H

#include "base/bytes.h"
#include "base/native/notice.h"

/* Zero beforehand, but for the notice.  One thread, the batcher's; the notice is for any. */
struct post_watch {
	struct notice notice;
	uint64_t hindered_ms;              /* since when something is in the way; 0: nothing */
	uint64_t refused_ms;               /* the first refusal since a batch arrived; 0: none */
	char refusal[COMPLAINT_TEXT_SIZE]; /* the last one, in L1's words */
};

/* A batch was mined and reverted, or L1 does not take it for good. */
void post_watch_refused(struct post_watch *watch, const char *reason, uint64_t now_ms);
/* One of ours is in the inbox. */
void post_watch_arrived(struct post_watch *watch);

/* `hindrance`: the reason that the oldest transaction of `account` is not on L1, as
 * l1_transactions.h has it; "" where nothing is in its way. */
void post_watch_look(struct post_watch *watch, const struct address *account, const char *hindrance,
		     uint64_t now_ms);

#endif
