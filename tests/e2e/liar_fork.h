/* liar_fork: the chain as it would be if a lie about one block were true. */
#ifndef GAVEL_TESTS_E2E_LIAR_FORK_H
#define GAVEL_TESTS_E2E_LIAR_FORK_H

#include "prover/host/evidence_store.h"
#include "tests/support/lies.h"

#define LIAR_FORK_MOST 64

/* Output roots of the `count` blocks from `first` on: `first` with the lie, the
 * others as they follow from it and the inbox, and empty where that ends.  False:
 * the databases lack something. */
bool liar_fork_roots(struct evidence_store *s, const struct lie *lie, uint64_t first,
		     unsigned count, struct hash32 roots[LIAR_FORK_MOST]);

#endif
