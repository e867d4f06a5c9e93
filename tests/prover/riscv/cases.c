/* cases: every instruction of RV64IM on edge operands, each with each, and on
 * random ones.  Runs under qemu and on the machine, which must agree. */
#include "tests/prover/riscv/results.h"

struct results results __attribute__((section(".results")));

#define RANDOM_PAIRS 1500

static uint64_t random_state = 88172645463325252;

static uint64_t random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	/* Of random length. */
	return random_state >> (random_state >> 20 & 63);
}

static void put(uint64_t value)
{
	results.values[results.count++] = value;
}

static const uint64_t edges[] = {
	0,
	1,
	2,
	3,
	7,
	31,
	32,
	33,
	63,
	64,
	0x7f,
	0x80,
	0xff,
	0x7fff,
	0x8000,
	0xffff,
	0x7fffffff,
	0x80000000,
	0x80000001,
	0xffffffff,
	0x100000000,
	0x7fffffffffffffff,
	0x8000000000000000,
	0x8000000000000001,
	0xffffffff80000000,
	0xffffffff7fffffff,
	0xfffffffffffffffe,
	0xffffffffffffffff,
};
#define EDGES (sizeof(edges) / sizeof(edges[0]))
#define PAIRS (EDGES * EDGES + RANDOM_PAIRS)

static void pair(unsigned n, uint64_t *a, uint64_t *b)
{
	*a = n < EDGES * EDGES ? edges[n / EDGES] : random_number();
	*b = n < EDGES * EDGES ? edges[n % EDGES] : random_number();
}

/* From here on the lists of macros are laid out by hand. */
/* clang-format off */

/* Two registers in, one out; also into x0, and with all three the same. */
#define REGISTERS(name)                                                                            \
	for (unsigned n = 0; n < PAIRS; n++) {                                                     \
		uint64_t a, b, out;                                                                \
                                                                                                   \
		pair(n, &a, &b);                                                                   \
		__asm__ volatile(name " %0, %1, %2" : "=r"(out) : "r"(a), "r"(b));                 \
		put(out);                                                                          \
		if (n % 16 != 0)                                                                   \
			continue;                                                                  \
		__asm__ volatile(name " x0, %1, %2\n\tmv %0, x0" : "=r"(out) : "r"(a), "r"(b));    \
		put(out);                                                                          \
		out = a;                                                                           \
		__asm__ volatile(name " %0, %0, %0" : "+r"(out));                                  \
		put(out);                                                                          \
	}

static void register_operations(void)
{
	REGISTERS("add") REGISTERS("sub") REGISTERS("sll") REGISTERS("slt") REGISTERS("sltu")
	REGISTERS("xor") REGISTERS("srl") REGISTERS("sra") REGISTERS("or") REGISTERS("and")
	REGISTERS("addw") REGISTERS("subw") REGISTERS("sllw") REGISTERS("srlw") REGISTERS("sraw")
	REGISTERS("mul") REGISTERS("mulh") REGISTERS("mulhsu") REGISTERS("mulhu")
	REGISTERS("div") REGISTERS("divu") REGISTERS("rem") REGISTERS("remu")
	REGISTERS("mulw") REGISTERS("divw") REGISTERS("divuw") REGISTERS("remw") REGISTERS("remuw")
}

/* One register and a constant. */
#define CONSTANT(name, constant)                                                                   \
	for (unsigned n = 0; n < EDGES + 100; n++) {                                               \
		uint64_t a = n < EDGES ? edges[n] : random_number(), out;                          \
                                                                                                   \
		__asm__ volatile(name " %0, %1, %2" : "=r"(out) : "r"(a), "i"(constant));          \
		put(out);                                                                          \
	}

#define CONSTANTS(name)                                                                            \
	CONSTANT(name, 0) CONSTANT(name, 1) CONSTANT(name, -1) CONSTANT(name, 2)                   \
	CONSTANT(name, -2) CONSTANT(name, 31) CONSTANT(name, 32) CONSTANT(name, 63)                \
	CONSTANT(name, 127) CONSTANT(name, -128) CONSTANT(name, 255) CONSTANT(name, 256)           \
	CONSTANT(name, 1023) CONSTANT(name, -1024) CONSTANT(name, 1365) CONSTANT(name, -1366)      \
	CONSTANT(name, 2047) CONSTANT(name, -2047) CONSTANT(name, -2048)

#define EIGHT(name, n)                                                                             \
	CONSTANT(name, n) CONSTANT(name, n + 1) CONSTANT(name, n + 2) CONSTANT(name, n + 3)        \
	CONSTANT(name, n + 4) CONSTANT(name, n + 5) CONSTANT(name, n + 6) CONSTANT(name, n + 7)
#define SHIFTS_WORD(name) EIGHT(name, 0) EIGHT(name, 8) EIGHT(name, 16) EIGHT(name, 24)
#define SHIFTS(name)                                                                               \
	SHIFTS_WORD(name) EIGHT(name, 32) EIGHT(name, 40) EIGHT(name, 48) EIGHT(name, 56)

static void constant_operations(void)
{
	CONSTANTS("addi") CONSTANTS("slti") CONSTANTS("sltiu") CONSTANTS("xori") CONSTANTS("ori")
	CONSTANTS("andi") CONSTANTS("addiw")
	SHIFTS("slli") SHIFTS("srli") SHIFTS("srai")
	SHIFTS_WORD("slliw") SHIFTS_WORD("srliw") SHIFTS_WORD("sraiw")
}

#define BRANCH(name)                                                                               \
	for (unsigned n = 0; n < PAIRS; n++) {                                                     \
		uint64_t a, b, out;                                                                \
                                                                                                   \
		pair(n, &a, &b);                                                                   \
		__asm__ volatile("li %0, 1\n\t" name " %1, %2, 1f\n\tli %0, 0\n1:"                 \
				 : "=&r"(out)                                                      \
				 : "r"(a), "r"(b));                                                \
		put(out);                                                                          \
	}

static void branches(void)
{
	BRANCH("beq") BRANCH("bne") BRANCH("blt") BRANCH("bge") BRANCH("bltu") BRANCH("bgeu")
}

#define UPPER(constant)                                                                            \
	__asm__ volatile("lui %0, %1" : "=r"(out) : "i"(constant));                                \
	put(out);                                                                                  \
	__asm__ volatile("auipc %0, %2\n\tauipc %1, 0"                                             \
			 : "=&r"(out), "=r"(base)                                                  \
			 : "i"(constant));                                                         \
	put(out - base);

/* Links and targets, as distances. */
static void jumps(void)
{
	uint64_t out, base;

	UPPER(0) UPPER(1) UPPER(0x7ffff) UPPER(0x80000) UPPER(0x80001) UPPER(0xfffff)
	__asm__ volatile("auipc %1, 0\n\tjal %0, 1f\n\tnop\n1:\n\tsub %0, %0, %1"
			 : "=&r"(out), "=&r"(base));
	put(out);
	__asm__ volatile("auipc %1, 0\n\tjalr %0, 12(%1)\n\tnop\n\tsub %0, %0, %1"
			 : "=&r"(out), "=&r"(base));
	put(out);
	/* The lowest bit is cleared, after the sum. */
	__asm__ volatile("auipc %1, 0\n\tjalr %0, 13(%1)\n\tnop\n\tsub %0, %0, %1"
			 : "=&r"(out), "=&r"(base));
	put(out);
	/* The same register: the target is read before the link is written. */
	__asm__ volatile("auipc %1, 0\n\tmv %0, %1\n\tjalr %0, 16(%0)\n\tnop\n\tsub %0, %0, %1"
			 : "=&r"(out), "=&r"(base));
	put(out);
	/* Backwards. */
	__asm__ volatile("li %0, 0\n\tj 2f\n1:\n\taddi %0, %0, 5\n\tj 3f\n2:\n\tjal x0, 1b\n3:"
			 : "=&r"(out));
	put(out);
}

static uint64_t memory[64];

#define LOAD(name, width, offset)                                                                  \
	for (unsigned at = 256; at < 384; at += width) {                                           \
		const char *base = (const char *)memory + at - (offset);                           \
		uint64_t out;                                                                      \
                                                                                                   \
		__asm__ volatile(name " %0, %2(%1)"                                                \
				 : "=r"(out)                                                       \
				 : "r"(base), "i"(offset)                                          \
				 : "memory");                                                      \
		put(out);                                                                          \
	}

#define STORE(name, width, offset)                                                                 \
	for (unsigned at = 256; at < 384; at += width) {                                           \
		char *base = (char *)memory + at - (offset);                                       \
                                                                                                   \
		__asm__ volatile(name " %1, %2(%0)"                                                \
				 :                                                                 \
				 : "r"(base), "r"(random_number()), "i"(offset)                    \
				 : "memory");                                                      \
		put(memory[at / 8]);                                                               \
		put(memory[at / 8 - 1]);                                                           \
		put(memory[at / 8 + 1]);                                                           \
	}

#define OFFSETS(operation, name, width)                                                            \
	operation(name, width, 0) operation(name, width, 1) operation(name, width, -1)             \
		operation(name, width, 2047) operation(name, width, -2048)                         \
			operation(name, width, 1365) operation(name, width, -683)

static void memory_operations(void)
{
	for (unsigned i = 0; i < 64; i++)
		memory[i] = random_number() << 32 ^ random_number() ^ random_number() << 48;
	OFFSETS(LOAD, "lb", 1) OFFSETS(LOAD, "lh", 2) OFFSETS(LOAD, "lw", 4) OFFSETS(LOAD, "ld", 8)
	OFFSETS(LOAD, "lbu", 1) OFFSETS(LOAD, "lhu", 2) OFFSETS(LOAD, "lwu", 4)
	OFFSETS(STORE, "sb", 1) OFFSETS(STORE, "sh", 2) OFFSETS(STORE, "sw", 4)
	OFFSETS(STORE, "sd", 8)
	/* A load into x0 is done, and vanishes. */
	__asm__ volatile("ld x0, 0(%0)" : : "r"(memory));
}

/* FENCE with all kinds of fields; the registers that it names stay. */
static void fences(void)
{
	uint64_t out = 77;

	__asm__ volatile("mv t0, %0\n\tfence\n\tfence rw, w\n\t.word 0x8330000f\n\t"
			 ".word 0x0000028f\n\tmv %0, t0"
			 : "+r"(out)
			 :
			 : "t0");
	put(out);
}

void cases(void)
{
	register_operations();
	constant_operations();
	branches();
	jumps();
	memory_operations();
	fences();
}
