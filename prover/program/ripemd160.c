/* RIPEMD-160 (Dobbertin, Bosselaers, Preneel: RIPEMD-160, a strengthened version
 * of RIPEMD, 1996, appendix A). */
#include "prover/program/hashes.h"

#define BLOCK  64
#define ROUNDS 5

/* Message words and rotations, left line then right line, by round. */
static const uint8_t words[2][ROUNDS][16] = {
	{ { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	  { 7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8 },
	  { 3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12 },
	  { 1, 9, 11, 10, 0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2 },
	  { 4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13 } },
	{ { 5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12 },
	  { 6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8, 12, 4, 9, 1, 2 },
	  { 15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13 },
	  { 8, 6, 4, 1, 3, 11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14 },
	  { 12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9, 11 } },
};
static const uint8_t rotations[2][ROUNDS][16] = {
	{ { 11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8 },
	  { 7, 6, 8, 13, 11, 9, 7, 15, 7, 12, 15, 9, 11, 7, 13, 12 },
	  { 11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5 },
	  { 11, 12, 14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12 },
	  { 9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13, 14, 11, 8, 5, 6 } },
	{ { 8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6 },
	  { 9, 13, 15, 7, 12, 8, 9, 11, 7, 7, 12, 7, 6, 15, 13, 11 },
	  { 9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5 },
	  { 15, 5, 8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8 },
	  { 8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5, 15, 13, 11, 11 } },
};
static const uint32_t constants[2][ROUNDS] = {
	{ 0x00000000, 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xa953fd4e },
	{ 0x50a28be6, 0x5c4dd124, 0x6d703ef3, 0x7a6d76e9, 0x00000000 },
};

static inline uint32_t rol(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static uint32_t mix(unsigned function, uint32_t x, uint32_t y, uint32_t z)
{
	switch (function) {
	case 0:
		return x ^ y ^ z;
	case 1:
		return (x & y) | (~x & z);
	case 2:
		return (x | ~y) ^ z;
	case 3:
		return (x & z) | (y & ~z);
	default:
		return x ^ (y | ~z);
	}
}

/* One line; the right one has the functions in the opposite order. */
static void run_line(uint32_t s[5], const uint32_t x[16], unsigned line)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned function = line == 0 ? round : ROUNDS - 1 - round;

		for (unsigned i = 0; i < 16; i++) {
			uint32_t t = s[0] + mix(function, s[1], s[2], s[3]) +
				     x[words[line][round][i]] + constants[line][round];

			t = rol(t, rotations[line][round][i]) + s[4];
			s[0] = s[4];
			s[4] = s[3];
			s[3] = rol(s[2], 10);
			s[2] = s[1];
			s[1] = t;
		}
	}
}

static uint32_t le32_load(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static void compress(uint32_t state[5], const uint8_t *block)
{
	uint32_t left[5], right[5], x[16], t;

	for (int i = 0; i < 16; i++)
		x[i] = le32_load(block + 4 * i);
	memcpy(left, state, sizeof(left));
	memcpy(right, state, sizeof(right));
	run_line(left, x, 0);
	run_line(right, x, 1);
	t = state[1] + left[2] + right[3];
	state[1] = state[2] + left[3] + right[4];
	state[2] = state[3] + left[4] + right[0];
	state[3] = state[4] + left[0] + right[1];
	state[4] = state[0] + left[1] + right[2];
	state[0] = t;
}

void ripemd160(uint8_t digest[20], struct bytes data)
{
	uint32_t state[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
	uint8_t last[2 * BLOCK] = { 0 };
	uint64_t bits = (uint64_t)data.len * 8;
	size_t rest, padded;

	for (; data.len >= BLOCK; data = bytes_of(data.data + BLOCK, data.len - BLOCK))
		compress(state, data.data);
	rest = data.len;
	if (rest > 0)
		memcpy(last, data.data, rest);
	last[rest] = 0x80;
	padded = rest < BLOCK - 8 ? BLOCK : 2 * BLOCK;
	le64_store(last + padded - 8, bits);
	compress(state, last);
	if (padded > BLOCK)
		compress(state, last + BLOCK);
	for (int i = 0; i < 5; i++) {
		uint32_t word = state[i];

		for (int j = 0; j < 4; j++, word >>= 8)
			digest[4 * i + j] = (uint8_t)word;
	}
}
