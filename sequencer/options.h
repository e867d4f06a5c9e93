/* options: the command line of gavel-sequencer.  Secrets never are on it: keys
 * come from files or the environment. */
#ifndef GAVEL_SEQUENCER_OPTIONS_H
#define GAVEL_SEQUENCER_OPTIONS_H

#include "eth/u256.h"

struct options {
	const char *config;        /* --config FILE: rollup.json */
	const char *data;          /* --data DIR */
	const char *l1_url;        /* --l1 URL, or GAVEL_L1_URL */
	const char *key_file;      /* --key-file FILE: hex or V3 keystore; or GAVEL_BATCHER_KEY */
	const char *password_file; /* --password-file FILE: of a keystore */
	const char *rpc_address;   /* --rpc-address, 127.0.0.1 */
	uint16_t rpc_port;         /* --rpc-port, 9545; 0: any free one, printed */
	const char *rpc_cors;      /* --rpc-cors ORIGIN, "*" */
	unsigned rpc_threads;      /* --rpc-threads, 2 */
	unsigned rpc_rate;         /* --rpc-rate: requests per second and client, 0 = no limit */
	uint64_t rpc_gas_cap;      /* --rpc-gas-cap: eth_call, 50000000 */
	unsigned block_ms;         /* --block-time MS, 250 */
	unsigned
	    batch_seconds; /* --batch-age S, 60: a batch is posted when its first block is so old */
	size_t batch_bytes;        /* --batch-size BYTES, 110000: or when its payload is so large */
	unsigned l1_poll_ms;       /* --l1-poll MS, 2000 */
	unsigned l1_confirmations; /* --l1-confirmations: before a message is read, 2 */
	unsigned batch_confirmations; /* --batch-confirmations: before a posted batch is done, 3 */
	unsigned attributes_seconds;  /* --attributes-interval S, 3600: how old L2's view of L1 may
				       * get before it is renewed; 0: only deposits renew it */
	unsigned bump_seconds;        /* --bump-after S, 60: then the L1 fee is raised */
	struct u256 max_fee;          /* --max-l1-fee GWEI, 200: ceiling, in wei per gas */
	struct u256 max_priority_fee; /* --max-l1-priority-fee GWEI, 5: ceiling, in wei */
	uint64_t
	    propose_interval; /* --propose-interval BLOCKS: output roots are claimed on L1; 0: no */
	const char *proposer_key_file;      /* --proposer-key-file FILE, or GAVEL_PROPOSER_KEY */
	const char *proposer_password_file; /* --proposer-password-file FILE */
	struct u256 min_tip;                /* --min-tip WEI: what L2 transactions must pay, 0 */
	uint64_t history_seconds; /* --history S: old states stay provable so long, 14 days */
	size_t state_memory;      /* --state-memory MIB, 256 */
	bool debug;               /* --debug */
};

/* Fills `*o` from the command line and environment.  Returns true to go on;
 * false when the program should end with `*status` (help was printed, or an
 * error that names the option and what it takes). */
bool options_read(struct options *o, int argc, char **argv, int *status);

#endif
