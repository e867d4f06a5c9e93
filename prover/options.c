#include "prover/options.h"

static const struct service_program program = {
	.name = "gavel-challenger",
	.purpose = "rebuilds the chain from L1 alone, checks what is claimed, and disputes it",
	.key_owner = "challenger",
	.key_variable = "GAVEL_CHALLENGER_KEY",
	.without_key = "--watch",
};

static const struct options defaults = {
	.service = {
		.rpc_address = "127.0.0.1",
		.rpc_port = 9546,
		.l1_poll_ms = 2000,
		.bump_seconds = 60,
		.max_fee_gwei = "500",
		.max_tip_gwei = "20",
		.history_seconds = 14 * 24 * 3600,
		.state_memory = 128,
	},
	.game_depth = 64,
	.move_confirmations = 3,
	.anchor_interval = 100000,
	.dispute_memory = 256,
	.dispute_disk = 4096,
};

static bool check(struct options *o)
{
	if (o->watch && (o->service.key_file || o->service.password_file))
		return service_options_complain(&program,
						"--watch sends nothing: a key is of no use");
	if (o->strict && !o->claims_url)
		return service_options_complain(&program,
						"--strict is of no use without --claims URL");
	return o->watch || service_options_key(&o->service, &program, &o->key);
}

bool options_read(struct options *o, int argc, char **argv, int *status)
{
	const struct option_spec specs[] = {
		{ "--watch", OPTION_FLAG, &o->watch, 0, 0, NULL,
		  "verify and report, send nothing" },
		{ "--game-depth", OPTION_UNSIGNED, &o->game_depth, 0, 100000, "N",
		  "L1 blocks on top of a game before it is played in" },
		{ "--move-confirmations", OPTION_UNSIGNED, &o->move_confirmations, 1, 1000, "N",
		  "L1 blocks with which a move is done" },
		{ "--resolve-all", OPTION_FLAG, &o->resolve_all, 0, 0, NULL,
		  "resolve also games in which nothing of ours is at stake" },
		{ "--anchor-interval", OPTION_U64, &o->anchor_interval, 0, 0, "BLOCKS",
		  "move the anchor of games when it gains so many; 0: never" },
		{ "--dispute-memory", OPTION_SIZE, &o->dispute_memory, 192, 1 << 20, "MIB",
		  "for the fault-proof machine and what is kept of its runs" },
		{ "--dispute-disk", OPTION_SIZE, &o->dispute_disk, 512, 1 << 24, "MIB",
		  "of files, for what the blocks in dispute read" },
		{ "--acknowledge-lost", OPTION_FLAG, &o->acknowledge_lost, 0, 0, NULL,
		  "what was lost so far is seen: all is well again without it" },
		{ "--claims", OPTION_TEXT, &o->claims_url, 0, 0, "URL",
		  "JSON-RPC whose optimism_outputAtBlock is checked against our own" },
		{ "--strict", OPTION_FLAG, &o->strict, 0, 0, NULL,
		  "stop at the first wrong claim, with exit status 3" },
	};

	*o = defaults;
	return service_options_read(&o->service, &program, specs, sizeof(specs) / sizeof(specs[0]),
				    argc, argv, status) &&
	       check(o);
}
