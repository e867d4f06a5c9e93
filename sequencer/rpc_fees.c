/* rpc_fees: what to pay.  The base fee follows EIP-1559; the tip is small
 * unless blocks fill up, as op-geth suggests it (eth/gasprice/
 * optimism-gasprice.go: SuggestOptimismPriorityFee). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "net/json_values.h"
#include "sequencer/rpc.h"
#include "sequencer/rpc_format.h"
#include "sequencer/rpc_view.h"

/* 0.001 gwei. */
#define TIP_DEFAULT ((uint64_t)1000000)

/* A block is as good as full when a plain transfer more than this share of its
 * gas was used: how many of the newest blocks are looked at for one. */
#define FULL_PERCENT  90
#define BLOCKS_LOOKED 5

/* geth: maxBlockFetchers and friends bound this; longer ranges are cut. */
#define HISTORY_MAX         1024
#define HISTORY_REWARDS_MAX 256
#define PERCENTILES_MAX     100

/* ---- tips ---- */

/* What a transaction paid above the base fee, and for how much gas. */
struct tip {
	struct u256 wei;
	uint64_t gas;
};

static int compare_tips(const void *a, const void *b)
{
	return u256_compare(&((const struct tip *)a)->wei, &((const struct tip *)b)->wei);
}

/* Of all that pay (deposits don't), lowest first; in `a`. */
static size_t tips_of(struct arena *a, const struct stored_block *block, struct tip **out)
{
	struct tip *tips = ARENA_ARRAY(a, struct tip, block->transaction_count);
	size_t count = 0;

	for (size_t i = 0; i < block->transaction_count; i++) {
		const struct block_transaction *t = &block->transactions[i];
		struct tip *tip = &tips[count];

		if (t->tx.type == TX_DEPOSIT)
			continue;
		if (u256_sub_underflow(&tip->wei, &t->receipt.effective_gas_price,
				       &block->header.base_fee))
			tip->wei = U256_ZERO;
		tip->gas = t->receipt.gas_used;
		count++;
	}
	qsort(tips, count, sizeof(*tips), compare_tips);
	*out = tips;
	return count;
}

static bool is_full(const struct header *header)
{
	return header->gas_used > header->gas_limit / 100 * FULL_PERCENT;
}

/* The newest of the last blocks that was full. */
static bool find_full_block(struct rpc_view *view, struct stored_block *block)
{
	uint64_t head = chain_reader_heads(view->chain).latest;

	for (uint64_t i = 0; i < BLOCKS_LOOKED && i <= head; i++) {
		if (!chain_reader_block(view->chain, view->arena, head - i, false, block))
			return false;
		if (is_full(&block->header))
			return chain_reader_block(view->chain, view->arena, head - i, true, block);
	}
	return false;
}

/* Where blocks are full: a tenth more than the median of what got in. */
static struct u256 suggest_tip(struct rpc_view *view)
{
	const struct u256 *least = &view->sequencer->options->min_tip;
	const struct u256 eleven = u256_from_u64(11), ten = u256_from_u64(10);
	struct u256 suggested = u256_from_u64(TIP_DEFAULT), median;
	struct stored_block block;
	struct tip *tips;
	size_t count;

	if (u256_lt(&suggested, least))
		suggested = *least;
	if (!find_full_block(view, &block))
		return suggested;
	count = tips_of(view->arena, &block, &tips);
	if (count == 0)
		return suggested;
	u256_mul(&median, &tips[count / 2].wei, &eleven);
	u256_divmod(&median, NULL, &median, &ten);
	return u256_lt(&suggested, &median) ? median : suggested;
}

static struct rpc_answered *priority_fee_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct u256 tip = suggest_tip(view);

	return rpc_reply(call, json_of_u256(&tip));
}
RPC_VIEW_HANDLER(priority_fee)

static struct rpc_answered *gas_price_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct u256 tip = suggest_tip(view), price;
	struct stored_block head;

	if (!chain_reader_block(view->chain, view->arena, chain_reader_heads(view->chain).latest,
				false, &head))
		return rpc_fail_bad_state(call);
	price = header_next_base_fee(&head.header);
	u256_add(&price, &price, &tip);
	return rpc_reply(call, json_of_u256(&price));
}
RPC_VIEW_HANDLER(gas_price)

/* EIP-4844's minimum: blob transactions are refused. */
static struct rpc_answered *blob_base_fee(struct rpc_call *call)
{
	return rpc_reply_u64(call, 1);
}

/* ---- history ---- */

struct history_request {
	uint64_t first, count;
	double percentiles[PERCENTILES_MAX];
	size_t percentile_count;
};

static bool read_percentiles(struct rpc_call *call, struct history_request *request)
{
	const json_t *json;
	struct json_part part;

	if (!rpc_param_part(call, 2, &part))
		return true;
	if (!rpc_param_array(call, 2, &json))
		return false;
	if (json_array_size(json) > PERCENTILES_MAX)
		return rpc_param_refuse(call, 2, "over the query limit %d", PERCENTILES_MAX);
	for (size_t i = 0; i < json_array_size(json); i++) {
		const json_t *item = json_array_get(json, i);
		double p = json_number_value(item);

		if (!json_is_number(item) || p < 0 || p > 100)
			return rpc_param_refuse(call, 2, "invalid reward percentile: %f", p);
		if (i > 0 && p <= request->percentiles[i - 1])
			return rpc_param_refuse(call, 2,
						"invalid reward percentile: #%zu:%f >= #%zu:%f",
						i - 1, request->percentiles[i - 1], i, p);
		request->percentiles[i] = p;
		request->percentile_count++;
	}
	return true;
}

static bool digit_of(unsigned *digit, char c)
{
	if (c >= '0' && c <= '9')
		*digit = (unsigned)(c - '0');
	else if (c >= 'a' && c <= 'f')
		*digit = (unsigned)(c - 'a') + 10;
	else if (c >= 'A' && c <= 'F')
		*digit = (unsigned)(c - 'A') + 10;
	else
		return false;
	return true;
}

static bool parse_number(uint64_t *value, struct json_part digits, unsigned base)
{
	*value = 0;
	for (size_t i = 0; i < digits.len; i++) {
		unsigned digit;

		if (!digit_of(&digit, digits.text[i]) || digit >= base ||
		    __builtin_mul_overflow(*value, base, value) ||
		    __builtin_add_overflow(*value, digit, value))
			return false;
	}
	return true;
}

/* geth: math.ParseUint64(), for which no text is 0. */
static bool parse_hex_or_decimal(uint64_t *value, struct json_part text)
{
	bool is_hex =
	    text.len >= 2 && text.text[0] == '0' && (text.text[1] == 'x' || text.text[1] == 'X');

	if (!is_hex)
		return parse_number(value, text, 10);
	return text.len > 2 &&
	       parse_number(value, (struct json_part){ text.text + 2, text.len - 2 }, 16);
}

/* geth: math.HexOrDecimal64, a number or a string. */
static bool read_block_count(struct rpc_call *call, uint64_t *count)
{
	struct json_part written, text;

	if (!rpc_param_part(call, 0, &written))
		return rpc_param_u64(call, 0, count); /* which says that it is missing */
	if (!json_plain_string(&text, written))
		text = written;
	if (parse_hex_or_decimal(count, text))
		return true;
	return rpc_param_refuse(call, 0, "invalid hex or decimal integer \"%.*s\"",
				text.len < 64 ? (int)text.len : 64, text.text);
}

/* The tip below which a share of the block's gas paid. */
static struct u256 tip_at(const struct tip *tips, size_t count, uint64_t gas, double percentile)
{
	double threshold = (double)gas * percentile / 100;
	uint64_t sum = 0;

	if (count == 0)
		return U256_ZERO;
	for (size_t i = 0; i + 1 < count; i++) {
		sum += tips[i].gas;
		if ((double)sum >= threshold)
			return tips[i].wei;
	}
	return tips[count - 1].wei;
}

static json_t *rewards_of(struct arena *a, const struct history_request *request,
			  const struct stored_block *block)
{
	json_t *json = json_array();
	uint64_t gas = 0;
	struct tip *tips;
	size_t count = tips_of(a, block, &tips);

	for (size_t i = 0; i < count; i++)
		gas += tips[i].gas;
	for (size_t i = 0; i < request->percentile_count; i++) {
		struct u256 tip = tip_at(tips, count, gas, request->percentiles[i]);

		json_array_append_new(json, json_of_u256(&tip));
	}
	return json;
}

struct history {
	json_t *base_fees, *ratios, *blob_fees, *blob_ratios, *rewards;
};

static bool add_block(struct history *history, struct rpc_view *view,
		      const struct history_request *request, uint64_t number, bool is_last)
{
	struct arena_mark mark = arena_mark(view->arena);
	struct stored_block block;

	if (!chain_reader_block(view->chain, view->arena, number, request->percentile_count > 0,
				&block))
		return false;
	json_array_append_new(history->base_fees, json_of_u256(&block.header.base_fee));
	json_array_append_new(history->ratios, json_real((double)block.header.gas_used /
							 (double)block.header.gas_limit));
	json_array_append_new(history->blob_fees, json_of_u64(1));
	json_array_append_new(history->blob_ratios, json_real(0));
	if (request->percentile_count > 0)
		json_array_append_new(history->rewards, rewards_of(view->arena, request, &block));
	if (is_last) {
		struct u256 next = header_next_base_fee(&block.header);

		json_array_append_new(history->base_fees, json_of_u256(&next));
		json_array_append_new(history->blob_fees, json_of_u64(1));
	}
	arena_reset(view->arena, mark);
	return true;
}

static struct rpc_answered *reply_history(struct rpc_call *call, struct rpc_view *view,
					  const struct history_request *request)
{
	json_t *json = json_object();
	struct history history = { json_array(), json_array(), json_array(), json_array(),
				   json_array() };
	bool ok = true;

	for (uint64_t i = 0; ok && i < request->count; i++)
		ok =
		    add_block(&history, view, request, request->first + i, i + 1 == request->count);
	rpc_set(json, "oldestBlock", json_of_u64(request->first));
	if (request->percentile_count > 0)
		rpc_set(json, "reward", history.rewards);
	else
		json_decref(history.rewards);
	rpc_set(json, "baseFeePerGas", history.base_fees);
	rpc_set(json, "gasUsedRatio", history.ratios);
	rpc_set(json, "baseFeePerBlobGas", history.blob_fees);
	rpc_set(json, "blobGasUsedRatio", history.blob_ratios);
	if (ok)
		return rpc_reply(call, json);
	json_decref(json);
	return rpc_fail_bad_state(call);
}

/* geth, where no block is asked for: whatever the other parameters say. */
static struct rpc_answered *reply_no_history(struct rpc_call *call)
{
	static const char none[] = "{\"oldestBlock\":\"0x0\",\"gasUsedRatio\":null}";

	return rpc_reply_raw(call, none, sizeof(none) - 1);
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static struct rpc_answered *fee_history_in_view(struct rpc_call *call, struct rpc_view *view)
{
	struct history_request request = { 0 };
	struct block_id id;
	uint64_t newest;

	if (!read_block_count(call, &request.count) || !rpc_param_block_number(call, 1, &id) ||
	    !read_percentiles(call, &request))
		return rpc_fail_params(call);
	if (request.count == 0)
		return reply_no_history(call);
	if (!rpc_view_number(view, &id, &newest))
		return rpc_fail_format(call, RPC_SERVER_ERROR,
				       "request beyond head block: requested %" PRIu64
				       ", head %" PRIu64,
				       id.number, chain_reader_heads(view->chain).latest);
	request.count =
	    least(request.count, request.percentile_count ? HISTORY_REWARDS_MAX : HISTORY_MAX);
	request.count = least(request.count, newest + 1);
	request.first = newest + 1 - request.count;
	return reply_history(call, view, &request);
}
RPC_VIEW_HANDLER(fee_history)

static const struct rpc_method methods[] = {
	{ "eth_gasPrice", gas_price, RPC_POOLED, 0 },
	{ "eth_maxPriorityFeePerGas", priority_fee, RPC_POOLED, 0 },
	{ "eth_feeHistory", fee_history, RPC_POOLED, 3 },
	{ "eth_blobBaseFee", blob_base_fee, RPC_INLINE, 0 },
};

const struct rpc_group rpc_fee_methods = { methods, sizeof(methods) / sizeof(methods[0]) };
