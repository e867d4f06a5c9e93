/* What the machine reads, 32 bytes a call: (8-byte length | preimage), leaf by
 * leaf, right to where it is to stay.  That the machine gives as much as the
 * length says is checked; that the bytes belong to the key is L1's to answer. */
#include "prover/guest/oracle_machine.h"

#include "prover/guest/ecall.h"

#define LEAF        32
#define LENGTH_SIZE 8

static void read_leaf(uint8_t *leaf, uint64_t expected)
{
	if (ecall(ECALL_ORACLE_READ, (uint64_t)(uintptr_t)leaf, 0) != expected)
		halt(HALT_PANIC);
}

static uint64_t at_most_leaf(uint64_t len)
{
	return len < LEAF ? len : LEAF;
}

static bool read_preimage(void *context, struct arena *a, const struct hash32 *key,
			  struct bytes *preimage)
{
	static uint8_t first[LEAF] __attribute__((aligned(LEAF)));
	uint64_t total, valid;
	uint8_t *leaves;

	(void)context;
	memcpy(first, key->b, LEAF);
	ecall(ECALL_ORACLE_KEY, (uint64_t)(uintptr_t)first, 0);
	valid = ecall(ECALL_ORACLE_READ, (uint64_t)(uintptr_t)first, 0);
	total = LENGTH_SIZE + be64_load(first);
	/* More than there is memory: arena_alloc() would PANIC, unless it wraps. */
	if (total < LENGTH_SIZE || total > (uint64_t)1 << 32 || valid != at_most_leaf(total))
		halt(HALT_PANIC);
	leaves = arena_alloc(a, (size_t)((total + LEAF - 1) / LEAF * LEAF));
	memcpy(leaves, first, LEAF);
	for (uint64_t at = LEAF; at < total; at += LEAF)
		read_leaf(leaves + at, at_most_leaf(total - at));
	*preimage = bytes_of(leaves + LENGTH_SIZE, (size_t)(total - LENGTH_SIZE));
	return true;
}

static void give_hint(void *context, struct bytes hint)
{
	(void)context;
	ecall(ECALL_HINT, (uint64_t)(uintptr_t)hint.data, hint.len);
}

const struct oracle oracle_machine = { NULL, read_preimage, give_hint };
