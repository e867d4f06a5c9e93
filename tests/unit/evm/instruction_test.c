/* What single instructions give, in each way to run them.  The values are the
 * test cases of EIP-145 (shifts), 7939 (CLZ), 1052 and 5656, the yellow paper's
 * definitions, and sums done by Python. */
#include "tests/unit/evm/machine.h"

#include <stdio.h>

#define ONES     "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define TOP      "8000000000000000000000000000000000000000000000000000000000000000"
#define MOST     "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define RETURNED " 5f52 60205ff3" /* the top of the stack */

struct expression {
	const char *code;  /* leaves one value */
	const char *value; /* hex, without leading zeros */
};

static const struct expression expressions[] = {
	/* ADD, MUL, SUB, and what is below zero or beyond 2^256. */
	{ "6001 6002 01", "3" },
	{ "6001 7f" ONES " 01", "0" },
	{ "7f" ONES " 6005 01", "4" },
	{ "6002 6001 03", ONES },
	{ "7f" ONES " 7f" ONES " 02", "1" },
	{ "6003 7f" TOP " 02", TOP },
	/* DIV, MOD, SDIV, SMOD; by zero; -2^255 / -1. */
	{ "6003 600a 04", "3" },
	{ "5f 600a 04", "0" },
	{ "6010 7f" TOP " 04", "800000000000000000000000000000000000000000000000000000000000000" },
	{ "6003 600a 06", "1" },
	{ "6008 600d 06", "5" },
	{ "5f 600a 06", "0" },
	{ "7f" ONES " 7f" TOP " 05", TOP },
	{ "6002 6009 19 05", "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffb" },
	{ "6003 6007 19 07", "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe" },
	{ "5f 7f" TOP " 05", "0" },
	/* ADDMOD and MULMOD do not lose what passes 2^256. */
	{ "6008 600a 600a 08", "4" },
	{ "6002 6002 7f" ONES " 08", "1" },
	{ "600c 7f" ONES " 7f" ONES " 09", "9" },
	{ "5f 6005 6006 09", "0" },
	/* EXP, with 0^0. */
	{ "600a 6002 0a", "400" },
	{ "5f 5f 0a", "1" },
	{ "60ff 6002 0a", TOP },
	{ "610100 6002 0a", "0" },
	{ "6003 7f" ONES " 0a", ONES },
	/* SIGNEXTEND. */
	{ "60ff 5f 0b", ONES },
	{ "607f 5f 0b", "7f" },
	{ "610080 6001 0b", "80" },
	{ "618000 6001 0b", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8000" },
	{ "7f" TOP " 601f 0b", TOP },
	{ "60ff 7f" ONES " 0b", "ff" },
	/* Comparisons: the top is on the left. */
	{ "6002 6001 10", "1" },
	{ "6001 6002 10", "0" },
	{ "6001 6002 11", "1" },
	{ "6001 7f" ONES " 10", "0" },
	{ "6001 7f" ONES " 12", "1" },
	{ "7f" ONES " 6001 13", "1" },
	{ "7f" TOP " 7f" MOST " 13", "1" },
	{ "6001 6001 14", "1" },
	{ "5f 15", "1" },
	{ "7f" TOP " 15", "0" },
	/* Bits. */
	{ "600c 600a 16", "8" },
	{ "600c 600a 17", "e" },
	{ "600c 600a 18", "6" },
	{ "5f 19", ONES },
	{ "61abcd 601f 1a", "cd" },
	{ "61abcd 601e 1a", "ab" },
	{ "61abcd 6020 1a", "0" },
	/* EIP-145. */
	{ "6001 5f 1b", "1" },
	{ "6001 6001 1b", "2" },
	{ "6001 60ff 1b", TOP },
	{ "6001 610100 1b", "0" },
	{ "6001 610101 1b", "0" },
	{ "7f" ONES " 60ff 1b", TOP },
	{ "7f" MOST " 6001 1b",
	  "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe" },
	{ "7f" TOP " 6001 1c", "4000000000000000000000000000000000000000000000000000000000000000" },
	{ "7f" TOP " 60ff 1c", "1" },
	{ "7f" TOP " 610100 1c", "0" },
	{ "7f" ONES " 6001 1c", MOST },
	{ "7f" TOP " 6001 1d", "c000000000000000000000000000000000000000000000000000000000000000" },
	{ "7f" TOP " 60ff 1d", ONES },
	{ "7f" TOP " 610100 1d", ONES },
	{ "7f" ONES " 610101 1d", ONES },
	{ "7f" MOST " 60f8 1d", "7f" },
	{ "7f" MOST " 610100 1d", "0" },
	/* EIP-7939. */
	{ "5f 1e", "100" },
	{ "7f" TOP " 1e", "0" },
	{ "7f" MOST " 1e", "1" },
	{ "6001 1e", "ff" },
	/* KECCAK256 of nothing, and of 32 zero bytes. */
	{ "5f 5f 20", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470" },
	{ "6020 5f 20", "290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e563" },
	/* The environment. */
	{ "30", "1000" },
	{ "32", "ca11e4" },
	{ "33", "ca11e4" },
	{ "34", "0" },
	{ "36", "0" },
	{ "5f 35", "0" },
	{ "43", "3e8" },
	{ "46", "7" },
	{ "47", "3e8" },
	{ "30 31", "3e8" },
	{ "61dead 31", "0" },
	{ "61dead 3f", "0" },
	{ "61dead 3b", "0" },
	{ "58", "0" },
	{ "5f 58", "1" },
	/* BLOCKHASH knows the last 256 blocks and not this one. */
	{ "6103e7 40", "e700000000000000000000000000000000000000000000000000000000000000" },
	{ "6102e8 40", "e800000000000000000000000000000000000000000000000000000000000000" },
	{ "6102e7 40", "0" },
	{ "6103e8 40", "0" },
	{ "7f" ONES " 40", "0" },
	{ "5f 49", "0" },
	/* Memory: MSIZE in whole words, MSTORE8's low byte, EIP-5656's cases. */
	{ "59", "0" },
	{ "5f 51 50 59", "20" },
	{ "6001 51 50 59", "40" },
	{ "611234 5f 53 5f 51",
	  "3400000000000000000000000000000000000000000000000000000000000000" },
	{ "60ab 6001 52 5f 51", "0" },
	{ "60ab 6001 52 6001 51", "ab" },
	{ "7f000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 6020 52"
	  " 6020 6020 5f 5e 5f 51",
	  "102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" },
	{ "7f0001020304050607080000000000000000000000000000000000000000000000 5f 52"
	  " 6008 5f 6001 5e 5f 51",
	  "10203040506070000000000000000000000000000000000000000000000" },
	/* DUP, SWAP, and values that change places. */
	{ "6001 6002 6003 91 50 50", "3" },
	{ "6001 6002 6003 82 03 03 03",
	  "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffb" },
	{ "6001 6002 90 03", ONES },
	{ "6001 80 01 80 01 80 01", "8" },
	{ "5f 15 15 15", "1" },
	{ "6005 6003 10 15", "0" },
};

#define EXPRESSIONS (sizeof(expressions) / sizeof(expressions[0]))

static struct u256 number_from_hex(const char *digits)
{
	char padded[65] = { 0 };
	uint8_t bytes[32];
	size_t len = strlen(digits);

	memset(padded, '0', 64 - len);
	memcpy(padded + 64 - len, digits, len);
	assert_true(hex_decode(bytes, padded, 64));
	return u256_from_be(bytes, 32);
}

static void check_expressions(enum way way)
{
	for (size_t i = 0; i < EXPRESSIONS; i++) {
		struct machine m = { .revision = EVM_OSAKA };
		struct evm_result result;
		char code[1024];
		struct u256 value, expected;

		snprintf(code, sizeof(code), "%s%s", expressions[i].code, RETURNED);
		m.code[0] = code_from_hex(code);
		machine_open(&m, way);
		result = machine_run(&m, 1000000);
		assert_int_equal(result.status, EVM_SUCCESS);
		value = output_number(&result);
		expected = number_from_hex(expressions[i].value);
		if (!u256_eq(&value, &expected))
			fail_msg("%s is not %s", expressions[i].code, expressions[i].value);
		machine_close(&m);
	}
}

static void constants_give_what_the_definitions_say(void **state)
{
	(void)state;
	for (enum way way = 0; way < WAYS; way++)
		check_expressions(way);
}

/* The same numbers out of call data: `code` with its PUSHes made CALLDATALOADs. */
static struct bytes code_with_variables(struct bytes constants, uint8_t *code, uint8_t *input,
					size_t *input_len)
{
	size_t len = 0;

	*input_len = 0;
	for (size_t i = 0; i < constants.len; i++) {
		unsigned immediate = opcode_immediate(constants.data[i]);

		if (!immediate) {
			code[len++] = constants.data[i];
			continue;
		}
		memset(input + *input_len, 0, 32);
		memcpy(input + *input_len + 32 - immediate, constants.data + i + 1, immediate);
		code[len++] = OP_PUSH1 + 1;
		code[len++] = (uint8_t)(*input_len >> 8);
		code[len++] = (uint8_t)*input_len;
		code[len++] = OP_CALLDATALOAD;
		*input_len += 32;
		i += immediate;
	}
	return bytes_of(code, len);
}

static void variables_give_the_same(void **state)
{
	(void)state;
	for (enum way way = 0; way < WAYS; way++) {
		for (size_t i = 0; i < EXPRESSIONS; i++) {
			struct machine m = { .revision = EVM_OSAKA };
			struct evm_message message = machine_message(1000000);
			struct evm_result result;
			uint8_t code[512], input[512];
			size_t input_len;
			struct u256 value, expected;
			char text[1024];

			/* Where it stands, and that there is no call data, are
			 * not the same then. */
			if (strstr(expressions[i].code, "58") ||
			    strstr(expressions[i].code, "35") ||
			    strcmp(expressions[i].code, "36") == 0)
				continue;
			snprintf(text, sizeof(text), "%s%s", expressions[i].code, RETURNED);
			m.code[0] =
			    code_with_variables(code_from_hex(text), code, input, &input_len);
			machine_open(&m, way);
			message.input = bytes_of(input, input_len);
			evm_run(m.evm, &message, &result);
			assert_int_equal(result.status, EVM_SUCCESS);
			value = output_number(&result);
			expected = number_from_hex(expressions[i].value);
			if (!u256_eq(&value, &expected))
				fail_msg("%s is not %s", expressions[i].code, expressions[i].value);
			machine_close(&m);
		}
	}
}

/* One constant and one variable, either way round, for each instruction with
 * two operands: as from two variables.  (Those have been checked above.) */
static void a_constant_operand_changes_nothing(void **state)
{
	static const char *const numbers[] = { "5f",
					       "6001",
					       "6002",
					       "601f",
					       "6020",
					       "60ff",
					       "610100",
					       "67ffffffffffffffff",
					       "68010000000000000000",
					       "7f" ONES,
					       "7f" TOP,
					       "7f" MOST };
	size_t count = sizeof(numbers) / sizeof(numbers[0]);
	(void)state;

	for (unsigned opcode = OP_ADD; opcode <= OP_SAR; opcode++) {
		if (opcode_traits[opcode].pops != 2 || opcode_traits[opcode].pushes != 1)
			continue;
		for (size_t i = 0; i < count * count; i++) {
			struct u256 values[4];

			/* Variables come out of memory, whose content nobody knows. */
			for (unsigned kind = 0; kind < 4; kind++) {
				struct machine m = { .revision = EVM_OSAKA };
				struct evm_result result;
				char code[512];

				snprintf(code, sizeof(code), "%s %s %s %s %02x" RETURNED,
					 numbers[i % count], kind & 1 ? "5f52 5f51" : "",
					 numbers[i / count], kind & 2 ? "5f52 5f51" : "", opcode);
				m.code[0] = code_from_hex(code);
				machine_open(&m, kind == 3 ? STEP_BY_STEP : CHOSEN);
				result = machine_run(&m, 1000000);
				assert_int_equal(result.status, EVM_SUCCESS);
				values[kind] = output_number(&result);
				machine_close(&m);
			}
			for (unsigned kind = 0; kind < 3; kind++)
				if (!u256_eq(&values[kind], &values[3]))
					fail_msg("%02x of %s and %s, kind %u", opcode,
						 numbers[i / count], numbers[i % count], kind);
		}
	}
}

static void instructions_come_with_their_revision(void **state)
{
	struct machine m = { .revision = EVM_PRAGUE };
	(void)state;

	for (enum way way = 0; way < WAYS; way++) {
		m.code[0] = code_from_hex("6001 1e 00");
		machine_open(&m, way);
		assert_int_equal(machine_run(&m, 1000).status, EVM_UNDEFINED_INSTRUCTION);
		machine_close(&m);
		m.code[0] = code_from_hex("fe");
		machine_open(&m, way);
		assert_int_equal(machine_run(&m, 1000).status, EVM_INVALID_INSTRUCTION);
		machine_close(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(constants_give_what_the_definitions_say),
		cmocka_unit_test(variables_give_the_same),
		cmocka_unit_test(a_constant_operand_changes_nothing),
		cmocka_unit_test(instructions_come_with_their_revision),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
