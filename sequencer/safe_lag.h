/* safe_lag: how far the chain is ahead of what L1 has of it, and whether it has to
 * wait.
 *
 * We can make blocks much faster than L1 can carry them, and L1 may be away, or
 * dearer than we pay.  What is not on L1 yet may be lost to its users for good: a
 * block that arrives later than the chain's max_past after its time is dropped by
 * derivation (rollup/derive.h).  So the chain waits when it is too far ahead:
 * transactions stay in the pool, which refuses more when it is full; queue messages
 * are still taken, as they are L1's already. */
#ifndef GAVEL_SEQUENCER_SAFE_LAG_H
#define GAVEL_SEQUENCER_SAFE_LAG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/native/complaint.h"

/* Zero beforehand.  One thread looks; any may read. */
struct safe_lag {
	_Atomic uint64_t batches; /* that are closed, and not known to be on L1 */
	_Atomic uint64_t seconds; /* how old the first block is that is not on L1 */
	_Atomic uint64_t max_batches, max_seconds;
	atomic_bool is_waiting;
	struct complaint complaint;
};

/* Takes what is the case at `now_ms`, and logs when the chain has to wait, and when it
 * goes on.  `max_batches`: as many may be closed and not on L1; `max_past`: of the chain
 * (seconds), half of which blocks may get old.  True: no transactions may go into
 * blocks.  Once it waits, it waits until a quarter of either is free again. */
bool safe_lag_look(struct safe_lag *lag, uint64_t batches, uint64_t seconds, uint64_t max_batches,
		   uint64_t max_past, uint64_t now_ms);

/* What it waits for, in words; NULL: it does not wait. */
const char *safe_lag_complaint(const struct safe_lag *lag, char text[COMPLAINT_TEXT_SIZE]);

#endif
