/* statetest_rules: what the makers of the state tests have agreed on.
 * Freestanding, as the core is: the rv64im build runs tests, too. */
#ifndef GAVEL_TESTS_STATETEST_RULES_H
#define GAVEL_TESTS_STATETEST_RULES_H

#include "eth/receipt.h"

/* keccak of the RLP of the logs. */
struct hash32 statetest_hash_logs(struct arena *a, const struct log *logs, size_t count);

/* block_context.block_hash: the hash of the number in decimal. */
bool statetest_block_hash(void *context, uint64_t number, struct hash32 *hash);

#endif
