/* code_private: what code.c and the interpreters share of a code's analysis.
 * Core. */
#ifndef GAVEL_EVM_CODE_PRIVATE_H
#define GAVEL_EVM_CODE_PRIVATE_H

#include "eth/u256.h"
#include "evm/code.h"

/* Zero bytes behind a copied code: the operand of a PUSH32 at its very end,
 * and the STOP behind it. */
#define CODE_PADDING 64

struct translation;

/* Made piece by piece, by who runs the code first; belongs to one thread, as
 * the code does. */
struct code_analysis {
	struct arena *arena;
	const uint64_t *jumpdests;       /* a bit for each byte; NULL: not yet */
	struct translation *translation; /* NULL: not yet */
};

/* Words of a bitmap for `len` bytes of code. */
static inline size_t code_bitmap_words(size_t len)
{
	return len / 64 + 1;
}

/* Marks the JUMPDEST instructions of `code` in `bitmap`. */
void code_find_jumpdests(uint64_t *bitmap, struct bytes code);

/* The operand of a PUSH with `len` bytes, which are at `data` in padded code. */
static inline struct u256 code_immediate(const uint8_t *data, unsigned len)
{
	return len <= 8 ? u256_from_u64(be64_load(data) >> (64 - 8 * len))
			: u256_from_be(data, len);
}

static inline struct code_analysis *code_analysis(const struct evm_code *code)
{
	return (struct code_analysis *)(uintptr_t)code->analysis;
}

/* The bitmap, made now if it was not yet. */
const uint64_t *code_jumpdests(const struct evm_code *code);

#endif
