/* pool_index: where a transaction or an account is, by hash tables with chains
 * of a fixed size (limits bound both), and the lists by age. */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "sequencer/pool_private.h"

void pool_index_init(struct pool *pool)
{
	size_t size = 1024;

	while (size < pool->limits.max_transactions)
		size *= 2;
	pool->mask = size - 1;
	pool->by_hash = calloc(size, sizeof(pool->by_hash[0]));
	pool->by_address = calloc(size, sizeof(pool->by_address[0]));
	if (!pool->by_hash || !pool->by_address ||
	    getrandom(pool->seeds, sizeof(pool->seeds), 0) != (ssize_t)sizeof(pool->seeds))
		abort();
}

static void free_account(struct pool_account *account)
{
	free(account->list);
	free(account);
}

void pool_index_free(struct pool *pool)
{
	for (size_t i = 0; i <= pool->mask; i++) {
		struct pool_account *next, *account = pool->by_address[i];

		for (; account; account = next) {
			next = account->next_of_address;
			free_account(account);
		}
	}
	free(pool->by_hash);
	free(pool->by_address);
}

/* A product folded: which keys collide depends on seeds nobody knows. */
static uint64_t mix(const struct pool *pool, uint64_t a, uint64_t b)
{
	unsigned __int128 product =
	    (unsigned __int128)(a ^ pool->seeds[0]) * (b ^ pool->seeds[1] ^ a >> 32);

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t pool_hash_key(const struct pool *pool, const struct hash32 *hash)
{
	return mix(pool, le64_load(hash->b), le64_load(hash->b + 8));
}

static uint64_t address_key(const struct pool *pool, const struct address *address)
{
	return mix(pool, le64_load(address->b) ^ be32_load(address->b + 8),
		   le64_load(address->b + 12));
}

/* ---- transactions ---- */

struct pool_entry *pool_index_find(const struct pool *pool, const struct hash32 *hash)
{
	uint64_t key = pool_hash_key(pool, hash);
	struct pool_entry *entry = pool->by_hash[key & pool->mask];

	while (entry && !(entry->key == key && hash32_eq(&entry->shared.tx.hash, hash)))
		entry = entry->next_of_hash;
	return entry;
}

static void make_newest(struct pool *pool, struct pool_entry *entry)
{
	entry->older = pool->newest;
	entry->newer = NULL;
	*(pool->newest ? &pool->newest->newer : &pool->oldest) = entry;
	pool->newest = entry;
}

static void leave_order(struct pool *pool, struct pool_entry *entry)
{
	*(entry->older ? &entry->older->newer : &pool->oldest) = entry->newer;
	*(entry->newer ? &entry->newer->older : &pool->newest) = entry->older;
}

void pool_index_renew(struct pool *pool, struct pool_entry *entry, uint64_t now)
{
	leave_order(pool, entry);
	make_newest(pool, entry);
	entry->shared.arrived = now;
}

void pool_index_insert(struct pool *pool, struct pool_entry *entry)
{
	struct pool_entry **bucket;

	entry->key = pool_hash_key(pool, &entry->shared.tx.hash);
	bucket = &pool->by_hash[entry->key & pool->mask];
	entry->next_of_hash = *bucket;
	*bucket = entry;
	make_newest(pool, entry);
	pool->count++;
	pool->bytes += entry->shared.raw.len;
}

void pool_index_remove(struct pool *pool, struct pool_entry *entry)
{
	struct pool_entry **at = &pool->by_hash[entry->key & pool->mask];

	while (*at != entry)
		at = &(*at)->next_of_hash;
	*at = entry->next_of_hash;
	leave_order(pool, entry);
	pool->count--;
	pool->bytes -= entry->shared.raw.len;
}

/* ---- accounts ---- */

struct pool_account *pool_account_find(const struct pool *pool, const struct address *address)
{
	uint64_t key = address_key(pool, address);
	struct pool_account *account = pool->by_address[key & pool->mask];

	while (account && !address_eq(&account->address, address))
		account = account->next_of_address;
	return account;
}

static void remove_account(struct pool *pool, struct pool_account *account)
{
	struct pool_account **at = &pool->by_address[account->key & pool->mask];

	while (*at != account)
		at = &(*at)->next_of_address;
	*at = account->next_of_address;
	free_account(account);
}

struct pool_account *pool_account_new(struct pool *pool, const struct address *address)
{
	struct pool_account *account = calloc(1, sizeof(*account));
	struct pool_account **bucket;

	if (!account)
		abort();
	account->address = *address;
	account->key = address_key(pool, address);
	account->heap_index = POOL_NOT_IN_HEAP;
	bucket = &pool->by_address[account->key & pool->mask];
	account->next_of_address = *bucket;
	*bucket = account;
	pool_account_idle(pool, account);
	return account;
}

void pool_account_busy(struct pool *pool, struct pool_account *account)
{
	*(account->colder ? &account->colder->warmer : &pool->coldest) = account->warmer;
	*(account->warmer ? &account->warmer->colder : &pool->warmest) = account->colder;
	account->colder = account->warmer = NULL;
	pool->idle_accounts--;
}

static void free_coldest(struct pool *pool)
{
	struct pool_account *account = pool->coldest;

	pool_account_busy(pool, account);
	remove_account(pool, account);
}

void pool_account_idle(struct pool *pool, struct pool_account *account)
{
	account->colder = pool->warmest;
	account->warmer = NULL;
	*(pool->warmest ? &pool->warmest->warmer : &pool->coldest) = account;
	pool->warmest = account;
	if (++pool->idle_accounts > POOL_IDLE_ACCOUNTS)
		free_coldest(pool);
}

void pool_account_free_idle(struct pool *pool)
{
	while (pool->coldest)
		free_coldest(pool);
}
