/* statetest_draft: the official stEIP2537 vectors are from April 2024, when
 * EIP-2537 was a draft: multiplication had precompiles of its own (0x0c, 0x0f),
 * which moved those behind it, and most prices were others.  Prague came with
 * the final text, which is what common/evm has and what the vectors of 2025
 * test.  For files as old as that, the runner puts the draft's addresses and
 * prices in front of common/evm/precompiles.h, by the linker's --wrap; the
 * EVM and the curves are the same. */
#ifndef GAVEL_TESTS_STATETEST_DRAFT_H
#define GAVEL_TESTS_STATETEST_DRAFT_H

#include <jansson.h>

#include "evm/precompiles.h"

/* Whether a test was filled before EIP-2537 was final. */
bool statetest_is_draft(const json_t *test, const char *fork);

/* From here on the draft is in force at Prague, or not. */
void statetest_set_draft(bool draft);
bool statetest_draft_is_on(void);

#endif
