/* Any bytes: our inflater accepts exactly what zlib's does, and gives out the
 * same. */
#include "base/native/arena_heap.h"
#include "rollup/inflate.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/zlib_inflate.h"

#define MAX_OUT ((size_t)1 << 18)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static uint8_t expected[MAX_OUT];
	struct bytes in = bytes_of(data, len);
	struct bytes out = { NULL, 0 };
	size_t expected_len = 0;
	bool theirs = zlib_inflate(in, expected, MAX_OUT, &expected_len);
	struct arena a;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	FUZZ_CHECK((inflate_stream(&a, in, MAX_OUT, &out) == INFLATE_OK) == theirs);
	FUZZ_CHECK(!theirs || bytes_eq(out, bytes_of(expected, expected_len)));
	arena_free(&a);
	return 0;
}
