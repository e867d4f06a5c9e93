/* message: what the L1 queue holds: deposits and L1 attributes, and the deposit
 * transaction (0x7E) that executes each on L2.  The byte format is Inbox.sol's
 * (DESIGN.md section 5).  Core. */
#ifndef GAVEL_ROLLUP_MESSAGE_H
#define GAVEL_ROLLUP_MESSAGE_H

#include "eth/transaction.h"
#include "rollup/chain_config.h"

enum message_kind {
	MESSAGE_DEPOSIT = 0x00,
	MESSAGE_ATTRIBUTES = 0x01,
	MESSAGE_MALFORMED = 0xff, /* Inbox.sol makes none; takes its place in the queue
				   * and does nothing */
};

struct l1_attributes {
	uint64_t number;
	uint64_t timestamp;        /* seconds */
	struct u256 base_fee;      /* wei */
	struct u256 blob_base_fee; /* wei */
	struct hash32 prev_randao;
	struct hash32 parent_hash;
};

/* A queue message with its place. */
struct message {
	enum message_kind kind;
	uint64_t index;     /* in the queue */
	struct hash32 link; /* of the hash chain, at this message */
	struct bytes raw;
	struct l1_attributes attributes; /* MESSAGE_ATTRIBUTES */
};

/* keccak256(before || keccak256(raw)); the link before message 0 is zero. */
struct hash32 message_link(const struct hash32 *before, struct bytes raw);

/* Sets `*m` from raw bytes (a view is kept).  Total: what can't be read is
 * MESSAGE_MALFORMED. */
void message_decode(struct message *m, uint64_t index, const struct hash32 *link, struct bytes raw);

/* Gas that the message takes of a block's bound: a deposit's gas limit, at most
 * config->gas_limit; ATTRIBUTES_GAS_LIMIT; 0 for a malformed one. */
uint64_t message_gas(const struct chain_config *config, const struct message *m);

/* The 0x7E transaction that the message executes as; pointers into `a` and
 * m->raw.  Its source hash is keccak256(domain || keccak256(link || index)),
 * all 32 bytes, domain 0 for deposits and 1 for attributes: the OP Stack's
 * form, with the queue's link and index in place of L1 block hash and log
 * index, which no L1 contract can know.  Attributes call L1Block
 * setL1Attributes(...) from 0xDeaD...0001.  False for a malformed message. */
bool message_transaction(struct arena *a, const struct chain_config *config,
			 const struct message *m, struct transaction *tx);

#endif
