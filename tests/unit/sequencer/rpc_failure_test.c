/* Sentences as geth prints them: core/vm/errors.go, opcodes.go and gas_table.go; the
 * figures of a stack as in its jump table (a DUP1 needs a value and room for one). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "evm/opcodes.h"
#include "sequencer/rpc_failure.h"

struct sentence {
	enum evm_status status;
	struct evm_fault fault;
	const char *text;
};

#define STACK(opcode, len)                                                                         \
	{                                                                                          \
		opcode, len, 0                                                                     \
	}
#define SIZE(bytes)                                                                                \
	{                                                                                          \
		0, 0, bytes                                                                        \
	}

static const struct sentence sentences[] = {
	{ EVM_STACK_UNDERFLOW, STACK(OP_ADD, 0), "stack underflow (0 <=> 2)" },
	{ EVM_STACK_UNDERFLOW, STACK(OP_SWAP16, 16), "stack underflow (16 <=> 17)" },
	{ EVM_STACK_UNDERFLOW, STACK(OP_DUP1, 0), "stack underflow (0 <=> 1)" },
	{ EVM_STACK_UNDERFLOW, STACK(OP_CALL, 6), "stack underflow (6 <=> 7)" },
	{ EVM_STACK_OVERFLOW, STACK(OP_PUSH0, 1024), "stack limit reached 1024 (1023)" },
	{ EVM_STACK_OVERFLOW, STACK(OP_DUP16, 1024), "stack limit reached 1024 (1023)" },
	{ EVM_INVALID_INSTRUCTION, STACK(0xfe, 0), "invalid opcode: INVALID" },
	{ EVM_UNDEFINED_INSTRUCTION, STACK(0x0c, 3), "invalid opcode: opcode 0xc not defined" },
	{ EVM_UNDEFINED_INSTRUCTION, STACK(0xef, 0), "invalid opcode: opcode 0xef not defined" },
	{ EVM_UNDEFINED_INSTRUCTION, STACK(0x1e, 0), "invalid opcode: CLZ" }, /* before Osaka */
	{ EVM_CODE_TOO_LARGE, SIZE(24577), "max code size exceeded: code size 24577 limit 24576" },
	{ EVM_INITCODE_TOO_LARGE, SIZE(49153),
	  "out of gas: max initcode size exceeded: code size 49153 limit 49152" },
	{ EVM_CODE_STORAGE_OUT_OF_GAS, SIZE(0), "contract creation code storage out of gas" },
	{ EVM_OUT_OF_GAS, SIZE(0), "out of gas" },
	{ EVM_BAD_JUMP, SIZE(0), "invalid jump destination" },
	{ EVM_STATIC_VIOLATION, SIZE(0), "write protection" },
	{ EVM_RETURN_DATA_OUT_OF_BOUNDS, SIZE(0), "return data out of bounds" },
	{ EVM_CODE_STARTS_WITH_EF, SIZE(0), "invalid code: must not begin with 0xef" },
	{ EVM_CREATE_COLLISION, SIZE(0), "contract address collision" },
};

static void failures_are_told_in_geths_words(void **unused)
{
	char out[FAILURE_MESSAGE_SIZE];

	(void)unused;
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++)
		assert_string_equal(failure_message(out, sentences[i].status, &sentences[i].fault),
				    sentences[i].text);
}

/* The largest figures that there can be. */
static void every_sentence_fits(void **unused)
{
	const struct evm_fault fault = { 0xff, SIZE_MAX, UINT64_MAX };
	char out[FAILURE_MESSAGE_SIZE + 1];

	(void)unused;
	for (int status = EVM_SUCCESS; status <= EVM_NONCE_OVERFLOW; status++) {
		out[FAILURE_MESSAGE_SIZE] = '!';
		failure_message(out, (enum evm_status)status, &fault);
		assert_in_range(strlen(out), 1, FAILURE_MESSAGE_SIZE - 2); /* not cut */
		assert_int_equal(out[FAILURE_MESSAGE_SIZE], '!');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_are_told_in_geths_words),
		cmocka_unit_test(every_sentence_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
