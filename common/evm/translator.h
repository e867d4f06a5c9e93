/* translator: what the parts of the translator share; see translation.h.
 *
 * While a block is translated, its stack is described, not moved.  A *height*
 * counts from where the stack pointer is at the block's entry: 0 is the first
 * value pushed, -1 the top one found.  A *slot* is a place in the stack's memory,
 * counted likewise.  The value at a height is a constant, or lies in some slot;
 * its own slot is the one with the number of its height.  Slots above the top
 * serve for values whose own slot is still in use.  Core. */
#ifndef GAVEL_EVM_TRANSLATOR_H
#define GAVEL_EVM_TRANSLATOR_H

#include "evm/opcodes.h"
#include "evm/translation.h"

/* A block ends at the latest after so many instructions, ... */
#define BLOCK_INSTRUCTIONS 256
/* ... or when it has gone so far down or up, so that places fit 16 bits. */
#define BLOCK_LOWEST  (-980)
#define BLOCK_HIGHEST 900
/* What of one block may lie out of place before it is put right. */
#define SLOTS_ABOVE 40

#define NOT_CONSTANT (-1)

struct value {
	int16_t slot;
	int16_t constant; /* index, or NOT_CONSTANT */
};

/* No place at all; its number fits where places are stored. */
#define NO_SLOT (-EVM_STACK_SIZE)

/* What is known of a slot.  Handlers of a block are numbered as they are emitted,
 * from 1. */
struct slot {
	uint16_t uses;      /* values that lie there */
	uint16_t touched;   /* the last handler that read or wrote it; 0: none */
	uint16_t written;   /* the last one that wrote it, ... */
	union word *writer; /* ... and its places; NULL: not to be changed */
};

struct translator {
	struct value values[2 * EVM_STACK_SIZE]; /* by height + EVM_STACK_SIZE */
	struct slot slots[2 * EVM_STACK_SIZE];   /* likewise */
	struct u256 constants[2 * BLOCK_INSTRUCTIONS];
	union word *gas_words[BLOCK_INSTRUCTIONS]; /* of the block's GAS */

	/* The work at hand. */
	struct evm *evm;
	const struct evm_code *code;
	struct translation *out;
	uint64_t pc;

	/* The block. */
	union word *block; /* its head */
	union word *last;  /* the last thing emitted; NULL: the head */
	enum handler last_handler;
	unsigned instructions;
	uint16_t emitted; /* handlers */
	unsigned constant_count;
	unsigned gas_word_count;
	uint32_t gas;
	int height;
	int lowest;    /* height and slot below which all is as it was found */
	int highest;   /* height that was reached */
	int dirty;     /* height below which all values lie in their own slots */
	int slots_end; /* slots from here on were not used yet */
	bool crowded;  /* too much lies out of place */
};

static inline struct value *value_at(struct translator *t, int height)
{
	return &t->values[height + EVM_STACK_SIZE];
}

static inline struct slot *slot_at(struct translator *t, int slot)
{
	return &t->slots[slot + EVM_STACK_SIZE];
}

static inline bool value_is_constant(struct value v)
{
	return v.constant != NOT_CONSTANT;
}

static inline const struct u256 *value_constant(const struct translator *t, struct value v)
{
	return &t->constants[v.constant];
}

static inline int16_t place_of(int slot)
{
	return (int16_t)(slot * (int)sizeof(struct u256));
}

static inline void slot_release(struct translator *t, int slot)
{
	--slot_at(t, slot)->uses;
}

static inline void value_release(struct translator *t, struct value v)
{
	if (!value_is_constant(v))
		slot_release(t, v.slot);
}

/* Makes the topmost `count` values known. */
static inline void stack_need(struct translator *t, int count)
{
	while (t->lowest > t->height - count) {
		int height = --t->lowest;

		*value_at(t, height) = (struct value){ (int16_t)height, NOT_CONSTANT };
		*slot_at(t, height) = (struct slot){ .uses = 1 };
	}
}

/* The top value goes; its slot stays in use until value_release(). */
static inline struct value stack_pop(struct translator *t)
{
	stack_need(t, 1);
	return *value_at(t, --t->height);
}

static inline void stack_push(struct translator *t, struct value v)
{
	int height = t->height++;

	*value_at(t, height) = v;
	if (!value_is_constant(v))
		++slot_at(t, v.slot)->uses;
	if ((value_is_constant(v) || v.slot != height) && height < t->dirty)
		t->dirty = height;
	if (t->height > t->highest)
		t->highest = t->height;
}

static inline void stack_push_constant(struct translator *t, const struct u256 *constant)
{
	t->constants[t->constant_count] = *constant;
	stack_push(t, (struct value){ 0, (int16_t)t->constant_count++ });
}

/* translator_stack.c.  The described stack. */
void stack_begin(struct translator *t);
void stack_dup(struct translator *t, int depth);  /* 1: the top */
void stack_swap(struct translator *t, int depth); /* 1: the one below the top */
/* A slot with `v` in it, in use until slot_release(). */
int value_slot(struct translator *t, struct value v);
/* Pushes a value that will lie in the slot returned.  The operands that the
 * same instruction reads have been released. */
int stack_push_result(struct translator *t);
/* Puts all values but the topmost `held` into their own slots.  Those stay
 * somewhere, and none of them is a constant afterwards. */
void stack_settle(struct translator *t, int held);

/* Appends room for `words` words. */
union word *emit_words(struct translator *t, unsigned words);
/* Appends a handler and room for `words` more, which it returns. */
union word *emit(struct translator *t, enum handler handler, unsigned words);
/* The same, with places; those that it has not are NO_SLOT. */
union word *emit_places(struct translator *t, enum handler handler, unsigned words, int d, int a,
			int b, int c);

/* translator_arithmetic.c.  False: `opcode` is not among these. */
bool translate_arithmetic(struct translator *t, uint8_t opcode);
bool is_comparison(enum handler handler);
/* The handler for the opposite of a comparison, ... */
enum handler comparison_opposite(enum handler comparison);
/* ... and the one that jumps if it holds. */
enum handler comparison_jump(enum handler comparison);
bool comparison_has_bits(enum handler comparison);
bool comparison_has_two_slots(enum handler comparison);

#endif
