#include "net/l1_answer.h"

#include <stdio.h>
#include <string.h>

#include "net/json_values.h"

/* Deeper than any answer of the methods we use. */
#define L1_ANSWER_DEPTH 24

const char *l1_err_text(enum l1_err err)
{
	switch (err) {
	case L1_OK:
		return "ok";
	case L1_ABSENT:
		return "absent";
	case L1_UNAVAILABLE:
		return "unavailable";
	case L1_BAD_ANSWER:
		return "bad answer";
	case L1_NODE_ERROR:
		return "error of the node";
	case L1_STOPPED:
		return "stopped";
	}
	return "?";
}

/* ---- the envelope ---- */

static enum l1_err bad_answer(struct l1_node_error *error, const char *why)
{
	memset(error, 0, sizeof(*error));
	snprintf(error->message, sizeof(error->message), "bad answer: %s", why);
	return L1_BAD_ANSWER;
}

static void copy_message(struct l1_node_error *error, const char *message)
{
	size_t i;

	for (i = 0; message[i] && i < sizeof(error->message) - 1; i++)
		error->message[i] =
		    (unsigned char)message[i] < 0x20 || message[i] == 0x7f ? ' ' : message[i];
	error->message[i] = '\0';
}

/* A revert's data: a string itself (geth), or in an object (some others). */
static struct bytes error_data(struct arena *a, const json_t *data)
{
	struct bytes out = { NULL, 0 };

	if (json_is_object(data))
		data = json_object_get(data, "data");
	(void)json_to_bytes(a, &out, data);
	return out;
}

static enum l1_err read_error(struct arena *a, struct l1_node_error *error, const json_t *object)
{
	const json_t *code = json_object_get(object, "code");
	const json_t *message = json_object_get(object, "message");

	if (!json_is_object(object))
		return bad_answer(error, "the error is no object");
	memset(error, 0, sizeof(*error));
	error->code = json_is_integer(code) ? json_integer_value(code) : 0;
	copy_message(error, json_is_string(message) ? json_string_value(message) : "no message");
	error->data = error_data(a, json_object_get(object, "data"));
	return L1_NODE_ERROR;
}

/* Result or error of one answer object, whose id has been looked at. */
static enum l1_err read_outcome(struct arena *a, json_t **result, struct l1_node_error *error,
				const json_t *object)
{
	json_t *failed = json_object_get(object, "error");
	json_t *value = json_object_get(object, "result");

	if (failed && !json_is_null(failed))
		return read_error(a, error, failed);
	if (!value)
		return bad_answer(error, "neither result nor error");
	*result = json_incref(value);
	return L1_OK;
}

static bool id_of(uint64_t *id, const json_t *object)
{
	const json_t *value = json_object_get(object, "id");

	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return false;
	*id = (uint64_t)json_integer_value(value);
	return true;
}

/* Some nodes answer a request that they refuse as a whole with id null. */
static bool is_error_without_id(const json_t *object)
{
	const json_t *id = json_object_get(object, "id");

	return (!id || json_is_null(id)) && json_is_object(json_object_get(object, "error"));
}

static enum l1_err read_answer(struct arena *a, json_t **result, struct l1_node_error *error,
			       const json_t *object, uint64_t id)
{
	uint64_t answered;

	if (!json_is_object(object))
		return bad_answer(error, "not an object");
	if (is_error_without_id(object))
		return read_error(a, error, json_object_get(object, "error"));
	if (!id_of(&answered, object) || answered != id)
		return bad_answer(error, "the id is another one");
	return read_outcome(a, result, error, object);
}

enum l1_err l1_answer_parse(struct arena *a, json_t **result, struct l1_node_error *error,
			    struct bytes text, uint64_t id)
{
	json_t *object = json_parse_bounded(text, L1_ANSWER_DEPTH);
	enum l1_err err;

	if (!object)
		return bad_answer(error, "not JSON");
	err = read_answer(a, result, error, object, id);
	json_decref(object);
	return err;
}

static void release_all(json_t **results, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_decref(results[i]);
		results[i] = NULL;
	}
}

/* One element of a batch's answer.  errs[] is L1_ABSENT where none has come. */
static enum l1_err read_element(struct arena *a, json_t **results, enum l1_err *errs,
				struct l1_node_error *error, const json_t *element,
				uint64_t first_id, size_t count)
{
	uint64_t id;
	size_t i;

	if (!json_is_object(element) || !id_of(&id, element) || id < first_id ||
	    id - first_id >= count)
		return bad_answer(error, "an id that was not asked");
	i = (size_t)(id - first_id);
	if (errs[i] != L1_ABSENT)
		return bad_answer(error, "an id twice");
	errs[i] = read_outcome(a, &results[i], error, element);
	return errs[i] == L1_BAD_ANSWER ? L1_BAD_ANSWER : L1_OK;
}

static enum l1_err read_batch(struct arena *a, json_t **results, enum l1_err *errs,
			      struct l1_node_error *error, const json_t *array, uint64_t first_id,
			      size_t count)
{
	if (json_is_object(array) && json_is_object(json_object_get(array, "error")))
		return read_error(a, error, json_object_get(array, "error"));
	if (!json_is_array(array) || json_array_size(array) != count)
		return bad_answer(error, "not an array of as many answers");
	for (size_t i = 0; i < count; i++) {
		enum l1_err err = read_element(a, results, errs, error, json_array_get(array, i),
					       first_id, count);

		if (err != L1_OK)
			return err;
	}
	return L1_OK;
}

enum l1_err l1_answer_parse_batch(struct arena *a, json_t **results, enum l1_err *errs,
				  struct l1_node_error *error, struct bytes text, uint64_t first_id,
				  size_t count)
{
	json_t *array = json_parse_bounded(text, L1_ANSWER_DEPTH);
	enum l1_err err;

	for (size_t i = 0; i < count; i++) {
		results[i] = NULL;
		errs[i] = L1_ABSENT;
	}
	if (!array)
		return bad_answer(error, "not JSON");
	err = read_batch(a, results, errs, error, array, first_id, count);
	if (err != L1_OK)
		release_all(results, count);
	json_decref(array);
	return err;
}

/* ---- results ---- */

static bool get_u64(uint64_t *out, const json_t *object, const char *name)
{
	return json_to_u64(out, json_object_get(object, name));
}

static bool get_u256(struct u256 *out, const json_t *object, const char *name)
{
	return json_to_u256(out, json_object_get(object, name));
}

static bool get_hash(struct hash32 *out, const json_t *object, const char *name)
{
	return json_to_hash(out, json_object_get(object, name));
}

static bool get_address(struct address *out, const json_t *object, const char *name)
{
	return json_to_address(out, json_object_get(object, name));
}

/* Absent or null is fine: `*present` says so. */
static bool get_optional_address(struct address *out, bool *present, const json_t *object,
				 const char *name)
{
	const json_t *value = json_object_get(object, name);

	*present = value && !json_is_null(value);
	return !*present || json_to_address(out, value);
}

enum l1_err l1_answer_block(struct l1_block *out, const json_t *result)
{
	const json_t *excess = json_object_get(result, "excessBlobGas");

	if (json_is_null(result))
		return L1_ABSENT;
	memset(out, 0, sizeof(*out));
	if (!get_u64(&out->number, result, "number") || !get_hash(&out->hash, result, "hash") ||
	    !get_hash(&out->parent_hash, result, "parentHash") ||
	    !get_hash(&out->state_root, result, "stateRoot") ||
	    !get_hash(&out->prev_randao, result, "mixHash") ||
	    !get_address(&out->coinbase, result, "miner") ||
	    !get_u64(&out->timestamp, result, "timestamp") ||
	    !get_u64(&out->gas_limit, result, "gasLimit") ||
	    !get_u64(&out->gas_used, result, "gasUsed") ||
	    !get_u256(&out->base_fee, result, "baseFeePerGas"))
		return L1_BAD_ANSWER;
	if (excess && !json_is_null(excess) && !json_to_u64(&out->excess_blob_gas, excess))
		return L1_BAD_ANSWER;
	return L1_OK;
}

static bool read_topics(struct l1_log *log, const json_t *topics)
{
	log->topic_count = json_array_size(topics);
	if (!json_is_array(topics) || log->topic_count > L1_LOG_TOPICS)
		return false;
	for (size_t i = 0; i < log->topic_count; i++)
		if (!json_to_hash(&log->topics[i], json_array_get(topics, i)))
			return false;
	return true;
}

static bool read_log(struct arena *a, struct l1_log *log, const json_t *json)
{
	return get_address(&log->address, json, "address") &&
	       read_topics(log, json_object_get(json, "topics")) &&
	       json_to_bytes(a, &log->data, json_object_get(json, "data")) &&
	       get_u64(&log->block_number, json, "blockNumber") &&
	       get_hash(&log->block_hash, json, "blockHash") &&
	       get_hash(&log->transaction_hash, json, "transactionHash") &&
	       get_u64(&log->log_index, json, "logIndex") &&
	       !json_is_true(json_object_get(json, "removed"));
}

enum l1_err l1_answer_logs(struct arena *a, const struct l1_log **out, size_t *count,
			   const json_t *result)
{
	size_t n = json_array_size(result);
	struct l1_log *logs;

	if (json_is_null(result))
		return L1_ABSENT;
	if (!json_is_array(result))
		return L1_BAD_ANSWER;
	logs = ARENA_ARRAY(a, struct l1_log, n);
	for (size_t i = 0; i < n; i++)
		if (!read_log(a, &logs[i], json_array_get(result, i)))
			return L1_BAD_ANSWER;
	*out = logs;
	*count = n;
	return L1_OK;
}

enum l1_err l1_answer_transaction(struct arena *a, struct l1_transaction *out, const json_t *result)
{
	const json_t *block = json_object_get(result, "blockHash");
	bool has_to;

	if (json_is_null(result))
		return L1_ABSENT;
	memset(out, 0, sizeof(*out));
	if (!get_hash(&out->hash, result, "hash") || !get_address(&out->from, result, "from") ||
	    !get_optional_address(&out->to, &has_to, result, "to") ||
	    !get_u64(&out->nonce, result, "nonce") || !get_u256(&out->value, result, "value") ||
	    !json_to_bytes(a, &out->input, json_object_get(result, "input")))
		return L1_BAD_ANSWER;
	out->is_creation = !has_to;
	out->is_mined = block && !json_is_null(block);
	if (out->is_mined && (!json_to_hash(&out->block_hash, block) ||
			      !get_u64(&out->block_number, result, "blockNumber")))
		return L1_BAD_ANSWER;
	return L1_OK;
}

/* The logs are of this receipt's block and transaction. */
static bool logs_belong(const struct l1_receipt *receipt)
{
	for (size_t i = 0; i < receipt->log_count; i++) {
		const struct l1_log *log = &receipt->logs[i];

		if (log->block_number != receipt->block_number ||
		    !hash32_eq(&log->block_hash, &receipt->block_hash) ||
		    !hash32_eq(&log->transaction_hash, &receipt->transaction_hash))
			return false;
	}
	return true;
}

enum l1_err l1_answer_receipt(struct arena *a, struct l1_receipt *out, const json_t *result)
{
	uint64_t status;

	if (json_is_null(result))
		return L1_ABSENT;
	memset(out, 0, sizeof(*out));
	if (!get_hash(&out->transaction_hash, result, "transactionHash") ||
	    !get_hash(&out->block_hash, result, "blockHash") ||
	    !get_u64(&out->block_number, result, "blockNumber") ||
	    !get_u64(&status, result, "status") || status > 1 ||
	    !get_u64(&out->gas_used, result, "gasUsed") ||
	    !get_u256(&out->effective_gas_price, result, "effectiveGasPrice") ||
	    !get_optional_address(&out->contract_address, &out->has_contract_address, result,
				  "contractAddress") ||
	    l1_answer_logs(a, &out->logs, &out->log_count, json_object_get(result, "logs")) !=
		L1_OK)
		return L1_BAD_ANSWER;
	out->success = status == 1;
	return logs_belong(out) ? L1_OK : L1_BAD_ANSWER;
}
