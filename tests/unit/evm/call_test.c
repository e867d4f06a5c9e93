/* Calls and creations, in each way to run.  Rules from EIP-150, 161, 170, 211,
 * 214, 684, 1014, 2681, 3541, 3860, 6780, 7610 and 7702. */
#include "tests/unit/evm/machine.h"

#define PLENTY 100000000

static void open_with(struct machine *m, enum way way)
{
	m->revision = EVM_OSAKA;
	m->caller_nonce = 1;
	machine_open(m, way);
}

static struct state_account *account_at(struct machine *m, uint64_t number)
{
	struct address address = address_of(number);

	return state_account(m->state, &address);
}

/* 0x1000 calls itself with all its gas, and returns one more than the call
 * did; with gas that no block has, so that only the depth ends it. */
static void calls_nest_1024_deep(void **state)
{
	(void)state;
	for (enum way way = 0; way < WAYS; way++) {
		struct machine m = {
			.code[0] = code_from_hex("6020 5f 5f 5f 5f 611000 5a f1 50"
						 "5f 51 6001 01 5f 52 6020 5f f3"),
		};
		struct evm_result result;
		struct u256 value;

		open_with(&m, way);
		result = machine_run(&m, (uint64_t)1 << 60);
		assert_int_equal(result.status, EVM_SUCCESS);
		value = output_number(&result);
		assert_int_equal(value.limb[0], EVM_MAX_DEPTH + 1);
		machine_close(&m);
	}
}

/* Attack 33: 0x1000 calls 0x1001 again and again, which grows a memory and
 * returns it; or hashes it with a precompile; or creates contracts. */
static void calls_in_a_row_use_the_same_memory(void **state)
{
	static const char *const callers[] = {
		"5b 5f 5f 5f 5f 5f 611001 5a f1 50 5f 56",
		"5b 6103e8 5f 6103e8 5f 6004 5a fa 50 5f 56",
		"5b 6103e8 5f 5f f0 50 5f 56",
	};
	(void)state;

	for (enum way way = 0; way < WAYS; way++) {
		for (size_t i = 0; i < 3; i++) {
			size_t sizes[2];

			for (int long_run = 0; long_run < 2; long_run++) {
				struct machine m = {
					.code[0] = code_from_hex(callers[i]),
					.code[1] = code_from_hex("6001 617fff 53 618000 5f f3"),
				};
				struct evm_result result;

				open_with(&m, way);
				result = machine_run(&m, long_run ? 30000000 : 1000000);
				assert_int_equal(result.status, EVM_OUT_OF_GAS);
				sizes[long_run] = arena_size(&m.arena);
				machine_close(&m);
			}
			/* What is created is remembered; the rest is not. */
			assert_true(sizes[1] < sizes[0] + (i == 2 ? 2000000 : 100000));
		}
	}
}

static void a_stack_holds_1024_values(void **state)
{
	(void)state;
	for (enum way way = 0; way < WAYS; way++) {
		uint8_t code[1200];
		struct machine m = { .code[0] = bytes_of(code, 1024) };

		memset(code, OP_PUSH0, sizeof(code));
		open_with(&m, way);
		assert_int_equal(machine_run(&m, PLENTY).status, EVM_SUCCESS);
		machine_close(&m);
		m.code[0].len = 1025;
		open_with(&m, way);
		assert_int_equal(machine_run(&m, PLENTY).status, EVM_STACK_OVERFLOW);
		machine_close(&m);
		/* 1023 and a loop that pushes and pops at the brim. */
		memcpy(code + 1022, "\x5b\x5f\x50\x61\x03\xfe\x56", 7);
		m.code[0].len = 1029;
		open_with(&m, way);
		assert_int_equal(machine_run(&m, PLENTY).status, EVM_OUT_OF_GAS);
		machine_close(&m);
	}
}

/* Why a frame ends, with which code. */
struct ending {
	const char *code;
	enum evm_status status;
};

static const struct ending endings[] = {
	{ "01", EVM_STACK_UNDERFLOW },
	{ "5f 5f 81 83", EVM_STACK_UNDERFLOW },
	{ "6000 91", EVM_STACK_UNDERFLOW },
	{ "5f 56", EVM_BAD_JUMP },
	{ "6004 56 605b 00", EVM_BAD_JUMP }, /* in a PUSH's operand */
	{ "6003 56", EVM_BAD_JUMP },
	{ "68010000000000000000 56 5b", EVM_BAD_JUMP },
	{ "6001 5f 57", EVM_BAD_JUMP },
	{ "5f 7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff 57", EVM_SUCCESS },
	{ "fd", EVM_STACK_UNDERFLOW },
	{ "5f 5f fd", EVM_REVERT },
	{ "fe", EVM_INVALID_INSTRUCTION },
	{ "0c", EVM_UNDEFINED_INSTRUCTION },
	{ "ef", EVM_UNDEFINED_INSTRUCTION },
	{ "6001 5f 5f 3e", EVM_RETURN_DATA_OUT_OF_BOUNDS },
	{ "5f 6001 5f 3e", EVM_RETURN_DATA_OUT_OF_BOUNDS },
	{ "5f 5f 5f 3e", EVM_SUCCESS },
	{ "61c001 5f 5f f0", EVM_INITCODE_TOO_LARGE },
	{ "61c000 5f 5f f0", EVM_SUCCESS },
	/* PUSHes that the code ends in. */
	{ "60", EVM_SUCCESS },
	{ "7f", EVM_SUCCESS },
	{ "7f00", EVM_SUCCESS },
};

static void frames_end_for_the_right_reason(void **state)
{
	(void)state;
	for (enum way way = 0; way < WAYS; way++) {
		for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
			struct machine m = { .code[0] = code_from_hex(endings[i].code) };
			struct evm_result result;

			open_with(&m, way);
			result = machine_run(&m, PLENTY);
			if (result.status != endings[i].status)
				fail_msg("%s: %s", endings[i].code, evm_status_text(result.status));
			if (result.status != EVM_SUCCESS && result.status != EVM_REVERT)
				assert_int_equal(result.gas_left, 0);
			machine_close(&m);
		}
	}
}

/* What geth's sentences name, read off the code. */
static const struct failure {
	const char *code;
	enum evm_status status;
	struct evm_fault fault;
} failures[] = {
	{ "01", EVM_STACK_UNDERFLOW, { .opcode = OP_ADD } },
	{ "6000 91", EVM_STACK_UNDERFLOW, { .opcode = OP_SWAP1 + 1, .stack_len = 1 } },
	{ "6001 6002 01 6008 56 5b 01", EVM_STACK_UNDERFLOW, { .opcode = OP_ADD, .stack_len = 1 } },
	{ "5b 5f 5f 56", EVM_STACK_OVERFLOW, { .opcode = OP_PUSH0, .stack_len = 1024 } },
	{ "5f 5b 80 6001 56", EVM_STACK_OVERFLOW, { .opcode = OP_PUSH1, .stack_len = 1024 } },
	{ "5f fe", EVM_INVALID_INSTRUCTION, { .opcode = OP_INVALID, .stack_len = 1 } },
	{ "0c", EVM_UNDEFINED_INSTRUCTION, { .opcode = 0x0c } },
	{ "61c001 5f 5f f0", EVM_INITCODE_TOO_LARGE, { .code_size = 49153 } },
	/* Not the called one's, which is at 0x1001. */
	{ "5f 5f 5f 5f 5f 611001 61ffff f1 01",
	  EVM_STACK_UNDERFLOW,
	  { .opcode = OP_ADD, .stack_len = 1 } },
};

static void a_failure_has_its_figures(void **state)
{
	(void)state;
	for (enum way way = 0; way < WAYS; way++) {
		for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
			const struct failure *f = &failures[i];
			struct machine m = { .code[0] = code_from_hex(f->code),
					     .code[1] = code_from_hex("5f 5f 5f ef") };
			struct evm_fault fault;

			open_with(&m, way);
			assert_int_equal(machine_run(&m, PLENTY).status, f->status);
			fault = evm_fault(m.evm);
			if (fault.opcode != f->fault.opcode ||
			    fault.stack_len != f->fault.stack_len ||
			    fault.code_size != f->fault.code_size)
				fail_msg("%s: %x, %zu on the stack, %llu bytes", f->code,
					 fault.opcode, fault.stack_len,
					 (unsigned long long)fault.code_size);
			machine_close(&m);
		}
	}
}

static void a_static_call_changes_nothing(void **state)
{
	static const char *const writers[] = {
		"5f 5f 55",
		"5f 5f 5d",
		"5f 5f a0",
		"5f 5f 5f f0",
		"5f 5f 5f 5f f5",
		"5f ff",
		"5f 5f 5f 5f 6001 61dead 5a f1",
	};
	(void)state;

	for (enum way way = 0; way < WAYS; way++) {
		for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++) {
			struct machine m = { .code[0] = code_from_hex(writers[i]) };
			struct evm_message message = machine_message(PLENTY);
			struct evm_result result;

			open_with(&m, way);
			message.is_static = true;
			evm_run(m.evm, &message, &result);
			assert_int_equal(result.status, EVM_STATIC_VIOLATION);
			machine_close(&m);
		}
	}
}

/* The callee's return data reaches the caller in full, and as much of it as was
 * asked for its memory. */
static void a_revert_gives_back_gas_and_data(void **state)
{
	(void)state;
	for (enum way way = 0; way < WAYS; way++) {
		struct machine m = {
			/* 4 of 32 bytes into memory; then the size, the result. */
			.code[0] = code_from_hex("6004 5f 5f 5f 5f 611001 5a f1"
						 "6020 52 3d 6040 52 6060 5f f3"),
			.code[1] = code_from_hex("6001 5f 55 5f 19 5f 52 6020 5f fd"),
			.stored[1] = 5,
		};
		struct u256 zero = U256_ZERO;
		struct evm_result result;
		struct u256 words[3];

		open_with(&m, way);
		result = machine_run(&m, PLENTY);
		assert_int_equal(result.status, EVM_SUCCESS);
		assert_true(result.gas_left > PLENTY - 20000);
		assert_int_equal(result.output.len, 96);
		for (int i = 0; i < 3; i++)
			words[i] = u256_from_be(result.output.data + 32 * i, 32);
		assert_true(words[0].limb[3] == 0xffffffff00000000u && words[0].limb[2] == 0);
		assert_true(u256_is_zero(&words[1]));
		assert_int_equal(words[2].limb[0], 32);
		/* And what it stored is undone. */
		assert_int_equal(
		    state_slot_current(state_slot(m.state, account_at(&m, 0x1001), &zero))->limb[0],
		    5);
		machine_close(&m);
	}
}

static void a_delegatecall_works_on_the_caller(void **state)
{
	(void)state;
	for (enum way way = 0; way < WAYS; way++) {
		struct machine m = {
			.code[0] = code_from_hex("5f 5f 5f 5f 611001 5a f4"),
			/* Stores caller + value in slot 0. */
			.code[1] = code_from_hex("34 33 01 5f 55"),
		};
		struct evm_message message = machine_message(PLENTY);
		struct u256 zero = U256_ZERO;
		struct evm_result result;

		open_with(&m, way);
		message.value = u256_from_u64(7);
		evm_run(m.evm, &message, &result);
		assert_int_equal(result.status, EVM_SUCCESS);
		assert_int_equal(
		    state_slot_current(state_slot(m.state, account_at(&m, 0x1000), &zero))->limb[0],
		    0xca11e4 + 7);
		assert_int_equal(state_balance(account_at(&m, 0x1000))->limb[0], 1007);
		machine_close(&m);
	}
}

static void a_call_that_can_not_be_made_keeps_its_gas(void **state)
{
	(void)state;
	for (enum way way = 0; way < WAYS; way++) {
		/* More than it owns: the answer is 0, the stipend is a gain. */
		struct machine m = {
			.code[0] =
			    code_from_hex("5f 5f 5f 5f 6103e9 611001 5a f1 5f 52 6020 5f f3"),
			.code[1] = code_from_hex("00"),
		};
		struct evm_result result;
		struct u256 value;

		open_with(&m, way);
		result = machine_run(&m, PLENTY);
		assert_int_equal(result.status, EVM_SUCCESS);
		value = output_number(&result);
		assert_true(u256_is_zero(&value));
		assert_int_equal(PLENTY - result.gas_left,
				 8 + 3 + 3 + 2 + 2600 + 9000 - 2300 + 2 + 3 + 3 + 3 + 2);
		machine_close(&m);
	}
}

/* EIP-7702: the target's code runs, at the price of one more access; who looks
 * at the account's code sees the delegation. */
static void a_delegation_is_followed_once(void **state)
{
	(void)state;
	for (enum way way = 0; way < WAYS; way++) {
		struct machine m = {
			.code[0] = code_from_hex("5f 5f 5f 5f 611001 5a fa 6110013b 01"
						 "5f 52 6020 5f f3"),
			.code[1] = code_from_hex("ef0100 0000000000000000000000000000000000001002"),
			.code[2] = code_from_hex("00"),
		};
		struct evm_result result;
		struct u256 value;

		open_with(&m, way);
		result = machine_run(&m, PLENTY);
		assert_int_equal(result.status, EVM_SUCCESS);
		value = output_number(&result);
		assert_int_equal(value.limb[0], 1 + 23);
		assert_int_equal(PLENTY - result.gas_left,
				 8 + 3 + 2 + 2600 + 2600 + 3 + 100 + 3 + 2 + 6 + 3 + 2);
		machine_close(&m);
		/* A delegation to a delegation is no code. */
		m.code[2] = m.code[1];
		open_with(&m, way);
		result = machine_run(&m, PLENTY);
		value = output_number(&result);
		assert_int_equal(value.limb[0], 23);
		machine_close(&m);
		/* Before Prague it is nothing special. */
		m.code[2] = code_from_hex("00");
		m.revision = EVM_CANCUN;
		m.caller_nonce = 1;
		machine_open(&m, way);
		result = machine_run(&m, PLENTY);
		value = output_number(&result);
		assert_int_equal(value.limb[0], 23);
		machine_close(&m);
	}
}

static struct evm_result create(struct machine *m, const char *init_code, uint64_t gas)
{
	struct evm_message message = { .kind = EVM_CREATE,
				       .gas = gas,
				       .caller = CALLER_ADDRESS,
				       .input = code_from_hex(init_code) };
	struct evm_result result;

	evm_run(m->evm, &message, &result);
	return result;
}

static void a_creation_leaves_its_output_as_code(void **state)
{
	struct machine m = { 0 };
	struct state_account *created;
	struct evm_result result;
	(void)state;

	open_with(&m, CHOSEN);
	/* Returns 0x6001600255 and stores 3 in slot 1. */
	result = create(&m, "6003 6001 55 64 6001600255 5f 52 6005 601b f3", PLENTY);
	assert_int_equal(result.status, EVM_SUCCESS);
	assert_int_equal(result.output.len, 0);
	created = state_account(m.state, &result.created);
	assert_int_equal(state_code(m.state, created)->code.len, 5);
	assert_memory_equal(state_code(m.state, created)->code.data, "\x60\x01\x60\x02\x55", 5);
	assert_int_equal(state_nonce(created), 1);
	assert_int_equal(state_nonce(account_at(&m, 0xca11e4)), 2);
	assert_int_equal(PLENTY - result.gas_left, 6 + 22100 + 3 + 2 + 6 + 6 + 5 * 200);
	machine_close(&m);
}

static void a_creation_fails_for_the_right_reason(void **state)
{
	static const struct ending ends[] = {
		{ "60ef 5f 53 6001 5f f3", EVM_CODE_STARTS_WITH_EF },
		{ "616001 5f f3", EVM_CODE_TOO_LARGE },
		{ "6103e8 5f f3", EVM_CODE_STORAGE_OUT_OF_GAS }, /* 200,000 */
		{ "5f 5f fd", EVM_REVERT },
		{ "fe", EVM_INVALID_INSTRUCTION },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct machine m = { 0 };
		struct evm_result result;

		open_with(&m, CHOSEN);
		result = create(&m, ends[i].code, 100000);
		assert_int_equal(result.status, ends[i].status);
		if (result.status == EVM_CODE_TOO_LARGE)
			assert_int_equal(evm_fault(m.evm).code_size, 24577);
		/* The nonce stays used. */
		assert_int_equal(state_nonce(account_at(&m, 0xca11e4)), 2);
		machine_close(&m);
	}
}

static void an_address_is_created_once(void **state)
{
	(void)state;
	for (enum way way = 0; way < WAYS; way++) {
		struct machine m = {
			/* CREATE2 of nothing with salt 0, twice; gas before and
			 * after the second one. */
			.code[0] = code_from_hex("5f 5f 5f 5f f5 50 5f 5f 5f 5f f5 5f 52"
						 "6020 5f f3"),
		};
		struct evm_result result;
		struct u256 value;

		open_with(&m, way);
		result = machine_run(&m, PLENTY);
		assert_int_equal(result.status, EVM_SUCCESS);
		value = output_number(&result);
		assert_true(u256_is_zero(&value));
		/* All but a 64th is lost. */
		assert_true(result.gas_left < PLENTY / 64);
		assert_int_equal(state_nonce(account_at(&m, 0x1000)), 3);
		machine_close(&m);
	}
}

static void the_last_nonce_creates_nothing(void **state)
{
	struct machine m = { .revision = EVM_OSAKA, .caller_nonce = UINT64_MAX };
	struct evm_result result;
	(void)state;

	machine_open(&m, CHOSEN);
	result = create(&m, "00", PLENTY);
	assert_int_equal(result.status, EVM_NONCE_OVERFLOW);
	assert_int_equal(result.gas_left, PLENTY);
	assert_true(state_nonce(account_at(&m, 0xca11e4)) == UINT64_MAX);
	machine_close(&m);
}

/* EIP-6780: the balance goes to the heir; the account goes only if it is as
 * young as the transaction. */
static void selfdestruct_spares_the_old(void **state)
{
	(void)state;
	for (enum way way = 0; way < WAYS; way++) {
		struct machine m = { .code[0] = code_from_hex("61dead ff") };
		struct state_account *created;
		struct evm_result result;

		open_with(&m, way);
		assert_int_equal(machine_run(&m, PLENTY).status, EVM_SUCCESS);
		assert_int_equal(state_balance(account_at(&m, 0xdead))->limb[0], 1000);
		assert_true(u256_is_zero(state_balance(account_at(&m, 0x1000))));
		result = create(&m, "61dead ff", PLENTY);
		assert_int_equal(result.status, EVM_SUCCESS);
		created = state_account(m.state, &result.created);
		assert_true(state_exists(created));
		state_end_transaction(m.state);
		assert_true(state_exists(account_at(&m, 0x1000)));
		assert_false(state_exists(created));
		machine_close(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_nest_1024_deep),
		cmocka_unit_test(calls_in_a_row_use_the_same_memory),
		cmocka_unit_test(a_stack_holds_1024_values),
		cmocka_unit_test(frames_end_for_the_right_reason),
		cmocka_unit_test(a_failure_has_its_figures),
		cmocka_unit_test(a_static_call_changes_nothing),
		cmocka_unit_test(a_revert_gives_back_gas_and_data),
		cmocka_unit_test(a_delegatecall_works_on_the_caller),
		cmocka_unit_test(a_call_that_can_not_be_made_keeps_its_gas),
		cmocka_unit_test(a_delegation_is_followed_once),
		cmocka_unit_test(a_creation_leaves_its_output_as_code),
		cmocka_unit_test(a_creation_fails_for_the_right_reason),
		cmocka_unit_test(an_address_is_created_once),
		cmocka_unit_test(the_last_nonce_creates_nothing),
		cmocka_unit_test(selfdestruct_spares_the_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
