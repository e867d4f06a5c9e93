#include "sequencer/rpc_revert.h"

#include <inttypes.h>
#include <stdio.h>

#include "eth/u256.h"
#include "net/json_values.h"

/* keccak256("Error(string)") and keccak256("Panic(uint256)"), first 4 bytes. */
static const uint8_t error_selector[4] = { 0x08, 0xc3, 0x79, 0xa0 };
static const uint8_t panic_selector[4] = { 0x4e, 0x48, 0x7b, 0x71 };

/* geth: accounts/abi/abi.go, panicReasons. */
static const struct {
	uint64_t code;
	const char *reason;
} panics[] = {
	{ 0x00, "generic panic" },
	{ 0x01, "assert(false)" },
	{ 0x11, "arithmetic underflow or overflow" },
	{ 0x12, "division or modulo by zero" },
	{ 0x21, "enum overflow" },
	{ 0x22, "invalid encoded storage byte array accessed" },
	{ 0x31, "out-of-bounds array access; popping on an empty array" },
	{ 0x32, "out-of-bounds access of an array or bytesN" },
	{ 0x41, "out of memory" },
	{ 0x51, "uninitialized function" },
};

static bool starts_with(struct bytes data, const uint8_t selector[4])
{
	return data.len >= 4 && memcmp(data.data, selector, 4) == 0;
}

/* Word `offset` bytes into the arguments as a number that fits their length. */
static bool read_length(struct bytes arguments, size_t offset, size_t *out)
{
	struct u256 word;

	if (arguments.len < 32 || offset > arguments.len - 32)
		return false;
	word = u256_from_be(arguments.data + offset, 32);
	if (!u256_fits_u64(&word) || word.limb[0] > arguments.len)
		return false;
	*out = (size_t)word.limb[0];
	return true;
}

static bool read_string(struct bytes arguments, struct bytes *string)
{
	size_t offset, len;

	if (!read_length(arguments, 0, &offset) || !read_length(arguments, offset, &len) ||
	    len > arguments.len - 32 - offset)
		return false;
	*string = bytes_of(arguments.data + offset + 32, len);
	return true;
}

static void panic_reason(char *out, size_t size, const struct u256 *code)
{
	char hex[HEX_U256_SIZE];

	for (size_t i = 0; u256_fits_u64(code) && i < sizeof(panics) / sizeof(panics[0]); i++) {
		if (panics[i].code == code->limb[0]) {
			snprintf(out, size, "execution reverted: %s", panics[i].reason);
			return;
		}
	}
	snprintf(out, size, "execution reverted: unknown panic code: %s",
		 hex_encode_u256(hex, code));
}

char *revert_message(char out[REVERT_REASON_SIZE], struct bytes data)
{
	struct bytes string;

	snprintf(out, REVERT_REASON_SIZE, "execution reverted");
	if (starts_with(data, error_selector) &&
	    read_string(bytes_of(data.data + 4, data.len - 4), &string)) {
		int shown = string.len < REVERT_REASON_SIZE ? (int)string.len : REVERT_REASON_SIZE;

		snprintf(out, REVERT_REASON_SIZE, "execution reverted: %.*s", shown,
			 (const char *)string.data);
	} else if (starts_with(data, panic_selector) && data.len >= 36) {
		struct u256 code = u256_from_be(data.data + 4, 32);

		panic_reason(out, REVERT_REASON_SIZE, &code);
	}
	return out;
}

struct rpc_answered *rpc_fail_reverted(struct rpc_call *call, struct bytes data)
{
	char message[REVERT_REASON_SIZE];

	return rpc_fail(call, RPC_REVERTED, revert_message(message, data), json_of_bytes(data));
}
