/* inbox: entries and messages by the oracle. */
#include "prover/program/sources.h"

static void hint_index(const struct oracle *o, enum oracle_hint kind, uint64_t index)
{
	uint8_t hint[9] = { (uint8_t)kind };

	be64_store(hint + 1, index);
	o->hint(o->context, bytes_of(hint, sizeof(hint)));
}

static bool read_hashed(struct program_source *s, struct arena *a, const struct hash32 *hash,
			struct bytes *preimage)
{
	struct hash32 key = oracle_hash_key(ORACLE_KEY_KECCAK, hash);

	return s->oracle->read(s->oracle->context, a, &key, preimage);
}

static bool read_entry(struct program_source *s, uint64_t index, struct entry *entry)
{
	struct hash32 key = oracle_entry_key(index);
	struct bytes link, linked;

	hint_index(s->oracle, HINT_ENTRY, index);
	if (!s->oracle->read(s->oracle->context, s->arena, &key, &link) || link.len != 32)
		return false;
	memcpy(key.b, link.data, sizeof(key.b));
	/* The link before, and the entry. */
	if (!read_hashed(s, s->arena, &key, &linked) || linked.len != 32 + ENTRY_SIZE)
		return false;
	return entry_decode(entry, bytes_of(linked.data + 32, ENTRY_SIZE));
}

/* The messages are walked from the entry's end. */
static void rewind_messages(struct program_inbox *inbox)
{
	inbox->behind = inbox->entry.queue_to;
	inbox->link = inbox->entry.queue_link;
}

static enum derive_err source_entry(void *context, uint64_t index, struct entry *entry)
{
	struct program_inbox *inbox = context;
	struct program_source *s = inbox->source;

	if (index >= inbox->entry_count)
		return DERIVE_END;
	if (!read_entry(s, index, &inbox->entry)) {
		s->failed = true;
		return DERIVE_FAILED;
	}
	rewind_messages(inbox);
	*entry = inbox->entry;
	return DERIVE_OK;
}

static bool source_payload(void *context, struct arena *a, const struct hash32 *hash,
			   struct bytes *payload)
{
	const struct program_inbox *inbox = context;

	return oracle_read_hash(inbox->source->oracle, a, HINT_PAYLOAD, hash, payload);
}

/* The message that `link` is of: where it leads to, and keccak256(raw). */
static bool read_link(struct program_inbox *inbox, struct hash32 *before, struct hash32 *raw_hash)
{
	struct program_source *s = inbox->source;
	struct bytes linked;

	hint_index(s->oracle, HINT_MESSAGE, inbox->behind - 1);
	if (!read_hashed(s, s->arena, &inbox->link, &linked) || linked.len != 64)
		return false;
	memcpy(before->b, linked.data, 32);
	memcpy(raw_hash->b, linked.data + 32, 32);
	return true;
}

/* derive.c asks from the end of an entry's range to its start, so each call goes
 * back by one; after a new start it walks again. */
static bool source_message(void *context, struct arena *a, uint64_t index, struct bytes *raw,
			   struct hash32 *link_before)
{
	struct program_inbox *inbox = context;
	struct hash32 raw_hash;

	if (index >= inbox->behind)
		rewind_messages(inbox);
	if (index >= inbox->behind)
		return false;
	while (inbox->behind > index) {
		if (!read_link(inbox, link_before, &raw_hash))
			return false;
		inbox->behind--;
		inbox->link = *link_before;
	}
	return read_hashed(inbox->source, a, &raw_hash, raw);
}

struct inbox_source program_inbox_source(struct program_inbox *inbox)
{
	return (struct inbox_source){ inbox, source_entry, source_payload, source_message };
}
