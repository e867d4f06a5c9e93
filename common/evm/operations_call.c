#include "evm/machine.h"
#include "evm/opcodes.h"

/* EIP-150: all but one 64th. */
static uint64_t most_of(uint64_t gas)
{
	return gas - gas / 64;
}

/* What is asked for, as far as there is so much. */
static uint64_t call_gas(uint64_t available, const struct u256 *asked)
{
	uint64_t most = most_of(available);

	return u256_fits_u64(asked) && asked->limb[0] < most ? asked->limb[0] : most;
}

static enum evm_status charge_access(struct evm *e, struct evm_frame *f,
				     struct state_account *account)
{
	/* The price of a warm access is paid with the instruction. */
	if (state_warm_account(e->state, account) && !frame_charge(f, GAS_COLD_ACCOUNT_EXTRA))
		return EVM_OUT_OF_GAS;
	return EVM_SUCCESS;
}

/* The code that a call of `account` runs.  EIP-7702: when it is a delegation,
 * the target is accessed too, and what is there runs as it is. */
static enum evm_status resolve_code(struct evm *e, struct evm_frame *f,
				    struct state_account *account, const struct evm_code **code)
{
	struct address target_address;
	struct state_account *target;

	*code = state_code(e->state, account);
	if (e->block->revision < EVM_PRAGUE ||
	    !evm_code_is_delegation((*code)->code, &target_address))
		return EVM_SUCCESS;
	target = evm_account(e, &target_address);
	if (!frame_charge(f, GAS_WARM_ACCESS) || charge_access(e, f, target) != EVM_SUCCESS)
		return EVM_OUT_OF_GAS;
	*code = state_code(e->state, target);
	return EVM_SUCCESS;
}

static enum evm_status charge_value(struct evm_frame *f, const struct state_account *to,
				    uint8_t opcode)
{
	uint64_t cost = GAS_CALL_VALUE;

	if (opcode == OP_CALL && state_is_empty(to))
		cost += GAS_NEW_ACCOUNT;
	return frame_charge(f, cost) ? EVM_SUCCESS : EVM_OUT_OF_GAS;
}

/* The operands of one of the four, from the stack. */
struct call_operands {
	const struct u256 *gas, *value; /* value NULL: has none */
	struct address address;
	const struct u256 *input_offset, *output_offset;
	uint64_t input_size, output_size;
	struct u256 *result; /* the lowest of them */
};

static void read_operands(struct call_operands *o, struct u256 *sp, uint8_t opcode)
{
	o->gas = &sp[-1];
	o->address = address_from_u256(&sp[-2]);
	o->value = NULL;
	/* With a value, what follows lies one deeper. */
	if (opcode == OP_CALL || opcode == OP_CALLCODE) {
		o->value = &sp[-3];
		sp--;
	}
	o->input_offset = &sp[-3];
	o->input_size = size_operand(&sp[-4]);
	o->output_offset = &sp[-5];
	o->output_size = size_operand(&sp[-6]);
	o->result = &sp[-6];
}

static const enum evm_call_kind kind_of[256] = {
	[OP_CALL] = EVM_CALL,
	[OP_CALLCODE] = EVM_CALLCODE,
	[OP_DELEGATECALL] = EVM_DELEGATECALL,
	[OP_STATICCALL] = EVM_STATICCALL,
	[OP_CREATE] = EVM_CREATE,
	[OP_CREATE2] = EVM_CREATE2,
};

/* Who calls whom with what, in the eyes of the called: all of `*m` but the gas and
 * the input, and the salt, which calls do without.  `account` is the one whose
 * code runs.  Returns the one it runs on. */
static struct state_account *address_message(struct evm_message *m, const struct evm_frame *f,
					     const struct call_operands *o,
					     struct state_account *account, uint8_t opcode)
{
	struct state_account *recipient =
	    opcode == OP_CALL || opcode == OP_STATICCALL ? account : f->account;

	m->kind = kind_of[opcode];
	m->depth = f->depth + 1;
	m->caller = opcode == OP_DELEGATECALL ? f->caller : f->self;
	m->recipient = *state_address(recipient);
	m->code_address = *state_address(account);
	m->is_static = f->is_static || opcode == OP_STATICCALL;
	if (opcode == OP_DELEGATECALL)
		m->value = f->value;
	else
		m->value = o->value ? *o->value : U256_ZERO;
	return recipient;
}

enum evm_status operation_call(struct evm *e, struct evm_frame *f, uint8_t opcode)
{
	struct call_operands o;
	struct evm_message m;
	bool pays;
	struct state_account *account, *recipient;
	const struct evm_code *code;
	struct evm_result result;
	enum evm_status status;
	uint64_t input_start;

	read_operands(&o, f->sp, opcode);
	pays = o.value && !u256_is_zero(o.value);
	if (pays && opcode == OP_CALL && f->is_static)
		return EVM_STATIC_VIOLATION;
	if ((status = memory_reach(e, f, &input_start, o.input_offset, o.input_size)) ||
	    (status = memory_reach(e, f, &f->output_offset, o.output_offset, o.output_size)))
		return status;
	f->output_size = o.output_size;
	account = evm_account(e, &o.address);
	if ((status = charge_access(e, f, account)) ||
	    (pays && (status = charge_value(f, account, opcode))) ||
	    (status = resolve_code(e, f, account, &code)))
		return status;

	m.gas = call_gas(f->gas, o.gas);
	f->gas -= m.gas;
	if (pays)
		m.gas += GAS_CALL_STIPEND;
	recipient = address_message(&m, f, &o, account, opcode);
	m.input = bytes_of(f->memory + input_start, (size_t)o.input_size);
	f->sp = o.result + 1;
	if (!call_begin(e, &m, f->account, recipient, code, &result))
		operation_resume(f, &result, false);
	return EVM_SUCCESS;
}

enum evm_status operation_create(struct evm *e, struct evm_frame *f, uint8_t opcode)
{
	struct evm_message m = { .kind = kind_of[opcode], .depth = f->depth + 1 };
	const struct u256 *sp = f->sp;
	uint64_t size = size_operand(&sp[-3]);
	uint64_t word_gas = GAS_INITCODE_WORD + (opcode == OP_CREATE2 ? GAS_KECCAK256_WORD : 0);
	struct evm_result result;
	enum evm_status status;
	uint64_t start;

	if (f->is_static)
		return EVM_STATIC_VIOLATION;
	if (size > EVM_MAX_INITCODE_SIZE) { /* EIP-3860 */
		e->fault = (struct evm_fault){ .code_size = size };
		return EVM_INITCODE_TOO_LARGE;
	}
	if ((status = memory_reach(e, f, &start, &sp[-2], size)))
		return status;
	if (!frame_charge(f, word_gas * words_of(size)))
		return EVM_OUT_OF_GAS;
	m.gas = most_of(f->gas);
	f->gas -= m.gas;
	m.caller = f->self;
	m.value = sp[-1];
	m.input = bytes_of(f->memory + start, (size_t)size);
	if (opcode == OP_CREATE2)
		m.salt = sp[-4];
	f->sp -= opcode == OP_CREATE2 ? 3 : 2;
	f->output_size = 0;
	if (!creation_begin(e, &m, &result))
		operation_resume(f, &result, true);
	return EVM_SUCCESS;
}

void operation_resume(struct evm_frame *f, const struct evm_result *result, bool creation)
{
	bool success = result->status == EVM_SUCCESS;
	size_t len = result->output.len < f->output_size ? result->output.len : f->output_size;

	f->gas += result->gas_left;
	if (creation && success)
		f->sp[-1] = u256_from_address(&result->created);
	else
		f->sp[-1] = u256_from_u64(success);
	if (len)
		memcpy(f->memory + f->output_offset, result->output.data, len);
}
