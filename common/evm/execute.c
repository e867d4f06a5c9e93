/* execute: the course of a transaction: its validity in this state, the
 * purchase of gas, the message, the settlement. */
#include "evm/execute.h"

#include "evm/authorizations.h"
#include "evm/intrinsic_gas.h"
#include "evm/precompiles.h"
#include "evm/transaction_rules.h"

/* EIP-3529: at most a fifth of the gas used comes back. */
#define REFUND_QUOTIENT 5

/* EIP-2935, EIP-4788: who makes the system calls, and their gas. */
#define SYSTEM_CALL_GAS ((uint64_t)30000000)

/* A transaction on its way. */
struct execution {
	struct evm *evm;
	struct state *state;
	const struct block_context *block;
	const struct transaction *tx;
	struct state_account *sender;
	struct u256 gas_price; /* wei, effective */
	uint64_t floor_gas;    /* EIP-7623 */
	uint64_t gas;          /* what the message gets */
};

static struct u256 times(const struct u256 *price, uint64_t amount)
{
	struct u256 product = u256_from_u64(amount);

	u256_mul(&product, &product, price);
	return product;
}

/* *sum += price * amount.  False: over 2^256. */
static bool add_cost(struct u256 *sum, const struct u256 *price, uint64_t amount)
{
	struct u256 cost = u256_from_u64(amount);

	return !u256_mul_overflow(&cost, &cost, price) && !u256_add_overflow(sum, sum, &cost);
}

static uint64_t blob_gas(const struct transaction *tx)
{
	return GAS_PER_BLOB * tx->blob_hash_count;
}

/* The most that the transaction can cost its sender. */
static bool can_pay(const struct execution *x)
{
	const struct transaction *tx = x->tx;
	struct u256 cost = tx->value;

	return add_cost(&cost, &tx->max_fee_per_gas, tx->gas_limit) &&
	       add_cost(&cost, &tx->max_fee_per_blob_gas, blob_gas(tx)) &&
	       !u256_lt(state_balance(x->sender), &cost);
}

static enum tx_err check_nonce(const struct execution *x)
{
	uint64_t nonce = state_nonce(x->sender);

	if (x->tx->nonce < nonce)
		return TX_NONCE_TOO_LOW;
	if (x->tx->nonce > nonce)
		return TX_NONCE_TOO_HIGH;
	return tx_rule_nonce_max(x->block, x->tx);
}

/* EIP-3607, with EIP-7702's exception. */
static enum tx_err check_sender_code(const struct execution *x)
{
	struct bytes code = state_code(x->state, x->sender)->code;
	struct address target;

	return code.len == 0 || evm_code_is_delegation(code, &target) ? TX_OK : TX_SENDER_NOT_EOA;
}

static enum tx_err check_base_fee(const struct execution *x)
{
	return u256_lt(&x->tx->max_fee_per_gas, &x->block->base_fee) ? TX_FEE_BELOW_BASE_FEE
								     : TX_OK;
}

static enum tx_err check_blob_fee(const struct execution *x)
{
	if (x->tx->type != TX_BLOB)
		return TX_OK;
	return u256_lt(&x->tx->max_fee_per_blob_gas, &x->block->blob_base_fee) ? TX_BLOB_FEE_TOO_LOW
									       : TX_OK;
}

/* What a simulation leaves out. */
static enum tx_err check_sender(const struct execution *x)
{
	enum tx_err err = check_nonce(x);

	if (err == TX_OK)
		err = tx_rule_gas_cap(x->block, x->tx);
	if (err == TX_OK)
		err = check_sender_code(x);
	return err;
}

/* The price of gas, and what it has to be.  In geth's order. */
static enum tx_err check_fees(const struct execution *x, enum tx_execute_mode mode)
{
	enum tx_err err = tx_rule_priority_fee(x->block, x->tx);

	if (err == TX_OK && mode == TX_EXECUTE)
		err = check_base_fee(x);
	if (err == TX_OK)
		err = tx_rule_blobs(x->block, x->tx);
	if (err == TX_OK)
		err = check_blob_fee(x);
	return err;
}

/* geth: StateTransition.preCheck and execute, core/state_transition.go. */
static enum tx_err check(const struct execution *x, uint64_t gas_available,
			 enum tx_execute_mode mode)
{
	enum tx_err err = tx_rule_type(x->block, x->tx);

	if (err == TX_OK)
		err = tx_rule_chain_id(x->block, x->tx);
	if (err == TX_OK && mode == TX_EXECUTE)
		err = check_sender(x);
	if (err == TX_OK)
		err = check_fees(x, mode);
	if (err == TX_OK)
		err = tx_rule_authorizations(x->block, x->tx);
	if (err == TX_OK && !can_pay(x))
		err = TX_INSUFFICIENT_FUNDS;
	if (err == TX_OK && x->tx->gas_limit > gas_available)
		err = TX_GAS_LIMIT_OVER_BLOCK;
	if (err == TX_OK)
		err = tx_rule_intrinsic_gas(x->block, x->tx);
	if (err == TX_OK)
		err = tx_rule_initcode(x->block, x->tx);
	return err;
}

static void warm_precompiles(struct evm *e)
{
	const struct address *list;
	size_t count = precompile_list(evm_block(e)->revision, &list);

	state_keep_warm(evm_state(e), list, count);
}

/* What everybody may look at from the start: EIP-2929, 2930, 3651. */
static void warm_up(const struct execution *x)
{
	const struct transaction *tx = x->tx;

	warm_precompiles(x->evm);
	(void)state_warm_account(x->state, x->sender);
	(void)state_warm_account(x->state, state_account(x->state, &x->block->coinbase));
	if (!tx->is_creation)
		(void)state_warm_account(x->state, state_account(x->state, &tx->to));
	for (size_t i = 0; i < tx->access_list_count; i++) {
		const struct access_list_entry *entry = &tx->access_list[i];
		struct state_account *account = state_account(x->state, &entry->address);

		(void)state_warm_account(x->state, account);
		for (size_t k = 0; k < entry->storage_key_count; k++) {
			struct u256 key = u256_from_be(entry->storage_keys[k].b, 32);

			state_warm_storage(x->state, account, &key);
		}
	}
}

/* EIP-7702: a delegation that the transaction runs is warm, too. */
static void warm_delegation(const struct execution *x)
{
	struct state_account *to = state_account(x->state, &x->tx->to);
	struct address target;

	if (x->block->revision >= EVM_PRAGUE &&
	    evm_code_is_delegation(state_code(x->state, to)->code, &target))
		(void)state_warm_account(x->state, state_account(x->state, &target));
}

/* A nonce at its end stays there; only a simulation or a deposit meets it. */
static void bump_nonce(const struct execution *x)
{
	uint64_t nonce = state_nonce(x->sender);

	if (nonce != UINT64_MAX)
		state_set_nonce(x->state, x->sender, nonce + 1);
}

static struct evm_message message_of(const struct execution *x)
{
	const struct transaction *tx = x->tx;

	return (struct evm_message){
		.kind = tx->is_creation ? EVM_CREATE : EVM_CALL,
		.gas = x->gas,
		.caller = tx->from,
		.recipient = tx->to,
		.code_address = tx->to,
		.value = tx->value,
		.input = tx->data,
	};
}

static uint64_t refund_of(const struct execution *x, uint64_t gas_used)
{
	int64_t refund = state_refund(x->state);
	uint64_t most = gas_used / REFUND_QUOTIENT;

	if (refund <= 0)
		return 0;
	return (uint64_t)refund < most ? (uint64_t)refund : most;
}

/* The message, and what it used. */
static void run(const struct execution *x, struct tx_result *result)
{
	struct evm_message message = message_of(x);
	struct evm_result ended;

	warm_up(x);
	if (!x->tx->is_creation) { /* a creation bumps it by itself */
		bump_nonce(x);
		authorizations_apply(x->evm, x->tx);
		warm_delegation(x);
	}
	evm_run(x->evm, &message, &ended);

	result->status = ended.status;
	result->success = ended.status == EVM_SUCCESS;
	result->output = ended.output;
	result->gas_used = x->tx->gas_limit - ended.gas_left;
	result->gas_refunded = refund_of(x, result->gas_used);
	result->gas_used -= result->gas_refunded;
	if (result->gas_used < x->floor_gas)
		result->gas_used = x->floor_gas;
	state_logs(x->state, &result->logs, &result->log_count);
}

static void buy_gas(const struct execution *x)
{
	struct u256 cost = times(&x->gas_price, x->tx->gas_limit);
	struct u256 blob_cost = times(&x->block->blob_base_fee, blob_gas(x->tx));

	u256_add(&cost, &cost, &blob_cost);
	/* can_pay() has asked for more than this. */
	(void)state_sub_balance(x->state, x->sender, &cost);
}

static void credit(struct state *s, const struct address *to, const struct u256 *price,
		   uint64_t gas)
{
	struct u256 wei = times(price, gas);

	state_add_balance(s, state_account(s, to), &wei);
}

/* Unused gas goes back to the sender, the tip to the coinbase, the base fee to
 * its recipient, where there is one. */
static void settle(const struct execution *x, uint64_t gas_used)
{
	const struct block_context *block = x->block;
	struct u256 base_fee = block->base_fee;
	struct u256 tip;

	if (u256_lt(&x->gas_price, &base_fee)) /* a simulation */
		base_fee = x->gas_price;
	u256_sub(&tip, &x->gas_price, &base_fee);
	credit(x->state, &x->tx->from, &x->gas_price, x->tx->gas_limit - gas_used);
	credit(x->state, &block->coinbase, &tip, gas_used);
	if (block->base_fee_recipient)
		credit(x->state, block->base_fee_recipient, &base_fee, gas_used);
}

static struct u256 gas_price_of(const struct block_context *block, const struct transaction *tx)
{
	if (u256_lt(&tx->max_fee_per_gas, &block->base_fee)) /* a simulation */
		return tx->max_fee_per_gas;
	return tx_effective_gas_price(tx, &block->base_fee);
}

/* Tells what is known before the message runs. */
static void describe(const struct execution *x, struct tx_result *result)
{
	*result = (struct tx_result){
		.effective_gas_price = x->gas_price,
		.sender_nonce = state_nonce(x->sender),
	};
	if (x->tx->is_creation)
		result->created =
		    create_address(state_arena(x->state), &x->tx->from, result->sender_nonce);
}

static enum tx_err execute_signed(struct execution *x, uint64_t gas_available,
				  enum tx_execute_mode mode, struct tx_result *result)
{
	enum tx_err err = check(x, gas_available, mode);

	if (err != TX_OK)
		return err;
	x->gas_price = gas_price_of(x->block, x->tx);
	x->gas = x->tx->gas_limit - tx_intrinsic_gas(x->tx);
	describe(x, result);
	buy_gas(x);
	run(x, result);
	settle(x, result->gas_used);
	return TX_OK;
}

/* Why a deposit's message does not even start; EVM_SUCCESS: it does. */
static enum evm_status check_deposit(const struct execution *x)
{
	if (tx_rule_intrinsic_gas(x->block, x->tx) != TX_OK)
		return EVM_OUT_OF_GAS;
	if (u256_lt(state_balance(x->sender), &x->tx->value))
		return EVM_INSUFFICIENT_BALANCE;
	if (tx_rule_initcode(x->block, x->tx) != TX_OK)
		return EVM_INITCODE_TOO_LARGE;
	return EVM_SUCCESS;
}

/* OP Stack, deposits, "Execution" (Regolith and later): the mint stays
 * whatever comes; gas is free, but counted; a deposit that can't start uses
 * all of it and bumps the nonce. */
static void execute_deposit(struct execution *x, struct tx_result *result)
{
	describe(x, result);
	if (!u256_is_zero(&x->tx->mint))
		state_add_balance(x->state, x->sender, &x->tx->mint);
	result->status = check_deposit(x);
	if (result->status != EVM_SUCCESS) {
		bump_nonce(x);
		result->gas_used = x->tx->gas_limit;
		return;
	}
	x->gas = x->tx->gas_limit - tx_intrinsic_gas(x->tx);
	run(x, result);
}

static enum tx_err execute_in_scope(struct execution *x, uint64_t gas_available,
				    enum tx_execute_mode mode, struct tx_result *result)
{
	x->sender = state_account(x->state, &x->tx->from);
	x->floor_gas = tx_least_gas(x->block, x->tx);
	if (x->tx->type != TX_DEPOSIT)
		return execute_signed(x, gas_available, mode, result);
	if (x->tx->gas_limit > gas_available)
		return TX_GAS_LIMIT_OVER_BLOCK;
	execute_deposit(x, result);
	return TX_OK;
}

enum tx_err tx_execute(struct evm *e, const struct transaction *tx, uint64_t gas_available,
		       enum tx_execute_mode mode, struct tx_result *result)
{
	struct execution x = {
		.evm = e,
		.state = evm_state(e),
		.block = evm_block(e),
		.tx = tx,
	};
	struct tx_context context = {
		.origin = tx->from,
		.gas_price = gas_price_of(x.block, tx),
		.blob_hashes = tx->blob_hashes,
		.blob_hash_count = tx->blob_hash_count,
	};
	enum tx_err err;

	if (!tx->has_from)
		return TX_NO_SENDER;
	state_begin_transaction(x.state);
	evm_set_transaction(e, &context);
	err = execute_in_scope(&x, gas_available, mode, result);
	state_end_transaction(x.state);
	return err;
}

void evm_system_call(struct evm *e, const struct address *to, struct bytes input)
{
	struct state *s = evm_state(e);
	struct evm_message message = {
		.kind = EVM_CALL,
		.gas = SYSTEM_CALL_GAS,
		.recipient = *to,
		.code_address = *to,
		.input = input,
	};
	struct tx_context context = { 0 };
	struct evm_result result;

	memset(message.caller.b, 0xff, sizeof(message.caller.b));
	message.caller.b[19] = 0xfe;
	context.origin = message.caller;
	if (state_code(s, state_account(s, to))->code.len == 0)
		return;
	state_begin_transaction(s);
	warm_precompiles(e);
	(void)state_warm_account(s, state_account(s, to));
	evm_set_transaction(e, &context);
	evm_run(e, &message, &result);
	state_end_transaction(s);
}
