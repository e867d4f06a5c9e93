/* handlers_environment: part of interpreter.c: what only tells something, or
 * works on memory, the state or the like, and does not end a block. */

FUNCTION(KECCAK256, OPERATION(operation_keccak256(e, f, D, A, B)))

RESULT(ADDRESS, environment_address(f))
FUNCTION(BALANCE, OPERATION(operation_balance(e, f, D, A)))
RESULT(ORIGIN, environment_origin(e))
RESULT(CALLER, environment_caller(f))
RESULT(CALLVALUE, f->value)
FUNCTION(CALLDATALOAD, operation_calldataload(f, D, A))
RESULT(CALLDATASIZE, u256_from_u64(f->input.len))
FUNCTION(CALLDATACOPY, OPERATION(operation_copy(e, f, f->input, A, B, C)))
FUNCTION(CODECOPY, OPERATION(operation_copy(e, f, f->code->code, A, B, C)))
RESULT(GASPRICE, e->tx->gas_price)
FUNCTION(EXTCODESIZE, OPERATION(operation_extcodesize(e, f, D, A)))
RESULT(RETURNDATASIZE, u256_from_u64(e->return_data.len))
FUNCTION(EXTCODEHASH, OPERATION(operation_extcodehash(e, f, D, A)))

FUNCTION(BLOCKHASH, operation_blockhash(e, D, A))
RESULT(COINBASE, environment_coinbase(e))
RESULT(TIMESTAMP, u256_from_u64(e->block->timestamp))
RESULT(NUMBER, u256_from_u64(e->block->number))
RESULT(PREVRANDAO, environment_prevrandao(e))
RESULT(GASLIMIT, u256_from_u64(e->block->gas_limit))
RESULT(CHAINID, u256_from_u64(e->block->chain_id))
RESULT(SELFBALANCE, *state_balance(f->account))
RESULT(BASEFEE, e->block->base_fee)
FUNCTION(BLOBHASH, operation_blobhash(e, D, A))
RESULT(BLOBBASEFEE, e->block->blob_base_fee)

/* Memory that is there already, which it nearly always is. */
HANDLER(MLOAD)
{
	const struct u256 *a = A;

	if (LIKELY(u256_fits_u64(a) && a->limb[0] < f->memory_words))
		*D = u256_from_be(f->memory + a->limb[0], 32);
	else
		OPERATION(operation_mload(e, f, D, a));
	DONE(PLACES);
}

HANDLER(MLOAD_BITS)
{
	if (LIKELY(BITS < f->memory_words)) {
		*D = u256_from_be(f->memory + BITS, 32);
	} else {
		struct u256 offset = u256_from_u64(BITS);

		OPERATION(operation_mload(e, f, D, &offset));
	}
	DONE(PLACES + 1);
}

HANDLER(MSTORE)
{
	const struct u256 *a = A;

	if (LIKELY(u256_fits_u64(a) && a->limb[0] < f->memory_words))
		u256_to_be(f->memory + a->limb[0], B);
	else
		OPERATION(operation_mstore(e, f, a, B));
	DONE(PLACES);
}

HANDLER(MSTORE_BITS)
{
	if (LIKELY(BITS < f->memory_words)) {
		u256_to_be(f->memory + BITS, B);
	} else {
		struct u256 offset = u256_from_u64(BITS);

		OPERATION(operation_mstore(e, f, &offset, B));
	}
	DONE(PLACES + 1);
}

FUNCTION(MSTORE8, OPERATION(operation_mstore8(e, f, A, B)))
FUNCTION(MCOPY, OPERATION(operation_mcopy(e, f, A, B, C)))
FUNCTION(SLOAD, OPERATION(operation_sload(e, f, D, A)))
FUNCTION(TLOAD, operation_tload(e, f, D, A))
RESULT(MSIZE, u256_from_u64(f->memory_len))

HANDLER(GAS)
{
	*D = u256_from_u64(gas + BITS);
	DONE(PLACES + 1);
}
