/* deploy_options: from words to a deployment that makes sense. */
#include "deploy/gavel/deploy_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/native/command_line.h"
#include "crypto/native/keystore.h"
#include "deploy/gavel/command.h"

/* Inbox.sol, MAX_WINDOW. */
#define WINDOW_MAX (7 * 24 * 3600)

/* As typed, before it is made sense of. */
struct words {
	const char *key_file, *password_file;
	const char *batcher, *owner, *fee_recipient, *base_fee_recipient;
	double max_fee_gwei;
};

static size_t make_specs(struct option_spec *out, struct deploy_options *o, struct words *w)
{
	const struct option_spec specs[] = {
		{ "--l1", OPTION_TEXT, &o->session.l1_url, 0, 0, "URL",
		  "JSON-RPC of an L1 node (or GAVEL_L1_URL)" },
		{ "--key-file", OPTION_TEXT, &w->key_file, 0, 0, "FILE",
		  "the deployer's key: hex, or a V3 keystore with --password-file (or "
		  "GAVEL_DEPLOYER_KEY: hex)" },
		{ "--password-file", OPTION_TEXT, &w->password_file, 0, 0, "FILE",
		  "password of the keystore" },
		{ "--chain-id", OPTION_U64, &o->chain.chain_id, 1, (uint64_t)1 << 52, "ID",
		  "of the new chain" },
		{ "--batcher", OPTION_TEXT, &w->batcher, 0, 0, "ADDRESS",
		  "whose batches the inbox takes" },
		{ "--owner", OPTION_TEXT, &w->owner, 0, 0, "ADDRESS",
		  "who may name another batcher; zero: nobody [the deployer]" },
		{ "--out", OPTION_TEXT, &o->out, 0, 0, "FILE",
		  "rollup.json to write; never overwritten" },
		{ "--artifacts", OPTION_TEXT, &o->artifacts, 0, 0, "DIR",
		  "compiled contracts [beside the program]" },
		{ "--window", OPTION_U64, &o->window, 1, WINDOW_MAX, "S",
		  "after which anyone may force a message in [43200]" },
		{ "--gas-limit", OPTION_U64, &o->chain.gas_limit, BLOCK_GAS_LIMIT_MIN,
		  (uint64_t)1 << 40, "GAS", "of an L2 block [30000000]" },
		{ "--max-past", OPTION_U64, &o->chain.max_past, 1, (uint64_t)1 << 32, "S",
		  "a block may be older than its batch's L1 block [86400]" },
		{ "--max-future", OPTION_U64, &o->chain.max_future, 1, (uint64_t)1 << 32, "S",
		  "or newer [600]" },
		{ "--fee-recipient", OPTION_TEXT, &w->fee_recipient, 0, 0, "ADDRESS",
		  "gets the tips on L2 [the batcher]" },
		{ "--base-fee-recipient", OPTION_TEXT, &w->base_fee_recipient, 0, 0, "ADDRESS",
		  "gets the base fee on L2 [the fee recipient]" },
		{ "--base-fee", OPTION_U64, &o->base_fee, 1, (uint64_t)1 << 62, "WEI",
		  "of L2's genesis, per gas [1000000]" },
		{ "--genesis-timestamp", OPTION_U64, &o->genesis_timestamp, 1, (uint64_t)1 << 40,
		  "S", "since 1970 [that of the inbox's L1 block]" },
		{ "--fund-file", OPTION_TEXT, &o->fund_file, 0, 0, "FILE",
		  "L2 accounts that start with ETH, for devnets: lines of address and wei" },
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

static bool complain(const char *what, const char *more)
{
	fprintf(stderr, "gavel deploy: %s%s\n", what, more);
	return false;
}

/* `text` NULL: stays as it is. */
static bool read_address(struct address *out, const char *option, const char *text,
			 bool may_be_zero)
{
	static const struct address zero = { { 0 } };

	if (text == NULL)
		return true;
	if (!hex_decode_fixed(out->b, sizeof(out->b), text))
		return complain(option, " takes an address: \"0x\" and 40 hex digits");
	return may_be_zero || !address_eq(out, &zero) ||
	       complain(option, " can't be the zero address");
}

static bool load_key(struct deploy_options *o, const struct words *w)
{
	struct keystore_source source =
	    keystore_source_of(w->key_file, w->password_file, "GAVEL_DEPLOYER_KEY");
	char error[KEYSTORE_ERROR_SIZE];

	if (!keystore_load(&o->session.key, error, &source))
		return complain("the deployer's key: ", error);
	return signer_address(&o->session.deployer, &o->session.key);
}

/* That the file can't be written should not be found out after deploying. */
static bool check_out(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *folder = ".";

	if (access(path, F_OK) == 0)
		return complain(path, " is there already, and may be the only record of a chain");
	if (slash != NULL) {
		size_t len = slash == path ? 1 : (size_t)(slash - path);
		char *copy = arena_calloc(a, len + 1, 1);

		memcpy(copy, path, len);
		folder = copy;
	}
	return access(folder, W_OK) == 0 || complain(folder, ": no file can be made there");
}

static bool check_needed(const struct deploy_options *o, const struct words *w)
{
	if (o->session.l1_url == NULL)
		return complain("--l1 URL (or GAVEL_L1_URL) is needed", ": an L1 node");
	if (o->chain.chain_id == 0)
		return complain("--chain-id ID is needed", ": the new chain's");
	if (w->batcher == NULL)
		return complain("--batcher ADDRESS is needed", ": whose batches the inbox takes");
	if (o->out == NULL)
		return complain("--out FILE is needed", ": where rollup.json goes");
	if (w->key_file == NULL && getenv("GAVEL_DEPLOYER_KEY") == NULL)
		return complain("--key-file FILE (or GAVEL_DEPLOYER_KEY) is needed",
				": the deployer's key");
	if (w->password_file != NULL && w->key_file == NULL)
		return complain("--password-file is of no use without --key-file", "");
	if (!(w->max_fee_gwei > 0 && w->max_fee_gwei < 1e9))
		return complain("--max-l1-fee", " takes gwei, more than 0 and less than 10^9");
	return true;
}

static bool make_sense(struct arena *a, struct deploy_options *o, const struct words *w)
{
	if (!check_needed(o, w) || !check_out(a, o->out))
		return false;
	if (o->artifacts == NULL)
		o->artifacts = artifact_folder(a);
	if (o->artifacts == NULL)
		return complain("--artifacts DIR is needed", ": none are beside the program");
	if (!read_address(&o->batcher, "--batcher", w->batcher, false) || !load_key(o, w))
		return false;
	o->owner = o->session.deployer;
	o->session.max_fee = u256_from_u64((uint64_t)(w->max_fee_gwei * 1e9));
	o->chain.fee_recipient = o->batcher;
	if (!read_address(&o->owner, "--owner", w->owner, true) ||
	    !read_address(&o->chain.fee_recipient, "--fee-recipient", w->fee_recipient, false))
		return false;
	o->chain.base_fee_recipient = o->chain.fee_recipient;
	return read_address(&o->chain.base_fee_recipient, "--base-fee-recipient",
			    w->base_fee_recipient, false);
}

bool deploy_options_read(struct arena *a, struct deploy_options *o, int argc, char **argv,
			 int *status)
{
	struct words w = { .max_fee_gwei = 200 };
	char error[COMMAND_LINE_ERROR_SIZE];
	struct option_spec specs[32];
	size_t count;

	*o = (struct deploy_options){
		.session = { .l1_url = getenv("GAVEL_L1_URL"), .confirmations = 3, .timeout = 900 },
		.window = 43200,
		.base_fee = 1000000,
		.chain = { .revision = EVM_OSAKA,
			   .gas_limit = 30000000,
			   .max_past = 86400,
			   .max_future = 600 },
	};
	count = make_specs(specs, o, &w);
	*status = 64; /* EX_USAGE */
	if (command_line_read(specs, count, argc, argv, NULL, 0, NULL, error))
		return make_sense(a, o, &w);
	if (error[0] != '\0')
		return complain(error, "");
	printf("gavel deploy: puts a new chain's contracts on L1 and writes its rollup.json\n\n");
	command_line_help(specs, count);
	*status = 0;
	return false;
}
