/* config_file: rollup.json, the file that every program takes: which chain, its
 * contracts on L1, and its genesis.  Written by `gavel deploy`.  Native.
 *
 * {
 *   "version": 1,
 *   "l1": { "chainId": 31337, "inbox": "0x..", "portal": "0x..",
 *           "disputeGameFactory": "0x..",                (optional)
 *           "startBlock": 7, "startBlockHash": "0x.." },
 *   "l2": { "chainId": 845300, "revision": "osaka", "gasLimit": 30000000,
 *           "maxPast": 86400, "maxFuture": 600,
 *           "feeRecipient": "0x..", "baseFeeRecipient": "0x.." },
 *   "genesis": { "timestamp": 1700000000, "baseFee": "0xf4240",
 *                "hash": "0x..", "stateRoot": "0x..", "configHash": "0x..",
 *                "alloc": { "0x..": { "balance": "0x..", "nonce": "0x..",
 *                                     "code": "0x..", "storage": { "0x..": "0x.." } } } }
 * }
 */
#ifndef GAVEL_ROLLUP_NATIVE_CONFIG_FILE_H
#define GAVEL_ROLLUP_NATIVE_CONFIG_FILE_H

#include "base/arena.h"
#include "eth/header.h"
#include "evm/state_trie.h"
#include "rollup/chain_config.h"

struct genesis_slot {
	struct hash32 key;
	struct u256 value;
};

struct genesis_account {
	struct address address;
	struct u256 balance; /* wei */
	uint64_t nonce;
	struct bytes code;
	const struct genesis_slot *storage;
	size_t storage_count;
};

struct rollup_config {
	struct chain_config chain;
	uint64_t l1_chain_id;
	struct address inbox;
	struct address portal;
	struct address dispute_game_factory; /* zero: claims are not disputed on L1 */
	uint64_t l1_start_block;             /* the inbox has nothing before it */
	struct hash32 l1_start_hash;
	uint64_t genesis_timestamp;
	struct u256 genesis_base_fee; /* wei */
	struct hash32 genesis_hash;   /* zero in a file that is being made */
	struct hash32 genesis_state_root;
	struct hash32 config_hash; /* config_hash_of() when it was made */
	const struct genesis_account *alloc;
	size_t alloc_count;
};

#define CONFIG_ERROR_SIZE 256

/* Reads and checks the file; all pointers lie in `a`.  The genesis is
 * recomputed and must have the hash that the file states (unless that is
 * missing: then `allow_unsealed` must be true), and so must what derivation
 * depends on: a changed number is another chain, which nobody else follows.
 * False: `error` says which field is wrong and what it should be, without the
 * path. */
bool config_file_read(struct arena *a, struct rollup_config *config, const char *path,
		      bool allow_unsealed, char error[CONFIG_ERROR_SIZE]);

/* Writes the file anew (through a temporary one, then rename). */
bool config_file_write(const struct rollup_config *config, const char *path,
		       char error[CONFIG_ERROR_SIZE]);

/* One hash over all that derivation depends on, i.e. the chain's parameters, L1's
 * chain id, inbox, portal and start block.  The dispute game's factory is not in it:
 * it may be added later. */
struct hash32 config_hash_of(const struct rollup_config *config);

/* What the files of a data directory are bound to: that hash, in hex.  Returns
 * `out`. */
#define CONFIG_OWNER_SIZE 65
const char *config_owner(const struct rollup_config *config, char out[CONFIG_OWNER_SIZE]);

/* Block 0: its header, and its state into `sink` (may be NULL). */
bool genesis_build(struct arena *a, const struct rollup_config *config,
		   const struct state_sink *sink, struct header *header);

#endif
