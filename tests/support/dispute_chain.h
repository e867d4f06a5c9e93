/* dispute_chain: a dispute on L1, in process: the compiled DisputeGame, Step and
 * PreimageOracle in our own EVM, with a clock to be set by hand.  Running out of
 * anything aborts. */
#ifndef GAVEL_TESTS_SUPPORT_DISPUTE_CHAIN_H
#define GAVEL_TESTS_SUPPORT_DISPUTE_CHAIN_H

#include "base/arena.h"
#include "eth/receipt.h"
#include "prover/dispute/claim.h"

struct dispute_chain;

/* Every log of the game, in order. */
struct dispute_chain_watch {
	void *context;
	void (*log)(void *context, const struct log *log, uint64_t block, uint64_t index);
};

/* Deploys from the folder of compiled contracts, and makes the game of `rules`,
 * whose game, oracle and created_at it sets; `creator` pays the root bond.  An
 * inbox of INBOX_ENTRIES entries has dispute_chain_link for each. */
#define DISPUTE_CHAIN_ENTRIES 64
extern const struct hash32 dispute_chain_link;
struct dispute_chain *dispute_chain_new(const char *folder, struct game_rules *rules,
					const struct address *creator,
					const struct dispute_chain_watch *watch);
void dispute_chain_free(struct dispute_chain *c);

/* Seconds and number of the block that transactions go into.  Everybody has
 * DISPUTE_CHAIN_FUNDS ether at first. */
#define DISPUTE_CHAIN_FUNDS 1000000
uint64_t dispute_chain_time(const struct dispute_chain *c);
uint64_t dispute_chain_block(const struct dispute_chain *c);
void dispute_chain_next_block(struct dispute_chain *c, uint64_t seconds);

/* A transaction with a gas limit; its own gas and EIP-7623's floor are counted.
 * False: it failed, and `*selector` (may be NULL) is its error's. */
bool dispute_chain_send(struct dispute_chain *c, const struct address *from,
			const struct address *to, struct bytes calldata, const struct u256 *value,
			uint64_t gas, uint32_t *selector);
uint64_t dispute_chain_gas_used(const struct dispute_chain *c); /* by the last one */
/* What a call would return, in the chain's memory until the next one. */
bool dispute_chain_read(struct dispute_chain *c, const struct address *to, struct bytes calldata,
			struct bytes *answer);
struct u256 dispute_chain_balance(struct dispute_chain *c, const struct address *who);

#endif
