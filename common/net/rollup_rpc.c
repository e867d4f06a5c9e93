/* Numbers are JSON integers here, as op-node's eth.L1BlockRef, eth.L2BlockRef
 * and eth.SyncStatus have them. */
#include "net/rollup_rpc.h"

#include <inttypes.h>
#include <string.h>

#include "net/json_values.h"
#include "net/rpc_params.h"

/* ---- L1 origin ---- */

/* Index of the newest attributes message below `queue_next`.  False: there is
 * none (or L1 has taken back what the chain has not yet). */
static bool find_attributes(const struct rollup_view *view, uint64_t queue_next, uint64_t *index,
			    struct l1_attributes *attributes)
{
	for (uint64_t i = queue_next; i-- > 0;) {
		struct arena_mark mark = arena_mark(view->arena);
		struct hash32 link;
		struct bytes raw;
		struct message message;
		bool found = inbox_message(view->inbox, view->arena, i, &raw, &link);

		if (found)
			message_decode(&message, i, &link, raw);
		arena_reset(view->arena, mark);
		if (!found)
			return false;
		if (message.kind == MESSAGE_ATTRIBUTES) {
			*index = i;
			*attributes = message.attributes;
			return true;
		}
	}
	return false;
}

/* How much of the queue is consumed after block `number`. */
static uint64_t queue_next_at(const struct rollup_view *view, uint64_t number)
{
	struct arena_mark mark = arena_mark(view->arena);
	struct stored_block block;
	struct position position;
	uint64_t next = 0;

	if (chain_reader_block(view->chain, view->arena, number, false, &block) &&
	    position_decode(&position, &block.header))
		next = position.queue_next;
	arena_reset(view->arena, mark);
	return next;
}

/* The first block that has consumed message `index`; `high` has. */
static uint64_t first_block_with(const struct rollup_view *view, uint64_t index, uint64_t high)
{
	uint64_t low = 0;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (queue_next_at(view, middle) > index)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

struct rollup_l1_origin rollup_l1_origin_of(const struct rollup_view *view,
					    const struct header *header)
{
	struct rollup_l1_origin origin = { view->config->l1_start_block,
					   view->config->l1_start_hash, header->number };
	struct l1_attributes attributes;
	struct position position;
	uint64_t index;

	if (!position_decode(&position, header) ||
	    !find_attributes(view, position.queue_next, &index, &attributes) ||
	    attributes.number == 0)
		return origin;
	origin.number = attributes.number - 1;
	origin.hash = attributes.parent_hash;
	origin.sequence_number = header->number - first_block_with(view, index, header->number);
	return origin;
}

/* ---- references ---- */

static void set(json_t *object, const char *name, json_t *value)
{
	json_object_set_new_nocheck(object, name, value);
}

static void set_number(json_t *object, const char *name, uint64_t value)
{
	set(object, name, json_integer((json_int_t)value));
}

static json_t *l1_reference(const struct inbox_l1_block *block)
{
	json_t *json = json_object();

	set(json, "hash", json_of_hash(&block->hash));
	set_number(json, "number", block->number);
	set(json, "parentHash", json_of_hash(&block->parent_hash));
	set_number(json, "timestamp", block->timestamp);
	return json;
}

static json_t *l2_reference(const struct rollup_view *view, const struct stored_block *block)
{
	struct rollup_l1_origin origin = rollup_l1_origin_of(view, &block->header);
	json_t *json = json_object(), *l1 = json_object();

	set(l1, "hash", json_of_hash(&origin.hash));
	set_number(l1, "number", origin.number);
	set(json, "hash", json_of_hash(&block->hash));
	set_number(json, "number", block->header.number);
	set(json, "parentHash", json_of_hash(&block->header.parent_hash));
	set_number(json, "timestamp", block->header.timestamp);
	set(json, "l1origin", l1);
	set_number(json, "sequenceNumber", origin.sequence_number);
	return json;
}

static json_t *l2_reference_at(const struct rollup_view *view, uint64_t number)
{
	struct stored_block block;

	if (!chain_reader_block(view->chain, view->arena, number, false, &block))
		return json_null();
	return l2_reference(view, &block);
}

/* A block that is remembered, or its number alone. */
static json_t *l1_reference_at(const struct rollup_view *view, uint64_t number)
{
	struct inbox_l1_block block = { .number = number };

	if (!inbox_l1_block(view->inbox, number, &block))
		block = (struct inbox_l1_block){ .number = number };
	return l1_reference(&block);
}

/* ---- answers ---- */

json_t *rollup_sync_status(const struct rollup_view *view)
{
	struct chain_heads heads = chain_reader_heads(view->chain);
	uint64_t finalized = inbox_l1_finalized(view->inbox);
	struct inbox_l1_block head = { 0 };
	json_t *json = json_object();

	(void)inbox_l1_head(view->inbox, &head);
	set(json, "current_l1", l1_reference(&head));
	set(json, "current_l1_finalized", l1_reference_at(view, finalized));
	set(json, "head_l1", l1_reference(&head));
	/* L1's own "safe" is not followed: finality is what we act on. */
	set(json, "safe_l1", l1_reference_at(view, finalized));
	set(json, "finalized_l1", l1_reference_at(view, finalized));
	set(json, "unsafe_l2", l2_reference_at(view, heads.latest));
	set(json, "safe_l2", l2_reference_at(view, heads.safe));
	set(json, "finalized_l2", l2_reference_at(view, heads.finalized));
	set(json, "pending_safe_l2", l2_reference_at(view, heads.safe));
	set(json, "cross_unsafe_l2", l2_reference_at(view, heads.latest));
	set(json, "local_safe_l2", l2_reference_at(view, heads.safe));
	return json;
}

json_t *rollup_output_at_block(const struct rollup_view *view, uint64_t number)
{
	static const struct hash32 version_0;
	struct stored_block block;
	json_t *json;

	if (!chain_reader_block(view->chain, view->arena, number, false, &block))
		return NULL;
	json = json_object();
	set(json, "version", json_of_hash(&version_0));
	set(json, "outputRoot", json_of_hash(&block.output_root));
	set(json, "blockRef", l2_reference(view, &block));
	set(json, "withdrawalStorageRoot", json_of_hash(&block.message_passer_storage_root));
	set(json, "stateRoot", json_of_hash(&block.header.state_root));
	set(json, "syncStatus", rollup_sync_status(view));
	return json;
}

struct rpc_answered *rollup_rpc_output_at_block(struct rpc_call *call,
						const struct rollup_view *view)
{
	uint64_t number;
	json_t *json;

	if (!rpc_param_u64(call, 0, &number))
		return rpc_fail_params(call);
	json = rollup_output_at_block(view, number);
	if (!json)
		return rpc_fail_format(call, RPC_SERVER_ERROR, "block %" PRIu64 " not found",
				       number);
	return rpc_reply(call, json);
}

struct rpc_answered *rollup_rpc_sync_status(struct rpc_call *call, const struct rollup_view *view)
{
	return rpc_reply(call, rollup_sync_status(view));
}
