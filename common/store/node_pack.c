#include "store/node_pack.h"

#include <stdlib.h>
#include <string.h>

/* So that a row takes one page and a small rest. */
#define ROW_SIZE 4400
/* The lengths before a key and a node. */
#define NODE_OVERHEAD 5

static int compare_keys(struct bytes a, struct bytes b)
{
	int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_nodes(const void *x, const void *y)
{
	const struct packed_node *a = x, *b = y;
	int order;

	if (a->front != b->front)
		return a->front < b->front ? -1 : 1;
	order = compare_keys(a->key, b->key);
	if (order)
		return order;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

/* As many as fit, so that most comparisons are of two numbers. */
static uint64_t front_of(struct bytes key)
{
	uint8_t padded[8] = { 0 };

	if (key.len >= sizeof(padded))
		return be64_load(key.data);
	memcpy(padded, key.data, key.len);
	return be64_load(padded);
}

static bool is_same_version(const struct packed_node *a, const struct packed_node *b)
{
	return a->front == b->front && a->number == b->number && compare_keys(a->key, b->key) == 0;
}

size_t node_pack_sort(struct packed_node *nodes, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		nodes[i].front = front_of(nodes[i].key);
	if (count)
		qsort(nodes, count, sizeof(nodes[0]), compare_nodes);
	for (size_t i = 0; i < count; i++)
		if (i + 1 == count || !is_same_version(&nodes[i], &nodes[i + 1]))
			nodes[kept++] = nodes[i];
	return kept;
}

/* ---- writing ---- */

struct row {
	uint8_t data[ROW_SIZE];
	size_t len;
	struct bytes first;
};

static void write_row(struct database *db, uint64_t number, struct bytes first, struct bytes nodes)
{
	sqlite3_stmt *s = database_statement(db, "INSERT INTO node_pack VALUES (?, ?, ?)");

	database_bind_u64(s, 1, number);
	database_bind_bytes(s, 2, first);
	database_bind_bytes(s, 3, nodes);
	database_run(db, s);
}

static size_t size_of(const struct packed_node *node)
{
	return NODE_OVERHEAD + node->key.len + node->rlp.len;
}

static void put(uint8_t *out, const struct packed_node *node)
{
	out[0] = (uint8_t)node->key.len;
	memcpy(out + 1, node->key.data, node->key.len);
	be32_store(out + 1 + node->key.len, (uint32_t)node->rlp.len);
	if (node->rlp.len)
		memcpy(out + NODE_OVERHEAD + node->key.len, node->rlp.data, node->rlp.len);
}

/* One that is larger than a row has a row for itself. */
static void write_large(struct database *db, uint64_t number, struct bytes first,
			const struct packed_node *node)
{
	uint8_t *data = malloc(size_of(node));

	if (!data)
		database_fail(db, "out of memory for a trie node");
	put(data, node);
	write_row(db, number, first, bytes_of(data, size_of(node)));
	free(data);
}

static void flush(struct database *db, uint64_t number, struct row *row)
{
	if (row->len)
		write_row(db, number, row->first, bytes_of(row->data, row->len));
	row->len = 0;
}

static void add(struct database *db, uint64_t number, struct row *row,
		const struct packed_node *node, bool is_first)
{
	struct bytes first = is_first ? (struct bytes){ NULL, 0 } : node->key;
	size_t size = size_of(node);

	if (size > sizeof(row->data) - row->len)
		flush(db, number, row);
	if (size > sizeof(row->data)) {
		write_large(db, number, first, node);
		return;
	}
	if (row->len == 0)
		row->first = first;
	put(row->data + row->len, node);
	row->len += size;
}

void node_pack_write(struct database *db, uint64_t number, struct packed_node *nodes, size_t count)
{
	struct row row = { .len = 0 };

	count = node_pack_sort(nodes, count);
	for (size_t i = 0; i < count; i++)
		add(db, number, &row, &nodes[i], i == 0);
	flush(db, number, &row);
}

/* ---- reading ---- */

/* Takes a node off the front of a row. */
static void take(struct database *db, struct bytes *in, struct packed_node *node)
{
	size_t key_len = in->data[0];
	size_t len;

	if (in->len < NODE_OVERHEAD + key_len)
		database_fail(db, "a pack of trie nodes is cut off");
	len = be32_load(in->data + 1 + key_len);
	if (in->len - NODE_OVERHEAD - key_len < len)
		database_fail(db, "a pack of trie nodes is cut off");
	node->key = bytes_of(in->data + 1, key_len);
	node->rlp = bytes_of(in->data + NODE_OVERHEAD + key_len, len);
	*in = bytes_of(in->data + NODE_OVERHEAD + key_len + len,
		       in->len - NODE_OVERHEAD - key_len - len);
}

static bool find_in_row(struct database *db, struct bytes row, struct bytes key, struct bytes *rlp)
{
	while (row.len > 0) {
		struct packed_node node;
		int order;

		take(db, &row, &node);
		order = compare_keys(node.key, key);
		if (order == 0)
			*rlp = node.rlp;
		if (order >= 0)
			return order == 0;
	}
	return false;
}

enum found {
	IN_NO_PACK, /* nothing is as old as `*number` */
	NOT_IN_IT,
	IN_IT,
};

/* Looks into the newest pack up to `*number`, which becomes that one's.  A pack's
 * first row comes before any key, so the row that is asked for is of that pack;
 * where there is no pack of that very number, it is the last row of an earlier
 * one, which is then asked for. */
static enum found find_in_pack(struct database *db, struct arena *a, uint64_t *number,
			       struct bytes key, struct bytes *rlp)
{
	sqlite3_stmt *s = database_statement(
	    db, "SELECT number, nodes FROM node_pack WHERE (number, first) <= (?, ?) "
		"ORDER BY number DESC, first DESC LIMIT 1");
	enum found found = NOT_IN_IT;
	uint64_t there;

	database_bind_u64(s, 1, *number);
	database_bind_bytes(s, 2, key);
	if (!database_row(db, s))
		return IN_NO_PACK;
	there = database_u64(s, 0);
	if (there == *number && find_in_row(db, database_bytes(s, 1), key, rlp)) {
		*rlp = arena_copy(a, *rlp);
		found = IN_IT;
	}
	sqlite3_reset(s);
	if (there == *number)
		return found;
	*number = there;
	return find_in_pack(db, a, number, key, rlp);
}

bool node_pack_find(struct database *db, struct arena *a, uint64_t number, struct bytes key,
		    struct bytes *rlp)
{
	for (;;) {
		enum found found = find_in_pack(db, a, &number, key, rlp);

		if (found != NOT_IN_IT || number == 0)
			return found == IN_IT;
		number--;
	}
}

static void take_row(struct database *db, struct arena *a, sqlite3_stmt *s,
		     struct packed_node **list, size_t *count, size_t *capacity)
{
	struct bytes row = arena_copy(a, database_bytes(s, 1));

	while (row.len > 0) {
		if (*count == *capacity) {
			*capacity = 2 * *capacity + 1024;
			*list = realloc(*list, *capacity * sizeof((*list)[0]));
			if (!*list)
				database_fail(db, "out of memory while merging trie nodes");
		}
		(*list)[*count].number = database_u64(s, 0);
		(*list)[*count].order = 0;
		take(db, &row, &(*list)[(*count)++]);
	}
}

struct packed_node *node_pack_all(struct database *db, struct arena *a, size_t *count)
{
	sqlite3_stmt *s =
	    database_statement(db, "SELECT number, nodes FROM node_pack ORDER BY number, first");
	struct packed_node *list = NULL, *out;
	size_t capacity = 0;

	*count = 0;
	while (database_row(db, s))
		take_row(db, a, s, &list, count, &capacity);
	out = ARENA_ARRAY(a, struct packed_node, *count);
	if (*count)
		memcpy(out, list, *count * sizeof(out[0]));
	free(list);
	return out;
}

bool node_pack_oldest(struct database *db, uint64_t *number)
{
	sqlite3_stmt *s =
	    database_statement(db, "SELECT number FROM node_pack ORDER BY number LIMIT 1");
	bool found = database_row(db, s);

	if (found)
		*number = database_u64(s, 0);
	sqlite3_reset(s);
	return found;
}

size_t node_pack_rows(struct database *db)
{
	sqlite3_stmt *s = database_statement(db, "SELECT count(*) FROM node_pack");
	size_t count = database_row(db, s) ? (size_t)database_u64(s, 0) : 0;

	sqlite3_reset(s);
	return count;
}

void node_pack_delete(struct database *db, uint64_t number)
{
	sqlite3_stmt *s = database_statement(db, "DELETE FROM node_pack WHERE number = ?");

	database_bind_u64(s, 1, number);
	database_run(db, s);
}

void node_pack_delete_all(struct database *db)
{
	database_run(db, database_statement(db, "DELETE FROM node_pack"));
}
