/* results: where the programs of this folder leave what they found, for the host
 * (vm_qemu.c) to compare between qemu and the machine. */
#ifndef GAVEL_TESTS_PROVER_RISCV_RESULTS_H
#define GAVEL_TESTS_PROVER_RISCV_RESULTS_H

#include <stdint.h>

/* In a section of its own, at RESULTS_ADDRESS (the make rule says so too). */
#define RESULTS_ADDRESS 0x1000000
#define RESULTS_ROOM    400000

struct results {
	uint64_t count;
	uint64_t values[RESULTS_ROOM];
};

extern struct results results;

/* The program: fills the results and returns. */
void cases(void);

#endif
