/* blake2f: precompile 9, BLAKE2b's compression function F (EIP-152; the
 * constants and their names are RFC 7693's). */
#include "crypto/native/precompiles.h"

/* EIP-152: [4 bytes rounds][64 bytes h][128 bytes m][8 bytes t_0]
 * [8 bytes t_1][1 byte f], rounds big-endian and the words little-endian. */
#define INPUT_SIZE  213
#define STATE_AT    4
#define MESSAGE_AT  68
#define COUNTER_AT  196
#define IS_FINAL_AT 212

static const uint64_t initial[8] = {
	0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
	0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

static const uint8_t sigma[10][16] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	{ 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
	{ 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4 },
	{ 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8 },
	{ 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13 },
	{ 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9 },
	{ 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11 },
	{ 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10 },
	{ 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5 },
	{ 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0 },
};

static uint64_t rotate_right(uint64_t x, unsigned count)
{
	return x >> count | x << (64 - count);
}

/* With the indices known, all of `v` stays in registers or close by. */
#define INLINE static inline __attribute__((always_inline))

INLINE void mix(uint64_t v[16], unsigned a, unsigned b, unsigned c, unsigned d, uint64_t x,
		uint64_t y)
{
	v[a] += v[b] + x;
	v[d] = rotate_right(v[d] ^ v[a], 32);
	v[c] += v[d];
	v[b] = rotate_right(v[b] ^ v[c], 24);
	v[a] += v[b] + y;
	v[d] = rotate_right(v[d] ^ v[a], 16);
	v[c] += v[d];
	v[b] = rotate_right(v[b] ^ v[c], 63);
}

INLINE void compression_round(uint64_t v[16], const uint64_t m[16], const uint8_t s[16])
{
	mix(v, 0, 4, 8, 12, m[s[0]], m[s[1]]);
	mix(v, 1, 5, 9, 13, m[s[2]], m[s[3]]);
	mix(v, 2, 6, 10, 14, m[s[4]], m[s[5]]);
	mix(v, 3, 7, 11, 15, m[s[6]], m[s[7]]);
	mix(v, 0, 5, 10, 15, m[s[8]], m[s[9]]);
	mix(v, 1, 6, 11, 12, m[s[10]], m[s[11]]);
	mix(v, 2, 7, 8, 13, m[s[12]], m[s[13]]);
	mix(v, 3, 4, 9, 14, m[s[14]], m[s[15]]);
}

/* Ten rounds are in a row, for the sake of the constants in them: a call can
 * ask for 2^32 - 1 rounds. */
static void compress(uint64_t state[16], const uint64_t m[16], uint32_t rounds)
{
	uint64_t v[16];

#define ROUND(row)                                                                                 \
	if (rounds-- == 0)                                                                         \
		break;                                                                             \
	compression_round(v, m, sigma[row])

	memcpy(v, state, sizeof(v));
	for (;;) {
		ROUND(0);
		ROUND(1);
		ROUND(2);
		ROUND(3);
		ROUND(4);
		ROUND(5);
		ROUND(6);
		ROUND(7);
		ROUND(8);
		ROUND(9);
	}
	memcpy(state, v, sizeof(v));
#undef ROUND
}

static void words_read(uint64_t *words, size_t count, const uint8_t *from)
{
	for (size_t i = 0; i < count; i++)
		words[i] = le64_load(from + 8 * i);
}

bool precompile_blake2f(struct arena *a, struct bytes *output, struct bytes input)
{
	uint64_t h[8], m[16], t[2], v[16];
	uint32_t rounds;
	uint8_t *out;

	if (input.len != INPUT_SIZE || input.data[IS_FINAL_AT] > 1)
		return false;
	rounds = be32_load(input.data);
	words_read(h, 8, input.data + STATE_AT);
	words_read(m, 16, input.data + MESSAGE_AT);
	words_read(t, 2, input.data + COUNTER_AT);

	memcpy(v, h, sizeof(h));
	memcpy(v + 8, initial, sizeof(initial));
	v[12] ^= t[0];
	v[13] ^= t[1];
	if (input.data[IS_FINAL_AT])
		v[14] = ~v[14];
	compress(v, m, rounds);

	out = output_new(a, output, 64);
	for (size_t i = 0; i < 8; i++)
		le64_store(out + 8 * i, h[i] ^ v[i] ^ v[i + 8]);
	return true;
}
