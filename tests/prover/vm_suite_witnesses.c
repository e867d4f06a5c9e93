/* vm_suite_witnesses: nobody can prove a step that is not the machine's. */
#include <string.h>

#include "crypto/keccak.h"
#include "tests/prover/vm_suites.h"

#define A0 10
#define A7 17

static uint32_t error_selector(const char *signature)
{
	struct hash32 hash = keccak256(bytes_of(signature, strlen(signature)));

	return be32_load(hash.b);
}

/* A step that needs each kind of witness, with the emulator's witness. */
struct sample {
	const char *name;
	uint32_t word;
	uint64_t a7, a0;
	size_t len;
};
static const struct sample samples[] = {
	{ "add", 0x00a50533, 0, 64, 338 + 896 },
	{ "ld", 0x00053503, 0, 64, 338 + 2 * 896 },              /* ld a0, 0(a0) */
	{ "sb", 0x00a50023, 0, 77, 338 + 2 * 896 },              /* sb a0, 0(a0) */
	{ "ld, misaligned", 0x00053503, 0, 65, 338 + 896 },      /* PANIC */
	{ "lb, too far", 0x00050503, 0, 1ull << 32, 338 + 896 }, /* PANIC */
	{ "nothing", 0, 0, 64, 338 + 896 },                      /* PANIC */
	{ "HALT", 0x73, MACHINE_HALT, 1, 338 + 896 },
	{ "ORACLE_KEY", 0x73, MACHINE_ORACLE_KEY, 64, 338 + 2 * 896 },
	{ "ORACLE_READ", 0x73, MACHINE_ORACLE_READ, 64, 338 + 2 * 896 },
	{ "ORACLE_READ, misaligned", 0x73, MACHINE_ORACLE_READ, 65, 338 + 896 },
	{ "KECCAK_F", 0x73, MACHINE_KECCAK_F, 512, 338 + 896 + 1024 },
	{ "KECCAK_F, misaligned", 0x73, MACHINE_KECCAK_F, 128, 338 + 896 },
	{ "HINT", 0x73, MACHINE_HINT, 64, 338 + 896 },
};

static bool refused(struct vm_pair *p, const uint8_t *witness, size_t len, uint32_t *selector)
{
	struct hash32 post;

	return !step_contract_step(p->contract, bytes_of(witness, len), &post, selector);
}

static void wrong_lengths(struct vm_pair *p, const struct sample *s, const uint8_t *witness)
{
	uint32_t expected = error_selector("WrongWitnessLength(uint256,uint256)"), selector;
	const size_t others[] = { 0,
				  1,
				  337,
				  338,
				  338 + 896,
				  338 + 2 * 896,
				  338 + 896 + 1024,
				  s->len - 1,
				  s->len + 1,
				  s->len - 32,
				  s->len + 32 };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i] != s->len)
			vm_pair_count(
			    p, refused(p, witness, others[i], &selector) && selector == expected,
			    s->name, others[i]);
}

/* A changed byte in a leaf or a sibling is no proof any more; one in the state
 * makes another state of it, which no claim is about. */
static void changed_bytes(struct vm_pair *p, const struct sample *s, uint8_t *witness)
{
	uint32_t expected = error_selector("WrongProof(uint256)"), selector;
	struct hash32 pre = machine_hash(p->machine), other;

	for (size_t i = 338; i < s->len; i += 1 + i % 7) {
		witness[i] ^= 1;
		vm_pair_count(p, refused(p, witness, s->len, &selector) && selector == expected,
			      s->name, i);
		witness[i] ^= 1;
	}
	for (size_t i = 0; i < 338; i++) {
		bool known;

		witness[i] ^= 4;
		known =
		    step_contract_pre_state_hash(p->contract, bytes_of(witness, s->len), &other);
		vm_pair_count(p, !known || !hash32_eq(&pre, &other), s->name, i);
		witness[i] ^= 4;
	}
}

/* The oracle claims to have read more than fits. */
static void wrong_answer(struct vm_pair *p, uint8_t *witness, size_t len)
{
	struct step_answer answer;
	struct machine_state s;
	uint32_t selector;

	machine_state(p->machine, &s);
	answer = (struct step_answer){ .key = s.preimage_key, .offset = 7, .length = 33 };
	/* Another offset than before, which the contract's state remembers. */
	be64_store(witness + 328, 7);
	step_contract_answer(p->contract, &answer);
	vm_pair_count(p,
		      refused(p, witness, len, &selector) &&
			  selector == error_selector("WrongOracleAnswer(uint256)"),
		      "oracle", 33);
}

void vm_suite_witnesses(struct vm_pair *p)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *s = &samples[i];
		uint8_t witness[MACHINE_WITNESS_MAX + 64] = { 0 };
		uint8_t code[4] = { (uint8_t)s->word, (uint8_t)(s->word >> 8),
				    (uint8_t)(s->word >> 16), (uint8_t)(s->word >> 24) };
		struct machine_state state = { .pc = 0x1000,
					       .preimage_key = { { 2, (uint8_t)i } } };
		size_t len;

		vm_pair_reset(p);
		machine_write(p->machine, 0x1000, bytes_of(code, sizeof(code)));
		machine_write(p->machine, 500, bytes_of(samples, 100));
		state.x[A7] = s->a7;
		state.x[A0] = s->a0;
		machine_set_state(p->machine, &state);
		len = machine_witness(p->machine, witness);
		vm_pair_count(p, len == s->len, s->name, len);
		wrong_lengths(p, s, witness);
		changed_bytes(p, s, witness);
		if (s->a7 == MACHINE_ORACLE_READ && s->a0 == 64)
			wrong_answer(p, witness, len);
		vm_pair_count(p, vm_pair_step(p), s->name, 0);
	}
}
