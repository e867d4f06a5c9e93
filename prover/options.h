/* options: the command line of gavel-challenger. */
#ifndef GAVEL_PROVER_OPTIONS_H
#define GAVEL_PROVER_OPTIONS_H

#include "net/service_options.h"

struct options {
	struct service_options service;
	struct keystore_source key; /* nothing with --watch */
	bool watch;                 /* --watch: look, never send; no key is needed */
	unsigned game_depth; /* --game-depth N, 64: L1 blocks on a game before it is played in */
	bool resolve_all;    /* --resolve-all: games, too, in which nothing of ours is at stake */
	unsigned move_confirmations; /* --move-confirmations, 3 */
	uint64_t anchor_interval;    /* --anchor-interval BLOCKS, 100,000; 0: never */
	size_t dispute_memory;       /* --dispute-memory MIB, 256 */
	size_t dispute_disk;         /* --dispute-disk MIB, 4,096 */
	bool acknowledge_lost;       /* --acknowledge-lost: what was lost is seen */
	const char *claims_url;      /* --claims URL: whose output roots are checked */
	bool strict;                 /* --strict: end at the first wrong claim */
};

/* As the sequencer's: true to go on; else `*status` is the exit status. */
bool options_read(struct options *o, int argc, char **argv, int *status);

#endif
