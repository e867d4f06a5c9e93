#include "net/service_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/wei.h"

#define OPTIONS_MAX   64
#define KEY_HELP_SIZE 160
/* Of anything that is paid per gas, in gwei: beyond it is a mistake. */
#define FEE_MAX_GWEI 1000000000

static size_t make_specs(struct option_spec out[OPTIONS_MAX], struct service_options *o,
			 const char *key_help)
{
	const struct option_spec specs[] = {
		{ "--config", OPTION_TEXT, &o->config, 0, 0, "FILE", "rollup.json of the chain" },
		{ "--data", OPTION_TEXT, &o->data, 0, 0, "DIR", "where the databases are" },
		{ "--l1", OPTION_TEXT, &o->l1_url, 0, 0, "URL",
		  "JSON-RPC of an L1 node (or GAVEL_L1_URL, which other users can't see)" },
		{ "--key-file", OPTION_TEXT, &o->key_file, 0, 0, "FILE", key_help },
		{ "--password-file", OPTION_TEXT, &o->password_file, 0, 0, "FILE",
		  "password of the keystore" },
		{ "--rpc-address", OPTION_TEXT, &o->rpc_address, 0, 0, "ADDRESS",
		  "where JSON-RPC listens" },
		{ "--rpc-port", OPTION_PORT, &o->rpc_port, 0, 0, "PORT", "0: a free one" },
		{ "--l1-poll", OPTION_UNSIGNED, &o->l1_poll_ms, 20, 600000, "MS",
		  "between looks at L1" },
		{ "--l1-confirmations", OPTION_UNSIGNED, &o->l1_confirmations, 0, 1000, "N",
		  "L1 blocks on top of one before it is read" },
		{ "--bump-after", OPTION_UNSIGNED, &o->bump_seconds, 1, 36000, "S",
		  "an L1 transaction's fee is raised when it waits so long" },
		{ "--max-l1-fee", OPTION_TEXT, &o->max_fee_gwei, 0, 0, "GWEI",
		  "ceiling of the L1 fee per gas" },
		{ "--max-l1-priority-fee", OPTION_TEXT, &o->max_tip_gwei, 0, 0, "GWEI",
		  "and of what of it goes to who builds the block" },
		{ "--history", OPTION_U64, &o->history_seconds, 1, 0, "S",
		  "old states stay provable so long" },
		{ "--state-memory", OPTION_SIZE, &o->state_memory, 16, 1 << 20, "MIB",
		  "of trie nodes kept in memory" },
		{ "--debug", OPTION_FLAG, &o->debug, 0, 0, NULL, "log more" },
	};

	memcpy(out, specs, sizeof(specs));
	return sizeof(specs) / sizeof(specs[0]);
}

bool service_options_complain(const struct service_program *program, const char *text)
{
	fprintf(stderr, "%s: %s\n", program->name, text);
	return false;
}

bool service_options_key(const struct service_options *o, const struct service_program *program,
			 struct keystore_source *source)
{
	char text[200];

	*source = keystore_source_of(o->key_file, o->password_file, program->key_variable);
	if (o->key_file || getenv(program->key_variable))
		return true;
	snprintf(text, sizeof(text), "--key-file FILE (or %s)%s%s is needed: the %s's key",
		 program->key_variable, program->without_key ? " or " : "",
		 program->without_key ? program->without_key : "", program->key_owner);
	return service_options_complain(program, text);
}

static bool read_fee(struct u256 *out, const struct service_program *program, const char *option,
		     const char *gwei)
{
	struct u256 most = u256_from_u64((uint64_t)FEE_MAX_GWEI * 1000000000);
	char text[200];

	if (wei_parse(out, gwei, GWEI) && !u256_is_zero(out) && !u256_lt(&most, out))
		return true;
	snprintf(text, sizeof(text), "%s takes gwei, more than 0 and at most 10^9, not '%.60s'",
		 option, gwei);
	return service_options_complain(program, text);
}

static bool check(struct service_options *o, const struct service_program *program)
{
	if (!o->config)
		return service_options_complain(program,
						"--config FILE is needed: the chain's rollup.json");
	if (!o->data)
		return service_options_complain(program,
						"--data DIR is needed: where the databases are");
	if (!o->l1_url)
		return service_options_complain(program,
						"--l1 URL (or GAVEL_L1_URL) is needed: an L1 node");
	if (o->password_file && !o->key_file)
		return service_options_complain(program,
						"--password-file is of no use without --key-file");
	return read_fee(&o->max_fee, program, "--max-l1-fee", o->max_fee_gwei) &&
	       read_fee(&o->max_priority_fee, program, "--max-l1-priority-fee", o->max_tip_gwei);
}

bool service_options_read(struct service_options *o, const struct service_program *program,
			  const struct option_spec *own, size_t count, int argc, char **argv,
			  int *status)
{
	char key_help[KEY_HELP_SIZE];
	struct option_spec specs[OPTIONS_MAX];
	size_t common;

	snprintf(key_help, sizeof(key_help),
		 "the %s's key: hex, or a V3 keystore with --password-file (or %s: hex)",
		 program->key_owner, program->key_variable);
	common = make_specs(specs, o, key_help);
	if (common + count > OPTIONS_MAX)
		abort();
	for (size_t i = 0; i < count; i++)
		specs[common + i] = own[i];
	if (!command_line_options(program->name, program->purpose, specs, common + count, argc,
				  argv, status))
		return false;
	if (!o->l1_url)
		o->l1_url = getenv("GAVEL_L1_URL");
	return check(o, program);
}
