/* statetest_trace: EIP-3155, one JSON line a step. */
#include <inttypes.h>

#include "base/hex.h"
#include "evm/opcodes.h"
#include "tests/conformance/statetest.h"

static const char *const names[256] = {
	[OP_STOP] = "STOP",
	[OP_ADD] = "ADD",
	[OP_MUL] = "MUL",
	[OP_SUB] = "SUB",
	[OP_DIV] = "DIV",
	[OP_SDIV] = "SDIV",
	[OP_MOD] = "MOD",
	[OP_SMOD] = "SMOD",
	[OP_ADDMOD] = "ADDMOD",
	[OP_MULMOD] = "MULMOD",
	[OP_EXP] = "EXP",
	[OP_SIGNEXTEND] = "SIGNEXTEND",
	[OP_LT] = "LT",
	[OP_GT] = "GT",
	[OP_SLT] = "SLT",
	[OP_SGT] = "SGT",
	[OP_EQ] = "EQ",
	[OP_ISZERO] = "ISZERO",
	[OP_AND] = "AND",
	[OP_OR] = "OR",
	[OP_XOR] = "XOR",
	[OP_NOT] = "NOT",
	[OP_BYTE] = "BYTE",
	[OP_SHL] = "SHL",
	[OP_SHR] = "SHR",
	[OP_SAR] = "SAR",
	[OP_CLZ] = "CLZ",
	[OP_KECCAK256] = "KECCAK256",
	[OP_ADDRESS] = "ADDRESS",
	[OP_BALANCE] = "BALANCE",
	[OP_ORIGIN] = "ORIGIN",
	[OP_CALLER] = "CALLER",
	[OP_CALLVALUE] = "CALLVALUE",
	[OP_CALLDATALOAD] = "CALLDATALOAD",
	[OP_CALLDATASIZE] = "CALLDATASIZE",
	[OP_CALLDATACOPY] = "CALLDATACOPY",
	[OP_CODESIZE] = "CODESIZE",
	[OP_CODECOPY] = "CODECOPY",
	[OP_GASPRICE] = "GASPRICE",
	[OP_EXTCODESIZE] = "EXTCODESIZE",
	[OP_EXTCODECOPY] = "EXTCODECOPY",
	[OP_RETURNDATASIZE] = "RETURNDATASIZE",
	[OP_RETURNDATACOPY] = "RETURNDATACOPY",
	[OP_EXTCODEHASH] = "EXTCODEHASH",
	[OP_BLOCKHASH] = "BLOCKHASH",
	[OP_COINBASE] = "COINBASE",
	[OP_TIMESTAMP] = "TIMESTAMP",
	[OP_NUMBER] = "NUMBER",
	[OP_PREVRANDAO] = "PREVRANDAO",
	[OP_GASLIMIT] = "GASLIMIT",
	[OP_CHAINID] = "CHAINID",
	[OP_SELFBALANCE] = "SELFBALANCE",
	[OP_BASEFEE] = "BASEFEE",
	[OP_BLOBHASH] = "BLOBHASH",
	[OP_BLOBBASEFEE] = "BLOBBASEFEE",
	[OP_POP] = "POP",
	[OP_MLOAD] = "MLOAD",
	[OP_MSTORE] = "MSTORE",
	[OP_MSTORE8] = "MSTORE8",
	[OP_SLOAD] = "SLOAD",
	[OP_SSTORE] = "SSTORE",
	[OP_JUMP] = "JUMP",
	[OP_JUMPI] = "JUMPI",
	[OP_PC] = "PC",
	[OP_MSIZE] = "MSIZE",
	[OP_GAS] = "GAS",
	[OP_JUMPDEST] = "JUMPDEST",
	[OP_TLOAD] = "TLOAD",
	[OP_TSTORE] = "TSTORE",
	[OP_MCOPY] = "MCOPY",
	[OP_PUSH0] = "PUSH0",
	[OP_CREATE] = "CREATE",
	[OP_CALL] = "CALL",
	[OP_CALLCODE] = "CALLCODE",
	[OP_RETURN] = "RETURN",
	[OP_DELEGATECALL] = "DELEGATECALL",
	[OP_CREATE2] = "CREATE2",
	[OP_STATICCALL] = "STATICCALL",
	[OP_REVERT] = "REVERT",
	[OP_INVALID] = "INVALID",
	[OP_SELFDESTRUCT] = "SELFDESTRUCT",
};

static void print_name(FILE *out, uint8_t opcode)
{
	if (opcode >= OP_PUSH1 && opcode <= OP_PUSH32)
		fprintf(out, "PUSH%d", opcode - OP_PUSH0);
	else if (opcode >= OP_DUP1 && opcode <= OP_DUP16)
		fprintf(out, "DUP%d", opcode - OP_DUP1 + 1);
	else if (opcode >= OP_SWAP1 && opcode <= OP_SWAP16)
		fprintf(out, "SWAP%d", opcode - OP_SWAP1 + 1);
	else if (opcode >= OP_LOG0 && opcode <= OP_LOG4)
		fprintf(out, "LOG%d", opcode - OP_LOG0);
	else
		fputs(names[opcode] ? names[opcode] : "UNDEFINED", out);
}

/* A "hex-number" of the EIP: no leading zeros. */
static void print_u256(FILE *out, const struct u256 *v)
{
	char text[65];
	uint8_t be[32];
	const char *digits;

	u256_to_be(be, v);
	digits = hex_encode(text, bytes_of(be, sizeof(be)));
	while (*digits == '0' && digits[1])
		digits++;
	fprintf(out, "\"0x%s\"", digits);
}

static void print_step(void *context, const struct evm_trace_step *step)
{
	FILE *out = context;

	fprintf(out,
		"{\"pc\":%" PRIu64 ",\"op\":%u,\"gas\":\"0x%" PRIx64 "\",\"gasCost\":\"0x%" PRIx64
		"\",\"memSize\":%zu,\"stack\":[",
		step->pc, step->opcode, step->gas, step->gas_cost, step->memory_size);
	for (size_t i = 0; i < step->stack_len; i++) {
		if (i)
			fputc(',', out);
		print_u256(out, &step->stack[i]);
	}
	fprintf(out, "],\"depth\":%u,\"refund\":%" PRId64 ",\"opName\":\"", step->depth,
		step->refund);
	print_name(out, step->opcode);
	fputs("\"}\n", out);
}

struct evm_tracer statetest_tracer(FILE *out)
{
	return (struct evm_tracer){ .context = out, .step = print_step };
}

void statetest_trace_end(FILE *out, const struct tx_result *result, const struct hash32 *root)
{
	char text[65];

	fprintf(out, "{\"stateRoot\":\"0x%s\",\"output\":\"0x",
		hex_encode(text, bytes_of_hash(root)));
	for (size_t i = 0; i < result->output.len; i++)
		fprintf(out, "%02x", result->output.data[i]);
	fprintf(out, "\",\"gasUsed\":\"0x%" PRIx64 "\",\"pass\":%s}\n", result->gas_used,
		result->success ? "true" : "false");
}
