/* How much code a state keeps, and what it must not lose. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "evm/state.h"

#define CODE_SIZE 24576

static uint8_t code[CODE_SIZE];
static unsigned reads;

static struct address address_of(uint32_t index)
{
	struct address address = { { 0xc0 } };

	be32_store(address.b + 16, index);
	return address;
}

static bool read_account(void *context, const struct address *address, struct account *account,
			 bool *exists)
{
	(void)context;
	*exists = true;
	*account = (struct account){ .nonce = 1, .storage_root = keccak_empty_trie };
	memcpy(account->code_hash.b + 28, address->b + 16, 4); /* no hash, but unlike others */
	return true;
}

/* As the contract allows: the next call overwrites it. */
static bool read_code(void *context, const struct hash32 *hash, struct bytes *out)
{
	static const uint8_t zeros[28];

	(void)context;
	if (memcmp(hash->b, zeros, sizeof(zeros)) != 0)
		return false;
	memset(code, 0x5b, sizeof(code));
	memcpy(code, hash->b + 28, 4);
	*out = bytes_of(code, sizeof(code));
	reads++;
	return true;
}

static const struct state_reader reader = { .account = read_account, .code = read_code };

static const struct evm_code *code_of(struct state *s, uint32_t index)
{
	struct address address = address_of(index);

	return state_code(s, state_account(s, &address));
}

static void read_codes(struct state *s, uint32_t from, uint32_t count)
{
	for (uint32_t i = from; i < from + count; i++) {
		const struct evm_code *found = code_of(s, i);

		assert_int_equal(found->code.len, CODE_SIZE);
		assert_int_equal(be32_load(found->code.data), i);
	}
}

static void many_transactions_keep_no_more_than_few(void **state)
{
	struct arena a;
	struct state *s;

	(void)state;
	reads = 0;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	s = state_new(&a, &reader);
	for (uint32_t tx = 0; tx < 20; tx++) {
		state_begin_transaction(s);
		read_codes(s, 500 * tx, 500);
		read_codes(s, 500 * tx, 500); /* these are there */
		state_end_transaction(s);
	}
	assert_int_equal(reads, 20 * 500);
	/* 245 MB were read, 12 MB by each; twice that may be there at once, and the
	 * accounts. */
	assert_true(arena_size(&a) < (size_t)64 << 20);
	assert_false(state_failed(s));
	arena_free(&a);
}

static void little_code_is_read_once(void **state)
{
	struct arena a;
	struct state *s;

	(void)state;
	reads = 0;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	s = state_new(&a, &reader);
	for (uint32_t tx = 0; tx < 20; tx++) {
		state_begin_transaction(s);
		read_codes(s, 0, 100);
		state_end_transaction(s);
	}
	assert_int_equal(reads, 100);
	arena_free(&a);
}

/* The reader does not know it, whoever has it. */
static void new_code_is_not_forgotten(void **state)
{
	static uint8_t new_code[CODE_SIZE];
	struct bytes bytes = bytes_of(new_code, sizeof(new_code));
	struct hash32 hash = keccak256(bytes);
	struct arena a;
	struct state *s;

	(void)state;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	s = state_new(&a, &reader);
	for (uint32_t tx = 0; tx < 5; tx++) {
		struct address address = address_of(1000000 + tx);
		struct state_account *account;

		state_begin_transaction(s);
		read_codes(s, 1000 * tx, 1000);
		account = state_account(s, &address);
		state_set_code(s, account, bytes);
		assert_memory_equal(state_code_hash(account)->b, hash.b, sizeof(hash.b));
		for (uint32_t i = 0; i <= tx; i++)
			assert_ptr_equal(code_of(s, 1000000 + i), code_of(s, 1000000));
		state_end_transaction(s);
	}
	assert_memory_equal(code_of(s, 1000000)->code.data, new_code, sizeof(new_code));
	assert_false(state_failed(s));
	arena_free(&a);
}

/* Code that went is read once more. */
static void what_was_given_up_comes_again(void **state)
{
	struct arena a;
	struct state *s;

	(void)state;
	reads = 0;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	s = state_new(&a, &reader);
	for (uint32_t tx = 0; tx < 3; tx++) {
		state_begin_transaction(s);
		read_codes(s, 0, 1000);
		state_end_transaction(s);
	}
	assert_int_equal(reads, 3 * 1000);
	assert_false(state_failed(s));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_transactions_keep_no_more_than_few),
		cmocka_unit_test(little_code_is_read_once),
		cmocka_unit_test(new_code_is_not_forgotten),
		cmocka_unit_test(what_was_given_up_comes_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
