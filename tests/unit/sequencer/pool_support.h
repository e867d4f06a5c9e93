/* pool_support: signed transactions for the tests of the pool and its store. */
#ifndef GAVEL_TESTS_SEQUENCER_POOL_SUPPORT_H
#define GAVEL_TESTS_SEQUENCER_POOL_SUPPORT_H

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/native/arena_heap.h"
#include "crypto/native/signer.h"
#include "sequencer/pool.h"

#define CHAIN_ID 845300

static const struct chain_config config = {
	.chain_id = CHAIN_ID,
	.revision = EVM_OSAKA,
	.gas_limit = 30000000,
};

/* A transfer of `value` wei to nobody; fees in wei. */
struct wanted {
	unsigned sender;
	uint64_t nonce, max_fee, tip, value;
	uint64_t gas; /* 0: 21000 */
	size_t data;  /* bytes of zeros, which cost gas */
};

static inline struct signer_key key_of(unsigned sender)
{
	struct signer_key key = { { 1 } };

	be32_store(key.b + 28, sender + 1);
	return key;
}

static inline struct address address_of(unsigned sender)
{
	struct signer_key key = key_of(sender);
	struct address address;

	assert_true(signer_address(&address, &key));
	return address;
}

static inline struct transaction unsigned_of(const struct wanted *w)
{
	static const uint8_t zeros[130000];

	return (struct transaction){
		.type = TX_DYNAMIC_FEE,
		.has_chain_id = true,
		.chain_id = CHAIN_ID,
		.nonce = w->nonce,
		.gas_limit = w->gas ? w->gas : 21000,
		.max_fee_per_gas = u256_from_u64(w->max_fee),
		.max_priority_fee_per_gas = u256_from_u64(w->tip),
		.value = u256_from_u64(w->value),
		.data = bytes_of(zeros, w->data),
	};
}

static inline struct bytes sign(struct arena *a, struct transaction *tx, unsigned sender)
{
	struct signer_key key = key_of(sender);
	struct signer_signature signature;
	struct hash32 hash = tx_signing_hash(a, tx);

	assert_true(signer_sign(&signature, &key, &hash));
	tx->y_parity = signature.y_parity;
	tx->r = u256_from_be(signature.r.b, 32);
	tx->s = u256_from_be(signature.s.b, 32);
	return tx_encode(a, tx);
}

/* As the pool makes it of signed bytes; NULL and `error` if it refuses. */
static inline struct pool_transaction *try_prepare(struct pool *pool, struct transaction *tx,
						   unsigned sender, char error[POOL_ERROR_SIZE])
{
	struct pool_transaction *prepared;
	struct arena a;

	arena_init(&a, &arena_heap, 4096);
	prepared = pool_prepare(pool, sign(&a, tx, sender), error);
	arena_free(&a);
	return prepared;
}

static inline struct pool_transaction *prepare(struct pool *pool, const struct wanted *w)
{
	struct transaction tx = unsigned_of(w);
	char error[POOL_ERROR_SIZE] = "";
	struct pool_transaction *prepared = try_prepare(pool, &tx, w->sender, error);

	assert_string_equal(error, "");
	assert_non_null(prepared);
	return prepared;
}

/* xorshift64*: the same numbers in every run. */
static inline uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545f4914f6cdd1du;
}

#endif
