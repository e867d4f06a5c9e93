/* step: the EVM instruction by instruction, straight from the code, with each
 * one's gas and stack checked before it.  It runs what is traced, what runs
 * only once (init code), and the last instructions of a frame that fails where
 * the translated code checks less often.  It is also the yardstick for that. */
#include "evm/environment.h"
#include "evm/machine.h"
#include "evm/opcodes.h"

static void trace(struct evm *e, const struct evm_frame *f, const uint8_t *pc, uint64_t gas,
		  const struct u256 *sp)
{
	struct evm_trace_step step = {
		.pc = (uint64_t)(pc - f->code->code.data),
		.opcode = *pc,
		.gas = gas,
		.gas_cost = opcode_traits[*pc].gas,
		.depth = f->depth + 1,
		.stack = f->stack,
		.stack_len = (size_t)(sp - f->stack),
		.memory_size = (size_t)f->memory_len,
		.refund = state_refund(e->state),
	};

	e->tracer->step(e->tracer->context, &step);
}

/* Why the instruction can't run; EVM_SUCCESS: it can. */
static inline enum evm_status check(uint8_t opcode, enum evm_revision revision, size_t height)
{
	const struct opcode_traits *traits = &opcode_traits[opcode];

	if (traits->since > (unsigned)revision)
		return opcode == OP_INVALID ? EVM_INVALID_INSTRUCTION : EVM_UNDEFINED_INSTRUCTION;
	if (height < traits->pops)
		return EVM_STACK_UNDERFLOW;
	if (height - traits->pops + traits->pushes > EVM_STACK_SIZE)
		return EVM_STACK_OVERFLOW;
	return EVM_SUCCESS;
}

/* Where `target` leads; NULL: nowhere. */
static const uint8_t *jump(const struct evm_frame *f, const struct u256 *target)
{
	uint64_t to = target->limb[0];

	if (!u256_fits_u64(target) || to >= f->code->code.len ||
	    !(code_jumpdests(f->code)[to / 64] >> to % 64 & 1))
		return NULL;
	return f->code->code.data + to;
}

static inline __attribute__((always_inline)) bool run(struct evm *e, struct evm_frame *f,
						      const bool traced)
{
	const enum evm_revision revision = e->block->revision;
	enum evm_status status = EVM_SUCCESS;
	const uint8_t *pc = f->pc;
	struct u256 *sp = f->sp;
	uint8_t opcode;

/* The operands, and the place of the result, of an instruction that pops n. */
#define A      (&sp[-1])
#define B      (&sp[-2])
#define C      (&sp[-3])
#define OUT(n) (&sp[-(n)])
/* Ends an instruction that pops more or less than it pushes. */
#define NEXT(change)                                                                               \
	{                                                                                          \
		sp += (change);                                                                    \
		break;                                                                             \
	}
#define PUSH(value)                                                                                \
	{                                                                                          \
		*sp = (value);                                                                     \
		NEXT(1);                                                                           \
	}
#define PUSH_U64(value) PUSH(u256_from_u64(value))
#define TRUTH(n, value)                                                                            \
	{                                                                                          \
		*OUT(n) = u256_from_u64(value);                                                    \
		NEXT(1 - (n));                                                                     \
	}
#define OPERATION(change, call)                                                                    \
	{                                                                                          \
		status = (call);                                                                   \
		if (status != EVM_SUCCESS)                                                         \
			goto ended;                                                                \
		NEXT(change);                                                                      \
	}

	for (;;) {
		opcode = *pc;
		if (traced)
			trace(e, f, pc, f->gas, sp);
		status = check(opcode, revision, (size_t)(sp - f->stack));
		if (status != EVM_SUCCESS)
			goto refused;
		if (!frame_charge(f, opcode_traits[opcode].gas)) {
			status = EVM_OUT_OF_GAS;
			goto ended;
		}
		pc++;
		switch (opcode) {
		case OP_STOP:
			goto ended;
		case OP_ADD:
			u256_add(OUT(2), A, B);
			NEXT(-1);
		case OP_MUL:
			u256_mul(OUT(2), A, B);
			NEXT(-1);
		case OP_SUB:
			u256_sub(OUT(2), A, B);
			NEXT(-1);
		case OP_DIV:
			u256_divmod(OUT(2), NULL, A, B);
			NEXT(-1);
		case OP_SDIV:
			u256_sdivmod(OUT(2), NULL, A, B);
			NEXT(-1);
		case OP_MOD:
			u256_divmod(NULL, OUT(2), A, B);
			NEXT(-1);
		case OP_SMOD:
			u256_sdivmod(NULL, OUT(2), A, B);
			NEXT(-1);
		case OP_ADDMOD:
			u256_addmod(OUT(3), A, B, C);
			NEXT(-2);
		case OP_MULMOD:
			u256_mulmod(OUT(3), A, B, C);
			NEXT(-2);
		case OP_EXP:
			OPERATION(-1, operation_exp(f, OUT(2), A, B));
		case OP_SIGNEXTEND:
			u256_signextend(OUT(2), A, B);
			NEXT(-1);

		case OP_LT:
			TRUTH(2, u256_lt(A, B));
		case OP_GT:
			TRUTH(2, u256_lt(B, A));
		case OP_SLT:
			TRUTH(2, u256_slt(A, B));
		case OP_SGT:
			TRUTH(2, u256_slt(B, A));
		case OP_EQ:
			TRUTH(2, u256_eq(A, B));
		case OP_ISZERO:
			TRUTH(1, u256_is_zero(A));
		case OP_AND:
			for (int i = 0; i < 4; i++)
				B->limb[i] &= A->limb[i];
			NEXT(-1);
		case OP_OR:
			for (int i = 0; i < 4; i++)
				B->limb[i] |= A->limb[i];
			NEXT(-1);
		case OP_XOR:
			for (int i = 0; i < 4; i++)
				B->limb[i] ^= A->limb[i];
			NEXT(-1);
		case OP_NOT:
			for (int i = 0; i < 4; i++)
				A->limb[i] = ~A->limb[i];
			break;
		case OP_BYTE:
			u256_byte(OUT(2), A, B);
			NEXT(-1);
		case OP_SHL:
			u256_shl(OUT(2), B, A);
			NEXT(-1);
		case OP_SHR:
			u256_shr(OUT(2), B, A);
			NEXT(-1);
		case OP_SAR:
			u256_sar(OUT(2), B, A);
			NEXT(-1);
		case OP_CLZ:
			*A = u256_from_u64(256 - u256_bit_length(A));
			break;
		case OP_KECCAK256:
			OPERATION(-1, operation_keccak256(e, f, OUT(2), A, B));

		case OP_ADDRESS:
			PUSH(environment_address(f));
		case OP_BALANCE:
			OPERATION(0, operation_balance(e, f, OUT(1), A));
		case OP_ORIGIN:
			PUSH(environment_origin(e));
		case OP_CALLER:
			PUSH(environment_caller(f));
		case OP_CALLVALUE:
			PUSH(f->value);
		case OP_CALLDATALOAD:
			operation_calldataload(f, OUT(1), A);
			break;
		case OP_CALLDATASIZE:
			PUSH_U64(f->input.len);
		case OP_CALLDATACOPY:
			OPERATION(-3, operation_copy(e, f, f->input, A, B, C));
		case OP_CODESIZE:
			PUSH_U64(f->code->code.len);
		case OP_CODECOPY:
			OPERATION(-3, operation_copy(e, f, f->code->code, A, B, C));
		case OP_GASPRICE:
			PUSH(e->tx->gas_price);
		case OP_EXTCODESIZE:
			OPERATION(0, operation_extcodesize(e, f, OUT(1), A));
		case OP_EXTCODECOPY:
			OPERATION(-4, operation_extcodecopy(e, f, A, B, C, &sp[-4]));
		case OP_RETURNDATASIZE:
			PUSH_U64(e->return_data.len);
		case OP_RETURNDATACOPY:
			OPERATION(-3, operation_returndatacopy(e, f, A, B, C));
		case OP_EXTCODEHASH:
			OPERATION(0, operation_extcodehash(e, f, OUT(1), A));

		case OP_BLOCKHASH:
			operation_blockhash(e, OUT(1), A);
			break;
		case OP_COINBASE:
			PUSH(environment_coinbase(e));
		case OP_TIMESTAMP:
			PUSH_U64(e->block->timestamp);
		case OP_NUMBER:
			PUSH_U64(e->block->number);
		case OP_PREVRANDAO:
			PUSH(environment_prevrandao(e));
		case OP_GASLIMIT:
			PUSH_U64(e->block->gas_limit);
		case OP_CHAINID:
			PUSH_U64(e->block->chain_id);
		case OP_SELFBALANCE:
			PUSH(*state_balance(f->account));
		case OP_BASEFEE:
			PUSH(e->block->base_fee);
		case OP_BLOBHASH:
			operation_blobhash(e, OUT(1), A);
			break;
		case OP_BLOBBASEFEE:
			PUSH(e->block->blob_base_fee);

		case OP_POP:
			NEXT(-1);
		case OP_MLOAD:
			OPERATION(0, operation_mload(e, f, OUT(1), A));
		case OP_MSTORE:
			OPERATION(-2, operation_mstore(e, f, A, B));
		case OP_MSTORE8:
			OPERATION(-2, operation_mstore8(e, f, A, B));
		case OP_MCOPY:
			OPERATION(-3, operation_mcopy(e, f, A, B, C));
		case OP_SLOAD:
			OPERATION(0, operation_sload(e, f, OUT(1), A));
		case OP_SSTORE:
			OPERATION(-2, operation_sstore(e, f, A, B));
		case OP_TLOAD:
			operation_tload(e, f, OUT(1), A);
			break;
		case OP_TSTORE:
			OPERATION(-2, operation_tstore(e, f, A, B));
		case OP_JUMP:
			pc = jump(f, A);
			if (!pc)
				goto bad_jump;
			NEXT(-1);
		case OP_JUMPI:
			if (!u256_is_zero(B))
				pc = jump(f, A);
			if (!pc)
				goto bad_jump;
			NEXT(-2);
		case OP_PC:
			PUSH_U64((uint64_t)(pc - 1 - f->code->code.data));
		case OP_MSIZE:
			PUSH_U64(f->memory_len);
		case OP_GAS:
			PUSH_U64(f->gas);
		case OP_JUMPDEST:
			break;
		case OP_PUSH0:
			PUSH_U64(0);
		case OP_PUSH1 ... OP_PUSH32:
			*sp++ = code_immediate(pc, opcode_immediate(opcode));
			pc += opcode_immediate(opcode);
			break;
		case OP_DUP1 ... OP_DUP16:
			PUSH(sp[-1 - (opcode - OP_DUP1)]);
		case OP_SWAP1 ... OP_SWAP16: {
			struct u256 *other = &sp[-2 - (opcode - OP_SWAP1)];
			struct u256 top = *A;

			*A = *other;
			*other = top;
			break;
		}
		case OP_LOG0 ... OP_LOG4:
			OPERATION(-2 - (opcode - OP_LOG0),
				  operation_log(e, f, sp, (unsigned)(opcode - OP_LOG0)));

		case OP_CREATE:
		case OP_CREATE2:
		case OP_CALL:
		case OP_CALLCODE:
		case OP_DELEGATECALL:
		case OP_STATICCALL:
			f->sp = sp;
			f->pc = pc;
			if (opcode == OP_CREATE || opcode == OP_CREATE2)
				status = operation_create(e, f, opcode);
			else
				status = operation_call(e, f, opcode);
			if (status != EVM_SUCCESS)
				goto ended;
			if (e->frame != f)
				return false;
			sp = f->sp;
			break;
		case OP_RETURN:
			status = operation_return(e, f, A, B);
			goto ended;
		case OP_REVERT:
			status = operation_return(e, f, A, B);
			if (status == EVM_SUCCESS)
				status = EVM_REVERT;
			goto ended;
		case OP_SELFDESTRUCT:
			status = operation_selfdestruct(e, f, A);
			goto ended;
		}
	}
refused:
	e->fault = (struct evm_fault){ .opcode = opcode, .stack_len = (size_t)(sp - f->stack) };
	goto ended;
bad_jump:
	status = EVM_BAD_JUMP;
ended:
	f->status = status;
	return true;
#undef A
#undef B
#undef C
#undef OUT
#undef NEXT
#undef PUSH
#undef PUSH_U64
#undef TRUTH
#undef OPERATION
}

bool step_run(struct evm *e, struct evm_frame *f)
{
	return run(e, f, false);
}

bool step_run_traced(struct evm *e, struct evm_frame *f)
{
	return run(e, f, true);
}
