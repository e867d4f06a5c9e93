/* vm_step: the emulator against the Step contract, which runs in our own EVM:
 * every instruction on random and edge operands, every encoding that is none,
 * ecalls, states at their edges, random programs, and witnesses that lie.
 *
 *	vm_step CONTRACTS_FOLDER CASES PROGRAMS [SEED]
 *
 * CASES is per instruction, PROGRAMS are of 10,000 steps each. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/prover/vm_suites.h"

int main(int argc, char **argv)
{
	struct vm_pair pair;
	uint64_t cases, programs;

	if (argc < 4) {
		fprintf(stderr, "usage: vm_step CONTRACTS_FOLDER CASES PROGRAMS [SEED]\n");
		return 2;
	}
	cases = strtoull(argv[2], NULL, 10);
	programs = strtoull(argv[3], NULL, 10);
	vm_pair_init(&pair, argv[1], argc > 4 ? strtoull(argv[4], NULL, 10) : 1);
	vm_suite_instructions(&pair, cases);
	vm_suite_encodings(&pair);
	vm_suite_ecalls(&pair, cases);
	vm_suite_states(&pair);
	vm_suite_witnesses(&pair);
	vm_suite_programs(&pair, programs);
	printf("%" PRIu64 " steps; a transaction with one step costs at most %" PRIu64
	       " gas, with a KECCAK_F %" PRIu64 "; the longest witness has %zu bytes\n",
	       pair.steps, pair.most_gas, pair.most_keccak_gas, pair.longest_witness);
	/* The bars: 150k, 400k, 3 KB. */
	vm_pair_count(&pair, pair.most_gas <= 150000, "gas of a step", pair.most_gas);
	vm_pair_count(&pair, pair.most_keccak_gas <= 400000, "gas of a KECCAK_F",
		      pair.most_keccak_gas);
	vm_pair_count(&pair, pair.longest_witness < 3000, "witness", pair.longest_witness);
	printf("%" PRIu64 " passed, %" PRIu64 " failed\n", pair.passed, pair.failed);
	vm_pair_free(&pair);
	return pair.failed != 0;
}
