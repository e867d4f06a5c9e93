/* The signer against published values, and against ecrecover. */
#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "crypto/native/native.h"
#include "crypto/native/signer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ORDER "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"

static struct signer_key key_of(const char *digits)
{
	struct signer_key key;

	assert_true(hex_decode(key.b, digits, 64));
	return key;
}

/* The key 1's address is on many a block explorer; the other is Foundry's
 * first development account. */
static void addresses_are_those_of_known_keys(void **state)
{
	static const char *const known[][2] = {
		{ "0000000000000000000000000000000000000000000000000000000000000001",
		  "7e5f4552091a69125d5dfcb7b8c2659029395bdf" },
		{ "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
		  "f39fd6e51aad88f6f4ce6ab8827279cfffb92266" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct signer_key key = key_of(known[i][0]);
		struct address address;
		char text[41];

		assert_true(signer_address(&address, &key));
		assert_string_equal(hex_encode(text, bytes_of_address(&address)), known[i][1]);
	}
}

/* SHA-256 of "Satoshi Nakamoto", signed with the key 1: the vector for RFC
 * 6979 on this curve that Bitcoin's libraries share. */
static void nonces_are_those_of_rfc_6979(void **state)
{
	struct signer_key key =
	    key_of("0000000000000000000000000000000000000000000000000000000000000001");
	struct signer_key hash_bytes =
	    key_of("a0dc65ffca799873cbea0ac274015b9526505daaaed385155425f7337704883e");
	struct signer_signature signature;
	struct hash32 hash;
	char text[65];

	(void)state;
	memcpy(hash.b, hash_bytes.b, sizeof(hash.b));
	assert_true(signer_sign(&signature, &key, &hash));
	assert_string_equal(hex_encode(text, bytes_of_hash(&signature.r)),
			    "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8");
	assert_string_equal(hex_encode(text, bytes_of_hash(&signature.s)),
			    "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5");
}

static void signatures_recover_to_the_signer_and_have_a_low_s(void **state)
{
	struct signer_key half =
	    key_of("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");
	struct signer_key key;
	struct hash32 hash = keccak_empty;
	struct arena a;

	(void)state;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	for (size_t i = 0; i < 200; i++) {
		struct signer_signature signature;
		struct address signer, recovered;

		hash = keccak256(bytes_of_hash(&hash));
		memcpy(key.b, hash.b, sizeof(key.b));
		hash = keccak256(bytes_of_hash(&hash));
		assert_true(signer_address(&signer, &key));
		assert_true(signer_sign(&signature, &key, &hash));
		assert_true(memcmp(signature.s.b, half.b, 32) <= 0);
		assert_true(signature.y_parity <= 1);
		assert_true(crypto_recover(crypto_native(), &a, &recovered, &hash, &signature.r,
					   &signature.s, signature.y_parity));
		assert_true(address_eq(&signer, &recovered));
	}
	arena_free(&a);
}

static void keys_out_of_range_are_refused_and_nothing_is_written(void **state)
{
	static const char *const bad[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		ORDER,
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct signer_key key = key_of(bad[i]);
		struct address address = { { 7 } }, address_before = address;
		struct signer_signature signature, before;

		memset(&signature, 7, sizeof(signature));
		before = signature;
		assert_false(signer_address(&address, &key));
		assert_false(signer_sign(&signature, &key, &keccak_empty));
		assert_true(address_eq(&address, &address_before));
		assert_memory_equal(&signature, &before, sizeof(before));
	}
}

static void a_wiped_key_is_zero(void **state)
{
	struct signer_key key = key_of(ORDER), zero = { { 0 } };

	(void)state;
	signer_wipe(&key);
	assert_memory_equal(&key, &zero, sizeof(key));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_those_of_known_keys),
		cmocka_unit_test(nonces_are_those_of_rfc_6979),
		cmocka_unit_test(signatures_recover_to_the_signer_and_have_a_low_s),
		cmocka_unit_test(keys_out_of_range_are_refused_and_nothing_is_written),
		cmocka_unit_test(a_wiped_key_is_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
