#include "net/service.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/native/arena_heap.h"
#include "base/native/log.h"

static void endings(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGTERM);
}

/* How far the program is, and the signal that ends it.  One thread takes signals
 * for the program's whole life; what to do about one is decided under the lock,
 * so that none falls between starting and serving. */
struct life {
	const char *name;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool is_starting;
	int signal; /* 0: none yet */
};

static void take_signal(struct life *life, int number)
{
	pthread_mutex_lock(&life->lock);
	if (life->is_starting) {
		log_info(life->name, "signal %d while starting", number);
		_exit(EX_OK);
	}
	life->signal = number;
	pthread_cond_signal(&life->changed);
	pthread_mutex_unlock(&life->lock);
}

static void *take_signals(void *context)
{
	sigset_t signals;
	int number;

	endings(&signals);
	for (;;)
		if (sigwait(&signals, &number) == 0)
			take_signal(context, number);
	return NULL;
}

/* Whoever calls it has the signals blocked, and ends the process. */
static struct life *life_begin(const char *name)
{
	/* The thread goes on until the process ends. */
	static struct life life = { .lock = PTHREAD_MUTEX_INITIALIZER,
				    .changed = PTHREAD_COND_INITIALIZER };
	pthread_t thread;

	life.name = name;
	life.is_starting = true;
	if (pthread_create(&thread, NULL, take_signals, &life) != 0)
		abort();
	pthread_detach(thread);
	return &life;
}

/* From here on a signal ends nothing by itself. */
static void life_start_ended(struct life *life)
{
	pthread_mutex_lock(&life->lock);
	life->is_starting = false;
	pthread_mutex_unlock(&life->lock);
}

static int life_wait_for_signal(struct life *life)
{
	int number;

	pthread_mutex_lock(&life->lock);
	while (!life->signal)
		pthread_cond_wait(&life->changed, &life->lock);
	number = life->signal;
	pthread_mutex_unlock(&life->lock);
	return number;
}

static bool make_data_directory(const char *path, char error[DATABASE_ERROR_SIZE])
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return true;
	snprintf(error, DATABASE_ERROR_SIZE, "can't make the data directory %.200s: %s", path,
		 strerror(errno));
	return false;
}

static int fail(const struct service *s, const char *error, int status)
{
	log_error(s->name, "%s", error);
	s->stop(s->context);
	return status;
}

/* Tests and scripts wait for this line.  RFC 3986, 3.2.2: "A host identified by an
 * Internet Protocol literal address, version 6 [...] is distinguished by enclosing
 * the IP literal within square brackets". */
static void say_ready(const struct service *s, uint16_t port)
{
	const char *address = s->options->rpc_address;
	bool is_ipv6 = strchr(address, ':') != NULL;

	log_info(s->name, "chain %llu ready at http://%s%s%s:%u",
		 (unsigned long long)s->config->chain.chain_id, is_ipv6 ? "[" : "", address,
		 is_ipv6 ? "]" : "", port);
}

static int serve(const struct service *s)
{
	char error[DATABASE_ERROR_SIZE];
	struct life *life;
	uint16_t port = 0;
	bool is_started;

	if (!make_data_directory(s->options->data, error) || !s->open(s->context, error))
		return fail(s, error, EX_CONFIG);
	life = life_begin(s->name);
	is_started = s->start(s->context, &port, error);
	life_start_ended(life);
	if (!is_started)
		return fail(s, error, EX_UNAVAILABLE);
	say_ready(s, port);
	log_info(s->name, "signal %d: stopping", life_wait_for_signal(life));
	return s->stop(s->context);
}

int service_run(const struct service *s)
{
	char reason[CONFIG_ERROR_SIZE];
	struct arena arena;
	sigset_t signals;
	int status = EX_CONFIG;

	if (s->options->debug)
		log_set_level(LOG_DEBUG);
	endings(&signals);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	if (config_file_read(&arena, s->config, s->options->config, false, reason))
		status = serve(s);
	else
		log_error(s->name, "%s: %s", s->options->config, reason);
	arena_free(&arena);
	return status;
}
