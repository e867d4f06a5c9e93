/* rollup.json is read back as it was written, and each wrong field is named. */
#include "base/native/arena_heap.h"
#include "rollup/native/config_file.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena arena;
static char path[] = "/tmp/gavel-config-XXXXXX";
static char error[CONFIG_ERROR_SIZE];

static struct rollup_config sample(void)
{
	static const struct genesis_slot slots[] = { { { { 1 } }, { { 5, 6, 7, 8 } } },
						     { { { 2 } }, { { 9 } } } };
	static const struct genesis_account accounts[] = {
		{ .address = { { 1 } }, .balance = { { 7, 1 } } },
		{ .address = { { 2 } },
		  .nonce = 1,
		  .code = { (const uint8_t *)"\x60\x01", 2 },
		  .storage = slots,
		  .storage_count = 2 },
	};
	struct rollup_config config = {
		.chain = { .chain_id = 845300,
			   .revision = EVM_OSAKA,
			   .gas_limit = 30000000,
			   .max_past = 86400,
			   .max_future = 600,
			   .fee_recipient = { { 3 } },
			   .base_fee_recipient = { { 4 } } },
		.l1_chain_id = 31337,
		.inbox = { { 5 } },
		.portal = { { 6 } },
		.l1_start_block = 7,
		.l1_start_hash = { { 8 } },
		.genesis_timestamp = 1700000000,
		.genesis_base_fee = { { 1000000 } },
		.alloc = accounts,
		.alloc_count = 2,
	};

	return config;
}

static struct rollup_config sealed(void)
{
	struct rollup_config config = sample();
	struct header header;

	assert_true(genesis_build(&arena, &config, NULL, &header));
	config.genesis_state_root = header.state_root;
	config.genesis_hash = header_hash(&arena, &header);
	config.chain.genesis_hash = config.genesis_hash;
	config.config_hash = config_hash_of(&config);
	return config;
}

static void what_was_written_is_read_back(void **state)
{
	struct rollup_config config = sealed();
	struct rollup_config back;
	const struct genesis_account *account;

	(void)state;
	assert_true(config_file_write(&config, path, error));
	if (!config_file_read(&arena, &back, path, false, error))
		fail_msg("%s", error);
	assert_memory_equal(&back.chain, &config.chain, sizeof(config.chain));
	assert_int_equal(back.l1_chain_id, 31337);
	assert_true(address_eq(&back.inbox, &config.inbox));
	assert_true(address_eq(&back.portal, &config.portal));
	assert_int_equal(back.l1_start_block, 7);
	assert_true(hash32_eq(&back.l1_start_hash, &config.l1_start_hash));
	assert_int_equal(back.genesis_timestamp, 1700000000);
	assert_true(u256_eq(&back.genesis_base_fee, &config.genesis_base_fee));
	assert_true(hash32_eq(&back.genesis_hash, &config.genesis_hash));
	assert_int_equal(back.alloc_count, 2);
	assert_true(u256_eq(&back.alloc[0].balance, &config.alloc[0].balance));
	account = &back.alloc[1];
	assert_int_equal(account->nonce, 1);
	assert_true(bytes_eq(account->code, config.alloc[1].code));
	assert_int_equal(account->storage_count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct genesis_slot *slot = &account->storage[i];

		assert_true(u256_eq(&slot->value, &config.alloc[1].storage[i].value));
		assert_true(hash32_eq(&slot->key, &config.alloc[1].storage[i].key));
	}
}

static void a_file_that_is_being_made_may_lack_its_hash(void **state)
{
	struct rollup_config config = sample();
	struct rollup_config back;

	(void)state;
	assert_true(config_file_write(&config, path, error));
	assert_true(config_file_read(&arena, &back, path, true, error));
	assert_false(config_file_read(&arena, &back, path, false, error));
	assert_string_equal(error, "genesis.hash: missing");
}

/* Puts `value` (JSON; NULL: nothing) at section.key of a good file, and asserts
 * that reading it fails with words that start with `expected`. */
static void check_change(const char *section, const char *key, const char *value,
			 const char *expected)
{
	struct rollup_config config = sealed();
	struct rollup_config back;
	json_t *root, *object;

	assert_true(config_file_write(&config, path, error));
	root = json_load_file(path, 0, NULL);
	object = section != NULL ? json_object_get(root, section) : root;
	if (value != NULL)
		json_object_set_new(object, key, json_loads(value, JSON_DECODE_ANY, NULL));
	else
		json_object_del(object, key);
	assert_int_equal(json_dump_file(root, path, 0), 0);
	json_decref(root);
	assert_false(config_file_read(&arena, &back, path, false, error));
	if (strncmp(error, expected, strlen(expected)) != 0)
		fail_msg("\"%s\" is not \"%s...\"", error, expected);
}

static void a_wrong_field_is_named(void **state)
{
	static const char *const cases[][4] = {
		{ NULL, "version", "2", "version: should be 1" },
		{ NULL, "l3", "{}", "l3: unknown field" },
		{ NULL, "l1", "[]", "l1: missing, or no object" },
		{ "l1", "chainId", "0", "l1.chainId: should be an integer from 1" },
		{ "l1", "chainId", "\"1\"", "l1.chainId: should be an integer" },
		{ "l1", "chainId", NULL, "l1.chainId: missing" },
		{ "l1", "inbox", "\"0x12\"", "l1.inbox: should be an address" },
		{ "l1", "inbox", "\"0x0000000000000000000000000000000000000000\"",
		  "l1.inbox: should be an address that is not zero" },
		{ "l1", "inbox", "\"0x0600000000000000000000000000000000000000\"",
		  "l1.portal: should differ from l1.inbox" },
		{ "l1", "startBlockHash", "\"0x\"", "l1.startBlockHash: should be a hash" },
		{ "l1", "inboxx", "1", "l1.inboxx: unknown field" },
		{ "l2", "gasLimit", "24999999", "l2.gasLimit: should be an integer from 25000000" },
		{ "l2", "chainId", "9007199254740992", "l2.chainId: should be an integer" },
		{ "l2", "revision", "\"paris\"", "l2.revision: should be \"cancun\"" },
		{ "l2", "maxPast", "-1", "l2.maxPast: should be an integer from 1" },
		{ "genesis", "baseFee", "\"1\"", "genesis.baseFee: should be a number" },
		{ "genesis", "alloc", NULL, "genesis.alloc: missing" },
		{ "genesis", "alloc", "{\"0x01\":{}}", "genesis.alloc.0x01: should be" },
		{ "genesis", "alloc", "{\"0x0100000000000000000000000000000000000000\":{}}",
		  "genesis.alloc.0x0100000000000000000000000000000000000000: should have" },
		{ "genesis", "alloc",
		  "{\"0xab00000000000000000000000000000000000000\":{\"nonce\":\"0x1\"},"
		  "\"0xAB00000000000000000000000000000000000000\":{\"nonce\":\"0x1\"}}",
		  "genesis.alloc.0xab00000000000000000000000000000000000000: stands there twice" },
		{ "genesis", "alloc",
		  "{\"0xab00000000000000000000000000000000000000\":{\"nonce\":1}}",
		  "genesis.alloc.0xab00000000000000000000000000000000000000.nonce: should be" },
		{ "genesis", "alloc", "{}", "genesis.stateRoot: genesis.alloc gives 0x56e81f" },
		{ "genesis", "timestamp", "1700000001", "genesis.hash: the other fields give 0x" },
		{ "genesis", "configHash", NULL, "genesis.configHash: missing; the fields of l1" },
		{ "l1", "chainId", "1", "genesis.configHash: the fields of l1 and l2 give 0x" },
		{ "l1", "startBlock", "8", "genesis.configHash: the fields of l1 and l2 give 0x" },
		{ "l2", "chainId", "5", "genesis.configHash: the fields of l1 and l2 give 0x" },
		{ "l2", "maxPast", "8640", "genesis.configHash: the fields of l1 and l2 give 0x" },
		{ "l2", "revision", "\"prague\"", "genesis.configHash: the fields of l1 and l2" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_change(cases[i][0], cases[i][1], cases[i][2], cases[i][3]);
}

/* Whatever derivation depends on makes other data; the factory may come later. */
static void data_is_bound_to_all_that_derivation_depends_on(void **state)
{
	struct rollup_config config = sealed(), changed[12], same = config;
	char ours[CONFIG_OWNER_SIZE], other[CONFIG_OWNER_SIZE];
	size_t count = sizeof(changed) / sizeof(changed[0]);

	(void)state;
	for (size_t i = 0; i < count; i++)
		changed[i] = config;
	changed[0].chain.chain_id++;
	changed[1].chain.revision = EVM_CANCUN;
	changed[2].chain.gas_limit++;
	changed[3].chain.max_past++;
	changed[4].chain.max_future++;
	changed[5].chain.genesis_hash.b[31]++;
	changed[6].chain.fee_recipient.b[19]++;
	changed[7].l1_chain_id++;
	changed[8].inbox.b[19]++;
	changed[9].portal.b[19]++;
	changed[10].l1_start_block++;
	changed[11].l1_start_hash.b[31]++;
	config_owner(&config, ours);
	for (size_t i = 0; i < count; i++)
		assert_string_not_equal(config_owner(&changed[i], other), ours);
	same.dispute_game_factory.b[0]++;
	assert_string_equal(config_owner(&same, other), ours);
}

static void a_file_that_is_no_json_is_told(void **state)
{
	struct rollup_config back;
	FILE *file = fopen(path, "w");

	(void)state;
	fputs("{\"version\": 1,\n \"version\": 1}", file);
	fclose(file);
	assert_false(config_file_read(&arena, &back, path, false, error));
	assert_non_null(strstr(error, "line 2: duplicate object key"));
	assert_false(config_file_read(&arena, &back, "/nonexistent/rollup.json", false, error));
	assert_string_equal(error, "can't be opened: No such file or directory");
	assert_false(config_file_write(&(struct rollup_config){ 0 }, "/nonexistent/x", error));
	assert_non_null(strstr(error, "No such file"));
}

static void the_genesis_is_an_ethereum_block(void **state)
{
	struct rollup_config config = sealed();
	struct header header;

	(void)state;
	assert_true(genesis_build(&arena, &config, NULL, &header));
	assert_int_equal(header.number, 0);
	assert_int_equal(header.gas_limit, 30000000);
	assert_int_equal(header.extra_data_len, 22);
	assert_true(header_decode(&header, header_encode(&arena, &header)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read_back),
		cmocka_unit_test(a_file_that_is_being_made_may_lack_its_hash),
		cmocka_unit_test(a_wrong_field_is_named),
		cmocka_unit_test(data_is_bound_to_all_that_derivation_depends_on),
		cmocka_unit_test(a_file_that_is_no_json_is_told),
		cmocka_unit_test(the_genesis_is_an_ethereum_block),
	};
	int failed;

	if (mkstemp(path) < 0)
		return 1;
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return failed;
}
