/* vm_step: the emulator against the Step contract, which runs in our own EVM:
 * every instruction on random and edge operands, every encoding that is none,
 * ecalls, states at their edges, random programs, and witnesses that lie.
 *
 *	vm_step CONTRACTS_FOLDER CASES PROGRAMS [SEED [VECTORS]]
 *
 * CASES is per instruction, PROGRAMS are of 10,000 steps each.  A sample of the
 * steps is written to VECTORS. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/prover/vm_suites.h"

static void run_suites(struct vm_pair *p, uint64_t cases, uint64_t programs)
{
	p->sample = 7;
	vm_suite_instructions(p, cases);
	p->sample = 500;
	vm_suite_encodings(p);
	p->sample = 7;
	vm_suite_ecalls(p, cases);
	vm_suite_states(p);
	vm_suite_witnesses(p);
	p->sample = 300;
	vm_suite_programs(p, programs);
}

/* The bars: 150k, 400k, 3 KB. */
static void check_costs(struct vm_pair *p)
{
	printf("%" PRIu64 " steps; a transaction with one step costs at most %" PRIu64
	       " gas, with a KECCAK_F %" PRIu64 "; the longest witness has %zu bytes\n",
	       p->steps, p->most_gas, p->most_keccak_gas, p->longest_witness);
	vm_pair_count(p, p->most_gas <= 150000, "gas of a step", p->most_gas);
	vm_pair_count(p, p->most_keccak_gas <= 400000, "gas of a KECCAK_F", p->most_keccak_gas);
	vm_pair_count(p, p->longest_witness < 3000, "witness", p->longest_witness);
}

int main(int argc, char **argv)
{
	struct vm_pair pair;

	if (argc < 4) {
		fprintf(stderr,
			"usage: vm_step CONTRACTS_FOLDER CASES PROGRAMS [SEED [VECTORS]]\n");
		return 2;
	}
	vm_pair_init(&pair, argv[1], argc > 4 ? strtoull(argv[4], NULL, 10) : 1);
	if (argc > 5 && !(pair.vectors = fopen(argv[5], "w"))) {
		perror(argv[5]);
		return 1;
	}
	run_suites(&pair, strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
	check_costs(&pair);
	printf("%" PRIu64 " passed, %" PRIu64 " failed\n", pair.passed, pair.failed);
	if (pair.vectors && fclose(pair.vectors) != 0)
		perror(argv[5]);
	vm_pair_free(&pair);
	return pair.failed != 0;
}
