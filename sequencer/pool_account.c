/* pool_account: one account's transactions by nonce, and how far they can be
 * executed.  A change at a place cuts the run there (shorten_run), and
 * pool_account_settle() lets it grow again; both keep the pool's totals. */
#include <stdlib.h>
#include <string.h>

#include "sequencer/pool_private.h"

size_t pool_account_position(const struct pool_account *account, uint64_t nonce)
{
	size_t low = 0, high = account->count;

	/* Mostly it goes to the end. */
	if (high > 0 && account->list[high - 1]->shared.tx.nonce < nonce)
		return high;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (account->list[middle]->shared.tx.nonce < nonce)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool pool_account_has(const struct pool_account *account, size_t position, uint64_t nonce)
{
	return position < account->count && account->list[position]->shared.tx.nonce == nonce;
}

/* ---- the run ---- */

static bool is_affordable(const struct pool_account *account, const struct pool_entry *entry)
{
	return !entry->cost_overflows && !u256_lt(&account->balance, &entry->cost);
}

static bool is_payable(const struct pool *pool, const struct pool_entry *entry)
{
	return !u256_lt(&entry->shared.tx.max_fee_per_gas, &pool->base_fee);
}

static void subtract_payable(struct pool *pool, struct pool_account *account,
			     const struct pool_entry *entry)
{
	account->payable--;
	pool->payable--;
	pool->payable_gas -= entry->shared.tx.gas_limit;
}

static void shorten_payable(struct pool *pool, struct pool_account *account, size_t length)
{
	while (account->payable > length)
		subtract_payable(pool, account, account->list[account->payable - 1]);
}

static void shorten_run(struct pool *pool, struct pool_account *account, size_t length)
{
	shorten_payable(pool, account, length);
	while (account->executable > length) {
		account->executable--;
		pool->executable--;
		pool_sum_subtract(&account->run_total, &account->list[account->executable]->cost);
	}
}

static void extend_payable(struct pool *pool, struct pool_account *account)
{
	while (account->payable < account->executable) {
		const struct pool_entry *entry = account->list[account->payable];

		if (!is_payable(pool, entry))
			return;
		account->payable++;
		pool->payable++;
		pool->payable_gas += entry->shared.tx.gas_limit;
	}
}

static bool continues_run(const struct pool_account *account)
{
	return account->executable < account->count &&
	       account->list[account->executable]->shared.tx.nonce ==
		   account->nonce + account->executable;
}

static void count_in_run(struct pool_account *account, const struct pool_entry *entry)
{
	pool_sum_add(&account->run_total, &entry->cost);
	if (u256_lt(&account->run_cost, &entry->cost))
		account->run_cost = entry->cost;
	if (u256_lt(&entry->shared.tx.max_fee_per_gas, &account->run_fee))
		account->run_fee = entry->shared.tx.max_fee_per_gas;
}

static void extend_run(struct pool *pool, struct pool_account *account)
{
	if (account->executable == 0) {
		account->run_cost = U256_ZERO;
		memset(&account->run_fee, 0xff, sizeof(account->run_fee));
	}
	while (continues_run(account)) {
		const struct pool_entry *entry = account->list[account->executable];

		if (!is_affordable(account, entry))
			break;
		count_in_run(account, entry);
		account->executable++;
		pool->executable++;
	}
	extend_payable(pool, account);
}

void pool_account_set_base_fee(struct pool *pool, struct pool_account *account)
{
	/* All of the run can pay, or what comes now won't tell: look. */
	if (u256_lt(&account->run_fee, &pool->base_fee))
		shorten_payable(pool, account, 0);
	extend_payable(pool, account);
}

/* ---- changes ---- */

void pool_account_insert(struct pool *pool, struct pool_account *account, size_t position,
			 struct pool_entry *entry)
{
	shorten_run(pool, account, position);
	if (account->count == 0)
		pool_account_busy(pool, account);
	if (account->count == account->capacity) {
		account->capacity = 2 * account->capacity + 4;
		account->list =
		    pool_allocate(account->list, account->capacity, sizeof(account->list[0]));
	}
	memmove(account->list + position + 1, account->list + position,
		(account->count - position) * sizeof(account->list[0]));
	account->list[position] = entry;
	account->count++;
	entry->account = account;
	entry->sequence = ++pool->sequence;
	pool_index_insert(pool, entry);
}

/* Out of everything but the list. */
static struct pool_entry *detach(struct pool *pool, struct pool_entry *entry)
{
	pool_index_remove(pool, entry);
	entry->account = NULL;
	return entry;
}

struct pool_entry *pool_account_take(struct pool *pool, struct pool_account *account,
				     size_t position)
{
	struct pool_entry *entry = account->list[position];

	shorten_run(pool, account, position);
	account->count--;
	memmove(account->list + position, account->list + position + 1,
		(account->count - position) * sizeof(account->list[0]));
	return detach(pool, entry);
}

/* `entry` takes the place of one in the run without cutting it, as there may be
 * thousands behind.  Its max fee is higher: it is payable where the old one was. */
static void exchange_in_run(struct pool *pool, struct pool_account *account, size_t position,
			    const struct pool_entry *entry)
{
	const struct pool_entry *old = account->list[position];

	if (position < account->payable)
		pool->payable_gas += entry->shared.tx.gas_limit - old->shared.tx.gas_limit;
	pool_sum_subtract(&account->run_total, &old->cost);
	count_in_run(account, entry);
}

struct pool_entry *pool_account_swap(struct pool *pool, struct pool_account *account,
				     size_t position, struct pool_entry *entry)
{
	struct pool_entry *old = account->list[position];

	if (position < account->executable && is_affordable(account, entry))
		exchange_in_run(pool, account, position, entry);
	else
		shorten_run(pool, account, position);
	account->list[position] = entry;
	entry->account = account;
	entry->sequence = ++pool->sequence;
	pool_index_insert(pool, entry);
	return detach(pool, old);
}

/* Removes the first `count`, and keeps what is known of the rest's run. */
static void remove_first(struct pool *pool, struct pool_account *account, size_t count,
			 void (*gone)(void *, struct pool_transaction *), void *context)
{
	size_t from_run = count < account->executable ? count : account->executable;

	if (count == 0)
		return;
	for (size_t i = 0; i < count; i++) {
		struct pool_entry *entry = account->list[i];

		if (account->payable > 0)
			subtract_payable(pool, account, entry);
		if (i < from_run)
			pool_sum_subtract(&account->run_total, &entry->cost);
		pool_gone(pool, detach(pool, entry), gone, context);
	}
	account->executable -= from_run;
	pool->executable -= from_run;
	account->count -= count;
	memmove(account->list, account->list + count, account->count * sizeof(account->list[0]));
}

void pool_account_set_state(struct pool *pool, struct pool_account *account, uint64_t nonce,
			    const struct u256 *balance,
			    void (*gone)(void *, struct pool_transaction *), void *context)
{
	size_t past = pool_account_position(account, nonce);
	bool follows = past <= account->executable && nonce == account->nonce + past;

	remove_first(pool, account, past, gone, context);
	account->nonce = nonce;
	account->balance = *balance;
	if (!follows || u256_lt(balance, &account->run_cost))
		shorten_run(pool, account, 0);
}

void pool_account_settle(struct pool *pool, struct pool_account *account)
{
	extend_run(pool, account);
	if (account->count > 0)
		pool_heap_update(pool, account);
	else if (account->heap_index != POOL_NOT_IN_HEAP) {
		pool_heap_remove(pool, account);
		pool_account_idle(pool, account);
	}
}
