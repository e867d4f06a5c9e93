/* interpreter: runs translated code; see translation.h.
 *
 * Each handler goes to the next one by itself.  The gas, the stack pointer (of
 * the block's entry) and the place in the list are in registers; they are
 * written back to the frame before anything that may look at them. */
#include "evm/environment.h"
#include "evm/translation.h"

#ifndef INTERPRETER_NAME
#define INTERPRETER_NAME interpreter_run
#endif

#define LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* The block that a computed jump to `target` enters; NULL: there is none, or
 * none yet. */
static inline const union word *find_block(const struct evm_code *code, const struct u256 *target)
{
	const struct code_analysis *analysis = code_analysis(code);
	uint64_t pc = target->limb[0];

	if (!u256_fits_u64(target) || !code_is_jumpdest(code, analysis->jumpdests, pc))
		return NULL;
	return analysis->translation
	    ->blocks[jumpdest_number(analysis->translation, analysis->jumpdests, pc)];
}

/* The rest of the frame goes step by step from `pc` on. */
static bool leave_at(struct evm_frame *f, uint64_t gas, struct u256 *sp, uint64_t pc)
{
	f->gas = gas;
	f->sp = sp;
	f->pc = f->code->code.data + pc;
	f->exact = true;
	return false;
}

bool INTERPRETER_NAME(struct evm *e, struct evm_frame *f)
{
#define HANDLER_LABEL(name) &&handle_##name,
	static const void *const handlers[HANDLER_COUNT] = { FOR_EACH_HANDLER(HANDLER_LABEL) };
#undef HANDLER_LABEL
	const union word *pc, *target;
	struct u256 *sp;
	uint64_t gas;
	enum evm_status status;

/* Words of a handler: its own and its places, and more. */
#define PLACES 2

#define PLACE(i) ((struct u256 *)(void *)((char *)sp + pc[1].place[i]))
#define D        PLACE(0)
#define A        PLACE(1)
#define B        PLACE(2)
#define C        PLACE(3)
#define WORD     (pc[2].bits)
#define WIDE     ((const struct u256 *)(const void *)&pc[2])

#define DISPATCH() goto * pc->handler
#define NEXT(words)                                                                                \
	do {                                                                                       \
		pc += (words);                                                                     \
		DISPATCH();                                                                        \
	} while (0)

/* Enters a block, if the gas and the stack allow. */
#define ENTER(head)                                                                                \
	do {                                                                                       \
		uint64_t rest_;                                                                    \
		target = (head);                                                                   \
		if (UNLIKELY(__builtin_sub_overflow(gas, target[1].entry.gas, &rest_) ||           \
			     (uint32_t)((char *)sp - (char *)f->stack) - target[1].entry.need >    \
				 target[1].entry.range))                                           \
			goto refused;                                                              \
		gas = rest_;                                                                       \
		pc = target + BLOCK_HEAD_WORDS;                                                    \
		DISPATCH();                                                                        \
	} while (0)

/* Moves the stack pointer to where it is in the code; no places after that. */
#define MOVE_STACK() (sp = D)

/* What may fail, or look at the frame. */
#define OPERATION(call)                                                                            \
	do {                                                                                       \
		f->gas = gas;                                                                      \
		status = (call);                                                                   \
		gas = f->gas;                                                                      \
		if (UNLIKELY(status != EVM_SUCCESS))                                               \
			goto ended;                                                                \
	} while (0)

#define RESULT(name, expression)                                                                   \
	handle_##name : *D = (expression);                                                         \
	NEXT(PLACES);

#define FUNCTION(name, function)                                                                   \
	handle_##name : function(D, A, B);                                                         \
	NEXT(PLACES);

#define TRUTH(name, words, condition)                                                              \
	handle_##name : *D = u256_from_u64(condition);                                             \
	NEXT(words);

#define LIMBWISE(name, words, expression)                                                          \
	handle_##name:                                                                             \
	{                                                                                          \
		const struct u256 *a = A;                                                          \
		struct u256 *d = D;                                                                \
		uint64_t r0, r1, r2, r3;                                                           \
		int i = 0;                                                                         \
		r0 = (expression), i = 1;                                                          \
		r1 = (expression), i = 2;                                                          \
		r2 = (expression), i = 3;                                                          \
		r3 = (expression);                                                                 \
		d->limb[0] = r0;                                                                   \
		d->limb[1] = r1;                                                                   \
		d->limb[2] = r2;                                                                   \
		d->limb[3] = r3;                                                                   \
		NEXT(words);                                                                       \
	}

#define BRANCH(name, words, condition)                                                             \
	handle_##name : if (condition)                                                             \
	{                                                                                          \
		MOVE_STACK();                                                                      \
		ENTER(pc[2].to);                                                                   \
	}                                                                                          \
	else                                                                                       \
	{                                                                                          \
		MOVE_STACK();                                                                      \
		ENTER(pc + (words));                                                               \
	}

#define COMPARE_WORD(operator) (u256_fits_u64(A) && A->limb[0] operator WORD)
#define COMPARE_LAST(operator) (u256_fits_u64(A) && A->limb[0] operator pc[4].bits)

	if (!f) {
		e->handlers = handlers;
		return false;
	}
	gas = f->gas;
	sp = f->sp;
	pc = NULL;
	if (f->cell)
		ENTER(f->cell);
	target = translate(e, f->code, 0);
	if (!target)
		return leave_at(f, gas, sp, 0);
	ENTER(target);

refused:
	if (target != translation_unlinked)
		return leave_at(f, gas, sp, target[2].bits);
	/* A jump that was not taken before: pc is at its words. */
	target = translate(e, f->code, pc[3].bits);
	if (!target)
		return leave_at(f, gas, sp, pc[3].bits);
	((union word *)(uintptr_t)pc)[2].to = target;
	ENTER(target);

ended:
	f->gas = gas;
	f->status = status;
	return true;

handle_BLOCK:
	ENTER(pc);
handle_NEXT:
	MOVE_STACK();
	ENTER(pc + PLACES);
handle_NEXT_TO:
	MOVE_STACK();
	ENTER(pc[2].to);
handle_CONTINUE:
	pc = pc[1].to;
	DISPATCH();
handle_STEP:
	MOVE_STACK();
	return leave_at(f, gas, sp, pc[2].bits);

	LIMBWISE(MOVE, PLACES, a->limb[i])
handle_SWAP : {
	struct u256 *a = A, *b = B;

	for (int i = 0; i < 4; i++) {
		uint64_t limb = a->limb[i];

		a->limb[i] = b->limb[i];
		b->limb[i] = limb;
	}
	NEXT(PLACES);
}
handle_CONST:
	*D = u256_from_u64(WORD);
	NEXT(PLACES + 1);
handle_CONST_WIDE:
	*D = *WIDE;
	NEXT(PLACES + 4);

	FUNCTION(ADD, u256_add)
handle_ADD_BITS : {
	struct u256 b = u256_from_u64(WORD);

	u256_add(D, A, &b);
	NEXT(PLACES + 1);
}
handle_ADD_WIDE:
	u256_add(D, A, WIDE);
	NEXT(PLACES + 4);
	FUNCTION(SUB, u256_sub)
handle_SUB_BITS : {
	struct u256 b = u256_from_u64(WORD);

	u256_sub(D, A, &b);
	NEXT(PLACES + 1);
}
handle_SUB_FROM_WIDE:
	u256_sub(D, WIDE, A);
	NEXT(PLACES + 4);
	FUNCTION(MUL, u256_mul)
handle_MUL_BITS : {
	const struct u256 *a = A;
	uint64_t carry = 0, limb = WORD;
	struct u256 product;

	product.limb[0] = u256_limb_mul_add(&carry, a->limb[0], limb, 0, 0);
	product.limb[1] = u256_limb_mul_add(&carry, a->limb[1], limb, carry, 0);
	product.limb[2] = u256_limb_mul_add(&carry, a->limb[2], limb, carry, 0);
	product.limb[3] = a->limb[3] * limb + carry;
	*D = product;
	NEXT(PLACES + 1);
}
handle_DIV:
	u256_divmod(D, NULL, A, B);
	NEXT(PLACES);
handle_SDIV:
	u256_sdivmod(D, NULL, A, B);
	NEXT(PLACES);
handle_MOD:
	u256_divmod(NULL, D, A, B);
	NEXT(PLACES);
handle_SMOD:
	u256_sdivmod(NULL, D, A, B);
	NEXT(PLACES);
handle_ADDMOD:
	u256_addmod(D, A, B, C);
	NEXT(PLACES);
handle_MULMOD:
	u256_mulmod(D, A, B, C);
	NEXT(PLACES);
handle_EXP:
	OPERATION(operation_exp(f, D, A, B));
	NEXT(PLACES);
handle_SIGNEXTEND:
	u256_signextend(D, B, A);
	NEXT(PLACES);
handle_SIGNEXTEND_BITS : {
	struct u256 index = u256_from_u64(WORD);

	u256_signextend(D, &index, A);
	NEXT(PLACES + 1);
}

	TRUTH(LT, PLACES, u256_lt(A, B))
	TRUTH(GE, PLACES, !u256_lt(A, B))
	TRUTH(LT_BITS, PLACES + 1, COMPARE_WORD(<))
	TRUTH(GE_BITS, PLACES + 1, !COMPARE_WORD(<))
	TRUTH(GT_BITS, PLACES + 1, !COMPARE_WORD(<=))
	TRUTH(LE_BITS, PLACES + 1, COMPARE_WORD(<=))
	TRUTH(SLT, PLACES, u256_slt(A, B))
	TRUTH(SGE, PLACES, !u256_slt(A, B))
	TRUTH(EQ, PLACES, u256_eq(A, B))
	TRUTH(NE, PLACES, !u256_eq(A, B))
	TRUTH(EQ_BITS, PLACES + 1, COMPARE_WORD(==))
	TRUTH(NE_BITS, PLACES + 1, !COMPARE_WORD(==))
	TRUTH(ZERO, PLACES, u256_is_zero(A))
	TRUTH(NONZERO, PLACES, !u256_is_zero(A))

	LIMBWISE(AND, PLACES, a->limb[i] & B->limb[i])
handle_AND_BITS:
	*D = u256_from_u64(A->limb[0] & WORD);
	NEXT(PLACES + 1);
	LIMBWISE(AND_WIDE, PLACES + 4, a->limb[i] & WIDE->limb[i])
	LIMBWISE(OR, PLACES, a->limb[i] | B->limb[i])
	LIMBWISE(OR_WIDE, PLACES + 4, a->limb[i] | WIDE->limb[i])
	LIMBWISE(XOR, PLACES, a->limb[i] ^ B->limb[i])
	LIMBWISE(XOR_WIDE, PLACES + 4, a->limb[i] ^ WIDE->limb[i])
	LIMBWISE(NOT, PLACES, ~a->limb[i])
handle_BYTE:
	u256_byte(D, B, A);
	NEXT(PLACES);
handle_BYTE_BITS : {
	unsigned index = (unsigned)WORD;

	*D = u256_from_u64(A->limb[3 - index / 8] >> (56 - 8 * (index % 8)) & 0xff);
	NEXT(PLACES + 1);
}
handle_SHL:
	u256_shl(D, A, B);
	NEXT(PLACES);
handle_SHL_BITS:
	u256_shl_bits(D, A, (unsigned)WORD);
	NEXT(PLACES + 1);
handle_SHR:
	u256_shr(D, A, B);
	NEXT(PLACES);
handle_SHR_BITS:
	u256_shr_bits(D, A, (unsigned)WORD, 0);
	NEXT(PLACES + 1);
handle_SAR:
	u256_sar(D, A, B);
	NEXT(PLACES);
handle_SAR_BITS:
	u256_shr_bits(D, A, (unsigned)WORD, 0 - (A->limb[3] >> 63));
	NEXT(PLACES + 1);
	RESULT(CLZ, u256_from_u64(256 - u256_bit_length(A)))

handle_KECCAK256:
	OPERATION(operation_keccak256(e, f, D, A, B));
	NEXT(PLACES);
	RESULT(ADDRESS, environment_address(f))
handle_BALANCE:
	OPERATION(operation_balance(e, f, D, A));
	NEXT(PLACES);
	RESULT(ORIGIN, environment_origin(e))
	RESULT(CALLER, environment_caller(f))
	RESULT(CALLVALUE, f->value)
handle_CALLDATALOAD:
	operation_calldataload(f, D, A);
	NEXT(PLACES);
	RESULT(CALLDATASIZE, u256_from_u64(f->input.len))
handle_CALLDATACOPY:
	OPERATION(operation_copy(e, f, f->input, A, B, C));
	NEXT(PLACES);
handle_CODECOPY:
	OPERATION(operation_copy(e, f, f->code->code, A, B, C));
	NEXT(PLACES);
	RESULT(GASPRICE, e->tx->gas_price)
handle_EXTCODESIZE:
	OPERATION(operation_extcodesize(e, f, D, A));
	NEXT(PLACES);
	RESULT(RETURNDATASIZE, u256_from_u64(e->return_data.len))
handle_EXTCODEHASH:
	OPERATION(operation_extcodehash(e, f, D, A));
	NEXT(PLACES);
handle_BLOCKHASH:
	operation_blockhash(e, D, A);
	NEXT(PLACES);
	RESULT(COINBASE, environment_coinbase(e))
	RESULT(TIMESTAMP, u256_from_u64(e->block->timestamp))
	RESULT(NUMBER, u256_from_u64(e->block->number))
	RESULT(PREVRANDAO, environment_prevrandao(e))
	RESULT(GASLIMIT, u256_from_u64(e->block->gas_limit))
	RESULT(CHAINID, u256_from_u64(e->block->chain_id))
	RESULT(SELFBALANCE, *state_balance(f->account))
	RESULT(BASEFEE, e->block->base_fee)
handle_BLOBHASH:
	operation_blobhash(e, D, A);
	NEXT(PLACES);
	RESULT(BLOBBASEFEE, e->block->blob_base_fee)

handle_MLOAD : {
	const struct u256 *a = A;

	if (LIKELY(u256_fits_u64(a) && a->limb[0] < f->memory_words))
		*D = u256_from_be(f->memory + a->limb[0], 32);
	else
		OPERATION(operation_mload(e, f, D, a));
	NEXT(PLACES);
}
handle_MLOAD_BITS:
	if (LIKELY(WORD < f->memory_words)) {
		*D = u256_from_be(f->memory + WORD, 32);
	} else {
		struct u256 offset = u256_from_u64(WORD);

		OPERATION(operation_mload(e, f, D, &offset));
	}
	NEXT(PLACES + 1);
handle_MSTORE : {
	const struct u256 *a = A;

	if (LIKELY(u256_fits_u64(a) && a->limb[0] < f->memory_words))
		u256_to_be(f->memory + a->limb[0], B);
	else
		OPERATION(operation_mstore(e, f, a, B));
	NEXT(PLACES);
}
handle_MSTORE_BITS:
	if (LIKELY(WORD < f->memory_words)) {
		u256_to_be(f->memory + WORD, B);
	} else {
		struct u256 offset = u256_from_u64(WORD);

		OPERATION(operation_mstore(e, f, &offset, B));
	}
	NEXT(PLACES + 1);
handle_MSTORE8:
	OPERATION(operation_mstore8(e, f, A, B));
	NEXT(PLACES);
handle_MCOPY:
	OPERATION(operation_mcopy(e, f, A, B, C));
	NEXT(PLACES);
handle_SLOAD:
	OPERATION(operation_sload(e, f, D, A));
	NEXT(PLACES);
handle_TLOAD:
	operation_tload(e, f, D, A);
	NEXT(PLACES);
	RESULT(MSIZE, u256_from_u64(f->memory_len))
handle_GAS:
	*D = u256_from_u64(gas + WORD);
	NEXT(PLACES + 1);

handle_STOP:
	status = EVM_SUCCESS;
	goto ended;
handle_JUMP : {
	const struct u256 *to = A;
	const union word *head = find_block(f->code, to);

	MOVE_STACK();
	if (LIKELY(head != NULL))
		ENTER(head);
	if (!u256_fits_u64(to) ||
	    !code_is_jumpdest(f->code, code_jumpdests(f->code), to->limb[0])) {
		status = EVM_BAD_JUMP;
		goto ended;
	}
	head = translate(e, f->code, to->limb[0]);
	if (!head)
		return leave_at(f, gas, sp, to->limb[0]);
	ENTER(head);
}
handle_JUMPI:
	if (!u256_is_zero(B))
		goto handle_JUMP;
	MOVE_STACK();
	ENTER(pc + PLACES);
handle_JUMP_TO:
	MOVE_STACK();
	ENTER(pc[2].to);
	BRANCH(IF_NONZERO, PLACES + 2, !u256_is_zero(A))
	BRANCH(IF_ZERO, PLACES + 2, u256_is_zero(A))
	BRANCH(IF_LT, PLACES + 2, u256_lt(A, B))
	BRANCH(IF_GE, PLACES + 2, !u256_lt(A, B))
	BRANCH(IF_SLT, PLACES + 2, u256_slt(A, B))
	BRANCH(IF_SGE, PLACES + 2, !u256_slt(A, B))
	BRANCH(IF_EQ, PLACES + 2, u256_eq(A, B))
	BRANCH(IF_NE, PLACES + 2, !u256_eq(A, B))
	BRANCH(IF_LT_BITS, PLACES + 3, COMPARE_LAST(<))
	BRANCH(IF_GE_BITS, PLACES + 3, !COMPARE_LAST(<))
	BRANCH(IF_GT_BITS, PLACES + 3, !COMPARE_LAST(<=))
	BRANCH(IF_LE_BITS, PLACES + 3, COMPARE_LAST(<=))
	BRANCH(IF_EQ_BITS, PLACES + 3, COMPARE_LAST(==))
	BRANCH(IF_NE_BITS, PLACES + 3, !COMPARE_LAST(==))

handle_RETURN:
	OPERATION(operation_return(e, f, A, B));
	goto ended;
handle_REVERT:
	OPERATION(operation_return(e, f, A, B));
	status = EVM_REVERT;
	goto ended;
handle_SELFDESTRUCT:
	OPERATION(operation_selfdestruct(e, f, A));
	goto ended;
handle_SSTORE:
	OPERATION(operation_sstore(e, f, A, B));
	MOVE_STACK();
	ENTER(pc + PLACES);
handle_TSTORE:
	OPERATION(operation_tstore(e, f, A, B));
	MOVE_STACK();
	ENTER(pc + PLACES);
handle_RETURNDATACOPY:
	OPERATION(operation_returndatacopy(e, f, A, B, C));
	MOVE_STACK();
	ENTER(pc + PLACES);
handle_EXTCODECOPY:
	MOVE_STACK();
	OPERATION(operation_extcodecopy(e, f, &sp[-1], &sp[-2], &sp[-3], &sp[-4]));
	sp -= 4;
	ENTER(pc + PLACES);
handle_LOG:
	MOVE_STACK();
	OPERATION(operation_log(e, f, sp, (unsigned)WORD));
	sp -= 2 + WORD;
	ENTER(pc + PLACES + 1);
handle_CALL:
	MOVE_STACK();
	f->sp = sp;
	f->cell = pc + PLACES + 1;
	OPERATION(operation_call(e, f, (uint8_t)WORD));
	goto called;
handle_CREATE:
	MOVE_STACK();
	f->sp = sp;
	f->cell = pc + PLACES + 1;
	OPERATION(operation_create(e, f, (uint8_t)WORD));
called:
	if (e->frame != f)
		return false;
	sp = f->sp;
	ENTER(f->cell);
}
