/* words: the 32-byte words that Solidity's ABI is made of. */
#ifndef GAVEL_PROVER_DISPUTE_WORDS_H
#define GAVEL_PROVER_DISPUTE_WORDS_H

#include "crypto/keccak.h"
#include "prover/dispute/claim.h"

#define WORD        ((size_t)32)
#define CLAIM_WORDS ((size_t)6)
#define CLAIM_TYPE  "(bytes32,bytes32,bytes32,uint64,uint8,uint8)"
#define LIST_TYPE   "bytes32[33]"

/* Two neighbouring states of a list are shown by the half of it that has both, and
 * the hash of the other half: struct Half of Claims.sol. */
#define HALF_TYPE   "(bytes32[17],bytes32)"
#define HALF_STATES ((size_t)CLAIM_K / 2 + 1)
#define HALF_WORDS  (HALF_STATES + 1)

/* All of these return where the next word goes. */
static inline uint8_t *put_bytes32(uint8_t *to, const struct hash32 *value)
{
	memcpy(to, value->b, WORD);
	return to + WORD;
}

static inline uint8_t *put_number(uint8_t *to, uint64_t value)
{
	memset(to, 0, WORD - 8);
	be64_store(to + WORD - 8, value);
	return to + WORD;
}

static inline uint8_t *put_address(uint8_t *to, const struct address *value)
{
	memset(to, 0, WORD - sizeof(value->b));
	memcpy(to + WORD - sizeof(value->b), value->b, sizeof(value->b));
	return to + WORD;
}

static inline uint8_t *put_claim(uint8_t *to, const struct claim *c)
{
	to = put_bytes32(to, &c->parent);
	to = put_bytes32(to, &c->list_hash);
	to = put_bytes32(to, &c->context);
	to = put_number(to, c->start);
	to = put_number(to, c->depth);
	return put_number(to, c->index);
}

static inline uint8_t *put_list(uint8_t *to, const struct claim_list *list)
{
	memcpy(to, list->states, sizeof(list->states));
	return to + sizeof(list->states);
}

/* `half` 0: states 0 to 16; 1: states 16 to 32. */
static inline struct hash32 half_hash(const struct claim_list *list, size_t half)
{
	return keccak256(bytes_of(list->states + half * (CLAIM_K / 2), HALF_STATES * WORD));
}

/* The half with states `index` - 1 and `index`, 1 to 32. */
static inline uint8_t *put_half(uint8_t *to, const struct claim_list *list, unsigned index)
{
	size_t half = index > CLAIM_K / 2;
	struct hash32 other = half_hash(list, !half);

	memcpy(to, list->states + half * (CLAIM_K / 2), HALF_STATES * WORD);
	return put_bytes32(to + HALF_STATES * WORD, &other);
}

/* Words of hostile data, one after the other.  What is not there, or too large
 * for its type, makes `bad` true and reads as zero. */
struct words {
	const uint8_t *next;
	size_t left; /* whole words */
	bool bad;
};

static inline struct words words_of(struct bytes data)
{
	return (struct words){ data.data, data.len / WORD, data.len % WORD != 0 };
}

static inline struct hash32 take_bytes32(struct words *w)
{
	struct hash32 value = { { 0 } };

	if (w->left == 0) {
		w->bad = true;
		return value;
	}
	memcpy(value.b, w->next, WORD);
	w->next += WORD;
	w->left--;
	return value;
}

static inline uint64_t word_number(const struct hash32 *word, uint64_t most, bool *bad)
{
	static const uint8_t zeros[24];
	uint64_t value = be64_load(word->b + 24);

	if (memcmp(word->b, zeros, sizeof(zeros)) == 0 && value <= most)
		return value;
	*bad = true;
	return 0;
}

static inline struct address word_address(const struct hash32 *word, bool *bad)
{
	static const uint8_t zeros[12];
	struct address value;

	if (memcmp(word->b, zeros, sizeof(zeros)) != 0)
		*bad = true;
	memcpy(value.b, word->b + 12, sizeof(value.b));
	return value;
}

static inline uint64_t take_number(struct words *w, uint64_t most)
{
	struct hash32 word = take_bytes32(w);

	return word_number(&word, most, &w->bad);
}

static inline struct address take_address(struct words *w)
{
	struct hash32 word = take_bytes32(w);

	return word_address(&word, &w->bad);
}

static inline struct u256 take_u256(struct words *w)
{
	struct hash32 word = take_bytes32(w);

	return u256_from_be(word.b, sizeof(word.b));
}

/* Everything was there, and nothing is behind it. */
static inline bool words_are_good(const struct words *w)
{
	return !w->bad && w->left == 0;
}

#endif
