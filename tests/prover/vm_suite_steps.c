/* vm_suite_steps: single steps. */
#include <string.h>

#include "tests/prover/vm_suites.h"

#define A0 10
#define A1 11
#define A7 17

/* Where code and data are put: at the ends of the memory and in between.  Few, so
 * that the tree stays small. */
static const uint64_t code_pages[] = { 0, 0x1000, 0x7ffff000, 0xfffff000 };
static const uint64_t data_pages[] = { 0x2000, 0x80000000, 0xffffe000, 0xfffff000 };

static uint64_t pick(struct vm_random *r, const uint64_t *from, size_t count)
{
	return from[vm_random_below(r, count)];
}

static void put_word(struct machine *m, uint64_t address, uint32_t word)
{
	uint8_t bytes[4] = { (uint8_t)word, (uint8_t)(word >> 8), (uint8_t)(word >> 16),
			     (uint8_t)(word >> 24) };

	machine_write(m, address, bytes_of(bytes, sizeof(bytes)));
}

/* Registers of random operands, at an instruction somewhere. */
static void random_state(struct vm_pair *p, struct machine_state *s)
{
	struct vm_random *r = &p->random;

	memset(s, 0, sizeof(*s));
	s->pc = pick(r, code_pages, 4) + 4 * vm_random_below(r, 1024);
	s->step = vm_random(r) >> 1;
	for (unsigned i = 1; i < 32; i++)
		s->x[i] = vm_random_operand(r);
	for (unsigned i = 0; i < 32; i++)
		s->preimage_key.b[i] = (uint8_t)vm_random(r);
	s->preimage_key.b[0] %= 5;
	s->preimage_offset = vm_random_below(r, 150);
}

/* Lets a load or store meet data: mostly in a page that has some, mostly aligned;
 * else anywhere, or around the ends of the memory. */
static void aim(struct vm_pair *p, const struct vm_instruction *i, const struct vm_fields *f,
		struct machine_state *s)
{
	struct vm_random *r = &p->random;
	int64_t immediate = (int64_t)((uint64_t)f->immediate << 52) >> 52;
	uint64_t target = pick(r, data_pages, 4) + vm_random_below(r, 4096);

	if (f->rs1 == 0 || vm_random_below(r, 8) == 0)
		return;
	if (vm_random_below(r, 4) != 0)
		target &= ~(uint64_t)(i->width - 1);
	if (vm_random_below(r, 8) == 0)
		target =
		    (vm_random_below(r, 2) ? MACHINE_MEMORY_SIZE : 0) + vm_random_below(r, 32) - 16;
	s->x[f->rs1] = target - (uint64_t)immediate;
}

/* One step of `word` from the state; then the next, which is where it leads. */
static bool step_of(struct vm_pair *p, const struct machine_state *s, uint32_t word)
{
	machine_set_state(p->machine, s);
	put_word(p->machine, s->pc, word);
	return vm_pair_step(p);
}

static void fill_data(struct vm_pair *p)
{
	uint8_t data[4096];

	for (size_t i = 0; i < sizeof(data_pages) / sizeof(data_pages[0]); i++) {
		for (size_t k = 0; k < sizeof(data); k++)
			data[k] = (uint8_t)vm_random(&p->random);
		machine_write(p->machine, data_pages[i], bytes_of(data, sizeof(data)));
	}
}

/* Where the rules have their cases: around 0, and at the ends of each width. */
static const uint64_t edges[] = {
	0,
	1,
	2,
	31,
	32,
	63,
	64,
	0x7f,
	0x80,
	0xffff,
	0x7fffffff,
	0x80000000,
	0xffffffff,
	0x100000000,
	INT64_MAX,
	(uint64_t)INT64_MIN,
	UINT64_MAX,
	0xffffffff80000000,
	UINT64_MAX - 1,
	0xffffffff7fffffff,
};
#define EDGES (sizeof(edges) / sizeof(edges[0]))

/* Each edge with each. */
static void edge_operands(struct vm_pair *p, const struct vm_instruction *i)
{
	const struct vm_fields f = { .rd = 7, .rs1 = 5, .rs2 = 6, .immediate = 8 };

	for (size_t n = 0; n < EDGES * EDGES; n++) {
		struct machine_state s;

		random_state(p, &s);
		s.x[5] = edges[n / EDGES];
		s.x[6] = edges[n % EDGES];
		vm_pair_count(p, step_of(p, &s, vm_encode(i, &f)), i->name, n);
	}
}

void vm_suite_instructions(struct vm_pair *p, uint64_t cases)
{
	vm_pair_reset(p);
	fill_data(p);
	for (size_t k = 0; k < vm_instruction_count; k++) {
		const struct vm_instruction *i = &vm_instructions[k];

		if (i->format == VM_R || i->format == VM_B)
			edge_operands(p, i);
		for (uint64_t n = 0; n < cases; n++) {
			struct vm_fields f = vm_random_fields(&p->random, i);
			struct machine_state s;

			random_state(p, &s);
			if (i->width > 0)
				aim(p, i, &f, &s);
			vm_pair_count(p, step_of(p, &s, vm_encode(i, &f)), i->name, n);
		}
	}
}

/* By the tests' own table: is it an instruction?  Loads and stores are bent so that
 * their address is one that they may use; an ecall is HALT(0). */
static void encoding(struct vm_pair *p, uint32_t word)
{
	struct machine_state s = { .pc = 0x1000, .x = { [1] = 0x80000000 } };
	bool equal, is_instruction;

	if ((word & 0x7f) == 0x03 || (word & 0x7f) == 0x23)
		word = (word & ~((uint32_t)7 << 20)) | 1 << 15;
	equal = step_of(p, &s, word);
	is_instruction = vm_instruction_of(word) != NULL;
	machine_state(p->machine, &s);
	vm_pair_count(p, equal && (s.exit_code == MACHINE_PANIC) == !is_instruction, "encoding",
		      word);
}

void vm_suite_encodings(struct vm_pair *p)
{
	static const uint32_t funct7s[] = { 0, 1, 2, 3, 0x10, 0x1f, 0x20, 0x21, 0x30, 0x40, 0x7f };
	static const uint32_t others[] = {
		0,
		0xffffffff,
		0x00100073 /* ebreak */,
		0x30200073 /* mret */,
		0x10500073 /* wfi */,
		0x00000173,
		0x00008073,
		0x00001073,
		0xc0002573 /* rdcycle */,
		0x0000100f /* fence.i */,
		0x00000001 /* c.nop */,
		0x00009002 /* c.ebreak */,
	};

	vm_pair_reset(p);
	for (uint32_t opcode = 0; opcode < 128; opcode++)
		for (uint32_t funct3 = 0; funct3 < 8; funct3++)
			for (size_t i = 0; i < sizeof(funct7s) / sizeof(funct7s[0]); i++)
				encoding(p, funct7s[i] << 25 | funct3 << 12 | opcode);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		encoding(p, others[i]);
	for (unsigned n = 0; n < 2000; n++)
		encoding(p, (uint32_t)(vm_random(&p->random) >> 32) & 0xfff0707f);
}

static void one_ecall(struct vm_pair *p, uint64_t number, uint64_t a0, uint64_t a1)
{
	struct machine_state s;

	random_state(p, &s);
	s.x[A7] = number;
	s.x[A0] = a0;
	s.x[A1] = a1;
	vm_pair_count(p, step_of(p, &s, 0x73), "ecall", number);
}

void vm_suite_ecalls(struct vm_pair *p, uint64_t cases)
{
	static const uint64_t pointers[] = { 0,          32,         256,        8,
					     0xffffffe0, 0xffffff00, 0xffffffff, 0x100000000,
					     0x80000000, 0x100000100 };
	struct vm_random *r = &p->random;

	vm_pair_reset(p);
	fill_data(p);
	for (uint64_t number = 0; number < 8; number++) {
		for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++)
			one_ecall(p, number, pointers[i], 64);
		one_ecall(p, number | (uint64_t)1 << 32, 0, 0);
	}
	for (uint64_t code = 0; code < 260; code++)
		one_ecall(p, MACHINE_HALT, code, 0);
	for (uint64_t n = 0; n < cases; n++) {
		uint64_t pointer = pick(r, data_pages, 4) + vm_random_below(r, 4096);

		if (vm_random_below(r, 8) != 0)
			pointer &= ~(uint64_t)31;
		one_ecall(p, MACHINE_ORACLE_KEY, pointer, 0);
		one_ecall(p, MACHINE_ORACLE_READ, pointer, 0);
		one_ecall(p, MACHINE_KECCAK_F, pointer & ~(uint64_t)(n % 8 == 0 ? 0 : 255), 0);
		one_ecall(p, MACHINE_HINT, vm_random_operand(r), vm_random_operand(r));
	}
}

/* The contract refuses the state, and so does the emulator's reader. */
static void impossible(struct vm_pair *p, uint8_t exited, uint8_t code)
{
	struct machine_state s = { .pc = 0x1000 };
	uint8_t packed[MACHINE_STATE_SIZE];
	struct hash32 hash;
	uint32_t selector;
	bool refused;

	machine_state_pack(packed, &s);
	packed[336] = exited;
	packed[337] = code;
	refused =
	    !machine_state_unpack(&s, packed) &&
	    !step_contract_step(p->contract, bytes_of(packed, sizeof(packed)), &hash, &selector) &&
	    !step_contract_pre_state_hash(p->contract, bytes_of(packed, sizeof(packed)), &hash);
	vm_pair_count(p, refused, "impossible state", (uint64_t)exited << 8 | code);
}

void vm_suite_states(struct vm_pair *p)
{
	static const uint64_t pcs[] = { 1,
					2,
					3,
					0x1002,
					0xfffffffc,
					0xfffffffe,
					0x100000000,
					0x100001000,
					~(uint64_t)3,
					~(uint64_t)0,
					(uint64_t)1 << 63 };
	struct machine_state s;

	vm_pair_reset(p);
	for (size_t i = 0; i < sizeof(pcs) / sizeof(pcs[0]); i++) {
		random_state(p, &s);
		s.pc = pcs[i];
		machine_set_state(p->machine, &s);
		vm_pair_count(p, vm_pair_step(p), "pc", pcs[i]);
	}
	for (unsigned code = 0; code < 256; code++) {
		random_state(p, &s);
		s.exited = 1;
		s.exit_code = (uint8_t)code;
		machine_set_state(p->machine, &s);
		vm_pair_count(p, vm_pair_step(p) && machine_step(p->machine) == s.step, "exited",
			      code);
		if (code > 0) {
			impossible(p, 0, (uint8_t)code);
			impossible(p, (uint8_t)(code | 2), 0);
		}
	}
}
