/* What running costs, in each way to run.  The prices of SSTORE are the test
 * cases of EIP-3529; the others are sums of the yellow paper's prices. */
#include "tests/unit/evm/machine.h"

#define PLENTY 10000000

struct priced {
	const char *code;
	uint64_t gas; /* used up by a success */
};

static const struct priced priced[] = {
	{ "", 0 },
	{ "00", 0 },
	{ "5f", 2 },
	{ "6001 6001 01 50", 3 + 3 + 3 + 2 },
	{ "6003 56 5b", 3 + 8 + 1 },
	{ "6001 6006 57 fe 5b", 3 + 3 + 10 + 1 },
	{ "5f 6006 57 5b", 2 + 3 + 10 + 1 },
	/* EXP: 50 for each byte of the exponent. */
	{ "5f 6002 0a", 2 + 3 + 10 },
	{ "60ff 6002 0a", 3 + 3 + 10 + 50 },
	{ "610100 6002 0a", 3 + 3 + 10 + 100 },
	/* Memory: 3 a word, and words^2 / 512. */
	{ "5f 51", 2 + 3 + 3 },
	{ "6001 51", 3 + 3 + 6 },
	{ "6102c0 51", 3 + 3 + 23 * 3 + 23 * 23 / 512 },
	{ "613fe0 51", 3 + 3 + 512 * 3 + 512 },
	{ "613fe0 51 614000 51", 6 + 6 + 513 * 3 + 513 * 513 / 512 },
	/* Copies and hashes: by the word, and memory. */
	{ "6021 5f 5f 37", 3 + 2 + 2 + 3 + 2 * 3 + 2 * 3 },
	{ "5f 5f 5f 37", 2 + 2 + 2 + 3 },
	{ "6021 5f 20", 3 + 2 + 30 + 2 * 6 + 2 * 3 },
	{ "6020 5f 5f 5e", 3 + 2 + 2 + 3 + 3 + 3 },
	{ "6001 6002 6021 5f a2", 3 + 3 + 3 + 2 + 375 * 3 + 8 * 33 + 2 * 3 },
	/* Cold, then warm (EIP-2929). */
	{ "61dead 31 61dead 31", 3 + 2600 + 3 + 100 },
	{ "61dead 3b 61dead 3f", 3 + 2600 + 3 + 100 },
	{ "6007 54 6007 54", 3 + 2100 + 3 + 100 },
	{ "5f 5f 5f 5f 5f 61dead 5a f1", 5 * 2 + 3 + 2 + 2600 },
	{ "5f 5f 5f 5f 61dead 5a fa", 4 * 2 + 3 + 2 + 2600 },
	{ "5f 5f 5f 5f 6002 5a fa", 4 * 2 + 3 + 2 + 100 + 60 },
	/* With a value, to nobody: 9000 and 25000; the stipend comes back. */
	{ "5f 5f 5f 5f 6001 61dead 5f f1", 4 * 2 + 3 + 3 + 2 + 2600 + 9000 + 25000 - 2300 },
	/* Creation: of nothing; of 32 bytes of init code (EIP-3860). */
	{ "5f 5f 5f f0", 3 * 2 + 32000 },
	{ "6020 5f 5f f0", 3 + 2 * 2 + 32000 + 3 + 2 },
	{ "5f 6020 5f 5f f5", 2 + 3 + 2 * 2 + 32000 + 3 + 2 + 6 },
	/* TLOAD and TSTORE, BLOBHASH, SELFBALANCE. */
	{ "5f 5c 6001 5f 5d", 2 + 100 + 3 + 2 + 100 },
	{ "5f 49 47", 2 + 3 + 5 },
	/* SELFDESTRUCT: 5000, a cold heir 2600; one that is not there 25000. */
	{ "33 ff", 2 + 5000 + 2600 },
	{ "61dead ff", 3 + 5000 + 2600 + 25000 },
};

/* Precompiles are warm in every transaction; execute.c says so. */
static const struct address warm[] = { { { [19] = 2 } } };

static void open_priced(struct machine *m, const char *code, enum way way)
{
	m->revision = EVM_OSAKA;
	m->caller_nonce = 1;
	m->code[0] = code_from_hex(code);
	machine_open(m, way);
	(void)state_warm_account(m->state, state_account(m->state, &warm[0]));
}

static void success_costs_what_the_papers_say(void **state)
{
	(void)state;
	for (enum way way = 0; way < WAYS; way++) {
		for (size_t i = 0; i < sizeof(priced) / sizeof(priced[0]); i++) {
			struct machine m = { 0 };
			struct evm_result result;

			open_priced(&m, priced[i].code, way);
			result = machine_run(&m, PLENTY);
			assert_int_equal(result.status, EVM_SUCCESS);
			if (PLENTY - result.gas_left != priced[i].gas)
				fail_msg("%s costs %lu and not %lu", priced[i].code,
					 (unsigned long)(PLENTY - result.gas_left),
					 (unsigned long)priced[i].gas);
			machine_close(&m);
		}
	}
}

/* With any less it fails, and that takes all. */
static void one_less_is_out_of_gas(void **state)
{
	(void)state;
	for (enum way way = 0; way < WAYS; way++) {
		for (size_t i = 0; i < sizeof(priced) / sizeof(priced[0]); i++) {
			uint64_t step = priced[i].gas / 200 + 1;

			for (uint64_t less = 1; less <= priced[i].gas; less += step) {
				struct machine m = { 0 };
				struct evm_result result;

				open_priced(&m, priced[i].code, way);
				result = machine_run(&m, priced[i].gas - less);
				/* A call may fail alone, and a stipend comes back. */
				if (!strstr(priced[i].code, "6002 5a fa") &&
				    !strstr(priced[i].code, "6001 61dead 5f f1"))
					assert_int_equal(result.status, EVM_OUT_OF_GAS);
				if (result.status != EVM_SUCCESS)
					assert_int_equal(result.gas_left, 0);
				machine_close(&m);
			}
		}
	}
}

struct sstore_case {
	const char *code;
	uint64_t gas;
	int64_t refund;
	uint64_t original;
};

static const struct sstore_case sstores[] = {
	{ "60006000556000600055", 212, 0, 0 },
	{ "60006000556001600055", 20112, 0, 0 },
	{ "60016000556000600055", 20112, 19900, 0 },
	{ "60016000556002600055", 20112, 0, 0 },
	{ "60016000556001600055", 20112, 0, 0 },
	{ "60006000556000600055", 3012, 4800, 1 },
	{ "60006000556001600055", 3012, 2800, 1 },
	{ "60006000556002600055", 3012, 0, 1 },
	{ "60026000556000600055", 3012, 4800, 1 },
	{ "60026000556003600055", 3012, 0, 1 },
	{ "60026000556001600055", 3012, 2800, 1 },
	{ "60026000556002600055", 3012, 0, 1 },
	{ "60016000556000600055", 3012, 4800, 1 },
	{ "60016000556002600055", 3012, 0, 1 },
	{ "60016000556001600055", 212, 0, 1 },
	{ "600160005560006000556001600055", 40118, 19900, 0 },
	{ "600060005560016000556000600055", 5918, 7600, 1 },
};

static void run_sstore(struct machine *m, const struct sstore_case *c, enum way way, uint64_t gas,
		       struct evm_result *result)
{
	struct u256 zero = U256_ZERO;
	struct address address = address_of(CONTRACT(0));
	struct state_account *account;

	m->stored[0] = c->original;
	open_priced(m, c->code, way);
	/* The cases are of a warm slot. */
	account = state_account(m->state, &address);
	(void)state_warm_slot(m->state, state_slot(m->state, account, &zero));
	*result = machine_run(m, gas);
}

static void sstore_costs_and_refunds_as_in_eip_3529(void **state)
{
	(void)state;
	for (enum way way = 0; way < WAYS; way++) {
		for (size_t i = 0; i < sizeof(sstores) / sizeof(sstores[0]); i++) {
			struct machine m = { 0 };
			struct evm_result result;

			run_sstore(&m, &sstores[i], way, PLENTY, &result);
			assert_int_equal(result.status, EVM_SUCCESS);
			assert_int_equal(PLENTY - result.gas_left, sstores[i].gas);
			assert_int_equal(state_refund(m.state), sstores[i].refund);
			machine_close(&m);
		}
	}
}

static void sstore_wants_more_than_a_stipend_left(void **state)
{
	const struct sstore_case same = { "6001600055", 106, 0, 1 };
	(void)state;

	for (enum way way = 0; way < WAYS; way++) {
		struct machine m = { 0 };
		struct evm_result result;

		run_sstore(&m, &same, way, 6 + 2300, &result);
		assert_int_equal(result.status, EVM_OUT_OF_GAS);
		machine_close(&m);
		run_sstore(&m, &same, way, 6 + 2301, &result);
		assert_int_equal(result.status, EVM_SUCCESS);
		assert_int_equal(result.gas_left, 2301 - 100);
		machine_close(&m);
	}
}

static void gas_is_what_is_left_behind_itself(void **state)
{
	(void)state;
	for (enum way way = 0; way < WAYS; way++) {
		struct machine m = { 0 };
		struct evm_result result;
		struct u256 value;

		/* Two of them in one block, with more to come. */
		open_priced(&m, "5a 5a 90 03 6001 6001 01 50 5f 52 6020 5f f3", way);
		result = machine_run(&m, 1000);
		assert_int_equal(result.status, EVM_SUCCESS);
		value = output_number(&result);
		assert_int_equal(value.limb[0], 2);
		machine_close(&m);
		open_priced(&m, "6001 50 5a 6001 6001 01 50 5f 52 6020 5f f3", way);
		result = machine_run(&m, 1000);
		value = output_number(&result);
		assert_int_equal(value.limb[0], 1000 - 3 - 2 - 2);
		machine_close(&m);
	}
}

static void no_gas_buys_memory_beyond_reach(void **state)
{
	static const char *const codes[] = {
		"7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff 51",
		"67ffffffffffffffff 51",
		"63ffffffe1 51",
		"5f 68010000000000000000 52",
		"6001 67ffffffffffffffff f3",
		"67ffffffffffffffff 6001 f3",
		"67ffffffffffffffff 6001 20",
		"67ffffffffffffffff 5f 5f 37",
		"6001 5f 67ffffffffffffffff 5e",
		"67ffffffffffffffff 5f a0",
	};
	(void)state;

	for (enum way way = 0; way < WAYS; way++) {
		for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
			struct machine m = { 0 };

			open_priced(&m, codes[i], way);
			assert_int_equal(machine_run(&m, UINT64_MAX / 2).status, EVM_OUT_OF_GAS);
			machine_close(&m);
		}
	}
}

static void nothing_of_no_memory_is_free_wherever_it_is(void **state)
{
	static const char *const codes[] = {
		"5f 7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff f3",
		"5f 7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff 20",
		"5f 5f 67ffffffffffffffff 37",
		"5f 67ffffffffffffffff 67ffffffffffffffff 5e",
	};
	(void)state;

	for (enum way way = 0; way < WAYS; way++) {
		for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
			struct machine m = { 0 };

			open_priced(&m, codes[i], way);
			assert_int_equal(machine_run(&m, 100).status, EVM_SUCCESS);
			machine_close(&m);
		}
	}
}

/* The trace has each instruction with the gas before it. */
struct recorded {
	unsigned steps;
	uint64_t gas[16];
	uint64_t pc[16];
	unsigned exits;
};

static void record_step(void *context, const struct evm_trace_step *step)
{
	struct recorded *r = context;

	assert_true(r->steps < 16);
	r->gas[r->steps] = step->gas;
	r->pc[r->steps] = step->pc;
	r->steps++;
}

static void record_exit(void *context, unsigned depth, const struct evm_result *result)
{
	struct recorded *r = context;

	assert_int_equal(depth, 1);
	assert_int_equal(result->status, EVM_SUCCESS);
	r->exits++;
}

static void a_trace_counts_each_instruction(void **state)
{
	struct recorded r = { 0 };
	struct evm_tracer tracer = { &r, record_step, record_exit };
	struct machine m = { .tracer = &tracer };
	(void)state;

	open_priced(&m, "6001 6005 56 5b 51 00", CHOSEN);
	assert_int_equal(machine_run(&m, 100).status, EVM_SUCCESS);
	assert_int_equal(r.steps, 6);
	assert_int_equal(r.exits, 1);
	assert_int_equal(r.gas[0], 100);
	assert_int_equal(r.gas[3], 100 - 3 - 3 - 8);
	assert_int_equal(r.gas[5], 100 - 3 - 3 - 8 - 1 - 3 - 6);
	assert_int_equal(r.pc[3], 5);
	machine_close(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(success_costs_what_the_papers_say),
		cmocka_unit_test(one_less_is_out_of_gas),
		cmocka_unit_test(sstore_costs_and_refunds_as_in_eip_3529),
		cmocka_unit_test(sstore_wants_more_than_a_stipend_left),
		cmocka_unit_test(gas_is_what_is_left_behind_itself),
		cmocka_unit_test(no_gas_buys_memory_beyond_reach),
		cmocka_unit_test(nothing_of_no_memory_is_free_wherever_it_is),
		cmocka_unit_test(a_trace_counts_each_instruction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
