/* A key that acts on L1 is opened whole or not at all. */
#include "net/l1_account.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char key[] = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
static const char other_key[] = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
static const uint8_t key_address[20] = {
	0xf3, 0x9f, 0xd6, 0xe5, 0x1a, 0xad, 0x88, 0xf6, 0xf4, 0xce,
	0x6a, 0xb8, 0x82, 0x72, 0x79, 0xcf, 0xff, 0xb9, 0x22, 0x66
};

struct setting {
	struct service_options options;
	struct l1_account_config config;
	struct l1_account account;
	atomic_bool stop;
};

static int open_database(void **state)
{
	static const struct database_schema schema = { "test", 1, "", NULL };
	struct setting *s = calloc(1, sizeof(*s));
	char error[DATABASE_ERROR_SIZE];

	setenv("GAVEL_TEST_KEY", key, 1);
	s->options.l1_url = "http://127.0.0.1:1";
	s->options.max_fee = u256_from_u64(1000);
	s->options.max_priority_fee = u256_from_u64(10);
	s->config = (struct l1_account_config){
		.name = "tester",
		.options = &s->options,
		.stop = &s->stop,
		.key = { .environment = "GAVEL_TEST_KEY" },
		.chain_id = 1,
	};
	*state = s;
	return database_open(&s->config.db, NULL, &schema, error) ? 0 : -1;
}

static int close_database(void **state)
{
	struct setting *s = *state;

	l1_account_close(&s->account);
	database_close(s->config.db);
	free(s);
	return 0;
}

static void it_has_key_client_and_transactions(void **state)
{
	struct setting *s = *state;
	char error[L1_ACCOUNT_ERROR_SIZE];
	static const struct signer_key wiped;

	assert_true(l1_account_open(&s->account, &s->config, error));
	assert_memory_equal(s->account.address.b, key_address, 20);
	assert_string_equal(l1_client_name(s->account.client), "http://127.0.0.1:1");
	assert_int_equal(l1_transactions_open_count(s->account.transactions), 0);
	l1_account_close(&s->account);
	assert_memory_equal(&s->account.key, &wiped, sizeof(wiped));
	s->account = (struct l1_account){ 0 };
}

static void one_that_only_reads_needs_no_key(void **state)
{
	struct setting *s = *state;
	static const struct address none;
	char error[L1_ACCOUNT_ERROR_SIZE];

	unsetenv("GAVEL_TEST_KEY");
	s->config.reads_only = true;
	assert_true(l1_account_open(&s->account, &s->config, error));
	assert_non_null(s->account.client);
	assert_null(s->account.transactions);
	assert_true(address_eq(&s->account.address, &none));
}

static void what_is_wrong_is_named(void **state)
{
	struct setting *s = *state;
	char error[L1_ACCOUNT_ERROR_SIZE];

	setenv("GAVEL_TEST_KEY", "11", 1);
	assert_false(l1_account_open(&s->account, &s->config, error));
	assert_int_equal(strncmp(error, "the tester's key: ", 18), 0);
	l1_account_close(&s->account);
	s->account = (struct l1_account){ 0 };
	s->options.l1_url = "ftp://127.0.0.1";
	assert_false(l1_account_open(&s->account, &s->config, error));
	assert_string_equal(error, "--l1: not an http or https URL");
}

static void a_database_of_another_key_is_told_with_its_address(void **state)
{
	struct setting *s = *state;
	char error[L1_ACCOUNT_ERROR_SIZE];

	assert_true(l1_account_open(&s->account, &s->config, error));
	l1_account_close(&s->account);
	s->account = (struct l1_account){ 0 };
	setenv("GAVEL_TEST_KEY", other_key, 1);
	assert_false(l1_account_open(&s->account, &s->config, error));
	assert_non_null(strstr(error, "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"));
	assert_non_null(strstr(error, "README.md, \"Another key\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_has_key_client_and_transactions, open_database,
						close_database),
		cmocka_unit_test_setup_teardown(one_that_only_reads_needs_no_key, open_database,
						close_database),
		cmocka_unit_test_setup_teardown(what_is_wrong_is_named, open_database,
						close_database),
		cmocka_unit_test_setup_teardown(a_database_of_another_key_is_told_with_its_address,
						open_database, close_database),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
