/* jsonrpc_server: from the bytes of a request to its calls.  What happens to a
 * call then is in jsonrpc_call.c, where the slow ones run in jsonrpc_pool.c. */
#include "net/jsonrpc_server.h"

#include <stdlib.h>
#include <string.h>

#include "net/jsonrpc_call.h"
#include "base/native/clock.h"
#include "net/json_tree.h"
#include "net/jsonrpc_pool.h"
#include "net/rpc_params.h"

struct rpc_server {
	struct rpc_server_config config;
	const struct rpc_method **sorted; /* by name */
	struct rpc_pool *pool;
	struct rpc_pool *heavy_pool;
	struct http_server *http; /* NULL: none */
};

/* ---- methods ---- */

static int compare_methods(const void *a, const void *b)
{
	return strcmp((*(const struct rpc_method *const *)a)->name,
		      (*(const struct rpc_method *const *)b)->name);
}

/* strcmp() with a name that has no NUL. */
static int compare_name(struct json_part name, const char *method)
{
	int order = strncmp(name.text, method, name.len);

	return order ? order : -(method[name.len] != '\0');
}

static const struct rpc_method *find_method(const struct rpc_server *server, struct json_part name)
{
	size_t low = 0;
	size_t high = server->config.method_count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = compare_name(name, server->sorted[middle]->name);

		if (order == 0)
			return server->sorted[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* ---- one call ---- */

/* The members of a request object, as written. */
struct request_parts {
	struct json_part version, id, method, params;
};

static bool part_equals(struct json_part part, const char *literal)
{
	return part.len == strlen(literal) && memcmp(part.text, literal, part.len) == 0;
}

/* The last of equal names counts, as in most parsers.  Names with escapes are
 * names that we don't know. */
static void read_parts(struct request_parts *parts, struct json_part object)
{
	struct json_part rest = object;
	struct json_part name, value;

	memset(parts, 0, sizeof(*parts));
	while (json_next_member(&rest, &name, &value)) {
		if (part_equals(name, "\"jsonrpc\""))
			parts->version = value;
		else if (part_equals(name, "\"id\""))
			parts->id = value;
		else if (part_equals(name, "\"method\""))
			parts->method = value;
		else if (part_equals(name, "\"params\""))
			parts->params = value;
	}
}

/* JSON-RPC 2.0, section 4: "a String, Number, or NULL value". */
static bool id_is_valid(struct json_part id)
{
	return json_part_is(id, '"') || json_part_is(id, 'n') || json_part_is(id, '-') ||
	       (id.len && id.text[0] >= '0' && id.text[0] <= '9');
}

static void fail_not_found(struct rpc_call *call, struct json_part name)
{
	int shown = name.len < 64 ? (int)name.len : 64;

	(void)rpc_fail_format(call, RPC_METHOD_NOT_FOUND,
			      "the method %.*s does not exist/is not available", shown, name.text);
}

static void queue(struct rpc_pool *pool, struct rpc_lane *lane, struct rpc_call *call)
{
	if (!rpc_pool_add(pool, lane, call))
		(void)rpc_fail(call, RPC_LIMIT_EXCEEDED, "server is busy", NULL);
}

static void run(struct rpc_server *server, struct rpc_call *call)
{
	switch (call->method->where) {
	case RPC_INLINE:
		(void)call->method->handler(call);
		break;
	case RPC_POOLED:
		queue(server->pool, &call->message->pooled, call);
		break;
	case RPC_HEAVY:
		queue(server->heavy_pool, &call->message->heavy, call);
		break;
	}
}

/* Elements of an array, counted no further than `limit`. */
static size_t count_elements(struct json_part array, size_t limit)
{
	struct json_part element;
	size_t count = 0;

	while (count < limit && json_next_element(&array, &element))
		count++;
	return count;
}

/* The text of a string that has escapes, in memory of the call. */
static bool unescape(struct rpc_call *call, struct json_part *text, struct json_part string)
{
	json_t *tree = json_part_is(string, '"') ? json_tree(string) : NULL;
	size_t len = json_string_length(tree);
	char *copy = tree ? rpc_alloc(call, len + 1) : NULL;

	if (copy) {
		memcpy(copy, json_string_value(tree), len);
		*text = (struct json_part){ copy, len };
	}
	json_decref(tree);
	return copy != NULL;
}

/* A method's name, however it is written.  False: it is no string. */
static bool read_name(struct rpc_call *call, struct json_part *name, struct json_part written)
{
	return json_plain_string(name, written) || unescape(call, name, written);
}

/* Sees to it that `call` is answered, now or later. */
static void start_call(struct rpc_server *server, struct rpc_call *call, struct json_part request)
{
	struct request_parts parts;
	struct json_part name;

	if (json_part_is(request, '{'))
		read_parts(&parts, request);
	else
		memset(&parts, 0, sizeof(parts));
	if (id_is_valid(parts.id))
		call->id = parts.id;
	if (!part_equals(parts.version, "\"2.0\"") || !read_name(call, &name, parts.method) ||
	    (parts.id.len && !call->id.len)) {
		(void)rpc_fail(call, RPC_INVALID_REQUEST, "invalid request", NULL);
		return;
	}
	call->is_notification = !parts.id.len;
	call->method = find_method(server, name);
	if (!call->method) {
		fail_not_found(call, name);
		return;
	}
	if (json_part_is(parts.params, '[')) {
		call->params = parts.params;
	} else if (parts.params.len && !json_part_is(parts.params, 'n')) {
		(void)rpc_fail(call, RPC_INVALID_PARAMS, "non-array args", NULL);
		return;
	}
	if (call->params.len && count_elements(call->params, (size_t)call->method->most_params +
								 1) > call->method->most_params)
		(void)rpc_fail_format(call, RPC_INVALID_PARAMS,
				      "too many arguments, want at most %u",
				      call->method->most_params);
	else
		run(server, call);
}

/* ---- a message ---- */

static void answer_error(rpc_done *done, void *context, int code, const char *text)
{
	size_t len;
	char *answer = rpc_error_text(&len, (struct json_part){ NULL, 0 }, code, text, NULL);

	done(context, answer, len);
}

static void start_all(struct rpc_server *server, struct rpc_message *message,
		      struct json_part value)
{
	struct json_part element;

	if (!message->is_batch) {
		start_call(server, &message->calls[0], value);
	} else {
		for (size_t i = 0; i < message->count; i++)
			if (json_next_element(&value, &element))
				start_call(server, &message->calls[i], element);
	}
	rpc_message_release(message);
}

/* How many calls `request` makes, with `*value` set; 0: none, and `*code` and
 * `*error` say why. */
static size_t read_message(const struct rpc_server *server, struct json_part *value,
			   struct bytes request, int *code, const char **error)
{
	size_t count;

	*code = RPC_PARSE_ERROR;
	*error = "parse error";
	if (!json_scan(value, request, server->config.max_depth))
		return 0;
	if (!json_part_is(*value, '['))
		return 1;
	*code = RPC_INVALID_REQUEST;
	*error = "empty batch";
	count = count_elements(*value, (size_t)server->config.max_batch + 1);
	if (count <= server->config.max_batch)
		return count;
	*error = "batch too large";
	return 0;
}

static void start_message(struct rpc_server *server, size_t count, struct json_part value,
			  uint64_t client, rpc_done *done, void *context)
{
	struct rpc_message *message = rpc_message_new(count);

	if (!message) {
		answer_error(done, context, RPC_INTERNAL_ERROR, "out of memory");
		return;
	}
	message->context = server->config.context;
	message->done = done;
	message->done_context = context;
	message->is_batch = json_part_is(value, '[');
	message->client = client;
	message->max_answer = server->config.max_batch_answer;
	message->deadline_ms = clock_ms() + server->config.timeout_ms;
	start_all(server, message, value);
}

void rpc_server_handle(struct rpc_server *server, struct bytes request, rpc_done *done,
		       void *context)
{
	struct json_part value;
	const char *error;
	int code;
	size_t count = read_message(server, &value, request, &code, &error);

	if (count)
		start_message(server, count, value, 0, done, context);
	else
		answer_error(done, context, code, error);
}

/* ---- HTTP ---- */

static void reply_http(void *context, char *text, size_t len)
{
	http_reply_take(context, 200, "application/json", text, len);
}

static void handle_get(struct rpc_server *server, struct http_exchange *exchange,
		       const struct http_request *request)
{
	static const char page[] = "Gavel: JSON-RPC 2.0 by POST.\n";

	if (server->config.get)
		server->config.get(server->config.context, exchange, request);
	else if (strcmp(request->path, "/") == 0)
		http_reply(exchange, 200, "text/plain", bytes_of(page, sizeof(page) - 1));
	else
		http_reply(exchange, 404, "text/plain", bytes_of("not found\n", 10));
}

static void handle_http(void *context, struct http_exchange *exchange,
			const struct http_request *request)
{
	struct rpc_server *server = context;
	struct json_part value;
	const char *error;
	int code;
	size_t count;

	if (request->method == HTTP_GET) {
		handle_get(server, exchange, request);
		return;
	}
	count = read_message(server, &value, request->body, &code, &error);
	if (!count)
		answer_error(reply_http, exchange, code, error);
	else if (count > 1 && !http_charge(exchange, (unsigned)count - 1))
		http_reply(exchange, 429, "text/plain", bytes_of("too many requests\n", 18));
	else
		start_message(server, count, value, request->client, reply_http, exchange);
}

/* ---- start and stop ---- */

static void set_defaults(struct rpc_server_config *config)
{
	if (!config->workers)
		config->workers = 2;
	if (!config->max_batch)
		config->max_batch = 1000;
	if (!config->max_depth)
		config->max_depth = 32;
	if (!config->max_batch_answer)
		config->max_batch_answer = 25000000;
	if (!config->max_queue)
		config->max_queue = 10000;
	if (!config->timeout_ms)
		config->timeout_ms = 30000;
}

static void server_free(struct rpc_server *server)
{
	if (server->pool)
		rpc_pool_free(server->pool);
	if (server->heavy_pool)
		rpc_pool_free(server->heavy_pool);
	free(server->sorted);
	free(server);
}

struct rpc_server *rpc_server_new(const struct rpc_server_config *config)
{
	struct rpc_server *server = calloc(1, sizeof(*server));

	if (!server)
		return NULL;
	server->config = *config;
	set_defaults(&server->config);
	server->sorted = calloc(config->method_count + 1, sizeof(server->sorted[0]));
	server->pool = rpc_pool_new(server->config.workers, server->config.max_queue);
	server->heavy_pool = rpc_pool_new(server->config.workers, server->config.max_queue);
	if (!server->sorted || !server->pool || !server->heavy_pool) {
		server_free(server);
		return NULL;
	}
	for (size_t i = 0; i < config->method_count; i++)
		server->sorted[i] = &config->methods[i];
	qsort(server->sorted, config->method_count, sizeof(server->sorted[0]), compare_methods);
	return server;
}

bool rpc_server_start(struct rpc_server **out, const struct rpc_server_config *config,
		      char error[HTTP_SERVER_ERROR_SIZE])
{
	struct http_server_config http = config->http;
	struct rpc_server *server = rpc_server_new(config);

	if (!server) {
		strcpy(error, "out of memory");
		return false;
	}
	http.handler = handle_http;
	http.context = server;
	if (!http_server_start(&server->http, &http, error)) {
		server_free(server);
		return false;
	}
	*out = server;
	return true;
}

uint16_t rpc_server_port(const struct rpc_server *server)
{
	return server->http ? http_server_port(server->http) : 0;
}

void rpc_server_stop(struct rpc_server *server, unsigned drain_ms)
{
	if (server->http)
		http_server_stop(server->http, drain_ms);
	server_free(server);
}
