/* options: the command line of gavel-challenger. */
#ifndef GAVEL_PROVER_OPTIONS_H
#define GAVEL_PROVER_OPTIONS_H

#include "eth/u256.h"

struct options {
	const char *config;   /* --config FILE: rollup.json */
	const char *data;     /* --data DIR */
	const char *l1_url;   /* --l1 URL, or GAVEL_L1_URL */
	bool watch;           /* --watch: look, never send; no key is needed */
	const char *key_file; /* --key-file FILE: hex or V3 keystore; or GAVEL_CHALLENGER_KEY */
	const char *password_file; /* --password-file FILE: of a keystore */
	unsigned game_depth; /* --game-depth N, 64: L1 blocks on a game before it is played in */
	bool resolve_all;    /* --resolve-all: games, too, in which nothing of ours is at stake */
	unsigned move_confirmations;  /* --move-confirmations, 3 */
	unsigned bump_seconds;        /* --bump-after S, 60 */
	struct u256 max_fee;          /* --max-l1-fee GWEI, 500: ceiling, in wei per gas */
	struct u256 max_priority_fee; /* --max-l1-priority-fee GWEI, 20: ceiling, in wei */
	const char *rpc_address;      /* --rpc-address, 127.0.0.1 */
	uint16_t rpc_port;            /* --rpc-port, 9546; 0: any free one, printed */
	unsigned l1_poll_ms;          /* --l1-poll MS, 2000 */
	unsigned l1_confirmations;    /* --l1-confirmations, 0 */
	const char *claims_url;       /* --claims URL: whose output roots are checked */
	bool strict;                  /* --strict: end at the first wrong claim */
	uint64_t history_seconds;     /* --history S */
	size_t state_memory;          /* --state-memory MIB, 128 */
	bool debug;
};

/* As the sequencer's: true to go on; else `*status` is the exit status. */
bool options_read(struct options *o, int argc, char **argv, int *status);

#endif
