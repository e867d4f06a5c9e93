#include "net/l1_pricing.h"

static const struct u256 *lesser(const struct u256 *a, const struct u256 *b)
{
	return u256_lt(a, b) ? a : b;
}

static const struct u256 *greater(const struct u256 *a, const struct u256 *b)
{
	return u256_lt(a, b) ? b : a;
}

static const struct u256 u256_largest = { { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } };

static struct u256 add_saturating(const struct u256 *a, const struct u256 *b)
{
	struct u256 sum;

	return u256_add_overflow(&sum, a, b) ? u256_largest : sum;
}

static const struct u256 *priority_ceiling(const struct l1_price_limits *limits)
{
	return u256_is_zero(&limits->max_priority_ceiling) ? &limits->max_fee_ceiling
							   : &limits->max_priority_ceiling;
}

struct l1_price l1_price_now(const struct l1_fees *fees, const struct l1_price_limits *limits)
{
	struct l1_price price;
	struct u256 tip = *greater(&fees->priority_fee, &limits->min_priority_fee);
	struct u256 twice = add_saturating(&fees->next_base_fee, &fees->next_base_fee);
	struct u256 wanted;

	tip = *lesser(&tip, priority_ceiling(limits));
	wanted = add_saturating(&twice, &tip);
	price.max_fee = *lesser(&wanted, &limits->max_fee_ceiling);
	price.priority_fee = *lesser(&tip, &price.max_fee);
	return price;
}

/* old + ceil(old / 10) + 1 */
static struct u256 raised(const struct u256 *old)
{
	struct u256 ten = u256_from_u64(10);
	struct u256 one = u256_from_u64(1);
	struct u256 tenth, rest, sum;

	u256_divmod(&tenth, &rest, old, &ten);
	if (!u256_is_zero(&rest))
		tenth = add_saturating(&tenth, &one);
	sum = add_saturating(old, &tenth);
	return add_saturating(&sum, &one);
}

bool l1_price_bump(struct l1_price *out, const struct l1_price *old, const struct l1_fees *fees,
		   const struct l1_price_limits *limits)
{
	struct l1_price now = l1_price_now(fees, limits);
	struct u256 least_max = raised(&old->max_fee);
	struct u256 least_tip = raised(&old->priority_fee);
	struct l1_price price = {
		.max_fee = *greater(&least_max, &now.max_fee),
		.priority_fee = *greater(&least_tip, &now.priority_fee),
	};

	if (u256_lt(&limits->max_fee_ceiling, &price.max_fee) ||
	    u256_lt(priority_ceiling(limits), &price.priority_fee))
		return false;
	if (u256_lt(&price.max_fee, &price.priority_fee))
		price.priority_fee =
		    price.max_fee; /* both were raised enough, as old was in order */
	*out = price;
	return true;
}
