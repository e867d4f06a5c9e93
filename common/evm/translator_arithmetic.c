/* Arithmetic, comparisons and bits: with constant operands where there are any,
 * as something cheaper where that is the same, and at once where all operands
 * are known. */
#include "evm/translator.h"

#define NONE HANDLER_COUNT

struct binary {
	enum handler plain;      /* a, b in slots, in the order of the pops; NONE: not binary */
	enum handler bits;       /* b fits a word; NONE: there is none such */
	enum handler wide;       /* b is any constant */
	enum handler bits_first; /* a fits a word: operands change places */
	bool commutes;
	bool swapped; /* the handler takes the second popped first */
};

/* GT is LT with its operands swapped; shifts, BYTE and SIGNEXTEND pop the value
 * last, and their handlers have it first. */
static const struct binary binaries[OP_SAR + 1] = {
	[OP_ADD] = { HANDLER_ADD, HANDLER_ADD_BITS, HANDLER_ADD_WIDE, NONE, true, false },
	[OP_MUL] = { HANDLER_MUL, HANDLER_MUL_BITS, NONE, NONE, true, false },
	[OP_SUB] = { HANDLER_SUB, HANDLER_SUB_BITS, NONE, NONE, false, false },
	[OP_DIV] = { HANDLER_DIV, NONE, NONE, NONE, false, false },
	[OP_SDIV] = { HANDLER_SDIV, NONE, NONE, NONE, false, false },
	[OP_MOD] = { HANDLER_MOD, NONE, NONE, NONE, false, false },
	[OP_SMOD] = { HANDLER_SMOD, NONE, NONE, NONE, false, false },
	[OP_EXP] = { HANDLER_EXP, NONE, NONE, NONE, false, false },
	[OP_SIGNEXTEND] = { HANDLER_SIGNEXTEND, NONE, NONE, HANDLER_SIGNEXTEND_BITS, false, true },
	[OP_LT] = { HANDLER_LT, HANDLER_LT_BITS, NONE, HANDLER_GT_BITS, false, false },
	[OP_GT] = { HANDLER_LT, HANDLER_GT_BITS, NONE, HANDLER_LT_BITS, false, true },
	[OP_SLT] = { HANDLER_SLT, NONE, NONE, NONE, false, false },
	[OP_SGT] = { HANDLER_SLT, NONE, NONE, NONE, false, true },
	[OP_EQ] = { HANDLER_EQ, HANDLER_EQ_BITS, NONE, NONE, true, false },
	[OP_AND] = { HANDLER_AND, HANDLER_AND_BITS, HANDLER_AND_WIDE, NONE, true, false },
	[OP_OR] = { HANDLER_OR, NONE, HANDLER_OR_WIDE, NONE, true, false },
	[OP_XOR] = { HANDLER_XOR, NONE, HANDLER_XOR_WIDE, NONE, true, false },
	[OP_BYTE] = { HANDLER_BYTE, NONE, NONE, HANDLER_BYTE_BITS, false, true },
	[OP_SHL] = { HANDLER_SHL, NONE, NONE, NONE, false, true },
	[OP_SHR] = { HANDLER_SHR, NONE, NONE, NONE, false, true },
	[OP_SAR] = { HANDLER_SAR, NONE, NONE, NONE, false, true },
};

static bool is_binary(uint8_t opcode)
{
	return (opcode >= OP_ADD && opcode <= OP_SMOD) ||
	       (opcode >= OP_EXP && opcode <= OP_SIGNEXTEND) ||
	       (opcode >= OP_LT && opcode <= OP_EQ) || (opcode >= OP_AND && opcode <= OP_XOR) ||
	       (opcode >= OP_BYTE && opcode <= OP_SAR);
}

/* The result of `opcode` on constants; false: it is left for when it runs (it
 * is dear, or its gas depends on the operands). */
static bool fold(uint8_t opcode, struct u256 *out, const struct u256 *a, const struct u256 *b)
{
	switch (opcode) {
	case OP_ADD:
		u256_add(out, a, b);
		return true;
	case OP_MUL:
		u256_mul(out, a, b);
		return true;
	case OP_SUB:
		u256_sub(out, a, b);
		return true;
	case OP_LT:
		*out = u256_from_u64(u256_lt(a, b));
		return true;
	case OP_GT:
		*out = u256_from_u64(u256_lt(b, a));
		return true;
	case OP_EQ:
		*out = u256_from_u64(u256_eq(a, b));
		return true;
	case OP_AND:
		for (int i = 0; i < 4; i++)
			out->limb[i] = a->limb[i] & b->limb[i];
		return true;
	case OP_OR:
		for (int i = 0; i < 4; i++)
			out->limb[i] = a->limb[i] | b->limb[i];
		return true;
	case OP_XOR:
		for (int i = 0; i < 4; i++)
			out->limb[i] = a->limb[i] ^ b->limb[i];
		return true;
	case OP_BYTE:
		u256_byte(out, a, b);
		return true;
	case OP_SIGNEXTEND:
		u256_signextend(out, a, b);
		return true;
	case OP_SHL:
		u256_shl(out, b, a);
		return true;
	case OP_SHR:
		u256_shr(out, b, a);
		return true;
	case OP_SAR:
		u256_sar(out, b, a);
		return true;
	default:
		return false;
	}
}

/* True: `*c` is 2 to the power of `*exponent`. */
static bool is_power_of_2(const struct u256 *c, unsigned *exponent)
{
	struct u256 less, one = u256_from_u64(1), both;

	if (u256_is_zero(c))
		return false;
	u256_sub(&less, c, &one);
	for (int i = 0; i < 4; i++)
		both.limb[i] = c->limb[i] & less.limb[i];
	*exponent = u256_bit_length(c) - 1;
	return u256_is_zero(&both);
}

static void emit_bits(struct translator *t, enum handler handler, struct value v, uint64_t bits)
{
	int d;

	value_release(t, v);
	d = stack_push_result(t);
	emit_places(t, handler, 1, d, v.slot, NO_SLOT, NO_SLOT)->bits = bits;
}

static void emit_wide(struct translator *t, enum handler handler, struct value v,
		      const struct u256 *constant)
{
	int d;

	value_release(t, v);
	d = stack_push_result(t);
	memcpy(emit_places(t, handler, 4, d, v.slot, NO_SLOT, NO_SLOT), constant,
	       sizeof(*constant));
}

/* The value itself is the result. */
static void keep(struct translator *t, struct value v)
{
	value_release(t, v);
	stack_push(t, v);
}

/* By 1 to 255. */
static void emit_shift(struct translator *t, uint8_t opcode, struct value v, unsigned count)
{
	bool left = opcode == OP_SHL;

	if (opcode == OP_SAR)
		emit_bits(t, HANDLER_SAR_BITS, v, count);
	else if (count < 64)
		emit_bits(t, left ? HANDLER_SHL_LOW : HANDLER_SHR_LOW, v, count);
	else if (count >= 192)
		emit_bits(t, left ? HANDLER_SHL_HIGH : HANDLER_SHR_HIGH, v, count - 192);
	else
		emit_bits(t, left ? HANDLER_SHL_BITS : HANDLER_SHR_BITS, v, count);
}

/* What `v`, in a slot, and the constant `c` come to, where something cheaper
 * than the instruction does it.  `c` is the second operand. */
static bool reduce_second(struct translator *t, uint8_t opcode, struct value v,
			  const struct u256 *c)
{
	struct u256 other, one = u256_from_u64(1), zero = U256_ZERO;
	unsigned exponent;

	switch (opcode) {
	case OP_ADD:
	case OP_OR:
	case OP_XOR:
		if (u256_is_zero(c)) {
			keep(t, v);
			return true;
		}
		u256_negate(&other, c);
		if (opcode == OP_ADD && !u256_fits_u64(c) && u256_fits_u64(&other)) {
			emit_bits(t, HANDLER_SUB_BITS, v, other.limb[0]);
			return true;
		}
		return false;
	case OP_SUB:
		if (u256_is_zero(c)) {
			keep(t, v);
			return true;
		}
		if (u256_fits_u64(c))
			return false;
		u256_negate(&other, c);
		emit_wide(t, HANDLER_ADD_WIDE, v, &other);
		return true;
	case OP_AND:
		if (!u256_is_zero(c))
			return false;
		value_release(t, v);
		stack_push_constant(t, &zero);
		return true;
	case OP_MUL:
	case OP_DIV:
		if (!is_power_of_2(c, &exponent))
			return false;
		if (exponent == 0)
			keep(t, v);
		else
			emit_shift(t, opcode == OP_MUL ? OP_SHL : OP_SHR, v, exponent);
		return true;
	case OP_MOD:
		if (!is_power_of_2(c, &exponent))
			return false;
		u256_sub(&other, c, &one);
		emit_wide(t, HANDLER_AND_WIDE, v, &other);
		return true;
	default:
		return false;
	}
}

/* The same where the constant `c` is the first operand. */
static bool reduce_first(struct translator *t, uint8_t opcode, const struct u256 *c, struct value v)
{
	struct u256 zero = U256_ZERO;
	bool small = u256_fits_u64(c);

	switch (opcode) {
	case OP_SHL:
	case OP_SHR:
	case OP_SAR:
		if (u256_is_zero(c)) {
			keep(t, v);
		} else if (small && c->limb[0] < 256) {
			emit_shift(t, opcode, v, (unsigned)c->limb[0]);
		} else if (opcode == OP_SAR) {
			/* By 255 is as good as by more. */
			emit_shift(t, opcode, v, 255);
		} else {
			value_release(t, v);
			stack_push_constant(t, &zero);
		}
		return true;
	case OP_SIGNEXTEND:
		if (small && c->limb[0] < 31)
			return false;
		keep(t, v);
		return true;
	case OP_BYTE:
		if (small && c->limb[0] < 32)
			return false;
		value_release(t, v);
		stack_push_constant(t, &zero);
		return true;
	case OP_SUB:
		emit_wide(t, HANDLER_SUB_FROM_WIDE, v, c);
		return true;
	default:
		return false;
	}
}

/* Both operands in slots. */
static void emit_plain(struct translator *t, const struct binary *binary, struct value a,
		       struct value b)
{
	int slot_a = value_slot(t, a), slot_b = value_slot(t, b);
	int d;

	slot_release(t, slot_a);
	slot_release(t, slot_b);
	d = stack_push_result(t);
	if (binary->swapped)
		emit_places(t, binary->plain, 0, d, slot_b, slot_a, NO_SLOT);
	else
		emit_places(t, binary->plain, 0, d, slot_a, slot_b, NO_SLOT);
}

static void translate_binary(struct translator *t, uint8_t opcode)
{
	const struct binary *binary = &binaries[opcode];
	struct value a = stack_pop(t), b = stack_pop(t);
	const struct u256 *constant;
	struct u256 folded;

	if (value_is_constant(a) && value_is_constant(b) &&
	    fold(opcode, &folded, value_constant(t, a), value_constant(t, b))) {
		stack_push_constant(t, &folded);
		return;
	}
	if (value_is_constant(a) && !value_is_constant(b) && binary->commutes) {
		struct value v = a;

		a = b;
		b = v;
	}
	if (value_is_constant(b) && !value_is_constant(a)) {
		constant = value_constant(t, b);
		if (reduce_second(t, opcode, a, constant))
			return;
		if (binary->bits != NONE && u256_fits_u64(constant)) {
			emit_bits(t, binary->bits, a, constant->limb[0]);
			return;
		}
		if (binary->wide != NONE) {
			emit_wide(t, binary->wide, a, constant);
			return;
		}
	} else if (value_is_constant(a) && !value_is_constant(b)) {
		constant = value_constant(t, a);
		if (reduce_first(t, opcode, constant, b))
			return;
		if (binary->bits_first != NONE && u256_fits_u64(constant)) {
			emit_bits(t, binary->bits_first, b, constant->limb[0]);
			return;
		}
	}
	emit_plain(t, binary, a, b);
}

/* ISZERO of a comparison that nobody else looks at turns it around. */
static bool turn_around(struct translator *t, struct value v)
{
	enum handler opposite;

	if (!t->last || !is_comparison(t->last_handler) ||
	    t->last[1].place[0] != place_of(v.slot) || slot_at(t, v.slot)->uses != 1)
		return false;
	opposite = comparison_opposite(t->last_handler);
	t->last->handler = t->out->handlers[opposite];
	t->last_handler = opposite;
	return true;
}

static void translate_unary(struct translator *t, uint8_t opcode)
{
	static const enum handler handlers[OP_CLZ + 1] = {
		[OP_ISZERO] = HANDLER_ZERO, [OP_NOT] = HANDLER_NOT, [OP_CLZ] = HANDLER_CLZ
	};
	struct value v = stack_pop(t);
	struct u256 folded;
	int d;

	if (value_is_constant(v)) {
		const struct u256 *c = value_constant(t, v);

		if (opcode == OP_ISZERO)
			folded = u256_from_u64(u256_is_zero(c));
		else if (opcode == OP_CLZ)
			folded = u256_from_u64(256 - u256_bit_length(c));
		else
			folded =
			    (struct u256){ { ~c->limb[0], ~c->limb[1], ~c->limb[2], ~c->limb[3] } };
		stack_push_constant(t, &folded);
		return;
	}
	if (opcode == OP_ISZERO && turn_around(t, v)) {
		keep(t, v);
		return;
	}
	value_release(t, v);
	d = stack_push_result(t);
	emit_places(t, handlers[opcode], 0, d, v.slot, NO_SLOT, NO_SLOT);
}

static void translate_ternary(struct translator *t, enum handler handler)
{
	struct value a = stack_pop(t), b = stack_pop(t), c = stack_pop(t);
	int slot_a = value_slot(t, a), slot_b = value_slot(t, b), slot_c = value_slot(t, c);
	int d;

	slot_release(t, slot_a);
	slot_release(t, slot_b);
	slot_release(t, slot_c);
	d = stack_push_result(t);
	emit_places(t, handler, 0, d, slot_a, slot_b, slot_c);
}

bool translate_arithmetic(struct translator *t, uint8_t opcode)
{
	if (is_binary(opcode))
		translate_binary(t, opcode);
	else if (opcode == OP_ISZERO || opcode == OP_NOT || opcode == OP_CLZ)
		translate_unary(t, opcode);
	else if (opcode == OP_ADDMOD)
		translate_ternary(t, HANDLER_ADDMOD);
	else if (opcode == OP_MULMOD)
		translate_ternary(t, HANDLER_MULMOD);
	else
		return false;
	return true;
}

struct comparison {
	enum handler opposite, jump;
	bool is_one;
};

static const struct comparison comparisons[HANDLER_COUNT] = {
	[HANDLER_LT] = { HANDLER_GE, HANDLER_IF_LT, true },
	[HANDLER_GE] = { HANDLER_LT, HANDLER_IF_GE, true },
	[HANDLER_LT_BITS] = { HANDLER_GE_BITS, HANDLER_IF_LT_BITS, true },
	[HANDLER_GE_BITS] = { HANDLER_LT_BITS, HANDLER_IF_GE_BITS, true },
	[HANDLER_GT_BITS] = { HANDLER_LE_BITS, HANDLER_IF_GT_BITS, true },
	[HANDLER_LE_BITS] = { HANDLER_GT_BITS, HANDLER_IF_LE_BITS, true },
	[HANDLER_SLT] = { HANDLER_SGE, HANDLER_IF_SLT, true },
	[HANDLER_SGE] = { HANDLER_SLT, HANDLER_IF_SGE, true },
	[HANDLER_EQ] = { HANDLER_NE, HANDLER_IF_EQ, true },
	[HANDLER_NE] = { HANDLER_EQ, HANDLER_IF_NE, true },
	[HANDLER_EQ_BITS] = { HANDLER_NE_BITS, HANDLER_IF_EQ_BITS, true },
	[HANDLER_NE_BITS] = { HANDLER_EQ_BITS, HANDLER_IF_NE_BITS, true },
	[HANDLER_ZERO] = { HANDLER_NONZERO, HANDLER_IF_ZERO, true },
	[HANDLER_NONZERO] = { HANDLER_ZERO, HANDLER_IF_NONZERO, true },
};

bool is_comparison(enum handler handler)
{
	return comparisons[handler].is_one;
}

enum handler comparison_opposite(enum handler comparison)
{
	return comparisons[comparison].opposite;
}

enum handler comparison_jump(enum handler comparison)
{
	return comparisons[comparison].jump;
}

bool comparison_has_bits(enum handler comparison)
{
	switch (comparison) {
	case HANDLER_LT_BITS:
	case HANDLER_GE_BITS:
	case HANDLER_GT_BITS:
	case HANDLER_LE_BITS:
	case HANDLER_EQ_BITS:
	case HANDLER_NE_BITS:
		return true;
	default:
		return false;
	}
}

bool comparison_has_two_slots(enum handler comparison)
{
	return comparison != HANDLER_ZERO && comparison != HANDLER_NONZERO &&
	       !comparison_has_bits(comparison);
}
