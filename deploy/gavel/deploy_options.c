/* deploy_options: from words to a deployment that makes sense. */
#include "deploy/gavel/deploy_options.h"

#include <string.h>
#include <unistd.h>

#define COMMAND "gavel deploy"

/* Inbox.sol, MAX_WINDOW. */
#define WINDOW_MAX (7 * 24 * 3600)

/* As typed, before it is made sense of. */
struct words {
	const char *batcher, *owner, *fee_recipient, *base_fee_recipient;
};

static const struct deploy_options defaults = {
	.window = 43200,
	.base_fee = 1000000,
	.chain = { .revision = EVM_OSAKA,
		   .gas_limit = 30000000,
		   .max_past = 86400,
		   .max_future = 600 },
};

/* That the file can't be written should not be found out after deploying. */
static bool check_out(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *folder = ".";

	if (access(path, F_OK) == 0)
		return deploy_complain(COMMAND, path,
				       " is there already, and may be the only record of a chain");
	if (slash != NULL) {
		size_t len = slash == path ? 1 : (size_t)(slash - path);
		char *copy = arena_calloc(a, len + 1, 1);

		memcpy(copy, path, len);
		folder = copy;
	}
	return access(folder, W_OK) == 0 ||
	       deploy_complain(COMMAND, folder, ": no file can be made there");
}

static bool check_needed(const struct deploy_options *o, const struct words *w)
{
	if (o->chain.chain_id == 0)
		return deploy_complain(COMMAND, "--chain-id ID is needed", ": the new chain's");
	if (w->batcher == NULL)
		return deploy_complain(COMMAND, "--batcher ADDRESS is needed",
				       ": whose batches the inbox takes");
	if (o->out == NULL)
		return deploy_complain(COMMAND, "--out FILE is needed", ": where rollup.json goes");
	return true;
}

static bool read_address(struct address *out, const char *option, const char *text,
			 bool may_be_zero)
{
	return deploy_read_address(out, COMMAND, option, text, may_be_zero);
}

static bool make_sense(struct arena *a, struct deploy_options *o, const struct words *w)
{
	if (!check_needed(o, w) || !check_out(a, o->out) ||
	    !read_address(&o->batcher, "--batcher", w->batcher, false) ||
	    !deploy_session_options_check(a, &o->session, COMMAND))
		return false;
	o->owner = o->session.deployer;
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
	struct words w = { 0 };
	const struct option_spec specs[] = {
		{ "--chain-id", OPTION_U64, &o->chain.chain_id, 1, (uint64_t)1 << 52, "ID",
		  "of the new chain" },
		{ "--batcher", OPTION_TEXT, &w.batcher, 0, 0, "ADDRESS",
		  "whose batches the inbox takes" },
		{ "--owner", OPTION_TEXT, &w.owner, 0, 0, "ADDRESS",
		  "who may name another batcher; zero: nobody; the deployer if not given" },
		{ "--out", OPTION_TEXT, &o->out, 0, 0, "FILE",
		  "rollup.json to write; never overwritten" },
		{ "--window", OPTION_U64, &o->window, 1, WINDOW_MAX, "S",
		  "after which anyone may force a message in" },
		{ "--gas-limit", OPTION_U64, &o->chain.gas_limit, BLOCK_GAS_LIMIT_MIN,
		  (uint64_t)1 << 40, "GAS", "of an L2 block" },
		{ "--max-past", OPTION_U64, &o->chain.max_past, 1, (uint64_t)1 << 32, "S",
		  "a block may be older than its batch's L1 block" },
		{ "--max-future", OPTION_U64, &o->chain.max_future, 1, (uint64_t)1 << 32, "S",
		  "or newer" },
		{ "--fee-recipient", OPTION_TEXT, &w.fee_recipient, 0, 0, "ADDRESS",
		  "gets the tips on L2; the batcher if not given" },
		{ "--base-fee-recipient", OPTION_TEXT, &w.base_fee_recipient, 0, 0, "ADDRESS",
		  "gets the base fee on L2; the fee recipient if not given" },
		{ "--base-fee", OPTION_U64, &o->base_fee, 1, (uint64_t)1 << 62, "WEI",
		  "of L2's genesis, per gas" },
		{ "--genesis-timestamp", OPTION_U64, &o->genesis_timestamp, 1, (uint64_t)1 << 40,
		  "S", "since 1970; that of the inbox's L1 block if not given" },
		{ "--fund-file", OPTION_TEXT, &o->fund_file, 0, 0, "FILE",
		  "L2 accounts that start with ETH, for devnets: lines of address and wei" },
	};

	*o = defaults;
	o->session = deploy_session_defaults;
	return deploy_session_options_read(
		   &o->session, COMMAND,
		   "puts a new chain's contracts on L1 and writes its rollup.json", specs,
		   sizeof(specs) / sizeof(specs[0]), argc, argv, status) &&
	       make_sense(a, o, &w);
}
