/* header: block headers in Ethereum's format from London to Prague/Osaka.
 * Core. */
#ifndef GAVEL_ETH_HEADER_H
#define GAVEL_ETH_HEADER_H

#include "base/arena.h"
#include "eth/u256.h"

#define BLOOM_SIZE 256

struct bloom {
	uint8_t b[BLOOM_SIZE];
};

#define HEADER_EXTRA_DATA_MAX 32

struct header {
	struct hash32 parent_hash;
	struct hash32 ommers_hash; /* keccak(rlp([])) after the Merge */
	struct address coinbase;
	struct hash32 state_root;
	struct hash32 transactions_root;
	struct hash32 receipts_root;
	struct bloom logs_bloom;
	struct u256 difficulty; /* 0 after the Merge */
	uint64_t number;
	uint64_t gas_limit;
	uint64_t gas_used;
	uint64_t timestamp; /* seconds */
	uint8_t extra_data[HEADER_EXTRA_DATA_MAX];
	size_t extra_data_len;
	struct hash32 prev_randao;
	uint8_t nonce[8];
	struct u256 base_fee; /* wei */
	struct hash32 withdrawals_root;
	uint64_t blob_gas_used;
	uint64_t excess_blob_gas;
	struct hash32 parent_beacon_block_root;
	struct hash32 requests_hash;
};

/* RLP of the 21 fields of a Prague header; lies in `a`. */
struct bytes header_encode(struct arena *a, const struct header *h);

/* Strict inverse.  False: not a Prague header; `*h` is then undefined. */
bool header_decode(struct header *h, struct bytes rlp);

struct hash32 header_hash(struct arena *scratch, const struct header *h);

/* EIP-1559: the base fee of the child of `parent`, in wei. */
struct u256 header_next_base_fee(const struct header *parent);

/* keccak(rlp([])), and sha256("") (EIP-7685 with no requests). */
extern const struct hash32 header_empty_ommers_hash;
extern const struct hash32 header_empty_requests_hash;

#endif
