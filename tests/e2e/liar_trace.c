/* liar_trace: see liar_trace.h. */
#include "tests/e2e/liar_trace.h"

#include <stdio.h>
#include <string.h>

#include "base/native/arena_heap.h"
#include "prover/host/image.h"
#include "prover/vm/private.h"

#define REGISTER_ECALL 17
#define OPCODE_ECALL   0x73u

struct search {
	struct preimages known, asked;
	const char *kind;
	unsigned precompile;
};

/* Everything that the program reads. */
static bool collect(struct search *s, struct evidence_store *store, const struct claim_trace *trace,
		    char why[DATABASE_ERROR_SIZE])
{
	struct program_report report = { .verdict = PROGRAM_NO_VERDICT };
	struct evidence evidence;
	struct dispute dispute;
	struct arena a;
	struct host host;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	snprintf(why, DATABASE_ERROR_SIZE, "the program comes to no verdict");
	if (evidence_store_claim(store, &a, trace->block, &trace->claimed, trace->horizon,
				 &evidence, &dispute, why)) {
		host_init(&host, &s->known, &evidence);
		host.asked = &s->asked;
		(void)host_put_dispute(&s->known, &dispute);
		host_run_native(&host, &a, &report);
		host_free(&host);
	}
	arena_free(&a);
	return report.verdict != PROGRAM_NO_VERDICT;
}

/* ---- what the next step is ---- */

static const char *kind_of_opcode(unsigned opcode)
{
	switch (opcode) {
	case 0x03:
		return "load";
	case 0x23:
		return "store";
	case 0x63:
		return "branch";
	case 0x13: /* OP-IMM, OP, and those of words */
	case 0x1b:
	case 0x33:
	case 0x3b:
		return "arithmetic";
	default:
		return "other";
	}
}

static const char *kind_of_key(const struct hash32 *key)
{
	switch ((enum machine_key_type)key->b[0]) {
	case MACHINE_KEY_LOCAL:
		return "local";
	case MACHINE_KEY_KECCAK:
		return "preimage";
	case MACHINE_KEY_ENTRY:
		return "entry";
	case MACHINE_KEY_PRECOMPILE:
		return "precompile";
	}
	return "other";
}

static const char *kind_of_ecall(const struct machine *m)
{
	switch (m->x[REGISTER_ECALL]) {
	case MACHINE_HALT:
		return "halt";
	case MACHINE_KECCAK_F:
		return "keccak";
	case MACHINE_ORACLE_READ:
		return kind_of_key(machine_preimage_key(m));
	default:
		return "other";
	}
}

/* The last two bytes of what precedes gas and input. */
static unsigned precompile_of(struct search *s, const struct machine *m)
{
	struct bytes asked;

	if (!preimages_get(&s->asked, machine_preimage_key(m), &asked) || asked.len < 28)
		return 0;
	return (unsigned)(asked.data[18] << 8 | asked.data[19]);
}

static bool is_wanted(struct search *s, const struct machine *m)
{
	uint8_t instruction[4];
	unsigned opcode;
	const char *kind;

	machine_read(m, machine_pc(m), instruction, sizeof(instruction));
	opcode = instruction[0] & 0x7fu;
	kind = opcode == OPCODE_ECALL ? kind_of_ecall(m) : kind_of_opcode(opcode);
	if (strcmp(kind, s->kind) != 0)
		return false;
	return strcmp(kind, "precompile") != 0 || precompile_of(s, m) == s->precompile;
}

/* ---- the search ---- */

static bool find_from(struct search *s, uint64_t from, uint64_t *step)
{
	struct machine_host answers;
	struct machine *m;
	struct host host;
	bool found = false;

	host_init(&host, &s->known, NULL);
	answers = host_of_machine(&host);
	m = image_machine(&answers);
	(void)machine_run(m, from);
	while (!found && machine_status(m) == MACHINE_UNFINISHED) {
		found = is_wanted(s, m);
		if (!found && machine_run(m, machine_step(m) + 1) == MACHINE_NO_PREIMAGE)
			break;
	}
	*step = machine_step(m);
	if (strcmp(s->kind, "behind") == 0)
		found = machine_status(m) != MACHINE_UNFINISHED;
	machine_free(m);
	host_free(&host);
	return found;
}

bool liar_trace_find(struct evidence_store *store, const struct claim_trace *trace,
		     const char *kind, unsigned precompile, uint64_t from, uint64_t *step,
		     char why[DATABASE_ERROR_SIZE])
{
	struct search s = { .kind = kind, .precompile = precompile };
	bool found;

	preimages_init(&s.known);
	preimages_init(&s.asked);
	found = collect(&s, store, trace, why);
	if (found) {
		found = find_from(&s, from, step) || find_from(&s, 0, step);
		snprintf(why, DATABASE_ERROR_SIZE, "there is no such step");
	}
	preimages_free(&s.known);
	preimages_free(&s.asked);
	return found;
}
