/* vm_suite_programs: random programs.  Most instructions compute; loads and
 * stores go through a register that nothing writes to, sometimes into the program
 * itself; branches and jumps stay near.  A program that exits is followed by
 * another. */
#include <string.h>

#include "tests/prover/vm_suites.h"

#define STEPS_EACH 10000

#define X_DATA 2 /* points to data, at a multiple of 256 */
#define X_CODE 3 /* points to the program */
#define A0     10
#define A7     17

#define CODE      0x10000
#define WORDS     1400 /* more than a page */
#define DATA_PAGE 0x7f000

static const struct vm_instruction *instruction_named(const char *name)
{
	for (size_t i = 0; i < vm_instruction_count; i++)
		if (strcmp(vm_instructions[i].name, name) == 0)
			return &vm_instructions[i];
	return NULL;
}

static uint32_t word_of(const char *name, unsigned rd, unsigned rs1, unsigned rs2,
			int64_t immediate)
{
	return vm_encode(instruction_named(name), &(struct vm_fields){ rd, rs1, rs2, immediate });
}

static bool writes_pointer(const struct vm_fields *f)
{
	return f->rd == X_DATA || f->rd == X_CODE;
}

/* Any instruction, so bent that the program probably goes on. */
static uint32_t random_word(struct vm_random *r)
{
	const struct vm_instruction *i = &vm_instructions[vm_random_below(r, vm_instruction_count)];
	struct vm_fields f = vm_random_fields(r, i);
	int64_t near = 4 * ((int64_t)vm_random_below(r, 40) - 12);

	if (writes_pointer(&f))
		f.rd = 4;
	if (i->width > 0) {
		f.rs1 = i->format == VM_S && vm_random_below(r, 50) == 0 ? X_CODE : X_DATA;
		f.immediate = (int64_t)(vm_random_below(r, 2048) & ~(uint64_t)(i->width - 1));
	}
	if (i->format == VM_B || i->format == VM_J)
		f.immediate = near == 0 ? 4 : near;
	if (i->format == VM_FIXED || strcmp(i->name, "jalr") == 0)
		return word_of("add", 5, 6, 7, 0);
	return vm_encode(i, &f);
}

/* Five instructions around an ecall that does not PANIC. */
static size_t put_ecall(struct vm_random *r, uint32_t *to)
{
	static const int64_t numbers[] = { 1, 2, 2, 2, 3, 4 };
	int64_t number = numbers[vm_random_below(r, 6)];
	int64_t offset = (int64_t)vm_random_below(r, 64) * 32;

	to[0] = word_of("addi", A7, 0, 0, number);
	to[1] = word_of("addi", A0, X_DATA, 0, number == 3 ? offset & ~255 : offset);
	to[2] = 0x73;
	return 3;
}

/* A call and its return, through jalr. */
static size_t put_jump(struct vm_random *r, uint32_t *to)
{
	to[0] = word_of("auipc", 1, 0, 0, 0);
	to[1] = word_of("jalr", 5, 1, 0, 12 + (int64_t)vm_random_below(r, 2));
	to[2] = 0; /* jumped over */
	return 3;
}

static void make_program(struct vm_pair *p)
{
	struct vm_random *r = &p->random;
	struct machine_state s = { .pc = CODE };
	uint32_t words[WORDS + 8];
	uint8_t bytes[4 * WORDS];
	size_t n = 0;

	while (n < WORDS - 4) {
		uint64_t kind = vm_random_below(r, 40);

		if (kind == 0)
			n += put_ecall(r, words + n);
		else if (kind == 1)
			n += put_jump(r, words + n);
		else
			words[n++] = random_word(r);
	}
	words[n] = word_of("jal", 0, 0, 0, -4 * (int64_t)n);
	while (++n < WORDS)
		words[n] = 0;
	for (size_t i = 0; i < WORDS; i++)
		for (size_t k = 0; k < 4; k++)
			bytes[4 * i + k] = (uint8_t)(words[i] >> 8 * k);
	vm_pair_reset(p);
	machine_write(p->machine, CODE, bytes_of(bytes, sizeof(bytes)));
	for (unsigned i = 1; i < 32; i++)
		s.x[i] = vm_random_operand(r);
	s.x[X_DATA] = DATA_PAGE;
	s.x[X_CODE] = CODE;
	machine_set_state(p->machine, &s);
}

void vm_suite_programs(struct vm_pair *p, uint64_t programs)
{
	for (uint64_t n = 0; n < programs; n++) {
		bool equal = true;
		uint64_t panics = 0;

		make_program(p);
		for (unsigned i = 0; i < STEPS_EACH && equal; i++) {
			equal = vm_pair_step(p);
			if (machine_status(p->machine) != MACHINE_UNFINISHED) {
				equal = equal && vm_pair_step(p);
				make_program(p);
				panics++;
			}
		}
		vm_pair_count(p, equal && panics < 1000, "program", n);
	}
}
