/* decode: RISC-V unprivileged ISA 20191213, chapter 24 (the listings of RV32I,
 * RV64I, RV32M and RV64M), as tables. */
#include "prover/vm/decode.h"

static uint32_t le32_load(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Bits high..low of the word. */
static uint32_t bits(uint32_t word, unsigned high, unsigned low)
{
	return word >> low & (((uint32_t)2 << (high - low)) - 1);
}

static int32_t sign_extend(uint32_t value, unsigned width)
{
	uint32_t sign = (uint32_t)1 << (width - 1);

	return (int32_t)((value ^ sign) - sign);
}

static int32_t immediate_i(uint32_t w)
{
	return sign_extend(bits(w, 31, 20), 12);
}

static int32_t immediate_s(uint32_t w)
{
	return sign_extend(bits(w, 31, 25) << 5 | bits(w, 11, 7), 12);
}

static int32_t immediate_b(uint32_t w)
{
	return sign_extend(bits(w, 31, 31) << 12 | bits(w, 7, 7) << 11 | bits(w, 30, 25) << 5 |
			       bits(w, 11, 8) << 1,
			   13);
}

static int32_t immediate_j(uint32_t w)
{
	return sign_extend(bits(w, 31, 31) << 20 | bits(w, 19, 12) << 12 | bits(w, 20, 20) << 11 |
			       bits(w, 30, 21) << 1,
			   21);
}

static const struct fields illegal = { .operation = OP_ILLEGAL };

static struct fields fields_u(uint32_t w, enum operation operation)
{
	return (struct fields){ .operation = operation,
				.rd = (uint8_t)bits(w, 11, 7),
				.immediate = (int32_t)(w & 0xfffff000) };
}

static struct fields fields_i(uint32_t w, enum operation operation, int32_t immediate)
{
	return (struct fields){ .operation = operation,
				.rd = (uint8_t)bits(w, 11, 7),
				.rs1 = (uint8_t)bits(w, 19, 15),
				.immediate = immediate };
}

/* Stores and branches. */
static struct fields fields_s(uint32_t w, enum operation operation, int32_t immediate)
{
	return (struct fields){ .operation = operation,
				.rs1 = (uint8_t)bits(w, 19, 15),
				.rs2 = (uint8_t)bits(w, 24, 20),
				.immediate = immediate };
}

static struct fields fields_r(uint32_t w, enum operation operation)
{
	return (struct fields){ .operation = operation,
				.rd = (uint8_t)bits(w, 11, 7),
				.rs1 = (uint8_t)bits(w, 19, 15),
				.rs2 = (uint8_t)bits(w, 24, 20) };
}

/* By funct3; OP_ILLEGAL (0) where the table has nothing. */
static const uint8_t loads[8] = { OP_LB, OP_LH, OP_LW, OP_LD, OP_LBU, OP_LHU, OP_LWU };
static const uint8_t stores[8] = { OP_SB, OP_SH, OP_SW, OP_SD };
static const uint8_t branches[8] = {
	OP_BEQ, OP_BNE, [4] = OP_BLT, [5] = OP_BGE, [6] = OP_BLTU, [7] = OP_BGEU
};
static const uint8_t immediates[8] = {
	OP_ADDI, [2] = OP_SLTI, [3] = OP_SLTIU, [4] = OP_XORI, [6] = OP_ORI, [7] = OP_ANDI
};

/* The register operations by funct3, in three groups by funct7. */
static const uint8_t registers_0[8] = { OP_ADD, OP_SLL, OP_SLT, OP_SLTU,
					OP_XOR, OP_SRL, OP_OR,  OP_AND };
static const uint8_t registers_32[8] = { OP_SUB, [5] = OP_SRA };
static const uint8_t registers_1[8] = { OP_MUL, OP_MULH, OP_MULHSU, OP_MULHU,
					OP_DIV, OP_DIVU, OP_REM,    OP_REMU };
static const uint8_t words_0[8] = { OP_ADDW, OP_SLLW, [5] = OP_SRLW };
static const uint8_t words_32[8] = { OP_SUBW, [5] = OP_SRAW };
static const uint8_t words_1[8] = {
	OP_MULW, [4] = OP_DIVW, [5] = OP_DIVUW, [6] = OP_REMW, [7] = OP_REMUW
};

static struct fields decode_register(uint32_t w, const uint8_t *f0, const uint8_t *f32,
				     const uint8_t *f1)
{
	uint32_t funct3 = bits(w, 14, 12);

	switch (bits(w, 31, 25)) {
	case 0:
		return fields_r(w, f0[funct3]);
	case 0x20:
		return fields_r(w, f32[funct3]);
	case 1:
		return fields_r(w, f1[funct3]);
	default:
		return illegal;
	}
}

/* OP-IMM: shifts by 0..63, with six bits that say which. */
static struct fields decode_immediate(uint32_t w)
{
	uint32_t funct3 = bits(w, 14, 12), funct6 = bits(w, 31, 26);
	int32_t amount = (int32_t)bits(w, 25, 20);

	if (funct3 == 1)
		return funct6 == 0 ? fields_i(w, OP_SLLI, amount) : illegal;
	if (funct3 == 5 && funct6 == 0)
		return fields_i(w, OP_SRLI, amount);
	if (funct3 == 5)
		return funct6 == 0x10 ? fields_i(w, OP_SRAI, amount) : illegal;
	return fields_i(w, immediates[funct3], immediate_i(w));
}

/* OP-IMM-32: shifts by 0..31; "SLLIW, SRLIW, and SRAIW encodings with imm[5] != 0
 * are reserved" (5.2). */
static struct fields decode_immediate_word(uint32_t w)
{
	uint32_t funct3 = bits(w, 14, 12), funct7 = bits(w, 31, 25);
	int32_t amount = (int32_t)bits(w, 24, 20);

	if (funct3 == 0)
		return fields_i(w, OP_ADDIW, immediate_i(w));
	if (funct3 == 1)
		return funct7 == 0 ? fields_i(w, OP_SLLIW, amount) : illegal;
	if (funct3 == 5 && funct7 == 0)
		return fields_i(w, OP_SRLIW, amount);
	if (funct3 == 5 && funct7 == 0x20)
		return fields_i(w, OP_SRAIW, amount);
	return illegal;
}

static struct fields decode_any(uint32_t w)
{
	uint32_t funct3 = bits(w, 14, 12);

	switch (w & 0x7f) {
	case 0x37:
		return fields_u(w, OP_LUI);
	case 0x17:
		return fields_u(w, OP_AUIPC);
	case 0x6f:
		return fields_i(w, OP_JAL, immediate_j(w));
	case 0x67:
		return funct3 == 0 ? fields_i(w, OP_JALR, immediate_i(w)) : illegal;
	case 0x63:
		return fields_s(w, branches[funct3], immediate_b(w));
	case 0x03:
		return fields_i(w, loads[funct3], immediate_i(w));
	case 0x23:
		return fields_s(w, stores[funct3], immediate_s(w));
	case 0x13:
		return decode_immediate(w);
	case 0x1b:
		return decode_immediate_word(w);
	case 0x33:
		return decode_register(w, registers_0, registers_32, registers_1);
	case 0x3b:
		return decode_register(w, words_0, words_32, words_1);
	case 0x0f: /* FENCE; funct3 1 is FENCE.I, the others are reserved */
		return funct3 == 0 ? (struct fields){ .operation = OP_FENCE } : illegal;
	case 0x73: /* funct3 0, no fields: ECALL.  With 1: EBREAK */
		return w == 0x73 ? (struct fields){ .operation = OP_ECALL } : illegal;
	default:
		return illegal;
	}
}

struct fields decode_fields(uint32_t word)
{
	struct fields f = decode_any(word);

	return f.operation == OP_ILLEGAL ? illegal : f;
}

static bool is_branch(enum operation operation)
{
	return operation >= OP_BEQ && operation <= OP_BGEU;
}

static bool is_store(enum operation operation)
{
	return operation >= OP_SB && operation <= OP_SD;
}

static bool is_register(enum operation operation)
{
	return operation >= OP_ADD && operation <= OP_REMUW;
}

/* After it, the next instruction may be another than the one behind it. */
static bool ends_block(enum operation operation)
{
	return operation == OP_ILLEGAL || operation == OP_JAL || operation == OP_JALR ||
	       operation == OP_ECALL || is_branch(operation);
}

/* A jump or branch to where `place`'s page has an instruction: the NEAR form. */
static bool near_target(const struct fields *f, size_t place, int32_t *distance)
{
	int64_t target = (int64_t)place + f->immediate / 4;

	*distance = f->immediate / 4;
	return (f->operation == OP_JAL || is_branch(f->operation)) && f->immediate % 4 == 0 &&
	       target >= 0 && target < (int64_t)PAGE_INSTRUCTIONS;
}

static enum operation near_form(enum operation operation)
{
	return operation == OP_JAL ? OP_JAL_NEAR : OP_BEQ_NEAR + (operation - OP_BEQ);
}

static struct instruction instruction_of(uint32_t word, size_t place, uint16_t run_behind,
					 const void *const *handlers)
{
	struct fields f = decode_fields(word);
	bool has_rs2 = is_store(f.operation) || is_branch(f.operation);
	struct instruction out = {
		.immediate = is_register(f.operation) ? f.rs2 : f.immediate,
		.run = ends_block(f.operation) ? 1 : (uint16_t)(run_behind + 1),
		.a = has_rs2     ? f.rs2
		     : f.rd == 0 ? REGISTER_SINK
				 : f.rd,
		.b = f.rs1,
	};
	int32_t distance;

	if (near_target(&f, place, &distance)) {
		f.operation = near_form(f.operation);
		out.immediate = distance;
	}
	out.handler = handlers[f.operation];
	return out;
}

void decode_page(struct code_page *code, const uint8_t *page, const void *const *handlers)
{
	uint16_t run = 0;

	code->at[PAGE_INSTRUCTIONS] = (struct instruction){ .handler = handlers[OP_PAGE_END] };
	for (size_t i = PAGE_INSTRUCTIONS; i-- > 0;) {
		code->at[i] = instruction_of(page ? le32_load(page + 4 * i) : 0, i, run, handlers);
		run = code->at[i].run;
	}
}
