/* A key's transactions on an L1 that mines nothing: by whatever way the clock goes, they
 * are sent again and offer more as time passes; what hinders them is known.  The times
 * are the defaults of l1_transactions.h: again after 15 s, more after 60 s. */
#include "net/l1_transactions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "crypto/keccak.h"
#include "crypto/native/signer.h"
#include "net/http_server.h"
#include "net/json_values.h"
#include "tests/support/json_node.h"

#define SECOND UINT64_C(1000)
#define HOUR   (3600 * SECOND)
#define NOON   UINT64_C(1700000000000)

#define BASE_FEE UINT64_C(1000000000)

/* ---- the node ---- */

static struct {
	struct http_server *server;
	char url[64];
	uint64_t nonce;
	unsigned sent;        /* how often a transaction came */
	struct hash32 newest; /* the last that came */
	const char *refuses;  /* what comes, with these words; NULL: it takes all */
} node;

static json_t *take_transaction(const json_t *hex)
{
	struct arena a;
	struct bytes raw;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	assert_true(json_to_bytes(&a, &raw, hex));
	node.newest = keccak256(raw);
	node.sent++;
	arena_free(&a);
	return json_of_hash(&node.newest);
}

static json_t *call(void *context, const char *method, const json_t *params, const char **error)
{
	(void)context;
	*error = "method not found";
	if (strcmp(method, "eth_sendRawTransaction") == 0)
		return (*error = node.refuses) ? NULL : take_transaction(json_array_get(params, 0));
	if (strcmp(method, "eth_getTransactionCount") == 0)
		return json_of_u64(node.nonce);
	if (strcmp(method, "eth_blockNumber") == 0)
		return json_string("0x64");
	if (strcmp(method, "eth_feeHistory") == 0)
		return json_pack("{s:[o]}", "baseFeePerGas", json_of_u64(BASE_FEE));
	if (strcmp(method, "eth_getTransactionReceipt") == 0)
		return json_null();
	return NULL;
}

static void on_request(void *context, struct http_exchange *exchange,
		       const struct http_request *request)
{
	char *text = json_node_answer(request->body, call, context);

	http_reply(exchange, 200, "application/json", bytes_of(text, strlen(text)));
	free(text);
}

static void start_node(void)
{
	struct http_server_config config = { .handler = on_request };
	char error[HTTP_SERVER_ERROR_SIZE];

	memset(&node, 0, sizeof(node));
	assert_true(http_server_start(&node.server, &config, error));
	snprintf(node.url, sizeof(node.url), "http://127.0.0.1:%u",
		 (unsigned)http_server_port(node.server));
}

/* ---- the manager ---- */

static struct signer_key key = { { [31] = 7 } };
static uint64_t now_ms, max_fee;
static struct database *db;
static struct l1_client *client;
static struct l1_transactions *transactions;

static uint64_t test_clock(void)
{
	return now_ms;
}

static void open_manager(void)
{
	struct l1_transactions_config config = {
		.db = db,
		.client = client,
		.chain_id = 1,
		.sign = l1_sign_with_key,
		.sign_context = &key,
		.clock_ms = test_clock,
		.max_fee_ceiling = u256_from_u64(max_fee),
	};
	char error[L1_TRANSACTIONS_ERROR_SIZE];

	assert_true(signer_address(&config.from, &key));
	assert_true(l1_transactions_open(&transactions, &config, error));
}

static int start(void **state)
{
	static const struct database_schema schema = { "test", 1, "", NULL };
	struct l1_client_config config = { .retry_budget_ms = 200, .first_wait_ms = 10 };
	char error[DATABASE_ERROR_SIZE];

	(void)state;
	log_set_level(LOG_ERROR + 1);
	start_node();
	config.http.url = node.url;
	client = l1_client_new(&config);
	assert_non_null(client);
	now_ms = NOON;
	max_fee = 1000 * BASE_FEE;
	assert_true(database_open(&db, NULL, &schema, error));
	open_manager();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	l1_transactions_close(transactions);
	l1_client_free(client);
	database_close(db);
	http_server_stop(node.server, 0);
	return 0;
}

static void tick_at(uint64_t time)
{
	now_ms = time;
	assert_int_equal(l1_transactions_tick(transactions), L1_OK);
}

static void submit(void)
{
	struct l1_work work = { .purpose = "test", .purpose_key = "test", .gas_limit = 21000 };

	l1_transactions_submit(transactions, &work, NULL);
	tick_at(NOON);
	assert_int_equal(node.sent, 1);
}

static unsigned attempts(void)
{
	struct l1_transaction_state state;

	assert_true(l1_transactions_find(transactions, &state, "test"));
	assert_memory_equal(state.hash.b, node.newest.b, sizeof(state.hash.b));
	return state.attempts;
}

/* At `time` it was sent for the first time, as far as the clock says. */
static void assert_goes_on(uint64_t time)
{
	unsigned sent = node.sent, tried = attempts();

	tick_at(time + 14 * SECOND);
	assert_int_equal(node.sent, sent);
	tick_at(time + 15 * SECOND);
	assert_int_equal(node.sent, sent + 1);
	assert_int_equal(attempts(), tried);
	tick_at(time + 60 * SECOND);
	assert_int_equal(node.sent, sent + 2);
	assert_int_equal(attempts(), tried + 1);
}

/* ---- tests ---- */

static void what_is_not_mined_is_sent_again_and_offers_more(void **state)
{
	(void)state;
	submit();
	assert_goes_on(NOON);
}

static void a_clock_that_is_set_back_holds_nothing_up(void **state)
{
	(void)state;
	submit();
	tick_at(NOON - HOUR);
	assert_goes_on(NOON - HOUR);
}

static void one_that_was_set_back_while_nobody_looked_neither(void **state)
{
	(void)state;
	submit();
	l1_transactions_close(transactions);
	open_manager();
	tick_at(NOON - HOUR);
	assert_goes_on(NOON - HOUR);
}

static void one_that_jumps_ahead_makes_one_higher_offer(void **state)
{
	(void)state;
	submit();
	tick_at(NOON + HOUR);
	tick_at(NOON + HOUR + SECOND);
	assert_int_equal(node.sent, 2);
	assert_int_equal(attempts(), 2);
	assert_goes_on(NOON + HOUR);
}

static void one_that_jumps_ahead_and_is_set_right_goes_on_from_there(void **state)
{
	(void)state;
	submit();
	tick_at(NOON + HOUR);
	tick_at(NOON + SECOND);
	assert_goes_on(NOON + SECOND);
}

/* A node that lags behind says a nonce below ours for a while: only then it is L1 that
 * has lost one, and an empty transfer takes its place. */
static void a_gap_is_no_older_than_the_clock_says(void **state)
{
	(void)state;
	node.nonce = 5;
	submit();
	node.nonce = 4;
	tick_at(NOON + SECOND);
	tick_at(NOON - HOUR);
	assert_int_equal(l1_transactions_open_count(transactions), 1);
	tick_at(NOON - HOUR + 14 * SECOND);
	assert_int_equal(l1_transactions_open_count(transactions), 1);
	tick_at(NOON - HOUR + 15 * SECOND);
	assert_int_equal(l1_transactions_open_count(transactions), 2);
}

/* ---- what hinders ---- */

/* Of the oldest: NULL when all are mined. */
static const char *hindrance(void)
{
	static struct l1_transaction_state oldest;

	return l1_transactions_oldest(transactions, &oldest) ? oldest.reason : NULL;
}

static void submit_as(const char *name)
{
	struct l1_work work = { .purpose = name, .purpose_key = name, .gas_limit = 21000 };

	l1_transactions_submit(transactions, &work, NULL);
}

/* The words are geth's (core/error.go, ErrInsufficientFunds). */
static void a_lack_of_funds_is_known_until_l1_takes_it(void **state)
{
	(void)state;
	assert_null(hindrance());
	submit_as("one");
	assert_string_equal(hindrance(), "");
	node.refuses = "insufficient funds for gas * price + value";
	tick_at(NOON);
	assert_string_equal(hindrance(),
			    L1_REASON_FUNDS ": insufficient funds for gas * price + value");
	node.refuses = NULL;
	tick_at(NOON + 15 * SECOND);
	assert_string_equal(hindrance(), "");
}

static void what_hinders_one_behind_the_oldest_does_not_count(void **state)
{
	(void)state;
	submit_as("one");
	tick_at(NOON);
	node.refuses = "insufficient funds for gas * price + value";
	submit_as("two");
	tick_at(NOON + SECOND);
	assert_string_equal(hindrance(), "");
}

/* L1 goes on taking the transaction, which is not why it is not mined. */
static void a_ceiling_that_is_reached_is_known_as_long_as_it_is(void **state)
{
	(void)state;
	max_fee = 2 * BASE_FEE;
	l1_transactions_close(transactions);
	open_manager();
	submit_as("one");
	tick_at(NOON);
	assert_string_equal(hindrance(), "");
	for (unsigned minute = 1; minute < 4; minute++) {
		tick_at(NOON + minute * 60 * SECOND);
		assert_int_equal(node.sent, minute + 1);
		assert_string_equal(hindrance(), L1_REASON_CEILING);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_not_mined_is_sent_again_and_offers_more,
						start, stop),
		cmocka_unit_test_setup_teardown(a_clock_that_is_set_back_holds_nothing_up, start,
						stop),
		cmocka_unit_test_setup_teardown(one_that_was_set_back_while_nobody_looked_neither,
						start, stop),
		cmocka_unit_test_setup_teardown(one_that_jumps_ahead_makes_one_higher_offer, start,
						stop),
		cmocka_unit_test_setup_teardown(
		    one_that_jumps_ahead_and_is_set_right_goes_on_from_there, start, stop),
		cmocka_unit_test_setup_teardown(a_gap_is_no_older_than_the_clock_says, start, stop),
		cmocka_unit_test_setup_teardown(a_lack_of_funds_is_known_until_l1_takes_it, start,
						stop),
		cmocka_unit_test_setup_teardown(what_hinders_one_behind_the_oldest_does_not_count,
						start, stop),
		cmocka_unit_test_setup_teardown(a_ceiling_that_is_reached_is_known_as_long_as_it_is,
						start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
