/* decode: RV64IM instructions, out of their encoding and into what the
 * interpreter runs. */
#ifndef GAVEL_PROVER_VM_DECODE_H
#define GAVEL_PROVER_VM_DECODE_H

#include "prover/vm/memory.h"

/* All operations; the interpreter has a handler for each.  Branches and jal come
 * twice: NEAR ones stay within their page of code. */
/* clang-format off */
#define OPERATIONS(X)										\
	X(ILLEGAL) X(LUI) X(AUIPC) X(JAL) X(JALR)						\
	X(BEQ) X(BNE) X(BLT) X(BGE) X(BLTU) X(BGEU)						\
	X(LB) X(LH) X(LW) X(LD) X(LBU) X(LHU) X(LWU)						\
	X(SB) X(SH) X(SW) X(SD)									\
	X(ADDI) X(SLTI) X(SLTIU) X(XORI) X(ORI) X(ANDI) X(SLLI) X(SRLI) X(SRAI)			\
	X(ADDIW) X(SLLIW) X(SRLIW) X(SRAIW)							\
	X(ADD) X(SUB) X(SLL) X(SLT) X(SLTU) X(XOR) X(SRL) X(SRA) X(OR) X(AND)			\
	X(ADDW) X(SUBW) X(SLLW) X(SRLW) X(SRAW)							\
	X(MUL) X(MULH) X(MULHSU) X(MULHU) X(DIV) X(DIVU) X(REM) X(REMU)				\
	X(MULW) X(DIVW) X(DIVUW) X(REMW) X(REMUW)						\
	X(FENCE) X(ECALL)									\
	X(JAL_NEAR) X(BEQ_NEAR) X(BNE_NEAR) X(BLT_NEAR) X(BGE_NEAR) X(BLTU_NEAR) X(BGEU_NEAR)	\
	X(PAGE_END) X(STOP)
/* clang-format on */

#define OPERATION_ENUM(name) OP_##name,
enum operation { OPERATIONS(OPERATION_ENUM) OPERATION_COUNT };
#undef OPERATION_ENUM

/* Where the interpreter writes what goes to x0. */
#define REGISTER_SINK 32

/* One instruction's fields.  Without rd: 0. */
struct fields {
	enum operation operation; /* never a NEAR one, PAGE_END or STOP */
	uint8_t rd, rs1, rs2;
	int32_t immediate; /* sign-extended; shift amounts; LUI and AUIPC: all 32 bits */
};
struct fields decode_fields(uint32_t word);

/* As the interpreter has it.
 *
 *	                 a    b    immediate
 *	register         rd   rs1  rs2
 *	immediate, load  rd   rs1  value
 *	store, branch    rs2  rs1  offset (NEAR: in instructions)
 *	lui, auipc, jal  rd   -    value (NEAR: in instructions) */
struct instruction {
	const void *handler;
	int32_t immediate;
	uint16_t run; /* instructions from here to the end of the block, this included */
	uint8_t a, b;
};

#define PAGE_INSTRUCTIONS (PAGE_SIZE / 4)

/* A page of code; behind its last instruction is a PAGE_END. */
struct code_page {
	struct instruction at[PAGE_INSTRUCTIONS + 1];
};

/* `page` may be NULL: zeros.  `handlers` has one for each operation. */
void decode_page(struct code_page *code, const uint8_t *page, const void *const *handlers);

#endif
