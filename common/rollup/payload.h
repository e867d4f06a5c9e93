/* payload: the batch codec.  A payload is a version byte (0x00), then the
 * columns of its blocks, deflated (DESIGN.md section 5; the exact layout is
 * described at the top of payload_columns.h/.c).  Core, but for the writer's
 * DEFLATE (native/compress.h). */
#ifndef GAVEL_ROLLUP_PAYLOAD_H
#define GAVEL_ROLLUP_PAYLOAD_H

#include "eth/transaction.h"
#include "rollup/chain_config.h"

#define PAYLOAD_VERSION 0x00

struct payload_block {
	uint64_t timestamp;                     /* seconds */
	uint32_t message_count;                 /* queue messages to execute first */
	const struct transaction *transactions; /* types 0, 1, 2, 4; hash set, sender not */
	size_t transaction_count;
};

struct payload {
	const struct payload_block *blocks;
	size_t block_count;
};

enum payload_err {
	PAYLOAD_OK,
	PAYLOAD_TOO_LARGE, /* over PAYLOAD_MAX_BYTES */
	PAYLOAD_BAD_VERSION,
	PAYLOAD_BAD_DEFLATE,
	PAYLOAD_BAD_COLUMNS,
	PAYLOAD_TOO_MANY_BLOCKS,
};
const char *payload_err_text(enum payload_err err);

/* Total.  On anything but PAYLOAD_OK `*p` has no blocks: an entry whose
 * payload does not decode counts as empty.  An empty payload (0 bytes) is
 * PAYLOAD_OK with no blocks.  `chain_id` is that of the transactions, which do
 * not carry it.  Everything in `*p` lies in `a`, the transactions of all blocks in
 * one array. */
enum payload_err payload_decode(struct arena *a, struct payload *p, uint64_t chain_id,
				struct bytes raw);

/* The columns before DEFLATE, in `a`: what native/compress.h then shrinks.
 * Every transaction that tx_decode() accepts for the chain (types 0, 1, 2, 4)
 * comes back as the same bytes.  A transaction of another type or chain id is
 * the caller's bug (assert). */
struct bytes payload_encode_columns(struct arena *a, const struct payload *p, uint64_t chain_id);

#endif
