/* read_ahead: a queue of payloads in the order of their entries.  A thread that
 * looks for work takes the foremost that there is: a few transactions to recover,
 * or a payload to decode.  All of a payload's fields belong to the lock, but for
 * what a thread was given to work on. */
#include "rollup/native/read_ahead.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "crypto/native/native.h"

/* Enough to keep the processors busy while blocks are written to the disk. */
#define PAYLOADS_MAX 24
/* One payload can take nearly as much by itself, at the worst. */
#define MEMORY_MAX  ((size_t)64 << 20)
#define SHARE       32
#define THREADS_MAX 16

enum stage {
	STAGE_WAITING,  /* to be decoded */
	STAGE_DECODING, /* by a thread */
	STAGE_DECODED,
	STAGE_BAD, /* the bytes are not the hash's */
};

struct waiting_payload {
	struct waiting_payload *next;
	uint64_t index;
	struct hash32 hash;
	struct bytes raw;
	struct arena arena; /* of the thread that decodes, then of nobody */
	struct payload payload;
	enum stage stage;
	struct transaction *transactions; /* of all its blocks */
	size_t count;
	size_t given;     /* so many were given to threads */
	size_t recovered; /* so many are done */
	size_t memory;
	unsigned busy; /* threads that work on it */
};

struct read_ahead {
	uint64_t chain_id;
	uint64_t next;
	pthread_mutex_t lock;
	pthread_cond_t work;     /* there may be some, or it is time to stop */
	pthread_cond_t progress; /* a thread is done with something */
	bool stop;
	struct waiting_payload *first, *last;
	size_t waiting;                 /* payloads in the queue */
	size_t memory;                  /* that they take */
	bool is_decoding;               /* one at a time, so that memory stays bounded */
	struct waiting_payload *urgent; /* transactions that are waited for now, or NULL */
	struct waiting_payload *taken;  /* not in the queue any more */
	pthread_t threads[THREADS_MAX];
	size_t thread_count;
};

/* What a thread does next. */
struct task {
	struct waiting_payload *payload;
	size_t from, count; /* of transactions to recover; 0: decode */
};

/* ---- the threads ---- */

static bool take_share(struct waiting_payload *p, struct task *task)
{
	if (p->stage != STAGE_DECODED || p->given == p->count)
		return false;
	task->payload = p;
	task->from = p->given;
	task->count = p->count - p->given < SHARE ? p->count - p->given : SHARE;
	p->given += task->count;
	return true;
}

static bool may_decode(const struct read_ahead *r, const struct waiting_payload *p)
{
	return p->stage == STAGE_WAITING && !r->is_decoding &&
	       (p == r->first || r->memory < MEMORY_MAX);
}

static bool find_task(struct read_ahead *r, struct task *task)
{
	if (r->urgent && take_share(r->urgent, task))
		return true;
	for (struct waiting_payload *p = r->first; p; p = p->next) {
		if (take_share(p, task))
			return true;
		if (may_decode(r, p)) {
			p->stage = STAGE_DECODING;
			r->is_decoding = true;
			*task = (struct task){ .payload = p };
			return true;
		}
	}
	return false;
}

/* payload_decode() makes one array of all blocks' transactions. */
static void count_transactions(struct waiting_payload *p)
{
	for (size_t i = 0; i < p->payload.block_count; i++)
		p->count += p->payload.blocks[i].transaction_count;
	if (p->count)
		p->transactions = (struct transaction *)p->payload.blocks[0].transactions;
}

static void decode(struct read_ahead *r, struct waiting_payload *p)
{
	struct hash32 hash = keccak256(p->raw);
	bool is_right = hash32_eq(&hash, &p->hash);
	size_t memory;

	if (is_right)
		(void)payload_decode(&p->arena, &p->payload, r->chain_id, p->raw);
	memory = arena_size(&p->arena);
	pthread_mutex_lock(&r->lock);
	count_transactions(p);
	p->stage = is_right ? STAGE_DECODED : STAGE_BAD;
	r->memory += memory - p->memory;
	p->memory = memory;
	r->is_decoding = false;
	pthread_cond_broadcast(&r->work);
	pthread_mutex_unlock(&r->lock);
}

static void recover(struct arena *scratch, struct transaction *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		(void)tx_recover(crypto_native(), scratch, &list[i]);
}

static void run_task(struct read_ahead *r, struct arena *scratch, const struct task *task)
{
	if (task->count == 0)
		decode(r, task->payload);
	else
		recover(scratch, task->payload->transactions + task->from, task->count);
}

static bool is_ready(const struct waiting_payload *p)
{
	return p->stage == STAGE_BAD || (p->stage == STAGE_DECODED && p->recovered == p->count);
}

static void *work(void *argument)
{
	struct read_ahead *r = argument;
	struct arena scratch;
	struct task task;

	arena_init(&scratch, &arena_heap, ARENA_HEAP_BLOCK);
	pthread_mutex_lock(&r->lock);
	while (!r->stop) {
		if (!find_task(r, &task)) {
			pthread_cond_wait(&r->work, &r->lock);
			continue;
		}
		task.payload->busy++;
		pthread_mutex_unlock(&r->lock);
		run_task(r, &scratch, &task);
		pthread_mutex_lock(&r->lock);
		task.payload->busy--;
		task.payload->recovered += task.count;
		if (is_ready(task.payload) || task.payload->busy == 0)
			pthread_cond_signal(&r->progress);
	}
	pthread_mutex_unlock(&r->lock);
	arena_free(&scratch);
	return NULL;
}

static void start_threads(struct read_ahead *r)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t wanted = processors < 1 ? 1 : (size_t)processors;

	while (r->thread_count < wanted && r->thread_count < THREADS_MAX) {
		if (pthread_create(&r->threads[r->thread_count], NULL, work, r) != 0)
			break;
		pthread_setname_np(r->threads[r->thread_count++], "read-ahead");
	}
	if (r->thread_count == 0)
		abort();
}

/* ---- the queue ---- */

struct read_ahead *read_ahead_new(uint64_t chain_id)
{
	struct read_ahead *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->chain_id = chain_id;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->work, NULL);
	pthread_cond_init(&r->progress, NULL);
	return r;
}

static void free_payload(struct waiting_payload *p)
{
	if (!p)
		return;
	arena_free(&p->arena);
	free(p);
}

/* Takes the first one off the queue, once no thread works on it. */
static struct waiting_payload *unqueue(struct read_ahead *r)
{
	struct waiting_payload *p = r->first;

	p->given = p->count;
	if (p->stage == STAGE_WAITING)
		p->stage = STAGE_BAD;
	while (p->busy)
		pthread_cond_wait(&r->progress, &r->lock);
	r->first = p->next;
	r->waiting--;
	r->memory -= p->memory;
	return p;
}

void read_ahead_free(struct read_ahead *r)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	r->stop = true;
	pthread_cond_broadcast(&r->work);
	pthread_mutex_unlock(&r->lock);
	for (size_t i = 0; i < r->thread_count; i++)
		pthread_join(r->threads[i], NULL);
	while (r->first)
		free_payload(unqueue(r));
	free_payload(r->taken);
	pthread_mutex_destroy(&r->lock);
	pthread_cond_destroy(&r->work);
	pthread_cond_destroy(&r->progress);
	free(r);
}

uint64_t read_ahead_next(const struct read_ahead *r)
{
	return r->next;
}

bool read_ahead_has_room(struct read_ahead *r)
{
	bool has_room;

	pthread_mutex_lock(&r->lock);
	has_room = r->waiting < PAYLOADS_MAX && r->memory < MEMORY_MAX;
	pthread_mutex_unlock(&r->lock);
	return has_room;
}

static struct waiting_payload *new_payload(void)
{
	struct waiting_payload *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	arena_init(&p->arena, &arena_heap, ARENA_HEAP_BLOCK);
	return p;
}

void read_ahead_add(struct read_ahead *r, uint64_t index, const struct hash32 *payload_hash,
		    struct bytes raw)
{
	struct waiting_payload *p = new_payload();

	p->index = index;
	p->hash = *payload_hash;
	p->raw = arena_copy(&p->arena, raw);
	p->memory = arena_size(&p->arena);
	r->next = index + 1;
	if (r->thread_count == 0)
		start_threads(r);
	pthread_mutex_lock(&r->lock);
	if (r->first)
		r->last->next = p;
	else
		r->first = p;
	r->last = p;
	r->waiting++;
	r->memory += p->memory;
	pthread_cond_broadcast(&r->work);
	pthread_mutex_unlock(&r->lock);
}

static bool is_of(const struct waiting_payload *p, uint64_t index, const struct hash32 *hash)
{
	return p && p->index == index && hash32_eq(&p->hash, hash);
}

/* Makes the first one the one that is taken, if it is the one asked for. */
static bool take_first(struct read_ahead *r, uint64_t index, const struct hash32 *hash)
{
	while (r->first && r->first->index < index)
		free_payload(unqueue(r));
	if (!is_of(r->first, index, hash))
		return false;
	while (!is_ready(r->first))
		pthread_cond_wait(&r->progress, &r->lock);
	if (r->first->stage == STAGE_BAD)
		return false;
	r->taken = unqueue(r);
	pthread_cond_broadcast(&r->work); /* there is memory again */
	return true;
}

/* An entry that was begun before reading ahead was: those behind it are what it is for. */
static bool waits_behind(const struct read_ahead *r, uint64_t index)
{
	return r->first && r->first->index == index + 1;
}

static void forget_all(struct read_ahead *r, uint64_t next)
{
	while (r->first)
		free_payload(unqueue(r));
	r->next = next;
}

bool read_ahead_take(struct read_ahead *r, uint64_t index, const struct hash32 *payload_hash,
		     struct payload *payload)
{
	if (!is_of(r->taken, index, payload_hash)) {
		free_payload(r->taken);
		r->taken = NULL;
		pthread_mutex_lock(&r->lock);
		if (!take_first(r, index, payload_hash) && !waits_behind(r, index))
			forget_all(r, index + 1);
		pthread_mutex_unlock(&r->lock);
	}
	if (r->taken)
		*payload = r->taken->payload;
	return r->taken != NULL;
}

/* ---- transactions that nobody has read ahead ---- */

static bool is_taken(const struct read_ahead *r, const struct transaction *list)
{
	return r->taken && list >= r->taken->transactions &&
	       list < r->taken->transactions + r->taken->count;
}

static void recover_now(struct read_ahead *r, struct transaction *list, size_t count)
{
	struct waiting_payload now = { .stage = STAGE_DECODED,
				       .transactions = list,
				       .count = count };

	if (r->thread_count == 0)
		start_threads(r);
	pthread_mutex_lock(&r->lock);
	r->urgent = &now;
	pthread_cond_broadcast(&r->work);
	while (!is_ready(&now))
		pthread_cond_wait(&r->progress, &r->lock);
	r->urgent = NULL;
	pthread_mutex_unlock(&r->lock);
}

const struct transaction *read_ahead_recover(struct read_ahead *r, struct arena *a,
					     const struct transaction *list, size_t count)
{
	struct transaction *copy;

	if (count == 0 || is_taken(r, list))
		return list;
	copy = ARENA_ARRAY(a, struct transaction, count);
	memcpy(copy, list, count * sizeof(*list));
	recover_now(r, copy, count);
	return copy;
}
