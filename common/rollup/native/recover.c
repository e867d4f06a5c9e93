#include "rollup/native/recover.h"

#include <pthread.h>
#include <unistd.h>

#include "base/native/arena_heap.h"
#include "crypto/native/native.h"

/* Fewer are not worth a thread. */
#define SHARE_MIN   32
#define THREADS_MAX 16

struct share {
	struct transaction *list;
	size_t count;
	pthread_t thread;
	bool is_running;
};

static void *recover_share(void *argument)
{
	struct share *share = argument;
	struct arena scratch;

	arena_init(&scratch, &arena_heap, ARENA_HEAP_BLOCK);
	for (size_t i = 0; i < share->count; i++)
		(void)tx_recover(crypto_native(), &scratch, &share->list[i]);
	arena_free(&scratch);
	return NULL;
}

static size_t thread_count(size_t transactions)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t threads = transactions / SHARE_MIN;

	if (processors > 0 && threads > (size_t)processors)
		threads = (size_t)processors;
	if (threads > THREADS_MAX)
		threads = THREADS_MAX;
	return threads ? threads : 1;
}

const struct transaction *transactions_recover(struct arena *a, const struct transaction *list,
					       size_t count)
{
	struct transaction *copy = ARENA_ARRAY(a, struct transaction, count);
	struct share shares[THREADS_MAX];
	size_t threads = thread_count(count), done = 0;

	if (count)
		memcpy(copy, list, count * sizeof(*list));
	for (size_t i = 0; i < threads; i++) {
		size_t end = count * (i + 1) / threads;

		shares[i] = (struct share){ .list = copy + done, .count = end - done };
		done = end;
		/* The last share is ours; so is one that no thread could be had for. */
		shares[i].is_running =
		    i + 1 < threads &&
		    pthread_create(&shares[i].thread, NULL, recover_share, &shares[i]) == 0;
		if (!shares[i].is_running)
			recover_share(&shares[i]);
	}
	for (size_t i = 0; i < threads; i++)
		if (shares[i].is_running)
			pthread_join(shares[i].thread, NULL);
	return copy;
}
