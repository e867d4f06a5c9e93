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

static int wait_for_signal(void)
{
	sigset_t signals;
	int number;

	endings(&signals);
	sigwait(&signals, &number);
	return number;
}

static void *end_on_signal(void *context)
{
	const struct service *s = context;

	log_info(s->name, "signal %d while starting", wait_for_signal());
	_exit(EX_OK);
}

static bool start_or_end(const struct service *s, uint16_t *port, char error[DATABASE_ERROR_SIZE])
{
	pthread_t thread;
	bool started;

	if (pthread_create(&thread, NULL, end_on_signal, (void *)s) != 0)
		abort();
	started = s->start(s->context, port, error);
	pthread_cancel(thread);
	pthread_join(thread, NULL);
	return started;
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

static int serve(const struct service *s)
{
	char error[DATABASE_ERROR_SIZE];
	uint16_t port = 0;

	if (!make_data_directory(s->options->data, error) || !s->open(s->context, error))
		return fail(s, error, EX_CONFIG);
	if (!start_or_end(s, &port, error))
		return fail(s, error, EX_UNAVAILABLE);
	/* Tests and scripts wait for this line. */
	log_info(s->name, "chain %llu ready at http://%s:%u",
		 (unsigned long long)s->config->chain.chain_id, s->options->rpc_address, port);
	log_info(s->name, "signal %d: stopping", wait_for_signal());
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
