#include "prover/silence.h"

#include <stdatomic.h>

/* Who is asked may be a moment behind, or be started again. */
#define GRACE_MS 5000

void silence_note(struct silence *silence, const char *part, const char *wrong, const char *over,
		  uint64_t now_ms)
{
	uint64_t since = atomic_load(&silence->since_ms);

	if (wrong && since == 0) {
		since = now_ms;
		atomic_store(&silence->since_ms, since);
	}
	if (!wrong)
		atomic_store(&silence->since_ms, 0);
	if (!wrong || now_ms - since >= GRACE_MS)
		complaint_say(&silence->complaint, part, wrong, over, now_ms);
}

uint64_t silence_seconds(const struct silence *silence, uint64_t now_ms)
{
	uint64_t since = atomic_load(&silence->since_ms);

	return since && now_ms > since ? (now_ms - since) / 1000 : 0;
}
