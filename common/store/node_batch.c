#include "store/node_batch.h"

#include <stdlib.h>

#include "store/node_store.h"

#define MEMORY_MAX ((size_t)24 << 20)

void node_batch_free(struct node_batch *batch)
{
	for (size_t i = 0; i < batch->blocks; i++)
		free(batch->written[i]);
	free(batch->written);
	free(batch->nodes);
	*batch = (struct node_batch){ .recent = batch->recent };
}

/* An array with room for `more` behind the `count` that are used. */
static void *with_room(struct database *db, void *array, size_t count, size_t *capacity,
		       size_t more, size_t size)
{
	if (more <= *capacity - count)
		return array;
	*capacity = 2 * *capacity + more;
	array = realloc(array, *capacity * size);
	if (!array)
		database_fail(db, "out of memory for trie nodes");
	return array;
}

void node_batch_add(struct node_batch *batch, struct database *db, const struct packed_node *nodes,
		    size_t count, uint8_t *written, size_t size)
{
	batch->nodes = with_room(db, batch->nodes, batch->count, &batch->capacity, count,
				 sizeof(batch->nodes[0]));
	if (count)
		memcpy(batch->nodes + batch->count, nodes, count * sizeof(nodes[0]));
	batch->count += count;
	batch->written = with_room(db, batch->written, batch->blocks, &batch->block_capacity, 1,
				   sizeof(batch->written[0]));
	batch->written[batch->blocks++] = written;
	batch->memory += size + count * sizeof(nodes[0]);
	if (batch->memory > MEMORY_MAX)
		node_batch_flush(batch, db);
}

/* One block's after the other's. */
static void write_packs(struct node_batch *batch, struct database *db)
{
	size_t from = 0;

	for (size_t i = 1; i <= batch->count; i++) {
		if (i < batch->count && batch->nodes[i].number == batch->nodes[from].number)
			continue;
		if (batch->recent)
			node_recent_add(batch->recent, batch->nodes + from, i - from);
		node_pack_write(db, batch->nodes[from].number, batch->nodes + from, i - from);
		from = i;
	}
}

void node_batch_flush(struct node_batch *batch, struct database *db)
{
	uint64_t last = batch->count ? batch->nodes[batch->count - 1].number : 0;

	write_packs(batch, db);
	if (batch->count)
		node_store_index_if_due(db, batch->recent, last, batch->count);
	node_batch_free(batch);
}
