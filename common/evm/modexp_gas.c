/* modexp_gas: all of it in 256-bit integers, as the lengths in the input are:
 * what does not fit there costs more than any gas limit. */
#include "evm/modexp_gas.h"

#include "eth/u256.h"

#define WORD 32

struct modexp_lengths {
	struct u256 base, exponent, modulus;
};

/* 32 bytes of the input from `offset` on; what lies beyond its end is 0. */
static struct u256 word_at(struct bytes input, size_t offset, size_t len)
{
	uint8_t word[WORD] = { 0 };

	if (offset < input.len) {
		size_t available = input.len - offset;

		memcpy(word, input.data + offset, available < len ? available : len);
	}
	return u256_from_be(word, len);
}

static struct modexp_lengths read_lengths(struct bytes input)
{
	return (struct modexp_lengths){
		.base = word_at(input, 0, WORD),
		.exponent = word_at(input, WORD, WORD),
		.modulus = word_at(input, 2 * WORD, WORD),
	};
}

bool modexp_within_bounds(struct bytes input)
{
	struct modexp_lengths lengths = read_lengths(input);
	struct u256 bound = u256_from_u64(1024);

	return !u256_lt(&bound, &lengths.base) && !u256_lt(&bound, &lengths.exponent) &&
	       !u256_lt(&bound, &lengths.modulus);
}

/* The exponent's first 32 bytes, or all of it. */
static struct u256 exponent_head(struct bytes input, const struct modexp_lengths *lengths)
{
	struct u256 word = u256_from_u64(WORD);
	size_t len = u256_lt(&lengths->exponent, &word) ? lengths->exponent.limb[0] : WORD;

	/* A base that ends beyond the input has only zeros behind it. */
	if (!u256_fits_u64(&lengths->base) || lengths->base.limb[0] >= input.len)
		return U256_ZERO;
	return word_at(input, 3 * WORD + (size_t)lengths->base.limb[0], len);
}

struct modexp_rule {
	uint64_t floor;      /* the least a call costs */
	uint64_t multiplier; /* for each byte of the exponent beyond 32 */
	uint64_t divisor;
	bool (*complexity)(struct u256 *out, const struct u256 *len);
};

/* words ** 2, of 8 bytes each.  False: over 2^256. */
static bool words_squared(struct u256 *out, const struct u256 *len)
{
	struct u256 seven = u256_from_u64(7);
	struct u256 three = u256_from_u64(3);
	struct u256 words;

	if (u256_add_overflow(&words, len, &seven))
		return false;
	u256_shr(&words, &words, &three);
	return !u256_mul_overflow(out, &words, &words);
}

/* EIP-7883: "multiplication_complexity = 16; if max_length > 32:
 * multiplication_complexity = 2 * words**2" */
static bool words_squared_osaka(struct u256 *out, const struct u256 *len)
{
	struct u256 word = u256_from_u64(WORD);

	*out = u256_from_u64(16);
	if (!u256_lt(&word, len))
		return true;
	return words_squared(out, len) && !u256_add_overflow(out, out, out);
}

static const struct modexp_rule eip_2565 = { 200, 8, 3, words_squared };
static const struct modexp_rule eip_7883 = { 500, 16, 1, words_squared_osaka };

/* EIP-2565: the bits of the exponent after the highest one, at least 1.
 * False: over 2^256. */
static bool iteration_count(struct u256 *out, const struct modexp_rule *rule, struct bytes input,
			    const struct modexp_lengths *lengths)
{
	struct u256 head = exponent_head(input, lengths);
	struct u256 head_bits = u256_from_u64(u256_bit_length(&head));
	struct u256 multiplier = u256_from_u64(rule->multiplier);
	struct u256 word = u256_from_u64(WORD);
	struct u256 one = u256_from_u64(1);

	if (!u256_is_zero(&head_bits))
		u256_sub(&head_bits, &head_bits, &one);
	*out = U256_ZERO;
	if (u256_lt(&word, &lengths->exponent)) {
		u256_sub(out, &lengths->exponent, &word);
		if (u256_mul_overflow(out, out, &multiplier))
			return false;
	}
	if (u256_add_overflow(out, out, &head_bits))
		return false;
	if (u256_is_zero(out))
		*out = one;
	return true;
}

uint64_t modexp_gas(enum evm_revision revision, struct bytes input)
{
	const struct modexp_rule *rule = revision >= EVM_OSAKA ? &eip_7883 : &eip_2565;
	struct modexp_lengths lengths = read_lengths(input);
	struct u256 divisor = u256_from_u64(rule->divisor);
	struct u256 complexity, iterations, gas;
	bool base_is_longer = u256_lt(&lengths.modulus, &lengths.base);

	if (!rule->complexity(&complexity, base_is_longer ? &lengths.base : &lengths.modulus))
		return UINT64_MAX;
	/* With nothing to multiply the exponent's length has no price. */
	if (u256_is_zero(&complexity))
		return rule->floor;
	if (!iteration_count(&iterations, rule, input, &lengths) ||
	    u256_mul_overflow(&gas, &complexity, &iterations))
		return UINT64_MAX;
	u256_divmod(&gas, NULL, &gas, &divisor);
	if (!u256_fits_u64(&gas))
		return UINT64_MAX;
	return gas.limb[0] < rule->floor ? rule->floor : gas.limb[0];
}
