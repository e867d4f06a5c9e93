/* l1_client: a typed JSON-RPC client of an L1 node.
 *
 * Reads are idempotent and repeated on 429, 5xx, timeouts, refused connections
 * and half answers, with exponential back-off and jitter, until the budget is
 * used up (L1_UNAVAILABLE); Retry-After is honoured within the budget.
 * Sending is never repeated here: l1_transactions.h knows how.
 *
 * A client belongs to one thread; make as many as there are threads.  After
 * any result but L1_OK and L1_ABSENT, l1_error() says more.  What is returned
 * lies in the arena that is passed in; outputs are defined on L1_OK only. */
#ifndef GAVEL_NET_L1_CLIENT_H
#define GAVEL_NET_L1_CLIENT_H

#include <stdatomic.h>

#include "net/http_client.h"
#include "net/l1_answer.h"

struct l1_client;

struct l1_client_config {
	struct http_client_config http; /* url, timeouts, stop */
	/* 0 takes the default of each. */
	unsigned retry_budget_ms; /* for one call, all attempts together; default 20000 */
	unsigned first_wait_ms;   /* before the second attempt, then doubled; default 100 */
	unsigned longest_wait_ms; /* default 5000 */
	unsigned batch_limit;     /* calls per JSON-RPC array; 1: no arrays; default 50 */
	/* Before a call is repeated for the first time; l1_error() says why.  May be NULL. */
	void (*repeats)(void *context);
	void *repeats_context;
};

/* NULL: not a usable URL.  Nothing is sent yet. */
struct l1_client *l1_client_new(const struct l1_client_config *config);
void l1_client_free(struct l1_client *client);

/* "https://host:port". */
const char *l1_client_name(const struct l1_client *client);

/* About the last call that failed; valid until the next call. */
const struct l1_node_error *l1_error(const struct l1_client *client);

/* Which block to look at. */
enum l1_block_tag {
	L1_BLOCK_NUMBER,
	L1_BLOCK_LATEST,
	L1_BLOCK_SAFE,
	L1_BLOCK_FINALIZED,
	L1_BLOCK_PENDING,
	L1_BLOCK_HASH, /* EIP-1898: canonical required */
};

struct l1_block_id {
	enum l1_block_tag tag;
	uint64_t number;
	struct hash32 hash;
};

#define L1_LATEST    ((struct l1_block_id){ .tag = L1_BLOCK_LATEST })
#define L1_SAFE      ((struct l1_block_id){ .tag = L1_BLOCK_SAFE })
#define L1_FINALIZED ((struct l1_block_id){ .tag = L1_BLOCK_FINALIZED })
#define L1_PENDING   ((struct l1_block_id){ .tag = L1_BLOCK_PENDING })

static inline struct l1_block_id l1_at_number(uint64_t number)
{
	return (struct l1_block_id){ .tag = L1_BLOCK_NUMBER, .number = number };
}

static inline struct l1_block_id l1_at_hash(struct hash32 hash)
{
	return (struct l1_block_id){ .tag = L1_BLOCK_HASH, .hash = hash };
}

enum l1_err l1_chain_id(struct l1_client *client, uint64_t *out);
enum l1_err l1_block_number(struct l1_client *client, uint64_t *out);

/* By hash: the block need not be canonical.  The answer is of the number or
 * hash asked for. */
enum l1_err l1_block(struct l1_client *client, struct l1_block *out, struct l1_block_id id);
/* `count` blocks from number `first`, in JSON-RPC arrays; each is the child of
 * the one before, else L1_BAD_ANSWER (a reorg meanwhile: ask again).  Ends at
 * the first absent one: `*got` says how many are there. */
enum l1_err l1_blocks(struct l1_client *client, struct l1_block *out, size_t *got, uint64_t first,
		      size_t count);

/* Which logs.  Every log of the answer fits the filter, and they are in order.
 * L1_ABSENT: the node does not have the block, or the last of them, yet.
 * L1_NODE_ERROR also where the answer is too large: ask for fewer. */
struct l1_log_filter {
	bool by_hash;
	struct hash32 block_hash;        /* by_hash */
	uint64_t from, to;               /* else: block numbers, both inclusive */
	const struct address *addresses; /* none: any */
	size_t address_count;
	const struct hash32 *topic0; /* any of these; none: any */
	size_t topic0_count;
};

enum l1_err l1_logs(struct l1_client *client, struct arena *a, const struct l1_log **out,
		    size_t *count, const struct l1_log_filter *filter);

enum l1_err l1_transaction(struct l1_client *client, struct arena *a, struct l1_transaction *out,
			   const struct hash32 *hash);
/* Several, in JSON-RPC arrays: L1_ABSENT if any is absent.  out[i] is hashes[i]. */
enum l1_err l1_transactions_by_hash(struct l1_client *client, struct arena *a,
				    struct l1_transaction *out, const struct hash32 *hashes,
				    size_t count);
enum l1_err l1_receipt(struct l1_client *client, struct arena *a, struct l1_receipt *out,
		       const struct hash32 *hash);

enum l1_err l1_nonce(struct l1_client *client, uint64_t *out, const struct address *address,
		     struct l1_block_id at);
enum l1_err l1_balance(struct l1_client *client, struct u256 *out, const struct address *address,
		       struct l1_block_id at);
enum l1_err l1_code(struct l1_client *client, struct arena *a, struct bytes *out,
		    const struct address *address, struct l1_block_id at);
enum l1_err l1_storage(struct l1_client *client, struct hash32 *out, const struct address *address,
		       const struct hash32 *slot, struct l1_block_id at);

struct l1_message {
	bool has_from;
	struct address from;
	bool is_creation; /* no `to` */
	struct address to;
	struct u256 value;
	struct bytes data;
	uint64_t gas_limit; /* 0: the node's own */
};

/* eth_call.  A revert is L1_NODE_ERROR with its data in l1_error(). */
enum l1_err l1_call(struct l1_client *client, struct arena *a, struct bytes *out,
		    const struct l1_message *message, struct l1_block_id at);
enum l1_err l1_estimate_gas(struct l1_client *client, uint64_t *out,
			    const struct l1_message *message);

/* What to pay, in wei per gas. */
struct l1_fees {
	struct u256 next_base_fee; /* of the block after latest */
	struct u256 priority_fee;  /* what the node suggests */
	struct u256 blob_base_fee; /* 0 when the node does not say */
};

enum l1_err l1_fees(struct l1_client *client, struct l1_fees *out);

/* One attempt, no retry.  `*hash` is set on ACCEPTED only.  Details in
 * l1_error(); L1_SEND_UNKNOWN for anything but a clear answer, and then
 * `retry_after_ms` (may be NULL) says what a 429 asked for. */
enum l1_send l1_send_raw(struct l1_client *client, struct hash32 *hash, struct bytes raw,
			 unsigned *retry_after_ms);

/* Anything else: `params` is taken over; `*result` is a new reference.  A
 * result of null is L1_ABSENT.  Repeated as reads are. */
enum l1_err l1_request(struct l1_client *client, json_t **result, const char *method,
		       json_t *params);

#endif
