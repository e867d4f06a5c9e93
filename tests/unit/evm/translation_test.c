/* Translated code does what code does: shapes of programs on which a translator
 * might go wrong, with values from a few lines of Python.  (tests/fuzz/evm_ways_fuzz.c makes up
 * more of them.) */
#include "tests/unit/evm/machine.h"

#include <stdio.h>

#define PLENTY   10000000
#define RETURNED " 5f52 60205ff3" /* the top of the stack */

static uint64_t run_to_number(struct machine *m, uint64_t *gas_used)
{
	struct evm_result result = machine_run(m, PLENTY);
	struct u256 value;

	assert_int_equal(result.status, EVM_SUCCESS);
	value = output_number(&result);
	assert_true(u256_fits_u64(&value));
	*gas_used = PLENTY - result.gas_left;
	return value.limb[0];
}

struct shape {
	const char *code;
	uint64_t value;
};

static const struct shape shapes[] = {
	/* The sum of 1 to 100, with a loop; then a loop in a loop: 10 * 10. */
	{ "5f 6064 5b 80 91 01 90 60019003 80 6003 57 50" RETURNED, 5050 },
	{ "5f 600a 5b 600a 5b 91 6001 01 91 60019003 80 6006 57 50"
	  "60019003 80 6003 57 50" RETURNED,
	  100 },
	/* A subroutine called twice, which returns by a computed jump. */
	{ "6007 6005 6015 56 5b 600e 90 6015 56 5b" RETURNED "5b 80 01 90 56", 20 },
	/* Two loops that share their head. */
	{ "5f 5b 6001 01 80 6005 10 15 6001 57 80 6009 14 15 6001 57" RETURNED, 9 },
	/* Values that change places in a circle of three. */
	{ "6001 6002 6003 91 90 600f 56 00 00 00 00 5b 6064 02 90 600a 02 01 01" RETURNED, 213 },
};

static void loops_and_subroutines_come_out_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		uint64_t value[WAYS], gas[WAYS];

		for (enum way way = 0; way < WAYS; way++) {
			struct machine m = { .code[0] = code_from_hex(shapes[i].code) };

			machine_open(&m, way);
			value[way] = run_to_number(&m, &gas[way]);
			machine_close(&m);
			assert_int_equal(value[way], shapes[i].value);
			assert_int_equal(gas[way], gas[0]);
		}
	}
}

/* PUSH0, then `count` times (PUSH1 1, ADD), then return. */
static struct bytes long_sum(uint8_t *code, unsigned count)
{
	size_t len = 0;

	code[len++] = OP_CALLVALUE;
	for (unsigned i = 0; i < count; i++) {
		memcpy(code + len, "\x60\x01\x01", 3);
		len += 3;
	}
	memcpy(code + len, "\x5f\x52\x60\x20\x5f\xf3", 6);
	return bytes_of(code, len + 6);
}

static void a_block_may_be_of_any_length(void **state)
{
	static uint8_t code[30000];
	(void)state;

	for (unsigned count = 100; count < 9000; count = count * 5 / 4) {
		for (enum way way = 0; way < WAYS; way++) {
			struct machine m = { .code[0] = long_sum(code, count) };
			uint64_t gas;

			machine_open(&m, way);
			assert_int_equal(run_to_number(&m, &gas), count);
			assert_int_equal(gas, 2 + 6 * count + 2 + 3 + 3 + 3 + 2);
			machine_close(&m);
		}
	}
}

/* 1000 values up and down again. */
static void a_block_may_go_deep(void **state)
{
	static uint8_t code[8000];
	(void)state;

	for (enum way way = 0; way < WAYS; way++) {
		struct machine m = { 0 };
		uint64_t gas;
		size_t len = 0;

		for (unsigned i = 0; i < 1000; i++) {
			code[len++] = OP_PUSH1;
			code[len++] = (uint8_t)i;
		}
		for (unsigned i = 0; i < 999; i++) {
			code[len++] = OP_SWAP1;
			code[len++] = OP_SUB;
		}
		memcpy(code + len, "\x19\x5f\x52\x60\x20\x5f\xf3", 7);
		m.code[0] = bytes_of(code, len + 7);
		machine_open(&m, way);
		/* 0 - (1 - (2 - ...)), modulo 256 each, is -500. */
		assert_int_equal(run_to_number(&m, &gas), 499);
		assert_int_equal(gas, 3000 + 999 * 6 + 3 + 2 + 3 + 3 + 3 + 2);
		machine_close(&m);
	}
}

static void code_that_is_not_translated_runs_all_the_same(void **state)
{
	struct machine m = { .code[0] = code_from_hex(shapes[0].code) };
	uint64_t gas, expected;
	(void)state;

	machine_open(&m, CHOSEN);
	run_to_number(&m, &expected);
	machine_close(&m);
	/* No room left for translations. */
	machine_open(&m, CHOSEN);
	m.evm->translated = SIZE_MAX / 2;
	assert_int_equal(run_to_number(&m, &gas), 5050);
	assert_int_equal(gas, expected);
	machine_close(&m);
	/* Another interpreter has translated it before. */
	machine_open(&m, CHOSEN);
	run_to_number(&m, &gas);
	evm_use(m.evm, interpreter_run);
	assert_int_equal(run_to_number(&m, &gas), 5050);
	evm_use(m.evm, NULL);
	assert_int_equal(run_to_number(&m, &gas), 5050);
	machine_close(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loops_and_subroutines_come_out_right),
		cmocka_unit_test(a_block_may_be_of_any_length),
		cmocka_unit_test(a_block_may_go_deep),
		cmocka_unit_test(code_that_is_not_translated_runs_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
