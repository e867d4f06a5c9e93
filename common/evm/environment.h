/* environment: instructions that only tell something about the frame, the
 * transaction or the block.  Core; for the interpreters. */
#ifndef GAVEL_EVM_ENVIRONMENT_H
#define GAVEL_EVM_ENVIRONMENT_H

#include "evm/machine.h"

static inline struct u256 environment_address(const struct evm_frame *f)
{
	return u256_from_address(&f->self);
}

static inline struct u256 environment_origin(const struct evm *e)
{
	return u256_from_address(&e->tx->origin);
}

static inline struct u256 environment_caller(const struct evm_frame *f)
{
	return u256_from_address(&f->caller);
}

static inline struct u256 environment_coinbase(const struct evm *e)
{
	return u256_from_address(&e->block->coinbase);
}

static inline struct u256 environment_prevrandao(const struct evm *e)
{
	return u256_from_be(e->block->prev_randao.b, 32);
}

#endif
