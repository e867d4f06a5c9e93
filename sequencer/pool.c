/* pool: admission, and what others ask.  pool_private.h says how it is kept,
 * pool_prepare.c is what comes before, pool_select.c and pool_head.c are the
 * builder's side. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/native/clock.h"
#include "sequencer/pool_private.h"

typedef unsigned long long ull; /* for printf */

void *pool_allocate(void *old, size_t count, size_t size)
{
	void *p = reallocarray(old, count, size);

	if (!p)
		abort();
	return p;
}

/* ---- life ---- */

#define OR(value, standard) ((value) ? (value) : (standard))

static struct pool_limits complete(const struct pool_limits *limits)
{
	return (struct pool_limits){
		.max_transactions = OR(limits->max_transactions, 100000),
		.max_bytes = OR(limits->max_bytes, (size_t)256 << 20),
		.max_per_account = OR(limits->max_per_account, 2048),
		.max_transaction_bytes = OR(limits->max_transaction_bytes, 100000),
		.lifetime = OR(limits->lifetime, 3 * 3600),
		.replacement_percent = OR(limits->replacement_percent, 10),
		.min_priority_fee = limits->min_priority_fee,
	};
}

static void init_condition(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &attributes);
	pthread_condattr_destroy(&attributes);
}

struct pool *pool_new(const struct pool_limits *limits, const struct chain_config *config)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		abort();
	pool->limits = complete(limits);
	pool->rules = (struct block_context){
		.revision = config->revision,
		.chain_id = config->chain_id,
		.gas_limit = config->gas_limit,
	};
	pthread_mutex_init(&pool->lock, NULL);
	init_condition(&pool->changed);
	pool_index_init(pool);
	return pool;
}

void pool_free(struct pool *pool)
{
	struct pool_entry *next, *entry;

	if (!pool)
		return;
	for (entry = pool->oldest; entry; entry = next) {
		next = entry->newer;
		pool_release(pool, &entry->shared);
	}
	pool_index_free(pool);
	pthread_cond_destroy(&pool->changed);
	pthread_mutex_destroy(&pool->lock);
	free(pool->heap);
	free(pool->candidates);
	free(pool);
}

void pool_on_drop(struct pool *pool,
		  void (*dropped)(void *context, struct pool_transaction *transaction),
		  void *context)
{
	pool->dropped = dropped;
	pool->dropped_context = context;
}

/* Gives up the pool's reference to what is out of it already. */
void pool_gone(struct pool *pool, struct pool_entry *entry,
	       void (*gone)(void *context, struct pool_transaction *transaction), void *context)
{
	if (gone)
		gone(context, &entry->shared);
	pool_release(pool, &entry->shared);
}

/* ---- admission ---- */

struct admission {
	struct pool *pool;
	struct pool_entry *entry;
	struct pool_account *account;
	size_t position;
	struct pool_transaction **replaced;
	char *error;
};

/* The owner's wish, which may have changed since a transaction was accepted. */
static bool check_tip(const struct admission *a)
{
	const struct u256 *tip = &a->entry->shared.tx.max_priority_fee_per_gas;
	const struct u256 *least = &a->pool->limits.min_priority_fee;
	char offered[U256_DECIMAL_SIZE], needed[U256_DECIMAL_SIZE];

	if (a->entry->shared.was_accepted || !u256_lt(tip, least))
		return true;
	snprintf(a->error, POOL_ERROR_SIZE,
		 "transaction underpriced: gas tip cap %s, minimum needed %s",
		 u256_to_decimal(offered, tip), u256_to_decimal(needed, least));
	return false;
}

static bool check_nonce(const struct admission *a)
{
	uint64_t next = a->account->nonce, nonce = a->entry->shared.tx.nonce;

	if (nonce < next) {
		snprintf(a->error, POOL_ERROR_SIZE, "nonce too low: next nonce %llu, tx nonce %llu",
			 (ull)next, (ull)nonce);
		return false;
	}
	if (nonce - next >= a->pool->limits.max_per_account && !a->entry->shared.was_accepted) {
		snprintf(a->error, POOL_ERROR_SIZE,
			 "nonce too high: next nonce %llu, tx nonce %llu, at most %zu ahead",
			 (ull)next, (ull)nonce, a->pool->limits.max_per_account - 1);
		return false;
	}
	return true;
}

static bool check_funds(const struct admission *a)
{
	return a->entry->shared.was_accepted ||
	       pool_funds_suffice(a->account, a->position, a->entry, a->error);
}

/* Whether `new` is more than `old`, and at least that raised by `percent`, rounded
 * up: in wide numbers, as fees may be anything. */
static bool is_raised(const struct u256 *new, const struct u256 *old, unsigned percent)
{
	struct u256 hundred = u256_from_u64(100), more = u256_from_u64(100 + (uint64_t)percent);
	uint64_t have[8], need[8];

	if (!u256_lt(old, new))
		return false;
	u256_mul_wide(have, new, &hundred);
	u256_mul_wide(need, old, &more);
	for (int i = 7; i >= 0; i--)
		if (have[i] != need[i])
			return have[i] > need[i];
	return true;
}

/* As geth has it: both fees are raised, also where the tenth of one is nothing. */
static bool may_replace(const struct admission *a, const struct pool_entry *old)
{
	const struct transaction *new = &a->entry->shared.tx;
	unsigned percent = a->pool->limits.replacement_percent;

	return is_raised(&new->max_fee_per_gas, &old->shared.tx.max_fee_per_gas, percent) &&
	       is_raised(&new->max_priority_fee_per_gas, &old->shared.tx.max_priority_fee_per_gas,
			 percent);
}

static void drop(struct pool *pool, struct pool_entry *entry)
{
	pool_gone(pool, entry, pool->dropped, pool->dropped_context);
}

/* By what has come back from dropped blocks or from disk, which no limit holds off. */
static bool is_overfull(const struct pool *pool)
{
	return pool->count > pool->limits.max_transactions || pool->bytes > pool->limits.max_bytes;
}

/* Drops what is worth least until the pool is within its limits; false: `entry`
 * itself had to go.  It was let in first, so what counts is its worth among
 * all, as the last one of its account or not. */
static bool make_room(struct pool *pool, struct pool_entry *entry)
{
	while (is_overfull(pool)) {
		struct pool_account *account = pool_heap_least(pool);
		struct pool_entry *least = pool_account_take(pool, account, account->count - 1);

		pool_account_settle(pool, account);
		if (least == entry) {
			pool_release(pool, &least->shared);
			return false;
		}
		drop(pool, least);
	}
	return true;
}

static enum pool_result enter(struct admission *a)
{
	struct pool_entry *old = NULL;

	__atomic_add_fetch(&a->entry->shared.references, 1, __ATOMIC_RELAXED);
	if (pool_account_has(a->account, a->position, a->entry->shared.tx.nonce))
		old = pool_account_swap(a->pool, a->account, a->position, a->entry);
	else
		pool_account_insert(a->pool, a->account, a->position, a->entry);
	pool_account_settle(a->pool, a->account);
	if (!a->entry->shared.was_accepted && !make_room(a->pool, a->entry)) {
		if (old)
			drop(a->pool, old);
		snprintf(a->error, POOL_ERROR_SIZE, "txpool is full");
		return POOL_REFUSED;
	}
	if (!old)
		return POOL_ADDED;
	*a->replaced = &old->shared;
	return POOL_REPLACED;
}

static enum pool_result admit(struct admission *a)
{
	const struct transaction *tx = &a->entry->shared.tx;

	if (a->entry->account || pool_index_find(a->pool, &tx->hash)) {
		snprintf(a->error, POOL_ERROR_SIZE, "already known");
		return POOL_KNOWN;
	}
	if (!check_tip(a))
		return POOL_REFUSED;
	a->account = pool_account_find(a->pool, &tx->from);
	if (!a->account)
		return POOL_NEED_ACCOUNT;
	a->position = pool_account_position(a->account, tx->nonce);
	if (!check_nonce(a) || !check_funds(a))
		return POOL_REFUSED;
	if (pool_account_has(a->account, a->position, tx->nonce) &&
	    !may_replace(a, a->account->list[a->position])) {
		snprintf(a->error, POOL_ERROR_SIZE, "replacement transaction underpriced");
		return POOL_REFUSED;
	}
	/* One newcomer would push out all that is too much, and others have its hashes. */
	if (is_overfull(a->pool) && !a->entry->shared.was_accepted) {
		snprintf(a->error, POOL_ERROR_SIZE, "txpool is full");
		return POOL_REFUSED;
	}
	return enter(a);
}

enum pool_result pool_add(struct pool *pool, struct pool_transaction *transaction,
			  struct pool_transaction **replaced, char error[POOL_ERROR_SIZE])
{
	struct admission admission = {
		.pool = pool,
		.entry = pool_entry_of(transaction),
		.replaced = replaced,
		.error = error,
	};
	enum pool_result result;

	*replaced = NULL;
	pthread_mutex_lock(&pool->lock);
	result = admit(&admission);
	if (pool->is_waited_for && pool->payable > 0)
		pthread_cond_signal(&pool->changed);
	pthread_mutex_unlock(&pool->lock);
	return result;
}

/* ---- waiting ---- */

bool pool_wait(struct pool *pool, unsigned timeout_ms)
{
	struct timespec deadline = clock_after_ns((int64_t)timeout_ms * 1000000);
	bool is_something;
	int late = 0;

	pthread_mutex_lock(&pool->lock);
	pool->is_waited_for = true;
	while (pool->payable == 0 && !pool->is_woken && !late)
		late = pthread_cond_timedwait(&pool->changed, &pool->lock, &deadline);
	pool->is_waited_for = false;
	pool->is_woken = false;
	is_something = pool->payable > 0;
	pthread_mutex_unlock(&pool->lock);
	return is_something;
}

void pool_wake(struct pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->is_woken = true;
	pthread_cond_signal(&pool->changed);
	pthread_mutex_unlock(&pool->lock);
}

uint64_t pool_executable_gas(struct pool *pool)
{
	uint64_t gas;

	pthread_mutex_lock(&pool->lock);
	gas = pool->payable_gas;
	pthread_mutex_unlock(&pool->lock);
	return gas;
}

/* ---- questions ---- */

struct pool_head pool_head(struct pool *pool)
{
	struct pool_head head;

	pthread_mutex_lock(&pool->lock);
	head = pool->head;
	pthread_mutex_unlock(&pool->lock);
	return head;
}

struct pool_transaction *pool_find(struct pool *pool, const struct hash32 *hash)
{
	struct pool_entry *entry;

	pthread_mutex_lock(&pool->lock);
	entry = pool_index_find(pool, hash);
	if (entry)
		__atomic_add_fetch(&entry->shared.references, 1, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&pool->lock);
	return entry ? &entry->shared : NULL;
}

bool pool_next_nonce(struct pool *pool, const struct address *address, uint64_t *nonce)
{
	struct pool_account *account;
	bool is_there;

	pthread_mutex_lock(&pool->lock);
	account = pool_account_find(pool, address);
	is_there = account && account->count > 0;
	if (is_there)
		*nonce = account->nonce + account->executable;
	pthread_mutex_unlock(&pool->lock);
	return is_there;
}

struct pool_counts pool_counts(struct pool *pool)
{
	struct pool_counts counts;

	pthread_mutex_lock(&pool->lock);
	counts.executable = pool->executable;
	counts.waiting = pool->count - pool->executable;
	counts.bytes = pool->bytes;
	pthread_mutex_unlock(&pool->lock);
	return counts;
}
