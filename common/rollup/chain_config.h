/* chain_config: the parameters of one Gavel chain that its rules depend on.
 * They never change after genesis, and every program takes them from the same
 * rollup.json (native/config_file.h).  Core. */
#ifndef GAVEL_ROLLUP_CHAIN_CONFIG_H
#define GAVEL_ROLLUP_CHAIN_CONFIG_H

#include "base/arena.h"
#include "evm/revision.h"

/* DESIGN.md sections 4 and 5; the same for every chain. */
#define PAYLOAD_MAX_BYTES    ((size_t)120000)
#define PAYLOAD_MAX_INFLATED ((size_t)4 * 1024 * 1024)
#define PAYLOAD_MAX_BLOCKS   ((size_t)4096)
#define ENTRY_MAX_MESSAGES   ((uint64_t)512) /* as Inbox.sol */
/* What one precompile call may cost and read, so that L1 can repeat it in one
 * transaction: 2^24 gas (EIP-7825), and 131,072 bytes, above which nodes pass on
 * none. */
#define PRECOMPILE_GAS_CAP   ((uint64_t)10000000)
#define PRECOMPILE_INPUT_CAP PAYLOAD_MAX_BYTES
#define ATTRIBUTES_GAS_LIMIT ((uint64_t)200000)
#define BLOCK_GAS_LIMIT_MIN  ((uint64_t)25000000) /* above what Portal.sol sells */

struct chain_config {
	uint64_t chain_id;
	enum evm_revision revision;
	uint64_t gas_limit;                /* of a block */
	uint64_t max_past;                 /* seconds a block may lie before its entry's L1 time */
	uint64_t max_future;               /* seconds it may lie after it */
	struct address fee_recipient;      /* coinbase: gets the tips */
	struct address base_fee_recipient; /* gets the base fee */
	struct hash32 genesis_hash;        /* of block 0's header */
};

/* The fields above in order, integers as 8 bytes big-endian (the revision
 * too). */
#define CHAIN_CONFIG_SIZE (5 * 8 + 2 * 20 + 32)
void chain_config_encode(uint8_t out[CHAIN_CONFIG_SIZE], const struct chain_config *config);
/* Exactly CHAIN_CONFIG_SIZE bytes with a revision that there is, or false. */
bool chain_config_decode(struct chain_config *config, struct bytes raw);

/* What the dispute game is bound to: keccak256 of the encoding. */
struct hash32 chain_config_hash(const struct chain_config *config);

#endif
