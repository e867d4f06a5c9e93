#include "evm/machine.h"

/* To prepare a modulus takes as long as so many products. */
#define MODULUS_USES 4

enum evm_status operation_exp(struct evm_frame *f, struct u256 *out, const struct u256 *base,
			      const struct u256 *exponent)
{
	unsigned bytes = (u256_bit_length(exponent) + 7) / 8;

	if (!frame_charge(f, (uint64_t)GAS_EXP_BYTE * bytes))
		return EVM_OUT_OF_GAS;
	u256_exp(out, base, exponent);
	return EVM_SUCCESS;
}

/* Notices that `m` comes again, and prepares it. */
static void remember_modulus(struct modulus_memory *memory, const struct u256 *m)
{
	if (!u256_eq(m, &memory->candidate)) {
		memory->candidate = *m;
		memory->uses = 0;
	}
	if (++memory->uses == MODULUS_USES && m->limb[3])
		u256_modulus_prepare(&memory->prepared, m);
}

void operation_mulmod(struct evm *e, struct u256 *out, const struct u256 *a, const struct u256 *b,
		      const struct u256 *m)
{
	if (u256_eq(m, &e->modulus.prepared.value) && m->limb[3]) {
		u256_mulmod_prepared(out, a, b, &e->modulus.prepared);
		return;
	}
	remember_modulus(&e->modulus, m);
	u256_mulmod(out, a, b, m);
}
