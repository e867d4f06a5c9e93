/* l1_pricing: what to bid for an L1 transaction (EIP-1559), and what to bid
 * next.  Pure arithmetic; nothing wraps: prices saturate at their ceilings. */
#ifndef GAVEL_NET_L1_PRICING_H
#define GAVEL_NET_L1_PRICING_H

#include "net/l1_client.h"

/* Wei per gas; priority_fee <= max_fee. */
struct l1_price {
	struct u256 max_fee;
	struct u256 priority_fee;
};

struct l1_price_limits {
	struct u256 max_fee_ceiling;
	struct u256 max_priority_ceiling; /* zero: max_fee_ceiling */
	struct u256 min_priority_fee;
};

/* A first bid: twice the next base fee and the tip, so that it stays valid
 * through six full blocks; within the ceilings. */
struct l1_price l1_price_now(const struct l1_fees *fees, const struct l1_price_limits *limits);

/* A bid that replaces `old`: at least 10% and 1 wei more on both fields (geth's
 * and the others' price bump), and no less than l1_price_now().  False: that is
 * above a ceiling; `*out` is then untouched. */
bool l1_price_bump(struct l1_price *out, const struct l1_price *old, const struct l1_fees *fees,
		   const struct l1_price_limits *limits);

#endif
