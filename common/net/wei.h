/* wei: amounts of ETH as people type them, exactly. */
#ifndef GAVEL_NET_WEI_H
#define GAVEL_NET_WEI_H

#include "eth/u256.h"

enum wei_unit {
	WEI = 0, /* digits behind the point */
	GWEI = 9,
	ETHER = 18,
};

/* "0.03": digits, and behind a point at most as many as the unit has.  False,
 * `*out` untouched, for anything else and what 256 bits don't hold. */
bool wei_parse(struct u256 *out, const char *text, enum wei_unit unit);

#endif
