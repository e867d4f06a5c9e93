/* l1_view: one word into a contract's function, or none, and words out of it
 * (Solidity ABI). */
#ifndef GAVEL_NET_L1_VIEW_H
#define GAVEL_NET_L1_VIEW_H

#include "net/l1_client.h"

struct l1_view {
	struct address contract;
	const char *function;          /* "credit(address)" */
	const struct hash32 *argument; /* or NULL */
	struct l1_block_id at;
};

/* False: no answer, or not of `count` words; `words` is then untouched. */
bool l1_view(struct l1_client *client, const struct l1_view *view, struct hash32 *words,
	     size_t count);
/* The same at the newest block, for a function without arguments that returns an
 * address. */
bool l1_view_address(struct l1_client *client, const struct address *contract, const char *function,
		     struct address *out);

/* The call itself: 4 or 36 bytes in `out`. */
#define L1_VIEW_CALL_SIZE ((size_t)36)
struct bytes l1_view_call(uint8_t out[L1_VIEW_CALL_SIZE], const char *function,
			  const struct hash32 *argument);

struct hash32 l1_word_of_u64(uint64_t value);
struct hash32 l1_word_of_address(const struct address *address);
/* Of a word that is known to be one. */
uint64_t l1_word_u64(const struct hash32 *word);
struct address l1_word_address(const struct hash32 *word);

#endif
