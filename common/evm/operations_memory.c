#include "crypto/keccak.h"
#include "evm/machine.h"

enum evm_status operation_keccak256(struct evm *e, struct evm_frame *f, struct u256 *out,
				    const struct u256 *offset, const struct u256 *size)
{
	uint64_t len = size_operand(size);
	enum evm_status status;
	struct hash32 digest;
	uint64_t start;

	if ((status = memory_reach(e, f, &start, offset, len)))
		return status;
	if (!frame_charge(f, GAS_KECCAK256_WORD * words_of(len)))
		return EVM_OUT_OF_GAS;
	digest = keccak256(bytes_of(f->memory + start, (size_t)len));
	*out = u256_from_be(digest.b, sizeof(digest.b));
	return EVM_SUCCESS;
}

void operation_calldataload(const struct evm_frame *f, struct u256 *out, const struct u256 *offset)
{
	uint8_t word[32] = { 0 };
	size_t start = (size_t)offset->limb[0];

	if (!u256_fits_u64(offset) || start >= f->input.len) {
		*out = U256_ZERO;
	} else if (f->input.len - start >= sizeof(word)) {
		*out = u256_from_be(f->input.data + start, sizeof(word));
	} else {
		memcpy(word, f->input.data + start, f->input.len - start);
		*out = u256_from_be(word, sizeof(word));
	}
}

enum evm_status operation_mload(struct evm *e, struct evm_frame *f, struct u256 *out,
				const struct u256 *offset)
{
	uint64_t start;
	enum evm_status status = memory_reach(e, f, &start, offset, 32);

	if (status == EVM_SUCCESS)
		*out = u256_from_be(f->memory + start, 32);
	return status;
}

enum evm_status operation_mstore(struct evm *e, struct evm_frame *f, const struct u256 *offset,
				 const struct u256 *value)
{
	uint64_t start;
	enum evm_status status = memory_reach(e, f, &start, offset, 32);

	if (status == EVM_SUCCESS)
		u256_to_be(f->memory + start, value);
	return status;
}

enum evm_status operation_mstore8(struct evm *e, struct evm_frame *f, const struct u256 *offset,
				  const struct u256 *value)
{
	uint64_t start;
	enum evm_status status = memory_reach(e, f, &start, offset, 1);

	if (status == EVM_SUCCESS)
		f->memory[start] = (uint8_t)value->limb[0];
	return status;
}

/* GAS_COPY_WORD for each word of `size`, which may be anything. */
static enum evm_status charge_copy(struct evm_frame *f, uint64_t size)
{
	return frame_charge(f, GAS_COPY_WORD * words_of(size)) ? EVM_SUCCESS : EVM_OUT_OF_GAS;
}

enum evm_status operation_mcopy(struct evm *e, struct evm_frame *f, const struct u256 *to,
				const struct u256 *from, const struct u256 *size)
{
	uint64_t len = size_operand(size);
	uint64_t source, target;
	enum evm_status status;

	if ((status = memory_reach(e, f, &target, to, len)) ||
	    (status = memory_reach(e, f, &source, from, len)) || (status = charge_copy(f, len)))
		return status;
	if (len)
		memmove(f->memory + target, f->memory + source, (size_t)len);
	return EVM_SUCCESS;
}

/* `source` from `from` on to `to`; behind its end there are zeros. */
static void copy_padded(uint8_t *to, size_t len, struct bytes source, const struct u256 *from)
{
	size_t start =
	    u256_fits_u64(from) && from->limb[0] < source.len ? (size_t)from->limb[0] : source.len;
	size_t there = source.len - start < len ? source.len - start : len;

	if (there)
		memcpy(to, source.data + start, there);
	memset(to + there, 0, len - there);
}

enum evm_status operation_copy(struct evm *e, struct evm_frame *f, struct bytes source,
			       const struct u256 *to, const struct u256 *from,
			       const struct u256 *size)
{
	uint64_t len = size_operand(size);
	enum evm_status status;
	uint64_t target;

	if ((status = memory_reach(e, f, &target, to, len)) || (status = charge_copy(f, len)))
		return status;
	copy_padded(f->memory + target, (size_t)len, source, from);
	return EVM_SUCCESS;
}

enum evm_status operation_returndatacopy(struct evm *e, struct evm_frame *f, const struct u256 *to,
					 const struct u256 *from, const struct u256 *size)
{
	uint64_t len = size_operand(size);
	enum evm_status status;
	uint64_t target;

	if ((status = memory_reach(e, f, &target, to, len)) || (status = charge_copy(f, len)))
		return status;
	/* EIP-211: reading past the end is a failure, even of no bytes. */
	if (!u256_fits_u64(from) || from->limb[0] > e->return_data.len ||
	    len > e->return_data.len - from->limb[0])
		return EVM_RETURN_DATA_OUT_OF_BOUNDS;
	if (len)
		memcpy(f->memory + target, e->return_data.data + from->limb[0], (size_t)len);
	return EVM_SUCCESS;
}

enum evm_status operation_return(struct evm *e, struct evm_frame *f, const struct u256 *offset,
				 const struct u256 *size)
{
	uint64_t len = size_operand(size);
	enum evm_status status;
	uint64_t start;

	if ((status = memory_reach(e, f, &start, offset, len)))
		return status;
	f->output = bytes_of(f->memory + start, (size_t)len);
	return EVM_SUCCESS;
}
