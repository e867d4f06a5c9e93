#include "store/node_pack.h"

#include <stdlib.h>
#include <string.h>

/* So that SQLite has a row with its key in one page, with others: above a quarter
 * of a page it puts the rest elsewhere (its file format, section 1.6: the most
 * payload that is local to an index page).  Keys are short but for storage's. */
#define ROW_SIZE (size_t)((DATABASE_PAGE_SIZE - 12) * 64 / 255 - 23 - 62)
/* The lengths before a key and a node. */
#define NODE_OVERHEAD 5

int node_pack_compare_keys(struct bytes a, struct bytes b)
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
	order = node_pack_compare_keys(a->key, b->key);
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
	return a->front == b->front && a->number == b->number &&
	       node_pack_compare_keys(a->key, b->key) == 0;
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
		order = node_pack_compare_keys(node.key, key);
		if (order == 0)
			*rlp = node.rlp;
		if (order >= 0)
			return order == 0;
	}
	return false;
}

enum found {
	IN_NO_PACK, /* there is none of them */
	NOT_IN_IT,
	IN_IT,
};

/* Looks into the newest pack from `first` to `*number`, which becomes that one's.  A pack's
 * first row comes before any key, so the row that is asked for is of that pack;
 * where there is no pack of that very number, it is the last row of an earlier
 * one, which is then asked for. */
static enum found find_in_pack(struct database *db, struct arena *a, uint64_t first,
			       uint64_t *number, struct bytes key, struct bytes *rlp)
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
	if (there < first)
		return IN_NO_PACK;
	*number = there;
	return find_in_pack(db, a, first, number, key, rlp);
}

bool node_pack_find(struct database *db, struct arena *a, uint64_t first, uint64_t last,
		    struct bytes key, struct bytes *rlp)
{
	enum found found = NOT_IN_IT;

	for (uint64_t number = last; found == NOT_IN_IT && number >= first; number--) {
		found = find_in_pack(db, a, first, &number, key, rlp);
		if (number == 0)
			break;
	}
	return found == IN_IT;
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

struct packed_node *node_pack_read(struct database *db, struct arena *a, uint64_t first,
				   uint64_t last, size_t *count)
{
	sqlite3_stmt *s = database_statement(db, "SELECT number, nodes FROM node_pack WHERE number "
						 "BETWEEN ? AND ? ORDER BY number, first");
	struct packed_node *list = NULL, *out;
	size_t capacity = 0;

	*count = 0;
	database_bind_u64(s, 1, first);
	database_bind_u64(s, 2, last);
	while (database_row(db, s))
		take_row(db, a, s, &list, count, &capacity);
	out = ARENA_ARRAY(a, struct packed_node, *count);
	if (*count)
		memcpy(out, list, *count * sizeof(out[0]));
	free(list);
	return out;
}

/* ---- removing ---- */

/* A row that nodes are taken out of. */
struct shrinking {
	uint64_t number;
	uint8_t *first, *nodes; /* malloc'ed */
	size_t first_len, len;
};

static uint8_t *copy_of(struct database *db, struct bytes bytes)
{
	uint8_t *copy = malloc(bytes.len + 1);

	if (!copy)
		database_fail(db, "out of memory for trie nodes");
	if (bytes.len)
		memcpy(copy, bytes.data, bytes.len);
	return copy;
}

/* The one that has the version, if any. */
static bool open_row(struct database *db, const struct packed_node *version, struct shrinking *row)
{
	sqlite3_stmt *s = database_statement(
	    db, "SELECT first, nodes FROM node_pack WHERE number = ? AND first <= ? "
		"ORDER BY first DESC LIMIT 1");

	database_bind_u64(s, 1, version->number);
	database_bind_bytes(s, 2, version->key);
	if (!database_row(db, s))
		return false;
	*row = (struct shrinking){
		.number = version->number,
		.first = copy_of(db, database_bytes(s, 0)),
		.nodes = copy_of(db, database_bytes(s, 1)),
		.first_len = database_bytes(s, 0).len,
		.len = database_bytes(s, 1).len,
	};
	sqlite3_reset(s);
	return true;
}

/* False: it has no such node. */
static bool remove_from_row(struct database *db, struct shrinking *row, struct bytes key)
{
	struct bytes rest = bytes_of(row->nodes, row->len);

	while (rest.len > 0) {
		uint8_t *start = row->nodes + row->len - rest.len;
		struct packed_node node;

		take(db, &rest, &node);
		if (node_pack_compare_keys(node.key, key) != 0)
			continue;
		memmove(start, rest.data, rest.len);
		row->len = (size_t)(start - row->nodes) + rest.len;
		return true;
	}
	return false;
}

static void delete_row(struct database *db, const struct shrinking *row)
{
	sqlite3_stmt *s =
	    database_statement(db, "DELETE FROM node_pack WHERE number = ? AND first = ?");

	database_bind_u64(s, 1, row->number);
	database_bind_bytes(s, 2, bytes_of(row->first, row->first_len));
	database_run(db, s);
}

/* Its key stays, whatever is left behind it. */
static void update_row(struct database *db, const struct shrinking *row)
{
	sqlite3_stmt *s = database_statement(
	    db, "UPDATE node_pack SET nodes = ?3 WHERE number = ?1 AND first = ?2");

	database_bind_u64(s, 1, row->number);
	database_bind_bytes(s, 2, bytes_of(row->first, row->first_len));
	database_bind_bytes(s, 3, bytes_of(row->nodes, row->len));
	database_run(db, s);
}

static void close_row(struct database *db, struct shrinking *row)
{
	if (row->len)
		update_row(db, row);
	else
		delete_row(db, row);
	free(row->first);
	free(row->nodes);
}

void node_pack_remove(struct database *db, const struct packed_node *versions, size_t count)
{
	struct shrinking row;
	size_t next;

	for (size_t i = 0; i < count; i = next) {
		next = i + 1;
		if (!open_row(db, &versions[i], &row))
			continue;
		if (remove_from_row(db, &row, versions[i].key))
			while (next < count && versions[next].number == row.number &&
			       remove_from_row(db, &row, versions[next].key))
				next++;
		close_row(db, &row);
	}
}

void node_pack_delete(struct database *db, uint64_t number)
{
	sqlite3_stmt *s = database_statement(db, "DELETE FROM node_pack WHERE number = ?");

	database_bind_u64(s, 1, number);
	database_run(db, s);
}
