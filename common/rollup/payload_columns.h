/* payload_columns: the layout of a payload's columns, which the encoder and
 * the decoder share.  Private to the codec.  Core.
 *
 * A payload is the byte PAYLOAD_VERSION and a DEFLATE stream, which holds:
 *
 *   counts       four varints: blocks, transactions, addresses, authorizations
 *   signatures   r 32 | s 32 of each transaction
 *   addresses    20 bytes each, in the order of their first use below
 *   authorities  r 32 | s 32 of each authorization (EIP-7702)
 *   parities     y parity of each transaction, a bit each, lowest bit first;
 *                the last byte's unused bits are 0
 *
 * Up to here nothing can be compressed: the writer stores it.  Then:
 *
 *   of each block        timestamps, message counts, transaction counts
 *   of each transaction  kinds (PAYLOAD_KIND_*), nonces, gas limits,
 *                        maximum fees [amounts], values [amounts]
 *   of types 2 and 4     priority fees [amounts]
 *   of non-creations     recipients [addresses]
 *   of each transaction  lengths of the call data
 *   of calls             selectors [references, then 4 bytes for each new one]
 *   of all their words   [words]
 *   of each transaction  the rest of the call data, raw
 *   of types 1, 2, 4     access list lengths; of each entry: [addresses], key
 *                        counts; of all keys: [words]
 *   of type 4            authorization counts; of each authorization:
 *                        chain ids [amounts], [addresses], nonces, y parities
 *
 * A call is a transaction that creates nothing and has 4 bytes or more of call
 * data: a selector, as many words of 32 bytes as there are, and a rest.  Any
 * other call data is all rest.
 *
 * Plain columns are columns of numbers, and so are all references and kinds:
 *
 *   numbers      form byte, then by form (nothing at all for no numbers):
 *                0: a varint that all are equal to
 *                1: a varint that all are above or equal; the differences, in planes
 *                2: the difference to the number before (to 0 for the first), modulo
 *                   2^64, zig-zag (0, -1, 1, -2, ...), in planes
 *   planes       the varints' first bytes, then the second bytes of those that
 *                have one, and so on
 *   varint       7 bits a byte, lowest first, bit 7: more follow; at most 2^64 - 1
 *   references   numbers: 0: the next one not yet used; 1: as the reference before
 *                in this column; 2 + i: number i in order of first use
 *   addresses    references into the one list of addresses above
 *   words        kinds, numbers: 0 to 32: so many bytes follow, big-endian;
 *                PAYLOAD_WORD_ADDRESS: an address behind 12 zero bytes; length +
 *                64 * e: the same, times 10^e (at most 77); then [addresses] of the
 *                address words, then the bytes of all others
 *   amounts      references; then the new ones as words (none of them addresses)
 *
 * Every column is used up exactly, with nothing behind the last; the addresses
 * are all used.  Call data, access lists and the bytes of words together are at
 * most PAYLOAD_MAX_INFLATED, so that a form 0 can't make much out of nothing. */
#ifndef GAVEL_ROLLUP_PAYLOAD_COLUMNS_H
#define GAVEL_ROLLUP_PAYLOAD_COLUMNS_H

#include "base/arena.h"
#include "eth/u256.h"

enum {
	/* Types 0, 1, 2 and 4 are themselves. */
	PAYLOAD_KIND_TYPE_MASK = 7,
	PAYLOAD_KIND_NO_CHAIN_ID = 3, /* type 0, before EIP-155 */
	PAYLOAD_KIND_CREATION = 8,    /* added */

	PAYLOAD_WORD_ADDRESS = 33,
	PAYLOAD_WORD_DECIMAL = 64, /* times e, added to the length */
	PAYLOAD_WORD_LENGTH_MASK = 63,
	PAYLOAD_WORD_MAX_EXPONENT = 77, /* 10^77 < 2^256 < 10^78 */

	PAYLOAD_REFERENCE_NEW = 0,
	PAYLOAD_REFERENCE_SAME = 1,
	PAYLOAD_REFERENCE_OLD = 2, /* plus the index */

	PAYLOAD_SIGNATURE_SIZE = 64,
	PAYLOAD_SELECTOR_SIZE = 4,
};

struct payload_counts {
	uint64_t blocks;
	uint64_t transactions;
	uint64_t addresses;
	uint64_t authorizations;
};

/* Appends to memory in an arena, which others may use meanwhile. */
struct column_writer {
	struct arena *arena;
	uint8_t *data;
	size_t len;
	size_t capacity;
};

void column_writer_init(struct column_writer *w, struct arena *a);
void column_write_bytes(struct column_writer *w, const void *data, size_t len);
void column_write_varint(struct column_writer *w, uint64_t value);
void column_write_numbers(struct column_writer *w, const uint64_t *values, size_t count);

/* Takes columns off the front of `in`.  What is asked for beyond its end, or
 * is not in a column's form, sets `bad`, for good; reading then gives zeros. */
struct column_reader {
	struct arena *arena;
	struct bytes in;
	bool bad;
};

/* `len` bytes, a view; NULL when they are not there. */
const uint8_t *column_read_bytes(struct column_reader *r, size_t len);
uint64_t column_read_varint(struct column_reader *r);
/* `count` numbers in the arena; the caller has bounded `count`. */
uint64_t *column_read_numbers(struct column_reader *r, size_t count);

void payload_counts_write(struct column_writer *w, const struct payload_counts *counts);
void payload_counts_read(struct column_reader *r, struct payload_counts *counts);

/* Where in `columns` the signatures end, and where the parities do, behind
 * which compression begins to pay.  False when `columns` does not start with
 * counts that fit. */
bool payload_front(struct bytes columns, size_t *signatures_end, size_t *parities_end);

/* What was used before, by first use: the writer's side of references. */
struct first_use {
	struct arena *arena;
	struct hash32 *keys;
	size_t count;
	size_t capacity;
	uint32_t *slots; /* 1 + index, or 0; open addressing */
	size_t slot_count;
};
void first_use_init(struct first_use *t, struct arena *a);
/* Turns keys into references.  Shorter keys are padded with zeros. */
void first_use_references(struct first_use *t, uint64_t *references, const struct hash32 *keys,
			  size_t count);

/* The reader's side: the index of each of `count` references, when *used were
 * used before and there are `available`. */
uint32_t *column_read_references(struct column_reader *r, size_t count, size_t *used,
				 size_t available);

/* Words.  `addresses` NULL: none is written or read as an address. */
struct address_list {
	const uint8_t *data; /* 20 bytes each */
	size_t count;
	size_t used;
};
void column_write_words(struct column_writer *w, const struct hash32 *words, size_t count,
			struct first_use *addresses);
struct hash32 *column_read_words(struct column_reader *r, size_t count,
				 struct address_list *addresses);

void column_write_amounts(struct column_writer *w, const struct hash32 *amounts, size_t count);
struct u256 *column_read_amounts(struct column_reader *r, size_t count);

#endif
