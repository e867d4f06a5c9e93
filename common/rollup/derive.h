/* derive: the chain as a pure function of the L1 inbox: which block follows a
 * header (DESIGN.md section 5).  Core. */
#ifndef GAVEL_ROLLUP_DERIVE_H
#define GAVEL_ROLLUP_DERIVE_H

#include "rollup/entry.h"
#include "rollup/message.h"
#include "rollup/payload.h"

enum derive_err {
	DERIVE_OK,
	DERIVE_END,    /* the inbox ends here: nothing follows (yet) */
	DERIVE_FAILED, /* the source is missing something or lied */
};

/* The inbox up to a horizon.  DERIVE_FAILED where something that must be there
 * is not.  Bytes that don't fit their hashes are found by the caller
 * (derive_next), so a source need not check them. */
struct inbox_source {
	void *context;
	/* DERIVE_END at and behind the horizon. */
	enum derive_err (*entry)(void *context, uint64_t index, struct entry *entry);
	/* The bytes of keccak256 `hash`, which live as long as `a`. */
	bool (*payload)(void *context, struct arena *a, const struct hash32 *hash,
			struct bytes *payload);
	/* The raw message and the link before it. */
	bool (*message)(void *context, struct arena *a, uint64_t index, struct bytes *raw,
			struct hash32 *link_before);
};

/* What a block is made of, before it is executed. */
struct block_input {
	uint64_t number;
	uint64_t timestamp;             /* seconds */
	struct position position;       /* after it */
	const struct message *messages; /* executed first, in order */
	size_t message_count;
	const struct transaction *transactions; /* then these, those that are valid */
	size_t transaction_count;
};

/* Remembers the entry that was decoded last, so that the blocks of one payload
 * do not decode it each.  Has no influence on results.  Zeroed with
 * derive_cache_init(); its memory is its own arena's. */
struct derive_cache {
	struct arena arena;
	bool filled;
	uint64_t entry_index;
	struct entry entry;
	struct payload payload;
	/* Who has decoded entries ahead, or NULL.  True: `*payload` is what
	 * payload_decode() makes of the entry's payload, whose hash was checked; it is
	 * valid until the next call.  Senders may be set. */
	bool (*decoded)(void *context, uint64_t index, const struct entry *entry,
			struct payload *payload);
	void *decoded_context;
};
void derive_cache_init(struct derive_cache *cache, const struct arena_source *source);
void derive_cache_free(struct derive_cache *cache);

/* The block after `parent`.  DERIVE_OK: `*input` lies in `a` and in the cache
 * (until the cache's next use).  Rules, in order:
 * - the payload's next block is taken if it has at least one message or
 *   transaction, its timestamp is not before the parent's and within
 *   [l1_timestamp - max_past, l1_timestamp + max_future] of the entry, its
 *   messages are still in the entry's range and their gas (message_gas) sums to
 *   at most the block's gas limit; otherwise it and all behind it are dropped;
 * - then messages of the range that are left make further blocks, each taking
 *   as many as fit the gas limit (at least one), stamped max(parent's
 *   timestamp, the entry's L1 timestamp);
 * - then the next entry is looked at. */
enum derive_err derive_next(struct arena *a, struct block_input *input,
			    const struct chain_config *config, const struct header *parent,
			    const struct inbox_source *inbox, struct derive_cache *cache);

/* The first rule above for one block, for the sequencer's builder, which must
 * keep it before the entry exists: how many of `count` messages fit a block. */
size_t derive_messages_that_fit(const struct chain_config *config, const struct message *messages,
				size_t count);

#endif
