/* vm_suites: the parts of vm_step.  Each counts its cases in the pair. */
#ifndef GAVEL_TESTS_PROVER_VM_SUITES_H
#define GAVEL_TESTS_PROVER_VM_SUITES_H

#include "tests/prover/vm_compare.h"

/* Each instruction, `cases` times, on other fields, operands and places. */
void vm_suite_instructions(struct vm_pair *p, uint64_t cases);
/* Every opcode with every funct3 and each kind of funct7: what is no instruction
 * is a PANIC, what is one is not. */
void vm_suite_encodings(struct vm_pair *p);
void vm_suite_ecalls(struct vm_pair *p, uint64_t cases);
/* Exited machines, odd and far pcs, impossible states. */
void vm_suite_states(struct vm_pair *p);
/* Witnesses of the wrong length, or with a changed byte. */
void vm_suite_witnesses(struct vm_pair *p);
/* Random programs, each compared for 10,000 steps. */
void vm_suite_programs(struct vm_pair *p, uint64_t programs);

#endif
