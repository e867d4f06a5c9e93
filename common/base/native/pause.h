/* pause: how threads that look again and again wait in between.  Not core. */
#ifndef GAVEL_BASE_NATIVE_PAUSE_H
#define GAVEL_BASE_NATIVE_PAUSE_H

#include <stdatomic.h>

/* Returns after `ms`, or soon after `*stop` is set. */
void pause_ms(unsigned ms, const atomic_bool *stop);

#endif
