/* The native precompiles on any bytes: they end, with one answer, whatever
 * the arena held before.  The first byte chooses the precompile. */
#include <stdlib.h>

#include "base/native/arena_heap.h"
#include "crypto/native/native.h"

#define FIRST_BYTES 96

static enum precompile_id id_of(uint8_t choice)
{
	uint8_t id = choice % (PRECOMPILE_BLS12_MAP_FP2_TO_G2 + 2);

	return id > PRECOMPILE_BLS12_MAP_FP2_TO_G2 ? PRECOMPILE_P256VERIFY : (enum precompile_id)id;
}

/* What would run for long has been priced out before the call; the fuzzer
 * must leave it alone as well. */
static bool is_affordable(enum precompile_id id, struct bytes input)
{
	if (id == PRECOMPILE_BLAKE2F)
		return input.len < 4 || be32_load(input.data) < 1 << 16;
	if (id != PRECOMPILE_MODEXP)
		return true;
	for (size_t at = 0; at < FIRST_BYTES; at += 32) {
		uint64_t length = 0;

		for (size_t i = at; i < at + 32; i++) {
			if (length >> 32)
				break; /* absurd: refused at once */
			length = length << 8 | (i < input.len ? input.data[i] : 0);
		}
		if (length > 1024 && length >> 32 == 0)
			return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct crypto *crypto = crypto_native();
	struct bytes input, first, second;
	enum precompile_id id;
	struct arena arena;
	bool first_done, second_done;

	if (size == 0)
		return 0;
	id = id_of(data[0]);
	input = bytes_of(data + 1, size - 1);
	if (!is_affordable(id, input))
		return 0;
	arena_init(&arena, &arena_heap, 4096);
	first_done = crypto->precompile(crypto->context, &arena, &first, id, input);
	memset(arena_alloc(&arena, 1000), 0xa5, 1000);
	second_done = crypto->precompile(crypto->context, &arena, &second, id, input);
	if (first_done != second_done || (first_done && !bytes_eq(first, second)))
		abort();
	arena_free(&arena);
	return 0;
}
