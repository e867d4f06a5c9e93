/* evm_programs: programs of our own for evm_bench.c. */
#ifndef GAVEL_TESTS_BENCH_EVM_PROGRAMS_H
#define GAVEL_TESTS_BENCH_EVM_PROGRAMS_H

/* Contracts at 0x1000 (called) and 0x1001; "" where there is none.  Every slot
 * of their storage holds 2^64. */
struct own_program {
	const char *name;
	const char *code[2]; /* hex */
};

extern const struct own_program own_programs[];
extern const unsigned own_program_count;

#endif
