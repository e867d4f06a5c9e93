/* dispute_toy: a toy chain, provable by a small program on the real machine
 * (dispute_guest.S), and the truth about it. */
#ifndef GAVEL_TESTS_PROVER_DISPUTE_TOY_H
#define GAVEL_TESTS_PROVER_DISPUTE_TOY_H

#include "prover/dispute/truth.h"

#define TOY_BLOCKS       600
#define TOY_ENTRY_BLOCKS 8

/* Loads the program.  Once in a process. */
void toy_init(const char *guest_path);

struct hash32 toy_prestate(void);
struct hash32 toy_chain_config(void);
/* Of block `block` with so many entries: claim_absent behind them. */
struct hash32 toy_root(uint64_t horizon, uint64_t block);

struct toy;
struct toy *toy_new(void);
void toy_free(struct toy *t);
struct truth toy_truth(struct toy *t);

/* As the truth's, and also where the agreed root is wrong. */
void toy_states(struct toy *t, const struct claim_trace *trace, uint64_t first, uint64_t spacing,
		struct claim_list *states);

/* A repeatable stream. */
struct toy_random {
	uint64_t state;
};
uint64_t toy_random(struct toy_random *r);
uint64_t toy_below(struct toy_random *r, uint64_t bound);

#endif
