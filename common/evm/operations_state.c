#include "evm/machine.h"

/* An account that an instruction looks at; the price of a warm access is paid
 * with the instruction.  NULL: out of gas. */
static struct state_account *access_operand(struct evm *e, struct evm_frame *f,
					    const struct u256 *operand)
{
	struct address address = address_from_u256(operand);
	struct state_account *account = evm_account(e, &address);

	if (state_warm_account(e->state, account) && !frame_charge(f, GAS_COLD_ACCOUNT_EXTRA))
		return NULL;
	return account;
}

enum evm_status operation_balance(struct evm *e, struct evm_frame *f, struct u256 *out,
				  const struct u256 *address)
{
	struct state_account *account = access_operand(e, f, address);

	if (!account)
		return EVM_OUT_OF_GAS;
	*out = *state_balance(account);
	return EVM_SUCCESS;
}

enum evm_status operation_extcodesize(struct evm *e, struct evm_frame *f, struct u256 *out,
				      const struct u256 *address)
{
	struct state_account *account = access_operand(e, f, address);

	if (!account)
		return EVM_OUT_OF_GAS;
	*out = u256_from_u64(state_code(e->state, account)->code.len);
	return EVM_SUCCESS;
}

/* EIP-1052: zero for what EIP-161 calls dead. */
enum evm_status operation_extcodehash(struct evm *e, struct evm_frame *f, struct u256 *out,
				      const struct u256 *address)
{
	struct state_account *account = access_operand(e, f, address);

	if (!account)
		return EVM_OUT_OF_GAS;
	if (state_is_empty(account))
		*out = U256_ZERO;
	else
		*out = u256_from_be(state_code_hash(account)->b, 32);
	return EVM_SUCCESS;
}

enum evm_status operation_extcodecopy(struct evm *e, struct evm_frame *f,
				      const struct u256 *address, const struct u256 *to,
				      const struct u256 *from, const struct u256 *size)
{
	struct state_account *account = access_operand(e, f, address);

	if (!account)
		return EVM_OUT_OF_GAS;
	return operation_copy(e, f, state_code(e->state, account)->code, to, from, size);
}

void operation_blockhash(struct evm *e, struct u256 *out, const struct u256 *number)
{
	const struct block_context *block = e->block;
	uint64_t n = number->limb[0];
	struct hash32 hash;

	if (u256_fits_u64(number) && n < block->number && block->number - n <= 256 &&
	    block->block_hash && block->block_hash(block->block_hash_context, n, &hash))
		*out = u256_from_be(hash.b, sizeof(hash.b));
	else
		*out = U256_ZERO;
}

void operation_blobhash(struct evm *e, struct u256 *out, const struct u256 *index)
{
	const struct tx_context *tx = e->tx;

	if (u256_fits_u64(index) && index->limb[0] < tx->blob_hash_count)
		*out = u256_from_be(tx->blob_hashes[index->limb[0]].b, 32);
	else
		*out = U256_ZERO;
}

enum evm_status operation_sload(struct evm *e, struct evm_frame *f, struct u256 *out,
				const struct u256 *key)
{
	struct state_slot *slot = state_slot(e->state, f->account, key);

	if (state_warm_slot(e->state, slot) && !frame_charge(f, GAS_COLD_SLOAD_EXTRA))
		return EVM_OUT_OF_GAS;
	*out = *state_slot_current(slot);
	return EVM_SUCCESS;
}

/* EIP-2200 with the prices of EIP-2929 and the refunds of EIP-3529: what a
 * change from `current` to `value` costs, and gives back. */
static uint64_t sstore_gas(const struct u256 *original, const struct u256 *current,
			   const struct u256 *value, int64_t *refund)
{
	*refund = 0;
	if (u256_eq(current, value))
		return GAS_WARM_ACCESS;
	if (u256_eq(original, current)) {
		if (u256_is_zero(original))
			return GAS_SSTORE_SET;
		if (u256_is_zero(value))
			*refund = GAS_SSTORE_CLEARED;
		return GAS_SSTORE_RESET;
	}
	if (!u256_is_zero(original)) {
		if (u256_is_zero(current))
			*refund -= GAS_SSTORE_CLEARED;
		else if (u256_is_zero(value))
			*refund += GAS_SSTORE_CLEARED;
	}
	if (u256_eq(original, value)) {
		*refund += u256_is_zero(original) ? GAS_SSTORE_SET : GAS_SSTORE_RESET;
		*refund -= GAS_WARM_ACCESS;
	}
	return GAS_WARM_ACCESS;
}

enum evm_status operation_sstore(struct evm *e, struct evm_frame *f, const struct u256 *key,
				 const struct u256 *value)
{
	struct state_slot *slot;
	int64_t refund;
	uint64_t cost;

	if (f->is_static)
		return EVM_STATIC_VIOLATION;
	if (f->gas <= GAS_SSTORE_SENTRY) /* EIP-2200 */
		return EVM_OUT_OF_GAS;
	slot = state_slot(e->state, f->account, key);
	cost = sstore_gas(state_slot_original(slot), state_slot_current(slot), value, &refund);
	if (state_warm_slot(e->state, slot))
		cost += GAS_COLD_SLOAD;
	if (!frame_charge(f, cost))
		return EVM_OUT_OF_GAS;
	if (refund)
		state_add_refund(e->state, refund);
	if (!u256_eq(state_slot_current(slot), value))
		state_slot_set(e->state, slot, value);
	return EVM_SUCCESS;
}

void operation_tload(struct evm *e, struct evm_frame *f, struct u256 *out, const struct u256 *key)
{
	*out = state_transient(e->state, f->account, key);
}

enum evm_status operation_tstore(struct evm *e, struct evm_frame *f, const struct u256 *key,
				 const struct u256 *value)
{
	if (f->is_static)
		return EVM_STATIC_VIOLATION;
	state_set_transient(e->state, f->account, key, value);
	return EVM_SUCCESS;
}

enum evm_status operation_log(struct evm *e, struct evm_frame *f, const struct u256 *sp,
			      unsigned topics)
{
	uint64_t len = size_operand(&sp[-2]);
	struct hash32 topic[4];
	enum evm_status status;
	uint64_t start;

	if (f->is_static)
		return EVM_STATIC_VIOLATION;
	if ((status = memory_reach(e, f, &start, &sp[-1], len)))
		return status;
	if (!frame_charge(f, GAS_LOG_BYTE * len))
		return EVM_OUT_OF_GAS;
	for (unsigned i = 0; i < topics; i++)
		u256_to_be(topic[i].b, &sp[-3 - (int)i]);
	state_add_log(e->state, &f->self, topic, topics, bytes_of(f->memory + start, (size_t)len));
	return EVM_SUCCESS;
}

/* EIP-6780: the balance always goes; the account only when it is as young as
 * the transaction. */
enum evm_status operation_selfdestruct(struct evm *e, struct evm_frame *f,
				       const struct u256 *address)
{
	struct u256 balance = *state_balance(f->account);
	struct address heir_address;
	struct state_account *heir;

	if (f->is_static)
		return EVM_STATIC_VIOLATION;
	heir_address = address_from_u256(address);
	heir = evm_account(e, &heir_address);
	/* EIP-2929: the price of a warm access is not in the 5000, and is only
	 * asked for as part of a cold one's. */
	if (state_warm_account(e->state, heir) && !frame_charge(f, GAS_COLD_ACCOUNT))
		return EVM_OUT_OF_GAS;
	if (!u256_is_zero(&balance) && state_is_empty(heir) && !frame_charge(f, GAS_NEW_ACCOUNT))
		return EVM_OUT_OF_GAS;
	(void)state_sub_balance(e->state, f->account, &balance);
	if (u256_is_zero(&balance))
		touch(e, heir);
	else
		state_add_balance(e->state, heir, &balance);
	if (!state_is_created(f->account))
		return EVM_SUCCESS;
	/* Its own heir takes the balance into nothing. */
	balance = U256_ZERO;
	state_set_balance(e->state, f->account, &balance);
	state_destroy(e->state, f->account);
	return EVM_SUCCESS;
}
