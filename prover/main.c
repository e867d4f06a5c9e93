/* gavel-challenger: rebuilds the chain from L1 alone (verifier.c), answers for
 * what it found (rpc.c), and compares what others claim (claims.c). */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "prover/claims.h"
#include "prover/rpc.h"
#include "prover/verifier.h"

#define EXIT_WRONG_CLAIM 3
#define EXIT_UNAVAILABLE 69 /* sysexits.h */
#define EXIT_CONFIG      78

struct challenger {
	const struct options *options;
	struct rollup_config config;
	struct verifier *verifier;
	struct reader_set *readers;
	struct claims *claims;
	struct rpc_server *rpc;
	struct prover_rpc rpc_context;
};

static bool make_data_directory(const struct options *options, char error[DATABASE_ERROR_SIZE])
{
	if (mkdir(options->data, 0700) == 0 || errno == EEXIST)
		return true;
	snprintf(error, DATABASE_ERROR_SIZE, "can't make the data directory %.200s: %s",
		 options->data, strerror(errno));
	return false;
}

static void wrong_claim(void *context)
{
	struct challenger *c = context;

	if (c->options->strict)
		kill(getpid(), SIGTERM);
}

static bool start_claims(struct challenger *c, char error[DATABASE_ERROR_SIZE])
{
	struct claims_config config = { c->options->claims_url, c->readers, wrong_claim, c };

	if (!c->options->claims_url)
		return true;
	c->claims = claims_start(&config);
	if (!c->claims)
		snprintf(error, DATABASE_ERROR_SIZE, "--claims: not an http or https URL");
	return c->claims != NULL;
}

static bool start(struct challenger *c, char error[DATABASE_ERROR_SIZE])
{
	char chain_path[VERIFIER_PATH_SIZE], inbox_path[VERIFIER_PATH_SIZE], owner[65];

	if (!verifier_start(c->verifier, error))
		return false;
	hex_encode(owner, bytes_of_hash(&c->config.genesis_hash));
	c->readers =
	    reader_set_new(verifier_path(c->options, "chain.db", chain_path),
			   verifier_path(c->options, "inbox.db", inbox_path), owner, &c->config);
	if (!start_claims(c, error))
		return false;
	c->rpc_context =
	    (struct prover_rpc){ c->options, &c->config, c->verifier, c->readers, c->claims };
	return prover_rpc_start(&c->rpc, &c->rpc_context, error);
}

/* Everything ends; 0, or EXIT_WRONG_CLAIM when somebody had claimed wrongly. */
static int stop(struct challenger *c)
{
	int status = 0;

	if (c->rpc)
		rpc_server_stop(c->rpc, 1000);
	if (c->claims && claims_status(c->claims).wrong > 0)
		status = EXIT_WRONG_CLAIM;
	claims_stop(c->claims);
	if (c->verifier)
		verifier_stop(c->verifier);
	reader_set_free(c->readers);
	verifier_close(c->verifier);
	return status;
}

static int run(struct challenger *c, struct arena *a, const sigset_t *signals)
{
	char error[DATABASE_ERROR_SIZE], reason[CONFIG_ERROR_SIZE];
	int number;

	if (!config_file_read(a, &c->config, c->options->config, false, reason)) {
		log_error("challenger", "%s: %s", c->options->config, reason);
		return EXIT_CONFIG;
	}
	if (!make_data_directory(c->options, error) ||
	    !verifier_open(&c->verifier, &c->config, c->options, error)) {
		log_error("challenger", "%s", error);
		return EXIT_CONFIG;
	}
	if (!start(c, error)) {
		log_error("challenger", "%s", error);
		stop(c);
		return EXIT_UNAVAILABLE;
	}
	/* Tests and scripts wait for this line. */
	log_info("challenger", "chain %llu ready at http://%s:%u",
		 (unsigned long long)c->config.chain.chain_id, c->options->rpc_address,
		 rpc_server_port(c->rpc));
	sigwait(signals, &number);
	log_info("challenger", "signal %d: stopping", number);
	return stop(c);
}

int main(int argc, char **argv)
{
	struct challenger challenger = { 0 };
	struct options options;
	struct arena arena;
	sigset_t signals;
	int status;

	if (!options_read(&options, argc, argv, &status))
		return status;
	if (options.debug)
		log_set_level(LOG_DEBUG);
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	challenger.options = &options;
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	status = run(&challenger, &arena, &signals);
	arena_free(&arena);
	return status;
}
