#include "sequencer/options.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/native/command_line.h"
#include "rollup/chain_config.h"

/* What the table's targets need that struct options has in other units. */
struct raw_options {
	double max_fee_gwei;
	double max_priority_fee_gwei;
	uint64_t min_tip_wei;
};

static const struct options defaults = {
	.rpc_address = "127.0.0.1",
	.rpc_port = 9545,
	.rpc_cors = "*",
	.rpc_threads = 2,
	.rpc_gas_cap = 50000000,
	.block_ms = 250,
	.batch_seconds = 60,
	.batch_bytes = 100000,
	.l1_poll_ms = 2000,
	.l1_confirmations = 2,
	.batch_confirmations = 10,
	.attributes_seconds = 3600,
	.bump_seconds = 60,
	.history_seconds = 14 * 24 * 3600,
	.state_memory = 256,
};

static size_t make_specs(struct option_spec *out, struct options *o, struct raw_options *raw)
{
	const struct option_spec specs[] = {
		{ "--config", OPTION_TEXT, &o->config, 0, 0, "FILE", "rollup.json of the chain" },
		{ "--data", OPTION_TEXT, &o->data, 0, 0, "DIR", "where the databases are" },
		{ "--l1", OPTION_TEXT, &o->l1_url, 0, 0, "URL",
		  "JSON-RPC of an L1 node (or GAVEL_L1_URL, which other users can't see)" },
		{ "--key-file", OPTION_TEXT, &o->key_file, 0, 0, "FILE",
		  "the batcher's key: hex, or a V3 keystore with --password-file (or "
		  "GAVEL_BATCHER_KEY: hex)" },
		{ "--password-file", OPTION_TEXT, &o->password_file, 0, 0, "FILE",
		  "password of the keystore" },
		{ "--rpc-address", OPTION_TEXT, &o->rpc_address, 0, 0, "ADDRESS",
		  "where JSON-RPC listens [127.0.0.1]" },
		{ "--rpc-port", OPTION_PORT, &o->rpc_port, 0, 0, "PORT", "[9545]; 0: a free one" },
		{ "--rpc-cors", OPTION_TEXT, &o->rpc_cors, 0, 0, "ORIGIN",
		  "which web pages may call [*]" },
		{ "--rpc-threads", OPTION_UNSIGNED, &o->rpc_threads, 1, 256, "N", "workers [2]" },
		{ "--rpc-rate", OPTION_UNSIGNED, &o->rpc_rate, 0, 0, "N",
		  "requests a second and client, loopback excepted; 0: any [0]" },
		{ "--rpc-gas-cap", OPTION_U64, &o->rpc_gas_cap, 21000, 0, "GAS",
		  "of eth_call and eth_estimateGas [50000000]" },
		{ "--block-time", OPTION_UNSIGNED, &o->block_ms, 1, 60000, "MS",
		  "between blocks that have something in them [250]" },
		{ "--batch-age", OPTION_UNSIGNED, &o->batch_seconds, 1, 36000, "S",
		  "a batch is posted when its first block is so old [60]" },
		{ "--batch-size", OPTION_SIZE, &o->batch_bytes, 1000, PAYLOAD_MAX_BYTES - 12000,
		  "BYTES", "or when its payload is so large [100000]" },
		{ "--l1-poll", OPTION_UNSIGNED, &o->l1_poll_ms, 20, 600000, "MS",
		  "between looks at L1 [2000]" },
		{ "--l1-confirmations", OPTION_UNSIGNED, &o->l1_confirmations, 0, 1000, "N",
		  "L1 blocks on top of one before it is read [2]" },
		{ "--batch-confirmations", OPTION_UNSIGNED, &o->batch_confirmations, 1, 1000, "N",
		  "L1 blocks until a posted batch is done with [10]" },
		{ "--attributes-interval", OPTION_UNSIGNED, &o->attributes_seconds, 0, 0, "S",
		  "how old L2's view of L1 may get; 0: until the next deposit [3600]" },
		{ "--bump-after", OPTION_UNSIGNED, &o->bump_seconds, 1, 36000, "S",
		  "an L1 transaction's fee is raised when it waits so long [60]" },
		{ "--max-l1-fee", OPTION_DOUBLE, &raw->max_fee_gwei, 0, 0, "GWEI",
		  "ceiling of the L1 fee per gas [200]" },
		{ "--max-l1-priority-fee", OPTION_DOUBLE, &raw->max_priority_fee_gwei, 0, 0, "GWEI",
		  "ceiling of its tip [10]" },
		{ "--propose-interval", OPTION_U64, &o->propose_interval, 0, 0, "BLOCKS",
		  "claim the output root on L1 after so many blocks; 0: never [0]" },
		{ "--proposer-key-file", OPTION_TEXT, &o->proposer_key_file, 0, 0, "FILE",
		  "the proposer's key, another than the batcher's (or GAVEL_PROPOSER_KEY: hex)" },
		{ "--proposer-password-file", OPTION_TEXT, &o->proposer_password_file, 0, 0, "FILE",
		  "password of its keystore" },
		{ "--min-tip", OPTION_U64, &raw->min_tip_wei, 0, 0, "WEI",
		  "that an L2 transaction must offer per gas [0]" },
		{ "--history", OPTION_U64, &o->history_seconds, 1, 0, "S",
		  "old states stay provable so long [1209600]" },
		{ "--state-memory", OPTION_SIZE, &o->state_memory, 16, 1 << 20, "MIB",
		  "of trie nodes kept in memory [256]" },
		{ "--debug", OPTION_FLAG, &o->debug, 0, 0, NULL, "log more" },
	};

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
		out[i] = specs[i];
	return sizeof(specs) / sizeof(specs[0]);
}

static struct u256 wei_of_gwei(double gwei)
{
	struct u256 whole = u256_from_u64((uint64_t)gwei), billion = u256_from_u64(1000000000);
	struct u256 rest = u256_from_u64((uint64_t)((gwei - (double)(uint64_t)gwei) * 1e9)), wei;

	u256_mul(&wei, &whole, &billion);
	u256_add(&wei, &wei, &rest);
	return wei;
}

static bool complain(const char *text)
{
	fprintf(stderr, "gavel-sequencer: %s\n", text);
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
	if (!o->key_file && !getenv("GAVEL_BATCHER_KEY"))
		return complain(
		    "--key-file FILE (or GAVEL_BATCHER_KEY) is needed: the batcher's key");
	if (o->password_file && !o->key_file)
		return complain("--password-file is of no use without --key-file");
	if (o->propose_interval && !o->proposer_key_file && !getenv("GAVEL_PROPOSER_KEY"))
		return complain("--propose-interval needs --proposer-key-file FILE (or "
				"GAVEL_PROPOSER_KEY)");
	return true;
}

bool options_read(struct options *o, int argc, char **argv, int *status)
{
	struct raw_options raw = { .max_fee_gwei = 200, .max_priority_fee_gwei = 10 };
	struct option_spec specs[40];
	char error[COMMAND_LINE_ERROR_SIZE];
	size_t count;

	*o = defaults;
	o->l1_url = getenv("GAVEL_L1_URL");
	count = make_specs(specs, o, &raw);
	*status = 64; /* EX_USAGE */
	if (!command_line_read(specs, count, argc, argv, NULL, 0, NULL, error)) {
		if (error[0])
			return complain(error);
		printf("gavel-sequencer: orders transactions and posts them to L1\n\n");
		command_line_help(specs, count);
		*status = 0;
		return false;
	}
	o->max_fee = wei_of_gwei(raw.max_fee_gwei);
	o->max_priority_fee = wei_of_gwei(raw.max_priority_fee_gwei);
	o->min_tip = u256_from_u64(raw.min_tip_wei);
	return check(o);
}
