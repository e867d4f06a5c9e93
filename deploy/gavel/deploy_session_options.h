/* deploy_session_options: what every command that puts contracts on L1 takes from
 * its command line, checked in one way. */
#ifndef GAVEL_DEPLOY_SESSION_OPTIONS_H
#define GAVEL_DEPLOY_SESSION_OPTIONS_H

#include "base/arena.h"
#include "base/native/command_line.h"
#include "crypto/native/signer.h"
#include "eth/u256.h"

struct deploy_session_options {
	const char *l1_url;
	const char *artifacts;  /* folder of compiled contracts */
	unsigned confirmations; /* on L1 */
	unsigned timeout;       /* seconds, for all of it */
	/* as typed */
	const char *key_file, *password_file, *max_fee_gwei;
	/* what that means */
	struct signer_key key; /* the deployer's; the caller wipes it */
	struct address deployer;
	struct u256 max_fee; /* wei per gas of L1 */
};

extern const struct deploy_session_options deploy_session_defaults;

/* Fills the options of `command` ("gavel deploy") from its `own` table and the
 * one that all share.  True to go on; false when it should end with `*status`. */
bool deploy_session_options_read(struct deploy_session_options *o, const char *command,
				 const char *purpose, const struct option_spec *own, size_t count,
				 int argc, char **argv, int *status);

/* The node, the key, the ceiling and the artifacts are there and make sense; the
 * key is loaded.  In `a`.  False, after a complaint, if not. */
bool deploy_session_options_check(struct arena *a, struct deploy_session_options *o,
				  const char *command);

/* Prints what is wrong with the command line.  Returns false. */
bool deploy_complain(const char *command, const char *what, const char *more);

/* What `option` says.  `text` NULL: `*out` stays as it is.  False, after a
 * complaint: it is not an address, or zero where that may not be. */
bool deploy_read_address(struct address *out, const char *command, const char *option,
			 const char *text, bool may_be_zero);

#endif
