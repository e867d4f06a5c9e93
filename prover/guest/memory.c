/* memory: the four functions that the core wants (base/bytes.h), a word at a
 * time: the machine has no unaligned loads, and each instruction counts.
 *
 * Words are read whole wherever one of their bytes is wanted: a word never leaves
 * the page of memory that it begins in, and the machine has no others. */
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define WORD sizeof(uint64_t)

typedef uint64_t __attribute__((may_alias)) word;

static inline size_t offset_in_word(const void *p)
{
	return (uintptr_t)p % WORD;
}

/* To aligned `to` from anywhere: words made of the two that they lie in. */
static size_t copy_shifted(uint8_t *to, const uint8_t *from, size_t len)
{
	unsigned shift = 8 * (unsigned)offset_in_word(from);
	const word *source = (const word *)(const void *)(from - offset_in_word(from));
	word *target = (word *)(void *)to;
	uint64_t low = *source++;
	size_t done = 0;

	for (; len - done >= WORD; done += WORD) {
		uint64_t high = *source++;

		*target++ = low >> shift | high << (64 - shift);
		low = high;
	}
	return done;
}

static size_t copy_aligned(uint8_t *to, const uint8_t *from, size_t len)
{
	const word *source = (const word *)(const void *)from;
	word *target = (word *)(void *)to;
	size_t done = 0;

	for (; len - done >= 4 * WORD; done += 4 * WORD) {
		uint64_t a = source[0], b = source[1], c = source[2], d = source[3];

		target[0] = a;
		target[1] = b;
		target[2] = c;
		target[3] = d;
		source += 4;
		target += 4;
	}
	for (; len - done >= WORD; done += WORD)
		*target++ = *source++;
	return done;
}

static void copy_forward(uint8_t *target, const uint8_t *source, size_t len)
{
	size_t done;

	for (; len > 0 && offset_in_word(target) != 0; len--)
		*target++ = *source++;
	if (len >= WORD) {
		done = offset_in_word(source) == 0 ? copy_aligned(target, source, len)
						   : copy_shifted(target, source, len);
		target += done;
		source += done;
		len -= done;
	}
	for (; len > 0; len--)
		*target++ = *source++;
}

void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
	copy_forward(to, from, len);
	return to;
}

/* As copy_shifted(), from the end: `to` + `len` is aligned. */
static size_t copy_shifted_back(uint8_t *to, const uint8_t *from, size_t len)
{
	const uint8_t *end = from + len;
	unsigned shift = 8 * (unsigned)offset_in_word(end);
	const word *source = (const word *)(const void *)(end - offset_in_word(end));
	word *target = (word *)(void *)(to + len);
	uint64_t high = *source;
	size_t done = 0;

	for (; len - done >= WORD; done += WORD) {
		uint64_t low = *--source;

		*--target = low >> shift | high << (64 - shift);
		high = low;
	}
	return done;
}

static size_t copy_aligned_back(uint8_t *to, const uint8_t *from, size_t len)
{
	const word *source = (const word *)(const void *)(from + len);
	word *target = (word *)(void *)(to + len);
	size_t done = 0;

	for (; len - done >= WORD; done += WORD)
		*--target = *--source;
	return done;
}

/* For a target above an overlapping source. */
static void copy_back(uint8_t *target, const uint8_t *source, size_t len)
{
	for (; len > 0 && offset_in_word(target + len) != 0; len--)
		target[len - 1] = source[len - 1];
	if (len >= WORD)
		len -= offset_in_word(source + len) == 0 ? copy_aligned_back(target, source, len)
							 : copy_shifted_back(target, source, len);
	for (; len > 0; len--)
		target[len - 1] = source[len - 1];
}

/* Both ways read ahead of where they write, however near that is. */
void *memmove(void *to, const void *from, size_t len)
{
	if ((uintptr_t)to - (uintptr_t)from >= len)
		copy_forward(to, from, len);
	else
		copy_back(to, from, len);
	return to;
}

void *memset(void *to, int value, size_t len)
{
	uint64_t pattern = (uint8_t)value * (uint64_t)0x0101010101010101;
	uint8_t *target = to;

	for (; len > 0 && offset_in_word(target) != 0; len--)
		*target++ = (uint8_t)value;
	for (; len >= 4 * WORD; len -= 4 * WORD, target += 4 * WORD) {
		word *words = (word *)(void *)target;

		words[0] = words[1] = words[2] = words[3] = pattern;
	}
	for (; len >= WORD; len -= WORD, target += WORD)
		*(word *)(void *)target = pattern;
	for (; len > 0; len--)
		*target++ = (uint8_t)value;
	return to;
}

int memcmp(const void *a, const void *b, size_t len)
{
	const uint8_t *x = a, *y = b;

	if (offset_in_word(x) == 0 && offset_in_word(y) == 0) {
		for (; len >= WORD; len -= WORD, x += WORD, y += WORD)
			if (*(const word *)(const void *)x != *(const word *)(const void *)y)
				break;
	}
	for (; len > 0; len--, x++, y++)
		if (*x != *y)
			return *x < *y ? -1 : 1;
	return 0;
}
