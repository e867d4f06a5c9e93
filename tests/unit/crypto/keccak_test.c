/* Keccak-256 against another implementation, split at every place, and its
 * permutations against each other. */
#include "base/hex.h"
#include "crypto/keccak.h"
#include "crypto/keccak_permute.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define LENGTHS 600

static void message(uint8_t *out, size_t len)
{
	for (size_t j = 0; j < len; j++)
		out[j] = (uint8_t)(j * 7 + len);
}

static void assert_digest(struct hash32 digest, const char *expected)
{
	char text[65];

	assert_string_equal(hex_encode(text, bytes_of_hash(&digest)), expected);
}

/* `cast keccak abc` (Foundry 1.7.1). */
static void abc_has_the_digest_that_cast_prints(void **state)
{
	(void)state;
	assert_digest(keccak256(bytes_of("abc", 3)),
		      "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
}

/* The digest of the digests of one message of each length, by @noble/hashes. */
static void every_length_to_four_blocks_agrees_with_noble(void **state)
{
	uint8_t data[LENGTHS];
	struct keccak all;
	struct hash32 digest;

	(void)state;
	keccak_init(&all);
	for (size_t len = 0; len < LENGTHS; len++) {
		message(data, len);
		digest = keccak256(bytes_of(data, len));
		keccak_append(&all, bytes_of_hash(&digest));
	}
	keccak_finish(&all, &digest);
	assert_digest(digest, "d045375b2f068865c1466bbbfc1dadba09dc70edf3a5de29763b4e92910e16ac");
}

static void a_split_message_has_the_digest_of_the_whole(void **state)
{
	uint8_t data[300];
	struct hash32 whole, split;
	struct keccak k;

	(void)state;
	message(data, sizeof(data));
	whole = keccak256(bytes_of(data, sizeof(data)));
	for (size_t first = 0; first <= sizeof(data); first++) {
		for (size_t step = 1; step < 20; step += 6) {
			keccak_init(&k);
			keccak_append(&k, bytes_of(data, first));
			for (size_t at = first; at < sizeof(data); at += step) {
				size_t left = sizeof(data) - at;

				keccak_append(&k, bytes_of(data + at, left < step ? left : step));
			}
			keccak_finish(&k, &split);
			assert_true(hash32_eq(&whole, &split));
		}
	}
}

static void the_constants_are_what_they_say(void **state)
{
	uint8_t empty_string = 0x80;
	struct hash32 nothing = keccak256(bytes_of(NULL, 0));
	struct hash32 empty_trie = keccak256(bytes_of(&empty_string, 1));

	(void)state;
	assert_true(hash32_eq(&nothing, &keccak_empty));
	assert_true(hash32_eq(&empty_trie, &keccak_empty_trie));
}

static void the_permutations_agree(void **state)
{
	uint64_t plain[25], chosen[25];

	(void)state;
	srandom(1);
	for (int round = 0; round < 1000; round++) {
		for (int i = 0; i < 25; i++)
			plain[i] = chosen[i] = (uint64_t)random() << 33 ^ (uint64_t)random();
		keccak_permute_plain(plain);
		keccak_permute(chosen);
		assert_memory_equal(plain, chosen, sizeof(plain));
#ifdef KECCAK_X86
		if (!keccak_has_bmi())
			continue;
		keccak_permute_plain(plain);
		keccak_permute_bmi(chosen);
		assert_memory_equal(plain, chosen, sizeof(plain));
#endif
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(abc_has_the_digest_that_cast_prints),
		cmocka_unit_test(every_length_to_four_blocks_agrees_with_noble),
		cmocka_unit_test(a_split_message_has_the_digest_of_the_whole),
		cmocka_unit_test(the_constants_are_what_they_say),
		cmocka_unit_test(the_permutations_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
