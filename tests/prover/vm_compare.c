#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "crypto/keccak.h"
#include "tests/prover/vm_compare.h"

#define A0 10
#define A7 17

/* 0 to 130 bytes that follow from the key. */
static struct bytes make_preimage(struct vm_pair *p, const struct hash32 *key)
{
	struct hash32 hash = keccak256(bytes_of_hash(key));
	size_t len = hash.b[0] % 131;

	for (size_t i = 0; i < len; i += 32) {
		memcpy(p->preimage + i, hash.b, 32);
		hash = keccak256(bytes_of_hash(&hash));
	}
	return bytes_of(p->preimage, len);
}

static bool host_preimage(void *context, const struct hash32 *key, struct bytes *preimage)
{
	*preimage = make_preimage(context, key);
	return true;
}

void vm_pair_reset(struct vm_pair *p)
{
	struct machine_host host = { .context = p, .preimage = host_preimage };

	machine_free(p->machine);
	p->machine = machine_new(&host);
}

void vm_pair_init(struct vm_pair *p, const char *contracts, uint64_t seed)
{
	*p = (struct vm_pair){ .contract = step_contract_new(contracts), .random = { seed | 1 } };
	vm_pair_reset(p);
}

void vm_pair_free(struct vm_pair *p)
{
	machine_free(p->machine);
	step_contract_free(p->contract);
}

static void write_member(FILE *f, const char *name, struct bytes value)
{
	char hex[2 * MACHINE_WITNESS_MAX + 1];

	fprintf(f, "\"%s\":\"0x%s\",", name, hex_encode(hex, value));
}

static void write_vector(struct vm_pair *p, struct bytes witness, const struct hash32 *pre,
			 const struct hash32 *post, const struct step_answer *answer)
{
	if (!p->vectors || p->sample == 0 || p->steps % p->sample != 0)
		return;
	fprintf(p->vectors, "{");
	write_member(p->vectors, "witness", witness);
	write_member(p->vectors, "pre", bytes_of_hash(pre));
	write_member(p->vectors, "post", bytes_of_hash(post));
	write_member(p->vectors, "key", bytes_of_hash(&answer->key));
	write_member(p->vectors, "data", bytes_of_hash(&answer->data));
	fprintf(p->vectors, "\"offset\":%" PRIu64 ",\"length\":%" PRIu64 "}\n", answer->offset,
		answer->length);
}

void vm_pair_count(struct vm_pair *p, bool passed, const char *what, uint64_t detail)
{
	if (passed) {
		p->passed++;
		return;
	}
	if (p->failed++ < 20)
		printf("FAILED: %s %" PRIx64 "\n", what, detail);
}

void vm_pair_answer(struct vm_pair *p, const struct hash32 *key, uint64_t offset,
		    struct step_answer *answer)
{
	struct bytes preimage = make_preimage(p, key);
	uint8_t whole[8 + sizeof(p->preimage)];

	*answer = (struct step_answer){ .key = *key, .offset = offset };
	be64_store(whole, preimage.len);
	memcpy(whole + 8, preimage.data, preimage.len);
	while (answer->length < 32 && offset < 8 + preimage.len)
		answer->data.b[answer->length++] = whole[offset++];
}

/* Tells the oracle on L1 what it will be asked for, if it will be.  True: this is a
 * KECCAK_F. */
static bool prepare(struct vm_pair *p, struct step_answer *answer)
{
	struct machine_state s;
	uint8_t code[4];

	machine_state(p->machine, &s);
	machine_read(p->machine, s.pc, code, sizeof(code));
	if (memcmp(code, (uint8_t[4]){ 0x73 }, 4) != 0)
		return false;
	if (s.x[A7] == MACHINE_ORACLE_READ) {
		vm_pair_answer(p, &s.preimage_key, s.preimage_offset, answer);
		step_contract_answer(p->contract, answer);
	}
	return s.x[A7] == MACHINE_KECCAK_F;
}

static void note_costs(struct vm_pair *p, size_t witness_len, bool is_keccak)
{
	uint64_t gas = step_contract_transaction_gas(p->contract);
	uint64_t *most = is_keccak ? &p->most_keccak_gas : &p->most_gas;

	if (gas > *most)
		*most = gas;
	if (witness_len > p->longest_witness)
		p->longest_witness = witness_len;
}

bool vm_pair_step(struct vm_pair *p)
{
	uint8_t witness[MACHINE_WITNESS_MAX];
	size_t len = machine_witness(p->machine, witness);
	struct hash32 pre = machine_hash(p->machine), pre_there = { 0 }, post, post_there = { 0 };
	struct step_answer answer = { .length = 0 };
	bool is_keccak = prepare(p, &answer);
	uint32_t selector;

	p->steps++;
	(void)machine_run(p->machine, machine_step(p->machine) + 1);
	post = machine_hash(p->machine);
	write_vector(p, bytes_of(witness, len), &pre, &post, &answer);
	if (!step_contract_pre_state_hash(p->contract, bytes_of(witness, len), &pre_there) ||
	    !hash32_eq(&pre, &pre_there))
		return false;
	if (!step_contract_step(p->contract, bytes_of(witness, len), &post_there, &selector))
		return false;
	note_costs(p, len, is_keccak);
	return hash32_eq(&post, &post_there);
}
