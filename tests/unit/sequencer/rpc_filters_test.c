/* Which logs a filter takes, and what installed filters remember. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/native/arena_heap.h"
#include "sequencer/rpc_filters.h"

#define A1 "\"0x1111111111111111111111111111111111111111\""
#define A2 "\"0x2222222222222222222222222222222222222222\""
#define T1 "\"0x1111111111111111111111111111111111111111111111111111111111111111\""
#define T2 "\"0x2222222222222222222222222222222222222222222222222222222222222222\""

static struct arena arena;

static const char *read_filter(struct log_filter *filter, const char *text)
{
	json_t *json = json_loads(text, 0, NULL);
	const char *wrong;

	assert_non_null(json);
	memset(filter, 0, sizeof(*filter));
	wrong = log_filter_read(filter, &arena, json);
	json_decref(json);
	return wrong;
}

/* A log of address 0x11.. with topics 0x11.., 0x22... */
static bool takes(const char *text)
{
	struct hash32 topics[2];
	struct log log = { .topics = topics, .topic_count = 2 };
	struct bloom bloom = { { 0 } };
	struct log_filter filter;
	bool matches;

	memset(log.address.b, 0x11, 20);
	memset(topics[0].b, 0x11, 32);
	memset(topics[1].b, 0x22, 32);
	assert_null(read_filter(&filter, text));
	matches = log_filter_matches(&filter, &log);
	bloom_add_logs(&bloom, &log, 1);
	/* A bloom never denies what is there. */
	assert_true(!matches || log_filter_may_match(&filter, &bloom));
	return matches;
}

static void addresses_and_topics_select(void **unused)
{
	(void)unused;
	assert_true(takes("{}"));
	assert_true(takes("{\"address\":null,\"topics\":null}"));
	assert_true(takes("{\"address\":" A1 "}"));
	assert_false(takes("{\"address\":" A2 "}"));
	assert_true(takes("{\"address\":[" A2 "," A1 "]}"));
	assert_true(takes("{\"address\":[]}"));
	assert_true(takes("{\"topics\":[" T1 "]}"));
	assert_false(takes("{\"topics\":[" T2 "]}"));
	assert_true(takes("{\"topics\":[null," T2 "]}"));
	assert_true(takes("{\"topics\":[[" T2 "," T1 "]]}"));
	assert_true(takes("{\"topics\":[[" T2 ",null]]}"));
	assert_false(takes("{\"topics\":[" T1 "," T1 "]}"));
	assert_true(takes("{\"topics\":[null,null]}"));
	assert_false(takes("{\"topics\":[null,null,null]}"));
}

static void a_bloom_spares_blocks(void **unused)
{
	struct bloom empty = { { 0 } };
	struct log_filter filter;

	(void)unused;
	assert_null(read_filter(&filter, "{\"address\":" A1 "}"));
	assert_false(log_filter_may_match(&filter, &empty));
	assert_null(read_filter(&filter, "{\"topics\":[null,[" T1 "]]}"));
	assert_false(log_filter_may_match(&filter, &empty));
	assert_null(read_filter(&filter, "{}"));
	assert_true(log_filter_may_match(&filter, &empty));
}

static void what_is_no_filter_is_refused(void **unused)
{
	static const char *const bad[] = {
		"{\"address\":5}",
		"{\"address\":\"0x11\"}",
		"{\"address\":[" A1 ",null]}",
		"{\"topics\":" T1 "}",
		"{\"topics\":[5]}",
		"{\"topics\":[[5]]}",
		"{\"topics\":[" A1 "]}",
		"{\"topics\":[null,null,null,null,null]}",
	};
	struct log_filter filter;

	(void)unused;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_non_null(read_filter(&filter, bad[i]));
}

static void an_installed_filter_keeps_its_place(void **unused)
{
	struct rpc_filters *filters = rpc_filters_new();
	struct rpc_filter_place place = { .number = 5 }, found;
	json_t *criteria = json_pack("{s:s}", "address", "x"), *copy;
	enum rpc_filter_kind kind;
	struct rpc_filter_id id, other;

	(void)unused;
	assert_true(rpc_filters_add(filters, RPC_FILTER_LOGS, criteria, &place, &id));
	assert_true(rpc_filters_add(filters, RPC_FILTER_BLOCKS, NULL, &place, &other));
	assert_memory_not_equal(&id, &other, sizeof(id));
	assert_true(rpc_filters_find(filters, &id, &kind, &copy, &found));
	assert_int_equal(kind, RPC_FILTER_LOGS);
	assert_true(json_equal(copy, criteria));
	assert_int_equal(found.number, 5);
	json_decref(copy);
	place.number = 9;
	rpc_filters_move(filters, &id, &place);
	assert_true(rpc_filters_find(filters, &id, &kind, &copy, &found));
	assert_int_equal(found.number, 9);
	json_decref(copy);
	assert_true(rpc_filters_remove(filters, &id));
	assert_false(rpc_filters_remove(filters, &id));
	assert_false(rpc_filters_find(filters, &id, &kind, &copy, &found));
	json_decref(criteria);
	rpc_filters_free(filters);
}

static void new_transactions_are_told_once_to_each(void **unused)
{
	static struct hash32 seen[RPC_FILTER_RECENT];
	struct rpc_filters *filters = rpc_filters_new();
	struct rpc_filter_place place = { 0 };
	struct rpc_filter_id first, second;
	struct hash32 hash = { { 1 } };

	(void)unused;
	rpc_filters_transaction(filters, &hash); /* before anyone listens */
	assert_true(rpc_filters_add(filters, RPC_FILTER_TRANSACTIONS, NULL, &place, &first));
	rpc_filters_transaction(filters, &hash);
	assert_true(rpc_filters_add(filters, RPC_FILTER_TRANSACTIONS, NULL, &place, &second));
	hash.b[0] = 2;
	rpc_filters_transaction(filters, &hash);
	assert_int_equal(rpc_filters_transactions(filters, &first, seen), 2);
	assert_int_equal(seen[0].b[0], 1);
	assert_int_equal(seen[1].b[0], 2);
	assert_int_equal(rpc_filters_transactions(filters, &first, seen), 0);
	assert_int_equal(rpc_filters_transactions(filters, &second, seen), 1);
	assert_int_equal(seen[0].b[0], 2);
	/* A slow poller loses the oldest. */
	for (unsigned i = 0; i < RPC_FILTER_RECENT + 10; i++) {
		be32_store(hash.b, i);
		rpc_filters_transaction(filters, &hash);
	}
	assert_int_equal(rpc_filters_transactions(filters, &first, seen), RPC_FILTER_RECENT);
	assert_int_equal(be32_load(seen[0].b), 10);
	rpc_filters_free(filters);
}

static void the_longest_unused_filter_makes_room(void **unused)
{
	struct rpc_filters *filters = rpc_filters_new();
	struct rpc_filter_place place = { 0 }, found;
	enum rpc_filter_kind kind;
	struct rpc_filter_id id;
	json_t *none;

	(void)unused;
	for (unsigned i = 0; i < 2 * RPC_FILTERS_MAX; i++) {
		assert_true(rpc_filters_add(filters, RPC_FILTER_BLOCKS, NULL, &place, &id));
		assert_true(rpc_filters_find(filters, &id, &kind, &none, &found));
	}
	rpc_filters_free(filters);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_and_topics_select),
		cmocka_unit_test(a_bloom_spares_blocks),
		cmocka_unit_test(what_is_no_filter_is_refused),
		cmocka_unit_test(an_installed_filter_keeps_its_place),
		cmocka_unit_test(new_transactions_are_told_once_to_each),
		cmocka_unit_test(the_longest_unused_filter_makes_room),
	};
	int failed;

	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&arena);
	return failed;
}
