/* handlers_control: part of interpreter.c: what ends a block. */

HANDLER(CONTINUE)
{
	pc = pc[1].to;
	DISPATCH();
}

HANDLER(NEXT)
{
	MOVE_STACK();
	FOLLOW(LINK);
}

HANDLER(STEP)
{
	MOVE_STACK();
	return leave_at(f, gas, sp, BITS);
}

HANDLER(JUMP)
{
	const struct u256 *to = A;
	enum evm_status status_of_jump;

	target = find_block(f->code, to);
	MOVE_STACK();
	if (UNLIKELY(!target)) {
		target = translate_jump(e, f->code, to, &status_of_jump);
		status = status_of_jump;
		if (status != EVM_SUCCESS)
			goto ended;
		if (!target)
			return leave_at(f, gas, sp, to->limb[0]);
	}
	ENTER();
}

HANDLER(JUMPI)
{
	if (!u256_is_zero(B))
		goto handle_JUMP;
	MOVE_STACK();
	FOLLOW(LINK);
}

BRANCH(IF_NONZERO, !u256_is_zero(A))
BRANCH(IF_ZERO, u256_is_zero(A))
BRANCH(IF_LT, u256_lt(A, B))
BRANCH(IF_GE, !u256_lt(A, B))
BRANCH(IF_SLT, u256_slt(A, B))
BRANCH(IF_SGE, !u256_slt(A, B))
BRANCH(IF_EQ, u256_eq(A, B))
BRANCH(IF_NE, !u256_eq(A, B))
BRANCH(IF_LT_BITS, COMPARE(<, BITS_BEHIND_TWO_LINKS))
BRANCH(IF_GE_BITS, !COMPARE(<, BITS_BEHIND_TWO_LINKS))
BRANCH(IF_GT_BITS, !COMPARE(<=, BITS_BEHIND_TWO_LINKS))
BRANCH(IF_LE_BITS, COMPARE(<=, BITS_BEHIND_TWO_LINKS))
BRANCH(IF_EQ_BITS, COMPARE(==, BITS_BEHIND_TWO_LINKS))
BRANCH(IF_NE_BITS, !COMPARE(==, BITS_BEHIND_TWO_LINKS))

HANDLER(STOP)
{
	status = EVM_SUCCESS;
	goto ended;
}

HANDLER(RETURN)
{
	OPERATION(operation_return(e, f, A, B));
	goto ended;
}

HANDLER(REVERT)
{
	OPERATION(operation_return(e, f, A, B));
	status = EVM_REVERT;
	goto ended;
}

HANDLER(SELFDESTRUCT)
{
	OPERATION(operation_selfdestruct(e, f, A));
	goto ended;
}

HANDLER(SSTORE)
{
	OPERATION(operation_sstore(e, f, A, B));
	MOVE_STACK();
	FOLLOW(LINK);
}

HANDLER(TSTORE)
{
	OPERATION(operation_tstore(e, f, A, B));
	MOVE_STACK();
	FOLLOW(LINK);
}

HANDLER(RETURNDATACOPY)
{
	OPERATION(operation_returndatacopy(e, f, A, B, C));
	MOVE_STACK();
	FOLLOW(LINK);
}

HANDLER(EXTCODECOPY)
{
	MOVE_STACK();
	OPERATION(operation_extcodecopy(e, f, &sp[-1], &sp[-2], &sp[-3], &sp[-4]));
	sp -= 4;
	FOLLOW(LINK);
}

HANDLER(LOG)
{
	MOVE_STACK();
	OPERATION(operation_log(e, f, sp, (unsigned)BITS_BEHIND_LINK));
	sp -= 2 + BITS_BEHIND_LINK;
	FOLLOW(LINK);
}

HANDLER(CALL)
{
	MOVE_STACK();
	f->sp = sp;
	f->link = LINK;
	OPERATION(operation_call(e, f, (uint8_t)BITS_BEHIND_LINK));
	goto called;
}

HANDLER(CREATE)
{
	MOVE_STACK();
	f->sp = sp;
	f->link = LINK;
	OPERATION(operation_create(e, f, (uint8_t)BITS_BEHIND_LINK));
}

/* The formatter takes the label for part of a statement. */
/* clang-format off */
called:
	if (e->frame != f)
		return false;
	sp = f->sp;
	FOLLOW(f->link);
/* clang-format on */
