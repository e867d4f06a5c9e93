/* ecall: what the machine does beyond RV64IM (prover/vm/machine.h). */
#ifndef GAVEL_PROVER_GUEST_ECALL_H
#define GAVEL_PROVER_GUEST_ECALL_H

#include <stdint.h>

enum ecall {
	ECALL_HALT = 0,
	ECALL_ORACLE_KEY = 1,
	ECALL_ORACLE_READ = 2,
	ECALL_KECCAK_F = 3,
	ECALL_HINT = 4,
};

static inline uint64_t ecall(enum ecall number, uint64_t first, uint64_t second)
{
	register uint64_t a0 __asm__("a0") = first;
	register uint64_t a1 __asm__("a1") = second;
	register uint64_t a7 __asm__("a7") = number;

	__asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a7) : "memory");
	return a0;
}

static inline __attribute__((noreturn)) void halt(uint8_t code)
{
	for (;;)
		ecall(ECALL_HALT, code, 0);
}

#define HALT_PANIC 2

#endif
