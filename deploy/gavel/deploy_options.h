/* deploy_options: the command line of `gavel deploy`, checked. */
#ifndef GAVEL_DEPLOY_OPTIONS_H
#define GAVEL_DEPLOY_OPTIONS_H

#include "deploy/gavel/deploy_session.h"

struct deploy_options {
	struct deploy_session_options session;
	const char *fund_file; /* NULL: none */
	const char *out;
	struct address owner; /* zero: nobody */
	struct address batcher;
	uint64_t window;            /* seconds */
	uint64_t genesis_timestamp; /* 0: of the inbox's L1 block */
	uint64_t base_fee;          /* wei per gas of L2 */
	struct chain_config chain;  /* without the genesis */
};

/* Returns true to go on; false when the program should end with `*status`: help
 * was printed, or an error that names the option and what it takes. */
bool deploy_options_read(struct arena *a, struct deploy_options *o, int argc, char **argv,
			 int *status);

#endif
