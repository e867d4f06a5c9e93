#include "sequencer/rpc_filters.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

struct filter {
	bool used;
	struct rpc_filter_id id;
	enum rpc_filter_kind kind;
	json_t *json;
	struct rpc_filter_place place;
	uint64_t transactions; /* how many had come when it was polled last */
	uint64_t polled;       /* seconds, CLOCK_MONOTONIC */
};

struct rpc_filters {
	pthread_mutex_t lock;
	struct filter filters[RPC_FILTERS_MAX];
	atomic_int listeners; /* to transactions */
	struct hash32 recent[RPC_FILTER_RECENT];
	uint64_t recent_count; /* ever; the newest is at (count - 1) % size */
};

struct rpc_filters *rpc_filters_new(void)
{
	struct rpc_filters *filters = calloc(1, sizeof(*filters));

	if (filters)
		pthread_mutex_init(&filters->lock, NULL);
	return filters;
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec;
}

static void drop(struct rpc_filters *filters, struct filter *filter)
{
	if (filter->kind == RPC_FILTER_TRANSACTIONS)
		atomic_fetch_sub(&filters->listeners, 1);
	json_decref(filter->json);
	memset(filter, 0, sizeof(*filter));
}

void rpc_filters_free(struct rpc_filters *filters)
{
	if (!filters)
		return;
	for (size_t i = 0; i < RPC_FILTERS_MAX; i++)
		if (filters->filters[i].used)
			drop(filters, &filters->filters[i]);
	pthread_mutex_destroy(&filters->lock);
	free(filters);
}

static struct filter *find(struct rpc_filters *filters, const struct rpc_filter_id *id)
{
	uint64_t t = now();

	for (size_t i = 0; i < RPC_FILTERS_MAX; i++) {
		struct filter *filter = &filters->filters[i];

		if (filter->used && memcmp(filter->id.b, id->b, sizeof(id->b)) == 0 &&
		    t - filter->polled <= RPC_FILTER_LIFETIME)
			return filter;
	}
	return NULL;
}

/* A free place, or the one whose owner has been away for longest. */
static struct filter *vacate(struct rpc_filters *filters)
{
	struct filter *oldest = &filters->filters[0];

	for (size_t i = 0; i < RPC_FILTERS_MAX; i++) {
		struct filter *filter = &filters->filters[i];

		if (!filter->used)
			return filter;
		if (filter->polled < oldest->polled)
			oldest = filter;
	}
	drop(filters, oldest);
	return oldest;
}

bool rpc_filters_add(struct rpc_filters *filters, enum rpc_filter_kind kind, json_t *json,
		     const struct rpc_filter_place *place, struct rpc_filter_id *id)
{
	struct filter *filter;

	if (getrandom(id->b, sizeof(id->b), 0) != (ssize_t)sizeof(id->b))
		return false;
	pthread_mutex_lock(&filters->lock);
	filter = vacate(filters);
	*filter = (struct filter){ .used = true,
				   .id = *id,
				   .kind = kind,
				   .json = json_incref(json),
				   .place = *place,
				   .transactions = filters->recent_count,
				   .polled = now() };
	if (kind == RPC_FILTER_TRANSACTIONS)
		atomic_fetch_add(&filters->listeners, 1);
	pthread_mutex_unlock(&filters->lock);
	return true;
}

bool rpc_filters_remove(struct rpc_filters *filters, const struct rpc_filter_id *id)
{
	struct filter *filter;

	pthread_mutex_lock(&filters->lock);
	filter = find(filters, id);
	if (filter)
		drop(filters, filter);
	pthread_mutex_unlock(&filters->lock);
	return filter != NULL;
}

bool rpc_filters_find(struct rpc_filters *filters, const struct rpc_filter_id *id,
		      enum rpc_filter_kind *kind, json_t **json, struct rpc_filter_place *place)
{
	struct filter *filter;

	pthread_mutex_lock(&filters->lock);
	filter = find(filters, id);
	if (filter) {
		filter->polled = now();
		*kind = filter->kind;
		/* A copy: jansson's references of one object are not for
		 * several threads that read it (its iterators are). */
		*json = filter->json ? json_deep_copy(filter->json) : NULL;
		*place = filter->place;
	}
	pthread_mutex_unlock(&filters->lock);
	return filter != NULL;
}

void rpc_filters_move(struct rpc_filters *filters, const struct rpc_filter_id *id,
		      const struct rpc_filter_place *place)
{
	struct filter *filter;

	pthread_mutex_lock(&filters->lock);
	filter = find(filters, id);
	if (filter)
		filter->place = *place;
	pthread_mutex_unlock(&filters->lock);
}

void rpc_filters_transaction(struct rpc_filters *filters, const struct hash32 *hash)
{
	if (atomic_load_explicit(&filters->listeners, memory_order_relaxed) == 0)
		return;
	pthread_mutex_lock(&filters->lock);
	filters->recent[filters->recent_count++ % RPC_FILTER_RECENT] = *hash;
	pthread_mutex_unlock(&filters->lock);
}

size_t rpc_filters_transactions(struct rpc_filters *filters, const struct rpc_filter_id *id,
				struct hash32 *hashes)
{
	struct filter *filter;
	size_t count = 0;

	pthread_mutex_lock(&filters->lock);
	filter = find(filters, id);
	if (filter) {
		uint64_t end = filters->recent_count, next = filter->transactions;

		if (end - next > RPC_FILTER_RECENT)
			next = end - RPC_FILTER_RECENT;
		while (next < end)
			hashes[count++] = filters->recent[next++ % RPC_FILTER_RECENT];
		filter->transactions = end;
	}
	pthread_mutex_unlock(&filters->lock);
	return count;
}
