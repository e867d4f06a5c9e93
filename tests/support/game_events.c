#include "tests/support/game_events.h"

struct game_log game_log_of(enum game_event_kind kind, const struct hash32 *first,
			    size_t topic_count)
{
	struct hash32 known[GAME_EVENT_KINDS];
	struct game_log log = { .topic_count = topic_count };

	game_event_topics(known);
	log.topics[0] = known[kind];
	log.topics[1] = *first;
	return log;
}

static struct hash32 word_of(const struct address *address)
{
	struct hash32 word;

	put_address(word.b, address);
	return word;
}

struct game_log game_log_created(const struct address *game, const struct hash32 *root)
{
	return (
	    struct game_log){ .topics = { game_created_topic(), word_of(game), { { 0 } }, *root },
			      .topic_count = 4 };
}

struct game_log game_log_claim_made(const struct claim *c, const struct claim_list *list,
				    const struct address *who, uint64_t deadline)
{
	struct hash32 hash = claim_hash(c);
	struct game_log log = game_log_of(GAME_EVENT_CLAIM_MADE, &hash, 4);
	uint8_t *to = put_claim(log.data, c);

	log.topics[2] = c->parent;
	log.topics[3] = word_of(who);
	to = put_number(to, deadline);
	to = put_number(to, 500);
	to = put_list(to, list);
	log.len = (size_t)(to - log.data);
	return log;
}

struct game_log game_log_trace_begun(const struct claim_trace *t, const struct hash32 *context)
{
	struct game_log log = game_log_of(GAME_EVENT_TRACE_BEGUN, context, 2);
	uint8_t *to = put_bytes32(log.data, &t->agreed);

	to = put_bytes32(to, &t->claimed);
	log.len = (size_t)(put_number(to, t->block) - log.data);
	return log;
}

struct game_log game_log_claim_fell(const struct hash32 *claim, const struct address *who,
				    unsigned index)
{
	struct game_log log = game_log_of(GAME_EVENT_CLAIM_FELL, claim, 3);

	log.topics[2] = word_of(who);
	put_number(log.data, index);
	log.len = 2 * WORD;
	return log;
}

struct game_log game_log_claim_resolved(const struct hash32 *claim, bool stands,
					const struct address *who, uint64_t wei)
{
	struct game_log log = game_log_of(GAME_EVENT_CLAIM_RESOLVED, claim, 3);

	log.topics[2] = word_of(who);
	put_number(put_number(log.data, stands), wei);
	log.len = 2 * WORD;
	return log;
}

struct game_log game_log_resolved(enum game_status status)
{
	struct hash32 word;

	put_number(word.b, status);
	return game_log_of(GAME_EVENT_RESOLVED, &word, 2);
}

struct game_log game_log_credit_claimed(const struct address *who, uint64_t wei)
{
	struct hash32 word = word_of(who);
	struct game_log log = game_log_of(GAME_EVENT_CREDIT_CLAIMED, &word, 2);

	put_number(log.data, wei);
	log.len = WORD;
	return log;
}
