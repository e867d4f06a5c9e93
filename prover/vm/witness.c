/* witness: what L1 needs to know to execute the next step; machine.h has the
 * layout. */
#include "prover/vm/private.h"

#define A0 10
#define A7 17

/* What part of the data memory an instruction touches. */
struct access {
	uint64_t address;
	uint64_t size;   /* to which the address must be aligned; 0: it touches nothing */
	unsigned levels; /* the proof is of 1 << levels leaves around it */
};

static struct access ecall_access(const struct machine *m)
{
	switch (m->x[A7]) {
	case MACHINE_ORACLE_KEY:
	case MACHINE_ORACLE_READ:
		return (struct access){ m->x[A0], MACHINE_LEAF_SIZE, 0 };
	case MACHINE_KECCAK_F:
		return (struct access){ m->x[A0], 256, 3 };
	default:
		return (struct access){ 0, 0, 0 };
	}
}

static const uint8_t widths[OPERATION_COUNT] = {
	[OP_LB] = 1, [OP_LBU] = 1, [OP_SB] = 1, [OP_LH] = 2, [OP_LHU] = 2, [OP_SH] = 2,
	[OP_LW] = 4, [OP_LWU] = 4, [OP_SW] = 4, [OP_LD] = 8, [OP_SD] = 8,
};

static struct access instruction_access(const struct machine *m)
{
	uint8_t code[4];
	struct fields f;

	machine_read(m, m->pc, code, sizeof(code));
	f = decode_fields(code[0] | (uint32_t)code[1] << 8 | (uint32_t)code[2] << 16 |
			  (uint32_t)code[3] << 24);
	if (f.operation == OP_ECALL)
		return ecall_access(m);
	return (struct access){ m->x[f.rs1] + (uint64_t)(int64_t)f.immediate, widths[f.operation],
				0 };
}

size_t machine_witness(struct machine *m, uint8_t witness[MACHINE_WITNESS_MAX])
{
	uint8_t *to = witness + MACHINE_STATE_SIZE;
	struct machine_state state;
	struct access access;

	machine_state(m, &state);
	machine_state_pack(witness, &state);
	if (m->exited || !machine_address_is_good(m->pc, 4))
		return MACHINE_STATE_SIZE;
	to = memory_prove(to, &m->memory, m->pc, 0);
	access = instruction_access(m);
	if (access.size > 0 && machine_address_is_good(access.address, access.size))
		to = memory_prove(to, &m->memory, access.address, access.levels);
	return (size_t)(to - witness);
}
