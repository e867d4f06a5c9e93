#include "sequencer/rpc_machine.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "crypto/native/native.h"
#include "evm/intrinsic_gas.h"
#include "sequencer/rpc_format.h"

bool call_machine_open(struct call_machine *machine, struct rpc_call *call, struct rpc_view *view,
		       const struct block_id *id, size_t overrides_index,
		       struct rpc_answered **answered)
{
	struct state_trie *trie;

	*machine = (struct call_machine){ .view = view };
	if (!rpc_view_block(view, id, false, &machine->block)) {
		*answered = rpc_fail_no_block(call, id);
		return false;
	}
	trie = chain_reader_state(view->chain, view->arena, machine->block.header.number);
	if (!trie) {
		*answered = rpc_fail_no_state(call, machine->block.header.number);
		return false;
	}
	if (!state_overrides_read(&machine->overrides, call, overrides_index, view->arena,
				  state_trie_reader(trie))) {
		*answered = rpc_fail_params(call);
		return false;
	}
	rpc_guard_init(&machine->guard, &view->deadline, &machine->overrides.reader,
		       crypto_native());
	machine->hashes = chain_reader_hashes(view->chain);
	block_context_of(&machine->context, &view->sequencer->config.chain, &machine->block.header,
			 &machine->hashes);
	arena_init(&machine->scratch, &arena_heap, ARENA_HEAP_BLOCK);
	return true;
}

void call_machine_close(struct call_machine *machine)
{
	arena_free(&machine->scratch);
}

/* A price below the base fee, unless there is none at all: then gas is free,
 * and the base fee 0 (geth: vm.Config.NoBaseFee). */
static bool is_underpriced(const struct call_machine *machine, const struct transaction *tx)
{
	return !u256_is_zero(&tx->max_fee_per_gas) &&
	       u256_lt(&tx->max_fee_per_gas, &machine->context.base_fee);
}

/* What a run gives back: a creation's is the code that it made, as in geth
 * (libraries run whole programs in a constructor that way). */
static struct bytes output_of(struct call_machine *machine, const struct transaction *tx,
			      const struct tx_result *result)
{
	struct bytes output = result->output;

	if (tx->is_creation && result->success)
		output = state_code(machine->state, state_account(machine->state, &result->created))
			     ->code;
	return arena_copy(machine->view->arena, output);
}

void call_machine_run(struct call_machine *machine, const struct transaction *tx,
		      uint64_t gas_limit, struct call_outcome *outcome)
{
	struct arena_mark mark = arena_mark(&machine->scratch);
	struct block_context context = machine->context;
	struct transaction limited = *tx;
	struct evm *evm;

	*outcome = (struct call_outcome){ .err = TX_FEE_BELOW_BASE_FEE };
	if (is_underpriced(machine, tx))
		return;
	if (u256_is_zero(&tx->max_fee_per_gas))
		context.base_fee = U256_ZERO;
	limited.gas_limit = gas_limit;
	machine->state = state_new(&machine->scratch, &machine->guard.reader);
	evm = evm_new(&machine->scratch, machine->state, &context, &machine->guard.crypto,
		      machine->tracer);
	outcome->err = tx_execute(evm, &limited, UINT64_MAX, TX_SIMULATE, &outcome->result);
	outcome->fault = evm_fault(evm);
	outcome->is_unreadable = state_failed(machine->state) || machine->view->deadline.is_over;
	if (outcome->err == TX_OK)
		outcome->result.output = output_of(machine, tx, &outcome->result);
	outcome->result.logs = NULL;
	outcome->result.log_count = 0;
	machine->state = NULL;
	arena_reset(&machine->scratch, mark);
}

struct rpc_answered *call_machine_fail(struct call_machine *machine, struct rpc_call *call)
{
	const struct rpc_deadline *deadline = &machine->view->deadline;

	return deadline->is_over ? rpc_fail_aborted(call, deadline) : rpc_fail_bad_state(call);
}

static struct account account_of(struct call_machine *machine, const struct address *address)
{
	const struct state_reader *reader = &machine->overrides.reader;
	struct account account;
	bool exists;

	if (!reader->account(reader->context, address, &account, &exists) || !exists)
		account = (struct account){ .code_hash = keccak_empty };
	return account;
}

struct u256 call_machine_balance(struct call_machine *machine, const struct address *address)
{
	return account_of(machine, address).balance;
}

bool call_machine_has_code(struct call_machine *machine, const struct address *address)
{
	struct account account = account_of(machine, address);

	return !hash32_eq(&account.code_hash, &keccak_empty);
}

/* ---- geth's sentences: core/state_transition.go ---- */

static void refuse_funds(struct call_machine *machine, const struct transaction *tx,
			 uint64_t gas_limit, char out[CALL_REFUSAL_SIZE])
{
	struct u256 want = u256_from_u64(gas_limit),
		    have = call_machine_balance(machine, &tx->from);
	char address[RPC_ADDRESS_SIZE], have_text[U256_DECIMAL_SIZE], want_text[U256_DECIMAL_SIZE];

	/* Past 2^256 nobody has it; the figure is then only a figure. */
	u256_mul(&want, &want, &tx->max_fee_per_gas);
	u256_add(&want, &want, &tx->value);
	snprintf(out, CALL_REFUSAL_SIZE, "%s: address %s have %s want %s",
		 tx_err_text(TX_INSUFFICIENT_FUNDS), rpc_format_address(address, &tx->from),
		 u256_to_decimal(have_text, &have), u256_to_decimal(want_text, &want));
}

static void refuse_fee(struct call_machine *machine, const struct transaction *tx,
		       char out[CALL_REFUSAL_SIZE])
{
	char address[RPC_ADDRESS_SIZE], fee[U256_DECIMAL_SIZE], base_fee[U256_DECIMAL_SIZE];

	snprintf(out, CALL_REFUSAL_SIZE, "%s: address %s, maxFeePerGas: %s, baseFee: %s",
		 tx_err_text(TX_FEE_BELOW_BASE_FEE), rpc_format_address(address, &tx->from),
		 u256_to_decimal(fee, &tx->max_fee_per_gas),
		 u256_to_decimal(base_fee, &machine->context.base_fee));
}

static void refuse_tip(const struct transaction *tx, char out[CALL_REFUSAL_SIZE])
{
	char address[RPC_ADDRESS_SIZE], fee[U256_DECIMAL_SIZE], tip[U256_DECIMAL_SIZE];

	snprintf(out, CALL_REFUSAL_SIZE,
		 "%s: address %s, maxPriorityFeePerGas: %s, maxFeePerGas: %s",
		 tx_err_text(TX_PRIORITY_OVER_MAX_FEE), rpc_format_address(address, &tx->from),
		 u256_to_decimal(tip, &tx->max_priority_fee_per_gas),
		 u256_to_decimal(fee, &tx->max_fee_per_gas));
}

char *call_machine_refusal(struct call_machine *machine, const struct transaction *tx,
			   uint64_t gas_limit, enum tx_err err, char out[CALL_REFUSAL_SIZE])
{
	if (err == TX_INSUFFICIENT_FUNDS)
		refuse_funds(machine, tx, gas_limit, out);
	else if (err == TX_FEE_BELOW_BASE_FEE)
		refuse_fee(machine, tx, out);
	else if (err == TX_PRIORITY_OVER_MAX_FEE)
		refuse_tip(tx, out);
	else if (err == TX_INTRINSIC_GAS)
		snprintf(out, CALL_REFUSAL_SIZE, "%s: have %" PRIu64 ", want %" PRIu64,
			 tx_err_text(err), gas_limit, tx_intrinsic_gas(tx));
	else if (err == TX_FLOOR_GAS)
		snprintf(out, CALL_REFUSAL_SIZE, "%s: have %" PRIu64 ", want %" PRIu64,
			 tx_err_text(err), gas_limit, tx_floor_gas(tx));
	else if (err == TX_INITCODE_TOO_LARGE)
		snprintf(out, CALL_REFUSAL_SIZE, "%s: code size %zu limit %d", tx_err_text(err),
			 tx->data.len, EVM_MAX_INITCODE_SIZE);
	else
		snprintf(out, CALL_REFUSAL_SIZE, "%s", tx_err_text(err));
	return out;
}
