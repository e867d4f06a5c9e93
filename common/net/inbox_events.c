#include "net/inbox_events.h"

#include <string.h>

#include "crypto/keccak.h"

static const char *const signatures[INBOX_EVENT_TOPICS] = {
	[INBOX_EVENT_MESSAGE] = "MessageQueued(uint256,bytes32,bytes)",
	[INBOX_EVENT_ENTRY] =
	    "EntryAppended(uint256,bytes32,bytes32,uint64,uint64,bytes32,uint64,uint64)",
	[INBOX_EVENT_DEPOSITED] = "TransactionDeposited(address,address,uint256,bytes)",
};

static const char append_signature[] = "appendBatch(uint256,bytes,uint64)";

static struct hash32 hash_of_text(const char *text)
{
	return keccak256(bytes_of(text, strlen(text)));
}

void inbox_event_topics(struct hash32 topics[INBOX_EVENT_TOPICS])
{
	for (int i = 0; i < INBOX_EVENT_TOPICS; i++)
		topics[i] = hash_of_text(signatures[i]);
}

/* Word `index` of ABI data. */
static bool abi_word(struct bytes data, size_t index, struct hash32 *word)
{
	if (data.len / 32 <= index)
		return false;
	memcpy(word->b, data.data + 32 * index, 32);
	return true;
}

static bool word_to_u64(const struct hash32 *word, uint64_t *value)
{
	for (int i = 0; i < 24; i++)
		if (word->b[i])
			return false;
	*value = be64_load(word->b + 24);
	return true;
}

static bool abi_u64(struct bytes data, size_t index, uint64_t *value)
{
	struct hash32 word;

	return abi_word(data, index, &word) && word_to_u64(&word, value);
}

/* The bytes whose offset is word `index`. */
static bool abi_bytes(struct bytes data, size_t index, struct bytes *out)
{
	uint64_t offset, len;

	if (!abi_u64(data, index, &offset) || offset > data.len || data.len - offset < 32 ||
	    !abi_u64(bytes_of(data.data + offset, 32), 0, &len) || len > data.len - offset - 32)
		return false;
	*out = bytes_of(data.data + offset + 32, (size_t)len);
	return true;
}

static bool decode_message(struct inbox_event *event, const struct l1_log *log)
{
	if (log->topic_count != 3 || !word_to_u64(&log->topics[1], &event->index))
		return false;
	event->link = log->topics[2];
	return abi_bytes(log->data, 0, &event->raw);
}

static bool decode_entry(struct inbox_event *event, const struct l1_log *log)
{
	struct entry *e = &event->entry;

	if (log->topic_count != 3 || !word_to_u64(&log->topics[1], &event->index))
		return false;
	e->payload_hash = log->topics[2];
	return abi_word(log->data, 0, &event->link) && abi_u64(log->data, 1, &e->queue_from) &&
	       abi_u64(log->data, 2, &e->queue_to) && abi_word(log->data, 3, &e->queue_link) &&
	       abi_u64(log->data, 4, &e->l1_block_number) &&
	       abi_u64(log->data, 5, &e->l1_timestamp) && e->l1_block_number == log->block_number;
}

bool inbox_event_decode(struct inbox_event *event, const struct l1_log *log,
			const struct address *inbox, const struct address *portal)
{
	struct hash32 topics[INBOX_EVENT_TOPICS];
	bool is_inbox = address_eq(&log->address, inbox);

	*event = (struct inbox_event){ .kind = INBOX_EVENT_OTHER };
	inbox_event_topics(topics);
	if (log->topic_count == 0)
		return true;
	if (is_inbox && hash32_eq(&log->topics[0], &topics[INBOX_EVENT_MESSAGE])) {
		event->kind = INBOX_EVENT_MESSAGE;
		return decode_message(event, log);
	}
	if (is_inbox && hash32_eq(&log->topics[0], &topics[INBOX_EVENT_ENTRY])) {
		event->kind = INBOX_EVENT_ENTRY;
		return decode_entry(event, log);
	}
	if (address_eq(&log->address, portal) &&
	    hash32_eq(&log->topics[0], &topics[INBOX_EVENT_DEPOSITED]))
		event->kind = INBOX_EVENT_DEPOSITED;
	return true;
}

bool inbox_payload_of_calldata(struct bytes input, struct bytes *payload)
{
	struct hash32 selector = hash_of_text(append_signature);

	return input.len >= 4 && memcmp(input.data, selector.b, 4) == 0 &&
	       abi_bytes(bytes_of(input.data + 4, input.len - 4), 1, payload);
}

struct bytes inbox_append_calldata(struct arena *a, uint64_t expected_index, struct bytes payload,
				   uint64_t queue_to)
{
	struct hash32 selector = hash_of_text(append_signature);
	size_t padded = (payload.len + 31) / 32 * 32;
	size_t len = 4 + 4 * 32 + padded;
	uint8_t *out = arena_calloc(a, len, 1);

	memcpy(out, selector.b, 4);
	be64_store(out + 4 + 24, expected_index);
	be64_store(out + 4 + 32 + 24, 3 * 32);
	be64_store(out + 4 + 64 + 24, queue_to);
	be64_store(out + 4 + 96 + 24, payload.len);
	if (payload.len)
		memcpy(out + 4 + 128, payload.data, payload.len);
	return bytes_of(out, len);
}
