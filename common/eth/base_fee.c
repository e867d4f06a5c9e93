/* EIP-1559's base fee. */
#include "eth/header.h"

#define ELASTICITY_MULTIPLIER           2
#define BASE_FEE_MAX_CHANGE_DENOMINATOR 8

static const struct u256 u256_max = { { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } };

/* a * b / c, rounded down, without a wide product: a = q c + r makes it
 * q b + r b / c.  What passes 2^256 stays at the largest number (no chain's
 * wei come near). */
static struct u256 multiply_divide(const struct u256 *a, uint64_t b, uint64_t c)
{
	struct u256 multiplier = u256_from_u64(b), divisor = u256_from_u64(c);
	struct u256 quotient, remainder;

	u256_divmod(&quotient, &remainder, a, &divisor);
	if (u256_mul_overflow(&quotient, &quotient, &multiplier))
		return u256_max;
	u256_mul(&remainder, &remainder, &multiplier);
	u256_divmod(&remainder, NULL, &remainder, &divisor);
	if (u256_add_overflow(&quotient, &quotient, &remainder))
		return u256_max;
	return quotient;
}

struct u256 header_next_base_fee(const struct header *parent)
{
	const struct u256 denominator = u256_from_u64(BASE_FEE_MAX_CHANGE_DENOMINATOR);
	uint64_t target = parent->gas_limit / ELASTICITY_MULTIPLIER;
	struct u256 fee = parent->base_fee, change;

	if (parent->gas_used == target)
		return fee;
	if (parent->gas_used < target) {
		change = multiply_divide(&fee, target - parent->gas_used, target);
		u256_divmod(&change, NULL, &change, &denominator);
		u256_sub(&fee, &fee, &change);
		return fee;
	}
	change = multiply_divide(&fee, parent->gas_used - target, target);
	u256_divmod(&change, NULL, &change, &denominator);
	if (u256_is_zero(&change))
		change = u256_from_u64(1);
	return u256_add_overflow(&fee, &fee, &change) ? u256_max : fee;
}
