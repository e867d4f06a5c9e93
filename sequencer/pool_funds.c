/* pool_funds: whether an account can pay for a transaction: by itself, and beside
 * its executable ones; a replacement gives back what it replaces.  Rules and words
 * are those of geth's ValidateTransactionWithState() (core/txpool/validation.go). */
#include <stdio.h>

#include "sequencer/pool_private.h"

static void say_by_itself(char error[POOL_ERROR_SIZE], const struct u256 *funds,
			  const struct u256 *price)
{
	char balance[U256_DECIMAL_SIZE], cost[U256_DECIMAL_SIZE], over[U256_DECIMAL_SIZE];
	struct u256 overshot;

	u256_sub(&overshot, price, funds);
	snprintf(error, POOL_ERROR_SIZE, "%s: balance %s, tx cost %s, overshot %s",
		 tx_err_text(TX_INSUFFICIENT_FUNDS), u256_to_decimal(balance, funds),
		 u256_to_decimal(cost, price), u256_to_decimal(over, &overshot));
}

/* What `entry` costs more than `old`, if there is one, and its name. */
static void say_price(char out[U256_DECIMAL_SIZE + 16], const struct pool_entry *entry,
		      const struct pool_entry *old)
{
	char digits[U256_DECIMAL_SIZE];
	struct u256 price = entry->cost;
	bool is_negative = old && u256_sub_underflow(&price, &price, &old->cost);

	if (is_negative)
		u256_negate(&price, &price);
	snprintf(out, U256_DECIMAL_SIZE + 16, "%s %s%s", old ? "tx bumped" : "tx cost",
		 is_negative ? "-" : "", u256_to_decimal(digits, &price));
}

static void say_beside(char error[POOL_ERROR_SIZE], const struct pool_account *account,
		       const struct pool_sum *need, const struct pool_entry *entry,
		       const struct pool_entry *old)
{
	char balance[U256_DECIMAL_SIZE], queued[U256_DECIMAL_SIZE], over[U256_DECIMAL_SIZE];
	char price[U256_DECIMAL_SIZE + 16];
	struct u256 overshot;

	u256_to_decimal(balance, &account->balance);
	if (need->high || account->run_total.high) {
		snprintf(error, POOL_ERROR_SIZE,
			 "%s: balance %s, queued cost and tx cost above 2^256",
			 tx_err_text(TX_INSUFFICIENT_FUNDS), balance);
		return;
	}
	u256_sub(&overshot, &need->low, &account->balance);
	say_price(price, entry, old);
	snprintf(error, POOL_ERROR_SIZE, "%s: balance %s, queued cost %s, %s, overshot %s",
		 tx_err_text(TX_INSUFFICIENT_FUNDS), balance,
		 u256_to_decimal(queued, &account->run_total.low), price,
		 u256_to_decimal(over, &overshot));
}

bool pool_funds_suffice(const struct pool_account *account, size_t position,
			const struct pool_entry *entry, char error[POOL_ERROR_SIZE])
{
	/* The run has no gaps: what stands there has the nonce of `entry`. */
	const struct pool_entry *old =
	    position < account->executable ? account->list[position] : NULL;
	struct pool_sum need = account->run_total;

	if (entry->cost_overflows) {
		snprintf(error, POOL_ERROR_SIZE, "%s: tx cost above 2^256",
			 tx_err_text(TX_INSUFFICIENT_FUNDS));
		return false;
	}
	if (u256_lt(&account->balance, &entry->cost)) {
		say_by_itself(error, &account->balance, &entry->cost);
		return false;
	}
	if (old)
		pool_sum_subtract(&need, &old->cost);
	pool_sum_add(&need, &entry->cost);
	if (need.high == 0 && !u256_lt(&account->balance, &need.low))
		return true;
	say_beside(error, account, &need, entry, old);
	return false;
}
