/* rpc_logs: eth_getLogs, and filters that are polled. */
#include <inttypes.h>
#include <string.h>

#include "net/json_values.h"
#include "sequencer/rpc.h"
#include "sequencer/rpc_filters.h"
#include "sequencer/rpc_format.h"
#include "sequencer/rpc_view.h"

/* What one query may cost.  Without an address every block of the range is
 * looked at (its bloom); with one an index leads to the right blocks. */
#define LOG_RANGE_MAX  100000
#define LOG_BLOCKS_MAX 20000 /* whose receipts are read */
#define LOG_RESULT_MAX 10000
#define LOG_PAGE       1024

#define REVERSED_RANGE "invalid block range params"

/* Blocks that a poller is told of at a time; the rest comes with its next poll. */
#define BLOCK_HASHES_MAX 10000

struct log_query {
	struct log_filter filter;
	uint64_t from, to;
	json_t *logs;
	size_t blocks_read;
	const char *refused; /* NULL, or why it ended */
	bool is_too_late;    /* it took too long */
};

/* ---- finding ---- */

static void match_transaction(struct log_query *query, const struct stored_block *block,
			      size_t index, size_t first_log)
{
	const struct receipt *receipt = &block->transactions[index].receipt;

	for (size_t i = 0; i < receipt->log_count && !query->refused; i++) {
		if (!log_filter_matches(&query->filter, &receipt->logs[i]))
			continue;
		json_array_append_new(
		    query->logs, rpc_format_log(block, index, &receipt->logs[i], first_log + i));
		if (json_array_size(query->logs) > LOG_RESULT_MAX)
			query->refused = "query returned more than 10000 results";
	}
}

static void match_block(struct log_query *query, const struct stored_block *block)
{
	size_t first_log = 0;

	for (size_t i = 0; i < block->transaction_count && !query->refused; i++) {
		match_transaction(query, block, i, first_log);
		first_log += block->transactions[i].receipt.log_count;
	}
}

static void search_block(struct log_query *query, struct rpc_view *view, uint64_t number)
{
	struct arena_mark mark = arena_mark(view->arena);
	struct stored_block block;

	if (chain_reader_block(view->chain, view->arena, number, false, &block) &&
	    log_filter_may_match(&query->filter, &block.header.logs_bloom)) {
		if (++query->blocks_read > LOG_BLOCKS_MAX)
			query->refused = "query looks at too many blocks, narrow its range";
		else if (chain_reader_block(view->chain, view->arena, number, true, &block))
			match_block(query, &block);
	}
	arena_reset(view->arena, mark);
}

static void search(struct log_query *query, struct rpc_view *view)
{
	uint64_t numbers[LOG_PAGE], next = query->from;
	size_t count = LOG_PAGE;

	while (count == LOG_PAGE && next <= query->to && !query->refused && !query->is_too_late) {
		count =
		    chain_reader_log_blocks(view->chain, next, query->to, query->filter.addresses,
					    query->filter.address_count, numbers, LOG_PAGE);
		for (size_t i = 0; i < count && !query->refused && !query->is_too_late; i++) {
			search_block(query, view, numbers[i]);
			query->is_too_late = rpc_deadline_is_over(&view->deadline);
		}
		if (count > 0)
			next = numbers[count - 1] + 1;
	}
}

/* Runs a query whose range is set, and answers. */
static struct rpc_answered *reply_logs(struct rpc_call *call, struct rpc_view *view,
				       struct log_query *query)
{
	if (query->from <= query->to && query->filter.address_count == 0 &&
	    query->to - query->from >= LOG_RANGE_MAX)
		return rpc_fail_format(call, RPC_LIMIT_EXCEEDED,
				       "exceed maximum block range: %d without an address",
				       LOG_RANGE_MAX);
	query->logs = json_array();
	search(query, view);
	if (!query->refused && !query->is_too_late)
		return rpc_reply(call, query->logs);
	json_decref(query->logs);
	if (query->is_too_late)
		return rpc_fail_timed_out(call);
	return rpc_fail(call, RPC_LIMIT_EXCEEDED, query->refused, NULL);
}

/* ---- the range of a query ---- */

/* A block bound as a number, also of a block that is not there. */
static uint64_t bound_of(struct rpc_view *view, const struct block_id *id)
{
	uint64_t number;

	return rpc_view_number(view, id, &number) ? number : id->number;
}

/* The criteria's members, wherever they come from. */
struct log_range {
	struct block_id from, to;
	struct hash32 hash;
	bool has_from, has_to, has_hash;
};

static bool read_range(struct rpc_call *call, struct log_range *range)
{
	*range = (struct log_range){ .from = { .tag = BLOCK_TAG_LATEST },
				     .to = { .tag = BLOCK_TAG_LATEST } };
	return rpc_member_hash(call, 0, "blockHash", &range->hash, &range->has_hash) &&
	       rpc_member_block_number(call, 0, "fromBlock", &range->from, &range->has_from) &&
	       rpc_member_block_number(call, 0, "toBlock", &range->to, &range->has_to);
}

/* geth: rangeLogs() in eth/filters/filter.go; execution-apis has tests of it. */
static const char *range_refusal(struct rpc_view *view, const struct log_query *query)
{
	if (query->from > query->to)
		return REVERSED_RANGE;
	if (query->to > chain_reader_heads(view->chain).latest)
		return "block range extends beyond current head block";
	return NULL;
}

/* False: answered. */
static bool set_range(struct log_query *query, struct rpc_call *call, struct rpc_view *view,
		      const struct log_range *range, struct rpc_answered **answered)
{
	const char *refusal;

	if (range->has_hash) {
		if (!chain_reader_number_of(view->chain, &range->hash, &query->from)) {
			*answered = rpc_fail(call, RPC_SERVER_ERROR, "unknown block", NULL);
			return false;
		}
		query->to = query->from;
		return true;
	}
	query->from = bound_of(view, &range->from);
	query->to = bound_of(view, &range->to);
	refusal = range_refusal(view, query);
	if (refusal)
		*answered = rpc_fail(call, RPC_INVALID_PARAMS, refusal, NULL);
	return !refusal;
}

static bool read_criteria(struct rpc_call *call, struct arena *a, struct log_filter *filter,
			  struct log_range *range)
{
	const json_t *object;
	const char *wrong;

	if (!rpc_param_object(call, 0, &object) || !read_range(call, range))
		return false;
	if (range->has_hash && (range->has_from || range->has_to))
		return rpc_param_refuse(call, 0,
					"cannot specify both BlockHash and FromBlock/ToBlock, "
					"choose one or the other");
	wrong = log_filter_read(filter, a, object);
	return !wrong || rpc_param_refuse(call, 0, "%s", wrong);
}

/* What is wrong with them whatever the chain has; NULL: nothing. */
static const char *bounds_refusal(const struct block_id *from, const struct block_id *to)
{
	if (from->tag == BLOCK_TAG_PENDING || to->tag == BLOCK_TAG_PENDING)
		return "pending logs are not supported";
	if (from->tag == BLOCK_TAG_NUMBER && to->tag == BLOCK_TAG_NUMBER &&
	    from->number > to->number)
		return REVERSED_RANGE;
	return NULL;
}

/* False: answered. */
static bool take_criteria(struct rpc_call *call, struct arena *a, struct log_filter *filter,
			  struct log_range *range, struct rpc_answered **answered)
{
	const char *refusal;

	if (!read_criteria(call, a, filter, range)) {
		*answered = rpc_fail_params(call);
		return false;
	}
	refusal = bounds_refusal(&range->from, &range->to);
	if (refusal)
		*answered = rpc_fail(call, RPC_INVALID_PARAMS, refusal, NULL);
	return !refusal;
}

static struct rpc_answered *get_logs_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct log_query query = { 0 };
	struct rpc_answered *answered;
	struct log_range range;

	if (!take_criteria(call, view->arena, &query.filter, &range, &answered))
		return answered;
	if (!set_range(&query, call, view, &range, &answered))
		return answered;
	return reply_logs(call, view, &query);
}
RPC_VIEW_HANDLER(get_logs)

/* ---- filters ---- */

static bool read_place(struct rpc_view *view, uint64_t number, struct rpc_filter_place *place)
{
	struct arena_mark mark = arena_mark(view->arena);
	struct stored_block block;
	bool found = chain_reader_block(view->chain, view->arena, number, false, &block);

	if (found)
		*place = (struct rpc_filter_place){ number, block.hash };
	arena_reset(view->arena, mark);
	return found;
}

static struct rpc_answered *install(struct rpc_call *call, struct rpc_view *view,
				    enum rpc_filter_kind kind, json_t *criteria)
{
	struct rpc_filters *filters = rpc_service_of(call)->filters;
	struct rpc_filter_place place;
	struct rpc_filter_id id;

	if (!read_place(view, chain_reader_heads(view->chain).latest, &place) ||
	    !rpc_filters_add(filters, kind, criteria, &place, &id))
		return rpc_fail(call, RPC_INTERNAL_ERROR, "no filter could be made", NULL);
	return rpc_reply(call, json_of_bytes(bytes_of(id.b, sizeof(id.b))));
}

static struct rpc_answered *new_filter_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct log_filter filter = { 0 };
	struct rpc_answered *answered;
	struct log_range range;
	json_t *criteria;

	if (!take_criteria(call, view->arena, &filter, &range, &answered))
		return answered;
	criteria = json_deep_copy(rpc_param(call, 0));
	answered = install(call, view, RPC_FILTER_LOGS, criteria);
	json_decref(criteria);
	return answered;
}
RPC_VIEW_HANDLER(new_filter)

static struct rpc_answered *new_block_filter_in_view(struct rpc_call *call, struct rpc_view *view)
{
	return install(call, view, RPC_FILTER_BLOCKS, NULL);
}
RPC_VIEW_HANDLER(new_block_filter)

static struct rpc_answered *new_transaction_filter_in_view(struct rpc_call *call,
							   struct rpc_view *view)
{
	return install(call, view, RPC_FILTER_TRANSACTIONS, NULL);
}
RPC_VIEW_HANDLER(new_transaction_filter)

/* The filter that the first parameter names, with its data. */
struct polled {
	struct rpc_filter_id id;
	enum rpc_filter_kind kind;
	json_t *criteria; /* ours */
	struct rpc_filter_place place;
};

static bool id_param(struct rpc_call *call, struct rpc_filter_id *id)
{
	struct bytes data;

	if (!rpc_param_bytes(call, 0, &data))
		return false;
	if (data.len != sizeof(id->b))
		return rpc_param_refuse(call, 0, "invalid filter id");
	memcpy(id->b, data.data, data.len);
	return true;
}

/* False: answered. */
static bool find_polled(struct rpc_call *call, struct polled *polled,
			struct rpc_answered **answered)
{
	if (!id_param(call, &polled->id)) {
		*answered = rpc_fail_params(call);
		return false;
	}
	if (!rpc_filters_find(rpc_service_of(call)->filters, &polled->id, &polled->kind,
			      &polled->criteria, &polled->place)) {
		*answered = rpc_fail(call, RPC_SERVER_ERROR, "filter not found", NULL);
		return false;
	}
	return true;
}

/* The first block that the poller has not been told of.  Where the chain was
 * rolled back below what it knows, all that is not safe is told again: nothing
 * is missed, something may come twice. */
static uint64_t next_block(struct rpc_view *view, const struct rpc_filter_place *place)
{
	struct rpc_filter_place now;

	if (read_place(view, place->number, &now) && hash32_eq(&now.hash, &place->hash))
		return place->number + 1;
	return chain_reader_heads(view->chain).safe + 1;
}

static struct rpc_answered *new_blocks(struct rpc_call *call, struct rpc_view *view,
				       const struct polled *polled)
{
	uint64_t next = next_block(view, &polled->place);
	struct rpc_filter_place place = polled->place;
	json_t *json = json_array();

	while (json_array_size(json) < BLOCK_HASHES_MAX && read_place(view, next, &place)) {
		json_array_append_new(json, json_of_hash(&place.hash));
		next++;
	}
	rpc_filters_move(rpc_service_of(call)->filters, &polled->id, &place);
	return rpc_reply(call, json);
}

static struct rpc_answered *new_logs(struct rpc_call *call, struct rpc_view *view,
				     const struct polled *polled)
{
	struct log_query query = { .from = next_block(view, &polled->place),
				   .to = chain_reader_heads(view->chain).latest };
	struct rpc_filter_place place;

	if (log_filter_read(&query.filter, view->arena, polled->criteria))
		return rpc_fail(call, RPC_INTERNAL_ERROR, "the filter is damaged", NULL);
	if (read_place(view, query.to, &place))
		rpc_filters_move(rpc_service_of(call)->filters, &polled->id, &place);
	return reply_logs(call, view, &query);
}

static struct rpc_answered *new_transactions(struct rpc_call *call, const struct polled *polled)
{
	struct hash32 *hashes = rpc_alloc(call, RPC_FILTER_RECENT * sizeof(*hashes));
	json_t *json = json_array();
	size_t count = 0;

	if (hashes)
		count =
		    rpc_filters_transactions(rpc_service_of(call)->filters, &polled->id, hashes);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(json, json_of_hash(&hashes[i]));
	return rpc_reply(call, json);
}

static struct rpc_answered *filter_changes_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct rpc_answered *answered = NULL;
	struct polled polled;

	if (!find_polled(call, &polled, &answered))
		return answered;
	switch (polled.kind) {
	case RPC_FILTER_LOGS:
		answered = new_logs(call, view, &polled);
		break;
	case RPC_FILTER_BLOCKS:
		answered = new_blocks(call, view, &polled);
		break;
	case RPC_FILTER_TRANSACTIONS:
		answered = new_transactions(call, &polled);
		break;
	}
	json_decref(polled.criteria);
	return answered;
}
RPC_VIEW_HANDLER(filter_changes)

/* The bounds of an installed filter, as numbers. */
static uint64_t stored_bound(struct rpc_view *view, const json_t *criteria, const char *name)
{
	struct chain_heads heads = chain_reader_heads(view->chain);
	const char *text = json_string_value(json_object_get(criteria, name));
	uint64_t number;

	if (text && json_to_u64(&number, json_object_get(criteria, name)))
		return number;
	if (text && strcmp(text, "earliest") == 0)
		return 0;
	if (text && strcmp(text, "safe") == 0)
		return heads.safe;
	if (text && strcmp(text, "finalized") == 0)
		return heads.finalized;
	return heads.latest;
}

static struct rpc_answered *filter_logs_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct log_query query = { 0 };
	struct rpc_answered *answered;
	struct log_range range = { 0 };
	struct polled polled;
	const char *wrong;

	if (!find_polled(call, &polled, &answered))
		return answered;
	if (polled.kind != RPC_FILTER_LOGS) {
		json_decref(polled.criteria);
		return rpc_fail(call, RPC_SERVER_ERROR, "filter not found", NULL);
	}
	wrong = log_filter_read(&query.filter, view->arena, polled.criteria);
	range.has_hash = json_to_hash(&range.hash, json_object_get(polled.criteria, "blockHash"));
	range.from.number = stored_bound(view, polled.criteria, "fromBlock");
	range.to.number = stored_bound(view, polled.criteria, "toBlock");
	json_decref(polled.criteria);
	if (wrong)
		return rpc_fail(call, RPC_INTERNAL_ERROR, wrong, NULL);
	if (!set_range(&query, call, view, &range, &answered))
		return answered;
	return reply_logs(call, view, &query);
}
RPC_VIEW_HANDLER(filter_logs)

static struct rpc_answered *uninstall(struct rpc_call *call)
{
	struct rpc_filter_id id;

	if (!id_param(call, &id))
		return rpc_fail_params(call);
	return rpc_reply(call,
			 json_boolean(rpc_filters_remove(rpc_service_of(call)->filters, &id)));
}

static const struct rpc_method methods[] = {
	{ "eth_getLogs", get_logs, RPC_HEAVY, 1 },
	{ "eth_newFilter", new_filter, RPC_POOLED, 1 },
	{ "eth_newBlockFilter", new_block_filter, RPC_POOLED, 0 },
	{ "eth_newPendingTransactionFilter", new_transaction_filter, RPC_POOLED, 1 },
	{ "eth_getFilterChanges", filter_changes, RPC_POOLED, 1 },
	{ "eth_getFilterLogs", filter_logs, RPC_HEAVY, 1 },
	{ "eth_uninstallFilter", uninstall, RPC_INLINE, 1 },
};

const struct rpc_group rpc_log_methods = { methods, sizeof(methods) / sizeof(methods[0]) };
