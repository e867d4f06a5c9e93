#include "net/jsonrpc_pool.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/native/clock.h"

struct rpc_pool {
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct rpc_call *first, *last;
	unsigned queued, max_queue;
	unsigned idle; /* workers asleep: only then is waking one worth a system call */
	bool ending;
	unsigned workers;
	pthread_t threads[];
};

/* The oldest queued call, or NULL when the pool ends.  Called locked. */
static struct rpc_call *pool_take(struct rpc_pool *pool)
{
	struct rpc_call *call;

	while (!pool->first && !pool->ending) {
		pool->idle++;
		pthread_cond_wait(&pool->work, &pool->lock);
		pool->idle--;
	}
	call = pool->first;
	if (!call)
		return NULL;
	pool->first = call->next_queued;
	if (!pool->first)
		pool->last = NULL;
	pool->queued--;
	return call;
}

static void *worker_main(void *context)
{
	struct rpc_pool *pool = context;
	struct rpc_call *call;

	pthread_mutex_lock(&pool->lock);
	while ((call = pool_take(pool)) != NULL) {
		bool ending = pool->ending;

		pthread_mutex_unlock(&pool->lock);
		if (ending)
			(void)rpc_fail(call, RPC_SERVER_ERROR, "server is stopping", NULL);
		else if (clock_ms() >= call->message->deadline_ms)
			(void)rpc_fail(call, RPC_TIMED_OUT, "request timed out", NULL);
		else
			(void)call->method->handler(call);
		pthread_mutex_lock(&pool->lock);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

struct rpc_pool *rpc_pool_new(unsigned workers, unsigned max_queue)
{
	struct rpc_pool *pool = calloc(1, sizeof(*pool) + workers * sizeof(pool->threads[0]));

	if (!pool)
		return NULL;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->work, NULL);
	pool->max_queue = max_queue;
	while (pool->workers < workers) {
		if (pthread_create(&pool->threads[pool->workers], NULL, worker_main, pool) != 0) {
			rpc_pool_free(pool);
			return NULL;
		}
		pool->workers++;
	}
	return pool;
}

bool rpc_pool_add(struct rpc_pool *pool, struct rpc_call *call)
{
	bool added;

	pthread_mutex_lock(&pool->lock);
	added = !pool->ending && pool->queued < pool->max_queue;
	if (added) {
		call->next_queued = NULL;
		if (pool->last)
			pool->last->next_queued = call;
		else
			pool->first = call;
		pool->last = call;
		pool->queued++;
		if (pool->idle)
			pthread_cond_signal(&pool->work);
	}
	pthread_mutex_unlock(&pool->lock);
	return added;
}

void rpc_pool_free(struct rpc_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->ending = true;
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->workers; i++)
		pthread_join(pool->threads[i], NULL);
	pthread_cond_destroy(&pool->work);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}
