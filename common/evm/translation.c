/* translation: which blocks of a code have been translated. */
#include "evm/translation.h"

/* Places for a code's first blocks that do not begin with a JUMPDEST. */
#define FIRST_OTHERS 16

const union word translation_unlinked[BLOCK_HEAD_WORDS] = {
	{ .entry = { 0, NEED_NEVER, 0 } },
};

static struct translation *translation_new(struct evm *e, const struct evm_code *code)
{
	struct code_analysis *analysis = code_analysis(code);
	struct translation *out = ARENA_NEW(analysis->arena, struct translation);
	size_t words = code_bitmap_words(code->code.len);
	const uint64_t *bitmap = code_jumpdests(code);
	uint32_t *ranks = arena_alloc(analysis->arena, words * sizeof(*ranks));
	uint32_t count = 0;

	for (size_t i = 0; i < words; i++) {
		ranks[i] = count;
		count += count_bits(bitmap[i]);
	}
	out->handlers = e->handlers;
	out->revision = e->block->revision;
	out->ranks = ranks;
	out->start[0].to = translation_unlinked;
	out->blocks = ARENA_ARRAY(analysis->arena, const union word *, count + 1);
	e->translated += words * sizeof(*ranks) + count * sizeof(*out->blocks);
	return out;
}

/* Where the block at `pc`, no JUMPDEST, is noted, or is to be. */
static struct block_place *place_of_other(struct block_place *others, size_t capacity, uint64_t pc)
{
	size_t i = (size_t)(pc * 0x9e3779b97f4a7c15u >> 32) & (capacity - 1);

	while (others[i].block && others[i].pc != pc)
		i = (i + 1) & (capacity - 1);
	return &others[i];
}

static void grow_others(struct evm *e, const struct evm_code *code, struct translation *out)
{
	size_t capacity = out->other_capacity ? 2 * out->other_capacity : FIRST_OTHERS;
	struct block_place *others =
	    ARENA_ARRAY(code_analysis(code)->arena, struct block_place, capacity);

	for (size_t i = 0; i < out->other_capacity; i++)
		if (out->others[i].block)
			*place_of_other(others, capacity, out->others[i].pc) = out->others[i];
	e->translated += capacity * sizeof(*others);
	out->others = others;
	out->other_capacity = capacity;
}

const union word *translation_find(const struct evm_code *code, uint64_t pc)
{
	const struct translation *out = code_analysis(code)->translation;
	const uint64_t *jumpdests = code_jumpdests(code);

	if (code_is_jumpdest(code, jumpdests, pc))
		return out->blocks[jumpdest_number(out, jumpdests, pc)];
	return out->other_capacity ? place_of_other(out->others, out->other_capacity, pc)->block
				   : NULL;
}

void translation_note(struct evm *e, const struct evm_code *code, uint64_t pc,
		      const union word *block)
{
	struct translation *out = code_analysis(code)->translation;
	const uint64_t *jumpdests = code_jumpdests(code);

	if (code_is_jumpdest(code, jumpdests, pc)) {
		out->blocks[jumpdest_number(out, jumpdests, pc)] = block;
		return;
	}
	if (2 * (out->other_count + 1) > out->other_capacity)
		grow_others(e, code, out);
	*place_of_other(out->others, out->other_capacity, pc) = (struct block_place){ pc, block };
	out->other_count++;
}

/* False: it is of another kind. */
static bool is_current(const struct evm *e, const struct translation *out)
{
	return out->handlers == e->handlers && out->revision == e->block->revision;
}

const union word *translation_start(struct evm *e, const struct evm_code *code)
{
	struct code_analysis *analysis = code_analysis(code);

	if (!analysis->translation)
		analysis->translation = translation_new(e, code);
	return is_current(e, analysis->translation) ? analysis->translation->start : NULL;
}
