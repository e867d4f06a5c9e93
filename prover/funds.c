#include "prover/funds.h"

#include <stdio.h>

#include "base/hex.h"
#include "base/native/log.h"
#include "net/l1_view.h"

static bool ask_wei(struct l1_client *client, const struct address *contract, const char *function,
		    const struct hash32 *argument, struct u256 *wei)
{
	struct l1_view view = { *contract, function, argument, L1_LATEST };
	struct hash32 word;

	if (!l1_view(client, &view, &word, 1))
		return false;
	*wei = u256_from_be(word.b, sizeof(word.b));
	return true;
}

/* On either side: a challenger defends right claims too, whose root bond is their
 * proposer's. */
static bool path_bonds(struct l1_client *client, const struct address *factory, struct u256 *needed)
{
	struct hash32 as_attacker = l1_word_of_u64(0), as_defender = l1_word_of_u64(1);
	struct address game;
	struct u256 defence, root;

	if (!l1_view_address(client, factory, "implementation()", &game) ||
	    !ask_wei(client, &game, "pathBonds(bool)", &as_attacker, needed) ||
	    !ask_wei(client, &game, "pathBonds(bool)", &as_defender, &defence) ||
	    !ask_wei(client, &game, "rootBond()", NULL, &root))
		return false;
	if (!u256_sub_underflow(&defence, &defence, &root) && u256_lt(needed, &defence))
		*needed = defence;
	return true;
}

bool funds_check(struct l1_client *client, const struct address *factory,
		 const struct address *self, char error[DATABASE_ERROR_SIZE])
{
	char needs[U256_DECIMAL_SIZE], holds[U256_DECIMAL_SIZE], who[41];
	struct u256 needed, has = U256_ZERO;

	if (!path_bonds(client, factory, &needed) ||
	    (self && l1_balance(client, &has, self, L1_LATEST) != L1_OK)) {
		snprintf(error, DATABASE_ERROR_SIZE, "can't read the dispute game factory: %.200s",
			 l1_error(client)->message);
		return false;
	}
	if (!self)
		return true;
	hex_encode(who, bytes_of_address(self));
	u256_to_decimal(needs, &needed);
	u256_to_decimal(holds, &has);
	if (u256_lt(&has, &needed))
		log_error(
		    "challenger",
		    "NOT ENOUGH FUNDS: playing one path of a dispute to its end takes bonds of "
		    "%s wei, 0x%s has %s",
		    needs, who, holds);
	else
		log_info("challenger",
			 "playing as 0x%s with %s wei; one path of a dispute takes %s at most, and "
			 "further wrong claims no more than their authors stake",
			 who, holds, needs);
	return true;
}
