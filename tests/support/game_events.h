/* game_events: what a dispute game and its factory write into L1's logs, as the
 * contracts make them. */
#ifndef GAVEL_TESTS_SUPPORT_GAME_EVENTS_H
#define GAVEL_TESTS_SUPPORT_GAME_EVENTS_H

#include "prover/dispute/events.h"
#include "prover/dispute/words.h"

struct game_log {
	struct hash32 topics[4];
	size_t topic_count;
	uint8_t data[(CLAIM_WORDS + 2 + CLAIM_STATES) * WORD];
	size_t len;
};

/* Without data; the topics behind the second are zero. */
struct game_log game_log_of(enum game_event_kind kind, const struct hash32 *first,
			    size_t topic_count);

/* Of the factory. */
struct game_log game_log_created(const struct address *game, const struct hash32 *root);

struct game_log game_log_claim_made(const struct claim *c, const struct claim_list *list,
				    const struct address *who, uint64_t deadline);
struct game_log game_log_trace_begun(const struct claim_trace *t, const struct hash32 *context);
struct game_log game_log_claim_fell(const struct hash32 *claim, const struct address *who,
				    unsigned index);
struct game_log game_log_claim_resolved(const struct hash32 *claim, bool stands,
					const struct address *who, uint64_t wei);
struct game_log game_log_resolved(enum game_status status);
struct game_log game_log_credit_claimed(const struct address *who, uint64_t wei);

#endif
