#include "sequencer/safe_lag.h"

#include <stdio.h>

static uint64_t three_quarters(uint64_t limit)
{
	return limit - limit / 4;
}

static bool is_within(uint64_t value, uint64_t limit, bool is_waiting)
{
	return value < (is_waiting ? three_quarters(limit) : limit);
}

const char *safe_lag_complaint(const struct safe_lag *lag, char text[COMPLAINT_TEXT_SIZE])
{
	if (!atomic_load(&lag->is_waiting))
		return NULL;
	snprintf(
	    text, COMPLAINT_TEXT_SIZE,
	    "%llu batches are not on L1 (%llu may wait), the oldest block in them for %llu s "
	    "(%llu s): transactions wait in the pool until L1 has more. See whether the L1 node "
	    "answers, what --max-l1-fee allows, and what the batcher's account has",
	    (unsigned long long)atomic_load(&lag->batches),
	    (unsigned long long)atomic_load(&lag->max_batches),
	    (unsigned long long)atomic_load(&lag->seconds),
	    (unsigned long long)atomic_load(&lag->max_seconds));
	return text;
}

bool safe_lag_look(struct safe_lag *lag, uint64_t batches, uint64_t seconds, uint64_t max_batches,
		   uint64_t max_past, uint64_t now_ms)
{
	bool was_waiting = atomic_load(&lag->is_waiting), is_waiting;
	char text[COMPLAINT_TEXT_SIZE];

	is_waiting = !is_within(batches, max_batches, was_waiting) ||
		     !is_within(seconds, max_past / 2, was_waiting);
	atomic_store(&lag->batches, batches);
	atomic_store(&lag->seconds, seconds);
	atomic_store(&lag->max_batches, max_batches);
	atomic_store(&lag->max_seconds, max_past / 2);
	atomic_store(&lag->is_waiting, is_waiting);
	complaint_say(&lag->complaint, "builder", safe_lag_complaint(lag, text),
		      "L1 has caught up: transactions go into blocks again", now_ms);
	return is_waiting;
}
