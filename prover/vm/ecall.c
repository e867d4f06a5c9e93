/* ecall: what a program asks of the machine. */
#include <stdlib.h>

#include "crypto/keccak.h"
#include "prover/vm/private.h"

#define A0 10
#define A1 11
#define A7 17

static enum ecall_result halt(struct machine *m)
{
	m->exited = 1;
	m->exit_code = m->x[A0] > 255 ? MACHINE_PANIC : (uint8_t)m->x[A0];
	return ECALL_HALT;
}

static enum ecall_result oracle_key(struct machine *m)
{
	uint64_t address = m->x[A0];

	if (!machine_address_is_good(address, MACHINE_LEAF_SIZE))
		return ECALL_PANIC;
	machine_read(m, address, m->preimage_key.b, sizeof(m->preimage_key.b));
	m->preimage_offset = 0;
	m->x[A0] = 0;
	return ECALL_DONE;
}

/* The part of (length | preimage) at `offset`; zeros behind the end.  Returns how
 * many bytes are valid. */
static size_t read_part(uint8_t leaf[MACHINE_LEAF_SIZE], struct bytes preimage, uint64_t offset)
{
	uint8_t length[8];
	size_t n = 0;

	memset(leaf, 0, MACHINE_LEAF_SIZE);
	be64_store(length, preimage.len);
	for (; n < MACHINE_LEAF_SIZE && offset < 8; n++)
		leaf[n] = length[offset++];
	offset -= 8;
	if (offset < preimage.len) {
		size_t room = MACHINE_LEAF_SIZE - n, rest = preimage.len - (size_t)offset;
		size_t more = rest < room ? rest : room;

		memcpy(leaf + n, preimage.data + offset, more);
		n += more;
	}
	return n;
}

static enum ecall_result oracle_read(struct machine *m)
{
	uint64_t address = m->x[A0];
	struct bytes preimage;
	uint8_t leaf[MACHINE_LEAF_SIZE];
	size_t valid;

	if (!machine_address_is_good(address, MACHINE_LEAF_SIZE))
		return ECALL_PANIC;
	if (!m->host.preimage || !m->host.preimage(m->host.context, &m->preimage_key, &preimage))
		return ECALL_NO_PREIMAGE;
	valid = read_part(leaf, preimage, m->preimage_offset);
	machine_write(m, address, bytes_of(leaf, sizeof(leaf)));
	m->preimage_offset += valid;
	m->x[A0] = valid;
	return ECALL_DONE;
}

static enum ecall_result keccak_f(struct machine *m)
{
	uint64_t address = m->x[A0];
	uint64_t lanes[25] __attribute__((aligned(256)));
	uint8_t *data;

	if (!machine_address_is_good(address, 256))
		return ECALL_PANIC;
	data = machine_writable_page(m, address >> PAGE_BITS) + PAGE_OFFSET(address);
	for (unsigned i = 0; i < 25; i++)
		lanes[i] = le64_load(data + 8 * (size_t)i);
	keccak_permute(lanes);
	for (unsigned i = 0; i < 25; i++)
		le64_store(data + 8 * (size_t)i, lanes[i]);
	m->x[A0] = 0;
	return ECALL_DONE;
}

static enum ecall_result hint(struct machine *m)
{
	uint64_t address = m->x[A0], len = m->x[A1];

	m->x[A0] = 0;
	if (m->host.hint && len <= MACHINE_HINT_MAX && address <= MACHINE_MEMORY_SIZE - len) {
		uint8_t *copy = memory_must(malloc(len + 1), len + 1);

		machine_read(m, address, copy, len);
		m->host.hint(m->host.context, bytes_of(copy, len));
		free(copy);
	}
	return ECALL_DONE;
}

enum ecall_result machine_ecall(struct machine *m)
{
	switch (m->x[A7]) {
	case MACHINE_HALT:
		return halt(m);
	case MACHINE_ORACLE_KEY:
		return oracle_key(m);
	case MACHINE_ORACLE_READ:
		return oracle_read(m);
	case MACHINE_KECCAK_F:
		return keccak_f(m);
	case MACHINE_HINT:
		return hint(m);
	default:
		return ECALL_PANIC;
	}
}
