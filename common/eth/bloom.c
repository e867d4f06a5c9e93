#include "crypto/keccak.h"
#include "eth/receipt.h"

/* Yellow paper 4.3.1, M3:2048: a bit for each of the first three pairs of
 * bytes of the item's hash, by their low 11 bits, counted from the end. */
struct bloom_bits {
	struct {
		size_t byte;
		uint8_t mask;
	} bit[3];
};

static struct bloom_bits bloom_bits_of(struct bytes item)
{
	struct hash32 hash = keccak256(item);
	struct bloom_bits bits;

	for (int i = 0; i < 3; i++) {
		unsigned index = (hash.b[2 * i] << 8 | hash.b[2 * i + 1]) & 0x7ff;

		bits.bit[i].byte = BLOOM_SIZE - 1 - index / 8;
		bits.bit[i].mask = (uint8_t)(1 << index % 8);
	}
	return bits;
}

void bloom_add(struct bloom *bloom, struct bytes item)
{
	struct bloom_bits bits = bloom_bits_of(item);

	for (int i = 0; i < 3; i++)
		bloom->b[bits.bit[i].byte] |= bits.bit[i].mask;
}

void bloom_add_logs(struct bloom *bloom, const struct log *logs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bloom_add(bloom, bytes_of_address(&logs[i].address));
		for (size_t t = 0; t < logs[i].topic_count; t++)
			bloom_add(bloom, bytes_of_hash(&logs[i].topics[t]));
	}
}

void bloom_merge(struct bloom *into, const struct bloom *from)
{
	for (size_t i = 0; i < BLOOM_SIZE; i++)
		into->b[i] |= from->b[i];
}

bool bloom_may_contain(const struct bloom *bloom, struct bytes item)
{
	struct bloom_bits bits = bloom_bits_of(item);

	for (int i = 0; i < 3; i++)
		if (!(bloom->b[bits.bit[i].byte] & bits.bit[i].mask))
			return false;
	return true;
}
