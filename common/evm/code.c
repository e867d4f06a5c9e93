#include "evm/code_private.h"
#include "evm/opcodes.h"

static const uint8_t stops[CODE_PADDING];

const struct evm_code evm_code_empty = {
	.code = { stops, 0 },
	.hash = { { 0xc5, 0xd2, 0x46, 0x01, 0x86, 0xf7, 0x23, 0x3c, 0x92, 0x7e, 0x7d,
		    0xb2, 0xdc, 0xc7, 0x03, 0xc0, 0xe5, 0x00, 0xb6, 0x53, 0xca, 0x82,
		    0x27, 0x3b, 0x7b, 0xfa, 0xd8, 0x04, 0x5d, 0x85, 0xa4, 0x70 } },
};

struct evm_code *evm_code_new(struct arena *a, struct bytes code, const struct hash32 *hash)
{
	struct evm_code *made = ARENA_NEW(a, struct evm_code);
	struct code_analysis *analysis = ARENA_NEW(a, struct code_analysis);
	uint8_t *copy = arena_alloc(a, code.len + CODE_PADDING);

	if (code.len)
		memcpy(copy, code.data, code.len);
	memset(copy + code.len, OP_STOP, CODE_PADDING);
	made->code = bytes_of(copy, code.len);
	if (hash)
		made->hash = *hash;
	analysis->arena = a;
	made->analysis = analysis;
	return made;
}

const struct arena *evm_code_arena(const struct evm_code *code)
{
	const struct code_analysis *analysis = code_analysis(code);

	return analysis ? analysis->arena : NULL;
}

void code_find_jumpdests(uint64_t *bitmap, struct bytes code)
{
	memset(bitmap, 0, code_bitmap_words(code.len) * sizeof(*bitmap));
	for (size_t i = 0; i < code.len; i++) {
		uint8_t opcode = code.data[i];

		if (opcode == OP_JUMPDEST)
			bitmap[i / 64] |= (uint64_t)1 << i % 64;
		else
			i += opcode_immediate(opcode);
	}
}

const uint64_t *code_jumpdests(const struct evm_code *code)
{
	struct code_analysis *analysis = code_analysis(code);

	if (!analysis->jumpdests) {
		uint64_t *bitmap =
		    arena_alloc(analysis->arena, code_bitmap_words(code->code.len) * 8);

		code_find_jumpdests(bitmap, code->code);
		analysis->jumpdests = bitmap;
	}
	return analysis->jumpdests;
}

bool evm_code_is_delegation(struct bytes code, struct address *target)
{
	static const uint8_t prefix[3] = { 0xef, 0x01, 0x00 };

	if (code.len != sizeof(prefix) + sizeof(target->b) ||
	    memcmp(code.data, prefix, sizeof(prefix)) != 0)
		return false;
	memcpy(target->b, code.data + sizeof(prefix), sizeof(target->b));
	return true;
}
