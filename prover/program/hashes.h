/* hashes: SHA-256 and RIPEMD-160, for the precompiles 2 and 3.  Everything else
 * that a precompile does is left to L1; these are not, because their input may
 * be longer than any that fits an L1 transaction. */
#ifndef GAVEL_PROVER_PROGRAM_HASHES_H
#define GAVEL_PROVER_PROGRAM_HASHES_H

#include "base/bytes.h"

void sha256(uint8_t digest[32], struct bytes data);
void ripemd160(uint8_t digest[20], struct bytes data);

#endif
