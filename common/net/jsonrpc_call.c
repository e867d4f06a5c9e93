#include "net/jsonrpc_call.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "net/json_text.h"
#include "net/json_tree.h"
#include "net/json_values.h"
#include "net/rpc_params.h"

struct rpc_allocation {
	struct rpc_allocation *next;
	max_align_t memory[];
};

/* Said when there is no memory to say anything else. */
#define RPC_OUT_OF_MEMORY                                                                          \
	"{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32603,"                             \
	"\"message\":\"out of memory\"}}"

#define RPC_RESPONSE_TOO_LARGE (-32003) /* geth: errcodeResponseTooLarge */

struct rpc_message *rpc_message_new(size_t count)
{
	struct rpc_message *message =
	    calloc(1, sizeof(*message) + count * sizeof(message->calls[0]));

	if (!message)
		return NULL;
	message->count = count;
	atomic_init(&message->pending, count + 1);
	atomic_init(&message->answer_bytes, 0);
	for (size_t i = 0; i < count; i++)
		message->calls[i].message = message;
	return message;
}

/* ---- the whole answer ---- */

static void add_answer(struct json_text *text, const struct rpc_call *call)
{
	if (text->len > 1)
		json_text_literal(text, ",");
	if (call->answer)
		json_text_add(text, call->answer, call->answer_len);
	else
		json_text_literal(text, RPC_OUT_OF_MEMORY);
}

/* The answers in their order; notifications have none. */
static void join_answers(struct json_text *text, const struct rpc_message *message)
{
	json_text_reserve(text, atomic_load(&message->answer_bytes) + message->count + 2);
	json_text_literal(text, "[");
	for (size_t i = 0; i < message->count; i++)
		if (!message->calls[i].is_notification)
			add_answer(text, &message->calls[i]);
	if (text->len == 1)
		text->len = 0;
	else
		json_text_literal(text, "]");
}

static void message_finish(struct rpc_message *message)
{
	struct json_text text = { NULL, 0, 0, false };

	if (message->is_batch) {
		join_answers(&text, message);
	} else if (!message->calls[0].is_notification) {
		text.data = message->calls[0].answer;
		text.len = message->calls[0].answer_len;
		text.failed = !text.data;
		message->calls[0].answer = NULL;
	}
	if (text.failed) {
		json_text_free(&text);
		json_text_literal(&text, RPC_OUT_OF_MEMORY);
	}
	message->done(message->done_context, text.data, text.len);
	for (size_t i = 0; i < message->count; i++)
		free(message->calls[i].answer);
	free(message);
}

void rpc_message_hold(struct rpc_message *message)
{
	atomic_fetch_add(&message->pending, 1);
}

void rpc_message_release(struct rpc_message *message)
{
	if (atomic_fetch_sub(&message->pending, 1) == 1)
		message_finish(message);
}

/* ---- one answer ---- */

/* The token: never looked into, only its making matters. */
static struct rpc_answered *answered(void)
{
	return (struct rpc_answered *)(uintptr_t)1;
}

struct rpc_answered *rpc_defer(struct rpc_call *call)
{
	(void)call;
	return answered();
}

static void free_allocations(struct rpc_call *call)
{
	while (call->allocations) {
		struct rpc_allocation *next = call->allocations->next;

		free(call->allocations);
		call->allocations = next;
	}
}

static void begin_answer(struct json_text *text, struct json_part id)
{
	json_text_literal(text, "{\"jsonrpc\":\"2.0\",\"id\":");
	if (id.len)
		json_text_add(text, id.text, id.len);
	else
		json_text_literal(text, "null");
}

char *rpc_error_text(size_t *len, struct json_part id, int code, const char *message,
		     const json_t *data)
{
	struct json_text text = { NULL, 0, 0, false };

	begin_answer(&text, id);
	json_text_literal(&text, ",\"error\":{\"code\":");
	json_text_integer(&text, code);
	json_text_literal(&text, ",\"message\":");
	json_text_quoted(&text, message);
	if (data) {
		json_text_literal(&text, ",\"data\":");
		json_text_value(&text, data);
	}
	json_text_literal(&text, "}}");
	if (text.failed)
		json_text_free(&text);
	*len = text.len;
	return text.data;
}

/* A batch may not grow beyond its bound: what is too much becomes an error. */
static void bound_answer(struct rpc_call *call)
{
	struct rpc_message *message = call->message;
	size_t sum = atomic_fetch_add(&message->answer_bytes, call->answer_len) + call->answer_len;

	if (!message->is_batch || sum <= message->max_answer)
		return;
	atomic_fetch_sub(&message->answer_bytes, call->answer_len);
	free(call->answer);
	call->answer = rpc_error_text(&call->answer_len, call->id, RPC_RESPONSE_TOO_LARGE,
				      "response too large", NULL);
}

/* Takes `text` over as the answer.  `call` may be gone afterwards. */
static struct rpc_answered *finish(struct rpc_call *call, struct json_text *text)
{
	if (text->failed || call->is_notification)
		json_text_free(text);
	call->answer = text->data;
	call->answer_len = text->len;
	bound_answer(call);
	json_decref(call->parsed);
	call->parsed = NULL;
	free_allocations(call);
	rpc_message_release(call->message);
	return answered();
}

struct rpc_answered *rpc_reply_raw(struct rpc_call *call, const char *json, size_t len)
{
	struct json_text text = { NULL, 0, 0, false };

	json_text_reserve(&text, len + call->id.len + 48);
	begin_answer(&text, call->id);
	json_text_literal(&text, ",\"result\":");
	json_text_add(&text, json, len);
	json_text_literal(&text, "}");
	return finish(call, &text);
}

struct rpc_answered *rpc_reply(struct rpc_call *call, json_t *result)
{
	struct json_text text = { NULL, 0, 0, false };

	if (!result)
		return rpc_fail(call, RPC_INTERNAL_ERROR, "out of memory", NULL);
	begin_answer(&text, call->id);
	json_text_literal(&text, ",\"result\":");
	json_text_value(&text, result);
	json_text_literal(&text, "}");
	json_decref(result);
	return finish(call, &text);
}

struct rpc_answered *rpc_reply_u64(struct rpc_call *call, uint64_t value)
{
	char text[1 + HEX_U64_SIZE + 1] = "\"";
	size_t len;

	hex_encode_u64(text + 1, value);
	len = strlen(text);
	text[len] = '"';
	return rpc_reply_raw(call, text, len + 1);
}

struct rpc_answered *rpc_reply_hash(struct rpc_call *call, const struct hash32 *hash)
{
	char text[1 + 2 + 64 + 1 + 1] = "\"0x";

	hex_encode(text + 3, bytes_of_hash(hash));
	text[67] = '"';
	return rpc_reply_raw(call, text, 68);
}

struct rpc_answered *rpc_reply_null(struct rpc_call *call)
{
	return rpc_reply_raw(call, "null", 4);
}

struct rpc_answered *rpc_fail(struct rpc_call *call, int code, const char *message, json_t *data)
{
	struct json_text text = { NULL, 0, 0, false };

	text.data = rpc_error_text(&text.len, call->id, code, message, data);
	text.failed = !text.data;
	json_decref(data);
	return finish(call, &text);
}

struct rpc_answered *rpc_fail_format(struct rpc_call *call, int code, const char *format, ...)
{
	char message[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	return rpc_fail(call, code, message, NULL);
}

/* ---- what a handler reads ---- */

void *rpc_context(const struct rpc_call *call)
{
	return call->message->context;
}

const char *rpc_method_name(const struct rpc_call *call)
{
	return call->method ? call->method->name : "";
}

bool rpc_is_notification(const struct rpc_call *call)
{
	return call->is_notification;
}

bool rpc_param_part(const struct rpc_call *call, size_t index, struct json_part *out)
{
	struct json_part rest = call->params;

	if (!rest.len)
		return false;
	do {
		if (!json_next_element(&rest, out))
			return false;
	} while (index--);
	return !json_part_is(*out, 'n');
}

size_t rpc_param_count(const struct rpc_call *call)
{
	struct json_part rest = call->params;
	struct json_part element;
	size_t count = 0;

	while (rest.len && json_next_element(&rest, &element))
		count++;
	return count;
}

const json_t *rpc_param(const struct rpc_call *call, size_t index)
{
	struct rpc_call *cache = (struct rpc_call *)call;
	const json_t *param;

	if (!call->parsed && call->params.len)
		cache->parsed = json_tree(call->params);
	param = json_array_get(call->parsed, index);
	return json_is_null(param) ? NULL : param;
}

void *rpc_alloc(struct rpc_call *call, size_t size)
{
	struct rpc_allocation *allocation = malloc(sizeof(*allocation) + size);

	if (!allocation)
		return NULL;
	allocation->next = call->allocations;
	call->allocations = allocation;
	return allocation->memory;
}
