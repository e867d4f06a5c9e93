#include "crypto/keccak.h"
#include "evm/machine.h"
#include "evm/precompiles.h"

static void result_at_once(struct evm_result *result, enum evm_status status, uint64_t gas)
{
	*result = (struct evm_result){ .status = status, .gas_left = gas };
}

static void transfer(struct evm *e, struct state_account *from, struct state_account *to,
		     const struct u256 *value)
{
	/* The balance was looked at before. */
	(void)state_sub_balance(e->state, from, value);
	state_add_balance(e->state, to, value);
}

/* Enough to tell almost any contract from a precompile. */
static bool address_is_low(const struct address *a)
{
	return (be64_load(a->b) | be64_load(a->b + 8)) == 0;
}

static void run_precompile(struct evm *e, const struct evm_message *m, enum precompile_id id,
			   size_t undo, struct evm_result *result)
{
	struct arena_mark mark = arena_mark(e->arena);
	struct bytes output = { NULL, 0 };
	uint64_t gas = m->gas;
	enum evm_status status =
	    precompile_run(e->crypto, e->arena, e->block, id, m->input, &gas, &output);
	bool keep;

	if (status != EVM_SUCCESS)
		state_undo(e->state, undo);
	result_at_once(result, status, gas);
	/* A larger buffer for what is returned has to stay. */
	keep = output.len > e->return_capacity;
	return_data_set(e, output);
	result->output = e->return_data;
	if (!keep)
		arena_reset(e->arena, mark);
}

bool call_begin(struct evm *e, const struct evm_message *m, struct state_account *payer,
		struct state_account *account, const struct evm_code *code,
		struct evm_result *result)
{
	bool pays = !u256_is_zero(&m->value) && (m->kind == EVM_CALL || m->kind == EVM_CALLCODE);
	enum precompile_id id;
	size_t undo;

	e->return_data = bytes_of(NULL, 0);
	if (m->depth > EVM_MAX_DEPTH) {
		result_at_once(result, EVM_CALL_TOO_DEEP, m->gas);
		return false;
	}
	if (pays && u256_lt(state_balance(payer), &m->value)) {
		result_at_once(result, EVM_INSUFFICIENT_BALANCE, m->gas);
		return false;
	}
	undo = state_mark(e->state);
	if (m->kind == EVM_CALL && pays)
		transfer(e, payer, account, &m->value);
	else if (m->kind == EVM_CALL || m->kind == EVM_STATICCALL)
		touch(e, account);
	if (address_is_low(&m->code_address) &&
	    precompile_at(e->block->revision, &m->code_address, &id)) {
		run_precompile(e, m, id, undo, result);
		return false;
	}
	if (code->code.len == 0) {
		result_at_once(result, EVM_SUCCESS, m->gas);
		return false;
	}
	frame_begin(e, m, account, code, undo);
	return true;
}

/* EIP-1014. */
static struct address create2_address(const struct evm_message *m)
{
	struct hash32 code_hash = keccak256(m->input);
	struct hash32 digest;
	struct address address;
	uint8_t preimage[1 + 20 + 32 + 32];

	preimage[0] = 0xff;
	memcpy(preimage + 1, m->caller.b, 20);
	u256_to_be(preimage + 21, &m->salt);
	memcpy(preimage + 53, code_hash.b, 32);
	digest = keccak256(bytes_of(preimage, sizeof(preimage)));
	memcpy(address.b, digest.b + 12, 20);
	return address;
}

static struct address new_address(struct evm *e, const struct evm_message *m, uint64_t nonce)
{
	struct arena_mark mark = arena_mark(e->arena);
	struct address address;

	if (m->kind == EVM_CREATE2)
		return create2_address(m);
	address = create_address(e->arena, &m->caller, nonce);
	arena_reset(e->arena, mark);
	return address;
}

/* EIP-684 and 7610. */
static bool address_is_taken(const struct state_account *account)
{
	return state_nonce(account) != 0 ||
	       (state_exists(account) && !hash32_eq(state_code_hash(account), &keccak_empty)) ||
	       state_has_storage(account);
}

/* What stops a creation before it starts: the gas stays with the creator. */
static enum evm_status creation_check(const struct evm_message *m,
				      const struct state_account *creator)
{
	if (m->depth > EVM_MAX_DEPTH)
		return EVM_CALL_TOO_DEEP;
	if (u256_lt(state_balance(creator), &m->value))
		return EVM_INSUFFICIENT_BALANCE;
	if (state_nonce(creator) == UINT64_MAX)
		return EVM_NONCE_OVERFLOW;
	return EVM_SUCCESS;
}

bool creation_begin(struct evm *e, const struct evm_message *m, struct evm_result *result)
{
	struct state_account *creator = evm_account(e, &m->caller);
	enum evm_status status = creation_check(m, creator);
	uint64_t nonce = state_nonce(creator);
	struct state_account *account;
	struct address address;
	size_t undo;

	e->return_data = bytes_of(NULL, 0);
	if (status != EVM_SUCCESS) {
		result_at_once(result, status, m->gas);
		return false;
	}
	state_set_nonce(e->state, creator, nonce + 1);
	address = new_address(e, m, nonce);
	account = evm_account(e, &address);
	/* EIP-2929: warm from here on, even if the creation fails. */
	(void)state_warm_account(e->state, account);
	if (address_is_taken(account)) {
		result_at_once(result, EVM_CREATE_COLLISION, 0);
		return false;
	}
	undo = state_mark(e->state);
	state_create(e->state, account);
	state_set_nonce(e->state, account, 1); /* EIP-161 */
	if (!u256_is_zero(&m->value))
		transfer(e, creator, account, &m->value);
	frame_begin(e, m, account, NULL, undo);
	return true;
}
