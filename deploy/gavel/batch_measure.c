/* batch_measure: fills payloads as full as they get, as a batcher under load
 * does. */
#include "deploy/gavel/batch_measure.h"

#include <brotli/encode.h>
#include <stdlib.h>
#include <zlib.h>

#include "rollup/native/compress.h"

#define LEVEL 12
/* Guesses at how many transactions fill a payload. */
#define MAX_GUESSES 8

struct measuring {
	struct arena *arena;
	const struct transaction *transactions;
	size_t count;
	uint64_t chain_id;
};

/* The payload of `count` transactions from `first` on; 0 when it is too long. */
static size_t payload_size(const struct measuring *m, size_t first, size_t count)
{
	struct arena_mark mark = arena_mark(m->arena);
	size_t blocks = (count + BATCH_MEASURE_BLOCK - 1) / BATCH_MEASURE_BLOCK;
	struct payload_block *list = ARENA_ARRAY(m->arena, struct payload_block, blocks);
	struct payload payload = { list, blocks };
	struct bytes made;
	size_t size = 0;

	for (size_t b = 0; b < blocks; b++) {
		size_t at = b * BATCH_MEASURE_BLOCK;

		list[b].timestamp = 1700000000 + (first + at) / BATCH_MEASURE_BLOCK;
		list[b].transactions = m->transactions + first + at;
		list[b].transaction_count =
		    count - at < BATCH_MEASURE_BLOCK ? count - at : BATCH_MEASURE_BLOCK;
	}
	if (payload_compress(m->arena, &payload, m->chain_id, LEVEL, &made))
		size = made.len;
	arena_reset(m->arena, mark);
	return size;
}

/* The most transactions from `first` on that were seen to fit; their size. */
static size_t fill_payload(const struct measuring *m, size_t first, size_t guess, size_t *size)
{
	size_t left = m->count - first;
	size_t fitting = 0;
	size_t too_many = left + 1;

	guess = guess < left ? guess : left;
	for (int i = 0; fitting + 1 < too_many && (i < MAX_GUESSES || fitting == 0); i++) {
		size_t made = payload_size(m, first, guess);

		if (made == 0) {
			too_many = guess;
			guess = fitting > 0 ? (fitting + too_many) / 2 : guess * 7 / 8;
		} else {
			fitting = guess;
			*size = made;
			guess = guess * (PAYLOAD_MAX_BYTES - 40) / made;
		}
		if (guess <= fitting)
			guess = fitting + 1;
		if (guess >= too_many)
			guess = too_many - 1;
	}
	return fitting;
}

static bool measure_payloads(const struct measuring *m, struct batch_sizes *sizes, size_t *misfit)
{
	size_t guess = 1400;

	for (size_t first = 0; first < m->count;) {
		size_t size = 0;
		size_t taken = fill_payload(m, first, guess, &size);

		if (taken == 0) {
			*misfit = first;
			return false;
		}
		sizes->payloads++;
		sizes->payload_bytes += size;
		first += taken;
		guess = taken;
	}
	return true;
}

static bool measure_zlib(struct bytes raw, size_t *size)
{
	uLongf len = compressBound(raw.len);
	uint8_t *out = malloc(len);
	bool made = out != NULL && compress2(out, &len, raw.data, raw.len, 9) == Z_OK;

	*size = len;
	free(out);
	return made;
}

static bool measure_brotli(struct bytes raw, size_t *size)
{
	size_t len = BrotliEncoderMaxCompressedSize(raw.len);
	uint8_t *out = malloc(len);
	bool made =
	    out != NULL && BrotliEncoderCompress(BROTLI_MAX_QUALITY, BROTLI_MAX_WINDOW_BITS,
						 BROTLI_MODE_GENERIC, raw.len, raw.data, &len, out);

	*size = len;
	free(out);
	return made;
}

static bool measure_others(const struct measuring *m, struct batch_sizes *sizes)
{
	struct arena_mark mark = arena_mark(m->arena);
	uint8_t *raw = NULL;
	size_t capacity = 0;
	bool made;

	for (size_t i = 0; i < m->count; i++) {
		struct bytes encoded = tx_encode(m->arena, &m->transactions[i]);

		if (sizes->raw_bytes + encoded.len > capacity) {
			size_t larger = 2 * (capacity + encoded.len);

			raw = arena_grow(m->arena, raw, capacity, larger);
			capacity = larger;
		}
		memcpy(raw + sizes->raw_bytes, encoded.data, encoded.len);
		sizes->raw_bytes += encoded.len;
	}
	made = measure_zlib(bytes_of(raw, sizes->raw_bytes), &sizes->zlib_bytes) &&
	       measure_brotli(bytes_of(raw, sizes->raw_bytes), &sizes->brotli_bytes);
	arena_reset(m->arena, mark);
	return made;
}

bool batch_measure(struct arena *scratch, const struct transaction *transactions, size_t count,
		   uint64_t chain_id, struct batch_sizes *sizes, size_t *misfit)
{
	struct measuring m = { scratch, transactions, count, chain_id };

	*sizes = (struct batch_sizes){ .transactions = count };
	*misfit = count;
	return measure_payloads(&m, sizes, misfit) && measure_others(&m, sizes);
}
