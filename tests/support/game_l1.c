/* game_l1: see game_l1.h. */
#include "tests/support/game_l1.h"
#include "tests/support/json_node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "net/json_values.h"
#include "net/l1_view.h"
#include "prover/dispute/calls.h"

#define T0 UINT64_C(1700000000)

const struct address game_l1_factory = { { 0xfa, 0xc7 } };
const struct address game_l1_inbox = { { 0x1b, 0x0c } };

/* One more of `size` bytes fits into the list, which lies in the arena. */
static void *room_for(struct game_l1 *l1, void *list, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? 2 * *room : 8;

	if (count < *room)
		return list;
	list = arena_grow(&l1->arena, list, *room * size, more * size);
	*room = more;
	return list;
}

/* ---- the chain ---- */

uint64_t game_l1_head(const struct game_l1 *l1)
{
	return GAME_L1_FIRST + l1->count - 1;
}

static void begin_block(struct game_l1 *l1)
{
	struct game_l1_block *b = &l1->blocks[l1->count];
	uint8_t what[48];

	if (l1->count + 1 >= GAME_L1_BLOCKS)
		abort();
	*b = (struct game_l1_block){ .number = GAME_L1_FIRST + l1->count };
	if (l1->count > 0)
		b->parent = b[-1].hash;
	memcpy(what, b->parent.b, 32);
	be64_store(what + 32, b->number);
	be64_store(what + 40, ++l1->salt);
	b->hash = keccak256(bytes_of(what, sizeof(what)));
}

void game_l1_log(struct game_l1 *l1, const struct address *address, const struct game_log *log)
{
	struct game_l1_block *b = &l1->blocks[l1->count];
	struct game_l1_log *to;

	b->logs = room_for(l1, b->logs, b->count, &b->room, sizeof(*b->logs));
	to = &b->logs[b->count++];
	*to = (struct game_l1_log){ .address = *address,
				    .topic_count = log->topic_count,
				    .data = arena_copy(&l1->arena, bytes_of(log->data, log->len)) };
	memcpy(to->topics, log->topics, sizeof(to->topics));
}

void game_l1_add_rules(struct game_l1 *l1, const struct game_rules *rules)
{
	l1->rules = room_for(l1, l1->rules, l1->rules_count, &l1->rules_room, sizeof(*l1->rules));
	l1->rules[l1->rules_count++] = *rules;
}

void game_l1_create(struct game_l1 *l1, const struct game_rules *rules,
		    const struct address *creator)
{
	struct game_log created = game_log_created(&rules->game, &rules->root), made;
	struct claim_list list;
	struct claim root;

	game_l1_add_rules(l1, rules);
	claim_root(rules, &root, &list);
	made = game_log_claim_made(&root, &list, creator, rules->created_at + rules->max_clock);
	game_l1_log(l1, &rules->game, &made);
	game_l1_log(l1, &game_l1_factory, &created);
}

/* ---- the account ---- */

static uint64_t nonce_at(const struct game_l1 *l1, uint64_t block)
{
	uint64_t nonce = 0;

	for (size_t i = 0; i < l1->transaction_count; i++) {
		uint64_t in = l1->transactions[i].mined_in;

		nonce += in > 0 && in <= block;
	}
	return nonce;
}

/* All of its gas limit is used. */
static struct u256 cost_of(const struct transaction *tx, bool with_value)
{
	struct u256 cost, gas = u256_from_u64(tx->gas_limit);

	u256_mul(&cost, &gas, &tx->max_fee_per_gas);
	if (with_value)
		u256_add(&cost, &cost, &tx->value);
	return cost;
}

static struct u256 balance_of(const struct game_l1 *l1)
{
	struct u256 balance = l1->funds;

	for (size_t i = 0; i < l1->transaction_count; i++) {
		const struct game_l1_transaction *t = &l1->transactions[i];
		struct u256 cost = cost_of(&t->tx, !t->fails);

		if (t->mined_in > 0 && u256_sub_underflow(&balance, &balance, &cost))
			abort();
	}
	return balance;
}

static struct game_l1_transaction *dearest(struct game_l1 *l1, uint64_t nonce)
{
	struct game_l1_transaction *best = NULL;

	for (size_t i = 0; i < l1->transaction_count; i++) {
		struct game_l1_transaction *t = &l1->transactions[i];

		if (t->is_known && t->mined_in == 0 && t->tx.nonce == nonce &&
		    (!best || u256_lt(&best->tx.max_fee_per_gas, &t->tx.max_fee_per_gas)))
			best = t;
	}
	return best;
}

static bool can_pay(const struct game_l1 *l1, const struct transaction *tx)
{
	struct u256 balance = balance_of(l1), cost = cost_of(tx, true);

	return !u256_lt(&balance, &cost);
}

static struct game_l1_transaction *add_transaction(struct game_l1 *l1)
{
	struct game_l1_transaction *t;

	l1->transactions = room_for(l1, l1->transactions, l1->transaction_count,
				    &l1->transaction_room, sizeof(*l1->transactions));
	t = &l1->transactions[l1->transaction_count++];
	*t = (struct game_l1_transaction){ .is_known = true };
	return t;
}

void game_l1_mine(struct game_l1 *l1)
{
	uint64_t number = GAME_L1_FIRST + l1->count;
	struct game_l1_transaction *t;

	while ((t = dearest(l1, nonce_at(l1, number))) && can_pay(l1, &t->tx)) {
		t->fails = l1->reverts;
		t->mined_in = number;
	}
	l1->count++;
	begin_block(l1);
}

void game_l1_drop(struct game_l1 *l1, size_t count)
{
	l1->count -= count;
	for (size_t i = 0; i < l1->transaction_count; i++)
		if (l1->transactions[i].mined_in > game_l1_head(l1))
			l1->transactions[i].mined_in = 0;
	begin_block(l1);
}

void game_l1_forget(struct game_l1 *l1)
{
	for (size_t i = 0; i < l1->transaction_count; i++)
		l1->transactions[i].is_known = l1->transactions[i].mined_in > 0;
}

void game_l1_steal_nonce(struct game_l1 *l1)
{
	struct game_l1_transaction *t = add_transaction(l1);

	t->tx.nonce = nonce_at(l1, game_l1_head(l1));
	t->tx.hash.b[0] = 0x57;
	t->mined_in = GAME_L1_FIRST + l1->count;
	game_l1_mine(l1);
}

/* ---- blocks and logs ---- */

static const struct game_l1_block *block_at(const struct game_l1 *l1, uint64_t number)
{
	bool exists = number >= GAME_L1_FIRST && number <= game_l1_head(l1);

	return exists ? &l1->blocks[number - GAME_L1_FIRST] : NULL;
}

static json_t *json_of_block(const struct game_l1 *l1, uint64_t number)
{
	const struct game_l1_block *b = block_at(l1, number);
	struct address nobody = { { 0 } };
	struct hash32 zero = { { 0 } };

	if (!b)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:o}", "number",
			 json_of_u64(b->number), "hash", json_of_hash(&b->hash), "parentHash",
			 json_of_hash(&b->parent), "stateRoot", json_of_hash(&zero), "mixHash",
			 json_of_hash(&zero), "miner", json_of_address(&nobody), "timestamp",
			 json_of_u64(T0 + 12 * number), "gasLimit", "0x1c9c380", "gasUsed", "0x0",
			 "baseFeePerGas", json_of_u64(GAME_L1_BASE_FEE));
}

static json_t *block_by_tag(const struct game_l1 *l1, const json_t *tag)
{
	uint64_t number;

	return json_node_block(tag, game_l1_head(l1), l1->finalized, &number)
		   ? json_of_block(l1, number)
		   : json_null();
}

static bool is_one_of(const json_t *list, const char *text)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_string_value(json_array_get(list, i)), text) == 0)
			return true;
	return json_array_size(list) == 0;
}

static bool is_asked(const struct game_l1_log *log, const json_t *filter)
{
	json_t *address = json_of_address(&log->address), *topic = json_of_hash(&log->topics[0]);
	bool fits = is_one_of(json_object_get(filter, "address"), json_string_value(address)) &&
		    is_one_of(json_array_get(json_object_get(filter, "topics"), 0),
			      json_string_value(topic));

	json_decref(address);
	json_decref(topic);
	return fits;
}

static void add_logs(json_t *list, const struct game_l1_block *b, const json_t *filter)
{
	for (size_t i = 0; i < b->count; i++) {
		const struct game_l1_log *log = &b->logs[i];
		json_t *topics;

		if (!is_asked(log, filter))
			continue;
		topics = json_array();
		for (size_t k = 0; k < log->topic_count; k++)
			json_array_append_new(topics, json_of_hash(&log->topics[k]));
		json_array_append_new(
		    list, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "address",
				    json_of_address(&log->address), "topics", topics, "data",
				    json_of_bytes(log->data), "blockNumber", json_of_u64(b->number),
				    "blockHash", json_of_hash(&b->hash), "transactionHash",
				    json_of_hash(&b->hash), "logIndex", json_of_u64(i)));
	}
}

/* As geth: a hash that it does not know is an error; of a range there is what it
 * knows of. */
static json_t *get_logs(struct game_l1 *l1, const json_t *filter)
{
	uint64_t from, to, last = game_l1_head(l1) - l1->logs_behind;
	struct hash32 hash;
	json_t *list;

	l1->log_calls++;
	if (json_to_hash(&hash, json_object_get(filter, "blockHash"))) {
		for (from = GAME_L1_FIRST; from <= last; from++)
			if (hash32_eq(&block_at(l1, from)->hash, &hash))
				break;
		if (from > last)
			return NULL;
		to = from;
	} else if (!json_to_u64(&from, json_object_get(filter, "fromBlock")) ||
		   !json_to_u64(&to, json_object_get(filter, "toBlock"))) {
		return NULL;
	}
	list = json_array();
	for (uint64_t n = from; n <= to && n <= last; n++)
		if (block_at(l1, n))
			add_logs(list, block_at(l1, n), filter);
	return list;
}

/* ---- calls ---- */

static const struct game_rules *rules_of(const struct game_l1 *l1, const struct address *game)
{
	for (size_t i = l1->rules_count; i-- > 0;)
		if (address_eq(&l1->rules[i].game, game))
			return &l1->rules[i];
	return NULL;
}

static struct hash32 view_word(const struct game_rules *r, unsigned view)
{
	const struct {
		const struct hash32 *hash;
		const struct u256 *wei;
		uint64_t number;
	} words[GAME_VIEW_COUNT] = {
		[GAME_VIEW_ABSOLUTE_PRESTATE] = { .hash = &r->absolute_prestate },
		[GAME_VIEW_CHAIN_CONFIG_HASH] = { .hash = &r->chain_config_hash },
		[GAME_VIEW_OUTPUT_LEVELS] = { .number = r->output_levels },
		[GAME_VIEW_TRACE_LEVELS] = { .number = r->trace_levels },
		[GAME_VIEW_MAX_CLOCK] = { .number = r->max_clock },
		[GAME_VIEW_CLOCK_EXTENSION] = { .number = r->clock_extension },
		[GAME_VIEW_ROOT_BOND] = { .wei = &r->root_bond },
		[GAME_VIEW_MOVE_BOND] = { .wei = &r->move_bond },
		[GAME_VIEW_LAST_BOND] = { .wei = &r->last_bond },
		[GAME_VIEW_ROOT] = { .hash = &r->root },
		[GAME_VIEW_ANCHOR_ROOT] = { .hash = &r->anchor_root },
		[GAME_VIEW_ANCHOR_BLOCK] = { .number = r->anchor_block },
		[GAME_VIEW_BLOCK] = { .number = r->block },
		[GAME_VIEW_HORIZON] = { .number = r->horizon },
		[GAME_VIEW_CREATED_AT] = { .number = r->created_at },
	};
	struct hash32 word;

	if (view == GAME_VIEW_ORACLE)
		return l1_word_of_address(&r->oracle);
	if (words[view].hash)
		return *words[view].hash;
	if (!words[view].wei)
		return l1_word_of_u64(words[view].number);
	u256_to_be(word.b, words[view].wei);
	return word;
}

static json_t *call_game(const struct game_rules *r, struct bytes calldata)
{
	for (unsigned view = 0; view < GAME_VIEW_COUNT; view++) {
		uint8_t ours[4];
		struct hash32 word;

		game_view_call(view, ours);
		if (!bytes_eq(calldata, bytes_of(ours, sizeof(ours))))
			continue;
		word = view_word(r, view);
		return json_of_hash(&word);
	}
	return NULL;
}

/* NULL: reverted.  Where there is no contract the answer is empty. */
static json_t *call(struct game_l1 *l1, const json_t *message)
{
	const struct game_rules *rules;
	struct bytes calldata;
	struct address to;

	if (!json_to_address(&to, json_object_get(message, "to")) ||
	    !json_to_bytes(&l1->arena, &calldata, json_object_get(message, "input")))
		return NULL;
	if (address_eq(&to, &game_l1_inbox))
		return json_of_hash(&l1->link);
	rules = rules_of(l1, &to);
	return rules ? call_game(rules, calldata) : json_string("0x");
}

/* ---- transactions ---- */

static struct game_l1_transaction *find_transaction(struct game_l1 *l1, const json_t *wanted)
{
	struct hash32 hash;

	if (!json_to_hash(&hash, wanted))
		return NULL;
	for (size_t i = 0; i < l1->transaction_count; i++)
		if (hash32_eq(&l1->transactions[i].tx.hash, &hash))
			return &l1->transactions[i];
	return NULL;
}

static json_t *take_transaction(struct game_l1 *l1, const json_t *hex, const char **error)
{
	struct game_l1_transaction *t;
	struct transaction tx;
	struct bytes raw;
	json_t *hash;

	*error = "rlp: what is this";
	if (!json_to_bytes(&l1->arena, &raw, hex) ||
	    tx_decode(&l1->arena, &tx, raw) != TX_DECODE_OK)
		return NULL;
	hash = json_of_hash(&tx.hash);
	t = find_transaction(l1, hash);
	if (!t) {
		t = add_transaction(l1);
		t->tx = tx;
		t->is_known = false;
	}
	t->received++;
	*error = l1->refuses;
	if (!*error && tx.nonce < nonce_at(l1, game_l1_head(l1)))
		*error = "nonce too low";
	if (!*error && !can_pay(l1, &tx))
		*error = "insufficient funds for gas * price + value";
	if (!*error) {
		t->is_known = true;
		return hash;
	}
	json_decref(hash);
	return NULL;
}

static json_t *get_receipt(struct game_l1 *l1, const json_t *wanted)
{
	const struct game_l1_transaction *t = find_transaction(l1, wanted);

	if (!t || t->mined_in == 0)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:s, s:o, s:o, s:[]}", "transactionHash",
			 json_of_hash(&t->tx.hash), "blockHash",
			 json_of_hash(&block_at(l1, t->mined_in)->hash), "blockNumber",
			 json_of_u64(t->mined_in), "status", t->fails ? "0x0" : "0x1", "gasUsed",
			 json_of_u64(t->tx.gas_limit), "effectiveGasPrice",
			 json_of_u256(&t->tx.max_fee_per_gas), "logs");
}

static json_t *get_nonce(const struct game_l1 *l1, const json_t *at)
{
	uint64_t block = game_l1_head(l1);

	(void)json_to_u64(&block, at);
	return json_of_u64(nonce_at(l1, block));
}

/* ---- HTTP ---- */

static json_t *result_of(struct game_l1 *l1, const char *method, const json_t *params,
			 const char **error)
{
	const json_t *first = json_array_get(params, 0);
	struct u256 balance;

	*error = "unknown block";
	if (strcmp(method, "eth_blockNumber") == 0)
		return json_of_u64(game_l1_head(l1));
	if (strcmp(method, "eth_getBlockByNumber") == 0)
		return block_by_tag(l1, first);
	if (strcmp(method, "eth_getLogs") == 0)
		return get_logs(l1, first);
	if (strcmp(method, "eth_sendRawTransaction") == 0)
		return take_transaction(l1, first, error);
	if (strcmp(method, "eth_getTransactionReceipt") == 0)
		return get_receipt(l1, first);
	if (strcmp(method, "eth_getTransactionCount") == 0)
		return get_nonce(l1, json_array_get(params, 1));
	if (strcmp(method, "eth_maxPriorityFeePerGas") == 0)
		return json_of_u64(GAME_L1_TIP);
	if (strcmp(method, "eth_feeHistory") == 0)
		return json_pack("{s:[o]}", "baseFeePerGas", json_of_u64(GAME_L1_BASE_FEE));
	if (strcmp(method, "eth_getBalance") == 0) {
		balance = balance_of(l1);
		return json_of_u256(&balance);
	}
	*error = "execution reverted";
	return strcmp(method, "eth_call") == 0 ? call(l1, first) : NULL;
}

static json_t *answer_call(void *context, const char *method, const json_t *params,
			   const char **error)
{
	struct game_l1 *l1 = context;
	json_t *result;

	l1->calls++;
	if (l1->before)
		l1->before(l1, method, params);
	result = result_of(l1, method, params, error);
	return l1->lie && result ? l1->lie(l1, method, result) : result;
}

static bool is_faulty(const struct game_l1 *l1, const struct http_request *request)
{
	return !l1->fails_method || strstr((const char *)request->body.data, l1->fails_method);
}

static void on_request(void *context, struct http_exchange *exchange,
		       const struct http_request *request)
{
	char *text = json_node_answer(request->body, answer_call, context);
	const struct game_l1 *l1 = context;
	size_t len = strlen(text);
	int status = 200;

	if (l1->breaks_off && is_faulty(l1, request))
		len /= 2;
	if (l1->http_status && is_faulty(l1, request))
		status = l1->http_status;
	http_reply(exchange, status, "application/json", bytes_of(text, status == 200 ? len : 0));
	free(text);
}

void game_l1_start(struct game_l1 *l1)
{
	struct http_server_config config = { .handler = on_request, .context = l1 };
	char error[HTTP_SERVER_ERROR_SIZE];

	*l1 = (struct game_l1){ 0 };
	l1->blocks = calloc(GAME_L1_BLOCKS, sizeof(*l1->blocks));
	if (!l1->blocks || !http_server_start(&l1->server, &config, error)) {
		fprintf(stderr, "game_l1: %s\n", l1->blocks ? error : "out of memory");
		abort();
	}
	arena_init(&l1->arena, &arena_heap, ARENA_HEAP_BLOCK);
	snprintf(l1->url, sizeof(l1->url), "http://127.0.0.1:%u",
		 (unsigned)http_server_port(l1->server));
	begin_block(l1);
	game_l1_mine(l1);
}

void game_l1_stop(struct game_l1 *l1)
{
	http_server_stop(l1->server, 0);
	arena_free(&l1->arena);
	free(l1->blocks);
}
