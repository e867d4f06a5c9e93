/* Any bytes: either they are no canonical RLP, or reading and writing them,
 * item by item, gives the same bytes. */
#include "base/native/arena_heap.h"
#include "eth/rlp.h"
#include "tests/fuzz/fuzz.h"

#define MAX_DEPTH 64

static void copy_item(struct rlp_writer *w, const struct rlp_item *item)
{
	struct bytes items = item->payload;
	struct rlp_item inner;
	size_t list;

	if (item->kind == RLP_STRING) {
		rlp_write_string(w, item->payload);
		return;
	}
	list = rlp_begin_list(w);
	while (items.len) {
		FUZZ_CHECK(rlp_next(&items, &inner));
		copy_item(w, &inner);
	}
	rlp_end_list(w, list);
}

/* Readers of one kind take an item whole or leave it. */
static void read_as_every_kind(struct arena *a, struct bytes in)
{
	const struct hash32 *hashes;
	struct bytes rest = in, out;
	struct rlp_writer w;
	struct u256 big;
	uint64_t number;
	size_t count;

	rlp_writer_init(&w, a);
	if (rlp_next_u64(&rest, &number)) {
		rlp_write_u64(&w, number);
	} else if (rlp_next_u256(&rest, &big)) {
		rlp_write_u256(&w, &big);
	} else if (rlp_next_string(&rest, &out)) {
		rlp_write_string(&w, out);
	} else if (rlp_next_hashes(a, &rest, &hashes, &count)) {
		rlp_write_hashes(&w, hashes, count);
	}
	FUZZ_CHECK(bytes_eq(rlp_written(&w), bytes_of(in.data, in.len - rest.len)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes in = bytes_of(data, len);
	struct rlp_writer w;
	struct rlp_item item;
	struct arena a;

	arena_init(&a, &arena_heap, 4096);
	read_as_every_kind(&a, in);
	if (rlp_is_canonical(in, MAX_DEPTH)) {
		FUZZ_CHECK(rlp_only(in, &item));
		rlp_writer_init(&w, &a);
		copy_item(&w, &item);
		FUZZ_CHECK(bytes_eq(rlp_written(&w), in));
	}
	arena_free(&a);
	return 0;
}
