#include "net/jsonrpc_pool.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/native/clock.h"

struct rpc_pool {
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct rpc_turns turns;
	unsigned max_queue;
	unsigned idle; /* workers asleep: only then is waking one worth a system call */
	bool ending;
	unsigned workers;
	pthread_t threads[];
};

/* The call whose turn it is, or NULL when the pool ends.  Called locked. */
static struct rpc_call *pool_take(struct rpc_pool *pool, struct rpc_lane **lane)
{
	struct rpc_call *call;

	while ((call = rpc_turns_take(&pool->turns, lane)) == NULL && !pool->ending) {
		pool->idle++;
		pthread_cond_wait(&pool->work, &pool->lock);
		pool->idle--;
	}
	return call;
}

static void run_call(struct rpc_call *call, bool ending)
{
	if (ending)
		(void)rpc_fail(call, RPC_SERVER_ERROR, "server is stopping", NULL);
	else if (clock_ms() >= call->message->deadline_ms)
		(void)rpc_fail(call, RPC_TIMED_OUT, "request timed out", NULL);
	else
		(void)call->method->handler(call);
}

/* Runs `call` of `lane`, and gives the lane its next turn.  Called locked.  Nobody
 * has to be woken for that: this worker looks for the next call now, and where
 * others wait, none is asleep. */
static void pool_run(struct rpc_pool *pool, struct rpc_call *call, struct rpc_lane *lane)
{
	struct rpc_message *message = call->message;
	bool ending = pool->ending;

	pthread_mutex_unlock(&pool->lock);
	rpc_message_hold(message); /* the lane is in it */
	run_call(call, ending);
	pthread_mutex_lock(&pool->lock);
	rpc_turns_ran(&pool->turns, lane, message->client);
	pthread_mutex_unlock(&pool->lock);
	rpc_message_release(message);
	pthread_mutex_lock(&pool->lock);
}

static void *worker_main(void *context)
{
	struct rpc_pool *pool = context;
	struct rpc_call *call;
	struct rpc_lane *lane;

	pthread_mutex_lock(&pool->lock);
	while ((call = pool_take(pool, &lane)) != NULL)
		pool_run(pool, call, lane);
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

bool rpc_pool_add(struct rpc_pool *pool, struct rpc_lane *lane, struct rpc_call *call)
{
	bool added, has_work;

	pthread_mutex_lock(&pool->lock);
	has_work = lane->first || lane->is_running;
	added = !pool->ending && rpc_turns_add(&pool->turns, lane, call, pool->max_queue);
	if (added && !has_work && pool->idle)
		pthread_cond_signal(&pool->work);
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
