/* encode: the RLP of a node (yellow paper, appendix D), written straight from
 * its slots: the size first, then the bytes. */
#include "trie/node.h"

/* Appendix B: lengths from here on are written in bytes of their own. */
#define RLP_LONG 56

static size_t length_bytes(size_t len)
{
	size_t n = 0;

	for (; len; len >>= 8)
		n++;
	return n;
}

static size_t header_size(size_t len)
{
	return len < RLP_LONG ? 1 : 1 + length_bytes(len);
}

/* `base` is 0x80 for strings, 0xc0 for lists. */
static uint8_t *write_header(uint8_t *out, uint8_t base, size_t len)
{
	size_t n = length_bytes(len);

	if (len < RLP_LONG) {
		*out = (uint8_t)(base + len);
		return out + 1;
	}
	*out++ = (uint8_t)(base + RLP_LONG - 1 + n);
	while (n--)
		*out++ = (uint8_t)(len >> 8 * n);
	return out;
}

static bool is_own_encoding(const uint8_t *data, size_t len)
{
	return len == 1 && data[0] < 0x80;
}

static size_t string_size(const uint8_t *data, size_t len)
{
	return is_own_encoding(data, len) ? 1 : header_size(len) + len;
}

static uint8_t *write_string(uint8_t *out, const uint8_t *data, size_t len)
{
	if (!is_own_encoding(data, len))
		out = write_header(out, 0x80, len);
	if (len)
		memcpy(out, data, len);
	return out + len;
}

/* Hex-prefix encoding (appendix C); its one byte form is below 0x80. */
static size_t path_size(const struct trie_nibbles *n)
{
	return n->len < 2 ? 1 : 2 + n->len / 2u;
}

static uint8_t *write_path(uint8_t *out, const struct trie_nibbles *n, bool leaf)
{
	size_t pairs = n->len / 2;
	size_t from = (n->skip + 1u) / 2;
	uint8_t flags = leaf ? 0x20 : 0;

	if (pairs)
		*out++ = (uint8_t)(0x80 + 1 + pairs);
	if (n->len & 1)
		flags |= 0x10 | trie_nibble(n->packed, n->skip);
	*out++ = flags;
	memcpy(out, n->packed + from, pairs);
	return out + pairs;
}

static size_t ref_size(const struct trie_slot *s)
{
	return s->ref_len == sizeof(s->ref) ? 1 + sizeof(s->ref) : s->ref_len;
}

static uint8_t *write_ref(uint8_t *out, const struct trie_slot *s)
{
	if (s->ref_len == sizeof(s->ref)) {
		*out++ = 0x80 + sizeof(s->ref);
		memcpy(out, s->ref.b, sizeof(s->ref));
		return out + sizeof(s->ref);
	}
	memcpy(out, s->ref.b, s->ref_len);
	return out + s->ref_len;
}

static size_t branch_payload(const struct trie_branch *b)
{
	size_t size = 16u - b->count + string_size(b->value.data, b->value.len);

	for (size_t i = 0; i < b->count; i++)
		size += ref_size(&b->slots[i]);
	return size;
}

static void write_branch(uint8_t *out, const struct trie_branch *b)
{
	for (size_t i = 0; i < 16; i++) {
		if (b->at[i])
			out = write_ref(out, &b->slots[b->at[i] - 1]);
		else
			*out++ = 0x80;
	}
	write_string(out, b->value.data, b->value.len);
}

static size_t payload_size(const struct trie_node *node)
{
	const struct trie_leaf *leaf = (const struct trie_leaf *)node;
	const struct trie_extension *e = (const struct trie_extension *)node;

	switch ((enum trie_kind)node->kind) {
	case TRIE_LEAF:
		return path_size(&leaf->path) + string_size(leaf->value.data, leaf->value.len);
	case TRIE_EXTENSION:
		return path_size(&e->path) + ref_size(&e->child);
	case TRIE_BRANCH:
		return branch_payload((const struct trie_branch *)node);
	}
	return 0;
}

size_t trie_encoded_size(const struct trie_node *node)
{
	size_t payload = payload_size(node);

	return header_size(payload) + payload;
}

void trie_encode(const struct trie_node *node, uint8_t *out)
{
	const struct trie_leaf *leaf = (const struct trie_leaf *)node;
	const struct trie_extension *e = (const struct trie_extension *)node;

	out = write_header(out, 0xc0, payload_size(node));
	switch ((enum trie_kind)node->kind) {
	case TRIE_LEAF:
		out = write_path(out, &leaf->path, true);
		write_string(out, leaf->value.data, leaf->value.len);
		break;
	case TRIE_EXTENSION:
		out = write_path(out, &e->path, false);
		write_ref(out, &e->child);
		break;
	case TRIE_BRANCH:
		write_branch(out, (const struct trie_branch *)node);
		break;
	}
}
