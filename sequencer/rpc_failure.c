#include "sequencer/rpc_failure.h"

#include <inttypes.h>
#include <stdio.h>

#include "evm/opcodes.h"

/* Instructions that have a name though they can't run: by definition, or not
 * before a revision.  NULL: no such one. */
static const char *name_of(uint8_t opcode)
{
	if (opcode == OP_INVALID)
		return "INVALID";
	return opcode == OP_CLZ ? "CLZ" : NULL;
}

static void describe_opcode(char *out, const char *text, uint8_t opcode)
{
	const char *name = name_of(opcode);

	if (name)
		snprintf(out, FAILURE_MESSAGE_SIZE, "%s: %s", text, name);
	else
		snprintf(out, FAILURE_MESSAGE_SIZE, "%s: opcode 0x%x not defined", text, opcode);
}

/* geth: core/vm/errors.go, opcodes.go, gas_table.go.  Its limit of a stack is what
 * the instruction may meet there. */
char *failure_message(char out[FAILURE_MESSAGE_SIZE], enum evm_status status,
		      const struct evm_fault *fault)
{
	const struct opcode_traits *traits = &opcode_traits[fault->opcode];
	const char *text = evm_status_text(status);

	if (status == EVM_STACK_UNDERFLOW)
		snprintf(out, FAILURE_MESSAGE_SIZE, "%s (%zu <=> %d)", text, fault->stack_len,
			 traits->pops);
	else if (status == EVM_STACK_OVERFLOW)
		snprintf(out, FAILURE_MESSAGE_SIZE, "%s %zu (%d)", text, fault->stack_len,
			 EVM_STACK_SIZE + traits->pops - traits->pushes);
	else if (status == EVM_UNDEFINED_INSTRUCTION || status == EVM_INVALID_INSTRUCTION)
		describe_opcode(out, text, fault->opcode);
	else if (status == EVM_CODE_TOO_LARGE)
		snprintf(out, FAILURE_MESSAGE_SIZE, "%s: code size %" PRIu64 " limit %d", text,
			 fault->code_size, EVM_MAX_CODE_SIZE);
	else if (status == EVM_INITCODE_TOO_LARGE)
		snprintf(out, FAILURE_MESSAGE_SIZE, "%s: %s: code size %" PRIu64 " limit %d",
			 evm_status_text(EVM_OUT_OF_GAS), text, fault->code_size,
			 EVM_MAX_INITCODE_SIZE);
	else
		snprintf(out, FAILURE_MESSAGE_SIZE, "%s", text);
	return out;
}
