/* l1_answer: what an L1 node says, checked.  Text in, C structures out; no
 * sockets, so that it can be tested and fuzzed on plain bytes.
 *
 * Nodes are not trusted to be well-behaved: every field that is used is there,
 * has its type and range, and belongs to what was asked. */
#ifndef GAVEL_NET_L1_ANSWER_H
#define GAVEL_NET_L1_ANSWER_H

#include <jansson.h>

#include "base/arena.h"
#include "eth/u256.h"

enum l1_err {
	L1_OK,
	L1_ABSENT,      /* the node says null: it has no such thing (now) */
	L1_UNAVAILABLE, /* no usable answer within the retry budget: try later */
	L1_BAD_ANSWER,  /* it answered, and it was nonsense */
	L1_NODE_ERROR,  /* it answered with an error of its own: see the text and code */
	L1_STOPPED,     /* the stop flag was set meanwhile */
};

struct l1_block {
	uint64_t number;
	struct hash32 hash;
	struct hash32 parent_hash;
	struct hash32 state_root;
	struct hash32 prev_randao; /* mixHash */
	struct address coinbase;
	uint64_t timestamp; /* seconds */
	uint64_t gas_limit;
	uint64_t gas_used;
	struct u256 base_fee;     /* wei */
	uint64_t excess_blob_gas; /* 0 when the node does not give it */
};

#define L1_LOG_TOPICS 4

struct l1_log {
	struct address address;
	struct hash32 topics[L1_LOG_TOPICS];
	size_t topic_count;
	struct bytes data;
	uint64_t block_number;
	struct hash32 block_hash;
	struct hash32 transaction_hash;
	uint64_t log_index; /* in the block */
};

struct l1_transaction {
	struct hash32 hash;
	struct address from;
	bool is_creation; /* no `to` */
	struct address to;
	uint64_t nonce;
	struct u256 value;
	struct bytes input;
	bool is_mined; /* else block_hash and block_number are zero */
	struct hash32 block_hash;
	uint64_t block_number;
};

struct l1_receipt {
	struct hash32 transaction_hash;
	struct hash32 block_hash;
	uint64_t block_number;
	bool success;
	uint64_t gas_used;
	struct u256 effective_gas_price; /* wei */
	bool has_contract_address;
	struct address contract_address;
	const struct l1_log *logs; /* in the order of the receipt */
	size_t log_count;
};

/* Of a node's error object. */
#define L1_ERROR_TEXT_SIZE 256
struct l1_node_error {
	int64_t code;
	char message[L1_ERROR_TEXT_SIZE]; /* cut; control characters replaced */
	struct bytes data;                /* of a revert; empty if none */
};

/* What became of eth_sendRawTransaction; the words of geth, reth, nethermind,
 * erigon, besu and anvil mean the same thing each. */
enum l1_send {
	L1_SEND_ACCEPTED,
	L1_SEND_ALREADY_KNOWN,
	L1_SEND_NONCE_TOO_LOW,       /* some transaction with this nonce is mined */
	L1_SEND_NONCE_TOO_HIGH,      /* the node does not queue gaps */
	L1_SEND_UNDERPRICED,         /* below what the pool takes at all */
	L1_SEND_REPLACE_UNDERPRICED, /* another with this nonce pays too much */
	L1_SEND_FEE_TOO_LOW,         /* max fee below the block's base fee */
	L1_SEND_INSUFFICIENT_FUNDS,
	L1_SEND_GAS_LIMIT, /* intrinsic gas too low, above the block or the EIP-7825 cap */
	L1_SEND_POOL_FULL,
	L1_SEND_REFUSED, /* anything else: see the text */
	L1_SEND_UNKNOWN, /* no answer: it may or may not have arrived */
};

enum l1_send l1_send_classify(int64_t code, const char *message);
const char *l1_send_text(enum l1_send send);
const char *l1_err_text(enum l1_err err);

/* `text` as the answer to request `id`: L1_OK with `*result` a new reference
 * (JSON null included), L1_NODE_ERROR with `*error` filled (its data lies in
 * `a`), or L1_BAD_ANSWER with `error->message` saying what is wrong. */
enum l1_err l1_answer_parse(struct arena *a, json_t **result, struct l1_node_error *error,
			    struct bytes text, uint64_t id);

/* `text` as the answer to a batch with the ids first_id ... first_id + count - 1,
 * in any order, each exactly once: fills results[] and errs[] (L1_OK or
 * L1_NODE_ERROR; results[i] is a new reference or NULL).  L1_BAD_ANSWER: no
 * such array; nothing to release.  L1_NODE_ERROR: one error for all. */
enum l1_err l1_answer_parse_batch(struct arena *a, json_t **results, enum l1_err *errs,
				  struct l1_node_error *error, struct bytes text, uint64_t first_id,
				  size_t count);

/* A `result` as a checked structure.  L1_OK, L1_ABSENT (JSON null) or
 * L1_BAD_ANSWER; the output is defined on L1_OK only. */
enum l1_err l1_answer_block(struct l1_block *out, const json_t *result);
enum l1_err l1_answer_logs(struct arena *a, const struct l1_log **out, size_t *count,
			   const json_t *result);
enum l1_err l1_answer_transaction(struct arena *a, struct l1_transaction *out,
				  const json_t *result);
enum l1_err l1_answer_receipt(struct arena *a, struct l1_receipt *out, const json_t *result);

#endif
