/* rpc_chain: what the chain is, its blocks, transactions and receipts. */
#include <inttypes.h>
#include <stdio.h>

#include "crypto/keccak.h"
#include "eth/rlp.h"
#include "net/json_values.h"
#include "sequencer/rpc.h"
#include "sequencer/rpc_format.h"
#include "sequencer/rpc_view.h"

/* ---- what this is ---- */

static struct rpc_answered *chain_id(struct rpc_call *call)
{
	return rpc_reply_u64(call, rpc_service_of(call)->sequencer->config.chain.chain_id);
}

static struct rpc_answered *net_version(struct rpc_call *call)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64,
		 rpc_service_of(call)->sequencer->config.chain.chain_id);
	return rpc_reply(call, json_string(text));
}

static struct rpc_answered *net_listening(struct rpc_call *call)
{
	return rpc_reply(call, json_true());
}

static struct rpc_answered *zero(struct rpc_call *call)
{
	return rpc_reply_u64(call, 0);
}

static struct rpc_answered *client_version(struct rpc_call *call)
{
	return rpc_reply(call, json_string(RPC_CLIENT_VERSION));
}

static struct rpc_answered *sha3(struct rpc_call *call)
{
	struct hash32 hash;
	struct bytes data;

	if (!rpc_param_bytes(call, 0, &data))
		return rpc_fail_params(call);
	hash = keccak256(data);
	return rpc_reply_hash(call, &hash);
}

/* The sequencer makes the chain: it is never behind it. */
static struct rpc_answered *syncing(struct rpc_call *call)
{
	return rpc_reply(call, json_false());
}

static struct rpc_answered *accounts(struct rpc_call *call)
{
	return rpc_reply(call, json_array());
}

static struct rpc_answered *block_number_in_view(struct rpc_call *call, struct rpc_view *view)
{
	return rpc_reply_u64(call, chain_reader_heads(view->chain).latest);
}
RPC_VIEW_HANDLER(block_number)

/* ---- blocks ---- */

/* A method's first parameter as the block that it means: by number or tag, or
 * by a hash alone. */
static bool block_param(struct rpc_call *call, struct block_id *id, bool by_hash)
{
	if (!by_hash)
		return rpc_param_block_number(call, 0, id);
	*id = (struct block_id){ .tag = BLOCK_TAG_HASH };
	return rpc_param_hash(call, 0, &id->hash);
}

static struct rpc_answered *get_block(struct rpc_call *call, struct rpc_view *view, bool by_hash)
{
	struct stored_block block;
	struct block_id id;
	bool full;

	if (!block_param(call, &id, by_hash) || !rpc_param_bool(call, 1, &full))
		return rpc_fail_params(call);
	if (!rpc_view_block(view, &id, true, &block))
		return rpc_reply_null(call);
	return rpc_reply(call, rpc_format_block(&block, full));
}

static struct rpc_answered *block_by_number_in_view(struct rpc_call *call, struct rpc_view *view)
{
	return get_block(call, view, false);
}
RPC_VIEW_HANDLER(block_by_number)

static struct rpc_answered *block_by_hash_in_view(struct rpc_call *call, struct rpc_view *view)
{
	return get_block(call, view, true);
}
RPC_VIEW_HANDLER(block_by_hash)

static struct rpc_answered *get_header(struct rpc_call *call, struct rpc_view *view, bool by_hash)
{
	struct stored_block block;
	struct block_id id;

	if (!block_param(call, &id, by_hash))
		return rpc_fail_params(call);
	if (!rpc_view_block(view, &id, false, &block))
		return rpc_reply_null(call);
	return rpc_reply(call, rpc_format_header(&block));
}

static struct rpc_answered *header_by_number_in_view(struct rpc_call *call, struct rpc_view *view)
{
	return get_header(call, view, false);
}
RPC_VIEW_HANDLER(header_by_number)

static struct rpc_answered *header_by_hash_in_view(struct rpc_call *call, struct rpc_view *view)
{
	return get_header(call, view, true);
}
RPC_VIEW_HANDLER(header_by_hash)

static struct rpc_answered *count_transactions(struct rpc_call *call, struct rpc_view *view,
					       bool by_hash)
{
	struct stored_block block;
	struct block_id id;

	if (!block_param(call, &id, by_hash))
		return rpc_fail_params(call);
	if (!rpc_view_block(view, &id, false, &block))
		return rpc_reply_null(call);
	return rpc_reply_u64(call, block.transaction_count);
}

static struct rpc_answered *transaction_count_by_number_in_view(struct rpc_call *call,
								struct rpc_view *view)
{
	return count_transactions(call, view, false);
}
RPC_VIEW_HANDLER(transaction_count_by_number)

static struct rpc_answered *transaction_count_by_hash_in_view(struct rpc_call *call,
							      struct rpc_view *view)
{
	return count_transactions(call, view, true);
}
RPC_VIEW_HANDLER(transaction_count_by_hash)

/* There are no uncles: 0 of each block that exists. */
static struct rpc_answered *count_uncles(struct rpc_call *call, struct rpc_view *view, bool by_hash)
{
	struct block_id id;
	uint64_t number;

	if (!block_param(call, &id, by_hash))
		return rpc_fail_params(call);
	return rpc_view_number(view, &id, &number) ? rpc_reply_u64(call, 0) : rpc_reply_null(call);
}

static struct rpc_answered *uncle_count_by_number_in_view(struct rpc_call *call,
							  struct rpc_view *view)
{
	return count_uncles(call, view, false);
}
RPC_VIEW_HANDLER(uncle_count_by_number)

static struct rpc_answered *uncle_count_by_hash_in_view(struct rpc_call *call,
							struct rpc_view *view)
{
	return count_uncles(call, view, true);
}
RPC_VIEW_HANDLER(uncle_count_by_hash)

static struct rpc_answered *uncle(struct rpc_call *call)
{
	return rpc_reply_null(call);
}

/* ---- transactions ---- */

/* OP Stack libraries compute a deposit's L2 hash from its L1 log; ours is
 * another, because the source hash has the queue's link and index (message.h).
 * Gives ours for theirs.  False: `hash` is no such alias. */
static bool resolve_deposit(struct rpc_view *view, const struct hash32 *alias, struct hash32 *hash)
{
	struct message message;
	struct transaction tx;
	struct hash32 link;
	struct bytes raw;
	uint64_t index;

	if (!inbox_find_deposit(view->inbox, alias, &index) ||
	    !inbox_message(view->inbox, view->arena, index, &raw, &link))
		return false;
	message_decode(&message, index, &link, raw);
	if (!message_transaction(view->arena, &view->sequencer->config.chain, &message, &tx))
		return false;
	*hash = tx.hash;
	return true;
}

/* Block and place of a transaction, by its hash or a deposit's alias. */
static bool find_transaction(struct rpc_view *view, const struct hash32 *hash,
			     struct stored_block *block, size_t *index)
{
	struct hash32 real;
	uint64_t number;

	if (!chain_reader_find_transaction(view->chain, hash, &number, index) &&
	    !(resolve_deposit(view, hash, &real) &&
	      chain_reader_find_transaction(view->chain, &real, &number, index)))
		return false;
	return chain_reader_block(view->chain, view->arena, number, true, block);
}

static struct rpc_answered *mined_transaction(struct rpc_call *call, struct rpc_view *view)
{
	struct stored_block block;
	struct hash32 hash;
	size_t index;

	if (!rpc_param_hash(call, 0, &hash))
		return rpc_fail_params(call);
	if (!find_transaction(view, &hash, &block, &index))
		return rpc_reply_null(call);
	return rpc_reply(call, rpc_format_transaction(&block, index));
}

/* The pool first: what leaves it is in the chain by then, so that between the
 * two no transaction goes missing. */
static struct rpc_answered *transaction_by_hash(struct rpc_call *call)
{
	struct pool *pool = rpc_service_of(call)->sequencer->pool;
	struct pool_transaction *waiting;
	struct hash32 hash;
	json_t *json;

	if (!rpc_param_hash(call, 0, &hash))
		return rpc_fail_params(call);
	waiting = pool_find(pool, &hash);
	if (!waiting)
		return rpc_with_view(call, mined_transaction);
	json = rpc_format_pending(&waiting->tx);
	pool_release(pool, waiting);
	return rpc_reply(call, json);
}

static struct rpc_answered *transaction_at(struct rpc_call *call, struct rpc_view *view,
					   bool by_hash)
{
	struct stored_block block;
	struct block_id id;
	uint64_t index;

	if (!block_param(call, &id, by_hash) || !rpc_param_u64(call, 1, &index))
		return rpc_fail_params(call);
	if (!rpc_view_block(view, &id, true, &block) || index >= block.transaction_count)
		return rpc_reply_null(call);
	return rpc_reply(call, rpc_format_transaction(&block, (size_t)index));
}

static struct rpc_answered *transaction_by_block_number_in_view(struct rpc_call *call,
								struct rpc_view *view)
{
	return transaction_at(call, view, false);
}
RPC_VIEW_HANDLER(transaction_by_block_number)

static struct rpc_answered *transaction_by_block_hash_in_view(struct rpc_call *call,
							      struct rpc_view *view)
{
	return transaction_at(call, view, true);
}
RPC_VIEW_HANDLER(transaction_by_block_hash)

static struct rpc_answered *receipt_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct stored_block block;
	struct hash32 hash;
	size_t index;

	if (!rpc_param_hash(call, 0, &hash))
		return rpc_fail_params(call);
	if (!find_transaction(view, &hash, &block, &index))
		return rpc_reply_null(call);
	return rpc_reply(call,
			 rpc_format_receipt(&block, index, rpc_format_first_log(&block, index)));
}
RPC_VIEW_HANDLER(receipt)

static struct rpc_answered *block_receipts_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct stored_block block;
	struct block_id id;
	size_t first_log = 0;
	json_t *json;

	if (!rpc_param_block(call, 0, &id))
		return rpc_fail_params(call);
	if (!rpc_view_block(view, &id, true, &block))
		return rpc_reply_null(call);
	json = json_array();
	for (size_t i = 0; i < block.transaction_count; i++) {
		json_array_append_new(json, rpc_format_receipt(&block, i, first_log));
		first_log += block.transactions[i].receipt.log_count;
	}
	return rpc_reply(call, json);
}
RPC_VIEW_HANDLER(block_receipts)

/* ---- as encoded ---- */

/* geth answers "0x" for a transaction that it does not know. */
static struct rpc_answered *raw_transaction_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct stored_block block;
	struct hash32 hash;
	size_t index;

	if (!rpc_param_hash(call, 0, &hash))
		return rpc_fail_params(call);
	if (!find_transaction(view, &hash, &block, &index))
		return rpc_reply(call, json_string("0x"));
	return rpc_reply(call, json_of_bytes(block.transactions[index].raw));
}
RPC_VIEW_HANDLER(raw_transaction)

static struct rpc_answered *raw_header_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct stored_block block;
	struct block_id id;

	if (!rpc_param_block(call, 0, &id))
		return rpc_fail_params(call);
	if (!rpc_view_block(view, &id, false, &block))
		return rpc_fail_no_block(call, &id);
	return rpc_reply(call, json_of_bytes(header_encode(view->arena, &block.header)));
}
RPC_VIEW_HANDLER(raw_header)

/* Legacy transactions are lists in the block's list, typed ones strings. */
static void write_transaction(struct rlp_writer *w, const struct block_transaction *transaction)
{
	if (transaction->tx.type == TX_LEGACY)
		rlp_write_raw(w, transaction->raw);
	else
		rlp_write_string(w, transaction->raw);
}

static struct rpc_answered *raw_block_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct stored_block block;
	struct rlp_writer w;
	struct block_id id;
	struct bytes header;
	size_t whole, list;

	if (!rpc_param_block(call, 0, &id))
		return rpc_fail_params(call);
	if (!rpc_view_block(view, &id, true, &block))
		return rpc_fail_no_block(call, &id);
	header = header_encode(view->arena, &block.header);
	rlp_writer_init(&w, view->arena);
	whole = rlp_begin_list(&w);
	rlp_write_raw(&w, header);
	list = rlp_begin_list(&w);
	for (size_t i = 0; i < block.transaction_count; i++)
		write_transaction(&w, &block.transactions[i]);
	rlp_end_list(&w, list);
	rlp_end_list(&w, rlp_begin_list(&w)); /* uncles */
	rlp_end_list(&w, rlp_begin_list(&w)); /* withdrawals */
	rlp_end_list(&w, whole);
	return rpc_reply(call, json_of_bytes(rlp_written(&w)));
}
RPC_VIEW_HANDLER(raw_block)

static struct rpc_answered *raw_receipts_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct stored_block block;
	struct block_id id;
	json_t *json;

	if (!rpc_param_block(call, 0, &id))
		return rpc_fail_params(call);
	if (!rpc_view_block(view, &id, true, &block))
		return rpc_fail_no_block(call, &id);
	json = json_array();
	for (size_t i = 0; i < block.transaction_count; i++)
		json_array_append_new(json, json_of_bytes(receipt_encode(
						view->arena, &block.transactions[i].receipt)));
	return rpc_reply(call, json);
}
RPC_VIEW_HANDLER(raw_receipts)

static const struct rpc_method methods[] = {
	{ "eth_chainId", chain_id, RPC_INLINE, 0 },
	{ "net_version", net_version, RPC_INLINE, 0 },
	{ "net_listening", net_listening, RPC_INLINE, 0 },
	{ "net_peerCount", zero, RPC_INLINE, 0 },
	{ "web3_clientVersion", client_version, RPC_INLINE, 0 },
	{ "web3_sha3", sha3, RPC_POOLED, 1 },
	{ "eth_syncing", syncing, RPC_INLINE, 0 },
	{ "eth_accounts", accounts, RPC_INLINE, 0 },
	{ "eth_blockNumber", block_number, RPC_INLINE, 0 },
	{ "eth_getBlockByNumber", block_by_number, RPC_POOLED, 2 },
	{ "eth_getBlockByHash", block_by_hash, RPC_POOLED, 2 },
	{ "eth_getHeaderByNumber", header_by_number, RPC_POOLED, 1 },
	{ "eth_getHeaderByHash", header_by_hash, RPC_POOLED, 1 },
	{ "eth_getBlockTransactionCountByNumber", transaction_count_by_number, RPC_POOLED, 1 },
	{ "eth_getBlockTransactionCountByHash", transaction_count_by_hash, RPC_POOLED, 1 },
	{ "eth_getUncleCountByBlockNumber", uncle_count_by_number, RPC_POOLED, 1 },
	{ "eth_getUncleCountByBlockHash", uncle_count_by_hash, RPC_POOLED, 1 },
	{ "eth_getUncleByBlockNumberAndIndex", uncle, RPC_INLINE, 2 },
	{ "eth_getUncleByBlockHashAndIndex", uncle, RPC_INLINE, 2 },
	{ "eth_getTransactionByHash", transaction_by_hash, RPC_POOLED, 1 },
	{ "eth_getTransactionByBlockNumberAndIndex", transaction_by_block_number, RPC_POOLED, 2 },
	{ "eth_getTransactionByBlockHashAndIndex", transaction_by_block_hash, RPC_POOLED, 2 },
	{ "eth_getRawTransactionByHash", raw_transaction, RPC_POOLED, 1 },
	{ "eth_getTransactionReceipt", receipt, RPC_POOLED, 1 },
	{ "eth_getBlockReceipts", block_receipts, RPC_POOLED, 1 },
	{ "debug_getRawTransaction", raw_transaction, RPC_POOLED, 1 },
	{ "debug_getRawHeader", raw_header, RPC_POOLED, 1 },
	{ "debug_getRawBlock", raw_block, RPC_POOLED, 1 },
	{ "debug_getRawReceipts", raw_receipts, RPC_POOLED, 1 },
};

const struct rpc_group rpc_chain_methods = { methods, sizeof(methods) / sizeof(methods[0]) };
