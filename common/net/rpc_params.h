/* rpc_params: a handler's parameters, read and refused in geth's words.
 *
 * Each reader returns true and sets its output, or returns false with the
 * reason noted in the call; the handler then returns rpc_fail_params(call):
 *
 *   if (!rpc_param_address(call, 0, &address) || !rpc_param_block(call, 1, &block))
 *           return rpc_fail_params(call);
 *
 * which answers -32602, "missing value for required argument 0" or "invalid
 * argument 0: hex string has length 38, want 40 for address". */
#ifndef GAVEL_NET_RPC_PARAMS_H
#define GAVEL_NET_RPC_PARAMS_H

#include "base/arena.h"
#include "eth/u256.h"
#include "net/json_values.h"
#include "net/jsonrpc_server.h"

enum block_tag {
	BLOCK_TAG_NUMBER,
	BLOCK_TAG_HASH,
	BLOCK_TAG_LATEST,
	BLOCK_TAG_PENDING,
	BLOCK_TAG_SAFE,
	BLOCK_TAG_FINALIZED,
	BLOCK_TAG_EARLIEST,
};

struct block_id {
	enum block_tag tag;
	uint64_t number;        /* BLOCK_TAG_NUMBER */
	struct hash32 hash;     /* BLOCK_TAG_HASH */
	bool require_canonical; /* EIP-1898 */
};

bool rpc_param_address(struct rpc_call *call, size_t index, struct address *out);
bool rpc_param_hash(struct rpc_call *call, size_t index, struct hash32 *out);
bool rpc_param_u64(struct rpc_call *call, size_t index, uint64_t *out);
bool rpc_param_u256(struct rpc_call *call, size_t index, struct u256 *out);
bool rpc_param_bool(struct rpc_call *call, size_t index, bool *out); /* absent: false */
/* The bytes are from malloc() and belong to the call: they live until it is answered. */
bool rpc_param_bytes(struct rpc_call *call, size_t index, struct bytes *out);
/* A tag, a quantity, or EIP-1898's {"blockHash"} / {"blockNumber"}. */
bool rpc_param_block(struct rpc_call *call, size_t index, struct block_id *out);
/* A tag or a quantity, where geth takes no hash (rpc.BlockNumber). */
bool rpc_param_block_number(struct rpc_call *call, size_t index, struct block_id *out);
/* As rpc_param_block(); absent means "latest". */
bool rpc_param_block_or_latest(struct rpc_call *call, size_t index, struct block_id *out);
/* A storage slot: up to 64 digits, as geth's decodeStorageKey. */
bool rpc_param_storage_key(struct rpc_call *call, size_t index, struct hash32 *out);
/* An array (else false); borrowed. */
bool rpc_param_array(struct rpc_call *call, size_t index, const json_t **out);
bool rpc_param_object(struct rpc_call *call, size_t index, const json_t **out);

/* For members of objects, with the same words: `member` of the object that is
 * parameter `index`.  An absent or null member: `*present` false, and true is
 * returned. */
bool rpc_member_address(struct rpc_call *call, size_t index, const char *member,
			struct address *out, bool *present);
bool rpc_member_hash(struct rpc_call *call, size_t index, const char *member, struct hash32 *out,
		     bool *present);
bool rpc_member_u64(struct rpc_call *call, size_t index, const char *member, uint64_t *out,
		    bool *present);
bool rpc_member_u256(struct rpc_call *call, size_t index, const char *member, struct u256 *out,
		     bool *present);
bool rpc_member_bytes(struct rpc_call *call, size_t index, const char *member, struct bytes *out,
		      bool *present);
bool rpc_member_block_number(struct rpc_call *call, size_t index, const char *member,
			     struct block_id *out, bool *present);

/* For rules of the handler's own: notes "invalid argument <index>: <text>" and
 * returns false. */
bool rpc_param_refuse(struct rpc_call *call, size_t index, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Memory of the call, freed when it is answered. */
void *rpc_alloc(struct rpc_call *call, size_t size);

/* -32602 with the reason noted last. */
struct rpc_answered *rpc_fail_params(struct rpc_call *call);

#endif
