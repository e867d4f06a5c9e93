/* list: the root of a list, by its items' index. */
#include "trie/node.h"

#include "crypto/keccak.h"

/* rlp(index), at most 9 bytes; appendix B of the yellow paper for a number. */
static struct bytes index_key(uint8_t key[9], uint64_t index)
{
	uint8_t be[8];
	size_t zeros = 0;

	be64_store(be, index);
	while (zeros < 8 && be[zeros] == 0)
		zeros++;
	if (index > 0 && index < 0x80) {
		key[0] = (uint8_t)index;
		return bytes_of(key, 1);
	}
	key[0] = (uint8_t)(0x80 + 8 - zeros);
	memcpy(key + 1, be + zeros, 8 - zeros);
	return bytes_of(key, 9 - zeros);
}

struct hash32 trie_list_root(struct arena *scratch, const struct bytes *items, size_t count)
{
	struct arena_mark mark = arena_mark(scratch);
	uint8_t key[9];
	struct hash32 root;
	struct trie t;

	trie_open(&t, scratch, NULL, &keccak_empty_trie);
	for (size_t i = 0; i < count; i++)
		trie_put_borrowed(&t, index_key(key, i), items[i]);
	root = trie_root(&t);
	arena_reset(scratch, mark);
	return root;
}
