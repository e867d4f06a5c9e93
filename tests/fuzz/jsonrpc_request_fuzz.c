/* Any bytes as a JSON-RPC request: there is one answer, it is JSON (or nothing,
 * for notifications), and the scanner is no stricter than jansson. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "net/json_values.h"
#include "net/rpc_params.h"

static struct rpc_answered *read_everything(struct rpc_call *call)
{
	struct address address;
	struct hash32 hash;
	struct bytes data;
	struct block_id block;
	struct u256 value;
	bool present;

	(void)rpc_param_hash(call, 0, &hash);
	(void)rpc_param_u256(call, 0, &value);
	(void)rpc_param_bytes(call, 0, &data);
	(void)rpc_param_storage_key(call, 0, &hash);
	(void)rpc_param_block(call, 0, &block);
	(void)rpc_member_bytes(call, 0, "data", &data, &present);
	(void)rpc_param(call, 1);
	if (!rpc_param_address(call, 0, &address))
		return rpc_fail_params(call);
	return rpc_reply(call, json_of_address(&address));
}

static struct rpc_answered *echo(struct rpc_call *call)
{
	const json_t *param = rpc_param(call, 0);

	return rpc_reply(call, param ? json_deep_copy(param) : json_null());
}

static const struct rpc_method methods[] = {
	{ "read", read_everything, RPC_INLINE, 16 },
	{ "echo", echo, RPC_INLINE, 16 },
};

static void check_answer(void *context, char *text, size_t len)
{
	unsigned *answers = context;

	++*answers;
	if (len) {
		json_t *json = json_loadb(text, len, JSON_ALLOW_NUL, NULL);
		struct json_part value;

		/* An id is given back as it came: jansson may find its number too
		 * large, the grammar must not. */
		FUZZ_CHECK(json_scan(&value, bytes_of(text, len), JSON_SCAN_DEPTH_MAX));
		json_decref(json);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct rpc_server *server;
	unsigned answers = 0;
	struct json_part value;
	json_t *json;

	if (!server) {
		const struct rpc_server_config config = {
			.methods = methods, .method_count = 2, .workers = 1, .max_batch = 20
		};

		server = rpc_server_new(&config);
	}
	rpc_server_handle(server, bytes_of(data, len), check_answer, &answers);
	FUZZ_CHECK(answers == 1);
	if (len && memchr(data, 0, len))
		return 0; /* jansson lets a NUL end the text */
	json = json_loadb((const char *)data, len, JSON_DECODE_ANY, NULL);
	if (json && !json_scan(&value, bytes_of(data, len), JSON_SCAN_DEPTH_MAX))
		FUZZ_CHECK(json_is_array(json) || json_is_object(json)); /* too deep */
	json_decref(json);
	return 0;
}
