/* precompiles: which addresses are precompiled contracts, and their gas.  The
 * mathematics is behind crypto/crypto.h.  Core. */
#ifndef GAVEL_EVM_PRECOMPILES_H
#define GAVEL_EVM_PRECOMPILES_H

#include "crypto/crypto.h"
#include "evm/evm.h"

/* True: `address` is one at `revision`, and `*id` says which. */
bool precompile_at(enum evm_revision revision, const struct address *address,
		   enum precompile_id *id);

/* All of them, for EIP-2929's initially warm set.  Returns the count and
 * points `*list` to constant memory. */
size_t precompile_list(enum evm_revision revision, const struct address **list);

/* The gas that a call with `input` costs at `revision`; UINT64_MAX where it is
 * more than any gas limit. */
uint64_t precompile_gas(enum evm_revision revision, enum precompile_id id, struct bytes input);

/* Charges and runs.  EVM_SUCCESS with *gas reduced and *output set (in `a`);
 * EVM_OUT_OF_GAS or EVM_PRECOMPILE_FAILED with *gas = 0 and *output empty. */
enum evm_status precompile_run(const struct crypto *crypto, struct arena *a,
			       const struct block_context *block, enum precompile_id id,
			       struct bytes input, uint64_t *gas, struct bytes *output);

#endif
