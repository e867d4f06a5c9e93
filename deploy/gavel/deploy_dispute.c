/* gavel deploy-dispute: the contracts that settle disputes about a chain, and
 * their factory's address into its rollup.json.
 *
 * They know the proof program of this build by its image hash, the chain by the
 * hash of its parameters, and start from its genesis. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "base/native/command_line.h"
#include "crypto/native/keystore.h"
#include "deploy/gavel/command.h"
#include "deploy/gavel/deploy_session.h"
#include "prover/host/image.h"
#include "rollup/block.h"

struct dispute_options {
	struct deploy_session_options session;
	const char *config;    /* rollup.json, rewritten */
	const char *artifacts; /* folder */
	struct address guardian;
	unsigned output_levels, trace_levels;
	uint64_t clock, clock_extension, finality_delay; /* seconds */
	struct u256 root_bond, move_bond, last_bond;     /* wei */
};

/* As they come from the command line. */
struct dispute_words {
	const char *key_file, *password_file, *guardian;
	double max_fee_gwei, root_bond, move_bond, last_bond; /* ETH */
};

static bool complain(const char *what, const char *more)
{
	fprintf(stderr, "gavel deploy-dispute: %s%s\n", what, more);
	return false;
}

static size_t make_specs(struct option_spec *out, struct dispute_options *o,
			 struct dispute_words *w)
{
	const struct option_spec specs[] = {
		{ "--config", OPTION_TEXT, &o->config, 0, 0, "FILE",
		  "rollup.json of the chain; gets the factory's address" },
		{ "--l1", OPTION_TEXT, &o->session.l1_url, 0, 0, "URL",
		  "JSON-RPC of an L1 node (or GAVEL_L1_URL)" },
		{ "--key-file", OPTION_TEXT, &w->key_file, 0, 0, "FILE",
		  "the deployer's key: hex, or a V3 keystore with --password-file (or "
		  "GAVEL_DEPLOYER_KEY: hex)" },
		{ "--password-file", OPTION_TEXT, &w->password_file, 0, 0, "FILE",
		  "password of the keystore" },
		{ "--artifacts", OPTION_TEXT, &o->artifacts, 0, 0, "DIR",
		  "compiled contracts [beside the program]" },
		{ "--guardian", OPTION_TEXT, &w->guardian, 0, 0, "ADDRESS",
		  "who may pause and blacklist [zero: nobody, for good]" },
		{ "--output-levels", OPTION_UNSIGNED, &o->output_levels, 1, 6, "N",
		  "a claim reaches 32^N blocks behind the anchor [3]" },
		{ "--trace-levels", OPTION_UNSIGNED, &o->trace_levels, 1, 12, "N",
		  "a block's proof takes up to 32^N steps [8]" },
		{ "--clock", OPTION_U64, &o->clock, 1, 30 * 86400, "S",
		  "seconds of thought for each side [302400]" },
		{ "--clock-extension", OPTION_U64, &o->clock_extension, 1, 30 * 86400, "S",
		  "that each answer has at least [10800]" },
		{ "--finality-delay", OPTION_U64, &o->finality_delay, 0, 365 * 86400, "S",
		  "from a verdict until it counts [302400]" },
		{ "--root-bond", OPTION_DOUBLE, &w->root_bond, 0, 0, "ETH", "of a claim [1.25]" },
		{ "--move-bond", OPTION_DOUBLE, &w->move_bond, 0, 0, "ETH", "of a move [0.03]" },
		{ "--last-bond", OPTION_DOUBLE, &w->last_bond, 0, 0, "ETH",
		  "of a move at the bottom [1]" },
		{ "--confirmations", OPTION_UNSIGNED, &o->session.confirmations, 1, 1000, "N",
		  "L1 blocks until a contract is taken for deployed [3]" },
		{ "--timeout", OPTION_UNSIGNED, &o->session.timeout, 1, 86400, "S",
		  "until it is given up [900]" },
		{ "--max-l1-fee", OPTION_DOUBLE, &w->max_fee_gwei, 0, 0, "GWEI",
		  "ceiling of the L1 fee per gas [200]" },
	};

	memcpy(out, specs, sizeof(specs));
	return sizeof(specs) / sizeof(specs[0]);
}

static struct u256 wei_of_eth(double eth)
{
	struct u256 gwei = u256_from_u64((uint64_t)(eth * 1e9)), wei;
	struct u256 billion = u256_from_u64(1000000000);

	u256_mul(&wei, &gwei, &billion);
	return wei;
}

static bool load_key(struct dispute_options *o, const struct dispute_words *w)
{
	struct keystore_source source =
	    keystore_source_of(w->key_file, w->password_file, "GAVEL_DEPLOYER_KEY");
	char error[KEYSTORE_ERROR_SIZE];

	if (!keystore_load(&o->session.key, error, &source))
		return complain("the deployer's key: ", error);
	return signer_address(&o->session.deployer, &o->session.key);
}

static bool make_sense(struct arena *a, struct dispute_options *o, const struct dispute_words *w)
{
	if (o->config == NULL)
		return complain("--config FILE is needed", ": the chain's rollup.json");
	if (o->session.l1_url == NULL)
		return complain("--l1 URL (or GAVEL_L1_URL) is needed", ": an L1 node");
	if (w->key_file == NULL && (w->password_file || getenv("GAVEL_DEPLOYER_KEY") == NULL))
		return complain("--key-file FILE (or GAVEL_DEPLOYER_KEY) is needed",
				": the deployer's key");
	if (w->guardian && !hex_decode_fixed(o->guardian.b, 20, w->guardian))
		return complain("--guardian", " takes an address: \"0x\" and 40 hex digits");
	if (w->root_bond > 1000 || w->move_bond > 1000 || w->last_bond > 1000)
		return complain("bonds", " are at most 1000 ETH");
	if (!(w->max_fee_gwei > 0 && w->max_fee_gwei < 1e9))
		return complain("--max-l1-fee", " takes gwei, more than 0 and less than 10^9");
	if (o->artifacts == NULL)
		o->artifacts = artifact_folder(a);
	if (o->artifacts == NULL)
		return complain("--artifacts DIR is needed", ": none are beside the program");
	o->session.max_fee = u256_from_u64((uint64_t)(w->max_fee_gwei * 1e9));
	o->root_bond = wei_of_eth(w->root_bond);
	o->move_bond = wei_of_eth(w->move_bond);
	o->last_bond = wei_of_eth(w->last_bond);
	return load_key(o, w);
}

static bool read_options(struct arena *a, struct dispute_options *o, int argc, char **argv,
			 int *status)
{
	struct dispute_words w = {
		.max_fee_gwei = 200, .root_bond = 1.25, .move_bond = 0.03, .last_bond = 1
	};
	char error[COMMAND_LINE_ERROR_SIZE];
	struct option_spec specs[32];
	size_t count;

	*o = (struct dispute_options){
		.session = { .l1_url = getenv("GAVEL_L1_URL"), .confirmations = 3, .timeout = 900 },
		.output_levels = 3,
		.trace_levels = 8,
		.clock = 302400,
		.clock_extension = 10800,
		.finality_delay = 302400,
	};
	count = make_specs(specs, o, &w);
	*status = 64; /* EX_USAGE */
	if (command_line_read(specs, count, argc, argv, NULL, 0, NULL, error))
		return make_sense(a, o, &w);
	if (error[0] != '\0')
		return complain(error, "");
	printf("gavel deploy-dispute: puts the contracts that settle disputes on L1\n\n");
	command_line_help(specs, count);
	*status = 0;
	return false;
}

/* ---- the contracts ---- */

enum part {
	PART_ORACLE,
	PART_STEP,
	PART_GAME,
	PART_FACTORY,
	PART_REGISTRY,
	PART_COUNT,
};

static const char *const part_names[PART_COUNT] = {
	[PART_ORACLE] = "PreimageOracle",
	[PART_STEP] = "Step",
	[PART_GAME] = "DisputeGame",
	[PART_FACTORY] = "DisputeGameFactory",
	[PART_REGISTRY] = "AnchorStateRegistry",
};

struct dispute_deployment {
	struct deploy_session session;
	const struct dispute_options *options;
	const struct rollup_config *config;
	struct hash32 genesis_output;
	struct artifact artifacts[PART_COUNT];
	struct address addresses[PART_COUNT];
	int64_t ids[PART_COUNT];
};

#define PART_ARGUMENTS_MAX 11

static struct hash32 word_of_u256(const struct u256 *value)
{
	struct hash32 word;

	u256_to_be(word.b, value);
	return word;
}

/* Constructor arguments, each one word (the game's struct lies inline). */
static size_t arguments_of(const struct dispute_deployment *d, enum part part,
			   struct hash32 words[PART_ARGUMENTS_MAX])
{
	const struct dispute_options *o = d->options;
	struct address registry;
	size_t n = 0;

	switch (part) {
	case PART_ORACLE:
		words[n++] = deploy_word_of_address(&d->config->inbox);
		break;
	case PART_STEP:
		words[n++] = deploy_word_of_address(&d->addresses[PART_ORACLE]);
		break;
	case PART_GAME:
		words[n++] = deploy_word_of_address(&d->addresses[PART_STEP]);
		words[n++] = deploy_word_of_address(&d->addresses[PART_ORACLE]);
		words[n++] = image_hash();
		words[n++] = chain_config_hash(&d->config->chain);
		words[n++] = deploy_word_of_u64(o->output_levels);
		words[n++] = deploy_word_of_u64(o->trace_levels);
		words[n++] = deploy_word_of_u64(o->clock);
		words[n++] = deploy_word_of_u64(o->clock_extension);
		words[n++] = word_of_u256(&o->root_bond);
		words[n++] = word_of_u256(&o->move_bond);
		words[n++] = word_of_u256(&o->last_bond);
		break;
	case PART_FACTORY:
		registry = deploy_session_address(&d->session, 1);
		words[n++] = deploy_word_of_address(&d->addresses[PART_GAME]);
		words[n++] = deploy_word_of_address(&registry);
		words[n++] = deploy_word_of_address(&d->config->inbox);
		break;
	case PART_REGISTRY:
		words[n++] = deploy_word_of_address(&d->addresses[PART_FACTORY]);
		words[n++] = deploy_word_of_address(&o->guardian);
		words[n++] = d->genesis_output;
		words[n++] = deploy_word_of_u64(0);
		words[n++] = deploy_word_of_u64(o->finality_delay);
		break;
	case PART_COUNT:
		break;
	}
	return n;
}

static bool create_all(struct dispute_deployment *d)
{
	for (enum part part = 0; part < PART_COUNT; part++) {
		struct hash32 words[PART_ARGUMENTS_MAX];
		size_t count = arguments_of(d, part, words);

		if (!deploy_session_create(&d->session, part_names[part], &d->artifacts[part],
					   words, count, &d->addresses[part], &d->ids[part]))
			return false;
	}
	return true;
}

static bool check_all(struct dispute_deployment *d)
{
	struct deploy_session *s = &d->session;
	const struct address *game = &d->addresses[PART_GAME];
	struct l1_transaction_state state;

	for (enum part part = 0; part < PART_COUNT; part++)
		if (!deploy_session_confirm(s, d->ids[part], &state) ||
		    !deploy_check_code(s, part_names[part], &d->addresses[part],
				       &d->artifacts[part]))
			return false;
	return deploy_check_word(s, game, "absolutePrestate()", image_hash()) &&
	       deploy_check_word(s, game, "chainConfigHash()",
				 chain_config_hash(&d->config->chain)) &&
	       deploy_check_word(s, &d->addresses[PART_FACTORY], "anchorStateRegistry()",
				 deploy_word_of_address(&d->addresses[PART_REGISTRY])) &&
	       deploy_check_word(s, &d->addresses[PART_REGISTRY], "disputeGameFactory()",
				 deploy_word_of_address(&d->addresses[PART_FACTORY]));
}

/* The chain is on this L1, and nothing settles its disputes yet. */
static bool check_chain(struct dispute_deployment *d)
{
	static const struct address none = { { 0 } };
	struct hash32 portal;

	if (d->session.l1_chain_id != d->config->l1_chain_id)
		return deploy_fail(&d->session, "L1 is not the one of %s", d->options->config);
	if (!address_eq(&d->config->dispute_game_factory, &none))
		return deploy_fail(&d->session, "%s names a factory already", d->options->config);
	portal = deploy_word_of_address(&d->config->portal);
	return deploy_check_word(&d->session, &d->config->inbox, "portal()", portal);
}

static bool read_artifacts(struct arena *a, struct dispute_deployment *d,
			   char error[DEPLOY_ERROR_SIZE])
{
	for (enum part part = 0; part < PART_COUNT; part++)
		if (!artifact_read(a, &d->artifacts[part], d->options->artifacts, part_names[part],
				   error))
			return false;
	return true;
}

static bool find_genesis_output(struct arena *a, struct dispute_deployment *d)
{
	struct header header;

	if (!genesis_build(a, d->config, NULL, &header))
		return false;
	d->genesis_output =
	    output_root(&header.state_root, &header.withdrawals_root, &d->config->genesis_hash);
	return true;
}

static void print_result(const struct dispute_deployment *d)
{
	char text[65];
	struct hash32 image = image_hash();

	for (enum part part = 0; part < PART_COUNT; part++)
		printf("%-20s 0x%s\n", part_names[part],
		       hex_encode(text, bytes_of_address(&d->addresses[part])));
	printf("%-20s 0x%s\n", "proof program", hex_encode(text, bytes_of_hash(&image)));
	printf("%-20s %llu\n", "gas", (unsigned long long)d->session.gas_used);
	printf("%-20s %s\n", "written", d->options->config);
}

static bool deploy(struct arena *a, const struct dispute_options *o)
{
	struct dispute_deployment d = { .options = o };
	struct rollup_config config;
	char error[DEPLOY_ERROR_SIZE], reason[CONFIG_ERROR_SIZE];
	bool good;

	if (!config_file_read(a, &config, o->config, false, reason))
		return complain(reason, "");
	d.config = &config;
	if (!read_artifacts(a, &d, error) || !find_genesis_output(a, &d))
		return complain(error, "");
	good = deploy_session_open(&d.session, a, &o->session, error) && check_chain(&d) &&
	       create_all(&d) && check_all(&d);
	deploy_session_close(&d.session);
	if (!good)
		return complain(error, "");
	config.dispute_game_factory = d.addresses[PART_FACTORY];
	if (!config_file_write(&config, o->config, reason))
		return complain(reason, "");
	print_result(&d);
	return true;
}

static int run_deploy_dispute(int argc, char **argv)
{
	struct dispute_options options;
	struct arena arena;
	int status = 0;

	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	if (read_options(&arena, &options, argc, argv, &status))
		status = deploy(&arena, &options) ? 0 : 1;
	signer_wipe(&options.session.key);
	arena_free(&arena);
	return status;
}

const struct command command_deploy_dispute = {
	"deploy-dispute",
	"--config FILE --l1 URL --key-file FILE ...",
	"put the contracts that settle a chain's disputes on L1 (see --help)",
	run_deploy_dispute,
};
