/* pack: state tests in a form that a program without libc can read, with the
 * precompiles' answers: the core asks its host for them (crypto/crypto.h).
 *
 * A stream of cases until it ends.  Integers are 8 bytes, little-endian; bytes
 * are their length and themselves; fixed values are their bytes, u256 32 of
 * them, big-endian.  A case:
 *
 *	name (bytes)
 *	block: revision chain_id coinbase number timestamp gas_limit
 *	       prev_randao base_fee blob_base_fee
 *	whether the transaction decoded; if so:
 *	       type has_chain_id chain_id nonce priority_fee max_fee gas_limit
 *	       is_creation to value data from has_from blob_fee
 *	       access list: count of (address, count of keys)
 *	       authorizations: count of (chain_id address nonce y_parity r s)
 *	       blob hashes: count of them
 *	accounts: count of (address nonce balance code, count of (key value))
 *	precompile answers: count of (id input succeeded output)
 *	expected: state root, logs hash, enum tx_err */
#ifndef GAVEL_TESTS_RV64_PACK_H
#define GAVEL_TESTS_RV64_PACK_H

#include "evm/execute.h"

struct pack_answer {
	enum precompile_id id;
	struct bytes input, output;
	bool succeeded;
};

#endif
