/* rpc: joins the groups of methods into one server, and answers GET: a page
 * of figures for people and monitoring. */
#include "sequencer/rpc.h"

#include <stdlib.h>
#include <string.h>

#include "net/json_values.h"
#include "net/l1_thread.h"
#include "sequencer/rpc_filters.h"
#include "sequencer/rpc_format.h"
#include "sequencer/rpc_view.h"

static const struct rpc_group *const groups[] = {
	&rpc_submit_methods, &rpc_chain_methods, &rpc_state_methods,  &rpc_call_methods,
	&rpc_fee_methods,    &rpc_log_methods,   &rpc_rollup_methods,
};

#define GROUPS      (sizeof(groups) / sizeof(groups[0]))
#define METHODS_MAX 128

/* A process serves one chain.  These live as long as it does, because calls may
 * be completed after the server has stopped. */
static struct rpc_method methods[METHODS_MAX];
static struct rpc_service service;

static size_t join_groups(void)
{
	size_t count = 0;

	for (size_t i = 0; i < GROUPS; i++)
		for (size_t m = 0; m < groups[i]->count && count < METHODS_MAX; m++)
			methods[count++] = groups[i]->methods[m];
	return count;
}

/* ---- GET ---- */

static void reply_json(struct http_exchange *exchange, int status, json_t *json)
{
	char *text = json_dumps(json, JSON_INDENT(2));

	json_decref(json);
	if (text)
		http_reply_take(exchange, status, "application/json", text, strlen(text));
	else
		http_reply(exchange, 500, "text/plain", bytes_of("out of memory\n", 14));
}

static void set_number(json_t *object, const char *name, uint64_t value)
{
	rpc_set(object, name, json_integer((json_int_t)value));
}

static json_t *pool_page(struct pool *pool)
{
	struct pool_counts counts = pool_counts(pool);
	json_t *json = json_object();

	set_number(json, "executable", counts.executable);
	set_number(json, "waiting", counts.waiting);
	set_number(json, "bytes", counts.bytes);
	return json;
}

static json_t *heads_page(struct sequencer *s)
{
	struct reader_pair *pair = reader_take(s->readers);
	struct chain_heads heads;
	json_t *json;

	if (!pair)
		return json_null();
	heads = chain_reader_heads(pair->chain);
	reader_give(s->readers, pair);
	json = json_object();
	set_number(json, "latest", heads.latest);
	set_number(json, "safe", heads.safe);
	set_number(json, "finalized", heads.finalized);
	return json;
}

static json_t *l1_page(struct sequencer *s)
{
	struct l1_thread_status l1 = l1_thread_status(s->l1);
	json_t *json = json_object();

	set_number(json, "head", l1.head);
	set_number(json, "finalized", l1.finalized);
	rpc_set(json, "reachable", json_boolean(l1.is_reachable));
	return json;
}

static json_t *safe_lag_page(struct sequencer *s)
{
	json_t *json = json_object();

	set_number(json, "batches", atomic_load(&s->safe_lag.batches));
	set_number(json, "seconds", atomic_load(&s->safe_lag.seconds));
	rpc_set(json, "isWaiting", json_boolean(atomic_load(&s->safe_lag.is_waiting)));
	return json;
}

static void status_page(struct sequencer *s, struct http_exchange *exchange)
{
	json_t *json = json_object();

	rpc_set(json, "version", json_string(RPC_CLIENT_VERSION));
	set_number(json, "chainId", s->config.chain.chain_id);
	rpc_set(json, "genesisHash", json_of_hash(&s->config.genesis_hash));
	rpc_set(json, "heads", heads_page(s));
	rpc_set(json, "l1", l1_page(s));
	rpc_set(json, "safeLag", safe_lag_page(s));
	rpc_set(json, "pool", pool_page(s->pool));
	reply_json(exchange, 200, json);
}

/* NULL: all is well.  It is not while nothing can become safe. */
static const char *illness(struct sequencer *s, char text[COMPLAINT_TEXT_SIZE])
{
	if (atomic_load(&s->stop))
		return "the sequencer is stopping";
	if (l1_thread_trouble(s->l1, text))
		return text;
	if (safe_lag_complaint(&s->safe_lag, text))
		return text;
	if (notice_read(&s->inbox, text) || notice_read(&s->catching_up, text) ||
	    notice_read(&s->posting.notice, text))
		return text;
	return clock_watch_complaint(&s->clock, text);
}

/* For load balancers and alarms. */
static void health_page(struct sequencer *s, struct http_exchange *exchange)
{
	char text[COMPLAINT_TEXT_SIZE];
	const char *reason = illness(s, text);
	json_t *json = json_object();

	rpc_set(json, "healthy", json_boolean(!reason));
	if (reason)
		rpc_set(json, "reason", json_string(reason));
	reply_json(exchange, reason ? 503 : 200, json);
}

static void get(void *context, struct http_exchange *exchange, const struct http_request *request)
{
	struct sequencer *s = ((struct rpc_service *)context)->sequencer;

	if (strcmp(request->path, "/") == 0)
		status_page(s, exchange);
	else if (strcmp(request->path, "/health") == 0)
		health_page(s, exchange);
	else
		http_reply(exchange, 404, "text/plain", bytes_of("not found\n", 10));
}

bool rpc_start(struct rpc_server **server, struct sequencer *s, char error[HTTP_SERVER_ERROR_SIZE])
{
	const struct options *o = s->options;
	struct rpc_server_config config = {
		.http = { .bind_address = o->service.rpc_address,
			  .port = o->service.rpc_port,
			  .cors_origin = o->rpc_cors,
			  .threads = o->rpc_threads,
			  .max_per_client = o->rpc_connections,
			  .requests_per_s = o->rpc_rate },
		.methods = methods,
		.method_count = join_groups(),
		.context = &service,
		.get = get,
		.workers = o->rpc_threads,
	};

	service.sequencer = s;
	if (!service.filters)
		service.filters = rpc_filters_new();
	if (!service.filters) {
		strcpy(error, "out of memory");
		return false;
	}
	return rpc_server_start(server, &config, error);
}
