#include "sequencer/open_batch.h"

#include "base/native/arena_heap.h"
#include "rollup/native/compress.h"

/* Room for what a block itself takes, and DEFLATE's own framing. */
#define BLOCK_BOUND   ((size_t)48)
#define FRAMING_BOUND ((size_t)512)

/* What one transaction more may add to each of those that are measured already:
 * a column of equal or close numbers is short until one differs. */
#define MEASURED_SLACK ((size_t)2)

#define LEVEL_QUICK 6
#define LEVEL_BEST  12

void open_batch_start(struct open_batch *batch, uint64_t entry)
{
	*batch = (struct open_batch){ .entry = entry,
				      .size_bound = FRAMING_BOUND,
				      .column_bound = FRAMING_BOUND };
}

size_t open_batch_room(const struct open_batch *batch)
{
	size_t by_size = PAYLOAD_MAX_BYTES, by_columns = PAYLOAD_MAX_INFLATED;

	if (batch->blocks + 1 >= PAYLOAD_MAX_BLOCKS ||
	    batch->size_bound + BLOCK_BOUND >= PAYLOAD_MAX_BYTES ||
	    batch->column_bound + BLOCK_BOUND >= PAYLOAD_MAX_INFLATED)
		return 0;
	by_size -= batch->size_bound + BLOCK_BOUND;
	by_columns -= batch->column_bound + BLOCK_BOUND;
	return by_size < by_columns ? by_size : by_columns;
}

size_t open_batch_most_room(void)
{
	struct open_batch empty;

	open_batch_start(&empty, 0);
	return open_batch_room(&empty);
}

uint64_t open_batch_message_room(const struct open_batch *batch)
{
	return batch->messages < ENTRY_MAX_MESSAGES ? ENTRY_MAX_MESSAGES - batch->messages : 0;
}

void open_batch_add(struct open_batch *batch, uint64_t number, size_t bound, uint64_t messages,
		    uint64_t now_ms)
{
	if (batch->blocks == 0) {
		batch->first_block = number;
		batch->opened_ms = now_ms;
	}
	batch->blocks++;
	batch->messages += messages;
	batch->size_bound += bound + BLOCK_BOUND;
	batch->column_bound += bound + BLOCK_BOUND;
}

/* The block as the payload has it: without its deposits. */
static bool payload_block_of(struct arena *a, struct chain_reader *reader, uint64_t number,
			     uint64_t queue_before, struct payload_block *out,
			     uint64_t *queue_after, size_t *raw_bytes)
{
	struct stored_block block;
	struct position position;
	struct transaction *list;
	size_t count = 0;

	if (!chain_reader_block(reader, a, number, true, &block) ||
	    !position_decode(&position, &block.header))
		return false;
	list = ARENA_ARRAY(a, struct transaction, block.transaction_count);
	for (size_t i = 0; i < block.transaction_count; i++) {
		if (block.transactions[i].tx.type == TX_DEPOSIT)
			continue;
		list[count++] = block.transactions[i].tx;
		*raw_bytes += block.transactions[i].raw.len;
	}
	*out = (struct payload_block){
		.timestamp = block.header.timestamp,
		.message_count = (uint32_t)(position.queue_next - queue_before),
		.transactions = list,
		.transaction_count = count,
	};
	*queue_after = position.queue_next;
	return true;
}

static bool queue_after(struct arena *a, struct chain_reader *reader, uint64_t number,
			uint64_t *queue)
{
	struct stored_block block;
	struct position position;

	if (!chain_reader_block(reader, a, number, false, &block) ||
	    !position_decode(&position, &block.header))
		return false;
	*queue = position.queue_next;
	return true;
}

/* The finer level is nearly always better, but nobody promises it: what was
 * measured by the other one fits. */
static bool compress_best(struct arena *a, const struct payload *p, uint64_t chain_id,
			  struct bytes *payload)
{
	return payload_compress(a, p, chain_id, LEVEL_BEST, payload) ||
	       payload_compress(a, p, chain_id, LEVEL_QUICK, payload);
}

/* What blocks first to last are made of.  False: one is missing. */
static bool gather(struct arena *a, struct chain_reader *reader, uint64_t first, uint64_t last,
		   struct payload *p, size_t *raw_bytes, size_t *transactions)
{
	size_t count = (size_t)(last - first + 1);
	struct payload_block *blocks = ARENA_ARRAY(a, struct payload_block, count);
	uint64_t queue;

	*p = (struct payload){ blocks, count };
	*raw_bytes = *transactions = 0;
	if (first == 0 || !queue_after(a, reader, first - 1, &queue))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!payload_block_of(a, reader, first + i, queue, &blocks[i], &queue, raw_bytes))
			return false;
		*transactions += blocks[i].transaction_count;
	}
	return true;
}

bool open_batch_payload(struct arena *a, struct chain_reader *reader,
			const struct chain_config *config, uint64_t first, uint64_t last, bool best,
			struct bytes *payload, size_t *raw_bytes, size_t *transactions)
{
	size_t raw, total;
	struct payload p;

	if (!gather(a, reader, first, last, &p, &raw, &total))
		return false;
	if (raw_bytes)
		*raw_bytes = raw;
	if (transactions)
		*transactions = total;
	return best ? compress_best(a, &p, config->chain_id, payload)
		    : payload_compress(a, &p, config->chain_id, LEVEL_QUICK, payload);
}

/* The sum that open_batch_add() has made: what columns take is bounded by what
 * is in them, and not by what they took before. */
static size_t columns_of(const struct payload *p)
{
	size_t sum = p->block_count * BLOCK_BOUND;

	for (size_t i = 0; i < p->block_count; i++)
		for (size_t j = 0; j < p->blocks[i].transaction_count; j++) {
			const struct transaction *tx = &p->blocks[i].transactions[j];

			sum += open_batch_transaction_bound(tx);
		}
	return sum;
}

bool open_batch_measure(struct open_batch *batch, struct chain_reader *reader,
			const struct chain_config *config)
{
	size_t raw, total;
	struct bytes payload;
	struct payload p;
	struct arena a;
	bool fits;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	chain_reader_begin(reader);
	fits = gather(&a, reader, batch->first_block, batch->first_block + batch->blocks - 1, &p,
		      &raw, &total) &&
	       payload_compress(&a, &p, config->chain_id, LEVEL_QUICK, &payload);
	chain_reader_end(reader);
	if (fits) {
		batch->size_bound = payload.len + FRAMING_BOUND + MEASURED_SLACK * total;
		batch->column_bound = FRAMING_BOUND + columns_of(&p);
	}
	arena_free(&a);
	return fits;
}
