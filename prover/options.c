#include "prover/options.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/native/command_line.h"

static const struct options defaults = {
	.rpc_address = "127.0.0.1",
	.rpc_port = 9546,
	.game_depth = 64,
	.move_confirmations = 3,
	.bump_seconds = 60,
	.l1_poll_ms = 2000,
	.history_seconds = 14 * 24 * 3600,
	.state_memory = 128,
};

struct raw_options {
	double max_fee_gwei;
	double max_priority_fee_gwei;
};

static size_t make_specs(struct option_spec *out, struct options *o, struct raw_options *raw)
{
	const struct option_spec specs[] = {
		{ "--config", OPTION_TEXT, &o->config, 0, 0, "FILE", "rollup.json of the chain" },
		{ "--data", OPTION_TEXT, &o->data, 0, 0, "DIR", "where the databases are" },
		{ "--l1", OPTION_TEXT, &o->l1_url, 0, 0, "URL",
		  "JSON-RPC of an L1 node (or GAVEL_L1_URL, which other users can't see)" },
		{ "--watch", OPTION_FLAG, &o->watch, 0, 0, NULL,
		  "verify and report, send nothing" },
		{ "--key-file", OPTION_TEXT, &o->key_file, 0, 0, "FILE",
		  "key that plays in disputes: hex digits, or a keystore (or "
		  "GAVEL_CHALLENGER_KEY)" },
		{ "--password-file", OPTION_TEXT, &o->password_file, 0, 0, "FILE",
		  "the keystore's password" },
		{ "--game-depth", OPTION_UNSIGNED, &o->game_depth, 0, 100000, "N",
		  "L1 blocks on top of a game before it is played in [64]" },
		{ "--resolve-all", OPTION_FLAG, &o->resolve_all, 0, 0, NULL,
		  "resolve also games in which nothing of ours is at stake" },
		{ "--move-confirmations", OPTION_UNSIGNED, &o->move_confirmations, 1, 1000, "N",
		  "L1 blocks with which a move is done [3]" },
		{ "--bump-after", OPTION_UNSIGNED, &o->bump_seconds, 1, 36000, "S",
		  "a move's fee is raised when it waits so long [60]" },
		{ "--max-l1-fee", OPTION_DOUBLE, &raw->max_fee_gwei, 0, 0, "GWEI",
		  "ceiling of the L1 fee per gas [500]" },
		{ "--max-l1-priority-fee", OPTION_DOUBLE, &raw->max_priority_fee_gwei, 0, 0, "GWEI",
		  "and of what of it goes to who builds the block [20]" },
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
	if (o->watch && (o->key_file || o->password_file))
		return complain("--watch sends nothing: a key is of no use");
	if (o->strict && !o->claims_url)
		return complain("--strict is of no use without --claims URL");
	return true;
}

/* Up to 18 ETH, more than which no fee is. */
static struct u256 wei_of_gwei(double gwei)
{
	double wei = gwei * 1e9;

	return u256_from_u64(wei >= 18e18 ? UINT64_C(18000000000000000000) : (uint64_t)wei);
}

bool options_read(struct options *o, int argc, char **argv, int *status)
{
	struct raw_options raw = { .max_fee_gwei = 500, .max_priority_fee_gwei = 20 };
	struct option_spec specs[32];
	char error[COMMAND_LINE_ERROR_SIZE];
	size_t count;

	*o = defaults;
	o->l1_url = getenv("GAVEL_L1_URL");
	count = make_specs(specs, o, &raw);
	*status = 64; /* EX_USAGE */
	if (command_line_read(specs, count, argc, argv, NULL, 0, NULL, error)) {
		o->max_fee = wei_of_gwei(raw.max_fee_gwei);
		o->max_priority_fee = wei_of_gwei(raw.max_priority_fee_gwei);
		return check(o);
	}
	if (error[0])
		return complain(error);
	printf("gavel-challenger: rebuilds the chain from L1 alone, checks what is claimed, and "
	       "disputes it\n\n");
	command_line_help(specs, count);
	*status = 0;
	return false;
}
