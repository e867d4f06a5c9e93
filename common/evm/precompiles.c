#include "evm/precompiles.h"

#include "evm/modexp_gas.h"

/* EIP-7951's address is 0x100; all the others are one byte. */
#define AT(high, low)                                                                              \
	{                                                                                          \
		{                                                                                  \
			[18] = (high), [19] = (low)                                                \
		}                                                                                  \
	}

static const struct address all[] = {
	AT(0, 0x01), AT(0, 0x02), AT(0, 0x03), AT(0, 0x04), AT(0, 0x05), AT(0, 0x06),
	AT(0, 0x07), AT(0, 0x08), AT(0, 0x09), AT(0, 0x0a), AT(0, 0x0b), AT(0, 0x0c),
	AT(0, 0x0d), AT(0, 0x0e), AT(0, 0x0f), AT(0, 0x10), AT(0, 0x11), AT(1, 0x00),
};

/* How many of `all` a revision has. */
static const size_t count_at[] = {
	[EVM_CANCUN] = 10,
	[EVM_PRAGUE] = 17, /* EIP-2537 */
	[EVM_OSAKA] = 18,  /* EIP-7951 */
};

size_t precompile_list(enum evm_revision revision, const struct address **list)
{
	*list = all;
	return count_at[revision];
}

static enum precompile_id id_of(const struct address *address)
{
	return (enum precompile_id)(address->b[18] << 8 | address->b[19]);
}

static bool is_in_force(enum evm_revision revision, enum precompile_id id)
{
	if (id == PRECOMPILE_P256VERIFY)
		return revision >= EVM_OSAKA;
	return id >= PRECOMPILE_ECRECOVER &&
	       id <= (revision >= EVM_PRAGUE ? PRECOMPILE_BLS12_MAP_FP2_TO_G2
					     : PRECOMPILE_POINT_EVALUATION);
}

bool precompile_at(enum evm_revision revision, const struct address *address,
		   enum precompile_id *id)
{
	static const uint8_t zeros[18];

	/* Most calls go elsewhere: this decides at the first byte. */
	if (address->b[0] != 0 || memcmp(address->b, zeros, sizeof(zeros)) != 0)
		return false;
	if (!is_in_force(revision, id_of(address)))
		return false;
	*id = id_of(address);
	return true;
}

/* What a revision refuses although the mathematics could do it. */
static bool is_refused(enum evm_revision revision, enum precompile_id id, struct bytes input)
{
	return id == PRECOMPILE_MODEXP && revision >= EVM_OSAKA && !modexp_within_bounds(input);
}

/* Whether all of the input counts, however long it is: L1 has to be brought the
 * whole of it to answer for the call.  (Hashes and copies are not L1's work; other
 * inputs have a length beyond which nothing is read, or that is refused.) */
static bool reads_without_bound(enum precompile_id id)
{
	return id == PRECOMPILE_BN254_PAIRING || id == PRECOMPILE_BLS12_G1MSM ||
	       id == PRECOMPILE_BLS12_G2MSM || id == PRECOMPILE_BLS12_PAIRING_CHECK;
}

static bool is_over_cap(const struct block_context *block, enum precompile_id id,
			struct bytes input, uint64_t cost)
{
	return cost > block->precompile_caps.gas ||
	       (reads_without_bound(id) && input.len > block->precompile_caps.input);
}

static enum evm_status fail(enum evm_status status, uint64_t *gas, struct bytes *output)
{
	*gas = 0;
	*output = (struct bytes){ NULL, 0 };
	return status;
}

enum evm_status precompile_run(const struct crypto *crypto, struct arena *a,
			       const struct block_context *block, enum precompile_id id,
			       struct bytes input, uint64_t *gas, struct bytes *output)
{
	uint64_t cost = precompile_gas(block->revision, id, input);

	if (cost > *gas || is_over_cap(block, id, input, cost))
		return fail(EVM_OUT_OF_GAS, gas, output);
	if (is_refused(block->revision, id, input) ||
	    !crypto->precompile(crypto->context, a, output, id, input))
		return fail(EVM_PRECOMPILE_FAILED, gas, output);
	*gas -= cost;
	return EVM_SUCCESS;
}
