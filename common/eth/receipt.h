/* receipt: what a transaction left behind, with its logs and bloom.  Core. */
#ifndef GAVEL_ETH_RECEIPT_H
#define GAVEL_ETH_RECEIPT_H

#include "base/arena.h"
#include "eth/header.h"
#include "eth/transaction.h"

struct log {
	struct address address;
	const struct hash32 *topics; /* at most 4 */
	size_t topic_count;
	struct bytes data;
};

struct receipt {
	enum tx_type type;
	bool success;
	uint64_t cumulative_gas_used; /* of the block, up to and with this one */
	uint64_t gas_used;            /* of this one; not encoded */
	struct bloom bloom;
	const struct log *logs;
	size_t log_count;
	/* Deposits: the sender's nonce before, and version 1 (OP Stack Canyon). */
	uint64_t deposit_nonce;
	/* A creation's new address; not encoded.  Zero otherwise. */
	struct address contract_address;
	struct u256 effective_gas_price; /* wei; not encoded */
};

/* The consensus encoding (typed: type byte and RLP); lies in `a`. */
struct bytes receipt_encode(struct arena *a, const struct receipt *r);

/* Inverse, for receipts out of a database.  Sets what is encoded, zeroes the
 * rest.  Views into `raw`.  False: not a receipt; `*r` is then undefined. */
bool receipt_decode(struct arena *a, struct receipt *r, struct bytes raw);

/* Yellow paper 4.3.1: sets the three bits of an address or topic. */
void bloom_add(struct bloom *bloom, struct bytes item);
/* Of all the addresses and topics of `logs`. */
void bloom_add_logs(struct bloom *bloom, const struct log *logs, size_t count);
void bloom_merge(struct bloom *into, const struct bloom *from);
/* False: `item` was certainly not added. */
bool bloom_may_contain(const struct bloom *bloom, struct bytes item);

#endif
