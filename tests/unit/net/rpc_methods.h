/* rpc_methods: a server of methods for tests. */
#ifndef GAVEL_TESTS_UNIT_NET_RPC_METHODS_H
#define GAVEL_TESTS_UNIT_NET_RPC_METHODS_H

#include <pthread.h>
#include <time.h>

#include "net/rpc_params.h"

#include "tests/unit/net/rpc_client.h"

#define HELD_MAX 64

/* Calls that wait until a test lets them go. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t added;
	struct rpc_call *calls[HELD_MAX];
	size_t count;
} held = { .lock = PTHREAD_MUTEX_INITIALIZER, .added = PTHREAD_COND_INITIALIZER };

/* The calls of t_gate, by their one-letter names in the order in which they began.
 * They return when the gate is open. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	char begun[HELD_MAX + 1];
	size_t count;
	bool is_open;
} gate = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

static inline void gate_set(bool is_open)
{
	pthread_mutex_lock(&gate.lock);
	gate.is_open = is_open;
	pthread_cond_broadcast(&gate.changed);
	pthread_mutex_unlock(&gate.lock);
}

/* Those that have begun, when they are `count`. */
static inline const char *gate_wait(size_t count)
{
	pthread_mutex_lock(&gate.lock);
	while (gate.count < count)
		pthread_cond_wait(&gate.changed, &gate.lock);
	pthread_mutex_unlock(&gate.lock);
	return gate.begun;
}

/* Which of the server's threads asks. */
static inline struct rpc_answered *method_thread(struct rpc_call *call)
{
	return rpc_reply_u64(call, (uint64_t)gettid());
}

static inline struct rpc_answered *method_gate(struct rpc_call *call)
{
	const char *name = json_string_value(rpc_param(call, 0));

	pthread_mutex_lock(&gate.lock);
	gate.begun[gate.count++] = *name;
	gate.begun[gate.count] = '\0';
	pthread_cond_broadcast(&gate.changed);
	while (!gate.is_open)
		pthread_cond_wait(&gate.changed, &gate.lock);
	pthread_mutex_unlock(&gate.lock);
	return rpc_reply(call, json_string(name));
}

static inline struct rpc_answered *method_context(struct rpc_call *call)
{
	return rpc_reply_u64(call, *(uint64_t *)rpc_context(call));
}

static inline struct rpc_answered *method_echo(struct rpc_call *call)
{
	const json_t *param = rpc_param(call, 0);

	return rpc_reply(call, param ? json_deep_copy(param) : json_null());
}

static inline struct rpc_answered *method_hold(struct rpc_call *call)
{
	struct rpc_answered *answered = rpc_defer(call);

	pthread_mutex_lock(&held.lock);
	held.calls[held.count++] = call;
	pthread_cond_broadcast(&held.added);
	pthread_mutex_unlock(&held.lock);
	return answered;
}

static inline void wait_for_held(size_t count)
{
	pthread_mutex_lock(&held.lock);
	while (held.count < count)
		pthread_cond_wait(&held.added, &held.lock);
	pthread_mutex_unlock(&held.lock);
}

static inline struct rpc_answered *method_revert(struct rpc_call *call)
{
	return rpc_fail(call, RPC_REVERTED, "execution reverted: \"no\"", json_string("0x1234"));
}

static inline struct rpc_answered *method_raw(struct rpc_call *call)
{
	return rpc_reply_raw(call, "{\"a\":[1]}", 9);
}

static inline struct rpc_answered *method_address(struct rpc_call *call)
{
	struct address address;

	if (!rpc_param_address(call, 0, &address))
		return rpc_fail_params(call);
	return rpc_reply(call, json_of_address(&address));
}

static inline struct rpc_answered *method_block(struct rpc_call *call)
{
	struct block_id id;

	if (!rpc_param_block(call, 0, &id))
		return rpc_fail_params(call);
	return rpc_reply(call, json_pack("[i,I]", (int)id.tag, (json_int_t)id.number));
}

static inline struct rpc_answered *method_block_number(struct rpc_call *call)
{
	struct block_id id;

	if (!rpc_param_block_number(call, 0, &id))
		return rpc_fail_params(call);
	return rpc_reply(call, json_pack("[i,I]", (int)id.tag, (json_int_t)id.number));
}

static inline struct rpc_answered *method_data(struct rpc_call *call)
{
	struct bytes data;

	if (!rpc_param_bytes(call, 0, &data))
		return rpc_fail_params(call);
	return rpc_reply_u64(call, data.len);
}

static inline struct rpc_answered *method_quantity(struct rpc_call *call)
{
	uint64_t value;

	if (!rpc_param_u64(call, 0, &value))
		return rpc_fail_params(call);
	return rpc_reply_u64(call, value);
}

static inline struct rpc_answered *method_member(struct rpc_call *call)
{
	struct address to = { { 0 } };
	bool present;

	if (!rpc_member_address(call, 0, "to", &to, &present))
		return rpc_fail_params(call);
	return rpc_reply(call, present ? json_of_address(&to) : json_null());
}

static inline struct rpc_answered *method_large(struct rpc_call *call)
{
	char text[40002];

	memset(text, 'x', sizeof(text));
	text[0] = text[40001] = '"';
	return rpc_reply_raw(call, text, sizeof(text));
}

/* Longer than the time limit of the test that calls it. */
static inline struct rpc_answered *method_slow(struct rpc_call *call)
{
	const struct timespec pause = { 0, 5 * 1000000 };

	nanosleep(&pause, NULL);
	return rpc_reply_u64(call, 1);
}

static const struct rpc_method methods[] = {
	{ "t_context", method_context, RPC_INLINE, 1 },
	{ "t_echo", method_echo, RPC_POOLED, 1 },
	{ "t_hold", method_hold, RPC_INLINE, 1 },
	{ "t_thread", method_thread, RPC_INLINE, 0 },
	{ "t_revert", method_revert, RPC_POOLED, 1 },
	{ "t_raw", method_raw, RPC_INLINE, 1 },
	{ "t_address", method_address, RPC_INLINE, 1 },
	{ "t_block", method_block, RPC_INLINE, 1 },
	{ "t_block_number", method_block_number, RPC_INLINE, 1 },
	{ "t_data", method_data, RPC_INLINE, 1 },
	{ "t_quantity", method_quantity, RPC_INLINE, 1 },
	{ "t_member", method_member, RPC_INLINE, 1 },
	{ "t_large", method_large, RPC_POOLED, 1 },
	{ "t_slow", method_slow, RPC_HEAVY, 1 },
	{ "t_gate", method_gate, RPC_HEAVY, 1 },
};

static uint64_t context_value = 7;

static inline void start(struct rpc_server_config config)
{
	char error[HTTP_SERVER_ERROR_SIZE];

	config.methods = methods;
	config.method_count = sizeof(methods) / sizeof(methods[0]);
	config.context = &context_value;
	if (!rpc_server_start(&server, &config, error))
		fail_msg("%s", error);
}

static inline int setup(void **state)
{
	(void)state;
	start((struct rpc_server_config){ .http = { .cors_origin = "*", .max_body = 100000 },
					  .max_batch = 100,
					  .max_batch_answer = 100000 });
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	rpc_server_stop(server, 1000);
	held.count = 0;
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
