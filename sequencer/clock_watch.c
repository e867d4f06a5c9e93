#include "sequencer/clock_watch.h"

#include <stdio.h>

const char *clock_watch_complaint(const struct clock_watch *watch, char text[COMPLAINT_TEXT_SIZE])
{
	uint64_t ahead = atomic_load(&watch->ahead), allowed = atomic_load(&watch->allowed);

	if (ahead <= allowed)
		return NULL;
	snprintf(text, COMPLAINT_TEXT_SIZE,
		 "blocks are %llu s ahead of L1's newest, the inbox takes %llu s at most: batches "
		 "are dropped and built anew. Set this machine's clock (NTP); if it is right, see "
		 "why the L1 node stands still",
		 (unsigned long long)ahead, (unsigned long long)allowed);
	return text;
}

void clock_watch_look(struct clock_watch *watch, uint64_t block, uint64_t l1, uint64_t max_future,
		      uint64_t now_ms)
{
	char text[COMPLAINT_TEXT_SIZE];

	atomic_store(&watch->allowed, max_future);
	atomic_store(&watch->ahead, l1 && block > l1 ? block - l1 : 0);
	complaint_say(&watch->complaint, "clock", clock_watch_complaint(watch, text),
		      "blocks and L1 agree on the time again", now_ms);
}
