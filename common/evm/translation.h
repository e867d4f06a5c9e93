/* translation: code made into what interpreter.c runs.
 *
 * A basic block, which control enters only at its start, is translated when it
 * is first reached.  Its gas and the stack it needs are added up and checked at
 * its entry.  Inside of it the stack is known: an instruction names the places
 * of its operands and its result, so PUSH, DUP, SWAP and POP vanish; what they
 * leave out of place is moved once, at the end of the block.
 *
 * Checking early is exact.  A failing frame loses all its gas and changes
 * wherever it fails, so only instructions that look at the gas, and the reason
 * of the failure, can tell the difference.  GAS knows what the rest of its block
 * has prepaid; the others that look end their block; and where an entry check
 * fails, step.c runs the block instead and finds the reason.
 *
 * A translation is a list of words: the address of a handler and its operands.
 * Core; private to this folder. */
#ifndef GAVEL_EVM_TRANSLATION_H
#define GAVEL_EVM_TRANSLATION_H

#include "evm/machine.h"

union word {
	const void *handler;
	const union word *to;
	uint64_t bits;
	int16_t place[4]; /* in bytes from the stack pointer at the block's entry */
	struct {
		uint32_t gas;   /* of the whole block */
		uint16_t need;  /* bytes that must be on the stack; NEED_NEVER: see below */
		uint16_t range; /* how many more may be there at most */
	} entry;
};

_Static_assert(sizeof(union word) == 8, "a word is what fits a register");

/* What a block begins with: entry, and its pc. */
#define BLOCK_HEAD_WORDS 2

/* A need that no stack fulfils: the block can't run, or is none yet. */
#define NEED_NEVER 0xffff

/* The handlers, with the words that follow their own.  `places` are d (result),
 * a, b, c (operands), as far as there are.  A link is two words: the block, or
 * translation_unlinked until it has been reached, and its pc. */
#define FOR_EACH_HANDLER(X)                                                                        \
	X(CONTINUE)   /* to: the list goes on there */                                             \
	X(MOVE)       /* places */                                                                 \
	X(SWAP)       /* places: a and b */                                                        \
	X(CONST)      /* places, bits */                                                           \
	X(CONST_WIDE) /* places, 4 words */                                                        \
	X(ADD)                                                                                     \
	X(ADD_BITS) /* _BITS: b is the word that follows */                                        \
	X(ADD_WIDE) /* _WIDE: b is the 4 words that follow */                                      \
	X(SUB)                                                                                     \
	X(SUB_BITS)                                                                                \
	X(SUB_FROM_WIDE) /* the 4 words - a */                                                     \
	X(MUL)                                                                                     \
	X(MUL_BITS)                                                                                \
	X(DIV)                                                                                     \
	X(SDIV)                                                                                    \
	X(MOD)                                                                                     \
	X(SMOD)                                                                                    \
	X(ADDMOD)                                                                                  \
	X(MULMOD)                                                                                  \
	X(EXP)                                                                                     \
	X(SIGNEXTEND)                                                                              \
	X(SIGNEXTEND_BITS)                                                                         \
	X(LT)                                                                                      \
	X(GE)                                                                                      \
	X(LT_BITS)                                                                                 \
	X(GE_BITS)                                                                                 \
	X(GT_BITS)                                                                                 \
	X(LE_BITS)                                                                                 \
	X(SLT)                                                                                     \
	X(SGE)                                                                                     \
	X(EQ)                                                                                      \
	X(NE)                                                                                      \
	X(EQ_BITS)                                                                                 \
	X(NE_BITS)                                                                                 \
	X(ZERO)                                                                                    \
	X(NONZERO)                                                                                 \
	X(AND)                                                                                     \
	X(AND_BITS)                                                                                \
	X(AND_WIDE)                                                                                \
	X(OR)                                                                                      \
	X(OR_WIDE)                                                                                 \
	X(XOR)                                                                                     \
	X(XOR_WIDE)                                                                                \
	X(NOT)                                                                                     \
	X(BYTE)                                                                                    \
	X(BYTE_BITS)                                                                               \
	X(SHL)                                                                                     \
	X(SHL_LOW)  /* _LOW: by 1 to 63 */                                                         \
	X(SHL_HIGH) /* _HIGH: by 192 and more, without these 192 */                                \
	X(SHL_BITS)                                                                                \
	X(SHR)                                                                                     \
	X(SHR_LOW)                                                                                 \
	X(SHR_HIGH)                                                                                \
	X(SHR_BITS)                                                                                \
	X(SAR)                                                                                     \
	X(SAR_BITS)                                                                                \
	X(CLZ)                                                                                     \
	X(KECCAK256)                                                                               \
	X(ADDRESS)                                                                                 \
	X(BALANCE)                                                                                 \
	X(ORIGIN)                                                                                  \
	X(CALLER)                                                                                  \
	X(CALLVALUE)                                                                               \
	X(CALLDATALOAD)                                                                            \
	X(CALLDATASIZE)                                                                            \
	X(CALLDATACOPY)                                                                            \
	X(CODECOPY)                                                                                \
	X(GASPRICE)                                                                                \
	X(EXTCODESIZE)                                                                             \
	X(RETURNDATASIZE)                                                                          \
	X(EXTCODEHASH)                                                                             \
	X(BLOCKHASH)                                                                               \
	X(COINBASE)                                                                                \
	X(TIMESTAMP)                                                                               \
	X(NUMBER)                                                                                  \
	X(PREVRANDAO)                                                                              \
	X(GASLIMIT)                                                                                \
	X(CHAINID)                                                                                 \
	X(SELFBALANCE)                                                                             \
	X(BASEFEE)                                                                                 \
	X(BLOBHASH)                                                                                \
	X(BLOBBASEFEE)                                                                             \
	X(MLOAD)                                                                                   \
	X(MLOAD_BITS)                                                                              \
	X(MSTORE)                                                                                  \
	X(MSTORE_BITS) /* a is the word, b the value */                                            \
	X(MSTORE8)                                                                                 \
	X(MCOPY)                                                                                   \
	X(SLOAD)                                                                                   \
	X(TLOAD)                                                                                   \
	X(MSIZE)                                                                                   \
	X(GAS) /* places, bits: what later instructions of the block have prepaid */               \
	/* The end of a block.  places: d moves the stack pointer, to where it is                  \
	 * in the code; operands on the stack lie below it. */                                     \
	X(NEXT) /* link */                                                                         \
	X(STEP) /* bits: the pc from which to go on step by step */                                \
	X(STOP)                                                                                    \
	X(JUMP)       /* a: the target */                                                          \
	X(JUMPI)      /* a: the target, b: the condition; link: else */                            \
	X(IF_NONZERO) /* IF: link, link: else */                                                   \
	X(IF_ZERO)                                                                                 \
	X(IF_LT)                                                                                   \
	X(IF_GE)                                                                                   \
	X(IF_SLT)                                                                                  \
	X(IF_SGE)                                                                                  \
	X(IF_EQ)                                                                                   \
	X(IF_NE)                                                                                   \
	X(IF_LT_BITS) /* _BITS: and b */                                                           \
	X(IF_GE_BITS)                                                                              \
	X(IF_GT_BITS)                                                                              \
	X(IF_LE_BITS)                                                                              \
	X(IF_EQ_BITS)                                                                              \
	X(IF_NE_BITS)                                                                              \
	X(RETURN)                                                                                  \
	X(REVERT)                                                                                  \
	X(SELFDESTRUCT)                                                                            \
	X(SSTORE) /* this and what is below: link */                                               \
	X(TSTORE)                                                                                  \
	X(EXTCODECOPY)                                                                             \
	X(RETURNDATACOPY)                                                                          \
	X(LOG)  /* and bits: the number of topics */                                               \
	X(CALL) /* and bits: the instruction */                                                    \
	X(CREATE)

enum handler {
#define HANDLER_NAME(name) HANDLER_##name,
	FOR_EACH_HANDLER(HANDLER_NAME)
#undef HANDLER_NAME
	    HANDLER_COUNT
};

/* What a link leads to until its target is translated; no stack passes it. */
extern const union word translation_unlinked[BLOCK_HEAD_WORDS];

extern const union word *const translation_no_blocks[64];

/* A block that does not begin with a JUMPDEST. */
struct block_place {
	uint64_t pc;
	const union word *block; /* NULL: a free place */
};

/* A code's translation. */
struct translation {
	const void *const *handlers; /* of the interpreter it is for */
	enum evm_revision revision;
	/* For each 64 bytes of the code, the blocks of their JUMPDESTs (NULL: not
	 * yet); translation_no_blocks until there is one. */
	const union word *const **blocks;
	struct block_place *others;
	size_t other_count;
	size_t other_capacity;    /* a power of two; at most half is used */
	union word *next, *limit; /* free words */
	union word start[2];      /* a link to pc 0 */
};

/* A link to the start of `code`, whose translation begins with that.  NULL: it
 * runs step by step, since its translation is of another kind. */
const union word *translation_start(struct evm *e, const struct evm_code *code);

/* The block at `pc` of code that has a start; NULL: not translated yet. */
const union word *translation_find(const struct evm_code *code, uint64_t pc);
/* Keeps it. */
void translation_note(struct evm *e, const struct evm_code *code, uint64_t pc,
		      const union word *block);

/* translator.c */
struct translator;
struct translator *translator_new(struct arena *a);

/* The block at `pc`, translated now if it was not yet.  NULL: it is not to be
 * translated (too much was already). */
const union word *translate(struct evm *e, const struct evm_code *code, uint64_t pc);

static inline unsigned count_bits(uint64_t v)
{
#if defined(__POPCNT__)
	return (unsigned)__builtin_popcountll(v);
#else
	v -= v >> 1 & 0x5555555555555555u;
	v = (v & 0x3333333333333333u) + (v >> 2 & 0x3333333333333333u);
	v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fu;
	return (unsigned)(v * 0x0101010101010101u >> 56);
#endif
}

static inline bool code_is_jumpdest(const struct evm_code *code, const uint64_t *jumpdests,
				    uint64_t pc)
{
	return pc < code->code.len && jumpdests[pc / 64] >> pc % 64 & 1;
}

/* Which of the JUMPDESTs of its 64 bytes the one at `pc` is. */
static inline size_t jumpdest_number(const uint64_t *jumpdests, uint64_t pc)
{
	uint64_t before = ((uint64_t)1 << pc % 64) - 1;

	return count_bits(jumpdests[pc / 64] & before);
}

/* The block of the JUMPDEST at `pc`. */
static inline const union word *translation_block(const struct translation *t,
						  const uint64_t *jumpdests, uint64_t pc)
{
	return t->blocks[pc / 64][jumpdest_number(jumpdests, pc)];
}

/* Interpreters of translated code.  With `f` NULL it only leaves the addresses
 * of its handlers in e->handlers. */
interpreter_function interpreter_run;
interpreter_function interpreter_run_v3; /* the same, for x86-64-v3 */

#endif
