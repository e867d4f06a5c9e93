/* code: instructions by name, as far as the tests here need them, and putting
 * them into a machine.  Encodings: RISC-V unprivileged ISA 20191213, chapter 24. */
#ifndef GAVEL_TESTS_UNIT_VM_CODE_H
#define GAVEL_TESTS_UNIT_VM_CODE_H

#include "prover/vm/machine.h"

#define X0 0
#define A0 10
#define A1 11
#define T0 5
#define T1 6
#define A7 17

static inline uint32_t code_i(uint32_t opcode, uint32_t funct3, unsigned rd, unsigned rs1,
			      int immediate)
{
	return (uint32_t)immediate << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}

static inline uint32_t code_addi(unsigned rd, unsigned rs1, int immediate)
{
	return code_i(0x13, 0, rd, rs1, immediate);
}

static inline uint32_t code_slli(unsigned rd, unsigned rs1, int amount)
{
	return code_i(0x13, 1, rd, rs1, amount);
}

static inline uint32_t code_ld(unsigned rd, unsigned rs1, int offset)
{
	return code_i(0x03, 3, rd, rs1, offset);
}

static inline uint32_t code_store(uint32_t funct3, unsigned rs2, unsigned rs1, int offset)
{
	uint32_t o = (uint32_t)offset;

	return (o >> 5 & 0x7f) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (o & 31) << 7 | 0x23;
}

static inline uint32_t code_sw(unsigned rs2, unsigned rs1, int offset)
{
	return code_store(2, rs2, rs1, offset);
}

static inline uint32_t code_sd(unsigned rs2, unsigned rs1, int offset)
{
	return code_store(3, rs2, rs1, offset);
}

static inline uint32_t code_add(unsigned rd, unsigned rs1, unsigned rs2)
{
	return rs2 << 20 | rs1 << 15 | rd << 7 | 0x33;
}

/* bne, to a distance in bytes */
static inline uint32_t code_bne(unsigned rs1, unsigned rs2, int distance)
{
	uint32_t d = (uint32_t)distance;

	return (d >> 12 & 1) << 31 | (d >> 5 & 0x3f) << 25 | rs2 << 20 | rs1 << 15 | 1 << 12 |
	       (d >> 1 & 15) << 8 | (d >> 11 & 1) << 7 | 0x63;
}

static inline uint32_t code_jal(unsigned rd, int distance)
{
	uint32_t d = (uint32_t)distance;

	return (d >> 20 & 1) << 31 | (d >> 1 & 0x3ff) << 21 | (d >> 11 & 1) << 20 |
	       (d >> 12 & 0xff) << 12 | rd << 7 | 0x6f;
}

#define CODE_ECALL 0x73

static inline void code_put(struct machine *m, uint64_t address, const uint32_t *words,
			    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t bytes[4] = { (uint8_t)words[i], (uint8_t)(words[i] >> 8),
				     (uint8_t)(words[i] >> 16), (uint8_t)(words[i] >> 24) };

		machine_write(m, address + 4 * i, bytes_of(bytes, sizeof(bytes)));
	}
}

static inline void code_start(struct machine *m, uint64_t pc)
{
	struct machine_state s = { .pc = pc };

	machine_set_state(m, &s);
}

static inline uint64_t code_register(struct machine *m, unsigned number)
{
	struct machine_state s;

	machine_state(m, &s);
	return s.x[number];
}

#endif
