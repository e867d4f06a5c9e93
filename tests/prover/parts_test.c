/* The parts of the proof program and of its host: hashes, precompiles, memory
 * functions, witness files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "crypto/native/native.h"
#include "evm/precompiles.h"
#include "prover/host/host.h"
#include "prover/host/image.h"
#include "prover/host/witness.h"
#include "prover/program/hashes.h"
#include "prover/program/sources.h"

static uint64_t seed = 1;

/* splitmix64 */
static uint64_t random_below(uint64_t bound)
{
	uint64_t z = seed += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (z ^ z >> 31) % bound;
}

static void fill_random(uint8_t *to, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = (uint8_t)random_below(256);
}

/* ---- hashes: OpenSSL says what is right ---- */

static void hashes_are_those_of_openssl(void **state)
{
	const struct crypto *native = crypto_native();
	static uint8_t data[300];
	struct arena a;

	(void)state;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	fill_random(data, sizeof(data));
	for (size_t len = 0; len <= sizeof(data); len++) {
		struct bytes input = bytes_of(data, len), expected;
		uint8_t digest[32];

		sha256(digest, input);
		assert_true(
		    native->precompile(native->context, &a, &expected, PRECOMPILE_SHA256, input));
		assert_memory_equal(digest, expected.data, 32);
		ripemd160(digest, input);
		assert_true(native->precompile(native->context, &a, &expected, PRECOMPILE_RIPEMD160,
					       input));
		assert_memory_equal(digest, expected.data + 12, 20);
	}
	arena_free(&a);
}

/* ---- precompiles: whatever is cut off or answered without L1 changes nothing ---- */

static struct program_source source;
static struct preimages known;
static size_t longest;

static bool read_known(void *context, struct arena *a, const struct hash32 *key,
		       struct bytes *preimage)
{
	(void)context, (void)a;
	return preimages_get(&known, key, preimage);
}

static struct oracle computing;

static void compute_hinted(void *context, struct bytes hint)
{
	struct bytes output = { NULL, 0 };
	const struct crypto *native = crypto_native();
	enum precompile_id id = (enum precompile_id)(hint.data[19] << 8 | hint.data[20]);
	struct bytes asked = bytes_of(hint.data + 1, hint.len - 1);
	struct bytes input = bytes_of(hint.data + 29, hint.len - 29);
	struct hash32 hash = keccak256(asked);
	struct hash32 key = oracle_hash_key(ORACLE_KEY_PRECOMPILE, &hash);
	struct arena a;
	uint8_t *answer;

	(void)context;
	assert_int_equal(hint.data[0], HINT_PRECOMPILE);
	assert_int_equal(be64_load(hint.data + 21), precompile_gas(EVM_OSAKA, id, input));
	if (input.len > longest)
		longest = input.len;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	answer = arena_alloc(&a, 4096 + 1);
	answer[0] = native->precompile(native->context, &a, &output, id, input);
	if (answer[0] && output.len)
		memcpy(answer + 1, output.data, output.len);
	assert_true(
	    preimages_put(&known, &key, bytes_of(answer, 1 + (answer[0] ? output.len : 0))));
	arena_free(&a);
}

static int start_precompiles(void **state)
{
	(void)state;
	preimages_init(&known);
	computing = (struct oracle){ NULL, read_known, compute_hinted };
	source = (struct program_source){ .oracle = &computing };
	longest = 0;
	return 0;
}

static int stop_precompiles(void **state)
{
	(void)state;
	preimages_free(&known);
	return 0;
}

static void check_precompile(enum precompile_id id, struct bytes input)
{
	const struct crypto *native = crypto_native();
	struct crypto ours = program_crypto(&source);
	struct block_context block = { .revision = EVM_OSAKA,
				       .precompile_caps = { PRECOMPILE_GAS_CAP,
							    PRECOMPILE_INPUT_CAP } };
	struct bytes expected, output;
	uint64_t gas = 16000000, our_gas = gas;
	enum evm_status status;
	struct arena a;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	status = precompile_run(native, &a, &block, id, input, &gas, &expected);
	assert_int_equal(precompile_run(&ours, &a, &block, id, input, &our_gas, &output), status);
	assert_int_equal(our_gas, gas);
	assert_true(bytes_eq(output, expected));
	assert_false(source.failed);
	arena_free(&a);
}

static void precompiles_are_the_native_ones(void **state)
{
	static const size_t lengths[] = { 0,   1,   31,  32,  63,  64,  95,  96,  97,  127,
					  128, 129, 159, 160, 161, 191, 192, 193, 212, 213,
					  214, 255, 256, 257, 287, 288, 289, 320, 383, 384,
					  385, 511, 512, 513, 576, 768, 1000 };
	static uint8_t data[1000];
	const struct address *list;
	size_t count = precompile_list(EVM_OSAKA, &list);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		enum precompile_id id;

		assert_true(precompile_at(EVM_OSAKA, &list[i], &id));
		for (size_t j = 0; j < sizeof(lengths) / sizeof(lengths[0]); j++) {
			memset(data, 0, sizeof(data));
			check_precompile(id, bytes_of(data, lengths[j]));
			fill_random(data, sizeof(data));
			check_precompile(id, bytes_of(data, lengths[j]));
		}
	}
}

/* Inputs that succeed: a signature, and the generator of BN254's G1 plus itself
 * and times three; cut everywhere, and with something behind. */
static void what_succeeds_is_the_native_result_at_any_length(void **state)
{
	/* geth: core/vm/testdata/precompiles/ecRecover.json, "ValidKey". */
	static const char signature[] =
	    "18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c"
	    "000000000000000000000000000000000000000000000000000000000000001c"
	    "73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75f"
	    "eeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549";
	uint8_t data[200] = { 0 };
	struct bytes output;
	struct arena a;

	(void)state;
	memset(data, 0x55, sizeof(data));
	assert_true(hex_decode(data, signature, 256));
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	assert_true(crypto_native()->precompile(crypto_native()->context, &a, &output,
						PRECOMPILE_ECRECOVER, bytes_of(data, 128)));
	assert_int_equal(output.len, 32);
	arena_free(&a);
	for (size_t len = 0; len <= sizeof(data); len++)
		check_precompile(PRECOMPILE_ECRECOVER, bytes_of(data, len));
	assert_int_equal(longest, 128);
	memset(data, 0, 128);
	data[31] = data[95] = 1;
	data[63] = data[127] = 2;
	for (size_t len = 0; len <= sizeof(data); len++)
		check_precompile(PRECOMPILE_BN254_ADD, bytes_of(data, len));
	data[95] = 3;
	for (size_t len = 0; len <= sizeof(data); len++)
		check_precompile(PRECOMPILE_BN254_MUL, bytes_of(data, len));
}

/* base 3, exponent 5, modulus 7 and what nobody reads. */
static void modexp_reads_no_further_than_its_lengths(void **state)
{
	static uint8_t data[100000];

	(void)state;
	data[31] = data[63] = data[95] = 1;
	data[96] = 3;
	data[97] = 5;
	data[98] = 7;
	for (size_t len = 0; len < 110; len++)
		check_precompile(PRECOMPILE_MODEXP, bytes_of(data, len));
	fill_random(data + 99, sizeof(data) - 99);
	check_precompile(PRECOMPILE_MODEXP, bytes_of(data, sizeof(data)));
	assert_int_equal(longest, 99);
	data[30] = data[94] = 4; /* 1024 each, and 32: what the gas cap allows */
	data[31] = data[95] = 0;
	data[63] = 32;
	check_precompile(PRECOMPILE_MODEXP, bytes_of(data, sizeof(data)));
	assert_int_equal(longest, 96 + 2 * 1024 + 32);
	data[31] = 1; /* EIP-7823 */
	check_precompile(PRECOMPILE_MODEXP, bytes_of(data, sizeof(data)));
	assert_int_equal(longest, 96 + 2 * 1024 + 32);
}

/* 2.5 MB can be had for the gas of one transaction. */
static void what_is_long_does_not_go_to_l1(void **state)
{
	static uint8_t data[2500000];
	const struct address *list;
	size_t count = precompile_list(EVM_OSAKA, &list);

	(void)state;
	fill_random(data, 5000);
	for (size_t i = 0; i < count; i++) {
		enum precompile_id id;

		assert_true(precompile_at(EVM_OSAKA, &list[i], &id));
		check_precompile(id, bytes_of(data, sizeof(data)));
		check_precompile(id, bytes_of(data, sizeof(data) / 11520 * 11520));
	}
	assert_true(longest <= 4096);
}

/* 750 points at infinity are what the cap on input lets through: a transaction of
 * L1 with it stays below the 131,072 bytes that nodes pass on. */
static void what_goes_to_l1_fits_a_transaction_that_nodes_pass_on(void **state)
{
	static uint8_t data[PRECOMPILE_INPUT_CAP + 160];

	(void)state;
	check_precompile(PRECOMPILE_BLS12_G1MSM, bytes_of(data, PRECOMPILE_INPUT_CAP));
	assert_int_equal(longest, PRECOMPILE_INPUT_CAP);
	check_precompile(PRECOMPILE_BLS12_G1MSM, bytes_of(data, sizeof(data)));
	assert_int_equal(longest, PRECOMPILE_INPUT_CAP);
}

/* ---- the guest's memory functions ---- */

void *guest_memcpy(void *restrict to, const void *restrict from, size_t len);
void *guest_memmove(void *to, const void *from, size_t len);
void *guest_memset(void *to, int value, size_t len);
int guest_memcmp(const void *a, const void *b, size_t len);

enum { ROOM = 256 };

static void memory_functions_are_libcs(void **state)
{
	static uint8_t ours[ROOM], theirs[ROOM], from[ROOM];

	(void)state;
	for (int i = 0; i < 200000; i++) {
		size_t len = random_below(96), to = random_below(96), at = random_below(96);
		int value = (int)random_below(1000) - 500;

		fill_random(from, 8);
		fill_random(ours + random_below(ROOM - 8), 8);
		memcpy(theirs, ours, ROOM);
		switch (i % 4) {
		case 0:
			assert_ptr_equal(guest_memcpy(ours + to, from + at, len), ours + to);
			memcpy(theirs + to, from + at, len);
			break;
		case 1:
			assert_ptr_equal(guest_memmove(ours + to, ours + at, len), ours + to);
			memmove(theirs + to, theirs + at, len);
			break;
		case 2:
			assert_ptr_equal(guest_memset(ours + to, value, len), ours + to);
			memset(theirs + to, value, len);
			break;
		default: {
			int expected, got;

			memcpy(from + at, ours + to, len);
			if (len > 0 && random_below(2))
				from[at + random_below(len)] ^= (uint8_t)(1 << random_below(8));
			expected = memcmp(ours + to, from + at, len);
			got = guest_memcmp(ours + to, from + at, len);
			assert_int_equal((got > 0) - (got < 0), (expected > 0) - (expected < 0));
		}
		}
		assert_memory_equal(ours, theirs, ROOM);
	}
}

/* ---- witness files ---- */

static char path[] = "/tmp/gavel-witness-XXXXXX";

static int start_witness(void **state)
{
	int file;

	(void)state;
	strcpy(path + strlen(path) - 6, "XXXXXX");
	file = mkstemp(path);
	assert_true(file >= 0);
	close(file);
	preimages_init(&known);
	return 0;
}

static int stop_witness(void **state)
{
	(void)state;
	unlink(path);
	preimages_free(&known);
	return 0;
}

static const struct hash32 some_image = { { 3, 1, 4 } };

static void put_some(void)
{
	struct dispute d = { .agreed = { { 1 } }, .claimed = { { 2 } }, .number = 5 };
	uint8_t data[200];

	assert_true(host_put_dispute(&known, &d));
	(void)preimages_put_hashed(&known, bytes_of(NULL, 0));
	for (size_t i = 0; i < 700; i++) {
		fill_random(data, sizeof(data));
		(void)preimages_put_hashed(&known, bytes_of(data, random_below(sizeof(data))));
	}
	assert_true(witness_write(path, &some_image, &known));
}

static enum witness_err read_again(struct preimages *p)
{
	struct hash32 image;
	enum witness_err err;

	preimages_init(p);
	err = witness_read(path, &image, p);
	if (err == WITNESS_OK)
		assert_true(hash32_eq(&image, &some_image));
	return err;
}

static void a_witness_is_read_as_it_was_written(void **state)
{
	struct preimages again;
	struct preimage *a, *b;
	struct dispute d;

	(void)state;
	put_some();
	assert_int_equal(read_again(&again), WITNESS_OK);
	assert_int_equal(again.count, known.count);
	a = preimages_sorted(&known);
	b = preimages_sorted(&again);
	for (size_t i = 0; i < known.count; i++) {
		assert_true(hash32_eq(&a[i].key, &b[i].key));
		assert_true(bytes_eq(a[i].value, b[i].value));
	}
	assert_true(host_get_dispute(&again, &d));
	assert_int_equal(d.number, 5);
	free(a);
	free(b);
	preimages_free(&again);
}

static uint8_t *file_bytes(size_t *len)
{
	static uint8_t data[1 << 18];
	FILE *in = fopen(path, "rb");

	assert_non_null(in);
	*len = fread(data, 1, sizeof(data), in);
	fclose(in);
	return data;
}

static void write_bytes(const uint8_t *data, size_t len)
{
	FILE *out = fopen(path, "wb");

	assert_non_null(out);
	assert_int_equal(fwrite(data, 1, len, out), len);
	fclose(out);
}

static enum witness_err read_changed(const uint8_t *data, size_t len)
{
	struct preimages again;
	enum witness_err err;

	write_bytes(data, len);
	err = read_again(&again);
	preimages_free(&again);
	return err;
}

static void a_witness_that_is_damaged_is_refused(void **state)
{
	struct preimages again;
	size_t len;
	uint8_t *data;

	(void)state;
	put_some();
	data = file_bytes(&len);
	for (size_t cut = 0; cut < len; cut += 97)
		assert_int_not_equal(read_changed(data, cut), WITNESS_OK);
	data[len] = 0;
	assert_int_equal(read_changed(data, len + 1), WITNESS_CUT);
	data[0] ^= 1;
	assert_int_equal(read_changed(data, len), WITNESS_NOT_ONE);
	data[0] ^= 1;
	data[len - 1] ^= 1;
	assert_int_equal(read_changed(data, len), WITNESS_BAD_PREIMAGE);
	data[len - 1] ^= 1;
	data[52] = 0; /* the first key's type */
	assert_int_equal(read_changed(data, len), WITNESS_BAD_KEY);
	data[52] = 9;
	assert_int_not_equal(read_changed(data, len), WITNESS_OK);
	data[52] = 1;
	memset(data + 52 + 32, 0xff, 8); /* its length */
	assert_int_equal(read_changed(data, len), WITNESS_CUT);
	unlink(path);
	assert_int_equal(read_again(&again), WITNESS_UNREADABLE);
	preimages_free(&again);
}

static void the_image_is_a_program(void **state)
{
	struct hash32 hash = image_hash();

	(void)state;
	assert_int_equal(hash.b[0], MACHINE_UNFINISHED);
}

#define WITH(name, test) cmocka_unit_test_setup_teardown(test, start_##name, stop_##name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_those_of_openssl),
		WITH(precompiles, precompiles_are_the_native_ones),
		WITH(precompiles, what_succeeds_is_the_native_result_at_any_length),
		WITH(precompiles, modexp_reads_no_further_than_its_lengths),
		WITH(precompiles, what_is_long_does_not_go_to_l1),
		WITH(precompiles, what_goes_to_l1_fits_a_transaction_that_nodes_pass_on),
		cmocka_unit_test(memory_functions_are_libcs),
		WITH(witness, a_witness_is_read_as_it_was_written),
		WITH(witness, a_witness_that_is_damaged_is_refused),
		cmocka_unit_test(the_image_is_a_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
