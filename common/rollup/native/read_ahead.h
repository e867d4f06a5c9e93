/* read_ahead: payloads of entries to come, decoded and with the senders of their
 * transactions recovered, on all processors, while the thread that derives
 * executes and writes the blocks before them.  Recovery is most of what a block
 * costs, and this keeps every processor at it.  Native.
 *
 * It only saves time: what comes out is payload_decode() and tx_recover() of the
 * bytes that went in, and a transaction whose signature no key fits has no sender
 * (has_from). */
#ifndef GAVEL_ROLLUP_NATIVE_READ_AHEAD_H
#define GAVEL_ROLLUP_NATIVE_READ_AHEAD_H

#include "rollup/payload.h"

struct read_ahead;

/* For one thread.  Its own threads, one a processor, start with the first work. */
struct read_ahead *read_ahead_new(uint64_t chain_id);
void read_ahead_free(struct read_ahead *r);

/* The entry to add next: the one behind the last that was added or asked for. */
uint64_t read_ahead_next(const struct read_ahead *r);
/* Whether another payload may wait: so many of them, and so much memory. */
bool read_ahead_has_room(struct read_ahead *r);
/* The payload of entry `index`, which is not before read_ahead_next(); `raw` is
 * copied. */
void read_ahead_add(struct read_ahead *r, uint64_t index, const struct hash32 *payload_hash,
		    struct bytes raw);

/* Waits for the payload of entry `index`; those of entries before it are
 * forgotten.  `*payload` is valid until another one is asked for.  False: it was
 * not added with this hash, or the bytes were not that hash's; then nothing waits
 * any more, unless what waits begins with the next entry. */
bool read_ahead_take(struct read_ahead *r, uint64_t index, const struct hash32 *payload_hash,
		     struct payload *payload);

/* Transactions with their senders: `list` itself if it is of the payload that was
 * taken, else a copy in `a`, recovered now. */
const struct transaction *read_ahead_recover(struct read_ahead *r, struct arena *a,
					     const struct transaction *list, size_t count);

#endif
