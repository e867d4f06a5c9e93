/* rpc_log_filter: which logs somebody wants: addresses and topics. */
#ifndef GAVEL_SEQUENCER_RPC_LOG_FILTER_H
#define GAVEL_SEQUENCER_RPC_LOG_FILTER_H

#include <jansson.h>

#include "eth/receipt.h"

#define LOG_FILTER_ADDRESSES_MAX 1000 /* geth: maxAddresses */
#define LOG_FILTER_TOPICS_MAX    4
#define LOG_FILTER_CHOICES_MAX   1000 /* geth: maxSubTopics */

struct log_filter {
	const struct address *addresses; /* one of these; none: any */
	size_t address_count;
	struct {
		const struct hash32 *choices; /* one of these; none: any */
		size_t count;
	} topics[LOG_FILTER_TOPICS_MAX];
	size_t topic_count; /* a log needs at least so many */
};

/* Reads "address" and "topics" of a filter object; everything lies in `a`.
 * NULL, or what is wrong with it. */
const char *log_filter_read(struct log_filter *filter, struct arena *a, const json_t *object);

bool log_filter_matches(const struct log_filter *filter, const struct log *log);

/* False: no log of a block with this bloom matches. */
bool log_filter_may_match(const struct log_filter *filter, const struct bloom *bloom);

#endif
