/* entry: one element of the L1 inbox, and the place in it that a block's header
 * names.  Formats of Inbox.sol and DESIGN.md section 5.  Core. */
#ifndef GAVEL_ROLLUP_ENTRY_H
#define GAVEL_ROLLUP_ENTRY_H

#include "eth/header.h"

#define ENTRY_SIZE 96

struct entry {
	struct hash32 payload_hash; /* keccak256 of the payload */
	uint64_t queue_from;        /* messages [from, to) */
	uint64_t queue_to;
	struct hash32 queue_link; /* of message to - 1; zero when to is 0 */
	uint64_t l1_block_number;
	uint64_t l1_timestamp; /* seconds */
};

/* payloadHash | from (8) | to (8) | link | number (8) | timestamp (8). */
void entry_encode(uint8_t out[ENTRY_SIZE], const struct entry *e);
/* Exactly ENTRY_SIZE bytes with from <= to, or false. */
bool entry_decode(struct entry *e, struct bytes raw);
/* keccak256(before || encoded entry); before entry 0 it is zero. */
struct hash32 entry_link(const struct hash32 *before, const struct entry *e);

/* Where the inbox stands after a block: all that the derivation of the next
 * one needs, kept in the header's extraData. */
struct position {
	uint64_t entry;        /* that the block came from */
	uint32_t blocks_taken; /* of that entry, with this block */
	uint64_t queue_next;   /* first message not yet executed */
	bool in_tail;          /* the rest of the payload is done or dropped */
};

/* extraData: version 0x00 | flags (bit 0: in_tail) | entry 8 | blocks_taken 4 |
 * queue_next 8, big-endian. */
#define POSITION_SIZE 22
void position_encode(struct header *h, const struct position *p);
/* False: not of that form. */
bool position_decode(struct position *p, const struct header *h);

#endif
