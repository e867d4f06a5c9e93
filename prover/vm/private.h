/* private: what the parts of the emulator share. */
#ifndef GAVEL_PROVER_VM_PRIVATE_H
#define GAVEL_PROVER_VM_PRIVATE_H

#include "prover/vm/decode.h"
#include "prover/vm/machine.h"
#include "prover/vm/memory.h"

struct machine {
	uint64_t x[REGISTER_SINK + 1]; /* x[0] stays 0 */
	uint64_t pc, step;
	struct hash32 preimage_key;
	uint64_t preimage_offset;
	uint8_t exited, exit_code;

	struct machine_host host;
	struct memory memory;
	/* [PAGE_COUNT]: decoded code, NULL where there is none yet.  Such a page is
	 * protected, so that a store drops the code first. */
	struct code_page **code;
	size_t code_pages; /* of them */
	/* Less than a block, with a STOP behind. */
	struct instruction part[PAGE_INSTRUCTIONS + 1];
};

/* The page's bytes for writing; drops code decoded from it. */
uint8_t *machine_writable_page(struct machine *m, size_t index);
/* Decodes a page that isn't yet. */
struct code_page *machine_decode(struct machine *m, size_t index, const void *const *handlers);

/* What an ECALL did.  All is in `m`, with pc still at the instruction. */
enum ecall_result {
	ECALL_DONE, /* pc goes on */
	ECALL_HALT, /* exited is set */
	ECALL_PANIC,
	ECALL_NO_PREIMAGE, /* nothing happened */
};
enum ecall_result machine_ecall(struct machine *m);

/* An address that an ecall may use: below 2^32 and aligned to `size` bytes. */
static inline bool machine_address_is_good(uint64_t address, uint64_t size)
{
	return address < MACHINE_MEMORY_SIZE && (address & (size - 1)) == 0;
}

#endif
