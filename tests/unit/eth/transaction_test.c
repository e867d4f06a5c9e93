/* Transactions of every type mean what viem meant, decode to the same bytes
 * again, and are refused for each rule that they break. */
#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/native/native.h"
#include "eth/rlp.h"
#include "eth/transaction.h"
#include "tests/unit/eth/signed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *raw, *hash;
	enum tx_type type;
} viem[] = {
	{ SIGNED_LEGACY_OLD, SIGNED_LEGACY_OLD_HASH, TX_LEGACY },
	{ SIGNED_LEGACY, SIGNED_LEGACY_HASH, TX_LEGACY },
	{ SIGNED_CREATION, SIGNED_CREATION_HASH, TX_LEGACY },
	{ SIGNED_ACCESS_LIST, SIGNED_ACCESS_LIST_HASH, TX_ACCESS_LIST },
	{ SIGNED_DYNAMIC_FEE, SIGNED_DYNAMIC_FEE_HASH, TX_DYNAMIC_FEE },
	{ SIGNED_BLOB, SIGNED_BLOB_HASH, TX_BLOB },
	{ SIGNED_SET_CODE, SIGNED_SET_CODE_HASH, TX_SET_CODE },
	{ SIGNED_DEPOSIT, SIGNED_DEPOSIT_HASH, TX_DEPOSIT },
	{ SIGNED_DEPOSIT_NO_MINT, SIGNED_DEPOSIT_NO_MINT_HASH, TX_DEPOSIT },
};
#define VIEM (sizeof(viem) / sizeof(viem[0]))

static struct arena arena;

static struct bytes unhex(const char *text)
{
	size_t len = strlen(text);
	uint8_t *out = arena_alloc(&arena, len / 2 + 1);

	assert_true(hex_decode(out, text, len));
	return bytes_of(out, len / 2);
}

static struct transaction decoded(const char *text)
{
	struct transaction tx;

	assert_int_equal(tx_decode(&arena, &tx, unhex(text)), TX_DECODE_OK);
	return tx;
}

static bool all_bytes_are(const void *data, size_t len, uint8_t value)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		if (p[i] != value)
			return false;
	return true;
}

static void decoding_and_encoding_give_the_same_bytes_and_hash(void **state)
{
	(void)state;
	for (size_t i = 0; i < VIEM; i++) {
		struct transaction tx = decoded(viem[i].raw);
		struct hash32 expected, hash = tx.hash;

		assert_int_equal(tx.type, viem[i].type);
		assert_true(hex_decode_fixed(expected.b, 32, viem[i].hash));
		assert_true(hash32_eq(&hash, &expected));
		assert_true(bytes_eq(tx_encode(&arena, &tx), unhex(viem[i].raw)));
		memset(&tx.hash, 0, sizeof(tx.hash));
		tx_finish(&arena, &tx);
		assert_true(hash32_eq(&tx.hash, &expected));
	}
}

static void the_signer_is_recovered(void **state)
{
	struct address expected;

	(void)state;
	assert_true(hex_decode_fixed(expected.b, 20, SIGNED_BY));
	for (size_t i = 0; i < VIEM; i++) {
		struct transaction tx = decoded(viem[i].raw);

		assert_int_equal(tx.has_from, tx.type == TX_DEPOSIT);
		assert_true(tx_recover(crypto_native(), &arena, &tx));
		assert_true(tx.has_from);
		if (tx.type == TX_DEPOSIT)
			assert_true(all_bytes_are(&tx.from, 20, 0xf0));
		else
			assert_true(address_eq(&tx.from, &expected));
	}
}

static void fields_are_what_was_signed(void **state)
{
	struct transaction tx = decoded(SIGNED_DYNAMIC_FEE);

	(void)state;
	assert_true(tx.has_chain_id);
	assert_int_equal(tx.chain_id, 901);
	assert_int_equal(tx.nonce, 5);
	assert_int_equal(tx.max_priority_fee_per_gas.limb[0], 2);
	assert_int_equal(tx.max_fee_per_gas.limb[0], 3000000000);
	assert_int_equal(tx.gas_limit, 100000);
	assert_false(tx.is_creation);
	assert_true(all_bytes_are(&tx.to, 20, 0xab));
	assert_true(tx.value.limb[0] == 1000000000000000000u);
	assert_true(bytes_eq(tx.data, unhex("00112200ff")));
	assert_int_equal(tx.access_list_count, 2);
	assert_true(all_bytes_are(&tx.access_list[0].address, 20, 0xc1));
	assert_int_equal(tx.access_list[0].storage_key_count, 2);
	assert_int_equal(tx.access_list[0].storage_keys[0].b[31], 1);
	assert_true(all_bytes_are(&tx.access_list[0].storage_keys[1], 32, 0xff));
	assert_int_equal(tx.access_list[1].storage_key_count, 0);

	tx = decoded(SIGNED_LEGACY);
	assert_true(tx.has_chain_id);
	assert_int_equal(tx.chain_id, 901);
	assert_int_equal(tx.max_fee_per_gas.limb[0], 20000000000);
	assert_int_equal(tx.max_priority_fee_per_gas.limb[0], 20000000000);
	tx = decoded(SIGNED_LEGACY_OLD);
	assert_false(tx.has_chain_id);
	tx = decoded(SIGNED_CREATION);
	assert_true(tx.is_creation);

	tx = decoded(SIGNED_BLOB);
	assert_int_equal(tx.max_fee_per_blob_gas.limb[0], 9);
	assert_int_equal(tx.blob_hash_count, 1);
	assert_int_equal(tx.blob_hashes[0].b[0], 1);
}

static void deposits_have_their_own_fields(void **state)
{
	struct transaction tx = decoded(SIGNED_DEPOSIT);

	(void)state;
	assert_true(all_bytes_are(&tx.source_hash, 32, 0x5e));
	assert_true(tx.mint.limb[0] == 1000000000000000000u);
	assert_int_equal(tx.value.limb[0], 123);
	assert_int_equal(tx.gas_limit, 21000);
	assert_false(tx.is_system);
	assert_true(bytes_eq(tx.data, unhex("deadbeef")));
	tx = decoded(SIGNED_DEPOSIT_NO_MINT);
	assert_true(u256_is_zero(&tx.mint));
	assert_true(tx.is_system && tx.is_creation);
}

static void an_authority_is_recovered_from_a_low_signature_only(void **state)
{
	/* secp256k1's n, whose n - s is the same signature the other way up. */
	const struct u256 order = { { 0xbfd25e8cd0364141, 0xbaaedce6af48a03b, 0xfffffffffffffffe,
				      0xffffffffffffffff } };
	struct transaction tx = decoded(SIGNED_SET_CODE);
	struct address expected, authority;
	struct authorization auth, other;

	(void)state;
	assert_true(hex_decode_fixed(expected.b, 20, SIGNED_AUTHORIZED_BY));
	assert_int_equal(tx.authorization_count, 1);
	auth = tx.authorizations[0];
	assert_int_equal(auth.chain_id.limb[0], 901);
	assert_int_equal(auth.nonce, 3);
	assert_true(authorization_recover(crypto_native(), &arena, &authority, &auth));
	assert_true(address_eq(&authority, &expected));

	other = auth;
	u256_sub(&other.s, &order, &auth.s);
	other.y_parity ^= 1;
	assert_false(authorization_recover(crypto_native(), &arena, &authority, &other));
	other = auth;
	other.y_parity = 2;
	assert_false(authorization_recover(crypto_native(), &arena, &authority, &other));
	other = auth;
	other.r = U256_ZERO;
	assert_false(authorization_recover(crypto_native(), &arena, &authority, &other));
	other.r = order;
	assert_false(authorization_recover(crypto_native(), &arena, &authority, &other));
}

static enum tx_decode_err error_of(const struct transaction *tx)
{
	struct transaction back;

	return tx_decode(&arena, &back, tx_encode(&arena, tx));
}

static void each_rule_of_decoding_has_its_error(void **state)
{
	const struct u256 half_order = { { 0xdfe92f46681b20a0, 0x5d576e7357a4501d,
					   0xffffffffffffffff, 0x7fffffffffffffff } };
	const struct u256 one = u256_from_u64(1);
	struct transaction tx;

	(void)state;
	assert_int_equal(tx_decode(&arena, &tx, bytes_of(NULL, 0)), TX_DECODE_EMPTY);
	assert_int_equal(tx_decode(&arena, &tx, unhex("05c0")), TX_DECODE_UNKNOWN_TYPE);
	assert_int_equal(tx_decode(&arena, &tx, unhex("00c0")), TX_DECODE_UNKNOWN_TYPE);
	assert_int_equal(tx_decode(&arena, &tx, unhex("80")), TX_DECODE_BAD_RLP);
	assert_int_equal(tx_decode(&arena, &tx, unhex("02")), TX_DECODE_BAD_RLP);
	assert_int_equal(tx_decode(&arena, &tx, unhex("02c0")), TX_DECODE_BAD_RLP);

	/* EIP-2681. */
	tx = decoded(SIGNED_LEGACY);
	tx.nonce = UINT64_MAX;
	assert_int_equal(error_of(&tx), TX_DECODE_BAD_FIELD);
	tx.nonce = UINT64_MAX - 1;
	assert_int_equal(error_of(&tx), TX_DECODE_OK);

	/* EIP-2, for every type that is signed. */
	for (size_t i = 0; i < VIEM; i++) {
		tx = decoded(viem[i].raw);
		if (tx.type == TX_DEPOSIT)
			continue;
		tx.s = half_order;
		assert_int_equal(error_of(&tx), TX_DECODE_OK);
		u256_add(&tx.s, &tx.s, &one);
		assert_int_equal(error_of(&tx), TX_DECODE_BAD_SIGNATURE);
		tx.s = U256_ZERO;
		assert_int_equal(error_of(&tx), TX_DECODE_BAD_SIGNATURE);
		tx.s = one;
		tx.r = U256_ZERO;
		assert_int_equal(error_of(&tx), TX_DECODE_BAD_SIGNATURE);
		tx.r = one;
		tx.y_parity = 2;
		/* As v, 27 + 2 is nothing, but 35 + 2 is the next chain. */
		assert_int_equal(error_of(&tx), tx.type == TX_LEGACY && tx.has_chain_id
						    ? TX_DECODE_OK
						    : TX_DECODE_BAD_SIGNATURE);
	}

	/* EIP-4844 and 7702 need somebody to call. */
	tx = decoded(SIGNED_BLOB);
	tx.is_creation = true;
	assert_int_equal(error_of(&tx), TX_DECODE_BAD_FIELD);
	tx = decoded(SIGNED_SET_CODE);
	tx.is_creation = true;
	assert_int_equal(error_of(&tx), TX_DECODE_BAD_FIELD);
	tx.is_creation = false;
	tx.authorization_count = 0; /* a rule of validity, not of form */
	assert_int_equal(error_of(&tx), TX_DECODE_OK);
}

static void the_largest_chain_id_has_64_bits(void **state)
{
	struct transaction tx = decoded(SIGNED_LEGACY), back;
	struct bytes raw;

	(void)state;
	tx.chain_id = UINT64_MAX;
	tx.y_parity = 1;
	raw = tx_encode(&arena, &tx);
	assert_int_equal(tx_decode(&arena, &back, raw), TX_DECODE_OK);
	assert_true(back.chain_id == UINT64_MAX && back.y_parity == 1);
	tx.y_parity = 3; /* v is now that of 2^64 */
	assert_int_equal(error_of(&tx), TX_DECODE_BAD_SIGNATURE);
}

static void a_cut_or_lengthened_transaction_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < VIEM; i++) {
		struct bytes raw = unhex(viem[i].raw);
		uint8_t *longer = arena_calloc(&arena, 1, raw.len + 1);
		struct transaction tx;

		for (size_t len = 0; len < raw.len; len++)
			assert_int_not_equal(tx_decode(&arena, &tx, bytes_of(raw.data, len)),
					     TX_DECODE_OK);
		memcpy(longer, raw.data, raw.len);
		assert_int_equal(tx_decode(&arena, &tx, bytes_of(longer, raw.len + 1)),
				 TX_DECODE_BAD_RLP);
	}
}

/* Any bit may change, and what decodes is still the only form of itself. */
static void every_flipped_bit_is_refused_or_another_transaction(void **state)
{
	(void)state;
	for (size_t i = 0; i < VIEM; i++) {
		struct bytes raw = unhex(viem[i].raw);
		uint8_t *data = (uint8_t *)raw.data;

		for (size_t bit = 0; bit < 8 * raw.len; bit++) {
			struct arena_mark mark = arena_mark(&arena);
			struct transaction tx;

			data[bit / 8] ^= (uint8_t)(1 << bit % 8);
			if (tx_decode(&arena, &tx, raw) == TX_DECODE_OK)
				assert_true(bytes_eq(tx_encode(&arena, &tx), raw));
			data[bit / 8] ^= (uint8_t)(1 << bit % 8);
			arena_reset(&arena, mark);
		}
	}
}

static void the_price_paid_is_bounded_by_both_fees(void **state)
{
	struct transaction tx = decoded(SIGNED_DYNAMIC_FEE);
	struct u256 base_fee = u256_from_u64(1000), price;

	(void)state;
	price = tx_effective_gas_price(&tx, &base_fee);
	assert_int_equal(price.limb[0], 1002);
	base_fee = u256_from_u64(2999999999);
	price = tx_effective_gas_price(&tx, &base_fee);
	assert_int_equal(price.limb[0], 3000000000);
	tx = decoded(SIGNED_LEGACY);
	price = tx_effective_gas_price(&tx, &base_fee);
	assert_int_equal(price.limb[0], 20000000000);
	tx = decoded(SIGNED_DEPOSIT);
	price = tx_effective_gas_price(&tx, &base_fee);
	assert_true(u256_is_zero(&price));
}

/* viem's getContractAddress. */
static void created_addresses_follow_sender_and_nonce(void **state)
{
	struct address sender, expected, created;

	(void)state;
	assert_true(hex_decode_fixed(sender.b, 20, SIGNED_BY));
	created = create_address(&arena, &sender, 0);
	assert_true(hex_decode_fixed(expected.b, 20, "0xc0aae1edd7a76c8cf99e5ba3ca69599ed29540ea"));
	assert_true(address_eq(&created, &expected));
	created = create_address(&arena, &sender, 300);
	assert_true(hex_decode_fixed(expected.b, 20, "0x65cacb8940be4c8c2caf5ff766f8755972514ce8"));
	assert_true(address_eq(&created, &expected));
}

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decoding_and_encoding_give_the_same_bytes_and_hash),
		cmocka_unit_test(the_signer_is_recovered),
		cmocka_unit_test(fields_are_what_was_signed),
		cmocka_unit_test(deposits_have_their_own_fields),
		cmocka_unit_test(an_authority_is_recovered_from_a_low_signature_only),
		cmocka_unit_test(each_rule_of_decoding_has_its_error),
		cmocka_unit_test(the_largest_chain_id_has_64_bits),
		cmocka_unit_test(a_cut_or_lengthened_transaction_is_refused),
		cmocka_unit_test(every_flipped_bit_is_refused_or_another_transaction),
		cmocka_unit_test(the_price_paid_is_bounded_by_both_fees),
		cmocka_unit_test(created_addresses_follow_sender_and_nonce),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
