/* gavel-challenger: rebuilds the chain from L1 alone (verifier.c), answers for
 * what it found (rpc.c), compares what others claim (claims.c), and disputes
 * wrong claims on L1 (challenger.c). */
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
#include "prover/challenger.h"
#include "prover/claims.h"
#include "prover/rpc.h"
#include "prover/verifier.h"

#define EXIT_WRONG_CLAIM 3
#define EXIT_LOST        4
#define EXIT_UNAVAILABLE 69 /* sysexits.h */
#define EXIT_CONFIG      78

struct program {
	const struct options *options;
	struct rollup_config config;
	struct verifier *verifier;
	struct reader_set *readers;
	struct claims *claims;
	struct challenger *challenger;
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
	struct program *p = context;

	if (p->options->strict)
		kill(getpid(), SIGTERM);
}

static bool start_claims(struct program *p, char error[DATABASE_ERROR_SIZE])
{
	struct claims_config config = { p->options->claims_url, p->readers, wrong_claim, p };

	if (!p->options->claims_url)
		return true;
	p->claims = claims_start(&config);
	if (!p->claims)
		snprintf(error, DATABASE_ERROR_SIZE, "--claims: not an http or https URL");
	return p->claims != NULL;
}

static bool start(struct program *p, char error[DATABASE_ERROR_SIZE])
{
	char chain_path[VERIFIER_PATH_SIZE], inbox_path[VERIFIER_PATH_SIZE], owner[65];

	if (!verifier_start(p->verifier, error))
		return false;
	hex_encode(owner, bytes_of_hash(&p->config.genesis_hash));
	p->readers =
	    reader_set_new(verifier_path(p->options, "chain.db", chain_path),
			   verifier_path(p->options, "inbox.db", inbox_path), owner, &p->config);
	if (!start_claims(p, error) || !challenger_start(p->challenger, error))
		return false;
	p->rpc_context = (struct prover_rpc){ p->options, &p->config, p->verifier,
					      p->readers, p->claims,  p->challenger };
	return prover_rpc_start(&p->rpc, &p->rpc_context, error);
}

/* Everything ends; 0, EXIT_LOST when a dispute was lost, or EXIT_WRONG_CLAIM when
 * somebody (--claims) had claimed wrongly. */
static int stop(struct program *p)
{
	int status = 0;

	if (p->rpc)
		rpc_server_stop(p->rpc, 1000);
	if (p->claims && claims_status(p->claims).wrong > 0)
		status = EXIT_WRONG_CLAIM;
	claims_stop(p->claims);
	challenger_stop(p->challenger);
	if (p->challenger && challenger_status(p->challenger).lost > 0)
		status = EXIT_LOST;
	challenger_close(p->challenger);
	if (p->verifier)
		verifier_stop(p->verifier);
	reader_set_free(p->readers);
	verifier_close(p->verifier);
	return status;
}

static int run(struct program *p, struct arena *a, const sigset_t *signals)
{
	char error[DATABASE_ERROR_SIZE], reason[CONFIG_ERROR_SIZE];
	int number;

	if (!config_file_read(a, &p->config, p->options->config, false, reason)) {
		log_error("challenger", "%s: %s", p->options->config, reason);
		return EXIT_CONFIG;
	}
	if (!make_data_directory(p->options, error) ||
	    !verifier_open(&p->verifier, &p->config, p->options, error) ||
	    !challenger_open(&p->challenger, &p->config, p->options, error)) {
		log_error("challenger", "%s", error);
		stop(p);
		return EXIT_CONFIG;
	}
	if (!start(p, error)) {
		log_error("challenger", "%s", error);
		stop(p);
		return EXIT_UNAVAILABLE;
	}
	/* Tests and scripts wait for this line. */
	log_info("challenger", "chain %llu ready at http://%s:%u",
		 (unsigned long long)p->config.chain.chain_id, p->options->rpc_address,
		 rpc_server_port(p->rpc));
	sigwait(signals, &number);
	log_info("challenger", "signal %d: stopping", number);
	return stop(p);
}

int main(int argc, char **argv)
{
	struct program program = { 0 };
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
	program.options = &options;
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	status = run(&program, &arena, &signals);
	arena_free(&arena);
	return status;
}
