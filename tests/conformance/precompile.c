/* gavel-precompile: the native precompiles on a pipe, for tests that compare
 * them with other implementations.
 *
 * Reads lines "<id in hex> <input in hex, may be missing>" and answers each
 * with "ok <output in hex>" or "fail". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/native/native.h"

static bool line_read(struct arena *a, enum precompile_id *id, struct bytes *input, char *line)
{
	char *end;
	size_t digits;
	uint8_t *data;

	*id = (enum precompile_id)strtoul(line, &end, 16);
	if (end == line)
		return false;
	end += strspn(end, " ");
	digits = strcspn(end, " \r\n");
	data = arena_alloc(a, digits / 2);
	*input = bytes_of(data, digits / 2);
	return hex_decode(data, end, digits);
}

static void answer(struct arena *a, enum precompile_id id, struct bytes input)
{
	const struct crypto *crypto = crypto_native();
	struct bytes output;

	if (!crypto->precompile(crypto->context, a, &output, id, input)) {
		puts("fail");
		return;
	}
	printf("ok %s\n", hex_encode(arena_alloc(a, 2 * output.len + 1), output));
}

int main(void)
{
	struct arena arena;
	size_t size = 0;
	char *line = NULL;
	int status = 0;

	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	while (status == 0 && getline(&line, &size, stdin) > 0) {
		struct arena_mark mark = arena_mark(&arena);
		enum precompile_id id;
		struct bytes input;

		if (line_read(&arena, &id, &input, line)) {
			answer(&arena, id, input);
			fflush(stdout);
		} else {
			fputs("gavel-precompile: expected: <id> <hex>\n", stderr);
			status = 2;
		}
		arena_reset(&arena, mark);
	}
	free(line);
	arena_free(&arena);
	return status;
}
