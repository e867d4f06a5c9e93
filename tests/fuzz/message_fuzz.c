/* Any bytes in the queue: a message of one kind, whose transaction, if it has
 * one, is canonical. */
#include "base/native/arena_heap.h"
#include "rollup/message.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct chain_config config = { .chain_id = 1, .gas_limit = 30000000 };
	static const struct hash32 link = { { 7 } };
	struct transaction tx, back;
	struct message m;
	struct arena a;

	arena_init(&a, &arena_heap, 4096);
	message_decode(&m, 3, &link, bytes_of(data, len));
	FUZZ_CHECK(message_gas(&config, &m) <= config.gas_limit);
	FUZZ_CHECK(message_transaction(&a, &config, &m, &tx) == (m.kind != MESSAGE_MALFORMED));
	if (m.kind != MESSAGE_MALFORMED) {
		FUZZ_CHECK(tx_decode(&a, &back, tx_encode(&a, &tx)) == TX_DECODE_OK);
		FUZZ_CHECK(hash32_eq(&tx.hash, &back.hash));
		FUZZ_CHECK(address_eq(&tx.from, &back.from));
	}
	arena_free(&a);
	return 0;
}
