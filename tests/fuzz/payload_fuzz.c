/* Any bytes, as a payload and as the columns in one: no blocks, or blocks that
 * come back the same when they are written again. */
#include "base/native/arena_heap.h"
#include "rollup/payload.h"
#include "tests/fuzz/fuzz.h"

#define CHAIN_ID 845300

/* Columns in stored blocks, so that the fuzzer sees through DEFLATE. */
static struct bytes store(struct arena *a, struct bytes columns)
{
	size_t most = 65535;
	uint8_t *out = arena_alloc(a, 1 + columns.len + 5 * (columns.len / most + 1));
	size_t len = 1;

	out[0] = PAYLOAD_VERSION;
	for (bool final = false; !final;) {
		size_t part = columns.len < most ? columns.len : most;

		final = part == columns.len;
		out[len++] = final;
		out[len++] = (uint8_t)part;
		out[len++] = (uint8_t)(part >> 8);
		out[len++] = (uint8_t)~part;
		out[len++] = (uint8_t)(~part >> 8);
		if (part > 0)
			memcpy(out + len, columns.data, part);
		len += part;
		columns = bytes_of(columns.data + part, columns.len - part);
	}
	return bytes_of(out, len);
}

static void check_same(const struct payload *a, const struct payload *b)
{
	FUZZ_CHECK(a->block_count == b->block_count);
	for (size_t i = 0; i < a->block_count; i++) {
		const struct payload_block *x = &a->blocks[i];
		const struct payload_block *y = &b->blocks[i];

		FUZZ_CHECK(x->timestamp == y->timestamp);
		FUZZ_CHECK(x->message_count == y->message_count);
		FUZZ_CHECK(x->transaction_count == y->transaction_count);
		for (size_t t = 0; t < x->transaction_count; t++)
			FUZZ_CHECK(hash32_eq(&x->transactions[t].hash, &y->transactions[t].hash));
	}
}

static void check(struct bytes raw)
{
	struct payload p, again;
	struct bytes rewritten;
	struct arena a;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	if (payload_decode(&a, &p, CHAIN_ID, raw) == PAYLOAD_OK) {
		rewritten = store(&a, payload_encode_columns(&a, &p, CHAIN_ID));
		if (rewritten.len <= PAYLOAD_MAX_BYTES) {
			FUZZ_CHECK(payload_decode(&a, &again, CHAIN_ID, rewritten) == PAYLOAD_OK);
			check_same(&p, &again);
		}
	} else {
		FUZZ_CHECK(p.block_count == 0);
	}
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena a;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	check(bytes_of(data, len));
	check(store(&a, bytes_of(data, len)));
	arena_free(&a);
	return 0;
}
