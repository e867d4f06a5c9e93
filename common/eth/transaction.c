#include "eth/transaction.h"

#include "crypto/keccak.h"
#include "eth/rlp.h"

/* EIP-1559: "priority_fee_per_gas = min(transaction.max_priority_fee_per_gas,
 * transaction.max_fee_per_gas - block.base_fee_per_gas)". */
struct u256 tx_effective_gas_price(const struct transaction *tx, const struct u256 *base_fee)
{
	struct u256 tip;

	if (tx->type == TX_DEPOSIT)
		return U256_ZERO;
	u256_sub(&tip, &tx->max_fee_per_gas, base_fee);
	if (u256_lt(&tx->max_priority_fee_per_gas, &tip))
		tip = tx->max_priority_fee_per_gas;
	u256_add(&tip, &tip, base_fee);
	return tip;
}

/* Yellow paper 7, equation for ADDR without salt. */
struct address create_address(struct arena *scratch, const struct address *sender, uint64_t nonce)
{
	struct arena_mark mark = arena_mark(scratch);
	struct rlp_writer w;
	struct address created;
	struct hash32 hash;
	size_t list;

	rlp_writer_init(&w, scratch);
	list = rlp_begin_list(&w);
	rlp_write_string(&w, bytes_of_address(sender));
	rlp_write_u64(&w, nonce);
	rlp_end_list(&w, list);
	hash = keccak256(rlp_written(&w));
	memcpy(created.b, hash.b + 12, sizeof(created.b));
	arena_reset(scratch, mark);
	return created;
}
