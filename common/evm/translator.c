#include "evm/translator.h"

/* A run of blocks goes on behind jumps not taken, but not for ever: most code
 * is not run. */
#define RUN_BLOCKS 16

/* A block is not over at a JUMPDEST that control falls into, nor at a jump to a
 * known place: what is there becomes part of it, and if it is jumped to from
 * elsewhere, part of another block too.  So the translation can be longer than
 * the code, but not longer than so many instructions for each of its bytes; after
 * the first number every JUMPDEST begins a block, and after the second the code
 * runs step by step. */
#define WORK_WITH_MERGING 6
#define WORK_MAX          8
#define WORK_FREE         2000 /* on top, since short code is often loops */

/* What one machine may spend on translations, in bytes; code that is reached
 * afterwards runs step by step.  Several times what a block of ordinary
 * contracts needs. */
#define TRANSLATED_MAX ((size_t)64 << 20)

const union word translation_unlinked[BLOCK_HEAD_WORDS] = { { 0 },
							    { .entry = { 0, NEED_NEVER, 0 } },
							    { 0 } };

struct translator *translator_new(struct arena *a)
{
	return arena_alloc(a, sizeof(struct translator));
}

static bool is_jumpdest(const struct evm_code *code, uint64_t pc)
{
	return code_is_jumpdest(code, code_jumpdests(code), pc);
}

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
	out->blocks = ARENA_ARRAY(analysis->arena, const union word *, count + 1);
	e->translated += words * sizeof(*ranks) + count * sizeof(*out->blocks);
	return out;
}

/* Where the translation of the block at `pc` is kept; NULL: nowhere. */
static const union word **known_block(struct translator *t, uint64_t pc)
{
	if (is_jumpdest(t->code, pc))
		return &t->out->blocks[jumpdest_number(t->out, code_jumpdests(t->code), pc)];
	return pc == 0 ? &t->out->start : NULL;
}

static void link_to(union word *w, const union word *block, uint64_t pc)
{
	w[0].to = block ? block : translation_unlinked;
	w[1].bits = pc;
}

static void block_begin(struct translator *t)
{
	const union word **known = known_block(t, t->pc);

	t->block = emit(t, HANDLER_BLOCK, BLOCK_HEAD_WORDS - 1) - 1;
	t->block[2].bits = t->pc;
	t->last = NULL;
	t->last_handler = HANDLER_BLOCK;
	t->instructions = t->gas_word_count = 0;
	t->gas = 0;
	t->blocks_left--;
	stack_begin(t);
	if (known)
		*known = t->block;
}

static void block_end(struct translator *t)
{
	int need = -t->lowest;
	int range = EVM_STACK_SIZE - need - t->highest;

	t->block[1].entry.gas = t->gas;
	if (range < 0) {
		t->block[1].entry.need = NEED_NEVER;
		t->block[1].entry.range = 0;
	} else {
		t->block[1].entry.need = (uint16_t)place_of(need);
		t->block[1].entry.range = (uint16_t)(range * (int)sizeof(struct u256));
	}
	for (unsigned i = 0; i < t->gas_word_count; i++)
		t->gas_words[i]->bits = t->gas - t->gas_words[i]->bits;
}

/* Control comes from the end of this block to t->pc, where the list goes on.
 * True: with a new block. */
static bool follow(struct translator *t)
{
	const union word **known = known_block(t, t->pc);
	union word *w;

	block_end(t);
	if (t->blocks_left && !(known && *known))
		return true;
	/* What comes here asks for a block: one that asks for nothing itself. */
	w = emit(t, HANDLER_BLOCK, BLOCK_HEAD_WORDS - 1);
	w[0].entry.gas = 0;
	w[0].entry.need = 0;
	w[0].entry.range = EVM_STACK_SIZE * sizeof(struct u256);
	w[1].bits = t->pc;
	link_to(emit_places(t, HANDLER_NEXT_TO, 2, 0, 0, 0, 0), known ? *known : NULL, t->pc);
	return false;
}

/* The block ends before the instruction at t->pc. */
static bool fall_through(struct translator *t)
{
	const union word **known = known_block(t, t->pc);

	stack_settle(t, 0);
	if (t->blocks_left && !(known && *known)) {
		emit_places(t, HANDLER_NEXT, 0, t->height, 0, 0, 0);
		block_end(t);
		return true;
	}
	link_to(emit_places(t, HANDLER_NEXT_TO, 2, t->height, 0, 0, 0), known ? *known : NULL,
		t->pc);
	block_end(t);
	return false;
}

/* Ends a block whose last instruction has its `count` operands, at most 3, in
 * any slots and the stack without them in its place. */
static union word *emit_end(struct translator *t, enum handler handler, unsigned words, int count,
			    bool settle)
{
	int slots[3] = { 0 };
	int d;

	stack_need(t, count);
	if (settle) {
		stack_settle(t, count);
	}
	for (int i = 0; i < count; i++)
		slots[i] = value_slot(t, stack_pop(t));
	d = t->height;
	return emit_places(t, handler, words, d, slots[0], slots[1], slots[2]);
}

/* Ends a block whose last instruction works on the stack. */
static union word *emit_end_on_stack(struct translator *t, enum handler handler, unsigned words,
				     int pops)
{
	stack_need(t, pops);
	stack_settle(t, 0);
	return emit_places(t, handler, words, t->height, 0, 0, 0);
}

static size_t work_limit(const struct translator *t, size_t factor)
{
	return factor * t->code->code.len + WORK_FREE;
}

static bool is_constant_jumpdest(struct translator *t, struct value target)
{
	const struct u256 *pc;

	if (!value_is_constant(target))
		return false;
	pc = value_constant(t, target);
	return u256_fits_u64(pc) && is_jumpdest(t->code, pc->limb[0]);
}

static void emit_jump(struct translator *t)
{
	struct value target;
	uint64_t pc;

	stack_need(t, 1);
	target = *value_at(t, t->height - 1);
	if (!is_constant_jumpdest(t, target)) {
		emit_end(t, HANDLER_JUMP, 0, 1, true);
		return;
	}
	pc = value_constant(t, target)->limb[0];
	(void)stack_pop(t);
	stack_settle(t, 0);
	link_to(emit_places(t, HANDLER_JUMP_TO, 2, t->height, 0, 0, 0), *known_block(t, pc), pc);
}

/* A comparison emitted last, for nothing but the condition `v`, is taken back,
 * to become part of the jump.  Its operands are pushed in the condition's place.
 * HANDLER_NONZERO, with `v` pushed again: there is none. */
static enum handler take_back_comparison(struct translator *t, struct value v, uint64_t *bits)
{
	enum handler comparison = t->last ? t->last_handler : HANDLER_COUNT;
	int16_t a, b;

	if (comparison_jump(comparison) == HANDLER_COUNT ||
	    t->last[1].place[0] != place_of(v.slot) || *uses_of(t, v.slot) != 1) {
		stack_push(t, v);
		value_release(t, v);
		return HANDLER_NONZERO;
	}
	a = (int16_t)(t->last[1].place[1] / (int)sizeof(struct u256));
	b = (int16_t)(t->last[1].place[2] / (int)sizeof(struct u256));
	if (comparison_has_bits(comparison))
		*bits = t->last[2].bits;
	value_release(t, v);
	t->out->next = t->last;
	t->last = NULL;
	stack_push(t, (struct value){ a, NOT_CONSTANT });
	if (comparison_has_two_slots(comparison))
		stack_push(t, (struct value){ b, NOT_CONSTANT });
	return comparison;
}

static void emit_branch(struct translator *t, struct value condition, uint64_t pc)
{
	uint64_t bits = 0;
	enum handler comparison = take_back_comparison(t, condition, &bits);
	bool two = comparison_has_two_slots(comparison);
	int a, b = 0;
	union word *w;

	stack_settle(t, two ? 2 : 1);
	if (two)
		b = stack_pop(t).slot;
	a = stack_pop(t).slot;
	w = emit_places(t, comparison_jump(comparison), comparison_has_bits(comparison) ? 3 : 2,
			t->height, a, b, 0);
	link_to(w, *known_block(t, pc), pc);
	if (comparison_has_bits(comparison))
		w[2].bits = bits;
}

/* False: nothing comes behind it. */
static bool emit_conditional_jump(struct translator *t)
{
	struct value target, condition;
	uint64_t pc;

	stack_need(t, 2);
	target = *value_at(t, t->height - 1);
	condition = *value_at(t, t->height - 2);
	if (!is_constant_jumpdest(t, target)) {
		emit_end(t, HANDLER_JUMPI, 0, 2, true);
		return true;
	}
	pc = value_constant(t, target)->limb[0];
	(void)stack_pop(t);
	(void)stack_pop(t);
	if (!value_is_constant(condition)) {
		emit_branch(t, condition, pc);
		return true;
	}
	stack_settle(t, 0);
	if (u256_is_zero(value_constant(t, condition))) {
		emit_places(t, HANDLER_NEXT, 0, t->height, 0, 0, 0);
		return true;
	}
	link_to(emit_places(t, HANDLER_JUMP_TO, 2, t->height, 0, 0, 0), *known_block(t, pc), pc);
	return false;
}

/* Instructions with operands and a result in slots, and nothing special. */
struct plain {
	enum handler handler;
	uint8_t operands;
	bool has_result;
};

static const struct plain plains[256] = {
	[OP_KECCAK256] = { HANDLER_KECCAK256, 2, true },
	[OP_ADDRESS] = { HANDLER_ADDRESS, 0, true },
	[OP_BALANCE] = { HANDLER_BALANCE, 1, true },
	[OP_ORIGIN] = { HANDLER_ORIGIN, 0, true },
	[OP_CALLER] = { HANDLER_CALLER, 0, true },
	[OP_CALLVALUE] = { HANDLER_CALLVALUE, 0, true },
	[OP_CALLDATALOAD] = { HANDLER_CALLDATALOAD, 1, true },
	[OP_CALLDATASIZE] = { HANDLER_CALLDATASIZE, 0, true },
	[OP_CALLDATACOPY] = { HANDLER_CALLDATACOPY, 3, false },
	[OP_CODECOPY] = { HANDLER_CODECOPY, 3, false },
	[OP_GASPRICE] = { HANDLER_GASPRICE, 0, true },
	[OP_EXTCODESIZE] = { HANDLER_EXTCODESIZE, 1, true },
	[OP_RETURNDATASIZE] = { HANDLER_RETURNDATASIZE, 0, true },
	[OP_EXTCODEHASH] = { HANDLER_EXTCODEHASH, 1, true },
	[OP_BLOCKHASH] = { HANDLER_BLOCKHASH, 1, true },
	[OP_COINBASE] = { HANDLER_COINBASE, 0, true },
	[OP_TIMESTAMP] = { HANDLER_TIMESTAMP, 0, true },
	[OP_NUMBER] = { HANDLER_NUMBER, 0, true },
	[OP_PREVRANDAO] = { HANDLER_PREVRANDAO, 0, true },
	[OP_GASLIMIT] = { HANDLER_GASLIMIT, 0, true },
	[OP_CHAINID] = { HANDLER_CHAINID, 0, true },
	[OP_SELFBALANCE] = { HANDLER_SELFBALANCE, 0, true },
	[OP_BASEFEE] = { HANDLER_BASEFEE, 0, true },
	[OP_BLOBHASH] = { HANDLER_BLOBHASH, 1, true },
	[OP_BLOBBASEFEE] = { HANDLER_BLOBBASEFEE, 0, true },
	[OP_MLOAD] = { HANDLER_MLOAD, 1, true },
	[OP_MSTORE] = { HANDLER_MSTORE, 2, false },
	[OP_MSTORE8] = { HANDLER_MSTORE8, 2, false },
	[OP_MCOPY] = { HANDLER_MCOPY, 3, false },
	[OP_SLOAD] = { HANDLER_SLOAD, 1, true },
	[OP_TLOAD] = { HANDLER_TLOAD, 1, true },
	[OP_MSIZE] = { HANDLER_MSIZE, 0, true },
};

static void translate_plain(struct translator *t, const struct plain *plain)
{
	int slots[3] = { 0 };
	int d = 0;

	for (int i = 0; i < plain->operands; i++)
		slots[i] = value_slot(t, stack_pop(t));
	for (int i = 0; i < plain->operands; i++)
		slot_release(t, slots[i]);
	if (plain->has_result)
		d = stack_push_result(t);
	emit_places(t, plain->handler, 0, d, slots[0], slots[1], slots[2]);
}

/* The offset of MLOAD or MSTORE is a constant in a word. */
static bool translate_fixed_offset(struct translator *t, uint8_t opcode)
{
	struct value offset, v;
	uint64_t bits;
	int slot, d;

	if (opcode != OP_MLOAD && opcode != OP_MSTORE)
		return false;
	stack_need(t, 1);
	offset = *value_at(t, t->height - 1);
	if (!value_is_constant(offset) || !u256_fits_u64(value_constant(t, offset)))
		return false;
	bits = value_constant(t, offset)->limb[0];
	(void)stack_pop(t);
	if (opcode == OP_MLOAD) {
		d = stack_push_result(t);
		emit_places(t, HANDLER_MLOAD_BITS, 1, d, 0, 0, 0)->bits = bits;
	} else {
		v = stack_pop(t);
		slot = value_slot(t, v);
		slot_release(t, slot);
		emit_places(t, HANDLER_MSTORE_BITS, 1, 0, 0, slot, 0)->bits = bits;
	}
	return true;
}

/* Instructions that push what is known now.  `*constant` is it. */
static bool is_known(const struct translator *t, uint8_t opcode, struct u256 *constant)
{
	unsigned immediate = opcode_immediate(opcode);

	if (opcode == OP_PC)
		*constant = u256_from_u64(t->pc);
	else if (opcode == OP_CODESIZE)
		*constant = u256_from_u64(t->code->code.len);
	else if (opcode == OP_PUSH0)
		*constant = U256_ZERO;
	else if (immediate)
		*constant = u256_from_be(t->code->code.data + t->pc + 1, immediate);
	else
		return false;
	return true;
}

/* An instruction inside of a block; false: it ends the block. */
static bool translate_inside(struct translator *t, uint8_t opcode)
{
	struct u256 constant;

	if (is_known(t, opcode, &constant)) {
		stack_push_constant(t, &constant);
	} else if (opcode >= OP_DUP1 && opcode <= OP_DUP16) {
		stack_dup(t, opcode - OP_DUP1 + 1);
	} else if (opcode >= OP_SWAP1 && opcode <= OP_SWAP16) {
		stack_swap(t, opcode - OP_SWAP1 + 1);
	} else if (opcode == OP_POP) {
		value_release(t, stack_pop(t));
	} else if (opcode == OP_JUMPDEST) {
		/* Nothing but its gas. */
	} else if (opcode == OP_GAS) {
		union word *w = emit_places(t, HANDLER_GAS, 1, stack_push_result(t), 0, 0, 0);

		w->bits = t->gas; /* what it is not: see block_end() */
		t->gas_words[t->gas_word_count++] = w;
	} else if (translate_arithmetic(t, opcode) || translate_fixed_offset(t, opcode)) {
		return true;
	} else if (plains[opcode].operands || plains[opcode].has_result) {
		translate_plain(t, &plains[opcode]);
	} else {
		return false;
	}
	return true;
}

/* The last instruction of a block.  True: a block follows. */
static bool translate_end(struct translator *t, uint8_t opcode)
{
	switch (opcode) {
	case OP_STOP:
		emit_places(t, HANDLER_STOP, 0, 0, 0, 0, 0);
		return false;
	case OP_JUMP:
		emit_jump(t);
		return false;
	case OP_JUMPI:
		return emit_conditional_jump(t);
	case OP_RETURN:
		emit_end(t, HANDLER_RETURN, 0, 2, false);
		return false;
	case OP_REVERT:
		emit_end(t, HANDLER_REVERT, 0, 2, false);
		return false;
	case OP_SELFDESTRUCT:
		emit_end(t, HANDLER_SELFDESTRUCT, 0, 1, false);
		return false;
	case OP_SSTORE:
		emit_end(t, HANDLER_SSTORE, 0, 2, true);
		return true;
	case OP_TSTORE:
		emit_end(t, HANDLER_TSTORE, 0, 2, true);
		return true;
	case OP_RETURNDATACOPY:
		emit_end(t, HANDLER_RETURNDATACOPY, 0, 3, true);
		return true;
	case OP_EXTCODECOPY:
		emit_end_on_stack(t, HANDLER_EXTCODECOPY, 0, 4);
		return true;
	case OP_LOG0 ... OP_LOG4:
		emit_end_on_stack(t, HANDLER_LOG, 1, 2 + opcode - OP_LOG0)->bits =
		    (unsigned)(opcode - OP_LOG0);
		return true;
	case OP_CREATE:
	case OP_CREATE2:
		emit_end_on_stack(t, HANDLER_CREATE, 1, opcode_traits[opcode].pops)->bits = opcode;
		return true;
	default: /* the calls */
		emit_end_on_stack(t, HANDLER_CALL, 1, opcode_traits[opcode].pops)->bits = opcode;
		return true;
	}
}

/* True: another instruction fits the block. */
static bool has_room(const struct translator *t)
{
	return t->instructions < BLOCK_INSTRUCTIONS && t->lowest > BLOCK_LOWEST &&
	       t->height < BLOCK_HIGHEST;
}

/* A jump whose target is known, and may become part of the block. */
static bool merge_jump(struct translator *t, uint8_t opcode)
{
	struct value target;

	if (opcode != OP_JUMP || t->out->work > work_limit(t, WORK_WITH_MERGING))
		return false;
	stack_need(t, 1);
	target = *value_at(t, t->height - 1);
	if (!is_constant_jumpdest(t, target))
		return false;
	t->pc = value_constant(t, stack_pop(t))->limb[0];
	return true;
}

/* True: a JUMPDEST inside of the block ends it. */
static bool jumpdest_divides(const struct translator *t)
{
	return t->instructions && t->out->work > work_limit(t, WORK_WITH_MERGING);
}

/* One block, from t->pc on; true: the next one is to follow it. */
static bool translate_block(struct translator *t)
{
	const uint8_t *code = t->code->code.data;
	uint8_t opcode;
	bool goes_on;

	block_begin(t);
	for (;; t->instructions++) {
		opcode = code[t->pc];
		if ((opcode == OP_JUMPDEST && jumpdest_divides(t)) || !has_room(t))
			return fall_through(t);
		if (!opcode_is_defined(opcode, t->evm->block->revision)) {
			stack_settle(t, 0);
			emit_places(t, HANDLER_STEP, 1, t->height, 0, 0, 0)->bits = t->pc;
			block_end(t);
			return false;
		}
		if (t->crowded) {
			stack_settle(t, 0);
			t->crowded = false;
		}
		t->gas += opcode_traits[opcode].gas;
		t->out->work++;
		if (merge_jump(t, opcode))
			continue;
		if (!translate_inside(t, opcode))
			break;
		t->pc += 1 + opcode_immediate(opcode);
	}
	goes_on = translate_end(t, opcode);
	t->pc++;
	if (goes_on)
		return follow(t);
	block_end(t);
	return false;
}

/* The translation of `code`, begun if it was not yet; NULL: it is of another
 * kind. */
static struct translation *translation_of(struct evm *e, const struct evm_code *code)
{
	struct code_analysis *analysis = code_analysis(code);
	struct translation *out = analysis->translation;

	if (!out)
		out = analysis->translation = translation_new(e, code);
	return out->handlers == e->handlers && out->revision == e->block->revision ? out : NULL;
}

const union word *translate(struct evm *e, const struct evm_code *code, uint64_t pc)
{
	struct translation *out = translation_of(e, code);
	struct translator *t = e->translator;
	const union word **known, *first;

	if (!out)
		return NULL;
	t->evm = e;
	t->code = code;
	t->out = out;
	t->pc = pc;
	t->blocks_left = RUN_BLOCKS;
	known = known_block(t, pc);
	if (known && *known)
		return *known;
	if (e->translated > TRANSLATED_MAX || out->work > work_limit(t, WORK_MAX))
		return NULL;
	/* The first word of the run, past the end of a piece. */
	first = NULL;
	for (;;) {
		bool more = translate_block(t);

		if (!first)
			first = t->block;
		if (!more)
			return first;
	}
}
