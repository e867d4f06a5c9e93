/* fuzz: what every tests/fuzz/<name>_fuzz.c has: this function, which takes
 * any bytes and returns 0. */
#ifndef GAVEL_TESTS_FUZZ_H
#define GAVEL_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Not assert(), which a build may leave out. */
#define FUZZ_CHECK(claim)                                                                          \
	do {                                                                                       \
		if (!(claim))                                                                      \
			__builtin_trap();                                                          \
	} while (0)

#endif
