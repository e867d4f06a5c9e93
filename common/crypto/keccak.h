/* keccak: Keccak-256 as Ethereum uses it (the original padding 0x01, not
 * SHA-3's 0x06).  Core. */
#ifndef GAVEL_CRYPTO_KECCAK_H
#define GAVEL_CRYPTO_KECCAK_H

#include "base/bytes.h"

/* Bytes absorbed per permutation: 200 - 2 * 32. */
#define KECCAK_RATE 136

/* The permutation Keccak-f[1600] on 25 little-endian lanes.  The guest
 * replaces this one function by the machine's KECCAK_F (DESIGN.md section 6),
 * which is why `state` is 256-byte aligned wherever we hold one. */
void keccak_permute(uint64_t state[25]);

struct keccak {
	uint64_t state[25] __attribute__((aligned(256)));
	size_t filled; /* bytes absorbed since the last permutation */
};

void keccak_init(struct keccak *k);
void keccak_append(struct keccak *k, struct bytes data);
/* Writes the digest; `k` must be initialised again before its next use. */
void keccak_finish(struct keccak *k, struct hash32 *digest);

/* All at once. */
struct hash32 keccak256(struct bytes data);

/* Keccak-256 of nothing, and of the RLP of an empty string (an empty trie). */
extern const struct hash32 keccak_empty;
extern const struct hash32 keccak_empty_trie;

#endif
