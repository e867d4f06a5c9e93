/* options: the command line of gavel-sequencer. */
#ifndef GAVEL_SEQUENCER_OPTIONS_H
#define GAVEL_SEQUENCER_OPTIONS_H

#include "net/service_options.h"

struct options {
	struct service_options service;
	struct keystore_source key; /* the batcher's */
	const char *rpc_cors;       /* --rpc-cors ORIGIN, "*" */
	unsigned rpc_threads;       /* --rpc-threads, 2 */
	unsigned rpc_rate;          /* --rpc-rate: requests per second and client, 0 = no limit */
	unsigned rpc_connections;   /* --rpc-connections: of one client address, 64 */
	uint64_t rpc_gas_cap;       /* --rpc-gas-cap: eth_call, 50000000 */
	unsigned rpc_timeout_ms;    /* --rpc-timeout MS, 5000: of one call; 0: no limit */
	unsigned block_ms;          /* --block-time MS, 250 */
	unsigned
	    batch_seconds; /* --batch-age S, 60: a batch is posted when its first block is so old */
	size_t batch_bytes;    /* --batch-size BYTES, 100000: or when its payload is so large */
	uint64_t max_safe_lag; /* --max-safe-lag BATCHES, 250: that may wait for L1 */
	unsigned batch_confirmations; /* --batch-confirmations: before a posted batch is done, 10 */
	unsigned attributes_seconds;  /* --attributes-interval S, 3600: how old L2's view of L1 may
				       * get before it is renewed; 0: only deposits renew it */
	uint64_t
	    propose_interval; /* --propose-interval BLOCKS: output roots are claimed on L1; 0: no */
	const char *proposer_key_file;      /* --proposer-key-file FILE, or GAVEL_PROPOSER_KEY */
	const char *proposer_password_file; /* --proposer-password-file FILE */
	struct u256 min_tip;                /* --min-tip WEI: what L2 transactions must pay, 0 */
	bool allow_unprotected;             /* --allow-unprotected-transactions: over RPC also
					     * those without a chain id (EIP-155) */
};

/* Fills `*o` from the command line and environment.  Returns true to go on;
 * false when the program should end with `*status` (help was printed, or an
 * error that names the option and what it takes). */
bool options_read(struct options *o, int argc, char **argv, int *status);

#endif
