/* derive: which block follows a header.  Everything it knows is in the header's
 * position and the inbox; the cache only saves work. */
#include "rollup/derive.h"

#include "crypto/keccak.h"

#define CACHE_BLOCK_SIZE ((size_t)1024 * 1024)

/* One call of derive_next(). */
struct derivation {
	struct arena *arena;
	const struct chain_config *config;
	const struct header *parent;
	const struct inbox_source *inbox;
	struct derive_cache *cache;
	struct position at;
};

void derive_cache_init(struct derive_cache *cache, const struct arena_source *source)
{
	memset(cache, 0, sizeof(*cache));
	arena_init(&cache->arena, source, CACHE_BLOCK_SIZE);
}

void derive_cache_free(struct derive_cache *cache)
{
	arena_free(&cache->arena);
	cache->filled = false;
}

/* The payload's bytes, checked; nobody has to keep the empty one. */
static bool load_payload(struct derivation *d, const struct entry *entry, struct bytes *payload)
{
	struct hash32 hash;

	*payload = bytes_of(NULL, 0);
	if (hash32_eq(&entry->payload_hash, &keccak_empty))
		return true;
	if (!d->inbox->payload(d->inbox->context, &d->cache->arena, &entry->payload_hash, payload))
		return false;
	hash = keccak256(*payload);
	return hash32_eq(&hash, &entry->payload_hash);
}

static bool same_entry(const struct derive_cache *cache, uint64_t index, const struct entry *entry)
{
	uint8_t cached[ENTRY_SIZE];
	uint8_t asked[ENTRY_SIZE];

	if (!cache->filled || cache->entry_index != index)
		return false;
	entry_encode(cached, &cache->entry);
	entry_encode(asked, entry);
	return memcmp(cached, asked, ENTRY_SIZE) == 0;
}

static bool decode_entry(struct derivation *d, const struct entry *entry)
{
	struct derive_cache *cache = d->cache;
	struct bytes payload;

	if (cache->decoded &&
	    cache->decoded(cache->decoded_context, d->at.entry, entry, &cache->payload))
		return true;
	if (!load_payload(d, entry, &payload))
		return false;
	(void)payload_decode(&cache->arena, &cache->payload, d->config->chain_id, payload);
	return true;
}

/* The entry at `d->at`, decoded, in the cache. */
static enum derive_err load_entry(struct derivation *d)
{
	struct derive_cache *cache = d->cache;
	struct entry entry;
	enum derive_err err = d->inbox->entry(d->inbox->context, d->at.entry, &entry);

	if (err != DERIVE_OK || same_entry(cache, d->at.entry, &entry))
		return err;
	arena_free(&cache->arena);
	cache->filled = false;
	if (!decode_entry(d, &entry))
		return DERIVE_FAILED;
	cache->entry_index = d->at.entry;
	cache->entry = entry;
	cache->filled = true;
	return DERIVE_OK;
}

/* Inbox.sol keeps the ranges of the entries adjacent. */
static bool entry_fits_queue(const struct derivation *d)
{
	const struct entry *entry = &d->cache->entry;
	bool untouched = d->at.blocks_taken == 0 && !d->at.in_tail;

	return entry->queue_from <= d->at.queue_next && d->at.queue_next <= entry->queue_to &&
	       (!untouched || entry->queue_from == d->at.queue_next);
}

/* The messages from `d->at.queue_next` to the end of the entry's range.  Each
 * is checked against the link behind it, from the end, where the entry says
 * what the link is. */
static bool load_messages(struct derivation *d, struct message **messages, size_t *count)
{
	const struct entry *entry = &d->cache->entry;
	struct hash32 link = entry->queue_link;

	*count = (size_t)(entry->queue_to - d->at.queue_next);
	*messages = ARENA_ARRAY(d->arena, struct message, *count);
	for (size_t i = *count; i-- > 0;) {
		uint64_t index = d->at.queue_next + i;
		struct hash32 before;
		struct hash32 linked;
		struct bytes raw;

		if (!d->inbox->message(d->inbox->context, d->arena, index, &raw, &before))
			return false;
		linked = message_link(&before, raw);
		if (!hash32_eq(&linked, &link))
			return false;
		message_decode(&(*messages)[i], index, &link, raw);
		link = before;
	}
	return true;
}

size_t derive_messages_that_fit(const struct chain_config *config, const struct message *messages,
				size_t count)
{
	uint64_t left = config->gas_limit;
	size_t fitting = 0;

	for (; fitting < count; fitting++) {
		uint64_t gas = message_gas(config, &messages[fitting]);

		if (gas > left)
			break;
		left -= gas;
	}
	return fitting;
}

static bool timestamp_is_allowed(const struct derivation *d, uint64_t timestamp)
{
	uint64_t l1 = d->cache->entry.l1_timestamp;
	uint64_t earliest = l1 > d->config->max_past ? l1 - d->config->max_past : 0;
	uint64_t latest =
	    l1 < UINT64_MAX - d->config->max_future ? l1 + d->config->max_future : UINT64_MAX;

	return timestamp >= d->parent->timestamp && timestamp >= earliest && timestamp <= latest;
}

/* The rules for a payload's block that can be told without its messages. */
static bool block_may_be_taken(const struct derivation *d, const struct payload_block *block)
{
	return (block->message_count > 0 || block->transaction_count > 0) &&
	       timestamp_is_allowed(d, block->timestamp) &&
	       block->message_count <= d->cache->entry.queue_to - d->at.queue_next;
}

static void fill_input(const struct derivation *d, struct block_input *input,
		       const struct message *messages, size_t message_count)
{
	*input = (struct block_input){
		.number = d->parent->number + 1,
		.position = d->at,
		.messages = messages,
		.message_count = message_count,
	};
	input->position.blocks_taken++;
	input->position.queue_next += message_count;
}

/* The payload's next block.  DERIVE_END: it breaks a rule. */
static enum derive_err take_block(struct derivation *d, struct block_input *input)
{
	const struct payload_block *block = &d->cache->payload.blocks[d->at.blocks_taken];
	struct message *messages = NULL;
	size_t count = 0;

	if (!block_may_be_taken(d, block))
		return DERIVE_END;
	if (block->message_count > 0) {
		if (!load_messages(d, &messages, &count))
			return DERIVE_FAILED;
		if (derive_messages_that_fit(d->config, messages, block->message_count) <
		    block->message_count)
			return DERIVE_END;
	}
	fill_input(d, input, messages, block->message_count);
	input->timestamp = block->timestamp;
	input->transactions = block->transactions;
	input->transaction_count = block->transaction_count;
	return DERIVE_OK;
}

/* A block of messages that no block of the payload took.  There is one. */
static enum derive_err take_tail(struct derivation *d, struct block_input *input)
{
	uint64_t l1 = d->cache->entry.l1_timestamp;
	struct message *messages;
	size_t count;

	if (!load_messages(d, &messages, &count))
		return DERIVE_FAILED;
	fill_input(d, input, messages, derive_messages_that_fit(d->config, messages, count));
	input->timestamp = d->parent->timestamp > l1 ? d->parent->timestamp : l1;
	return DERIVE_OK;
}

/* The entry's next block.  DERIVE_END: it has no more. */
static enum derive_err take_from_entry(struct derivation *d, struct block_input *input)
{
	if (!entry_fits_queue(d))
		return DERIVE_FAILED;
	if (!d->at.in_tail && d->at.blocks_taken < d->cache->payload.block_count) {
		enum derive_err err = take_block(d, input);

		if (err != DERIVE_END)
			return err;
	}
	d->at.in_tail = true;
	if (d->at.queue_next < d->cache->entry.queue_to)
		return take_tail(d, input);
	return DERIVE_END;
}

enum derive_err derive_next(struct arena *a, struct block_input *input,
			    const struct chain_config *config, const struct header *parent,
			    const struct inbox_source *inbox, struct derive_cache *cache)
{
	struct derivation d = {
		.arena = a, .config = config, .parent = parent, .inbox = inbox, .cache = cache
	};

	if (!position_decode(&d.at, parent))
		return DERIVE_FAILED;
	for (;;) {
		enum derive_err err = load_entry(&d);

		if (err != DERIVE_OK)
			return err;
		err = take_from_entry(&d, input);
		if (err != DERIVE_END)
			return err;
		d.at = (struct position){ .entry = d.at.entry + 1, .queue_next = d.at.queue_next };
	}
}
