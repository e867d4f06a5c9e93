/* vm_compare: the emulator and the Step contract, side by side. */
#ifndef GAVEL_TESTS_PROVER_VM_COMPARE_H
#define GAVEL_TESTS_PROVER_VM_COMPARE_H

#include <stdio.h>

#include "prover/vm/machine.h"
#include "tests/prover/vm_instructions.h"
#include "tests/support/step_contract.h"

/* A machine whose host knows a preimage for every key, made up from the key; and
 * the contract.  `passed` and `failed` count cases. */
struct vm_pair {
	struct machine *machine;
	struct step_contract *contract;
	struct vm_random random;
	uint64_t passed, failed;
	uint64_t steps;
	uint64_t most_gas, most_keccak_gas; /* of a transaction with one step */
	size_t longest_witness;
	uint8_t preimage[256];
	/* Every sample-th step is written here for vm_anvil.test.mjs, an object a line,
	 * if it is not NULL. */
	FILE *vectors;
	uint64_t sample;
};

void vm_pair_init(struct vm_pair *p, const char *contracts, uint64_t seed);
void vm_pair_free(struct vm_pair *p);
/* A new machine, all zero. */
void vm_pair_reset(struct vm_pair *p);

/* Counts a case; says what it was if it failed (the first ones). */
void vm_pair_count(struct vm_pair *p, bool passed, const char *what, uint64_t detail);

/* One step on both, from the machine's state; every hash, before and after, must
 * be equal.  Not counted. */
bool vm_pair_step(struct vm_pair *p);

/* The length-prefixed preimage's bytes at `offset`: what L1's oracle would say. */
void vm_pair_answer(struct vm_pair *p, const struct hash32 *key, uint64_t offset,
		    struct step_answer *answer);

#endif
