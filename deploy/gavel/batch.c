/* gavel batch: what a batch of given transactions costs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "deploy/gavel/batch_measure.h"
#include "deploy/gavel/command.h"
#include "rollup/chain_config.h"

/* The transactions of a file, one a line, in hex. */
struct transaction_file {
	struct arena *arena;
	const char *path;
	struct transaction *list;
	size_t *lines; /* where each stands */
	size_t count;
	size_t capacity;
	uint64_t chain_id; /* 0 until one says it */
};

static bool complain(const struct transaction_file *f, size_t line, const char *what)
{
	fprintf(stderr, "gavel batch: %s:%zu: %s\n", f->path, line, what);
	return false;
}

static struct transaction *next_transaction(struct transaction_file *f)
{
	if (f->count == f->capacity) {
		size_t larger = f->capacity == 0 ? 1024 : 2 * f->capacity;

		f->list = arena_grow(f->arena, f->list, f->capacity * sizeof(*f->list),
				     larger * sizeof(*f->list));
		f->lines = arena_grow(f->arena, f->lines, f->capacity * sizeof(*f->lines),
				      larger * sizeof(*f->lines));
		f->capacity = larger;
	}
	return &f->list[f->count];
}

static bool check_kind(struct transaction_file *f, size_t line, const struct transaction *tx)
{
	if (tx->type == TX_BLOB || tx->type == TX_DEPOSIT)
		return complain(f, line, "blob and deposit transactions can't be in a batch");
	if (!tx->has_chain_id)
		return true;
	if (f->chain_id == 0)
		f->chain_id = tx->chain_id;
	return tx->chain_id == f->chain_id ||
	       complain(f, line, "another chain id than the lines before");
}

static bool add_line(struct transaction_file *f, size_t line, char *text)
{
	size_t len = strcspn(text, " \t\r\n");
	struct transaction *tx = next_transaction(f);
	enum tx_decode_err err;
	uint8_t *raw;

	if (len >= 2 && text[0] == '0' && text[1] == 'x') {
		text += 2;
		len -= 2;
	}
	if (len == 0)
		return true;
	raw = arena_alloc(f->arena, len / 2 + 1);
	if (!hex_decode(raw, text, len))
		return complain(f, line, "not hex");
	err = tx_decode(f->arena, tx, bytes_of(raw, len / 2));
	if (err != TX_DECODE_OK)
		return complain(f, line, tx_decode_err_text(err));
	if (!check_kind(f, line, tx))
		return false;
	f->lines[f->count++] = line;
	return true;
}

static bool read_lines(struct transaction_file *f, FILE *in)
{
	char *text = NULL;
	size_t size = 0;
	bool good = true;

	for (size_t line = 1; good && getline(&text, &size, in) >= 0; line++)
		good = add_line(f, line, text);
	free(text);
	return good;
}

static bool read_file(struct transaction_file *f)
{
	FILE *in = fopen(f->path, "r");
	bool good;

	if (in == NULL) {
		fprintf(stderr, "gavel batch: %s: %s\n", f->path, strerror(errno));
		return false;
	}
	good = read_lines(f, in);
	fclose(in);
	if (good && f->count == 0) {
		fprintf(stderr, "gavel batch: %s: no transactions\n", f->path);
		return false;
	}
	return good;
}

static void print_row(const char *name, size_t bytes, size_t transactions)
{
	printf("%-28s %12zu %10.2f\n", name, bytes, (double)bytes / (double)transactions);
}

static void print_sizes(const struct batch_sizes *s, bool json)
{
	double n = (double)s->transactions;

	if (json) {
		printf("{\"transactions\":%zu,\"payloads\":%zu,\"payload_bytes\":%zu,"
		       "\"bytes_per_tx\":%.3f,\"raw\":%.3f,\"zlib9\":%.3f,\"brotli11\":%.3f}\n",
		       s->transactions, s->payloads, s->payload_bytes, (double)s->payload_bytes / n,
		       (double)s->raw_bytes / n, (double)s->zlib_bytes / n,
		       (double)s->brotli_bytes / n);
		return;
	}
	printf("%zu transactions in %zu payloads\n\n", s->transactions, s->payloads);
	printf("%-28s %12s %10s\n", "", "bytes", "per tx");
	print_row("payloads", s->payload_bytes, s->transactions);
	print_row("raw encodings", s->raw_bytes, s->transactions);
	print_row("raw encodings, zlib -9", s->zlib_bytes, s->transactions);
	print_row("raw encodings, brotli -11", s->brotli_bytes, s->transactions);
}

static int batch_size(const char *path, bool json)
{
	struct arena files;
	struct arena scratch;
	struct transaction_file f = { .arena = &files, .path = path };
	struct batch_sizes sizes;
	size_t misfit;
	bool good;

	arena_init(&files, &arena_heap, ARENA_HEAP_BLOCK);
	arena_init(&scratch, &arena_heap, ARENA_HEAP_BLOCK);
	good = read_file(&f);
	if (good && !batch_measure(&scratch, f.list, f.count, f.chain_id, &sizes, &misfit))
		good = misfit < f.count ? complain(&f, f.lines[misfit], "does not fit a payload")
					: complain(&f, f.lines[f.count - 1], "out of memory");
	if (good)
		print_sizes(&sizes, json);
	arena_free(&scratch);
	arena_free(&files);
	return good ? 0 : 1;
}

static int run_batch(int argc, char **argv)
{
	bool json = argc == 4 && strcmp(argv[3], "--json") == 0;

	if ((argc != 3 && !json) || strcmp(argv[1], "size") != 0)
		return COMMAND_BAD_USAGE;
	return batch_size(argv[2], json);
}

const struct command command_batch = {
	"batch",
	"size FILE [--json]",
	"measure the payloads of raw signed transactions (hex, one a line) against\n"
	"      zlib -9 and brotli -11 of the same",
	run_batch,
};
