#include "prover/funds.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "crypto/keccak.h"

/* What a function returns that takes a word, or none. */
static bool ask(struct l1_client *client, const struct address *contract, const char *function,
		uint64_t argument, struct hash32 *word)
{
	struct hash32 selector = keccak256(bytes_of(function, strlen(function)));
	uint8_t calldata[36] = { 0 };
	struct l1_message message = { .to = *contract, .data = bytes_of(calldata, 36) };
	struct bytes answer;
	struct arena a;
	bool good;

	memcpy(calldata, selector.b, 4);
	be64_store(calldata + 28, argument);
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	good = l1_call(client, &a, &answer, &message, L1_LATEST) == L1_OK &&
	       answer.len == sizeof(word->b);
	if (good)
		memcpy(word->b, answer.data, sizeof(word->b));
	arena_free(&a);
	return good;
}

static bool ask_wei(struct l1_client *client, const struct address *contract, const char *function,
		    uint64_t argument, struct u256 *wei)
{
	struct hash32 word;

	if (!ask(client, contract, function, argument, &word))
		return false;
	*wei = u256_from_be(word.b, sizeof(word.b));
	return true;
}

/* On either side: a challenger defends right claims too, whose root bond is their
 * proposer's. */
static bool path_bonds(struct l1_client *client, const struct address *factory, struct u256 *needed)
{
	struct hash32 word;
	struct address game;
	struct u256 defence, root;

	if (!ask(client, factory, "implementation()", 0, &word))
		return false;
	memcpy(game.b, word.b + 12, sizeof(game.b));
	if (!ask_wei(client, &game, "pathBonds(bool)", 0, needed) ||
	    !ask_wei(client, &game, "pathBonds(bool)", 1, &defence) ||
	    !ask_wei(client, &game, "rootBond()", 0, &root))
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
