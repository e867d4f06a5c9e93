/* payload_words: columns of 32-byte words and amounts, and the tables by first
 * use behind them.  Layout: payload_columns.h. */
#include "rollup/payload_columns.h"

void first_use_init(struct first_use *t, struct arena *a)
{
	memset(t, 0, sizeof(*t));
	t->arena = a;
	t->capacity = 64;
	t->slot_count = 2 * t->capacity;
	t->keys = ARENA_ARRAY(a, struct hash32, t->capacity);
	t->slots = ARENA_ARRAY(a, uint32_t, t->slot_count);
}

/* Of a key's slot; clashes cost time only, and a batch is short. */
static size_t slot_of(const struct first_use *t, const struct hash32 *key)
{
	uint64_t mixed = 0;

	for (unsigned i = 0; i < 32; i += 8)
		mixed = (mixed ^ le64_load(key->b + i)) * 0x9e3779b97f4a7c15u;
	return (size_t)(mixed >> 32) & (t->slot_count - 1);
}

/* The slot that holds `key`, or the empty one where it belongs. */
static uint32_t *find_slot(const struct first_use *t, const struct hash32 *key)
{
	size_t at = slot_of(t, key);

	while (t->slots[at] != 0 && !hash32_eq(&t->keys[t->slots[at] - 1], key))
		at = (at + 1) & (t->slot_count - 1);
	return &t->slots[at];
}

static void first_use_grow(struct first_use *t)
{
	size_t size = t->capacity * sizeof(*t->keys);

	t->keys = arena_grow(t->arena, t->keys, size, 2 * size);
	t->capacity *= 2;
	t->slot_count *= 2;
	t->slots = ARENA_ARRAY(t->arena, uint32_t, t->slot_count);
	for (size_t i = 0; i < t->count; i++)
		*find_slot(t, &t->keys[i]) = (uint32_t)(i + 1);
}

/* The key's index; `*is_new` when it was not there before. */
static size_t first_use_index(struct first_use *t, const struct hash32 *key, bool *is_new)
{
	uint32_t *slot;

	if (t->count == t->capacity)
		first_use_grow(t);
	slot = find_slot(t, key);
	*is_new = *slot == 0;
	if (*is_new) {
		t->keys[t->count++] = *key;
		*slot = (uint32_t)t->count;
	}
	return *slot - 1;
}

void first_use_references(struct first_use *t, uint64_t *references, const struct hash32 *keys,
			  size_t count)
{
	size_t before = SIZE_MAX;

	for (size_t i = 0; i < count; i++) {
		bool is_new;
		size_t index = first_use_index(t, &keys[i], &is_new);

		if (is_new)
			references[i] = PAYLOAD_REFERENCE_NEW;
		else if (index == before)
			references[i] = PAYLOAD_REFERENCE_SAME;
		else
			references[i] = PAYLOAD_REFERENCE_OLD + index;
		before = index;
	}
}

/* False when `reference` names nothing that was used before. */
static bool resolve(uint64_t reference, size_t *index, size_t *used, size_t available)
{
	switch (reference) {
	case PAYLOAD_REFERENCE_NEW:
		*index = *used;
		if (*used == available)
			return false;
		(*used)++;
		return true;
	case PAYLOAD_REFERENCE_SAME:
		return *index < *used;
	default:
		*index = (size_t)(reference - PAYLOAD_REFERENCE_OLD);
		return *index < *used;
	}
}

uint32_t *column_read_references(struct column_reader *r, size_t count, size_t *used,
				 size_t available)
{
	const uint64_t *references = column_read_numbers(r, count);
	uint32_t *indexes = ARENA_ARRAY(r->arena, uint32_t, count);
	size_t index = SIZE_MAX; /* nothing to be the same as yet */

	for (size_t i = 0; i < count && !r->bad; i++) {
		if (!resolve(references[i], &index, used, available))
			r->bad = true;
		else
			indexes[i] = (uint32_t)index;
	}
	return indexes;
}

static const struct u256 ten = { { 10, 0, 0, 0 } };

/* A word taken apart: value = mantissa * 10^exponent; the mantissa's last
 * `len` bytes are written. */
struct split_word {
	struct hash32 mantissa;
	unsigned len;
	unsigned exponent;
};

static unsigned significant_bytes(const struct hash32 *word)
{
	unsigned zeros = 0;

	while (zeros < 32 && word->b[zeros] == 0)
		zeros++;
	return 32 - zeros;
}

/* Divides by ten as often as that goes. */
static unsigned strip_decimal_zeros(struct u256 *value)
{
	unsigned exponent = 0;

	for (;;) {
		struct u256 quotient;
		struct u256 remainder;

		if ((value->limb[0] & 1) != 0)
			return exponent;
		u256_divmod(&quotient, &remainder, value, &ten);
		if (!u256_is_zero(&remainder))
			return exponent;
		*value = quotient;
		exponent++;
	}
}

static struct split_word split(const struct hash32 *word)
{
	struct split_word plain = { *word, significant_bytes(word), 0 };
	struct split_word decimal = plain;
	struct u256 value;

	if (plain.len < 3 || plain.len > 24)
		return plain;
	value = u256_from_be(word->b, 32);
	decimal.exponent = strip_decimal_zeros(&value);
	u256_to_be(decimal.mantissa.b, &value);
	decimal.len = significant_bytes(&decimal.mantissa);
	return decimal.len + 2 <= plain.len ? decimal : plain;
}

static bool looks_like_address(const struct hash32 *word)
{
	unsigned len = significant_bytes(word);

	return len >= 17 && len <= 20;
}

static struct hash32 address_key(const struct hash32 *word)
{
	struct hash32 key = { { 0 } };

	memcpy(key.b, word->b + 12, 20);
	return key;
}

void column_write_words(struct column_writer *w, const struct hash32 *words, size_t count,
			struct first_use *addresses)
{
	uint64_t *kinds = ARENA_ARRAY(w->arena, uint64_t, count);
	uint64_t *references = ARENA_ARRAY(w->arena, uint64_t, count);
	struct hash32 *keys = ARENA_ARRAY(w->arena, struct hash32, count);
	struct split_word *splits = ARENA_ARRAY(w->arena, struct split_word, count);
	size_t key_count = 0;

	for (size_t i = 0; i < count; i++) {
		if (addresses != NULL && looks_like_address(&words[i])) {
			kinds[i] = PAYLOAD_WORD_ADDRESS;
			keys[key_count++] = address_key(&words[i]);
			continue;
		}
		splits[i] = split(&words[i]);
		kinds[i] = splits[i].len + (uint64_t)PAYLOAD_WORD_DECIMAL * splits[i].exponent;
	}
	column_write_numbers(w, kinds, count);
	if (addresses != NULL) {
		first_use_references(addresses, references, keys, key_count);
		column_write_numbers(w, references, key_count);
	}
	for (size_t i = 0; i < count; i++)
		column_write_bytes(w, splits[i].mantissa.b + 32 - splits[i].len, splits[i].len);
}

/* Multiplies by 10^exponent.  False when that passes 2^256. */
static bool scale(struct hash32 *word, uint64_t exponent)
{
	struct u256 value = u256_from_be(word->b, 32);

	if (exponent > PAYLOAD_WORD_MAX_EXPONENT)
		return false;
	for (; exponent > 0; exponent--) {
		if (u256_mul_overflow(&value, &value, &ten))
			return false;
	}
	u256_to_be(word->b, &value);
	return true;
}

static void read_word(struct column_reader *r, struct hash32 *word, uint64_t kind)
{
	size_t len = (size_t)(kind & PAYLOAD_WORD_LENGTH_MASK);
	uint64_t exponent = kind / PAYLOAD_WORD_DECIMAL;
	const uint8_t *digits;

	if (len > 32) {
		r->bad = true;
		return;
	}
	digits = column_read_bytes(r, len);
	if (digits == NULL)
		return;
	if (len > 0)
		memcpy(word->b + 32 - len, digits, len);
	if (exponent > 0 && !scale(word, exponent))
		r->bad = true;
}

static void read_address_words(struct column_reader *r, struct hash32 *words, const uint64_t *kinds,
			       size_t count, struct address_list *addresses)
{
	size_t key_count = 0;
	const uint32_t *indexes;

	for (size_t i = 0; i < count; i++)
		key_count += kinds[i] == PAYLOAD_WORD_ADDRESS;
	indexes = column_read_references(r, key_count, &addresses->used, addresses->count);
	for (size_t i = 0; i < count && !r->bad; i++) {
		if (kinds[i] == PAYLOAD_WORD_ADDRESS)
			memcpy(words[i].b + 12, addresses->data + (size_t)20 * *indexes++, 20);
	}
}

struct hash32 *column_read_words(struct column_reader *r, size_t count,
				 struct address_list *addresses)
{
	struct hash32 *words = ARENA_ARRAY(r->arena, struct hash32, count);
	const uint64_t *kinds = column_read_numbers(r, count);

	if (addresses != NULL)
		read_address_words(r, words, kinds, count, addresses);
	for (size_t i = 0; i < count && !r->bad; i++) {
		if (addresses == NULL || kinds[i] != PAYLOAD_WORD_ADDRESS)
			read_word(r, &words[i], kinds[i]);
	}
	return words;
}

void column_write_amounts(struct column_writer *w, const struct hash32 *amounts, size_t count)
{
	uint64_t *references = ARENA_ARRAY(w->arena, uint64_t, count);
	struct first_use table;

	first_use_init(&table, w->arena);
	first_use_references(&table, references, amounts, count);
	column_write_numbers(w, references, count);
	column_write_words(w, table.keys, table.count, NULL);
}

struct u256 *column_read_amounts(struct column_reader *r, size_t count)
{
	struct u256 *amounts = ARENA_ARRAY(r->arena, struct u256, count);
	size_t used = 0;
	const uint32_t *indexes = column_read_references(r, count, &used, count);
	const struct hash32 *words = column_read_words(r, used, NULL);

	for (size_t i = 0; i < count && !r->bad; i++)
		amounts[i] = u256_from_be(words[indexes[i]].b, 32);
	return amounts;
}
