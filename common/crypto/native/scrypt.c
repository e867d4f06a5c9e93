#include "crypto/native/scrypt.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* RFC 7914's blocks are of 64 bytes: 16 little-endian words. */
#define BLOCK_WORDS 16

static uint32_t rotate_left(uint32_t x, unsigned count)
{
	return x << count | x >> (32 - count);
}

static inline void quarter_round(uint32_t x[BLOCK_WORDS], unsigned a, unsigned b, unsigned c,
				 unsigned d)
{
	x[b] ^= rotate_left(x[a] + x[d], 7);
	x[c] ^= rotate_left(x[b] + x[a], 9);
	x[d] ^= rotate_left(x[c] + x[b], 13);
	x[a] ^= rotate_left(x[d] + x[c], 18);
}

/* Salsa20/8: four times columns, then rows. */
static void salsa20_8(uint32_t block[BLOCK_WORDS])
{
	uint32_t x[BLOCK_WORDS];

	memcpy(x, block, sizeof(x));
	for (size_t i = 0; i < 4; i++) {
		quarter_round(x, 0, 4, 8, 12);
		quarter_round(x, 5, 9, 13, 1);
		quarter_round(x, 10, 14, 2, 6);
		quarter_round(x, 15, 3, 7, 11);
		quarter_round(x, 0, 1, 2, 3);
		quarter_round(x, 5, 6, 7, 4);
		quarter_round(x, 10, 11, 8, 9);
		quarter_round(x, 15, 12, 13, 14);
	}
	for (size_t i = 0; i < BLOCK_WORDS; i++)
		block[i] += x[i];
}

static void blocks_xor(uint32_t *to, const uint32_t *from, size_t words)
{
	for (size_t i = 0; i < words; i++)
		to[i] ^= from[i];
}

/* scryptBlockMix: `x` of 2 r blocks, through `scratch` of the same size. */
static void block_mix(uint32_t *x, uint32_t *scratch, size_t r)
{
	uint32_t block[BLOCK_WORDS];

	memcpy(block, x + (2 * r - 1) * BLOCK_WORDS, sizeof(block));
	for (size_t i = 0; i < 2 * r; i++) {
		blocks_xor(block, x + i * BLOCK_WORDS, BLOCK_WORDS);
		salsa20_8(block);
		/* Even results come first, then the odd ones. */
		memcpy(scratch + (i / 2 + i % 2 * r) * BLOCK_WORDS, block, sizeof(block));
	}
	memcpy(x, scratch, 2 * r * sizeof(block));
}

/* scryptROMix on `x`; `v` has room for n times its size. */
static void mix(uint32_t *x, uint32_t *v, uint32_t *scratch, uint64_t n, size_t r)
{
	size_t words = 2 * r * BLOCK_WORDS;
	const uint32_t *last = x + words - BLOCK_WORDS;

	for (uint64_t i = 0; i < n; i++) {
		memcpy(v + i * words, x, words * sizeof(*x));
		block_mix(x, scratch, r);
	}
	for (uint64_t i = 0; i < n; i++) {
		/* Integerify: the last block as a number, of which n needs the
		 * lower bits only. */
		uint64_t j = (last[0] | (uint64_t)last[1] << 32) & (n - 1);

		blocks_xor(x, v + j * words, words);
		block_mix(x, scratch, r);
	}
}

static bool pbkdf2(uint8_t *derived, size_t len, struct bytes password, struct bytes salt)
{
	return PKCS5_PBKDF2_HMAC((const char *)password.data, (int)password.len, salt.data,
				 (int)salt.len, 1, EVP_sha256(), (int)len, derived) == 1;
}

bool scrypt_derive(uint8_t *derived, size_t len, struct bytes password, struct bytes salt,
		   uint64_t n, uint32_t r, uint32_t p)
{
	size_t part = (size_t)128 * r;
	size_t total = part * (n + p + 1);
	uint8_t *memory = malloc(total);
	uint32_t *x = (uint32_t *)memory; /* p parts, then n, then one */
	uint32_t *v = (uint32_t *)(memory + part * p);
	uint32_t *scratch = (uint32_t *)(memory + part * (p + n));
	bool done;

	if (!memory)
		return false;
	done = pbkdf2(memory, part * p, password, salt);
	/* Words are kept as the machine has them: little-endian, as asked. */
	_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words would need swapping");
	for (size_t i = 0; done && i < p; i++)
		mix(x + i * (part / sizeof(*x)), v, scratch, n, r);
	done = done && pbkdf2(derived, len, password, bytes_of(memory, part * p));
	explicit_bzero(memory, total);
	free(memory);
	return done;
}
