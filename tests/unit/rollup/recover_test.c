/* Many senders at once are the senders one by one, whatever the number, and a
 * signature without a key stays without a sender. */
#include "base/native/arena_heap.h"
#include "crypto/native/native.h"
#include "crypto/native/signer.h"
#include "rollup/native/recover.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT 200

static struct arena arena;

/* Signed by a key of its own. */
static struct transaction signed_transaction(unsigned number, struct address *signer)
{
	struct signer_key key = { { 1, 2, (uint8_t)number, 3, (uint8_t)(number >> 8) } };
	struct transaction tx = { .type = TX_DYNAMIC_FEE,
				  .has_chain_id = true,
				  .chain_id = 845300,
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

static void each_sender_is_its_own(void **state)
{
	struct address signers[COUNT];
	struct transaction list[COUNT];

	(void)state;
	for (unsigned i = 0; i < COUNT; i++)
		list[i] = signed_transaction(i, &signers[i]);
	for (size_t count = 0; count <= COUNT; count += count < 70 ? 1 : 13) {
		const struct transaction *recovered = transactions_recover(&arena, list, count);

		for (size_t i = 0; i < count; i++) {
			assert_true(recovered[i].has_from);
			assert_memory_equal(recovered[i].from.b, signers[i].b, 20);
			assert_false(list[i].has_from);
		}
	}
}

static void a_signature_without_a_key_has_no_sender(void **state)
{
	struct transaction list[3];
	const struct transaction *recovered;
	struct address signer;

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		list[i] = signed_transaction(i, &signer);
	list[1].r = u256_from_u64(5); /* 5 is no x coordinate on secp256k1 */
	recovered = transactions_recover(&arena, list, 3);
	assert_true(recovered[0].has_from);
	assert_false(recovered[1].has_from);
	assert_true(recovered[2].has_from);
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
		cmocka_unit_test(each_sender_is_its_own),
		cmocka_unit_test(a_signature_without_a_key_has_no_sender),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
