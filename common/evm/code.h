/* code: contract code made ready to run, once per code hash.  Core. */
#ifndef GAVEL_EVM_CODE_H
#define GAVEL_EVM_CODE_H

#include "base/arena.h"

/* Shared by any number of frames of one thread.  What the interpreter prepares
 * beyond these fields (jump destinations, a translation, ...) is its own; it does
 * so when the code is first run, in the arena that the code was made in. */
struct evm_code {
	struct bytes code; /* as stored; readable STOP bytes follow behind it */
	struct hash32 hash;
	const void *analysis; /* private to code.c and the interpreter */
};

/* Copies `code` into `a` and analyses it.  `hash` is its keccak256 (for init
 * code, which nobody asks the hash of, NULL leaves it zero). */
struct evm_code *evm_code_new(struct arena *a, struct bytes code, const struct hash32 *hash);

/* Where it was made; NULL: evm_code_empty. */
const struct arena *evm_code_arena(const struct evm_code *code);

/* The code of an account without any. */
extern const struct evm_code evm_code_empty;

/* EIP-7702: true when `code` is 0xef0100 and an address, which is then
 * written to `*target`. */
bool evm_code_is_delegation(struct bytes code, struct address *target);

#endif
