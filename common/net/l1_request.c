#include "net/l1_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/native/arena_heap.h"
#include "base/native/clock.h"

/* ---- making ---- */

struct l1_client *l1_client_new(const struct l1_client_config *config)
{
	struct l1_client *client = calloc(1, sizeof(*client));

	if (!client)
		return NULL;
	client->config = *config;
	if (!client->config.retry_budget_ms)
		client->config.retry_budget_ms = 20000;
	if (!client->config.first_wait_ms)
		client->config.first_wait_ms = 100;
	if (!client->config.longest_wait_ms)
		client->config.longest_wait_ms = 5000;
	if (!client->config.batch_limit)
		client->config.batch_limit = 50;
	client->next_id = 1;
	client->http = http_client_new(&config->http);
	if (!client->http) {
		free(client);
		return NULL;
	}
	if (getrandom(&client->random, sizeof(client->random), GRND_NONBLOCK) < 0)
		client->random = clock_ms();
	client->random |= 1;
	arena_init(&client->arena, &arena_heap, ARENA_HEAP_BLOCK);
	return client;
}

void l1_client_free(struct l1_client *client)
{
	if (!client)
		return;
	http_client_free(client->http);
	arena_free(&client->arena);
	free(client);
}

const char *l1_client_name(const struct l1_client *client)
{
	return http_client_name(client->http);
}

const struct l1_node_error *l1_error(const struct l1_client *client)
{
	return &client->error;
}

/* ---- waiting ---- */

static bool is_stopped(const struct l1_client *client)
{
	return client->config.http.stop && atomic_load(client->config.http.stop);
}

static void wait_ms(const struct l1_client *client, uint64_t ms)
{
	uint64_t end = clock_ms() + ms;

	while (!is_stopped(client) && clock_ms() < end) {
		uint64_t left = end - clock_ms();
		uint64_t slice = left < 50 ? left : 50;
		struct timespec pause = { 0, (long)slice * 1000000 };

		nanosleep(&pause, NULL);
	}
}

/* Between a half and the whole of `ms`, so that clients spread out. */
static uint64_t with_jitter(struct l1_client *client, uint64_t ms)
{
	/* xorshift64: good enough to tell clients apart. */
	client->random ^= client->random << 13;
	client->random ^= client->random >> 7;
	client->random ^= client->random << 17;
	return ms - client->random % (ms / 2 + 1);
}

/* How a series of attempts stands. */
struct attempts {
	uint64_t end_ms;
	uint64_t next_wait_ms;
	bool is_told;
};

static struct attempts attempts_begin(const struct l1_client *client)
{
	return (struct attempts){ clock_ms() + client->config.retry_budget_ms,
				  client->config.first_wait_ms, false };
}

/* Waits before another attempt.  False: the budget does not allow one. */
static bool attempts_wait(struct l1_client *client, struct attempts *attempts,
			  unsigned retry_after_ms)
{
	uint64_t wait = with_jitter(client, attempts->next_wait_ms);

	if (wait < retry_after_ms)
		wait = retry_after_ms;
	if (is_stopped(client) || clock_ms() + wait >= attempts->end_ms)
		return false;
	if (client->config.repeats && !attempts->is_told)
		client->config.repeats(client->config.repeats_context);
	attempts->is_told = true;
	wait_ms(client, wait);
	attempts->next_wait_ms *= 2;
	if (attempts->next_wait_ms > client->config.longest_wait_ms)
		attempts->next_wait_ms = client->config.longest_wait_ms;
	return !is_stopped(client);
}

/* ---- text ---- */

static void note(struct l1_client *client, const char *text)
{
	memset(&client->error, 0, sizeof(client->error));
	snprintf(client->error.message, sizeof(client->error.message), "%s", text);
}

void l1_request_begin(struct l1_client *client)
{
	arena_free(&client->arena);
	memset(&client->error, 0, sizeof(client->error));
}

enum l1_err l1_request_bad(struct l1_client *client, const char *why)
{
	note(client, why);
	return L1_BAD_ANSWER;
}

static void add_call(struct json_text *text, uint64_t id, const char *method, const json_t *params)
{
	json_text_literal(text, "{\"jsonrpc\":\"2.0\",\"id\":");
	json_text_integer(text, (int64_t)id);
	json_text_literal(text, ",\"method\":");
	json_text_quoted(text, method);
	json_text_literal(text, ",\"params\":");
	json_text_value(text, params);
	json_text_literal(text, "}");
}

/* ---- one attempt ---- */

/* What may be better next time: the node or what is between us was busy. */
static bool is_passing(const struct l1_client *client, enum l1_err err)
{
	if (err == L1_UNAVAILABLE)
		return true;
	if (err != L1_NODE_ERROR)
		return false;
	return client->error.code == 429 || strcasestr(client->error.message, "rate limit") ||
	       strcasestr(client->error.message, "too many requests");
}

/* The exchange of HTTP: L1_OK with `answer->body` to be read. */
static enum l1_err post(struct l1_client *client, const struct json_text *text,
			struct http_answer *answer)
{
	if (text->failed) {
		note(client, "out of memory");
		return L1_UNAVAILABLE;
	}
	switch (http_post_json(client->http, bytes_of(text->data, text->len), answer)) {
	case HTTP_OK:
		return L1_OK;
	case HTTP_REFUSED: /* some nodes answer JSON-RPC errors with 4xx */
		if (answer->body.len && answer->body.data[0] == '{')
			return L1_OK;
		note(client, answer->text);
		return L1_NODE_ERROR;
	case HTTP_TOO_LARGE: /* it would be again */
		note(client, answer->text);
		return L1_NODE_ERROR;
	case HTTP_STOPPED:
		note(client, answer->text);
		return L1_STOPPED;
	case HTTP_UNREACHABLE:
	case HTTP_TIMEOUT:
	case HTTP_CUT_OFF:
	case HTTP_RATE_LIMITED:
	case HTTP_SERVER_ERROR:
		note(client, answer->text);
		return L1_UNAVAILABLE;
	}
	return L1_UNAVAILABLE;
}

static enum l1_err try_one(struct l1_client *client, json_t **result, const char *method,
			   const json_t *params, unsigned *retry_after_ms)
{
	struct json_text text = { NULL, 0, 0, false };
	struct http_answer answer = { .retry_after_ms = 0 };
	uint64_t id = client->next_id++;
	enum l1_err err;

	add_call(&text, id, method, params);
	err = post(client, &text, &answer);
	json_text_free(&text);
	*retry_after_ms = answer.retry_after_ms;
	if (err != L1_OK)
		return err;
	return l1_answer_parse(&client->arena, result, &client->error, answer.body, id);
}

static enum l1_err try_many(struct l1_client *client, json_t **results, enum l1_err *errs,
			    const struct l1_request *calls, size_t count, unsigned *retry_after_ms)
{
	struct json_text text = { NULL, 0, 0, false };
	struct http_answer answer = { .retry_after_ms = 0 };
	uint64_t first_id = client->next_id;
	enum l1_err err;

	client->next_id += count;
	for (size_t i = 0; i < count; i++) {
		json_text_add(&text, i ? "," : "[", 1);
		add_call(&text, first_id + i, calls[i].method, calls[i].params);
	}
	json_text_literal(&text, "]");
	err = post(client, &text, &answer);
	json_text_free(&text);
	*retry_after_ms = answer.retry_after_ms;
	if (err != L1_OK)
		return err;
	err = l1_answer_parse_batch(&client->arena, results, errs, &client->error, answer.body,
				    first_id, count);
	for (size_t i = 0; err == L1_OK && i < count; i++)
		err = errs[i];
	for (size_t i = 0; err != L1_OK && i < count; i++) {
		json_decref(results[i]);
		results[i] = NULL;
	}
	return err;
}

/* ---- with retries ---- */

/* A 2xx answer that is no JSON-RPC comes from a proxy, or broke off behind one:
 * asking again may help, as with those that did not arrive. */
static bool goes_on(struct l1_client *client, struct attempts *attempts, enum l1_err err,
		    unsigned retry_after_ms)
{
	if (err != L1_BAD_ANSWER && !is_passing(client, err))
		return false;
	return attempts_wait(client, attempts, retry_after_ms);
}

/* Of the last attempt, for the caller. */
static enum l1_err outcome(const struct l1_client *client, enum l1_err err)
{
	if (err != L1_OK && is_stopped(client))
		return L1_STOPPED;
	return is_passing(client, err) ? L1_UNAVAILABLE : err;
}

enum l1_err l1_request_one(struct l1_client *client, json_t **result, const char *method,
			   json_t *params)
{
	struct attempts attempts = attempts_begin(client);
	unsigned retry_after_ms;
	enum l1_err err;

	l1_request_begin(client);
	do {
		err = try_one(client, result, method, params, &retry_after_ms);
	} while (err != L1_OK && goes_on(client, &attempts, err, retry_after_ms));
	json_decref(params);
	return outcome(client, err);
}

enum l1_err l1_request_once(struct l1_client *client, json_t **result, const char *method,
			    json_t *params, unsigned *retry_after_ms)
{
	enum l1_err err;

	l1_request_begin(client);
	err = try_one(client, result, method, params, retry_after_ms);
	json_decref(params);
	return outcome(client, err);
}

static enum l1_err request_chunk(struct l1_client *client, json_t **results,
				 const struct l1_request *calls, size_t count)
{
	struct attempts attempts = attempts_begin(client);
	enum l1_err *errs = ARENA_ARRAY(&client->arena, enum l1_err, count);
	unsigned retry_after_ms;
	enum l1_err err;

	do {
		if (count == 1)
			err = try_one(client, results, calls[0].method, calls[0].params,
				      &retry_after_ms);
		else
			err = try_many(client, results, errs, calls, count, &retry_after_ms);
	} while (err != L1_OK && goes_on(client, &attempts, err, retry_after_ms));
	return outcome(client, err);
}

enum l1_err l1_request_many(struct l1_client *client, json_t **results,
			    const struct l1_request *calls, size_t count)
{
	enum l1_err err = L1_OK;
	size_t done = 0;

	l1_request_begin(client);
	while (err == L1_OK && done < count) {
		size_t chunk = count - done;

		if (chunk > client->config.batch_limit)
			chunk = client->config.batch_limit;
		err = request_chunk(client, results + done, calls + done, chunk);
		if (err == L1_OK)
			done += chunk;
	}
	for (size_t i = 0; i < count; i++)
		json_decref(calls[i].params);
	for (size_t i = 0; err != L1_OK && i < done; i++) {
		json_decref(results[i]);
		results[i] = NULL;
	}
	return err;
}
