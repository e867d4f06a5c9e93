/* chain_body: how the transactions and receipts of a block lie in its row: for
 * each, its length (4 bytes, big-endian) and raw bytes, sender (20), gas used
 * (8), the receipt's length (4) and its consensus encoding.  A receipt without
 * logs, whose bloom would be 256 zeros, has the length 0 instead, and then
 * success (1), cumulative gas (8) and deposit nonce (8). */
#ifndef GAVEL_STORE_CHAIN_BODY_H
#define GAVEL_STORE_CHAIN_BODY_H

#include "rollup/block.h"

struct bytes chain_body_encode(struct arena *a, const struct block_transaction *transactions,
			       size_t count);

/* Everything, also what receipts do not encode.  Views into `body`.  False:
 * not of that form (a corrupt file). */
bool chain_body_decode(struct arena *a, struct bytes body, const struct u256 *base_fee,
		       const struct block_transaction **transactions, size_t *count);

#endif
