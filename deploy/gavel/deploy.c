/* gavel deploy: a new chain: its contracts on L1, and rollup.json, which every
 * program takes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "deploy/gavel/command.h"
#include "deploy/gavel/deploy_l1.h"

static bool complain(const char *what)
{
	fprintf(stderr, "gavel deploy: %s\n", what);
	return false;
}

static void describe(struct rollup_config *config, const struct deploy_options *o,
		     const struct deployed *deployed)
{
	config->chain = o->chain;
	config->l1_chain_id = deployed->l1_chain_id;
	config->inbox = deployed->inbox;
	config->portal = deployed->portal;
	config->l1_start_block = deployed->block;
	config->l1_start_hash = deployed->block_hash;
	config->genesis_timestamp =
	    o->genesis_timestamp ? o->genesis_timestamp : deployed->block_timestamp;
	config->genesis_base_fee = u256_from_u64(o->base_fee);
}

/* Genesis goes into the file with its hash, so that nobody can start from
 * another one. */
static bool seal(struct arena *a, struct rollup_config *config)
{
	struct header header;

	if (!genesis_build(a, config, NULL, &header))
		return complain("genesis gives no state");
	config->genesis_state_root = header.state_root;
	config->genesis_hash = header_hash(a, &header);
	config->chain.genesis_hash = config->genesis_hash;
	config->config_hash = config_hash_of(config);
	return true;
}

/* Read back as every program will read it. */
static bool write_config(struct arena *a, const struct rollup_config *config, const char *path)
{
	char error[CONFIG_ERROR_SIZE];
	struct rollup_config again;

	if (!config_file_write(config, path, error) ||
	    !config_file_read(a, &again, path, false, error))
		return complain(error);
	return true;
}

static void print_address(const char *name, const struct address *address)
{
	char text[41];

	printf("%-10s 0x%s\n", name, hex_encode(text, bytes_of_address(address)));
}

static void print_result(const struct rollup_config *config, const struct deployed *deployed,
			 const char *path)
{
	char text[65];

	printf("%-10s %" PRIu64 " on L1 chain %" PRIu64 "\n", "chain", config->chain.chain_id,
	       config->l1_chain_id);
	print_address("inbox", &config->inbox);
	print_address("portal", &config->portal);
	printf("%-10s %" PRIu64 ", %" PRIu64 " gas\n", "L1 block", config->l1_start_block,
	       deployed->gas_used);
	printf("%-10s 0x%s\n", "genesis", hex_encode(text, bytes_of_hash(&config->genesis_hash)));
	printf("%-10s %s\n", "written", path);
}

static bool deploy(struct arena *a, const struct deploy_options *o)
{
	struct rollup_config config = { 0 };
	struct artifact inbox, portal;
	struct deployed deployed;
	char error[DEPLOY_ERROR_SIZE];

	if (!artifact_read(a, &inbox, o->session.artifacts, "Inbox", error) ||
	    !artifact_read(a, &portal, o->session.artifacts, "Portal", error) ||
	    !alloc_read(a, &config.alloc, &config.alloc_count, o->session.artifacts, o->fund_file,
			error) ||
	    !deploy_to_l1(a, &deployed, o, &inbox, &portal, error))
		return complain(error);
	if (o->fund_file && !is_dev_chain(deployed.l1_chain_id))
		log_warn("deploy",
			 "%s makes ETH on L2 that nothing on L1 stands for: withdrawals of others "
			 "may find the portal empty",
			 o->fund_file);
	describe(&config, o, &deployed);
	if (!seal(a, &config) || !write_config(a, &config, o->out))
		return false;
	print_result(&config, &deployed, o->out);
	return true;
}

static int run_deploy(int argc, char **argv)
{
	struct deploy_options options;
	struct arena arena;
	int status = 0;

	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	if (deploy_options_read(&arena, &options, argc, argv, &status))
		status = deploy(&arena, &options) ? 0 : 1;
	signer_wipe(&options.session.key);
	arena_free(&arena);
	return status;
}

const struct command command_deploy = {
	"deploy",
	"--l1 URL --key-file FILE --chain-id ID --batcher ADDRESS --out FILE ...",
	"put a new chain's contracts on L1 and write its rollup.json (see --help)",
	run_deploy,
};
