/* pool_prepare: from bytes to a transaction with its sender: everything that
 * needs neither state nor lock.  The refusals are geth's, with its numbers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/native/arena_heap.h"
#include "crypto/native/native.h"
#include "evm/intrinsic_gas.h"
#include "evm/transaction_rules.h"
#include "sequencer/open_batch.h"
#include "sequencer/pool_private.h"

/* Room for short access lists and what recovery takes for a moment. */
#define SPARE 512

typedef unsigned long long ull; /* for printf */

static bool check_size(const struct pool *pool, struct bytes raw, char *error)
{
	if (raw.len <= pool->limits.max_transaction_bytes)
		return true;
	snprintf(error, POOL_ERROR_SIZE, "oversized data: transaction size %zu, limit %zu", raw.len,
		 pool->limits.max_transaction_bytes);
	return false;
}

/* A typed transaction begins with its type, a legacy one with a list's header. */
static bool check_type(struct bytes raw, char *error)
{
	if (raw.len == 0 || raw.data[0] >= 0xc0 || raw.data[0] == TX_ACCESS_LIST ||
	    raw.data[0] == TX_DYNAMIC_FEE || raw.data[0] == TX_SET_CODE)
		return true;
	snprintf(error, POOL_ERROR_SIZE, "%s", tx_err_text(TX_TYPE_NOT_SUPPORTED));
	return false;
}

static bool check_decoded(struct pool_entry *entry, char *error)
{
	struct pool_transaction *t = &entry->shared;
	enum tx_decode_err err = tx_decode(&t->arena, &t->tx, t->raw);

	if (err == TX_DECODE_OK)
		return true;
	snprintf(error, POOL_ERROR_SIZE, "%s", tx_decode_err_text(err));
	return false;
}

static void describe(const struct pool *pool, const struct transaction *tx, enum tx_err err,
		     char *error)
{
	const char *text = tx_err_text(err);

	switch (err) {
	case TX_WRONG_CHAIN_ID:
		snprintf(error, POOL_ERROR_SIZE, "%s: have %llu want %llu", text, (ull)tx->chain_id,
			 (ull)pool->rules.chain_id);
		break;
	case TX_INTRINSIC_GAS:
		snprintf(error, POOL_ERROR_SIZE, "%s: gas %llu, minimum needed %llu", text,
			 (ull)tx->gas_limit, (ull)tx_intrinsic_gas(tx));
		break;
	case TX_FLOOR_GAS:
		snprintf(error, POOL_ERROR_SIZE, "%s: gas %llu, minimum needed %llu", text,
			 (ull)tx->gas_limit, (ull)tx_least_gas(&pool->rules, tx));
		break;
	case TX_GAS_LIMIT_OVER_CAP:
		snprintf(error, POOL_ERROR_SIZE, "%s (cap: %llu, tx: %llu)", text, 1ULL << 24,
			 (ull)tx->gas_limit);
		break;
	case TX_INITCODE_TOO_LARGE:
		snprintf(error, POOL_ERROR_SIZE, "%s: code size %zu, limit %d", text, tx->data.len,
			 EVM_MAX_INITCODE_SIZE);
		break;
	default:
		snprintf(error, POOL_ERROR_SIZE, "%s", text);
	}
}

static bool check_rules(const struct pool *pool, const struct transaction *tx, char *error)
{
	enum tx_err err = tx->gas_limit > pool->rules.gas_limit ? TX_GAS_LIMIT_OVER_BLOCK
								: tx_check_static(&pool->rules, tx);

	if (err == TX_OK)
		return true;
	describe(pool, tx, err, error);
	return false;
}

/* What no batch can hold would be offered to every block, and never go. */
static bool check_room(const struct transaction *tx, char *error)
{
	size_t bound = open_batch_transaction_bound(tx), most = open_batch_most_room();

	if (bound <= most)
		return true;
	snprintf(error, POOL_ERROR_SIZE,
		 "oversized data: transaction takes up to %zu bytes of a batch, limit %zu", bound,
		 most);
	return false;
}

static bool check_sender(struct pool_entry *entry, char *error)
{
	struct pool_transaction *t = &entry->shared;

	if (tx_recover(crypto_native(), &t->arena, &t->tx))
		return true;
	snprintf(error, POOL_ERROR_SIZE, "%s", tx_err_text(TX_NO_SENDER));
	return false;
}

static void set_cost(struct pool_entry *entry)
{
	const struct transaction *tx = &entry->shared.tx;
	struct u256 gas = u256_from_u64(tx->gas_limit);
	bool overflows = u256_mul_overflow(&entry->cost, &gas, &tx->max_fee_per_gas);

	entry->cost_overflows = u256_add_overflow(&entry->cost, &entry->cost, &tx->value);
	entry->cost_overflows |= overflows;
}

/* One allocation for the entry, its bytes and, mostly, what decoding takes. */
static struct pool_entry *new_entry(struct bytes raw)
{
	struct pool_entry *entry;
	struct arena arena;
	struct timespec now;

	arena_init(&arena, &arena_heap, sizeof(*entry) + raw.len + SPARE);
	entry = ARENA_NEW(&arena, struct pool_entry);
	entry->shared.raw = arena_copy(&arena, raw);
	entry->shared.arena = arena;
	entry->shared.references = 1;
	clock_gettime(CLOCK_MONOTONIC, &now);
	entry->shared.arrived = (uint64_t)now.tv_sec;
	return entry;
}

struct pool_transaction *pool_prepare(struct pool *pool, struct bytes raw,
				      char error[POOL_ERROR_SIZE])
{
	struct pool_entry *entry;

	if (!check_size(pool, raw, error) || !check_type(raw, error))
		return NULL;
	entry = new_entry(raw);
	if (!check_decoded(entry, error) || !check_rules(pool, &entry->shared.tx, error) ||
	    !check_room(&entry->shared.tx, error) || !check_sender(entry, error)) {
		pool_release(pool, &entry->shared);
		return NULL;
	}
	set_cost(entry);
	return &entry->shared;
}

void pool_release(struct pool *pool, struct pool_transaction *transaction)
{
	struct arena arena;

	(void)pool;
	if (__atomic_sub_fetch(&transaction->references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	arena = transaction->arena; /* it lies in itself */
	arena_free(&arena);
}
