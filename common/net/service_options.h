/* service_options: the part of the command line that the programs which follow a
 * chain have in common.  Secrets never are on it: keys come from files or the
 * environment. */
#ifndef GAVEL_NET_SERVICE_OPTIONS_H
#define GAVEL_NET_SERVICE_OPTIONS_H

#include "base/native/command_line.h"
#include "crypto/native/keystore.h"
#include "eth/u256.h"

/* Beforehand, its fields hold the program's defaults. */
struct service_options {
	const char *config;           /* --config FILE: rollup.json */
	const char *data;             /* --data DIR */
	const char *l1_url;           /* --l1 URL, or GAVEL_L1_URL */
	const char *key_file;         /* --key-file FILE: hex or V3 keystore */
	const char *password_file;    /* --password-file FILE: of a keystore */
	const char *rpc_address;      /* --rpc-address */
	uint16_t rpc_port;            /* --rpc-port; 0: any free one, printed */
	unsigned l1_poll_ms;          /* --l1-poll MS */
	unsigned l1_confirmations;    /* --l1-confirmations: before L1 is believed */
	unsigned bump_seconds;        /* --bump-after S: then the L1 fee is raised */
	const char *max_fee_gwei;     /* --max-l1-fee GWEI, as typed */
	const char *max_tip_gwei;     /* --max-l1-priority-fee GWEI, as typed */
	struct u256 max_fee;          /* the same: ceilings, in wei per gas */
	struct u256 max_priority_fee; /* of what goes to the block's builder */
	uint64_t history_seconds;     /* --history S: old states stay provable so long */
	size_t state_memory;          /* --state-memory MIB */
	bool debug;                   /* --debug */
};

/* Who asks. */
struct service_program {
	const char *name;         /* "gavel-sequencer" */
	const char *purpose;      /* for --help: what it does */
	const char *key_owner;    /* whose key --key-file is: "batcher" */
	const char *key_variable; /* the environment's: "GAVEL_BATCHER_KEY" */
	const char *without_key;  /* what needs none: "--watch"; NULL: nothing */
};

/* Reads the command line: the options above and the `count` of the program.
 * Returns true to go on; false when the program should end with `*status`: help
 * was printed, or an error that names the option and what it takes. */
bool service_options_read(struct service_options *o, const struct service_program *program,
			  const struct option_spec *own, size_t count, int argc, char **argv,
			  int *status);

/* Prints what is wrong with the command line.  Returns false. */
bool service_options_complain(const struct service_program *program, const char *text);

/* Where the key is.  False, after a complaint, when neither option nor
 * environment says so. */
bool service_options_key(const struct service_options *o, const struct service_program *program,
			 struct keystore_source *source);

#endif
