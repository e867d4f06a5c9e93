/* run: the interpreter, direct-threaded over decoded pages.
 *
 * Steps are counted by blocks: `left`, the steps still to do, goes down by a
 * block's whole length when the block is entered (every instruction knows how
 * many there are from itself to the end of its block), and back up by what was
 * not done where a block ends early.  Of a block longer than `left`, a part is
 * copied with a STOP behind it, and runs like any other code. */
#include "prover/vm/private.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "memory is accessed in place");

static uint64_t sign_extend_word(uint64_t value)
{
	return (uint64_t)(int64_t)(int32_t)(uint32_t)value;
}

/* Signed shift to the right: of the compilers that we use it keeps the sign. */
static uint64_t shift_right_signed(uint64_t value, unsigned amount)
{
	return (uint64_t)((int64_t)value >> amount);
}

static uint64_t multiply_high(__int128 a, __int128 b)
{
	return (uint64_t)((unsigned __int128)(a * b) >> 64);
}

static uint64_t multiply_high_unsigned(uint64_t a, uint64_t b)
{
	return (uint64_t)((unsigned __int128)a * b >> 64);
}

/* RISC-V 20191213, table 7.1: by zero, the quotient has all bits set and the
 * remainder is the dividend; on overflow (the smallest by -1) the quotient is the
 * dividend and the remainder 0. */
static uint64_t divide(uint64_t a, uint64_t b)
{
	if (b == 0)
		return UINT64_MAX;
	return b == UINT64_MAX ? 0 - a : (uint64_t)((int64_t)a / (int64_t)b);
}

static uint64_t divide_unsigned(uint64_t a, uint64_t b)
{
	return b == 0 ? UINT64_MAX : a / b;
}

static uint64_t remainder_signed(uint64_t a, uint64_t b)
{
	if (b == 0)
		return a;
	return b == UINT64_MAX ? 0 : (uint64_t)((int64_t)a % (int64_t)b);
}

static uint64_t remainder_unsigned(uint64_t a, uint64_t b)
{
	return b == 0 ? a : a % b;
}

/* The same on words: operands extended by their sign or by zeros, as the name
 * says, and so the 64-bit rules give the 32-bit result in the low half. */
static uint64_t low_unsigned(uint64_t value)
{
	return (uint32_t)value;
}

/* Copies the first `count` instructions from `from`, which is fewer than its block
 * has, and stops behind them. */
static const struct instruction *copy_part(struct machine *m, const struct instruction *from,
					   uint64_t count, const void *stop)
{
	for (uint64_t i = 0; i < count; i++) {
		m->part[i] = from[i];
		m->part[i].run = (uint16_t)(count - i);
	}
	m->part[count] = (struct instruction){ .handler = stop };
	return m->part;
}

/* Where the interpreter is: pc is that of `base`, plus 4 for each instruction. */
#define PC    (base_pc + 4 * (uint64_t)(ip - base))
#define A     x[ip->a]
#define B     x[ip->b]
#define C     x[ip->immediate] /* rs2 of a register operation */
#define IMM   ((uint64_t)(int64_t)ip->immediate)
#define SHIFT ((unsigned)ip->immediate)

#define NEXT                                                                                       \
	do {                                                                                       \
		ip++;                                                                              \
		goto * ip->handler;                                                                \
	} while (0)

/* Begins a block at `ip`. */
#define ENTER                                                                                      \
	do {                                                                                       \
		if (__builtin_expect(left < ip->run, 0))                                           \
			goto enter_part;                                                           \
		left -= ip->run;                                                                   \
		goto * ip->handler;                                                                \
	} while (0)

#define REGISTER_OPERATION(name, value)                                                            \
	name:                                                                                      \
	A = (value);                                                                               \
	NEXT;

#define LOAD(name, type, extended)                                                                 \
	name : {                                                                                   \
		uint64_t address = B + IMM;                                                        \
		const struct page *page;                                                           \
		type value = 0;                                                                    \
                                                                                                   \
		if (!machine_address_is_good(address, sizeof(type)))                               \
			goto panic;                                                                \
		page = pages[address >> PAGE_BITS];                                                \
		if (page)                                                                          \
			memcpy(&value, page->data + PAGE_OFFSET(address), sizeof(type));           \
		A = (uint64_t)(extended)value;                                                     \
		NEXT;                                                                              \
	}

#define STORE(name, type)                                                                          \
	name : {                                                                                   \
		uint64_t address = B + IMM;                                                        \
		type value = (type)A;                                                              \
		uint8_t *data;                                                                     \
                                                                                                   \
		if (!machine_address_is_good(address, sizeof(type)))                               \
			goto panic;                                                                \
		data = writable[address >> PAGE_BITS];                                             \
		if (__builtin_expect(!data, 0)) {                                                  \
			store_address = address;                                                   \
			store_value = value;                                                       \
			store_size = sizeof(type);                                                 \
			goto slow_store;                                                           \
		}                                                                                  \
		memcpy(data + PAGE_OFFSET(address), &value, sizeof(type));                         \
		NEXT;                                                                              \
	}

#define BRANCH(name, condition)                                                                    \
	name:                                                                                      \
	if (condition) {                                                                           \
		pc = PC + IMM;                                                                     \
		goto fetch;                                                                        \
	}                                                                                          \
	ip++;                                                                                      \
	ENTER;                                                                                     \
	name##_NEAR : if (condition) ip += ip->immediate;                                          \
	else ip++;                                                                                 \
	ENTER;

#define HANDLER(name) &&name,

enum machine_stop machine_run(struct machine *m, uint64_t step)
{
	static const void *const handlers[] = { OPERATIONS(HANDLER) };
	uint64_t *const x = m->x;
	struct page *const *const pages = m->memory.pages;
	uint8_t *const *const writable = m->memory.writable;
	uint64_t left = step > m->step ? step - m->step : 0;
	uint64_t pc = m->pc, base_pc;
	const struct instruction *base, *ip;
	enum machine_stop stop = MACHINE_REACHED;
	uint64_t store_address = 0, store_value = 0, store_size = 0;

	if (m->exited)
		return MACHINE_EXITED;
	if (left == 0)
		return MACHINE_REACHED;
	step = m->step + left;

fetch : {
	const struct code_page *code;

	if (left == 0)
		goto done;
	if (!machine_address_is_good(pc, 4)) {
		left--;
		goto panic_at_pc;
	}
	code = m->code[pc >> PAGE_BITS];
	if (!code)
		code = machine_decode(m, pc >> PAGE_BITS, handlers);
	base = code->at;
	base_pc = pc & ~(uint64_t)(PAGE_SIZE - 1);
	ip = base + PAGE_OFFSET(pc) / 4;
	ENTER;
}

enter_part:
	pc = PC;
	if (left == 0)
		goto done;
	ip = base = copy_part(m, ip, left, &&STOP);
	base_pc = pc;
	left = 0;
	goto * ip->handler;

PAGE_END:
	pc = PC;
	goto fetch;
STOP:
	pc = PC;
	goto done;

	REGISTER_OPERATION(LUI, IMM)
	REGISTER_OPERATION(AUIPC, PC + IMM)

JAL:
	pc = PC;
	A = pc + 4;
	pc += IMM;
	goto fetch;
JAL_NEAR:
	A = PC + 4;
	ip += ip->immediate;
	ENTER;
JALR : {
	uint64_t target = (B + IMM) & ~(uint64_t)1;

	A = PC + 4;
	pc = target;
	goto fetch;
}

	BRANCH(BEQ, A == B)
	BRANCH(BNE, A != B)
	BRANCH(BLT, (int64_t)B < (int64_t)A)
	BRANCH(BGE, (int64_t)B >= (int64_t)A)
	BRANCH(BLTU, B < A)
	BRANCH(BGEU, B >= A)

	LOAD(LB, int8_t, int64_t)
	LOAD(LH, int16_t, int64_t)
	LOAD(LW, int32_t, int64_t)
	LOAD(LD, uint64_t, uint64_t)
	LOAD(LBU, uint8_t, uint64_t)
	LOAD(LHU, uint16_t, uint64_t)
	LOAD(LWU, uint32_t, uint64_t)
	STORE(SB, uint8_t)
	STORE(SH, uint16_t)
	STORE(SW, uint32_t)
	STORE(SD, uint64_t)

	REGISTER_OPERATION(ADDI, B + IMM)
	REGISTER_OPERATION(SLTI, (int64_t)B < (int64_t)IMM)
	REGISTER_OPERATION(SLTIU, B < IMM)
	REGISTER_OPERATION(XORI, B ^ IMM)
	REGISTER_OPERATION(ORI, B | IMM)
	REGISTER_OPERATION(ANDI, B & IMM)
	REGISTER_OPERATION(SLLI, B << SHIFT)
	REGISTER_OPERATION(SRLI, B >> SHIFT)
	REGISTER_OPERATION(SRAI, shift_right_signed(B, SHIFT))
	REGISTER_OPERATION(ADDIW, sign_extend_word(B + IMM))
	REGISTER_OPERATION(SLLIW, sign_extend_word(B << SHIFT))
	REGISTER_OPERATION(SRLIW, sign_extend_word(low_unsigned(B) >> SHIFT))
	REGISTER_OPERATION(SRAIW, shift_right_signed(sign_extend_word(B), SHIFT))

	REGISTER_OPERATION(ADD, B + C)
	REGISTER_OPERATION(SUB, B - C)
	REGISTER_OPERATION(SLL, B << (C & 63))
	REGISTER_OPERATION(SLT, (int64_t)B < (int64_t)C)
	REGISTER_OPERATION(SLTU, B < C)
	REGISTER_OPERATION(XOR, B ^ C)
	REGISTER_OPERATION(SRL, B >> (C & 63))
	REGISTER_OPERATION(SRA, shift_right_signed(B, C & 63))
	REGISTER_OPERATION(OR, B | C)
	REGISTER_OPERATION(AND, B & C)
	REGISTER_OPERATION(ADDW, sign_extend_word(B + C))
	REGISTER_OPERATION(SUBW, sign_extend_word(B - C))
	REGISTER_OPERATION(SLLW, sign_extend_word(B << (C & 31)))
	REGISTER_OPERATION(SRLW, sign_extend_word(low_unsigned(B) >> (C & 31)))
	REGISTER_OPERATION(SRAW, shift_right_signed(sign_extend_word(B), C & 31))

	REGISTER_OPERATION(MUL, B * C)
	REGISTER_OPERATION(MULH, multiply_high((int64_t)B, (int64_t)C))
	REGISTER_OPERATION(MULHSU, multiply_high((int64_t)B, C))
	REGISTER_OPERATION(MULHU, multiply_high_unsigned(B, C))
	REGISTER_OPERATION(DIV, divide(B, C))
	REGISTER_OPERATION(DIVU, divide_unsigned(B, C))
	REGISTER_OPERATION(REM, remainder_signed(B, C))
	REGISTER_OPERATION(REMU, remainder_unsigned(B, C))
	REGISTER_OPERATION(MULW, sign_extend_word(B * C))
	REGISTER_OPERATION(DIVW, sign_extend_word(divide(sign_extend_word(B), sign_extend_word(C))))
	REGISTER_OPERATION(DIVUW,
			   sign_extend_word(divide_unsigned(low_unsigned(B), low_unsigned(C))))
	REGISTER_OPERATION(
	    REMW, sign_extend_word(remainder_signed(sign_extend_word(B), sign_extend_word(C))))
	REGISTER_OPERATION(REMUW,
			   sign_extend_word(remainder_unsigned(low_unsigned(B), low_unsigned(C))))

FENCE:
	NEXT;

ECALL: /* the last of its block: `left` is what is left behind it */
	m->pc = pc = PC;
	switch (machine_ecall(m)) {
	case ECALL_DONE:
		pc += 4;
		goto fetch;
	case ECALL_HALT:
		goto done;
	case ECALL_PANIC:
		goto panic_at_pc;
	case ECALL_NO_PREIMAGE:
		left++;
		stop = MACHINE_NO_PREIMAGE;
		goto done;
	}

slow_store : {
	/* The code that runs may be in that very page, and `ip` be gone. */
	size_t code_pages = m->code_pages;
	uint64_t undone = ip->run - (uint64_t)1;
	uint8_t *data;

	pc = PC + 4;
	data = machine_writable_page(m, store_address >> PAGE_BITS);
	memcpy(data + PAGE_OFFSET(store_address), &store_value, store_size);
	if (m->code_pages == code_pages)
		NEXT;
	left += undone;
	goto fetch;
}

ILLEGAL:
panic:
	left += ip->run - (uint64_t)1;
	pc = PC;
panic_at_pc:
	m->exited = 1;
	m->exit_code = MACHINE_PANIC;
done:
	m->pc = pc;
	m->step = step - left;
	return m->exited ? MACHINE_EXITED : stop;
}
