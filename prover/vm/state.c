/* state: the 338 bytes of a machine's state, and their hash. */
#include "crypto/keccak.h"
#include "prover/vm/machine.h"

static uint8_t *put_hash(uint8_t *to, const struct hash32 *hash)
{
	memcpy(to, hash->b, sizeof(hash->b));
	return to + sizeof(hash->b);
}

static uint8_t *put_number(uint8_t *to, uint64_t number)
{
	be64_store(to, number);
	return to + 8;
}

void machine_state_pack(uint8_t packed[MACHINE_STATE_SIZE], const struct machine_state *s)
{
	uint8_t *to = put_hash(packed, &s->memory_root);

	to = put_number(to, s->pc);
	for (unsigned i = 1; i < 32; i++)
		to = put_number(to, s->x[i]);
	to = put_number(to, s->step);
	to = put_hash(to, &s->preimage_key);
	to = put_number(to, s->preimage_offset);
	*to++ = s->exited;
	*to = s->exit_code;
}

static const uint8_t *take_hash(const uint8_t *from, struct hash32 *hash)
{
	memcpy(hash->b, from, sizeof(hash->b));
	return from + sizeof(hash->b);
}

static const uint8_t *take_number(const uint8_t *from, uint64_t *number)
{
	*number = be64_load(from);
	return from + 8;
}

bool machine_state_unpack(struct machine_state *s, const uint8_t packed[MACHINE_STATE_SIZE])
{
	const uint8_t *from = take_hash(packed, &s->memory_root);

	from = take_number(from, &s->pc);
	s->x[0] = 0;
	for (unsigned i = 1; i < 32; i++)
		from = take_number(from, &s->x[i]);
	from = take_number(from, &s->step);
	from = take_hash(from, &s->preimage_key);
	from = take_number(from, &s->preimage_offset);
	s->exited = from[0];
	s->exit_code = from[1];
	return s->exited == 1 || (s->exited == 0 && s->exit_code == 0);
}

enum machine_status machine_state_status(const struct machine_state *s)
{
	if (!s->exited)
		return MACHINE_UNFINISHED;
	return s->exit_code < MACHINE_PANIC ? (enum machine_status)s->exit_code : MACHINE_PANIC;
}

struct hash32 machine_state_hash(const struct machine_state *s)
{
	uint8_t packed[MACHINE_STATE_SIZE];
	struct hash32 hash;

	machine_state_pack(packed, s);
	hash = keccak256(bytes_of(packed, sizeof(packed)));
	hash.b[0] = (uint8_t)machine_state_status(s);
	return hash;
}
