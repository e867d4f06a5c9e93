/* Intrinsic and floor gas, counted by hand from the EIPs.  (The official
 * transaction vectors check types 0 to 2 as well.) */
#include "evm/intrinsic_gas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const uint8_t data[33] = { 0, 1, 2, 0, 3 }; /* 3 bytes that are not 0 */

static void each_part_of_a_transaction_has_its_price(void **state)
{
	const struct access_list_entry list[] = { { .storage_key_count = 2 },
						  { .storage_key_count = 0 } };
	struct transaction tx = { .type = TX_LEGACY };

	(void)state;
	assert_int_equal(tx_intrinsic_gas(&tx), 21000);
	assert_int_equal(tx_floor_gas(&tx), 21000);
	tx.data = bytes_of(data, 5);
	assert_int_equal(tx_intrinsic_gas(&tx), 21000 + 2 * 4 + 3 * 16);
	assert_int_equal(tx_floor_gas(&tx), 21000 + 10 * (2 + 3 * 4));
	tx.is_creation = true;
	assert_int_equal(tx_intrinsic_gas(&tx), 21000 + 56 + 32000 + 2);
	tx.data = bytes_of(data, 32);
	assert_int_equal(tx_intrinsic_gas(&tx), 21000 + 29 * 4 + 48 + 32000 + 2);
	tx.data = bytes_of(data, 33);
	assert_int_equal(tx_intrinsic_gas(&tx), 21000 + 30 * 4 + 48 + 32000 + 4);
	tx = (struct transaction){ .type = TX_SET_CODE,
				   .access_list = list,
				   .access_list_count = 2,
				   .authorization_count = 3 };
	assert_int_equal(tx_intrinsic_gas(&tx), 21000 + 2 * 2400 + 2 * 1900 + 3 * 25000);
	assert_int_equal(tx_floor_gas(&tx), 21000);
}

static void more_than_64_bits_stays_the_largest_number(void **state)
{
	struct access_list_entry entry = { .storage_key_count = UINT64_MAX / 1900 };
	struct transaction tx = { .type = TX_ACCESS_LIST,
				  .access_list = &entry,
				  .access_list_count = 1 };

	(void)state;
	assert_true(tx_intrinsic_gas(&tx) == UINT64_MAX);
	entry.storage_key_count = SIZE_MAX;
	assert_true(tx_intrinsic_gas(&tx) == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_part_of_a_transaction_has_its_price),
		cmocka_unit_test(more_than_64_bits_stays_the_largest_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
