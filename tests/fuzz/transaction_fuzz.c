/* Any bytes: either they are no transaction, or encoding what was decoded
 * gives the same bytes and hash. */
#include "base/native/arena_heap.h"
#include "eth/transaction.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes raw = bytes_of(data, len);
	struct transaction tx;
	struct hash32 hash;
	struct arena a;

	arena_init(&a, &arena_heap, 4096);
	if (tx_decode(&a, &tx, raw) == TX_DECODE_OK) {
		hash = tx.hash;
		FUZZ_CHECK(bytes_eq(tx_encode(&a, &tx), raw));
		tx_finish(&a, &tx);
		FUZZ_CHECK(hash32_eq(&hash, &tx.hash));
		(void)tx_signing_hash(&a, &tx);
	}
	arena_free(&a);
	return 0;
}
