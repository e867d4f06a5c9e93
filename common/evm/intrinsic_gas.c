#include "evm/intrinsic_gas.h"

#define GAS_TRANSACTION        21000
#define GAS_CREATION           32000
#define GAS_ZERO_BYTE          4     /* a token of EIP-7623 */
#define TOKENS_PER_OTHER_BYTE  4     /* 16 gas, EIP-2028 */
#define GAS_INIT_CODE_WORD     2     /* EIP-3860 */
#define GAS_ACCESS_ADDRESS     2400  /* EIP-2930 */
#define GAS_ACCESS_STORAGE_KEY 1900  /* EIP-2930 */
#define GAS_AUTHORIZATION      25000 /* EIP-7702, PER_EMPTY_ACCOUNT_COST */
#define GAS_FLOOR_TOKEN        10    /* EIP-7623 */

/* Gas adds up here, and stays at UINT64_MAX once it has passed that. */
static void charge(uint64_t *gas, uint64_t count, uint64_t price)
{
	uint64_t cost;

	if (__builtin_mul_overflow(count, price, &cost) || __builtin_add_overflow(*gas, cost, gas))
		*gas = UINT64_MAX;
}

/* EIP-7623: "tokens_in_calldata = zero_bytes_in_calldata +
 * nonzero_bytes_in_calldata * 4". */
static uint64_t tokens(struct bytes data)
{
	uint64_t zeros = 0, total = 0;

	for (size_t i = 0; i < data.len; i++)
		zeros += data.data[i] == 0;
	charge(&total, zeros, 1);
	charge(&total, data.len - zeros, TOKENS_PER_OTHER_BYTE);
	return total;
}

uint64_t tx_intrinsic_gas(const struct transaction *tx)
{
	uint64_t gas = GAS_TRANSACTION;

	charge(&gas, tokens(tx->data), GAS_ZERO_BYTE);
	if (tx->is_creation) {
		charge(&gas, 1, GAS_CREATION);
		charge(&gas, tx->data.len / 32 + (tx->data.len % 32 != 0), GAS_INIT_CODE_WORD);
	}
	charge(&gas, tx->access_list_count, GAS_ACCESS_ADDRESS);
	for (size_t i = 0; i < tx->access_list_count; i++)
		charge(&gas, tx->access_list[i].storage_key_count, GAS_ACCESS_STORAGE_KEY);
	charge(&gas, tx->authorization_count, GAS_AUTHORIZATION);
	return gas;
}

uint64_t tx_floor_gas(const struct transaction *tx)
{
	uint64_t gas = GAS_TRANSACTION;

	charge(&gas, tokens(tx->data), GAS_FLOOR_TOKEN);
	return gas;
}
