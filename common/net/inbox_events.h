/* inbox_events: what the Inbox and Portal contracts write into L1's logs and
 * calldata, read with every length checked (Solidity ABI). */
#ifndef GAVEL_NET_INBOX_EVENTS_H
#define GAVEL_NET_INBOX_EVENTS_H

#include "net/l1_answer.h"
#include "rollup/entry.h"

enum inbox_event_kind {
	INBOX_EVENT_MESSAGE,   /* Inbox: MessageQueued */
	INBOX_EVENT_ENTRY,     /* Inbox: EntryAppended */
	INBOX_EVENT_DEPOSITED, /* Portal: TransactionDeposited */
	INBOX_EVENT_OTHER,
};

struct inbox_event {
	enum inbox_event_kind kind;
	uint64_t index;     /* of the message or entry */
	struct hash32 link; /* of the message or entry */
	struct bytes raw;   /* the message; a view into the log */
	struct entry entry;
};

/* The three topics, for the filter. */
#define INBOX_EVENT_TOPICS 3
void inbox_event_topics(struct hash32 topics[INBOX_EVENT_TOPICS]);

/* False: a log of one of the kinds, malformed. */
bool inbox_event_decode(struct inbox_event *event, const struct l1_log *log,
			const struct address *inbox, const struct address *portal);

/* The payload in the calldata of appendBatch(uint256,bytes,uint64); a view.
 * False: it is not such a call. */
bool inbox_payload_of_calldata(struct bytes input, struct bytes *payload);

/* Calldata of appendBatch, in `a`. */
struct bytes inbox_append_calldata(struct arena *a, uint64_t expected_index, struct bytes payload,
				   uint64_t queue_to);

#endif
