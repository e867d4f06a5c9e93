#include "base/native/pause.h"

#include <stdbool.h>
#include <time.h>

/* How long a stop may go unnoticed. */
#define STEP_MS 20

void pause_ms(unsigned ms, const atomic_bool *stop)
{
	while (ms > 0 && !atomic_load(stop)) {
		unsigned step = ms < STEP_MS ? ms : STEP_MS;
		struct timespec pause = { 0, (long)step * 1000000 };

		nanosleep(&pause, NULL);
		ms -= step;
	}
}
