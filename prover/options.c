#include "prover/options.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/native/command_line.h"

static const struct options defaults = {
	.rpc_address = "127.0.0.1",
	.rpc_port = 9546,
	.l1_poll_ms = 2000,
	.history_seconds = 14 * 24 * 3600,
	.state_memory = 128,
};

static size_t make_specs(struct option_spec *out, struct options *o)
{
	const struct option_spec specs[] = {
		{ "--config", OPTION_TEXT, &o->config, 0, 0, "FILE", "rollup.json of the chain" },
		{ "--data", OPTION_TEXT, &o->data, 0, 0, "DIR", "where the databases are" },
		{ "--l1", OPTION_TEXT, &o->l1_url, 0, 0, "URL",
		  "JSON-RPC of an L1 node (or GAVEL_L1_URL, which other users can't see)" },
		{ "--watch", OPTION_FLAG, &o->watch, 0, 0, NULL,
		  "verify and report, send nothing" },
		{ "--claims", OPTION_TEXT, &o->claims_url, 0, 0, "URL",
		  "JSON-RPC whose optimism_outputAtBlock is checked against our own" },
		{ "--strict", OPTION_FLAG, &o->strict, 0, 0, NULL,
		  "stop at the first wrong claim, with exit status 3" },
		{ "--rpc-address", OPTION_TEXT, &o->rpc_address, 0, 0, "ADDRESS",
		  "where JSON-RPC listens [127.0.0.1]" },
		{ "--rpc-port", OPTION_PORT, &o->rpc_port, 0, 0, "PORT", "[9546]; 0: a free one" },
		{ "--l1-poll", OPTION_UNSIGNED, &o->l1_poll_ms, 20, 600000, "MS",
		  "between looks at L1 [2000]" },
		{ "--l1-confirmations", OPTION_UNSIGNED, &o->l1_confirmations, 0, 1000, "N",
		  "L1 blocks on top of one before it is read [0]" },
		{ "--history", OPTION_U64, &o->history_seconds, 1, 0, "S",
		  "old states are kept so long [1209600]" },
		{ "--state-memory", OPTION_SIZE, &o->state_memory, 16, 1 << 20, "MIB",
		  "of trie nodes kept in memory [128]" },
		{ "--debug", OPTION_FLAG, &o->debug, 0, 0, NULL, "log more" },
	};

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
		out[i] = specs[i];
	return sizeof(specs) / sizeof(specs[0]);
}

static bool complain(const char *text)
{
	fprintf(stderr, "gavel-challenger: %s\n", text);
	return false;
}

static bool check(const struct options *o)
{
	if (!o->config)
		return complain("--config FILE is needed: the chain's rollup.json");
	if (!o->data)
		return complain("--data DIR is needed: where the databases are");
	if (!o->l1_url)
		return complain("--l1 URL (or GAVEL_L1_URL) is needed: an L1 node");
	if (!o->watch)
		return complain("disputes on L1 are not part of this release: run it with --watch, "
				"which verifies every block and reports");
	if (o->strict && !o->claims_url)
		return complain("--strict is of no use without --claims URL");
	return true;
}

bool options_read(struct options *o, int argc, char **argv, int *status)
{
	struct option_spec specs[32];
	char error[COMMAND_LINE_ERROR_SIZE];
	size_t count;

	*o = defaults;
	o->l1_url = getenv("GAVEL_L1_URL");
	count = make_specs(specs, o);
	*status = 64; /* EX_USAGE */
	if (command_line_read(specs, count, argc, argv, NULL, 0, NULL, error))
		return check(o);
	if (error[0])
		return complain(error);
	printf("gavel-challenger: rebuilds the chain from L1 alone and checks what is claimed\n\n");
	command_line_help(specs, count);
	*status = 0;
	return false;
}
