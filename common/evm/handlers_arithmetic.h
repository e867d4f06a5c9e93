/* handlers_arithmetic: part of interpreter.c: moves, arithmetic, comparisons and
 * bits.  Results may lie where operands do: all is read before it is written. */

LIMBWISE(MOVE, PLACES, a->limb[i])

HANDLER(SWAP)
{
	struct u256 *a = A, *b = B;
	uint64_t b0 = b->limb[0], b1 = b->limb[1], b2 = b->limb[2], b3 = b->limb[3];

	copy_limbs(b, a);
	*a = (struct u256){ { b0, b1, b2, b3 } };
	DONE(PLACES);
}

HANDLER(CONST)
{
	*D = u256_from_u64(BITS);
	DONE(PLACES + 1);
}

HANDLER(CONST_WIDE)
{
	*D = *WIDE;
	DONE(PLACES + 4);
}

FUNCTION(ADD, u256_add(D, A, B))
FUNCTION_BITS(ADD_BITS, u256_add(D, A, &b))
FUNCTION_WIDE(ADD_WIDE, u256_add(D, A, WIDE))
FUNCTION(SUB, u256_sub(D, A, B))
FUNCTION_BITS(SUB_BITS, u256_sub(D, A, &b))
FUNCTION_WIDE(SUB_FROM_WIDE, u256_sub(D, WIDE, A))
FUNCTION(MUL, u256_mul(D, A, B))

HANDLER(MUL_BITS)
{
	const struct u256 *a = A;
	uint64_t carry, b = BITS, r0, r1, r2;

	r0 = u256_limb_mul_add(&carry, a->limb[0], b, 0, 0);
	r1 = u256_limb_mul_add(&carry, a->limb[1], b, carry, 0);
	r2 = u256_limb_mul_add(&carry, a->limb[2], b, carry, 0);
	*D = (struct u256){ { r0, r1, r2, a->limb[3] * b + carry } };
	DONE(PLACES + 1);
}

HANDLER(DIV)
{
	const struct u256 *a = A, *b = B;

	if (u256_fits_u64(a) && u256_fits_u64(b) && b->limb[0])
		*D = u256_from_u64(a->limb[0] / b->limb[0]);
	else
		u256_divmod(D, NULL, a, b);
	DONE(PLACES);
}

HANDLER(MOD)
{
	const struct u256 *a = A, *b = B;

	if (u256_fits_u64(a) && u256_fits_u64(b) && b->limb[0])
		*D = u256_from_u64(a->limb[0] % b->limb[0]);
	else
		u256_divmod(NULL, D, a, b);
	DONE(PLACES);
}

HANDLER(SDIV)
{
	const struct u256 *a = A, *b = B;

	if (fits_i64(a) && fits_i64(b) && b->limb[0] && a->limb[0] != (uint64_t)INT64_MIN)
		*D = u256_from_i64((int64_t)a->limb[0] / (int64_t)b->limb[0]);
	else
		u256_sdivmod(D, NULL, a, b);
	DONE(PLACES);
}

HANDLER(SMOD)
{
	const struct u256 *a = A, *b = B;

	if (fits_i64(a) && fits_i64(b) && b->limb[0] && a->limb[0] != (uint64_t)INT64_MIN)
		*D = u256_from_i64((int64_t)a->limb[0] % (int64_t)b->limb[0]);
	else
		u256_sdivmod(NULL, D, a, b);
	DONE(PLACES);
}
FUNCTION(ADDMOD, u256_addmod(D, A, B, C))
FUNCTION(MULMOD, operation_mulmod(e, D, A, B, C))
FUNCTION(EXP, OPERATION(operation_exp(f, D, A, B)))

HANDLER(SIGNEXTEND)
{
	const struct u256 *a = A, *index = B;

	if (u256_fits_u64(index) && index->limb[0] < 31)
		sign_extend(D, a, (unsigned)index->limb[0]);
	else
		copy_limbs(D, a);
	DONE(PLACES);
}

FUNCTION_BITS(SIGNEXTEND_BITS, sign_extend(D, A, (unsigned)b.limb[0]))

TRUTH(LT, PLACES, u256_lt(A, B))
TRUTH(GE, PLACES, !u256_lt(A, B))
TRUTH(LT_BITS, PLACES + 1, COMPARE(<, BITS))
TRUTH(GE_BITS, PLACES + 1, !COMPARE(<, BITS))
TRUTH(GT_BITS, PLACES + 1, !COMPARE(<=, BITS))
TRUTH(LE_BITS, PLACES + 1, COMPARE(<=, BITS))
TRUTH(SLT, PLACES, u256_slt(A, B))
TRUTH(SGE, PLACES, !u256_slt(A, B))
TRUTH(EQ, PLACES, u256_eq(A, B))
TRUTH(NE, PLACES, !u256_eq(A, B))
TRUTH(EQ_BITS, PLACES + 1, COMPARE(==, BITS))
TRUTH(NE_BITS, PLACES + 1, !COMPARE(==, BITS))
TRUTH(ZERO, PLACES, u256_is_zero(A))
TRUTH(NONZERO, PLACES, !u256_is_zero(A))

LIMBWISE(AND, PLACES, a->limb[i] & b->limb[i])
LIMBWISE(OR, PLACES, a->limb[i] | b->limb[i])
LIMBWISE(XOR, PLACES, a->limb[i] ^ b->limb[i])
LIMBWISE(NOT, PLACES, ~a->limb[i])
LIMBWISE(AND_WIDE, PLACES + 4, a->limb[i] & WIDE->limb[i])
LIMBWISE(OR_WIDE, PLACES + 4, a->limb[i] | WIDE->limb[i])
LIMBWISE(XOR_WIDE, PLACES + 4, a->limb[i] ^ WIDE->limb[i])

HANDLER(AND_BITS)
{
	*D = u256_from_u64(A->limb[0] & BITS);
	DONE(PLACES + 1);
}

FUNCTION(BYTE, u256_byte(D, B, A))

HANDLER(BYTE_BITS)
{
	unsigned index = (unsigned)BITS;

	*D = u256_from_u64(A->limb[3 - index / 8] >> (56 - 8 * (index % 8)) & 0xff);
	DONE(PLACES + 1);
}

FUNCTION(SHL, u256_shl(D, A, B))
FUNCTION(SHR, u256_shr(D, A, B))
FUNCTION(SAR, u256_sar(D, A, B))
FUNCTION_BITS(SHL_BITS, u256_shl_bits(D, A, (unsigned)b.limb[0]))
FUNCTION_BITS(SHR_BITS, u256_shr_bits(D, A, (unsigned)b.limb[0], 0))
FUNCTION_BITS(SAR_BITS, u256_shr_bits(D, A, (unsigned)b.limb[0], 0 - (A->limb[3] >> 63)))

HANDLER(SHL_LOW)
{
	const struct u256 *a = A;
	unsigned n = (unsigned)BITS;
	uint64_t a0 = a->limb[0], a1 = a->limb[1], a2 = a->limb[2], a3 = a->limb[3];

	*D = (struct u256){ { a0 << n, a1 << n | a0 >> (64 - n), a2 << n | a1 >> (64 - n),
			      a3 << n | a2 >> (64 - n) } };
	DONE(PLACES + 1);
}

HANDLER(SHR_LOW)
{
	const struct u256 *a = A;
	unsigned n = (unsigned)BITS;
	uint64_t a0 = a->limb[0], a1 = a->limb[1], a2 = a->limb[2], a3 = a->limb[3];

	*D = (struct u256){ { a0 >> n | a1 << (64 - n), a1 >> n | a2 << (64 - n),
			      a2 >> n | a3 << (64 - n), a3 >> n } };
	DONE(PLACES + 1);
}

HANDLER(SHL_HIGH)
{
	*D = (struct u256){ { 0, 0, 0, A->limb[0] << BITS } };
	DONE(PLACES + 1);
}

HANDLER(SHR_HIGH)
{
	*D = u256_from_u64(A->limb[3] >> BITS);
	DONE(PLACES + 1);
}

HANDLER(CLZ)
{
	*D = u256_from_u64(256 - u256_bit_length(A));
	DONE(PLACES);
}
