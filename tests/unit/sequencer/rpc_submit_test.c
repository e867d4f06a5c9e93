/* Which transactions eth_sendRawTransaction takes: the door before the pool. */
#include "tests/unit/net/rpc_client.h"
#include "tests/unit/sequencer/pool_steps.h"

#include "base/hex.h"
#include "sequencer/rpc.h"
#include "sequencer/rpc_filters.h"
#include "sequencer/rpc_view.h"

#define OWNER "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* geth: internal/ethapi, SubmitTransaction(). */
#define UNPROTECTED "only replay-protected (EIP-155) transactions allowed over RPC"

/* How the well-known deployment proxy comes to a chain that does not have it in its
 * genesis (Arachnid's deterministic-deployment-proxy): a creation whose signature was
 * made up, so that nobody has its key, and whose sender and address are the same
 * everywhere. */
#define PROXY_SENDER "3fab184622dc19b6109349b94811493bf2a45362"
#define PROXY_CREATION                                                                             \
	"0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffff"         \
	"ffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f5"         \
	"8015156039578182fd5b8082525050506014600cf31ba02222222222222222222222222222222222"         \
	"222222222222222222222222222222a0222222222222222222222222222222222222222222222222"         \
	"2222222222222222"
#define PROXY_HASH "0xeddf9e61fb9d8f5111840daef55e5fde0041f5702856532cdbb5a02998033d26"

struct setting {
	char directory[64], path[96];
	struct options options;
	struct sequencer sequencer;
	struct rpc_service service;
};

static int begin(void **state)
{
	struct setting *s = calloc(1, sizeof(*s));
	struct rpc_server_config server_config = { .methods = rpc_submit_methods.methods,
						   .method_count = rpc_submit_methods.count };
	char text[DATABASE_ERROR_SIZE + HTTP_SERVER_ERROR_SIZE] = "";

	assert_non_null(s);
	strcpy(s->directory, "/tmp/rpc_submit_test.XXXXXX");
	assert_non_null(mkdtemp(s->directory));
	snprintf(s->path, sizeof(s->path), "%s/pool.db", s->directory);
	s->sequencer.options = &s->options;
	s->sequencer.pool = ordinary_pool();
	set_account(s->sequencer.pool, 0, 0, RICH);
	if (!pool_store_open(&s->sequencer.pool_store, s->path, OWNER, text))
		fail_msg("%s", text);
	s->service = (struct rpc_service){ &s->sequencer, rpc_filters_new() };
	server_config.context = &s->service;
	if (!rpc_server_start(&server, &server_config, text))
		fail_msg("%s", text);
	*state = s;
	return 0;
}

static int end(void **state)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", ".lock" };
	struct setting *s = *state;
	char path[128];

	rpc_server_stop(server, 1000);
	pool_store_close(s->sequencer.pool_store);
	pool_free(s->sequencer.pool);
	rpc_filters_free(s->service.filters);
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", s->path, suffixes[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(s->directory), 0);
	free(s);
	return 0;
}

static const char *send_hex(const char *hex)
{
	char body[2048];

	snprintf(body, sizeof(body),
		 "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_sendRawTransaction\","
		 "\"params\":[\"%s\"]}",
		 hex);
	return post(body);
}

/* Signs by account 0. */
static const char *send_signed(struct transaction *tx)
{
	char hex[1024] = "0x";
	struct arena a;
	struct bytes raw;

	arena_init(&a, &arena_heap, 4096);
	raw = sign(&a, tx, 0);
	assert_true(2 * raw.len + 3 < sizeof(hex));
	for (size_t i = 0; i < raw.len; i++)
		sprintf(hex + 2 + 2 * i, "%02x", raw.data[i]);
	arena_free(&a);
	return send_hex(hex);
}

static struct transaction legacy(uint64_t nonce, bool is_protected)
{
	struct wanted w = { .nonce = nonce, .max_fee = 1000000000, .tip = 1000000000 };
	struct transaction tx = unsigned_of(&w);

	tx.type = TX_LEGACY;
	tx.has_chain_id = is_protected;
	tx.chain_id = is_protected ? CHAIN_ID : 0;
	return tx;
}

static bool is_taken(const char *said)
{
	return strstr(said, "\"result\":\"0x") != NULL;
}

static void a_transaction_for_every_chain_is_refused(void **state)
{
	struct setting *s = *state;
	struct transaction bare = legacy(0, false), bound = legacy(0, true);

	assert_string_equal(send_signed(&bare), BAD("1", "-32000", UNPROTECTED));
	assert_string_equal(send_hex(PROXY_CREATION), BAD("1", "-32000", UNPROTECTED));
	assert_int_equal(pool_counts(s->sequencer.pool).executable, 0);
	assert_true(is_taken(send_signed(&bound)));
	assert_int_equal(pool_counts(s->sequencer.pool).executable, 1);
}

static void it_is_taken_where_the_operator_says_so(void **state)
{
	struct setting *s = *state;
	struct transaction bare = legacy(0, false), bound = legacy(1, true);
	struct u256 ether = u256_from_u64(ETHER);
	struct address proxy_sender;

	s->options.allow_unprotected = true;
	assert_true(hex_decode(proxy_sender.b, PROXY_SENDER, 40));
	pool_set_account(s->sequencer.pool, pool_head(s->sequencer.pool), &proxy_sender, 0, &ether);
	assert_string_equal(send_hex(PROXY_CREATION), OK("1", "\"" PROXY_HASH "\""));
	assert_true(is_taken(send_signed(&bare)));
	assert_true(is_taken(send_signed(&bound)));
	assert_int_equal(pool_counts(s->sequencer.pool).executable, 3);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_transaction_for_every_chain_is_refused),
		TEST(it_is_taken_where_the_operator_says_so),
	};

	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
