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
#include "deploy/gavel/command.h"
#include "deploy/gavel/deploy_session.h"
#include "net/wei.h"
#include "prover/host/image.h"
#include "rollup/block.h"

#define COMMAND "gavel deploy-dispute"

struct dispute_options {
	struct deploy_session_options session;
	const char *config; /* rollup.json, rewritten */
	struct address guardian;
	unsigned output_levels, trace_levels;
	uint64_t clock, clock_extension, finality_delay; /* seconds */
	struct u256 root_bond, move_bond, last_bond;     /* wei */
};

/* 32^5 blocks of 250 ms are 97 days: an anchor, which takes a week and more to
 * follow, may stay away so long before no claim reaches from it.  Each level costs a
 * dispute one move, and one's bond and clock extension. */
static const struct dispute_options defaults = {
	.output_levels = 5,
	.trace_levels = 8,
	.clock = 302400,
	.clock_extension = 10800,
	.finality_delay = 302400,
};

/* As typed: the bonds in ETH. */
struct dispute_words {
	const char *guardian, *root_bond, *move_bond, *last_bond;
};

static bool complain(const char *what, const char *more)
{
	return deploy_complain(COMMAND, what, more);
}

static bool read_bond(struct u256 *out, const char *option, const char *text)
{
	struct u256 most;

	return (wei_parse(out, text, ETHER) && wei_parse(&most, "1000", ETHER) &&
		!u256_lt(&most, out)) ||
	       complain(option, " takes ETH, at most 1000");
}

static bool make_sense(struct arena *a, struct dispute_options *o, const struct dispute_words *w)
{
	if (o->config == NULL)
		return complain("--config FILE is needed", ": the chain's rollup.json");
	return deploy_read_address(&o->guardian, COMMAND, "--guardian", w->guardian, true) &&
	       read_bond(&o->root_bond, "--root-bond", w->root_bond) &&
	       read_bond(&o->move_bond, "--move-bond", w->move_bond) &&
	       read_bond(&o->last_bond, "--last-bond", w->last_bond) &&
	       deploy_session_options_check(a, &o->session, COMMAND);
}

static bool read_options(struct arena *a, struct dispute_options *o, int argc, char **argv,
			 int *status)
{
	struct dispute_words w = { .root_bond = "2", .move_bond = "0.25", .last_bond = "0.25" };
	const struct option_spec specs[] = {
		{ "--config", OPTION_TEXT, &o->config, 0, 0, "FILE",
		  "rollup.json of the chain; gets the factory's address" },
		{ "--guardian", OPTION_TEXT, &w.guardian, 0, 0, "ADDRESS",
		  "who may pause and blacklist; nobody, for good, if not given" },
		{ "--output-levels", OPTION_UNSIGNED, &o->output_levels, 1, 6, "N",
		  "a claim reaches 32^N blocks behind the anchor" },
		{ "--trace-levels", OPTION_UNSIGNED, &o->trace_levels, 1, 12, "N",
		  "a block's proof takes up to 32^N steps" },
		{ "--clock", OPTION_U64, &o->clock, 1, 30 * 86400, "S",
		  "seconds of thought for each side" },
		{ "--clock-extension", OPTION_U64, &o->clock_extension, 1, 30 * 86400, "S",
		  "that each answer has at least" },
		{ "--finality-delay", OPTION_U64, &o->finality_delay, 0, 365 * 86400, "S",
		  "from a verdict until it counts" },
		{ "--root-bond", OPTION_TEXT, &w.root_bond, 0, 0, "ETH", "of a claim" },
		{ "--move-bond", OPTION_TEXT, &w.move_bond, 0, 0, "ETH", "of a move" },
		{ "--last-bond", OPTION_TEXT, &w.last_bond, 0, 0, "ETH",
		  "of a move at the bottom: what L1's dearest step costs; not above --move-bond" },
	};

	*o = defaults;
	o->session = deploy_session_defaults;
	return deploy_session_options_read(&o->session, COMMAND,
					   "puts the contracts that settle disputes on L1", specs,
					   sizeof(specs) / sizeof(specs[0]), argc, argv, status) &&
	       make_sense(a, o, &w);
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
		if (!artifact_read(a, &d->artifacts[part], d->options->session.artifacts,
				   part_names[part], error))
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

	if (!config_file_read(a, &config, o->config, false, reason)) {
		snprintf(error, sizeof(error), "%.200s: %s", o->config, reason);
		return complain(error, "");
	}
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
