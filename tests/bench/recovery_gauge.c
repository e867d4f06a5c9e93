#include "tests/bench/recovery_gauge.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "crypto/native/native.h"
#include "crypto/native/signer.h"

#define PAUSE_NS 10000000
/* The first one of each turn fills the caches again, and does not count: a server
 * that takes transactions recovers one after the other. */
#define PER_TURN 6

/* Each of another signature: a processor learns a single one by heart, and is a
 * tenth quicker then. */
#define SIGNATURES 512

struct recovery_gauge {
	pthread_t thread;
	atomic_bool stop;
	struct signed_hash {
		struct hash32 hash;
		struct signer_signature signature;
	} list[SIGNATURES];
	unsigned next;
	double us;
	unsigned long count;
};

static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void recover(struct recovery_gauge *g, struct arena *a)
{
	const struct signed_hash *s = &g->list[g->next++ % SIGNATURES];
	struct arena_mark mark = arena_mark(a);
	struct address signer;

	if (!crypto_recover(crypto_native(), a, &signer, &s->hash, &s->signature.r, &s->signature.s,
			    s->signature.y_parity))
		abort();
	arena_reset(a, mark);
}

static void take_turn(struct recovery_gauge *g, struct arena *a)
{
	double start;

	recover(g, a);
	start = cpu_us();
	for (int i = 1; i < PER_TURN; i++)
		recover(g, a);
	g->us += cpu_us() - start;
	g->count += PER_TURN - 1;
}

static void *gauge_run(void *argument)
{
	struct recovery_gauge *g = argument;
	struct arena a;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	(void)arena_alloc(&a, 1); /* the block stays */
	do {
		const struct timespec pause = { .tv_nsec = PAUSE_NS };

		take_turn(g, &a);
		nanosleep(&pause, NULL);
	} while (!atomic_load(&g->stop));
	arena_free(&a);
	return NULL;
}

struct recovery_gauge *recovery_gauge_start(void)
{
	struct recovery_gauge *g = calloc(1, sizeof(*g));
	struct signer_key key = { .b = { [31] = 7 } };

	if (!g)
		abort();
	for (uint32_t i = 0; i < SIGNATURES; i++) {
		struct signed_hash *s = &g->list[i];

		s->hash = keccak256(bytes_of(&i, sizeof(i)));
		if (!signer_sign(&s->signature, &key, &s->hash))
			abort();
	}
	if (pthread_create(&g->thread, NULL, gauge_run, g) != 0)
		abort();
	return g;
}

double recovery_gauge_end(struct recovery_gauge *g)
{
	double us;

	atomic_store(&g->stop, true);
	pthread_join(g->thread, NULL);
	us = g->us / (double)g->count;
	free(g);
	return us;
}
