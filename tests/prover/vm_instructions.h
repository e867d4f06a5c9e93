/* vm_instructions: every instruction of RV64IM, as the manual's listings have it,
 * and random encodings of them; the tests' own table, apart from the emulator's. */
#ifndef GAVEL_TESTS_PROVER_VM_INSTRUCTIONS_H
#define GAVEL_TESTS_PROVER_VM_INSTRUCTIONS_H

#include "base/bytes.h"

enum vm_format { VM_R, VM_I, VM_SHIFT, VM_SHIFT_WORD, VM_LOAD, VM_S, VM_B, VM_U, VM_J, VM_FIXED };

struct vm_instruction {
	const char *name;
	uint32_t mask, match; /* a word is this instruction if word & mask == match */
	enum vm_format format;
	unsigned width; /* loads and stores, bytes */
};

extern const struct vm_instruction vm_instructions[];
extern const size_t vm_instruction_count;

/* NULL: no instruction. */
const struct vm_instruction *vm_instruction_of(uint32_t word);

/* A repeatable stream of numbers; the state is not 0. */
struct vm_random {
	uint64_t state;
};
uint64_t vm_random(struct vm_random *r);
uint64_t vm_random_below(struct vm_random *r, uint64_t bound);
/* An operand: often one at an edge (0, 1, -1, the ends of 8 to 64 bits, their
 * neighbours), else random of random length. */
uint64_t vm_random_operand(struct vm_random *r);

/* The fields that `format` leaves open. */
struct vm_fields {
	unsigned rd, rs1, rs2;
	int64_t immediate; /* what fits the format; other bits are cut off */
};
uint32_t vm_encode(const struct vm_instruction *i, const struct vm_fields *f);
/* Random fields, x0 and equal registers more often than chance would have it. */
struct vm_fields vm_random_fields(struct vm_random *r, const struct vm_instruction *i);

#endif
