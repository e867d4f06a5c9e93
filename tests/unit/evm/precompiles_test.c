/* Addresses and prices of the precompiled contracts.  What they compute is
 * tests/conformance/'s matter. */
#include "base/native/arena_heap.h"
#include "crypto/native/native.h"
#include "evm/precompiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void addresses_come_with_their_revision(void **unused)
{
	static const struct {
		uint8_t high, low;
		int since; /* enum evm_revision; 9: never */
	} cases[] = {
		{ 0, 0x00, 9 },          { 0, 0x01, EVM_CANCUN }, { 0, 0x0a, EVM_CANCUN },
		{ 0, 0x0b, EVM_PRAGUE }, { 0, 0x11, EVM_PRAGUE }, { 0, 0x12, 9 },
		{ 0, 0xff, 9 },          { 1, 0x00, EVM_OSAKA },  { 1, 0x01, 9 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct address address = { { [18] = cases[i].high, [19] = cases[i].low } };

		for (int revision = EVM_CANCUN; revision <= EVM_OSAKA; revision++) {
			enum precompile_id id;

			assert_int_equal(precompile_at((enum evm_revision)revision, &address, &id),
					 revision >= cases[i].since);
		}
		address.b[17] = 1;
		assert_false(precompile_at(EVM_OSAKA, &address, &(enum precompile_id){ 0 }));
	}
}

static void the_list_is_what_is_found(void **unused)
{
	static const size_t counts[] = { 10, 17, 18 };

	(void)unused;
	for (int revision = EVM_CANCUN; revision <= EVM_OSAKA; revision++) {
		const struct address *list;
		size_t count = precompile_list((enum evm_revision)revision, &list);
		enum precompile_id id;

		assert_int_equal(count, counts[revision]);
		for (size_t i = 0; i < count; i++)
			assert_true(precompile_at((enum evm_revision)revision, &list[i], &id));
	}
}

static void prices_by_length(void **unused)
{
	static const uint8_t zeros[1 << 16];
	static const struct {
		enum precompile_id id;
		size_t len;
		uint64_t gas;
	} cases[] = {
		{ PRECOMPILE_ECRECOVER, 0, 3000 },
		{ PRECOMPILE_SHA256, 0, 60 },
		{ PRECOMPILE_SHA256, 33, 84 },
		{ PRECOMPILE_RIPEMD160, 32, 720 },
		{ PRECOMPILE_IDENTITY, 65, 24 },
		{ PRECOMPILE_BN254_ADD, 7, 150 },
		{ PRECOMPILE_BN254_MUL, 7, 6000 },
		{ PRECOMPILE_BN254_PAIRING, 0, 45000 },
		{ PRECOMPILE_BN254_PAIRING, 2 * 192, 113000 },
		{ PRECOMPILE_BLAKE2F, 212, 0 },
		{ PRECOMPILE_POINT_EVALUATION, 192, 50000 },
		{ PRECOMPILE_BLS12_G1ADD, 256, 375 },
		{ PRECOMPILE_BLS12_G2ADD, 512, 600 },
		{ PRECOMPILE_BLS12_G1MSM, 0, 0 },
		{ PRECOMPILE_BLS12_G1MSM, 160, 12000 },
		/* EIP-2537's table: 2 pairs 949, 128 and more 519 */
		{ PRECOMPILE_BLS12_G1MSM, 2 * 160, 22776 },
		{ PRECOMPILE_BLS12_G1MSM, 128 * 160, 797184 },
		{ PRECOMPILE_BLS12_G1MSM, 129 * 160, 803412 },
		{ PRECOMPILE_BLS12_G2MSM, 288, 22500 },
		{ PRECOMPILE_BLS12_G2MSM, 3 * 288, 62302 },
		{ PRECOMPILE_BLS12_G2MSM, 129 * 288, 1520910 },
		{ PRECOMPILE_BLS12_PAIRING_CHECK, 0, 37700 },
		{ PRECOMPILE_BLS12_PAIRING_CHECK, 2 * 384, 102900 },
		{ PRECOMPILE_BLS12_MAP_FP_TO_G1, 64, 5500 },
		{ PRECOMPILE_BLS12_MAP_FP2_TO_G2, 128, 23800 },
		{ PRECOMPILE_P256VERIFY, 160, 6900 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
		    precompile_gas(EVM_OSAKA, cases[i].id, bytes_of(zeros, cases[i].len)),
		    cases[i].gas);
}

static void blake2f_costs_its_rounds(void **unused)
{
	uint8_t input[213] = { 0xff, 0xff, 0xff, 0xfe };

	(void)unused;
	assert_int_equal(precompile_gas(EVM_CANCUN, PRECOMPILE_BLAKE2F, bytes_of(input, 213)),
			 0xfffffffe);
}

/* An input of MODEXP without the modulus. */
static struct bytes modexp_input(uint8_t *out, size_t base, struct u256 exponent_len,
				 size_t modulus, uint64_t exponent)
{
	struct u256 base_len = u256_from_u64(base), modulus_len = u256_from_u64(modulus);
	size_t head =
	    u256_fits_u64(&exponent_len) && exponent_len.limb[0] < 32 ? exponent_len.limb[0] : 32;

	u256_to_be(out, &base_len);
	u256_to_be(out + 32, &exponent_len);
	u256_to_be(out + 64, &modulus_len);
	memset(out + 96, 0xff, base);
	for (size_t i = 0; i < head; i++) {
		size_t shift = 8 * (head - 1 - i);

		out[96 + base + i] = (uint8_t)(shift < 64 ? exponent >> shift : 0);
	}
	return bytes_of(out, 96 + base + head);
}

/* The "nagydani" vectors, with the prices that EIP-2565 and EIP-7883 list. */
static void modexp_costs_what_the_eips_list(void **unused)
{
	static const struct {
		size_t len, exponent_len;
		uint64_t exponent, eip_2565, eip_7883;
	} cases[] = {
		{ 64, 1, 2, 200, 500 },
		{ 64, 1, 3, 200, 500 },
		{ 64, 3, 0x10001, 341, 2048 },
		{ 128, 1, 2, 200, 512 },
		{ 128, 3, 0x10001, 1365, 8192 },
		{ 256, 1, 2, 341, 2048 },
		{ 256, 3, 0x10001, 5461, 32768 },
		{ 512, 1, 2, 1365, 8192 },
		{ 512, 3, 0x10001, 21845, 131072 },
		{ 1024, 1, 2, 5461, 32768 },
		{ 1024, 3, 0x10001, 87381, 524288 },
	};
	uint8_t input[2048];

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bytes b =
		    modexp_input(input, cases[i].len, u256_from_u64(cases[i].exponent_len),
				 cases[i].len, cases[i].exponent);

		assert_int_equal(precompile_gas(EVM_PRAGUE, PRECOMPILE_MODEXP, b),
				 cases[i].eip_2565);
		assert_int_equal(precompile_gas(EVM_OSAKA, PRECOMPILE_MODEXP, b),
				 cases[i].eip_7883);
	}
}

static void modexp_with_lengths_beyond_all_bounds_saturates(void **unused)
{
	uint8_t input[256];
	struct u256 huge;
	struct bytes b;

	(void)unused;
	memset(&huge, 0xff, sizeof(huge));
	b = modexp_input(input, 1, huge, 1, 0);
	assert_int_equal(precompile_gas(EVM_PRAGUE, PRECOMPILE_MODEXP, b), UINT64_MAX);
	memset(input, 0xff, 32);
	assert_int_equal(precompile_gas(EVM_OSAKA, PRECOMPILE_MODEXP, b), UINT64_MAX);
	/* Nothing times anything: the least there is. */
	b = modexp_input(input, 0, huge, 0, 0);
	assert_int_equal(precompile_gas(EVM_PRAGUE, PRECOMPILE_MODEXP, b), 200);
	assert_int_equal(precompile_gas(EVM_PRAGUE, PRECOMPILE_MODEXP, bytes_of(NULL, 0)), 200);
	assert_int_equal(precompile_gas(EVM_OSAKA, PRECOMPILE_MODEXP, bytes_of(NULL, 0)), 500);
}

static enum evm_status run_capped(enum evm_revision revision, struct precompile_caps caps,
				  enum precompile_id id, struct bytes input, uint64_t *gas)
{
	struct block_context block = { .revision = revision, .precompile_caps = caps };
	struct bytes output = bytes_of("untouched", 9);
	enum evm_status status;
	struct arena a;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	status = precompile_run(crypto_native(), &a, &block, id, input, gas, &output);
	if (status != EVM_SUCCESS) {
		assert_int_equal(*gas, 0);
		assert_int_equal(output.len, 0);
	}
	arena_free(&a);
	return status;
}

static enum evm_status run(enum evm_revision revision, uint64_t cap, enum precompile_id id,
			   struct bytes input, uint64_t *gas)
{
	return run_capped(revision, (struct precompile_caps){ cap, SIZE_MAX }, id, input, gas);
}

static void a_call_beyond_its_gas_or_the_cap_runs_out(void **unused)
{
	uint64_t gas = 17;

	(void)unused;
	assert_int_equal(run(EVM_OSAKA, UINT64_MAX, PRECOMPILE_IDENTITY, bytes_of("x", 1), &gas),
			 EVM_OUT_OF_GAS);
	gas = 18;
	assert_int_equal(run(EVM_OSAKA, UINT64_MAX, PRECOMPILE_IDENTITY, bytes_of("x", 1), &gas),
			 EVM_SUCCESS);
	assert_int_equal(gas, 0);
	gas = 1000;
	assert_int_equal(run(EVM_OSAKA, 18, PRECOMPILE_IDENTITY, bytes_of("x", 1), &gas),
			 EVM_SUCCESS);
	assert_int_equal(gas, 982);
	assert_int_equal(run(EVM_OSAKA, 17, PRECOMPILE_IDENTITY, bytes_of("x", 1), &gas),
			 EVM_OUT_OF_GAS);
}

/* Points at infinity are zeros: every whole number of them is a valid input. */
static void what_l1_would_have_to_be_brought_is_capped(void **unused)
{
	static const struct {
		enum precompile_id id;
		size_t unit;
	} cases[] = {
		{ PRECOMPILE_BN254_PAIRING, 192 },
		{ PRECOMPILE_BLS12_G1MSM, 160 },
		{ PRECOMPILE_BLS12_G2MSM, 288 },
		{ PRECOMPILE_BLS12_PAIRING_CHECK, 384 },
	};
	static uint8_t zeros[2000];

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct precompile_caps caps = { UINT64_MAX, 2 * cases[i].unit };
		uint64_t gas = 10000000;

		assert_int_equal(run_capped(EVM_OSAKA, caps, cases[i].id,
					    bytes_of(zeros, 2 * cases[i].unit), &gas),
				 EVM_SUCCESS);
		assert_int_equal(run_capped(EVM_OSAKA, caps, cases[i].id,
					    bytes_of(zeros, 3 * cases[i].unit), &gas),
				 EVM_OUT_OF_GAS);
	}
}

/* They are not L1's work, or not all of it is read. */
static void other_inputs_may_be_of_any_length(void **unused)
{
	static const enum precompile_id ids[] = {
		PRECOMPILE_ECRECOVER, PRECOMPILE_SHA256,     PRECOMPILE_RIPEMD160,
		PRECOMPILE_IDENTITY,  PRECOMPILE_BN254_ADD,  PRECOMPILE_BN254_MUL,
		PRECOMPILE_MODEXP,    PRECOMPILE_P256VERIFY,
	};
	static uint8_t zeros[2000];
	struct precompile_caps caps = { UINT64_MAX, 10 };

	(void)unused;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		uint64_t gas = 1000000;

		assert_int_equal(
		    run_capped(EVM_OSAKA, caps, ids[i], bytes_of(zeros, sizeof(zeros)), &gas),
		    EVM_SUCCESS);
	}
}

static void modexp_over_1024_bytes_fails_from_osaka_on(void **unused)
{
	uint8_t input[2048];
	uint64_t gas = 1000000;

	(void)unused;
	memset(input, 0, sizeof(input));
	input[94] = 4, input[95] = 1; /* the modulus: 1025 bytes */
	assert_int_equal(run(EVM_PRAGUE, UINT64_MAX, PRECOMPILE_MODEXP, bytes_of(input, 200), &gas),
			 EVM_SUCCESS);
	gas = 1000000;
	assert_int_equal(run(EVM_OSAKA, UINT64_MAX, PRECOMPILE_MODEXP, bytes_of(input, 200), &gas),
			 EVM_PRECOMPILE_FAILED);
	input[95] = 0; /* 1024 */
	gas = 1000000;
	assert_int_equal(run(EVM_OSAKA, UINT64_MAX, PRECOMPILE_MODEXP, bytes_of(input, 200), &gas),
			 EVM_SUCCESS);
}

static void blake2f_of_a_wrong_length_or_flag_fails(void **unused)
{
	uint8_t input[214] = { 0 };
	uint64_t gas = 1000;

	(void)unused;
	assert_int_equal(run(EVM_OSAKA, UINT64_MAX, PRECOMPILE_BLAKE2F, bytes_of(input, 213), &gas),
			 EVM_SUCCESS);
	assert_int_equal(gas, 1000);
	input[212] = 2;
	assert_int_equal(run(EVM_OSAKA, UINT64_MAX, PRECOMPILE_BLAKE2F, bytes_of(input, 213), &gas),
			 EVM_PRECOMPILE_FAILED);
	gas = 1000;
	assert_int_equal(run(EVM_OSAKA, UINT64_MAX, PRECOMPILE_BLAKE2F, bytes_of(input, 214), &gas),
			 EVM_PRECOMPILE_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_come_with_their_revision),
		cmocka_unit_test(the_list_is_what_is_found),
		cmocka_unit_test(prices_by_length),
		cmocka_unit_test(blake2f_costs_its_rounds),
		cmocka_unit_test(modexp_costs_what_the_eips_list),
		cmocka_unit_test(modexp_with_lengths_beyond_all_bounds_saturates),
		cmocka_unit_test(a_call_beyond_its_gas_or_the_cap_runs_out),
		cmocka_unit_test(what_l1_would_have_to_be_brought_is_capped),
		cmocka_unit_test(other_inputs_may_be_of_any_length),
		cmocka_unit_test(modexp_over_1024_bytes_fails_from_osaka_on),
		cmocka_unit_test(blake2f_of_a_wrong_length_or_flag_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
