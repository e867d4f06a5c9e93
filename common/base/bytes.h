/* bytes: the plain values that every layer passes around.
 *
 * Part of the core: freestanding, no libc beyond the four memory functions
 * declared here (libc provides them natively, the guest brings its own). */
#ifndef GAVEL_BASE_BYTES_H
#define GAVEL_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memmove(void *to, const void *from, size_t len);
void *memset(void *to, int value, size_t len);
int memcmp(const void *a, const void *b, size_t len);

/* A view of `len` bytes that somebody else owns.  `data` may be NULL only
 * when `len` is 0. */
struct bytes {
	const uint8_t *data;
	size_t len;
};

/* 32 bytes in the order in which Ethereum prints them. */
struct hash32 {
	uint8_t b[32];
};

struct address {
	uint8_t b[20];
};

static inline struct bytes bytes_of(const void *data, size_t len)
{
	return (struct bytes){ (const uint8_t *)data, len };
}

static inline struct bytes bytes_of_hash(const struct hash32 *h)
{
	return (struct bytes){ h->b, sizeof(h->b) };
}

static inline struct bytes bytes_of_address(const struct address *a)
{
	return (struct bytes){ a->b, sizeof(a->b) };
}

static inline bool bytes_eq(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool hash32_eq(const struct hash32 *a, const struct hash32 *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

static inline bool address_eq(const struct address *a, const struct address *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

/* Big-endian integers.  The caller has checked that the bytes are there. */
static inline uint32_t be32_load(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t be64_load(const uint8_t *p)
{
	return (uint64_t)be32_load(p) << 32 | be32_load(p + 4);
}

static inline void be32_store(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static inline void be64_store(uint8_t *p, uint64_t v)
{
	be32_store(p, (uint32_t)(v >> 32));
	be32_store(p + 4, (uint32_t)v);
}

/* Little-endian 64-bit load and store, whatever the alignment. */
static inline uint64_t le64_load(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

static inline void le64_store(uint8_t *p, uint64_t v)
{
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	memcpy(p, &v, sizeof(v));
}

#endif
