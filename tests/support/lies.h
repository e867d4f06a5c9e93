/* lies: blocks as a liar would build them, so that everything about them fits but
 * the one thing that is false. */
#ifndef GAVEL_TESTS_SUPPORT_LIES_H
#define GAVEL_TESTS_SUPPORT_LIES_H

#include "rollup/block.h"

enum lie_kind {
	LIE_NONE,                /* the block as it should be */
	LIE_STATE_ROOT,          /* lie_thief has money that nobody gave it */
	LIE_STORAGE_SLOT,        /* `slot` of `account` is another */
	LIE_BLOCK_HASH,          /* the state is right, and the header is another */
	LIE_DROPPED_DEPOSIT,     /* without its first deposit */
	LIE_SKIPPED_TRANSACTION, /* without its last transaction */
};

struct lie {
	enum lie_kind kind;
	struct address account;
	struct u256 slot;
};

extern const struct address lie_thief;

/* As block_execute().  `store` has to know the nodes that `sink` was given. */
bool lie_execute(struct arena *a, const struct lie *lie,
		 const struct block_environment *environment, const struct state_store *store,
		 const struct header *parent, const struct block_input *input,
		 const struct state_sink *sink, struct block *block);

#endif
