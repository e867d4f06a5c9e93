#include "evm/translator.h"

/* A block is not over at a JUMPDEST that control falls into, nor at a jump to a
 * known place, unless it is that long already: what is there becomes part of it.
 * (Where it is jumped to from elsewhere, it is translated once more.)  A loop
 * comes out as one block, from behind its condition to its condition. */
#define MERGE_INSTRUCTIONS 128

/* What one machine may spend on translations, in bytes; code that is reached
 * afterwards runs step by step.  Several times what a block of ordinary
 * contracts needs. */
#define TRANSLATED_MAX ((size_t)64 << 20)

struct translator *translator_new(struct arena *a)
{
	return arena_alloc(a, sizeof(struct translator));
}

static bool is_jumpdest(const struct evm_code *code, uint64_t pc)
{
	return code_is_jumpdest(code, code_jumpdests(code), pc);
}

static void link_to(struct translator *t, union word *w, uint64_t pc)
{
	const union word *block = translation_find(t->code, pc);

	w[0].to = block ? block : translation_unlinked;
	w[1].bits = pc;
}

static void block_begin(struct translator *t)
{
	t->block = emit_words(t, BLOCK_HEAD_WORDS);
	t->block[1].bits = t->pc;
	t->last = NULL;
	t->instructions = t->gas_word_count = 0;
	t->gas = 0;
	stack_begin(t);
	translation_note(t->evm, t->code, t->pc, t->block);
}

static void block_end(struct translator *t)
{
	int need = -t->lowest;
	int range = EVM_STACK_SIZE - need - t->highest;

	t->block[0].entry.gas = t->gas;
	if (range < 0) {
		t->block[0].entry.need = NEED_NEVER;
		t->block[0].entry.range = 0;
	} else {
		t->block[0].entry.need = (uint16_t)place_of(need);
		t->block[0].entry.range = (uint16_t)(range * (int)sizeof(struct u256));
	}
	for (unsigned i = 0; i < t->gas_word_count; i++)
		t->gas_words[i]->bits = t->gas - t->gas_words[i]->bits;
}

/* The block ends before the instruction at t->pc. */
static void fall_through(struct translator *t)
{
	stack_settle(t, 0);
	link_to(t, emit_places(t, HANDLER_NEXT, 2, t->height, NO_SLOT, NO_SLOT, NO_SLOT), t->pc);
}

/* Ends a block whose last instruction has its `count` operands, at most 3, in
 * any slots and the stack without them in its place. */
static union word *emit_end(struct translator *t, enum handler handler, unsigned words, int count,
			    bool settle)
{
	int slots[3] = { NO_SLOT, NO_SLOT, NO_SLOT };
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
	return emit_places(t, handler, words, t->height, NO_SLOT, NO_SLOT, NO_SLOT);
}

static bool is_constant_jumpdest(struct translator *t, struct value target)
{
	const struct u256 *pc;

	if (!value_is_constant(target))
		return false;
	pc = value_constant(t, target);
	return u256_fits_u64(pc) && is_jumpdest(t->code, pc->limb[0]);
}

static void emit_jump_to(struct translator *t, uint64_t pc)
{
	stack_settle(t, 0);
	link_to(t, emit_places(t, HANDLER_NEXT, 2, t->height, NO_SLOT, NO_SLOT, NO_SLOT), pc);
}

static void emit_jump(struct translator *t)
{
	struct value target;

	stack_need(t, 1);
	target = *value_at(t, t->height - 1);
	if (is_constant_jumpdest(t, target)) {
		(void)stack_pop(t);
		emit_jump_to(t, value_constant(t, target)->limb[0]);
	} else {
		emit_end(t, HANDLER_JUMP, 0, 1, true);
	}
}

/* A comparison emitted last, for nothing but the condition `v`, is taken back,
 * to become part of the jump.  Its operands are pushed in the condition's place.
 * HANDLER_NONZERO, with `v` pushed again: there is none. */
static enum handler take_back_comparison(struct translator *t, struct value v, uint64_t *bits)
{
	enum handler comparison = t->last_handler;
	int16_t a, b;

	if (!t->last || !is_comparison(comparison) || t->last[1].place[0] != place_of(v.slot) ||
	    slot_at(t, v.slot)->uses != 1) {
		stack_push(t, v);
		value_release(t, v);
		return HANDLER_NONZERO;
	}
	a = (int16_t)(t->last[1].place[1] / (int)sizeof(struct u256));
	b = (int16_t)(t->last[1].place[2] / (int)sizeof(struct u256));
	if (comparison_has_bits(comparison))
		*bits = t->last[2].bits;
	value_release(t, v);
	slot_at(t, v.slot)->writer = NULL;
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
	int a, b = NO_SLOT;
	union word *w;

	stack_settle(t, two ? 2 : 1);
	if (two)
		b = stack_pop(t).slot;
	a = stack_pop(t).slot;
	w = emit_places(t, comparison_jump(comparison), comparison_has_bits(comparison) ? 5 : 4,
			t->height, a, b, NO_SLOT);
	link_to(t, w, pc);
	link_to(t, w + 2, t->pc + 1);
	if (comparison_has_bits(comparison))
		w[4].bits = bits;
}

static void emit_conditional_jump(struct translator *t)
{
	struct value target, condition;
	uint64_t pc;

	stack_need(t, 2);
	target = *value_at(t, t->height - 1);
	condition = *value_at(t, t->height - 2);
	if (!is_constant_jumpdest(t, target)) {
		link_to(t, emit_end(t, HANDLER_JUMPI, 2, 2, true), t->pc + 1);
		return;
	}
	pc = value_constant(t, target)->limb[0];
	(void)stack_pop(t);
	(void)stack_pop(t);
	if (!value_is_constant(condition))
		emit_branch(t, condition, pc);
	else
		emit_jump_to(t, u256_is_zero(value_constant(t, condition)) ? t->pc + 1 : pc);
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
	int slots[3] = { NO_SLOT, NO_SLOT, NO_SLOT };
	int d = NO_SLOT;

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
		emit_places(t, HANDLER_MLOAD_BITS, 1, d, NO_SLOT, NO_SLOT, NO_SLOT)->bits = bits;
	} else {
		v = stack_pop(t);
		slot = value_slot(t, v);
		slot_release(t, slot);
		emit_places(t, HANDLER_MSTORE_BITS, 1, NO_SLOT, NO_SLOT, slot, NO_SLOT)->bits =
		    bits;
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
		*constant = code_immediate(t->code->code.data + t->pc + 1, immediate);
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
		union word *w =
		    emit_places(t, HANDLER_GAS, 1, stack_push_result(t), NO_SLOT, NO_SLOT, NO_SLOT);

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

/* Ends a block with an instruction after which control goes on behind it; its
 * operands lie on the stack, and `bits` with it. */
static void emit_end_with_bits(struct translator *t, enum handler handler, uint8_t opcode,
			       uint64_t bits)
{
	union word *w = emit_end_on_stack(t, handler, 3, opcode_traits[opcode].pops);

	link_to(t, w, t->pc + 1);
	w[2].bits = bits;
}

/* The last instruction of a block. */
static void translate_end(struct translator *t, uint8_t opcode)
{
	switch (opcode) {
	case OP_STOP:
		emit_places(t, HANDLER_STOP, 0, NO_SLOT, NO_SLOT, NO_SLOT, NO_SLOT);
		break;
	case OP_JUMP:
		emit_jump(t);
		break;
	case OP_JUMPI:
		emit_conditional_jump(t);
		break;
	case OP_RETURN:
		emit_end(t, HANDLER_RETURN, 0, 2, false);
		break;
	case OP_REVERT:
		emit_end(t, HANDLER_REVERT, 0, 2, false);
		break;
	case OP_SELFDESTRUCT:
		emit_end(t, HANDLER_SELFDESTRUCT, 0, 1, false);
		break;
	case OP_SSTORE:
		link_to(t, emit_end(t, HANDLER_SSTORE, 2, 2, true), t->pc + 1);
		break;
	case OP_TSTORE:
		link_to(t, emit_end(t, HANDLER_TSTORE, 2, 2, true), t->pc + 1);
		break;
	case OP_RETURNDATACOPY:
		link_to(t, emit_end(t, HANDLER_RETURNDATACOPY, 2, 3, true), t->pc + 1);
		break;
	case OP_EXTCODECOPY:
		link_to(t, emit_end_on_stack(t, HANDLER_EXTCODECOPY, 2, 4), t->pc + 1);
		break;
	case OP_LOG0 ... OP_LOG4:
		emit_end_with_bits(t, HANDLER_LOG, opcode, (unsigned)(opcode - OP_LOG0));
		break;
	case OP_CREATE:
	case OP_CREATE2:
		emit_end_with_bits(t, HANDLER_CREATE, opcode, opcode);
		break;
	default: /* the calls */
		emit_end_with_bits(t, HANDLER_CALL, opcode, opcode);
		break;
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

	if (opcode != OP_JUMP || t->instructions > MERGE_INSTRUCTIONS)
		return false;
	stack_need(t, 1);
	target = *value_at(t, t->height - 1);
	if (!is_constant_jumpdest(t, target))
		return false;
	t->pc = value_constant(t, stack_pop(t))->limb[0];
	return true;
}

/* One block, from t->pc on. */
static void translate_block(struct translator *t)
{
	const uint8_t *code = t->code->code.data;
	uint8_t opcode;

	block_begin(t);
	for (;; t->instructions++) {
		opcode = code[t->pc];
		if (!has_room(t) ||
		    (opcode == OP_JUMPDEST && t->instructions > MERGE_INSTRUCTIONS)) {
			fall_through(t);
			break;
		}
		if (!opcode_is_defined(opcode, t->evm->block->revision)) {
			stack_settle(t, 0);
			emit_places(t, HANDLER_STEP, 1, t->height, NO_SLOT, NO_SLOT, NO_SLOT)
			    ->bits = t->pc;
			break;
		}
		if (t->crowded) {
			stack_settle(t, 0);
			t->crowded = false;
		}
		t->gas += opcode_traits[opcode].gas;
		if (merge_jump(t, opcode))
			continue;
		if (!translate_inside(t, opcode)) {
			translate_end(t, opcode);
			break;
		}
		t->pc += 1 + opcode_immediate(opcode);
	}
	block_end(t);
}

const union word *translate(struct evm *e, const struct evm_code *code, uint64_t pc)
{
	const union word *known = translation_find(code, pc);
	struct translator *t = e->translator;

	if (known || e->translated > TRANSLATED_MAX)
		return known;
	t->evm = e;
	t->code = code;
	t->out = code_analysis(code)->translation;
	t->pc = pc;
	translate_block(t);
	return t->block;
}
