/* chain_check: whether a stored block is what L1's inbox makes, by executing it
 * again.
 *
 * Nothing that the block's row or its parent's says about roots is believed: the
 * parent is the header that hashes to the block's parent, with the state that
 * hashes to its root (every node is checked as it is read); that this is the
 * chain's own parent rests on its having been executed when it was stored. */
#ifndef GAVEL_STORE_CHAIN_CHECK_H
#define GAVEL_STORE_CHAIN_CHECK_H

#include "store/chain_reader.h"
#include "store/inbox.h"

enum chain_check {
	CHAIN_CHECK_RIGHT,
	CHAIN_CHECK_WRONG,   /* what is stored is not what follows */
	CHAIN_CHECK_UNKNOWN, /* not kept: no such block, or the state before it is pruned */
};

struct chain_checked {
	struct hash32 output_root; /* RIGHT: as executed */
	const char *reason;        /* WRONG and UNKNOWN; a constant */
};

/* Block `number`, 1 or more, from the inbox's first `entries` entries.  The caller
 * has begun a read of both. */
enum chain_check chain_check_block(struct chain_reader *reader, struct inbox *inbox,
				   const struct rollup_config *config, uint64_t number,
				   uint64_t entries, struct chain_checked *out);

#endif
