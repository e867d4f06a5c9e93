#include "tests/prover/vm_instructions.h"

#define MASK_R      0xfe00707f
#define MASK_FUNCT3 0x0000707f
#define MASK_OPCODE 0x0000007f
#define MASK_SHIFT  0xfc00707f

/* RISC-V unprivileged ISA 20191213, chapter 24. */
const struct vm_instruction vm_instructions[] = {
	{ "lui", MASK_OPCODE, 0x37, VM_U, 0 },
	{ "auipc", MASK_OPCODE, 0x17, VM_U, 0 },
	{ "jal", MASK_OPCODE, 0x6f, VM_J, 0 },
	{ "jalr", MASK_FUNCT3, 0x0067, VM_I, 0 },
	{ "beq", MASK_FUNCT3, 0x0063, VM_B, 0 },
	{ "bne", MASK_FUNCT3, 0x1063, VM_B, 0 },
	{ "blt", MASK_FUNCT3, 0x4063, VM_B, 0 },
	{ "bge", MASK_FUNCT3, 0x5063, VM_B, 0 },
	{ "bltu", MASK_FUNCT3, 0x6063, VM_B, 0 },
	{ "bgeu", MASK_FUNCT3, 0x7063, VM_B, 0 },
	{ "lb", MASK_FUNCT3, 0x0003, VM_LOAD, 1 },
	{ "lh", MASK_FUNCT3, 0x1003, VM_LOAD, 2 },
	{ "lw", MASK_FUNCT3, 0x2003, VM_LOAD, 4 },
	{ "ld", MASK_FUNCT3, 0x3003, VM_LOAD, 8 },
	{ "lbu", MASK_FUNCT3, 0x4003, VM_LOAD, 1 },
	{ "lhu", MASK_FUNCT3, 0x5003, VM_LOAD, 2 },
	{ "lwu", MASK_FUNCT3, 0x6003, VM_LOAD, 4 },
	{ "sb", MASK_FUNCT3, 0x0023, VM_S, 1 },
	{ "sh", MASK_FUNCT3, 0x1023, VM_S, 2 },
	{ "sw", MASK_FUNCT3, 0x2023, VM_S, 4 },
	{ "sd", MASK_FUNCT3, 0x3023, VM_S, 8 },
	{ "addi", MASK_FUNCT3, 0x0013, VM_I, 0 },
	{ "slti", MASK_FUNCT3, 0x2013, VM_I, 0 },
	{ "sltiu", MASK_FUNCT3, 0x3013, VM_I, 0 },
	{ "xori", MASK_FUNCT3, 0x4013, VM_I, 0 },
	{ "ori", MASK_FUNCT3, 0x6013, VM_I, 0 },
	{ "andi", MASK_FUNCT3, 0x7013, VM_I, 0 },
	{ "slli", MASK_SHIFT, 0x1013, VM_SHIFT, 0 },
	{ "srli", MASK_SHIFT, 0x5013, VM_SHIFT, 0 },
	{ "srai", MASK_SHIFT, 0x40005013, VM_SHIFT, 0 },
	{ "addiw", MASK_FUNCT3, 0x001b, VM_I, 0 },
	{ "slliw", MASK_R, 0x101b, VM_SHIFT_WORD, 0 },
	{ "srliw", MASK_R, 0x501b, VM_SHIFT_WORD, 0 },
	{ "sraiw", MASK_R, 0x4000501b, VM_SHIFT_WORD, 0 },
	{ "add", MASK_R, 0x00000033, VM_R, 0 },
	{ "sub", MASK_R, 0x40000033, VM_R, 0 },
	{ "sll", MASK_R, 0x00001033, VM_R, 0 },
	{ "slt", MASK_R, 0x00002033, VM_R, 0 },
	{ "sltu", MASK_R, 0x00003033, VM_R, 0 },
	{ "xor", MASK_R, 0x00004033, VM_R, 0 },
	{ "srl", MASK_R, 0x00005033, VM_R, 0 },
	{ "sra", MASK_R, 0x40005033, VM_R, 0 },
	{ "or", MASK_R, 0x00006033, VM_R, 0 },
	{ "and", MASK_R, 0x00007033, VM_R, 0 },
	{ "addw", MASK_R, 0x0000003b, VM_R, 0 },
	{ "subw", MASK_R, 0x4000003b, VM_R, 0 },
	{ "sllw", MASK_R, 0x0000103b, VM_R, 0 },
	{ "srlw", MASK_R, 0x0000503b, VM_R, 0 },
	{ "sraw", MASK_R, 0x4000503b, VM_R, 0 },
	{ "mul", MASK_R, 0x02000033, VM_R, 0 },
	{ "mulh", MASK_R, 0x02001033, VM_R, 0 },
	{ "mulhsu", MASK_R, 0x02002033, VM_R, 0 },
	{ "mulhu", MASK_R, 0x02003033, VM_R, 0 },
	{ "div", MASK_R, 0x02004033, VM_R, 0 },
	{ "divu", MASK_R, 0x02005033, VM_R, 0 },
	{ "rem", MASK_R, 0x02006033, VM_R, 0 },
	{ "remu", MASK_R, 0x02007033, VM_R, 0 },
	{ "mulw", MASK_R, 0x0200003b, VM_R, 0 },
	{ "divw", MASK_R, 0x0200403b, VM_R, 0 },
	{ "divuw", MASK_R, 0x0200503b, VM_R, 0 },
	{ "remw", MASK_R, 0x0200603b, VM_R, 0 },
	{ "remuw", MASK_R, 0x0200703b, VM_R, 0 },
	{ "fence", MASK_FUNCT3, 0x000f, VM_I, 0 },
	{ "ecall", 0xffffffff, 0x73, VM_FIXED, 0 },
};
const size_t vm_instruction_count = sizeof(vm_instructions) / sizeof(vm_instructions[0]);

const struct vm_instruction *vm_instruction_of(uint32_t word)
{
	for (size_t i = 0; i < vm_instruction_count; i++)
		if ((word & vm_instructions[i].mask) == vm_instructions[i].match)
			return &vm_instructions[i];
	return NULL;
}

/* xorshift64* (Vigna) */
uint64_t vm_random(struct vm_random *r)
{
	r->state ^= r->state >> 12;
	r->state ^= r->state << 25;
	r->state ^= r->state >> 27;
	return r->state * 0x2545f4914f6cdd1d;
}

uint64_t vm_random_below(struct vm_random *r, uint64_t bound)
{
	return (vm_random(r) >> 11) % bound;
}

uint64_t vm_random_operand(struct vm_random *r)
{
	static const unsigned widths[] = { 7, 8, 15, 16, 31, 32, 63 };
	uint64_t edge;

	switch (vm_random_below(r, 4)) {
	case 0:
		edge = (uint64_t)1 << widths[vm_random_below(r, 7)];
		edge += vm_random_below(r, 3) - 1;
		return vm_random_below(r, 2) ? edge : 0 - edge;
	case 1:
		return vm_random_below(r, 5) - 2;
	case 2:
		return vm_random(r) >> vm_random_below(r, 64);
	default:
		return vm_random(r);
	}
}

static uint32_t field(uint64_t value, unsigned high, unsigned low, unsigned to)
{
	return (uint32_t)(value >> low & (((uint64_t)2 << (high - low)) - 1)) << to;
}

uint32_t vm_encode(const struct vm_instruction *i, const struct vm_fields *f)
{
	uint64_t v = (uint64_t)f->immediate;
	uint32_t rd = f->rd << 7, rs1 = f->rs1 << 15, rs2 = f->rs2 << 20;

	switch (i->format) {
	case VM_R:
		return i->match | rd | rs1 | rs2;
	case VM_I:
	case VM_LOAD:
		return i->match | rd | rs1 | field(v, 11, 0, 20);
	case VM_SHIFT:
		return i->match | rd | rs1 | field(v, 5, 0, 20);
	case VM_SHIFT_WORD:
		return i->match | rd | rs1 | field(v, 4, 0, 20);
	case VM_S:
		return i->match | rs1 | rs2 | field(v, 11, 5, 25) | field(v, 4, 0, 7);
	case VM_B:
		return i->match | rs1 | rs2 | field(v, 12, 12, 31) | field(v, 10, 5, 25) |
		       field(v, 4, 1, 8) | field(v, 11, 11, 7);
	case VM_U:
		return i->match | rd | field(v, 31, 12, 12);
	case VM_J:
		return i->match | rd | field(v, 20, 20, 31) | field(v, 10, 1, 21) |
		       field(v, 11, 11, 20) | field(v, 19, 12, 12);
	case VM_FIXED:
		return i->match;
	}
	return 0;
}

struct vm_fields vm_random_fields(struct vm_random *r, const struct vm_instruction *i)
{
	struct vm_fields f = { .rd = (unsigned)vm_random_below(r, 32),
			       .rs1 = (unsigned)vm_random_below(r, 32),
			       .rs2 = (unsigned)vm_random_below(r, 32),
			       .immediate = (int64_t)vm_random_operand(r) };

	if (vm_random_below(r, 16) == 0)
		f.rd = 0;
	if (vm_random_below(r, 16) == 0)
		f.rs1 = f.rd;
	if (vm_random_below(r, 16) == 0)
		f.rs2 = f.rs1;
	/* Mostly to where an instruction can be. */
	if ((i->format == VM_B || i->format == VM_J) && vm_random_below(r, 8) != 0)
		f.immediate &= ~(int64_t)3;
	return f;
}
