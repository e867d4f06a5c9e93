/* gavel-transactiontest FOLDER: the official transaction vectors
 * (ethereum/tests, TransactionTests).
 *
 * A case has `txbytes` and, for each fork, what becomes of them: hash, sender
 * and intrinsic gas, or an exception.  We check the latest fork of each case.
 * The vectors count as exceptions some rules that are not about the bytes but
 * about their use; is_usable() is those. */
#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/native/native.h"
#include "eth/transaction.h"
#include "evm/intrinsic_gas.h"
#include "tests/conformance/vector_files.h"

#include <stdio.h>
#include <stdlib.h>

#define CHAIN_ID      1
#define INIT_CODE_MAX 49152 /* EIP-3860 */

static const char *const forks[] = { "Osaka", "Prague", "Cancun", "Shanghai", "Paris", "London" };

static const json_t *latest(const json_t *results)
{
	for (size_t i = 0; i < sizeof(forks) / sizeof(forks[0]); i++)
		if (json_object_get(results, forks[i]))
			return json_object_get(results, forks[i]);
	return NULL;
}

static bool is_usable(const struct transaction *tx)
{
	struct u256 cost, gas = u256_from_u64(tx->gas_limit);

	if (tx->has_chain_id && tx->chain_id != CHAIN_ID)
		return false;
	if (tx->gas_limit < tx_intrinsic_gas(tx))
		return false;
	if (tx->is_creation && tx->data.len > INIT_CODE_MAX)
		return false;
	if (u256_lt(&tx->max_fee_per_gas, &tx->max_priority_fee_per_gas))
		return false;
	return !u256_mul_overflow(&cost, &gas, &tx->max_fee_per_gas);
}

static bool is_hex(const json_t *text, const uint8_t *expected, size_t len)
{
	uint8_t value[32];

	return json_is_string(text) && len <= sizeof(value) &&
	       hex_decode_fixed(value, len, json_string_value(text)) &&
	       memcmp(value, expected, len) == 0;
}

/* "0x05" as well as "0x5". */
static bool is_number(const json_t *text, uint64_t expected)
{
	return json_is_string(text) && strtoull(json_string_value(text), NULL, 16) == expected;
}

static const char *check_result(struct arena *a, const json_t *result, struct bytes raw)
{
	struct transaction tx;
	bool good = tx_decode(a, &tx, raw) == TX_DECODE_OK;

	if (good && !bytes_eq(tx_encode(a, &tx), raw))
		return "decoded and encoded again, it differs";
	good = good && tx_recover(crypto_native(), a, &tx) && is_usable(&tx);
	if (json_object_get(result, "exception"))
		return good ? "is accepted" : NULL;
	if (!good)
		return "is refused";
	if (!is_hex(json_object_get(result, "hash"), tx.hash.b, 32))
		return "has another hash";
	if (!is_hex(json_object_get(result, "sender"), tx.from.b, 20))
		return "has another sender";
	if (!is_number(json_object_get(result, "intrinsicGas"), tx_intrinsic_gas(&tx)))
		return "has another intrinsic gas";
	return NULL;
}

static const char *check(const char *file, const char *name, const json_t *vector)
{
	const json_t *result = latest(json_object_get(vector, "result"));
	const char *problem;
	struct arena a;
	uint8_t *data;
	size_t len;

	(void)file;
	(void)name;
	if (!result)
		return "not a case: no fork from London on";
	if (!vector_hex(json_object_get(vector, "txbytes"), &data, &len)) {
		/* Half a byte is no transaction either. */
		free(data);
		return json_object_get(result, "exception") ? NULL : "txbytes are not hex";
	}
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	problem = check_result(&a, result, bytes_of(data, len));
	arena_free(&a);
	free(data);
	return problem;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: gavel-transactiontest FOLDER\n");
		return 2;
	}
	return vector_files_run(argv[1], check);
}
