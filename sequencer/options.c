#include "sequencer/options.h"

#include <stdlib.h>

#include "rollup/chain_config.h"

static const struct service_program program = {
	.name = "gavel-sequencer",
	.purpose = "orders transactions and posts them to L1",
	.key_owner = "batcher",
	.key_variable = "GAVEL_BATCHER_KEY",
};

static const struct options defaults = {
	.service = {
		.rpc_address = "127.0.0.1",
		.rpc_port = 9545,
		.l1_poll_ms = 2000,
		.l1_confirmations = 2,
		.bump_seconds = 60,
		.max_fee_gwei = "200",
		.max_tip_gwei = "10",
		.history_seconds = 14 * 24 * 3600,
		.state_memory = 256,
	},
	.rpc_cors = "*",
	.rpc_threads = 2,
	.rpc_connections = 64,
	.rpc_gas_cap = 50000000,
	.rpc_timeout_ms = 5000,
	.block_ms = 250,
	.batch_seconds = 60,
	.batch_bytes = 100000,
	.max_safe_lag = 250,
	.batch_confirmations = 10,
	.attributes_seconds = 3600,
};

static bool check(struct options *o)
{
	if (!service_options_key(&o->service, &program, &o->key))
		return false;
	if (o->propose_interval && !o->proposer_key_file && !getenv("GAVEL_PROPOSER_KEY"))
		return service_options_complain(
		    &program, "--propose-interval needs --proposer-key-file FILE (or "
			      "GAVEL_PROPOSER_KEY)");
	return true;
}

bool options_read(struct options *o, int argc, char **argv, int *status)
{
	uint64_t min_tip_wei = 0;
	const struct option_spec specs[] = {
		{ "--rpc-cors", OPTION_TEXT, &o->rpc_cors, 0, 0, "ORIGIN",
		  "which web pages may call" },
		{ "--rpc-threads", OPTION_UNSIGNED, &o->rpc_threads, 1, 256, "N", "workers" },
		{ "--rpc-rate", OPTION_UNSIGNED, &o->rpc_rate, 0, 0, "N",
		  "requests a second and client, loopback excepted; 0: any" },
		{ "--rpc-connections", OPTION_UNSIGNED, &o->rpc_connections, 1, 100000, "N",
		  "of one client address; more for a reverse proxy" },
		{ "--rpc-gas-cap", OPTION_U64, &o->rpc_gas_cap, 21000, 0, "GAS",
		  "of eth_call and eth_estimateGas" },
		{ "--rpc-timeout", OPTION_UNSIGNED, &o->rpc_timeout_ms, 0, 0, "MS",
		  "of one call that executes, searches or proves; 0: no limit" },
		{ "--block-time", OPTION_UNSIGNED, &o->block_ms, 1, 60000, "MS",
		  "between blocks that have something in them" },
		{ "--batch-age", OPTION_UNSIGNED, &o->batch_seconds, 1, 36000, "S",
		  "a batch is posted when its first block is so old" },
		{ "--batch-size", OPTION_SIZE, &o->batch_bytes, 1000, PAYLOAD_MAX_BYTES - 12000,
		  "BYTES", "or when its payload is so large" },
		{ "--max-safe-lag", OPTION_U64, &o->max_safe_lag, 1, 1000000, "BATCHES",
		  "that may wait for L1 before transactions wait in the pool" },
		{ "--batch-confirmations", OPTION_UNSIGNED, &o->batch_confirmations, 1, 1000, "N",
		  "L1 blocks until a posted batch is done with" },
		{ "--attributes-interval", OPTION_UNSIGNED, &o->attributes_seconds, 0, 0, "S",
		  "how old L2's view of L1 may get; 0: until the next deposit" },
		{ "--propose-interval", OPTION_U64, &o->propose_interval, 0, 0, "BLOCKS",
		  "claim the output root on L1 after so many blocks; 0: never" },
		{ "--proposer-key-file", OPTION_TEXT, &o->proposer_key_file, 0, 0, "FILE",
		  "the proposer's key, another than the batcher's (or GAVEL_PROPOSER_KEY: hex)" },
		{ "--proposer-password-file", OPTION_TEXT, &o->proposer_password_file, 0, 0, "FILE",
		  "password of its keystore" },
		{ "--min-tip", OPTION_U64, &min_tip_wei, 0, 0, "WEI",
		  "that an L2 transaction must offer per gas" },
		{ "--allow-unprotected-transactions", OPTION_FLAG, &o->allow_unprotected, 0, 0,
		  NULL,
		  "take those without a chain id (EIP-155), which anyone can bring from other "
		  "chains" },
	};

	*o = defaults;
	if (!service_options_read(&o->service, &program, specs, sizeof(specs) / sizeof(specs[0]),
				  argc, argv, status))
		return false;
	o->min_tip = u256_from_u64(min_tip_wei);
	return check(o);
}
