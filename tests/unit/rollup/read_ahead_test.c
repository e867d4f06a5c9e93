/* What is read ahead is what payload_decode() and tx_recover() make of the same
 * bytes, in whatever order and number it is asked for; what does not fit is not
 * given out. */
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "crypto/native/native.h"
#include "crypto/native/signer.h"
#include "rollup/native/compress.h"
#include "rollup/native/read_ahead.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define CHAIN_ID 845300
#define COUNT    200
#define PAYLOADS 60

static struct arena arena;

/* Signed by a key of its own. */
static struct transaction signed_transaction(unsigned number, struct address *signer)
{
	struct signer_key key = { { 1, 2, (uint8_t)number, 3, (uint8_t)(number >> 8) } };
	struct transaction tx = { .type = TX_DYNAMIC_FEE,
				  .has_chain_id = true,
				  .chain_id = CHAIN_ID,
				  .nonce = number,
				  .gas_limit = 21000 };
	struct signer_signature signature;
	struct hash32 hash = tx_signing_hash(&arena, &tx);

	assert_true(signer_address(signer, &key));
	assert_true(signer_sign(&signature, &key, &hash));
	tx.y_parity = signature.y_parity;
	tx.r = u256_from_be(signature.r.b, 32);
	tx.s = u256_from_be(signature.s.b, 32);
	tx_finish(&arena, &tx);
	return tx;
}

struct made {
	struct bytes raw;
	struct hash32 hash;
	unsigned first; /* number of its first transaction */
	size_t count;
};

/* Two blocks, of 0 to 79 transactions together. */
static struct made make_payload(unsigned index)
{
	struct made made = { .first = index * 100, .count = index * 7 % 80 };
	struct transaction *list = ARENA_ARRAY(&arena, struct transaction, made.count);
	struct payload_block blocks[2] = { { 1700000000, 1, list, made.count / 3 },
					   { 1700000001, 0, list + made.count / 3,
					     made.count - made.count / 3 } };
	struct payload payload = { blocks, 2 };
	struct address signer;

	for (size_t i = 0; i < made.count; i++)
		list[i] = signed_transaction(made.first + (unsigned)i, &signer);
	assert_true(payload_compress(&arena, &payload, CHAIN_ID, 6, &made.raw));
	made.hash = keccak256(made.raw);
	return made;
}

static void assert_payload(const struct payload *payload, const struct made *made)
{
	unsigned number = made->first;

	assert_int_equal(payload->block_count, 2);
	for (size_t b = 0; b < 2; b++)
		for (size_t i = 0; i < payload->blocks[b].transaction_count; i++, number++) {
			struct address signer;
			struct transaction expected = signed_transaction(number, &signer);
			const struct transaction *tx = &payload->blocks[b].transactions[i];

			assert_memory_equal(&tx->hash, &expected.hash, 32);
			assert_true(tx->has_from);
			assert_memory_equal(&tx->from, &signer, 20);
		}
	assert_int_equal(number - made->first, made->count);
}

static void payloads_come_decoded_with_their_senders(void **state)
{
	struct read_ahead *r = read_ahead_new(CHAIN_ID);
	uint64_t added = 0;

	(void)state;
	for (unsigned index = 0; index < PAYLOADS; index++) {
		struct arena_mark mark = arena_mark(&arena);
		struct made made;
		struct payload payload;

		assert_int_equal(read_ahead_next(r), added);
		for (; added < PAYLOADS && read_ahead_has_room(r); added++) {
			made = make_payload((unsigned)added);
			read_ahead_add(r, added, &made.hash, made.raw);
		}
		made = make_payload(index);
		/* Twice: it stays. */
		assert_true(read_ahead_take(r, index, &made.hash, &payload));
		assert_true(read_ahead_take(r, index, &made.hash, &payload));
		assert_payload(&payload, &made);
		arena_reset(&arena, mark);
	}
	read_ahead_free(r);
}

static void the_number_that_waits_is_bounded(void **state)
{
	struct read_ahead *r = read_ahead_new(CHAIN_ID);
	struct made made = make_payload(5);
	uint64_t index = 0;

	(void)state;
	while (read_ahead_has_room(r)) {
		assert_in_range(index, 0, 100);
		read_ahead_add(r, index++, &made.hash, made.raw);
	}
	read_ahead_free(r); /* with all of them in it */
}

static void the_memory_that_waits_is_bounded(void **state)
{
	struct read_ahead *r = read_ahead_new(CHAIN_ID);
	size_t size = (size_t)8 << 20; /* an eighth of the bound */
	struct bytes raw = bytes_of(ARENA_ARRAY(&arena, uint8_t, size), size);
	struct payload payload;
	uint64_t index = 0;

	(void)state;
	for (unsigned round = 0; round < 4; round++) {
		uint64_t first = index;

		while (read_ahead_has_room(r)) {
			assert_in_range(index - first, 0, 8);
			read_ahead_add(r, index++, &keccak_empty, raw);
		}
		assert_in_range(index - first, 6, 8); /* with what is around them */
		assert_false(read_ahead_take(r, index++, &keccak_empty, &payload));
	}
	read_ahead_free(r);
}

static void entries_before_the_one_asked_for_are_forgotten(void **state)
{
	struct read_ahead *r = read_ahead_new(CHAIN_ID);
	struct made made[4];
	struct payload payload;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		made[i] = make_payload(10 + i);
		read_ahead_add(r, 10 + i, &made[i].hash, made[i].raw);
	}
	assert_true(read_ahead_take(r, 12, &made[2].hash, &payload));
	assert_payload(&payload, &made[2]);
	assert_int_equal(read_ahead_next(r), 14);
	assert_false(read_ahead_take(r, 11, &made[1].hash, &payload));
	read_ahead_free(r);
}

static void another_payload_than_expected_empties_the_queue(void **state)
{
	struct read_ahead *r = read_ahead_new(CHAIN_ID);
	struct made one = make_payload(1), other = make_payload(2);
	struct payload payload;

	(void)state;
	read_ahead_add(r, 7, &one.hash, one.raw);
	read_ahead_add(r, 8, &one.hash, one.raw);
	assert_false(read_ahead_take(r, 7, &other.hash, &payload));
	assert_int_equal(read_ahead_next(r), 8);
	assert_false(read_ahead_take(r, 8, &one.hash, &payload));
	/* It goes on. */
	read_ahead_add(r, 9, &other.hash, other.raw);
	assert_true(read_ahead_take(r, 9, &other.hash, &payload));
	assert_payload(&payload, &other);
	read_ahead_free(r);
}

/* A program that starts in the middle of an entry asks for that one first, time and again. */
static void what_begins_behind_the_one_asked_for_waits_on(void **state)
{
	struct read_ahead *r = read_ahead_new(CHAIN_ID);
	struct made one = make_payload(1);
	struct payload payload;

	(void)state;
	for (uint64_t index = 8; index < 12; index++)
		read_ahead_add(r, index, &one.hash, one.raw);
	for (int i = 0; i < 3; i++)
		assert_false(read_ahead_take(r, 7, &one.hash, &payload));
	assert_int_equal(read_ahead_next(r), 12);
	for (uint64_t index = 8; index < 10; index++)
		assert_true(read_ahead_take(r, index, &one.hash, &payload));
	/* Back by more, as after a reorg: it begins anew there. */
	assert_false(read_ahead_take(r, 8, &one.hash, &payload));
	assert_int_equal(read_ahead_next(r), 9);
	assert_false(read_ahead_take(r, 10, &one.hash, &payload));
	read_ahead_free(r);
}

static void bytes_of_another_hash_are_not_given_out(void **state)
{
	struct read_ahead *r = read_ahead_new(CHAIN_ID);
	struct made one = make_payload(1), other = make_payload(2);
	struct payload payload;

	(void)state;
	read_ahead_add(r, 0, &one.hash, other.raw);
	assert_false(read_ahead_take(r, 0, &one.hash, &payload));
	read_ahead_free(r);
}

static void what_does_not_decode_has_no_blocks(void **state)
{
	struct read_ahead *r = read_ahead_new(CHAIN_ID);
	struct bytes garbage = bytes_of("\0garbage", 8), nothing = { NULL, 0 };
	struct hash32 hash = keccak256(garbage);
	struct payload payload;

	(void)state;
	read_ahead_add(r, 0, &hash, garbage);
	read_ahead_add(r, 1, &keccak_empty, nothing);
	assert_true(read_ahead_take(r, 0, &hash, &payload));
	assert_int_equal(payload.block_count, 0);
	assert_true(read_ahead_take(r, 1, &keccak_empty, &payload));
	assert_int_equal(payload.block_count, 0);
	read_ahead_free(r);
}

static void what_was_taken_is_not_recovered_again(void **state)
{
	struct read_ahead *r = read_ahead_new(CHAIN_ID);
	struct made made = make_payload(9);
	struct payload payload;
	const struct transaction *list;

	(void)state;
	read_ahead_add(r, 0, &made.hash, made.raw);
	assert_true(read_ahead_take(r, 0, &made.hash, &payload));
	list = payload.blocks[1].transactions;
	assert_ptr_equal(read_ahead_recover(r, &arena, list, payload.blocks[1].transaction_count),
			 list);
	read_ahead_free(r);
}

static void each_sender_is_its_own(void **state)
{
	struct read_ahead *r = read_ahead_new(CHAIN_ID);
	struct address signers[COUNT];
	struct transaction list[COUNT];

	(void)state;
	for (unsigned i = 0; i < COUNT; i++)
		list[i] = signed_transaction(i, &signers[i]);
	for (size_t count = 0; count <= COUNT; count += count < 70 ? 1 : 13) {
		const struct transaction *recovered = read_ahead_recover(r, &arena, list, count);

		for (size_t i = 0; i < count; i++) {
			assert_true(recovered[i].has_from);
			assert_memory_equal(recovered[i].from.b, signers[i].b, 20);
			assert_false(list[i].has_from);
		}
	}
	read_ahead_free(r);
}

static void a_signature_without_a_key_has_no_sender(void **state)
{
	struct read_ahead *r = read_ahead_new(CHAIN_ID);
	struct transaction list[3];
	const struct transaction *recovered;
	struct address signer;

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		list[i] = signed_transaction(i, &signer);
	list[1].r = u256_from_u64(5); /* 5 is no x coordinate on secp256k1 */
	recovered = read_ahead_recover(r, &arena, list, 3);
	assert_true(recovered[0].has_from);
	assert_false(recovered[1].has_from);
	assert_true(recovered[2].has_from);
	read_ahead_free(r);
}

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(payloads_come_decoded_with_their_senders),
		cmocka_unit_test(the_number_that_waits_is_bounded),
		cmocka_unit_test(the_memory_that_waits_is_bounded),
		cmocka_unit_test(entries_before_the_one_asked_for_are_forgotten),
		cmocka_unit_test(another_payload_than_expected_empties_the_queue),
		cmocka_unit_test(what_begins_behind_the_one_asked_for_waits_on),
		cmocka_unit_test(bytes_of_another_hash_are_not_given_out),
		cmocka_unit_test(what_does_not_decode_has_no_blocks),
		cmocka_unit_test(what_was_taken_is_not_recovered_again),
		cmocka_unit_test(each_sender_is_its_own),
		cmocka_unit_test(a_signature_without_a_key_has_no_sender),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
