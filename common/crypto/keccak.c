/* The sponge around keccak_permute() (FIPS 202, section 4), with Ethereum's
 * padding: 0x01, zeros, 0x80 (yellow paper, footnote on KEC). */
#include "crypto/keccak.h"

const struct hash32 keccak_empty = { { 0xc5, 0xd2, 0x46, 0x01, 0x86, 0xf7, 0x23, 0x3c,
				       0x92, 0x7e, 0x7d, 0xb2, 0xdc, 0xc7, 0x03, 0xc0,
				       0xe5, 0x00, 0xb6, 0x53, 0xca, 0x82, 0x27, 0x3b,
				       0x7b, 0xfa, 0xd8, 0x04, 0x5d, 0x85, 0xa4, 0x70 } };

const struct hash32 keccak_empty_trie = { { 0x56, 0xe8, 0x1f, 0x17, 0x1b, 0xcc, 0x55, 0xa6,
					    0xff, 0x83, 0x45, 0xe6, 0x92, 0xc0, 0xf8, 0x6e,
					    0x5b, 0x48, 0xe0, 0x1b, 0x99, 0x6c, 0xad, 0xc0,
					    0x01, 0x62, 0x2f, 0xb5, 0xe3, 0x63, 0xb4, 0x21 } };

/* XORs `len` bytes into the state from byte `at` on, within one block. */
static void keccak_xor_bytes(struct keccak *k, size_t at, const uint8_t *data, size_t len)
{
	while (len && at % 8) {
		k->state[at / 8] ^= (uint64_t)*data++ << 8 * (at % 8);
		at++;
		len--;
	}
	for (; len >= 8; len -= 8, at += 8, data += 8)
		k->state[at / 8] ^= le64_load(data);
	for (size_t i = 0; i < len; i++)
		k->state[at / 8] ^= (uint64_t)data[i] << 8 * i;
}

void keccak_init(struct keccak *k)
{
	memset(k->state, 0, sizeof(k->state));
	k->filled = 0;
}

void keccak_append(struct keccak *k, struct bytes data)
{
	while (data.len >= KECCAK_RATE - k->filled) {
		size_t part = KECCAK_RATE - k->filled;

		keccak_xor_bytes(k, k->filled, data.data, part);
		keccak_permute(k->state);
		k->filled = 0;
		data = bytes_of(data.data + part, data.len - part);
	}
	keccak_xor_bytes(k, k->filled, data.data, data.len);
	k->filled += data.len;
}

void keccak_finish(struct keccak *k, struct hash32 *digest)
{
	k->state[k->filled / 8] ^= (uint64_t)1 << 8 * (k->filled % 8);
	k->state[KECCAK_RATE / 8 - 1] ^= (uint64_t)1 << 63;
	keccak_permute(k->state);
	for (int i = 0; i < 4; i++)
		le64_store(digest->b + 8 * i, k->state[i]);
}

struct hash32 keccak256(struct bytes data)
{
	struct keccak k;
	struct hash32 digest;

	keccak_init(&k);
	keccak_append(&k, data);
	keccak_finish(&k, &digest);
	return digest;
}
