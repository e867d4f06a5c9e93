/* clock: for how long, never what time it is.  Not core. */
#ifndef GAVEL_BASE_NATIVE_CLOCK_H
#define GAVEL_BASE_NATIVE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds since some moment; never goes back. */
static inline uint64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* `ns` nanoseconds (not negative) from now, for who waits until then by that clock. */
static inline struct timespec clock_after_ns(int64_t ns)
{
	struct timespec then;

	clock_gettime(CLOCK_MONOTONIC, &then);
	ns += then.tv_nsec;
	then.tv_sec += ns / 1000000000;
	then.tv_nsec = ns % 1000000000;
	return then;
}

#endif
