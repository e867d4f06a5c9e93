#include "deploy/gavel/deploy_session_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "crypto/native/keystore.h"
#include "deploy/gavel/deploy_files.h"
#include "net/wei.h"

#define KEY_VARIABLE "GAVEL_DEPLOYER_KEY"
#define SPECS_MAX    32

const struct deploy_session_options deploy_session_defaults = {
	.confirmations = 3,
	.timeout = 900,
	.max_fee_gwei = "200",
};

static size_t make_specs(struct option_spec out[SPECS_MAX], struct deploy_session_options *o)
{
	const struct option_spec specs[] = {
		{ "--l1", OPTION_TEXT, &o->l1_url, 0, 0, "URL",
		  "JSON-RPC of an L1 node (or GAVEL_L1_URL)" },
		{ "--key-file", OPTION_TEXT, &o->key_file, 0, 0, "FILE",
		  "the deployer's key: hex, or a V3 keystore with --password-file (or " KEY_VARIABLE
		  ": hex)" },
		{ "--password-file", OPTION_TEXT, &o->password_file, 0, 0, "FILE",
		  "password of the keystore" },
		{ "--artifacts", OPTION_TEXT, &o->artifacts, 0, 0, "DIR",
		  "compiled contracts; those beside the program if not given" },
		{ "--confirmations", OPTION_UNSIGNED, &o->confirmations, 1, 1000, "N",
		  "L1 blocks until a contract is taken for deployed" },
		{ "--timeout", OPTION_UNSIGNED, &o->timeout, 1, 86400, "S",
		  "until it is given up" },
		{ "--max-l1-fee", OPTION_TEXT, &o->max_fee_gwei, 0, 0, "GWEI",
		  "ceiling of the L1 fee per gas" },
	};

	memcpy(out, specs, sizeof(specs));
	return sizeof(specs) / sizeof(specs[0]);
}

bool deploy_complain(const char *command, const char *what, const char *more)
{
	fprintf(stderr, "%s: %s%s\n", command, what, more);
	return false;
}

bool deploy_session_options_read(struct deploy_session_options *o, const char *command,
				 const char *purpose, const struct option_spec *own, size_t count,
				 int argc, char **argv, int *status)
{
	struct option_spec specs[SPECS_MAX];
	size_t shared = make_specs(specs, o);

	if (shared + count > SPECS_MAX)
		abort();
	memcpy(specs + shared, own, count * sizeof(*own));
	if (!command_line_options(command, purpose, specs, shared + count, argc, argv, status))
		return false;
	if (o->l1_url == NULL)
		o->l1_url = getenv("GAVEL_L1_URL");
	return true;
}

static bool load_key(struct deploy_session_options *o, const char *command)
{
	struct keystore_source source =
	    keystore_source_of(o->key_file, o->password_file, KEY_VARIABLE);
	char error[KEYSTORE_ERROR_SIZE];

	if (o->key_file == NULL && getenv(KEY_VARIABLE) == NULL)
		return deploy_complain(command, "--key-file FILE (or " KEY_VARIABLE ") is needed",
				       ": the deployer's key");
	if (o->password_file != NULL && o->key_file == NULL)
		return deploy_complain(command, "--password-file is of no use without --key-file",
				       "");
	if (!keystore_load(&o->key, error, &source))
		return deploy_complain(command, "the deployer's key: ", error);
	return signer_address(&o->deployer, &o->key);
}

static bool read_max_fee(struct deploy_session_options *o, const char *command)
{
	const struct u256 most = u256_from_u64(UINT64_C(1000000000) * 1000000000);

	return (wei_parse(&o->max_fee, o->max_fee_gwei, GWEI) && !u256_is_zero(&o->max_fee) &&
		u256_lt(&o->max_fee, &most)) ||
	       deploy_complain(command, "--max-l1-fee",
			       " takes gwei, more than 0 and less than 10^9");
}

bool deploy_session_options_check(struct arena *a, struct deploy_session_options *o,
				  const char *command)
{
	if (o->l1_url == NULL)
		return deploy_complain(command, "--l1 URL (or GAVEL_L1_URL) is needed",
				       ": an L1 node");
	if (o->artifacts == NULL)
		o->artifacts = artifact_folder(a);
	if (o->artifacts == NULL)
		return deploy_complain(command, "--artifacts DIR is needed",
				       ": none are beside the program");
	return read_max_fee(o, command) && load_key(o, command);
}

bool deploy_read_address(struct address *out, const char *command, const char *option,
			 const char *text, bool may_be_zero)
{
	static const struct address zero = { { 0 } };

	if (text == NULL)
		return true;
	if (!hex_decode_fixed(out->b, sizeof(out->b), text))
		return deploy_complain(command, option,
				       " takes an address: \"0x\" and 40 hex digits");
	return may_be_zero || !address_eq(out, &zero) ||
	       deploy_complain(command, option, " can't be the zero address");
}
