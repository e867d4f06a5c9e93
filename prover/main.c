/* gavel-challenger: rebuilds the chain from L1 alone (verifier.c), answers for
 * what it found (rpc.c), compares what others claim (claims.c), and disputes
 * wrong claims on L1 (challenger.c). */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "net/service.h"
#include "prover/challenger.h"
#include "prover/claims.h"
#include "prover/footprint.h"
#include "prover/rpc.h"
#include "prover/verifier.h"

#define EXIT_WRONG_CLAIM 3
#define EXIT_LOST        4

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

static bool open_all(void *context, char error[DATABASE_ERROR_SIZE])
{
	struct program *p = context;

	return verifier_open(&p->verifier, &p->config, p->options, error) &&
	       challenger_open(&p->challenger, &p->config, p->options, p->verifier, error);
}

static bool start_all(void *context, uint16_t *rpc_port, char error[DATABASE_ERROR_SIZE])
{
	struct program *p = context;
	char chain_path[VERIFIER_PATH_SIZE], inbox_path[VERIFIER_PATH_SIZE],
	    owner[CONFIG_OWNER_SIZE];

	if (!verifier_start(p->verifier, error))
		return false;
	p->readers = reader_set_new(verifier_path(p->options, "chain.db", chain_path),
				    verifier_path(p->options, "inbox.db", inbox_path),
				    config_owner(&p->config, owner), &p->config);
	if (!start_claims(p, error) || !challenger_start(p->challenger, error))
		return false;
	p->rpc_context = (struct prover_rpc){ p->options, &p->config, p->verifier,
					      p->readers, p->claims,  p->challenger };
	if (!prover_rpc_start(&p->rpc, &p->rpc_context, error))
		return false;
	*rpc_port = rpc_server_port(p->rpc);
	return true;
}

/* Everything ends; 0, EXIT_LOST when a dispute was lost, or EXIT_WRONG_CLAIM when
 * somebody (--claims) had claimed wrongly. */
static int stop_all(void *context)
{
	struct program *p = context;
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

int main(int argc, char **argv)
{
	struct options options;
	struct program program = { .options = &options };
	struct service service = {
		.name = "challenger",
		.options = &options.service,
		.config = &program.config,
		.context = &program,
		.open = open_all,
		.start = start_all,
		.stop = stop_all,
	};
	int status;

	footprint_bound();
	return options_read(&options, argc, argv, &status) ? service_run(&service) : status;
}
