/* Where transactions are, by hash: blocks of any size, before and after they are merged. */
#include "store/transaction_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/keccak.h"
#include "tests/support/test_world.h"

#define BLOCKS 40
#define MOST   (3 * DATABASE_ROWS)

static const struct database_schema schema = { "transactions", 1, TRANSACTION_INDEX_SQL, NULL };
static char directory[WORLD_PATH_SIZE], path[WORLD_PATH_SIZE];
static struct database *db;
static struct block_transaction list[MOST];

static int start(void **state)
{
	char error[DATABASE_ERROR_SIZE];

	(void)state;
	world_directory(directory);
	world_path(path, directory, "transactions.db");
	return database_open(&db, path, &schema, error) ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	database_close(db);
	world_remove(directory);
	return 0;
}

/* All sizes up to MOST come, those around a statement's rows too. */
static size_t size_of(uint64_t number)
{
	return (size_t)(number * 7 % (MOST + 1));
}

static struct hash32 hash_of(uint64_t number, size_t place)
{
	uint64_t raw[2] = { number, place };

	return keccak256(bytes_of(raw, sizeof(raw)));
}

static const struct block_transaction *block(uint64_t number)
{
	for (size_t i = 0; i < size_of(number); i++)
		list[i].tx.hash = hash_of(number, i);
	return list;
}

static bool is_any(void *context, uint64_t number, size_t index)
{
	size_t *seen = context;

	(void)number;
	(void)index;
	++*seen;
	return true;
}

static void expect_block(uint64_t number, bool is_there)
{
	for (size_t i = 0; i < size_of(number); i++) {
		struct hash32 hash = hash_of(number, i);
		uint64_t found_number = 0;
		size_t found_place = 0, seen = 0;

		assert_int_equal(
		    transaction_index_find(db, &hash, &found_number, &found_place, is_any, &seen),
		    is_there);
		assert_int_equal(seen, is_there);
		if (is_there) {
			assert_int_equal(found_number, number);
			assert_int_equal(found_place, i);
		}
	}
}

static void each_transaction_is_found_until_its_block_is_removed(void **state)
{
	(void)state;
	for (uint64_t number = 1; number <= BLOCKS; number++) {
		transaction_index_add(db, number, block(number), size_of(number));
		expect_block(number, true);
	}
	for (uint64_t number = BLOCKS; number > 0; number--) {
		expect_block(number, true);
		transaction_index_remove(db, number, block(number), size_of(number));
		expect_block(number, false);
	}
}

/* Two that begin alike are told apart by who asks. */
static bool is_second(void *context, uint64_t number, size_t index)
{
	(void)context;
	return number == 2 && index == 1;
}

static void those_that_begin_alike_are_all_offered(void **state)
{
	struct hash32 hash = hash_of(9, 9);
	size_t place = 0;
	uint64_t number = 0;

	(void)state;
	list[0].tx.hash = list[1].tx.hash = hash;
	list[1].tx.hash.b[31] ^= 1;
	transaction_index_add(db, 1, list, 2);
	transaction_index_add(db, 2, list, 2);
	assert_true(transaction_index_find(db, &hash, &number, &place, is_second, NULL));
	assert_int_equal(number, 2);
	assert_int_equal(place, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    each_transaction_is_found_until_its_block_is_removed, start, stop),
		cmocka_unit_test_setup_teardown(those_that_begin_alike_are_all_offered, start,
						stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
