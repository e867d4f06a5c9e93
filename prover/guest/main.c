/* main: the program in the machine.  Memory comes from two fixed ranges; when one
 * is used up the machine halts with a PANIC, which proves nothing (no claim is
 * VALID then).  What the gas limit of a block allows takes a small part of them:
 * tests/prover/ measures it. */
#include "prover/guest/ecall.h"
#include "prover/guest/oracle_machine.h"
#include "prover/program/program.h"

#define BLOCK_SIZE      ((size_t)1024 * 1024)
#define BLOCK_ALIGNMENT ((size_t)64)

/* Above the image, as guest.ld says. */
#define MEMORY_START ((uintptr_t)0x01000000)
#define MEMORY_END   ((uintptr_t)0xc0000000)
#define CACHE_END    ((uintptr_t)0x100000000)

void guest_main(void);

/* A range that blocks are taken from like from a stack; each arena has its own,
 * and gives the newest block back first. */
struct range {
	uint8_t *next;
	uint8_t *limit;
};

static size_t whole_size(size_t size)
{
	return (size + BLOCK_ALIGNMENT - 1) & ~(BLOCK_ALIGNMENT - 1);
}

static void *range_allocate(void *context, size_t size)
{
	struct range *range = context;
	uint8_t *block = range->next;

	if (size > (size_t)(range->limit - range->next))
		return NULL;
	range->next += whole_size(size);
	return block;
}

static void range_release(void *context, void *block, size_t size)
{
	struct range *range = context;

	if ((uint8_t *)block + whole_size(size) == range->next)
		range->next = block;
}

static void __attribute__((noreturn)) range_out_of_memory(void *context, size_t size)
{
	(void)context, (void)size;
	halt(HALT_PANIC);
}

static struct arena_source range_source(struct range *range)
{
	return (struct arena_source){ range, range_allocate, range_release, range_out_of_memory };
}

void guest_main(void)
{
	struct range memory = { (uint8_t *)MEMORY_START, (uint8_t *)MEMORY_END };
	struct range cache = { (uint8_t *)MEMORY_END, (uint8_t *)CACHE_END };
	struct arena_source memory_source = range_source(&memory);
	struct arena_source cache_source = range_source(&cache);
	struct program_report report;
	struct arena a;

	arena_init(&a, &memory_source, BLOCK_SIZE);
	program_run(&a, &cache_source, &oracle_machine, &report);
	halt(program_exit_code(report.verdict));
}
