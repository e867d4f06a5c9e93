/* clock_watch: whether the time of our blocks is one that the inbox takes.
 *
 * Entries are judged by L1's time: a block further ahead of it than the chain's
 * max_future is dropped when its batch arrives, and built anew, over and over,
 * while nothing becomes safe.  That is for the operator to mend: the clock, or an
 * L1 node that stands still. */
#ifndef GAVEL_SEQUENCER_CLOCK_WATCH_H
#define GAVEL_SEQUENCER_CLOCK_WATCH_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/native/complaint.h"

/* Zero beforehand.  One thread looks; any may read. */
struct clock_watch {
	_Atomic uint64_t ahead; /* seconds, of a block made now before L1's newest */
	_Atomic uint64_t allowed;
	struct complaint complaint;
};

/* A block would have time `block`, L1's newest has `l1` (0: not known yet).  Logs
 * once a minute what is wrong, and when it is over. */
void clock_watch_look(struct clock_watch *watch, uint64_t block, uint64_t l1, uint64_t max_future,
		      uint64_t now_ms);

/* What is wrong, in words; NULL: nothing. */
const char *clock_watch_complaint(const struct clock_watch *watch, char text[COMPLAINT_TEXT_SIZE]);

#endif
