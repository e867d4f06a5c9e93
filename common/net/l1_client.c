/* l1_client: each call is its parameters, l1_request, and the checks that the
 * answer belongs to what was asked. */
#include "net/l1_client.h"

#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "crypto/keccak.h"
#include "net/json_values.h"
#include "net/l1_request.h"

/* ---- parameters ---- */

/* EIP-1898 for hashes. */
static json_t *json_of_block_id(struct l1_block_id id)
{
	switch (id.tag) {
	case L1_BLOCK_NUMBER:
		return json_of_u64(id.number);
	case L1_BLOCK_LATEST:
		return json_string("latest");
	case L1_BLOCK_SAFE:
		return json_string("safe");
	case L1_BLOCK_FINALIZED:
		return json_string("finalized");
	case L1_BLOCK_PENDING:
		return json_string("pending");
	case L1_BLOCK_HASH:
		return json_pack("{s:o,s:b}", "blockHash", json_of_hash(&id.hash),
				 "requireCanonical", 1);
	}
	return NULL;
}

static json_t *params_of(json_t *first, json_t *second)
{
	json_t *array = json_array();

	if (first)
		json_array_append_new(array, first);
	if (second)
		json_array_append_new(array, second);
	return array;
}

/* ---- simple results ---- */

/* Null is no answer where there must be a value. */
static enum l1_err finish_value(struct l1_client *client, json_t *result, bool fits)
{
	bool is_null = json_is_null(result);

	json_decref(result);
	if (fits)
		return L1_OK;
	return is_null ? L1_ABSENT : l1_request_bad(client, "the result has another type");
}

static enum l1_err ask_u64(struct l1_client *client, uint64_t *out, const char *method,
			   json_t *params)
{
	json_t *result;
	enum l1_err err = l1_request_one(client, &result, method, params);

	return err != L1_OK ? err : finish_value(client, result, json_to_u64(out, result));
}

static enum l1_err ask_bytes(struct l1_client *client, struct arena *a, struct bytes *out,
			     const char *method, json_t *params)
{
	json_t *result;
	enum l1_err err = l1_request_one(client, &result, method, params);

	return err != L1_OK ? err : finish_value(client, result, json_to_bytes(a, out, result));
}

enum l1_err l1_request(struct l1_client *client, json_t **out, const char *method, json_t *params)
{
	json_t *result;
	enum l1_err err = l1_request_one(client, &result, method, params);

	if (err != L1_OK)
		return err;
	if (json_is_null(result)) {
		json_decref(result);
		return L1_ABSENT;
	}
	*out = result;
	return L1_OK;
}

enum l1_err l1_chain_id(struct l1_client *client, uint64_t *out)
{
	return ask_u64(client, out, "eth_chainId", json_array());
}

enum l1_err l1_block_number(struct l1_client *client, uint64_t *out)
{
	return ask_u64(client, out, "eth_blockNumber", json_array());
}

enum l1_err l1_nonce(struct l1_client *client, uint64_t *out, const struct address *address,
		     struct l1_block_id at)
{
	return ask_u64(client, out, "eth_getTransactionCount",
		       params_of(json_of_address(address), json_of_block_id(at)));
}

enum l1_err l1_balance(struct l1_client *client, struct u256 *out, const struct address *address,
		       struct l1_block_id at)
{
	json_t *result;
	enum l1_err err = l1_request_one(client, &result, "eth_getBalance",
					 params_of(json_of_address(address), json_of_block_id(at)));

	return err != L1_OK ? err : finish_value(client, result, json_to_u256(out, result));
}

enum l1_err l1_code(struct l1_client *client, struct arena *a, struct bytes *out,
		    const struct address *address, struct l1_block_id at)
{
	return ask_bytes(client, a, out, "eth_getCode",
			 params_of(json_of_address(address), json_of_block_id(at)));
}

enum l1_err l1_storage(struct l1_client *client, struct hash32 *out, const struct address *address,
		       const struct hash32 *slot, struct l1_block_id at)
{
	json_t *params = params_of(json_of_address(address), json_of_hash(slot));
	json_t *result;
	enum l1_err err;

	json_array_append_new(params, json_of_block_id(at));
	err = l1_request_one(client, &result, "eth_getStorageAt", params);
	return err != L1_OK ? err : finish_value(client, result, json_to_hash(out, result));
}

/* ---- blocks ---- */

static bool block_fits(const struct l1_block *block, struct l1_block_id id)
{
	if (id.tag == L1_BLOCK_NUMBER)
		return block->number == id.number;
	return id.tag != L1_BLOCK_HASH || hash32_eq(&block->hash, &id.hash);
}

enum l1_err l1_block(struct l1_client *client, struct l1_block *out, struct l1_block_id id)
{
	bool by_hash = id.tag == L1_BLOCK_HASH;
	struct l1_block block;
	json_t *result;
	enum l1_err err;

	err = l1_request_one(
	    client, &result, by_hash ? "eth_getBlockByHash" : "eth_getBlockByNumber",
	    params_of(by_hash ? json_of_hash(&id.hash) : json_of_block_id(id), json_false()));
	if (err != L1_OK)
		return err;
	err = l1_answer_block(&block, result);
	json_decref(result);
	if (err == L1_BAD_ANSWER)
		return l1_request_bad(client, "bad answer: a block lacks a field");
	if (err == L1_OK && !block_fits(&block, id))
		return l1_request_bad(client, "bad answer: another block than was asked");
	if (err == L1_OK)
		*out = block;
	return err;
}

/* Reads results[] up to the first absent block. */
static enum l1_err read_blocks(struct l1_client *client, struct l1_block *out, size_t *got,
			       uint64_t first, json_t **results, size_t count)
{
	for (*got = 0; *got < count; (*got)++) {
		struct l1_block *block = &out[*got];
		enum l1_err err = l1_answer_block(block, results[*got]);

		if (err == L1_ABSENT)
			return L1_OK;
		if (err != L1_OK)
			return l1_request_bad(client, "bad answer: a block lacks a field");
		if (block->number != first + *got)
			return l1_request_bad(client, "bad answer: another block than was asked");
		if (*got && !hash32_eq(&block->parent_hash, &block[-1].hash))
			return l1_request_bad(client, "bad answer: blocks of two chains");
	}
	return L1_OK;
}

/* Calls, and what they will be answered. */
struct many {
	struct l1_request *calls;
	json_t **results;
};

static bool many_new(struct many *many, size_t count)
{
	many->calls = calloc(count + 1, sizeof(*many->calls));
	many->results = calloc(count + 1, sizeof(json_t *));
	if (many->calls && many->results)
		return true;
	free(many->calls);
	free(many->results);
	return false;
}

static void many_free(struct many *many, size_t count)
{
	for (size_t i = 0; i < count; i++)
		json_decref(many->results[i]);
	free(many->results);
	free(many->calls);
}

static struct l1_request call_of_block(uint64_t number)
{
	return (struct l1_request){ "eth_getBlockByNumber",
				    params_of(json_of_u64(number), json_false()) };
}

enum l1_err l1_blocks(struct l1_client *client, struct l1_block *out, size_t *got, uint64_t first,
		      size_t count)
{
	struct many many;
	enum l1_err err;

	*got = 0;
	if (!many_new(&many, count))
		return L1_UNAVAILABLE;
	for (size_t i = 0; i < count; i++)
		many.calls[i] = call_of_block(first + i);
	err = l1_request_many(client, many.results, many.calls, count);
	if (err == L1_OK)
		err = read_blocks(client, out, got, first, many.results, count);
	many_free(&many, count);
	return err;
}

/* ---- logs ---- */

static json_t *json_of_filter(const struct l1_log_filter *filter)
{
	json_t *object = json_object();
	json_t *addresses = json_array();
	json_t *topics = json_array();

	if (filter->by_hash) {
		json_object_set_new(object, "blockHash", json_of_hash(&filter->block_hash));
	} else {
		json_object_set_new(object, "fromBlock", json_of_u64(filter->from));
		json_object_set_new(object, "toBlock", json_of_u64(filter->to));
	}
	for (size_t i = 0; i < filter->address_count; i++)
		json_array_append_new(addresses, json_of_address(&filter->addresses[i]));
	for (size_t i = 0; i < filter->topic0_count; i++)
		json_array_append_new(topics, json_of_hash(&filter->topic0[i]));
	if (filter->address_count)
		json_object_set(object, "address", addresses);
	if (filter->topic0_count)
		json_object_set_new(object, "topics", json_pack("[O]", topics));
	json_decref(addresses);
	json_decref(topics);
	return object;
}

static bool address_fits(const struct l1_log *log, const struct l1_log_filter *filter)
{
	for (size_t i = 0; i < filter->address_count; i++)
		if (address_eq(&log->address, &filter->addresses[i]))
			return true;
	return filter->address_count == 0;
}

static bool topic_fits(const struct l1_log *log, const struct l1_log_filter *filter)
{
	for (size_t i = 0; log->topic_count && i < filter->topic0_count; i++)
		if (hash32_eq(&log->topics[0], &filter->topic0[i]))
			return true;
	return filter->topic0_count == 0;
}

static bool block_of_log_fits(const struct l1_log *log, const struct l1_log_filter *filter)
{
	if (filter->by_hash)
		return hash32_eq(&log->block_hash, &filter->block_hash);
	return log->block_number >= filter->from && log->block_number <= filter->to;
}

/* Is `log` later on the chain than the one before it? */
static bool is_later(const struct l1_log *log)
{
	if (log->block_number != log[-1].block_number)
		return log->block_number > log[-1].block_number;
	return log->log_index > log[-1].log_index &&
	       hash32_eq(&log->block_hash, &log[-1].block_hash);
}

static bool logs_fit(const struct l1_log *logs, size_t count, const struct l1_log_filter *filter)
{
	for (size_t i = 0; i < count; i++)
		if (!address_fits(&logs[i], filter) || !topic_fits(&logs[i], filter) ||
		    !block_of_log_fits(&logs[i], filter) || (i && !is_later(&logs[i])))
			return false;
	return true;
}

/* A node that is behind leaves the logs of blocks that it has not out without a word:
 * in the same array it is asked for the last of the blocks. */
static enum l1_err ask_range(struct l1_client *client, json_t **logs,
			     const struct l1_log_filter *filter)
{
	const struct l1_request calls[] = {
		{ "eth_getLogs", params_of(json_of_filter(filter), NULL) },
		call_of_block(filter->to),
	};
	json_t *results[2];
	struct l1_block last;
	enum l1_err err = l1_request_many(client, results, calls, 2);

	if (err != L1_OK)
		return err;
	err = l1_answer_block(&last, results[1]);
	json_decref(results[1]);
	if (err == L1_OK && last.number == filter->to) {
		*logs = results[0];
		return L1_OK;
	}
	json_decref(results[0]);
	return err == L1_ABSENT ? L1_ABSENT
				: l1_request_bad(client, "bad answer: not the block asked for");
}

static enum l1_err ask_logs(struct l1_client *client, json_t **logs,
			    const struct l1_log_filter *filter)
{
	if (filter->by_hash)
		return l1_request_one(client, logs, "eth_getLogs",
				      params_of(json_of_filter(filter), NULL));
	return ask_range(client, logs, filter);
}

enum l1_err l1_logs(struct l1_client *client, struct arena *a, const struct l1_log **out,
		    size_t *count, const struct l1_log_filter *filter)
{
	json_t *result;
	enum l1_err err = ask_logs(client, &result, filter);

	if (err != L1_OK)
		return err;
	err = l1_answer_logs(a, out, count, result);
	json_decref(result);
	if (err == L1_BAD_ANSWER)
		return l1_request_bad(client, "bad answer: a log lacks a field");
	if (err == L1_OK && !logs_fit(*out, *count, filter))
		return l1_request_bad(client, "bad answer: logs that were not asked for");
	return err;
}

/* ---- transactions ---- */

enum l1_err l1_transactions_by_hash(struct l1_client *client, struct arena *a,
				    struct l1_transaction *out, const struct hash32 *hashes,
				    size_t count)
{
	struct many many;
	enum l1_err err;

	if (!many_new(&many, count))
		return L1_UNAVAILABLE;
	for (size_t i = 0; i < count; i++)
		many.calls[i] = (struct l1_request){ "eth_getTransactionByHash",
						     params_of(json_of_hash(&hashes[i]), NULL) };
	err = l1_request_many(client, many.results, many.calls, count);
	for (size_t i = 0; err == L1_OK && i < count; i++) {
		err = l1_answer_transaction(a, &out[i], many.results[i]);
		if (err == L1_BAD_ANSWER || (err == L1_OK && !hash32_eq(&out[i].hash, &hashes[i])))
			err = l1_request_bad(client, "bad answer: not the transaction asked for");
	}
	many_free(&many, count);
	return err;
}

enum l1_err l1_transaction(struct l1_client *client, struct arena *a, struct l1_transaction *out,
			   const struct hash32 *hash)
{
	return l1_transactions_by_hash(client, a, out, hash, 1);
}

enum l1_err l1_receipt(struct l1_client *client, struct arena *a, struct l1_receipt *out,
		       const struct hash32 *hash)
{
	json_t *result;
	enum l1_err err = l1_request_one(client, &result, "eth_getTransactionReceipt",
					 params_of(json_of_hash(hash), NULL));

	if (err != L1_OK)
		return err;
	err = l1_answer_receipt(a, out, result);
	json_decref(result);
	if (err == L1_BAD_ANSWER || (err == L1_OK && !hash32_eq(&out->transaction_hash, hash)))
		return l1_request_bad(client, "bad answer: not the receipt asked for");
	return err;
}

static json_t *json_of_message(const struct l1_message *message)
{
	json_t *object = json_object();

	if (message->has_from)
		json_object_set_new(object, "from", json_of_address(&message->from));
	if (!message->is_creation)
		json_object_set_new(object, "to", json_of_address(&message->to));
	if (!u256_is_zero(&message->value))
		json_object_set_new(object, "value", json_of_u256(&message->value));
	if (message->gas_limit)
		json_object_set_new(object, "gas", json_of_u64(message->gas_limit));
	json_object_set_new(object, "input", json_of_bytes(message->data));
	return object;
}

enum l1_err l1_call(struct l1_client *client, struct arena *a, struct bytes *out,
		    const struct l1_message *message, struct l1_block_id at)
{
	return ask_bytes(client, a, out, "eth_call",
			 params_of(json_of_message(message), json_of_block_id(at)));
}

enum l1_err l1_estimate_gas(struct l1_client *client, uint64_t *out,
			    const struct l1_message *message)
{
	return ask_u64(client, out, "eth_estimateGas", params_of(json_of_message(message), NULL));
}

/* ---- fees ---- */

static const json_t *last_of(const json_t *object, const char *name)
{
	const json_t *array = json_object_get(object, name);

	return json_array_get(array, json_array_size(array) - 1);
}

/* The largest median tip of the blocks in a fee history. */
static struct u256 highest_reward(const json_t *history)
{
	const json_t *rewards = json_object_get(history, "reward");
	struct u256 highest = U256_ZERO;

	for (size_t i = 0; i < json_array_size(rewards); i++) {
		struct u256 reward;

		if (json_to_u256(&reward, json_array_get(json_array_get(rewards, i), 0)) &&
		    u256_lt(&highest, &reward))
			highest = reward;
	}
	return highest;
}

enum l1_err l1_fees(struct l1_client *client, struct l1_fees *out)
{
	struct l1_fees fees = { .blob_base_fee = U256_ZERO };
	json_t *result;
	enum l1_err err;
	bool has_base_fee;

	err = l1_request_one(client, &result, "eth_feeHistory",
			     json_pack("[s,s,[i]]", "0x5", "latest", 50));
	if (err != L1_OK)
		return err;
	has_base_fee = json_to_u256(&fees.next_base_fee, last_of(result, "baseFeePerGas"));
	(void)json_to_u256(&fees.blob_base_fee, last_of(result, "baseFeePerBlobGas"));
	fees.priority_fee = highest_reward(result);
	json_decref(result);
	if (!has_base_fee)
		return l1_request_bad(client, "bad answer: a fee history without base fees");
	err = l1_request_one(client, &result, "eth_maxPriorityFeePerGas", json_array());
	if (err == L1_OK) {
		(void)json_to_u256(&fees.priority_fee, result);
		json_decref(result);
	} else if (err != L1_NODE_ERROR) { /* some nodes don't have it */
		return err;
	}
	*out = fees;
	return L1_OK;
}

/* ---- sending ---- */

enum l1_send l1_send_raw(struct l1_client *client, struct hash32 *hash, struct bytes raw,
			 unsigned *retry_after_ms)
{
	struct hash32 expected = keccak256(raw);
	struct hash32 answered;
	unsigned ignored;
	bool fits;
	json_t *result;
	enum l1_err err;

	err = l1_request_once(client, &result, "eth_sendRawTransaction",
			      params_of(json_of_bytes(raw), NULL),
			      retry_after_ms ? retry_after_ms : &ignored);
	if (err == L1_NODE_ERROR)
		return l1_send_classify(client->error.code, client->error.message);
	if (err != L1_OK)
		return L1_SEND_UNKNOWN;
	fits = json_to_hash(&answered, result) && hash32_eq(&answered, &expected);
	json_decref(result);
	if (!fits) {
		(void)l1_request_bad(client, "bad answer: another hash than that of what was sent");
		return L1_SEND_UNKNOWN;
	}
	*hash = expected;
	return L1_SEND_ACCEPTED;
}
