/* compress: columns to a payload.  What can't be compressed stands in front of
 * the columns and goes into stored blocks, made here; libdeflate gets the rest.
 * It need not find out that signatures are random, and not one bit is lost on
 * them. */
#include "rollup/native/compress.h"

#include <libdeflate.h>
#include <pthread.h>

#include "rollup/payload_columns.h"

#define STORED_MAX      ((size_t)65535)
#define STORED_OVERHEAD ((size_t)5)
#define LEVEL_LOOK      1

/* A DEFLATE stream that is being written: byte-aligned up to `len`. */
struct stream {
	struct arena *arena;
	uint8_t *data;
	size_t len;
	size_t capacity;
};

/* RFC 1951, 3.2.4: a stored block, not the final one. */
static void write_stored(struct stream *out, struct bytes data)
{
	while (data.len > 0) {
		size_t len = data.len < STORED_MAX ? data.len : STORED_MAX;
		uint8_t *block = out->data + out->len;

		block[0] = 0;
		block[1] = (uint8_t)len;
		block[2] = (uint8_t)(len >> 8);
		block[3] = (uint8_t)~len;
		block[4] = (uint8_t)(~len >> 8);
		memcpy(block + STORED_OVERHEAD, data.data, len);
		out->len += STORED_OVERHEAD + len;
		data = bytes_of(data.data + len, data.len - len);
	}
}

#define LEVEL_MAX 12

/* One of each level, for the next who wants it: it is up to 9 MB of tables, and
 * getting them from the kernel may cost more than compressing a batch. */
static struct {
	pthread_mutex_t lock;
	struct libdeflate_compressor *of_level[LEVEL_MAX + 1];
} spares = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct libdeflate_compressor *take_compressor(int level)
{
	struct libdeflate_compressor *compressor;

	pthread_mutex_lock(&spares.lock);
	compressor = spares.of_level[level];
	spares.of_level[level] = NULL;
	pthread_mutex_unlock(&spares.lock);
	return compressor ? compressor : libdeflate_alloc_compressor(level);
}

static void give_compressor(struct libdeflate_compressor *compressor, int level)
{
	struct libdeflate_compressor *other;

	pthread_mutex_lock(&spares.lock);
	other = spares.of_level[level];
	spares.of_level[level] = compressor;
	pthread_mutex_unlock(&spares.lock);
	libdeflate_free_compressor(other);
}

static bool write_deflated(struct stream *out, struct bytes data, int level)
{
	struct libdeflate_compressor *compressor = take_compressor(level);
	size_t len;

	if (compressor == NULL)
		out->arena->source->out_of_memory(out->arena->source->context, data.len);
	len = libdeflate_deflate_compress(compressor, data.data, data.len, out->data + out->len,
					  out->capacity - out->len);
	give_compressor(compressor, level);
	out->len += len;
	return len > 0;
}

/* The payload with the first `stored` bytes as they are. */
static bool write_payload(struct arena *a, struct bytes columns, size_t stored, int level,
			  struct bytes *payload)
{
	struct stream out = { .arena = a, .capacity = PAYLOAD_MAX_BYTES };
	size_t blocks = (stored + STORED_MAX - 1) / STORED_MAX;

	if (1 + stored + blocks * STORED_OVERHEAD >= PAYLOAD_MAX_BYTES)
		return false;
	out.data = arena_alloc(a, out.capacity);
	out.data[out.len++] = PAYLOAD_VERSION;
	write_stored(&out, bytes_of(columns.data, stored));
	if (!write_deflated(&out, bytes_of(columns.data + stored, columns.len - stored), level))
		return false;
	*payload = bytes_of(out.data, out.len);
	return true;
}

/* A quick look, which costs much less than trying in earnest. */
static bool is_compressible(struct arena *a, struct bytes data)
{
	struct stream out = { .arena = a, .capacity = data.len };

	out.data = arena_alloc(a, out.capacity);
	return data.len > 0 && write_deflated(&out, data, LEVEL_LOOK);
}

/* Addresses are hashes, and don't compress, but for those that somebody chose. */
static bool compress_columns(struct arena *a, struct bytes columns, int level,
			     struct bytes *payload)
{
	struct bytes other, addresses;
	size_t signatures_end;
	size_t parities_end;
	bool made;

	if (!payload_front(columns, &signatures_end, &parities_end))
		return false;
	addresses = bytes_of(columns.data + signatures_end, parities_end - signatures_end);
	made = write_payload(a, columns, parities_end, level, payload);
	if (made && !is_compressible(a, addresses))
		return true;
	if (write_payload(a, columns, signatures_end, level, &other) &&
	    (!made || other.len < payload->len)) {
		*payload = other;
		made = true;
	}
	return made;
}

static bool same_block(const struct payload_block *a, const struct payload_block *b)
{
	if (a->timestamp != b->timestamp || a->message_count != b->message_count ||
	    a->transaction_count != b->transaction_count)
		return false;
	for (size_t i = 0; i < a->transaction_count; i++) {
		if (!hash32_eq(&a->transactions[i].hash, &b->transactions[i].hash))
			return false;
	}
	return true;
}

/* Reads it back as everybody will. */
static bool decodes_to(struct arena *a, struct bytes payload, const struct payload *p,
		       uint64_t chain_id)
{
	struct payload decoded;

	if (payload_decode(a, &decoded, chain_id, payload) != PAYLOAD_OK ||
	    decoded.block_count != p->block_count)
		return false;
	for (size_t i = 0; i < p->block_count; i++) {
		if (!same_block(&decoded.blocks[i], &p->blocks[i]))
			return false;
	}
	return true;
}

bool payload_compress(struct arena *a, const struct payload *p, uint64_t chain_id, int level,
		      struct bytes *payload)
{
	struct bytes columns;
	struct bytes made;

	if (p->block_count > PAYLOAD_MAX_BLOCKS)
		return false;
	columns = payload_encode_columns(a, p, chain_id);
	if (columns.len > PAYLOAD_MAX_INFLATED || !compress_columns(a, columns, level, &made) ||
	    !decodes_to(a, made, p, chain_id))
		return false;
	*payload = made;
	return true;
}
