/* gavel-rlptest FOLDER: the official RLP vectors (ethereum/tests, RLPTests).
 *
 * A case has `out`, bytes, and `in`: the value they stand for, or "INVALID",
 * or "VALID" without a value. */
#include "base/native/arena_heap.h"
#include "eth/rlp.h"
#include "tests/conformance/vector_files.h"

#include <gmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 1024

static bool is_word(const json_t *in, const char *word)
{
	return json_is_string(in) && !strcmp(json_string_value(in), word);
}

/* "#123": an integer of any size, in decimal. */
static void write_big_integer(struct rlp_writer *w, const char *decimal)
{
	uint8_t digits[256];
	size_t len = 0;
	mpz_t v;

	mpz_init_set_str(v, decimal, 10);
	if (mpz_sizeinbase(v, 256) <= sizeof(digits))
		mpz_export(digits, &len, 1, 1, 1, 0, v);
	mpz_clear(v);
	rlp_write_string(w, bytes_of(digits, len));
}

static void write_value(struct rlp_writer *w, const json_t *in)
{
	size_t list, i;
	json_t *item;

	if (json_is_integer(in)) {
		rlp_write_u64(w, (uint64_t)json_integer_value(in));
	} else if (json_is_string(in) && json_string_value(in)[0] == '#') {
		write_big_integer(w, json_string_value(in) + 1);
	} else if (json_is_string(in)) {
		rlp_write_string(w, bytes_of(json_string_value(in), json_string_length(in)));
	} else {
		list = rlp_begin_list(w);
		json_array_foreach(in, i, item) write_value(w, item);
		rlp_end_list(w, list);
	}
}

/* Writes again what is read, item by item. */
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
	while (rlp_next(&items, &inner))
		copy_item(w, &inner);
	rlp_end_list(w, list);
}

static const char *check_valid(struct arena *a, const json_t *in, struct bytes out)
{
	struct rlp_writer w;
	struct rlp_item item;

	if (!rlp_is_canonical(out, MAX_DEPTH) || !rlp_only(out, &item))
		return "does not decode";
	rlp_writer_init(&w, a);
	copy_item(&w, &item);
	if (!bytes_eq(rlp_written(&w), out))
		return "decoded and encoded again, it differs";
	if (is_word(in, "VALID"))
		return NULL;
	rlp_writer_init(&w, a);
	write_value(&w, in);
	return bytes_eq(rlp_written(&w), out) ? NULL : "encodes to other bytes";
}

static const char *check(const char *file, const char *name, const json_t *vector)
{
	const json_t *in = json_object_get(vector, "in");
	const char *problem;
	struct arena a;
	uint8_t *data = NULL;
	size_t len;

	(void)file;
	(void)name;
	if (!in || !vector_hex(json_object_get(vector, "out"), &data, &len)) {
		free(data);
		return "not a case: `in` or `out` is missing";
	}
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	if (is_word(in, "INVALID"))
		problem = rlp_is_canonical(bytes_of(data, len), MAX_DEPTH) ? "decodes" : NULL;
	else
		problem = check_valid(&a, in, bytes_of(data, len));
	arena_free(&a);
	free(data);
	return problem;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: gavel-rlptest FOLDER\n");
		return 2;
	}
	return vector_files_run(argv[1], check);
}
