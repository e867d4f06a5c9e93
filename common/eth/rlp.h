/* rlp: Recursive Length Prefix, strict in both directions (yellow paper,
 * appendix B).  Only canonical encodings decode: the shortest length form, no
 * leading zeros in lengths, a single byte below 0x80 as itself, and nothing
 * left over.  Core. */
#ifndef GAVEL_ETH_RLP_H
#define GAVEL_ETH_RLP_H

#include "base/arena.h"
#include "eth/u256.h"

enum rlp_kind {
	RLP_STRING,
	RLP_LIST,
};

/* One decoded item: a view into the input. */
struct rlp_item {
	enum rlp_kind kind;
	struct bytes payload; /* the string, or the items of the list */
	struct bytes whole;   /* with its header */
};

/* Takes the first item off `*in`.  False when `*in` is empty or does not start
 * with a canonical item that fits in it; `*in` and `*item` are then untouched.
 * The inside of a list is not looked at. */
bool rlp_next(struct bytes *in, struct rlp_item *item);

/* `in` as exactly one item, with nothing behind it. */
bool rlp_only(struct bytes in, struct rlp_item *item);

/* Checks `in` as exactly one item, and everything inside it, at any depth up
 * to `max_depth` lists.  For tests and for bytes that are kept undecoded. */
bool rlp_is_canonical(struct bytes in, unsigned max_depth);

/* rlp_next() and a check of what it is.  Integers have no leading zero byte.
 * False leaves `*in` and the output untouched. */
bool rlp_next_string(struct bytes *in, struct bytes *out);
bool rlp_next_list(struct bytes *in, struct bytes *items);
bool rlp_next_u64(struct bytes *in, uint64_t *out);
bool rlp_next_u256(struct bytes *in, struct u256 *out);
bool rlp_next_fixed(struct bytes *in, uint8_t *out, size_t len); /* exactly len bytes */

/* How many items stand in `items`, the inside of a list.  False when they are
 * not canonical; `*count` is then untouched. */
bool rlp_count(struct bytes items, size_t *count);

/* A list of 32-byte strings, which go to `a`. */
bool rlp_next_hashes(struct arena *a, struct bytes *in, const struct hash32 **hashes,
		     size_t *count);

/* An encoder appends to memory in an arena.  While it is open nothing else
 * should allocate from that arena (growing would copy). */
struct rlp_writer {
	struct arena *arena;
	uint8_t *data;
	size_t len;
	size_t capacity;
};

void rlp_writer_init(struct rlp_writer *w, struct arena *a);
void rlp_write_string(struct rlp_writer *w, struct bytes b);
void rlp_write_u64(struct rlp_writer *w, uint64_t v);
void rlp_write_u256(struct rlp_writer *w, const struct u256 *v);
void rlp_write_hashes(struct rlp_writer *w, const struct hash32 *hashes, size_t count);
/* Bytes that are RLP already (or a transaction's type byte). */
void rlp_write_raw(struct rlp_writer *w, struct bytes encoded);

/* A list: begin, write its items, end with what begin gave. */
size_t rlp_begin_list(struct rlp_writer *w);
void rlp_end_list(struct rlp_writer *w, size_t begun);

/* What was written so far; a view that lives as long as the arena's memory. */
struct bytes rlp_written(const struct rlp_writer *w);

#endif
