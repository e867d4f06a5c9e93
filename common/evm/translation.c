/* translation: which blocks of a code have been translated.  A code that is only
 * begun costs little: calling many large ones is cheap for who pays the gas. */
#include "evm/translation.h"

/* Places for a code's first blocks that do not begin with a JUMPDEST. */
#define FIRST_OTHERS 16

const union word translation_unlinked[BLOCK_HEAD_WORDS] = {
	{ .entry = { 0, NEED_NEVER, 0 } },
};
const union word *const translation_no_blocks[64];

static struct translation *translation_new(struct evm *e, const struct evm_code *code)
{
	struct code_analysis *analysis = code_analysis(code);
	struct translation *out = ARENA_NEW(analysis->arena, struct translation);
	size_t words = code_bitmap_words(code->code.len);

	(void)code_jumpdests(code); /* interpreter.c takes them to be there */
	out->handlers = e->handlers;
	out->revision = e->block->revision;
	out->start[0].to = translation_unlinked;
	out->blocks = arena_alloc(analysis->arena, words * sizeof(*out->blocks));
	for (size_t i = 0; i < words; i++)
		out->blocks[i] = translation_no_blocks;
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
		return translation_block(out, jumpdests, pc);
	return out->other_capacity ? place_of_other(out->others, out->other_capacity, pc)->block
				   : NULL;
}

static void note_jumpdest(struct evm *e, const struct evm_code *code, struct translation *out,
			  uint64_t pc, const union word *block)
{
	const uint64_t *jumpdests = code_jumpdests(code);
	const union word *const **place = &out->blocks[pc / 64];
	size_t count = count_bits(jumpdests[pc / 64]);
	const union word **blocks = (const union word **)(uintptr_t)*place;

	if (*place == translation_no_blocks) {
		blocks = ARENA_ARRAY(code_analysis(code)->arena, const union word *, count);
		*place = blocks;
		e->translated += count * sizeof(*blocks);
	}
	blocks[jumpdest_number(jumpdests, pc)] = block;
}

void translation_note(struct evm *e, const struct evm_code *code, uint64_t pc,
		      const union word *block)
{
	struct translation *out = code_analysis(code)->translation;
	const uint64_t *jumpdests = code_jumpdests(code);

	if (code_is_jumpdest(code, jumpdests, pc)) {
		note_jumpdest(e, code, out, pc, block);
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
