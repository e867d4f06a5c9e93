/* What surrounds a message call: refusals leave no trace, fees go where they
 * should, deposits are never invalid, simulations leave checks out. */
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "crypto/native/native.h"
#include "evm/execute.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define ETHER UINT64_C(1000000000000000000)

static const struct address sender = { { 0x11 } };
static const struct address receiver = { { 0x22 } };
static const struct address coinbase = { { 0x33 } };
static const struct address treasury = { { 0x44 } };
static const struct address contract = { { 0x55 } };

static bool read_account(void *context, const struct address *address, struct account *account,
			 bool *exists)
{
	(void)context, (void)address, (void)account;
	*exists = false;
	return true;
}

static const struct state_reader nothing = { .account = read_account };

struct fixture {
	struct arena arena;
	struct state *state;
	struct block_context block;
	struct evm *evm;
	struct transaction tx;
	struct tx_result result;
};

static struct state_account *account(struct fixture *f, const struct address *address)
{
	return state_account(f->state, address);
}

static uint64_t balance(struct fixture *f, const struct address *address)
{
	assert_true(u256_fits_u64(state_balance(account(f, address))));
	return state_balance(account(f, address))->limb[0];
}

/* A sender with one ether, and a transfer of 1000 wei from it. */
static void set_up(struct fixture *f, const char *code, size_t code_len)
{
	struct u256 ether = u256_from_u64(ETHER);

	*f = (struct fixture){ 0 };
	arena_init(&f->arena, &arena_heap, ARENA_HEAP_BLOCK);
	f->state = state_new(&f->arena, &nothing);
	f->block = (struct block_context){
		.revision = EVM_OSAKA,
		.chain_id = 7,
		.coinbase = coinbase,
		.number = 1,
		.gas_limit = 30000000,
		.base_fee = u256_from_u64(10),
		.base_fee_recipient = &treasury,
		.precompile_caps = PRECOMPILE_UNCAPPED,
	};
	state_set_balance(f->state, account(f, &sender), &ether);
	if (code_len)
		state_set_code(f->state, account(f, &contract), bytes_of(code, code_len));
	f->evm = evm_new(&f->arena, f->state, &f->block, crypto_native(), NULL);
	f->tx = (struct transaction){
		.type = TX_DYNAMIC_FEE,
		.has_chain_id = true,
		.chain_id = 7,
		.max_fee_per_gas = u256_from_u64(15),
		.max_priority_fee_per_gas = u256_from_u64(2),
		.gas_limit = 100000,
		.to = receiver,
		.value = u256_from_u64(1000),
		.from = sender,
		.has_from = true,
	};
}

static enum tx_err execute(struct fixture *f)
{
	return tx_execute(f->evm, &f->tx, f->block.gas_limit, TX_EXECUTE, &f->result);
}

static void a_transfer_pays_tip_and_base_fee_apart(void **unused)
{
	struct fixture f;

	(void)unused;
	set_up(&f, NULL, 0);
	assert_int_equal(execute(&f), TX_OK);
	assert_true(f.result.success);
	assert_int_equal(f.result.gas_used, 21000);
	assert_int_equal(f.result.effective_gas_price.limb[0], 12);
	assert_int_equal(balance(&f, &sender), ETHER - 1000 - 21000 * 12);
	assert_int_equal(balance(&f, &receiver), 1000);
	assert_int_equal(balance(&f, &coinbase), 21000 * 2);
	assert_int_equal(balance(&f, &treasury), 21000 * 10);
	assert_int_equal(state_nonce(account(&f, &sender)), 1);
	assert_int_equal(f.result.sender_nonce, 0);
	arena_free(&f.arena);
}

/* Each makes the transfer invalid in one way. */
static void wrong_sender(struct fixture *f)
{
	f->tx.has_from = false;
}
static void wrong_chain(struct fixture *f)
{
	f->tx.chain_id = 8;
}
static void old_type(struct fixture *f)
{
	f->block.revision = EVM_CANCUN;
	f->tx.type = TX_SET_CODE;
}
static void nonce_low(struct fixture *f)
{
	state_set_nonce(f->state, account(f, &sender), 5);
	f->tx.nonce = 4;
}
static void nonce_high(struct fixture *f)
{
	f->tx.nonce = 1;
}
static void nonce_max(struct fixture *f)
{
	state_set_nonce(f->state, account(f, &sender), UINT64_MAX);
	f->tx.nonce = UINT64_MAX;
}
static void code_at_sender(struct fixture *f)
{
	state_set_code(f->state, account(f, &sender), bytes_of("\x00", 1));
}
static void over_block(struct fixture *f)
{
	f->block.gas_limit = 99999;
}
static void over_cap(struct fixture *f)
{
	f->tx.gas_limit = (1 << 24) + 1;
}
static void below_base_fee(struct fixture *f)
{
	f->tx.max_fee_per_gas = u256_from_u64(9);
}
static void tip_over_fee(struct fixture *f)
{
	f->tx.max_priority_fee_per_gas = u256_from_u64(16);
}
static void too_poor(struct fixture *f)
{
	f->tx.value = u256_from_u64(ETHER - 15 * 100000 + 1);
}
static void beyond_all_money(struct fixture *f)
{
	memset(&f->tx.max_fee_per_gas, 0xff, sizeof(f->tx.max_fee_per_gas));
}
static void little_gas(struct fixture *f)
{
	f->tx.gas_limit = 20999;
}
static void below_floor(struct fixture *f)
{
	static const uint8_t data[100] = { 1 };

	f->tx.data = bytes_of(data, sizeof(data));
	f->tx.gas_limit = 21000 + 10 * 103 - 1;
}
static void large_initcode(struct fixture *f)
{
	static const uint8_t data[EVM_MAX_INITCODE_SIZE + 1];

	f->tx.data = bytes_of(data, sizeof(data));
	f->tx.is_creation = true;
	f->tx.gas_limit = 5000000;
}
static const struct hash32 blobs[7] = { { { 1 } }, { { 1 } }, { { 1 } }, { { 1 } },
					{ { 1 } }, { { 1 } }, { { 1 } } };
static void blob(struct fixture *f, size_t count)
{
	f->tx.type = TX_BLOB;
	f->tx.blob_hashes = blobs;
	f->tx.blob_hash_count = count;
	f->block.blob_base_fee = u256_from_u64(3);
	f->tx.max_fee_per_blob_gas = u256_from_u64(3);
}
static void no_blob(struct fixture *f)
{
	blob(f, 0);
}
static void many_blobs(struct fixture *f)
{
	blob(f, 7);
}
static void blob_version(struct fixture *f)
{
	static const struct hash32 bad = { { 2 } };

	blob(f, 1);
	f->tx.blob_hashes = &bad;
}
static void blob_fee(struct fixture *f)
{
	blob(f, 1);
	f->block.blob_base_fee = u256_from_u64(4);
}
static void no_authorization(struct fixture *f)
{
	f->tx.type = TX_SET_CODE;
}
static void set_code_creation(struct fixture *f)
{
	f->tx.type = TX_SET_CODE;
	f->tx.is_creation = true;
}

static void a_refusal_has_its_reason_and_leaves_no_trace(void **unused)
{
	static const struct {
		void (*spoil)(struct fixture *f);
		enum tx_err err;
		bool is_static;
	} cases[] = {
		{ wrong_sender, TX_NO_SENDER, false },
		{ wrong_chain, TX_WRONG_CHAIN_ID, true },
		{ old_type, TX_TYPE_NOT_SUPPORTED, true },
		{ nonce_low, TX_NONCE_TOO_LOW, false },
		{ nonce_high, TX_NONCE_TOO_HIGH, false },
		{ nonce_max, TX_NONCE_MAX, true },
		{ code_at_sender, TX_SENDER_NOT_EOA, false },
		{ over_block, TX_GAS_LIMIT_OVER_BLOCK, false },
		{ over_cap, TX_GAS_LIMIT_OVER_CAP, true },
		{ below_base_fee, TX_FEE_BELOW_BASE_FEE, false },
		{ tip_over_fee, TX_PRIORITY_OVER_MAX_FEE, true },
		{ too_poor, TX_INSUFFICIENT_FUNDS, false },
		{ beyond_all_money, TX_INSUFFICIENT_FUNDS, false },
		{ little_gas, TX_INTRINSIC_GAS, true },
		{ below_floor, TX_FLOOR_GAS, true },
		{ large_initcode, TX_INITCODE_TOO_LARGE, true },
		{ no_blob, TX_BLOB_EMPTY, true },
		{ many_blobs, TX_BLOB_COUNT, true },
		{ blob_version, TX_BLOB_VERSION, true },
		{ blob_fee, TX_BLOB_FEE_TOO_LOW, false },
		{ no_authorization, TX_AUTHORIZATIONS_EMPTY, true },
		{ set_code_creation, TX_SET_CODE_CREATION, true },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;
		uint64_t nonce;

		set_up(&f, NULL, 0);
		cases[i].spoil(&f);
		nonce = state_nonce(account(&f, &sender));
		assert_int_equal(execute(&f), cases[i].err);
		assert_int_equal(tx_check_static(&f.block, &f.tx),
				 cases[i].is_static ? cases[i].err : TX_OK);
		assert_int_equal(balance(&f, &sender), ETHER);
		assert_int_equal(state_nonce(account(&f, &sender)), nonce);
		assert_false(state_exists(account(&f, &receiver)));
		assert_false(state_exists(account(&f, &coinbase)));
		arena_free(&f.arena);
	}
}

static void the_last_wei_suffices(void **unused)
{
	struct fixture f;

	(void)unused;
	set_up(&f, NULL, 0);
	f.tx.value = u256_from_u64(ETHER - 15 * 100000);
	assert_int_equal(execute(&f), TX_OK);
	arena_free(&f.arena);
}

static void blob_gas_is_burned(void **unused)
{
	struct fixture f;

	(void)unused;
	set_up(&f, NULL, 0);
	blob(&f, 2);
	assert_int_equal(execute(&f), TX_OK);
	assert_int_equal(balance(&f, &sender),
			 ETHER - 1000 - 21000 * 12 - UINT64_C(2) * 131072 * 3);
	assert_int_equal(balance(&f, &coinbase), 21000 * 2);
	assert_int_equal(balance(&f, &treasury), 21000 * 10);
	arena_free(&f.arena);
}

/* sstore(0, 0) of a slot that held 1: 4800 of 26012 come back. */
static void a_refund_is_capped_at_a_fifth(void **unused)
{
	const struct u256 one = u256_from_u64(1), zero = U256_ZERO;
	struct fixture f;

	(void)unused;
	set_up(&f, "\x5f\x5f\x55", 3); /* push0 push0 sstore */
	state_slot_set(f.state, state_slot(f.state, account(&f, &contract), &zero), &one);
	f.tx.to = contract;
	f.tx.value = zero;
	assert_int_equal(execute(&f), TX_OK);
	assert_true(f.result.success);
	assert_int_equal(f.result.gas_refunded, 4800);
	assert_int_equal(f.result.gas_used, 21000 + 2 + 2 + 5000 - 4800);
	arena_free(&f.arena);
}

static void calldata_pays_the_floor_from_prague_on(void **unused)
{
	static const uint8_t data[100] = { 0 };
	struct fixture f;

	(void)unused;
	for (int revision = EVM_CANCUN; revision <= EVM_OSAKA; revision++) {
		set_up(&f, NULL, 0);
		f.block.revision = (enum evm_revision)revision;
		f.tx.data = bytes_of(data, sizeof(data));
		assert_int_equal(execute(&f), TX_OK);
		assert_int_equal(f.result.gas_used, revision == EVM_CANCUN ? 21400 : 22000);
		arena_free(&f.arena);
	}
}

static void a_simulation_needs_no_nonce_and_no_money_for_gas(void **unused)
{
	struct fixture f;
	struct u256 zero = U256_ZERO;

	(void)unused;
	set_up(&f, NULL, 0);
	f.tx.nonce = 99;
	f.tx.gas_limit = 30000000;
	f.tx.max_fee_per_gas = f.tx.max_priority_fee_per_gas = zero;
	f.tx.from = coinbase; /* which has nothing */
	f.tx.value = zero;
	assert_int_equal(tx_execute(f.evm, &f.tx, UINT64_MAX, TX_SIMULATE, &f.result), TX_OK);
	assert_int_equal(f.result.gas_used, 21000);
	assert_true(u256_is_zero(&f.result.effective_gas_price));
	assert_int_equal(balance(&f, &coinbase), 0);
	arena_free(&f.arena);
}

static void an_empty_coinbase_without_tip_does_not_come_to_be(void **unused)
{
	struct fixture f;

	(void)unused;
	set_up(&f, NULL, 0);
	f.tx.max_priority_fee_per_gas = U256_ZERO;
	assert_int_equal(execute(&f), TX_OK);
	assert_false(state_exists(account(&f, &coinbase)));
	arena_free(&f.arena);
}

static void set_up_deposit(struct fixture *f, const char *code, size_t code_len)
{
	set_up(f, code, code_len);
	f->tx = (struct transaction){
		.type = TX_DEPOSIT,
		.gas_limit = 50000,
		.to = receiver,
		.value = u256_from_u64(30),
		.mint = u256_from_u64(50),
		.from = { { 0x66 } },
		.has_from = true,
	};
}

static void a_deposit_mints_and_pays_nobody(void **unused)
{
	struct fixture f;

	(void)unused;
	set_up_deposit(&f, NULL, 0);
	assert_int_equal(execute(&f), TX_OK);
	assert_true(f.result.success);
	assert_int_equal(f.result.gas_used, 21000);
	assert_int_equal(balance(&f, &f.tx.from), 20);
	assert_int_equal(balance(&f, &receiver), 30);
	assert_int_equal(state_nonce(account(&f, &f.tx.from)), 1);
	assert_int_equal(balance(&f, &coinbase) + balance(&f, &treasury), 0);
	assert_true(u256_is_zero(&f.result.effective_gas_price));
	arena_free(&f.arena);
}

/* The message fails: the mint and the nonce stay, its gas is counted. */
static void a_deposit_that_reverts_keeps_its_mint(void **unused)
{
	struct fixture f;

	(void)unused;
	set_up_deposit(&f, "\x5f\x5f\xfd", 3); /* revert(0, 0) */
	f.tx.to = contract;
	assert_int_equal(execute(&f), TX_OK);
	assert_false(f.result.success);
	assert_int_equal(f.result.status, EVM_REVERT);
	assert_int_equal(f.result.gas_used, 21004);
	assert_int_equal(balance(&f, &f.tx.from), 50);
	assert_int_equal(state_nonce(account(&f, &f.tx.from)), 1);
	arena_free(&f.arena);
}

/* It can't even start: all its gas is used. */
static void a_deposit_that_can_not_start_uses_all_its_gas(void **unused)
{
	struct fixture f;

	(void)unused;
	for (int i = 0; i < 3; i++) {
		set_up_deposit(&f, NULL, 0);
		f.tx.is_creation = i == 2;
		if (i == 0)
			f.tx.gas_limit = 20999;
		else if (i == 1)
			f.tx.value = u256_from_u64(51);
		else
			large_initcode(&f);
		assert_int_equal(execute(&f), TX_OK);
		assert_false(f.result.success);
		assert_int_equal(f.result.gas_used, f.tx.gas_limit);
		assert_int_equal(balance(&f, &f.tx.from), 50);
		assert_int_equal(state_nonce(account(&f, &f.tx.from)), 1);
		assert_int_equal(f.result.log_count, 0);
		arena_free(&f.arena);
	}
}

static void a_deposit_may_come_from_a_contract_and_of_any_size_that_fits(void **unused)
{
	struct fixture f;

	(void)unused;
	set_up_deposit(&f, "\x00", 1);
	f.tx.from = contract;
	f.tx.gas_limit = f.block.gas_limit; /* over EIP-7825's cap */
	assert_int_equal(execute(&f), TX_OK);
	assert_true(f.result.success);
	f.tx.gas_limit++;
	assert_int_equal(execute(&f), TX_GAS_LIMIT_OVER_BLOCK);
	assert_int_equal(balance(&f, &contract), 20);
	arena_free(&f.arena);
}

static void a_creating_deposit_says_where(void **unused)
{
	struct address expected;
	struct fixture f;

	(void)unused;
	set_up_deposit(&f, NULL, 0);
	f.tx.is_creation = true;
	f.tx.gas_limit = 100000;
	assert_int_equal(execute(&f), TX_OK);
	expected = create_address(&f.arena, &f.tx.from, 0);
	assert_true(f.result.success);
	assert_true(address_eq(&f.result.created, &expected));
	assert_int_equal(balance(&f, &expected), 30);
	assert_int_equal(state_nonce(account(&f, &f.tx.from)), 1);
	arena_free(&f.arena);
}

/* caller, sstored to slot 0; gas counts nowhere. */
static void a_system_call_comes_from_the_system(void **unused)
{
	static const struct address system = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
						 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
						 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe } };
	const struct u256 zero = U256_ZERO;
	const struct u256 expected = u256_from_be(system.b, 20);
	struct fixture f;

	(void)unused;
	set_up(&f, "\x33\x5f\x55", 3);
	evm_system_call(f.evm, &contract, bytes_of(NULL, 0));
	assert_true(u256_eq(state_slot_current(state_slot(f.state, account(&f, &contract), &zero)),
			    &expected));
	evm_system_call(f.evm, &receiver, bytes_of(NULL, 0));
	assert_false(state_exists(account(&f, &receiver)));
	assert_false(state_exists(account(&f, &system)));
	arena_free(&f.arena);
}

static void every_refusal_has_words(void **unused)
{
	(void)unused;
	for (int err = TX_OK; err <= TX_SET_CODE_CREATION; err++)
		assert_string_not_equal(tx_err_text((enum tx_err)err), "invalid transaction");
	assert_string_equal(tx_err_text(TX_NONCE_TOO_LOW), "nonce too low");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_transfer_pays_tip_and_base_fee_apart),
		cmocka_unit_test(a_refusal_has_its_reason_and_leaves_no_trace),
		cmocka_unit_test(the_last_wei_suffices),
		cmocka_unit_test(blob_gas_is_burned),
		cmocka_unit_test(a_refund_is_capped_at_a_fifth),
		cmocka_unit_test(calldata_pays_the_floor_from_prague_on),
		cmocka_unit_test(a_simulation_needs_no_nonce_and_no_money_for_gas),
		cmocka_unit_test(an_empty_coinbase_without_tip_does_not_come_to_be),
		cmocka_unit_test(a_deposit_mints_and_pays_nobody),
		cmocka_unit_test(a_deposit_that_reverts_keeps_its_mint),
		cmocka_unit_test(a_deposit_that_can_not_start_uses_all_its_gas),
		cmocka_unit_test(a_deposit_may_come_from_a_contract_and_of_any_size_that_fits),
		cmocka_unit_test(a_creating_deposit_says_where),
		cmocka_unit_test(a_system_call_comes_from_the_system),
		cmocka_unit_test(every_refusal_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
