/* l1_watcher: behind L1's final block whole ranges are read by number; above it
 * each block is read with its header, so that a reorg shows as a parent hash
 * that is not ours, and its logs by its hash: asked by number, a node that is
 * behind (or a reorg between two calls) would leave some out without a word. */
#include "net/l1_span.h"
#include "net/l1_watcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "crypto/keccak.h"
#include "net/inbox_events.h"

#define MAX_RANGE_DEFAULT 1000
#define TIP_BLOCKS        128 /* read with headers at a time */

struct l1_watcher {
	struct l1_watcher_config config;
	struct arena arena;
	struct l1_span span; /* of final blocks */
	uint64_t newest_time;
	char error[L1_WATCHER_ERROR_SIZE]; /* of the last round, where it is not the client's */
};

struct l1_watcher *l1_watcher_new(const struct l1_watcher_config *config)
{
	struct l1_watcher *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->config = *config;
	w->span = l1_span_of(config->max_range ? config->max_range : MAX_RANGE_DEFAULT);
	arena_init(&w->arena, &arena_heap, ARENA_HEAP_BLOCK);
	return w;
}

void l1_watcher_free(struct l1_watcher *watcher)
{
	if (!watcher)
		return;
	arena_free(&watcher->arena);
	free(watcher);
}

/* A contract of rollup.json: "inbox" is l1.inbox. */
struct contract {
	const char *name;
	const struct address *address;
};

static bool check_code(struct l1_watcher *w, const struct contract *contract,
		       char error[L1_WATCHER_ERROR_SIZE])
{
	struct bytes code = { NULL, 0 };
	enum l1_err err = l1_code(w->config.client, &w->arena, &code, contract->address, L1_LATEST);
	char text[41];

	if (err != L1_OK) {
		snprintf(error, L1_WATCHER_ERROR_SIZE, "can't read the %s's code: %.150s",
			 contract->name, l1_error(w->config.client)->message);
		return false;
	}
	if (code.len == 0) {
		snprintf(error, L1_WATCHER_ERROR_SIZE,
			 "L1 has no contract at 0x%s, the l1.%s of rollup.json",
			 hex_encode(text, bytes_of_address(contract->address)), contract->name);
		return false;
	}
	return true;
}

/* The word that `getter` of the contract returns.  One that does not know the
 * getter answers with an error or with something else than a word. */
static bool ask(struct l1_watcher *w, const struct contract *contract, const char *getter,
		struct hash32 *word, char error[L1_WATCHER_ERROR_SIZE])
{
	struct hash32 selector = keccak256(bytes_of(getter, strlen(getter)));
	struct l1_message message = { .to = *contract->address, .data = bytes_of(selector.b, 4) };
	struct bytes answer = { NULL, 0 };
	enum l1_err err = l1_call(w->config.client, &w->arena, &answer, &message, L1_LATEST);
	char text[41];

	if (err == L1_OK && answer.len == sizeof(word->b)) {
		memcpy(word->b, answer.data, sizeof(word->b));
		return true;
	}
	if (err == L1_OK || err == L1_NODE_ERROR)
		snprintf(error, L1_WATCHER_ERROR_SIZE,
			 "0x%s, the l1.%s of rollup.json, is no Gavel %s: it has no %s",
			 hex_encode(text, bytes_of_address(contract->address)), contract->name,
			 contract->name, getter);
	else
		snprintf(error, L1_WATCHER_ERROR_SIZE, "can't ask the %s for its %s: %.150s",
			 contract->name, getter, l1_error(w->config.client)->message);
	return false;
}

/* `getter` of the contract names the other one. */
static bool check_tie(struct l1_watcher *w, const struct contract *contract, const char *getter,
		      const struct contract *other, char error[L1_WATCHER_ERROR_SIZE])
{
	char ours[41], theirs[41], named[41];
	struct hash32 word;

	if (!ask(w, contract, getter, &word, error))
		return false;
	if (memcmp(word.b + 12, other->address->b, sizeof(other->address->b)) == 0)
		return true;
	snprintf(error, L1_WATCHER_ERROR_SIZE,
		 "the l1.%s of rollup.json (0x%s) belongs to the %s 0x%s, not to l1.%s (0x%s)",
		 contract->name, hex_encode(ours, bytes_of_address(contract->address)), other->name,
		 hex_encode(named, bytes_of(word.b + 12, 20)), other->name,
		 hex_encode(theirs, bytes_of_address(other->address)));
	return false;
}

/* Both are what rollup.json calls them, and of one chain: with others there in
 * their place no log would ever come, and all would look well. */
static bool check_contracts(struct l1_watcher *w, char error[L1_WATCHER_ERROR_SIZE])
{
	const struct contract inbox = { "inbox", &w->config.rollup->inbox };
	const struct contract portal = { "portal", &w->config.rollup->portal };
	struct hash32 window;

	return check_code(w, &inbox, error) && check_code(w, &portal, error) &&
	       ask(w, &inbox, "forcedInclusionWindow()", &window, error) &&
	       check_tie(w, &inbox, "portal()", &portal, error) &&
	       check_tie(w, &portal, "inbox()", &inbox, error);
}

static bool check_start(struct l1_watcher *w, char error[L1_WATCHER_ERROR_SIZE])
{
	const struct rollup_config *rollup = w->config.rollup;
	struct l1_block block;
	enum l1_err err = l1_block(w->config.client, &block, l1_at_number(rollup->l1_start_block));

	if (err == L1_OK && hash32_eq(&block.hash, &rollup->l1_start_hash))
		return true;
	if (err == L1_OK || err == L1_ABSENT)
		snprintf(error, L1_WATCHER_ERROR_SIZE,
			 "L1 block %llu is not the startBlock of rollup.json: another L1 chain, or "
			 "one that was reset",
			 (unsigned long long)rollup->l1_start_block);
	else
		snprintf(error, L1_WATCHER_ERROR_SIZE, "can't read L1 block %llu: %.150s",
			 (unsigned long long)rollup->l1_start_block,
			 l1_error(w->config.client)->message);
	return false;
}

bool l1_watcher_check(struct l1_watcher *w, char error[L1_WATCHER_ERROR_SIZE])
{
	const struct rollup_config *rollup = w->config.rollup;
	uint64_t chain_id;

	if (l1_chain_id(w->config.client, &chain_id) != L1_OK) {
		snprintf(error, L1_WATCHER_ERROR_SIZE, "can't ask L1 for its chain id: %.150s",
			 l1_error(w->config.client)->message);
		return false;
	}
	if (chain_id != rollup->l1_chain_id) {
		snprintf(error, L1_WATCHER_ERROR_SIZE,
			 "L1 at %.80s has chain id %llu, rollup.json says %llu",
			 l1_client_name(w->config.client), (unsigned long long)chain_id,
			 (unsigned long long)rollup->l1_chain_id);
		return false;
	}
	return check_contracts(w, error) && check_start(w, error);
}

/* The L2 hash that OP Stack libraries compute for a deposit: its source is
 * keccak256(0 || keccak256(L1 block hash || log index)). */
static bool op_stack_deposit_hash(struct l1_watcher *w, const struct inbox_event *event,
				  const struct l1_log *deposited, struct hash32 *hash)
{
	uint8_t words[64] = { 0 };
	struct message message;
	struct transaction tx;
	struct hash32 inner;

	memcpy(words, deposited->block_hash.b, 32);
	be64_store(words + 56, deposited->log_index);
	inner = keccak256(bytes_of(words, sizeof(words)));
	memset(words, 0, 32);
	memcpy(words + 32, inner.b, 32);
	message_decode(&message, event->index, &event->link, event->raw);
	if (message.kind != MESSAGE_DEPOSIT ||
	    !message_transaction(&w->arena, &w->config.rollup->chain, &message, &tx))
		return false;
	tx.source_hash = keccak256(bytes_of(words, sizeof(words)));
	tx_finish(&w->arena, &tx);
	*hash = tx.hash;
	return true;
}

/* The portal writes one log for each deposit that it queues, in the same order:
 * the one for the deposit in logs[at], or NULL. */
static const struct l1_log *deposited_log(struct l1_watcher *w, const struct l1_log *logs,
					  size_t count, size_t at)
{
	const struct rollup_config *rollup = w->config.rollup;
	struct inbox_event event;
	size_t first = at, nth = 0;

	while (first > 0 && logs[first - 1].block_number == logs[at].block_number)
		first--;
	for (size_t i = first; i < at; i++)
		if (inbox_event_decode(&event, &logs[i], &rollup->inbox, &rollup->portal) &&
		    event.kind == INBOX_EVENT_MESSAGE && event.raw.len > 0 &&
		    event.raw.data[0] == MESSAGE_DEPOSIT)
			nth++;
	for (size_t i = first; i < count && logs[i].block_number == logs[at].block_number; i++)
		if (inbox_event_decode(&event, &logs[i], &rollup->inbox, &rollup->portal) &&
		    event.kind == INBOX_EVENT_DEPOSITED && nth-- == 0)
			return &logs[i];
	return NULL;
}

static bool take_message(struct l1_watcher *w, const struct inbox_event *event,
			 const struct l1_log *logs, size_t count, size_t at)
{
	const struct l1_log *deposited = NULL;
	struct hash32 hash;
	bool is_deposit = event->raw.len > 0 && event->raw.data[0] == MESSAGE_DEPOSIT;

	if (is_deposit)
		deposited = deposited_log(w, logs, count, at);
	if (deposited && !op_stack_deposit_hash(w, event, deposited, &hash))
		deposited = NULL;
	return inbox_add_message(w->config.inbox, event->index, &event->link, event->raw,
				 logs[at].block_number, deposited ? &hash : NULL);
}

static enum l1_err take_entry(struct l1_watcher *w, const struct inbox_event *event,
			      const struct l1_log *log)
{
	struct bytes payload = { NULL, 0 };
	struct l1_transaction tx;
	enum l1_err err;

	if (!hash32_eq(&event->entry.payload_hash, &keccak_empty)) {
		err = l1_transaction(w->config.client, &w->arena, &tx, &log->transaction_hash);
		if (err != L1_OK)
			return err;
		if (!inbox_payload_of_calldata(tx.input, &payload))
			return L1_BAD_ANSWER;
	}
	return inbox_add_entry(w->config.inbox, event->index, &event->link, &event->entry, payload)
		   ? L1_OK
		   : L1_BAD_ANSWER;
}

static enum l1_err take_log(struct l1_watcher *w, const struct l1_log *logs, size_t count,
			    size_t at)
{
	const struct rollup_config *rollup = w->config.rollup;
	struct inbox_event event;

	if (!inbox_event_decode(&event, &logs[at], &rollup->inbox, &rollup->portal))
		return L1_BAD_ANSWER;
	switch (event.kind) {
	case INBOX_EVENT_MESSAGE:
		return take_message(w, &event, logs, count, at) ? L1_OK : L1_BAD_ANSWER;
	case INBOX_EVENT_ENTRY:
		return take_entry(w, &event, &logs[at]);
	case INBOX_EVENT_DEPOSITED:
	case INBOX_EVENT_OTHER:
		return L1_OK;
	}
	return L1_BAD_ANSWER;
}

/* The logs of one answer. */
struct logs {
	const struct l1_log *list;
	size_t count;
};

/* `filter` says of which blocks. */
static enum l1_err read_logs(struct l1_watcher *w, struct l1_log_filter filter, struct logs *logs)
{
	const struct address contracts[2] = { w->config.rollup->inbox, w->config.rollup->portal };
	struct hash32 topics[INBOX_EVENT_TOPICS];

	inbox_event_topics(topics);
	filter.addresses = contracts;
	filter.address_count = 2;
	filter.topic0 = topics;
	filter.topic0_count = INBOX_EVENT_TOPICS;
	return l1_logs(w->config.client, &w->arena, &logs->list, &logs->count, &filter);
}

/* Those of each block, by its hash. */
static enum l1_err read_logs_of(struct l1_watcher *w, const struct l1_block *blocks, size_t count,
				struct logs *logs)
{
	enum l1_err err = L1_OK;

	for (size_t i = 0; i < count && err == L1_OK; i++) {
		struct l1_log_filter filter = { .by_hash = true, .block_hash = blocks[i].hash };

		err = read_logs(w, filter, &logs[i]);
		/* That they are of this block is checked; the number is what undoing
		 * goes by. */
		for (size_t j = 0; err == L1_OK && j < logs[i].count; j++)
			if (logs[i].list[j].block_number != blocks[i].number)
				err = L1_BAD_ANSWER;
	}
	return err;
}

static enum l1_err take_logs(struct l1_watcher *w, const struct logs *logs)
{
	for (size_t i = 0; i < logs->count; i++) {
		enum l1_err err = take_log(w, logs->list, logs->count, i);

		if (err == L1_OK)
			continue;
		if (err == L1_BAD_ANSWER)
			snprintf(
			    w->error, sizeof(w->error),
			    "a log of L1 block %llu does not continue the inbox: it leaves logs "
			    "out, or inbox.db lacks something (stop, remove inbox.db*, and "
			    "start again: it is read anew)",
			    (unsigned long long)logs->list[i].block_number);
		return err == L1_ABSENT ? L1_BAD_ANSWER : err;
	}
	return L1_OK;
}

static struct inbox_l1_block inbox_block_of(const struct l1_block *block)
{
	return (struct inbox_l1_block){ block->number, block->hash, block->parent_hash,
					block->timestamp };
}

/* Final blocks: by range, without their headers. */
static enum l1_err read_final(struct l1_watcher *w, uint64_t from, uint64_t to)
{
	struct inbox_l1_block head;
	struct l1_block last;
	struct logs logs;
	enum l1_err err = l1_block(w->config.client, &last, l1_at_number(to));

	if (err == L1_OK)
		err = read_logs(w, (struct l1_log_filter){ .from = from, .to = to }, &logs);
	if (err != L1_OK)
		return err;
	database_begin(inbox_database(w->config.inbox));
	err = take_logs(w, &logs);
	if (err != L1_OK) {
		database_rollback(inbox_database(w->config.inbox));
		return err;
	}
	head = inbox_block_of(&last);
	inbox_set_l1_head(w->config.inbox, &head);
	inbox_add_l1_block(w->config.inbox, &head, to);
	database_commit(inbox_database(w->config.inbox));
	return L1_OK;
}

/* Undoes what is above `ancestor` and takes the blocks, in one transaction. */
static enum l1_err switch_to(struct l1_watcher *w, uint64_t ancestor, const struct l1_block *blocks,
			     const struct logs *logs, size_t count)
{
	struct inbox *inbox = w->config.inbox;
	uint64_t final = inbox_l1_finalized(inbox);
	struct inbox_l1_block block;
	enum l1_err err = L1_OK;

	database_begin(inbox_database(inbox));
	inbox_undo_above(inbox, ancestor);
	if (inbox_l1_block(inbox, ancestor, &block))
		inbox_set_l1_head(inbox, &block);
	for (size_t i = 0; i < count && err == L1_OK; i++)
		err = take_logs(w, &logs[i]);
	if (err != L1_OK) {
		database_rollback(inbox_database(inbox));
		return err;
	}
	for (size_t i = 0; i < count; i++) {
		block = inbox_block_of(&blocks[i]);
		inbox_add_l1_block(inbox, &block, final);
		inbox_set_l1_head(inbox, &block);
	}
	database_commit(inbox_database(inbox));
	return L1_OK;
}

/* The newest block of ours, at most `from`, that L1 still has. */
static enum l1_err find_ancestor(struct l1_watcher *w, uint64_t from, uint64_t *ancestor)
{
	for (uint64_t n = from;; n--) {
		struct inbox_l1_block ours;
		struct l1_block theirs;
		enum l1_err err;

		if (n < w->config.rollup->l1_start_block ||
		    n < inbox_l1_finalized(w->config.inbox) ||
		    !inbox_l1_block(w->config.inbox, n, &ours)) {
			snprintf(w->error, sizeof(w->error),
				 "it has other blocks than those it had called final, down to "
				 "%llu: another L1 chain, or one that was reset",
				 (unsigned long long)n);
			return L1_BAD_ANSWER;
		}
		err = l1_block(w->config.client, &theirs, l1_at_number(n));
		if (err != L1_OK && err != L1_ABSENT)
			return err;
		if (err == L1_OK && hash32_eq(&theirs.hash, &ours.hash)) {
			*ancestor = n;
			return L1_OK;
		}
	}
}

/* Blocks ancestor + 1 to at most `target`, and their logs, into the inbox. */
static enum l1_err read_tip(struct l1_watcher *w, const struct inbox_l1_block *head,
			    uint64_t ancestor, uint64_t target)
{
	bool is_reorg = ancestor < head->number;
	size_t wanted = (size_t)(target - ancestor), got;
	struct l1_block *blocks;
	struct logs *logs;
	struct inbox_l1_block ours;
	enum l1_err err;

	/* A reorg is taken whole, however deep. */
	if (!is_reorg && wanted > TIP_BLOCKS)
		wanted = TIP_BLOCKS;
	if (is_reorg)
		log_warn("l1", "L1 reorg: blocks %llu to %llu are replaced",
			 (unsigned long long)ancestor + 1, (unsigned long long)head->number);
	blocks = ARENA_ARRAY(&w->arena, struct l1_block, wanted);
	err = l1_blocks(w->config.client, blocks, &got, ancestor + 1, wanted);
	if (err != L1_OK)
		return err;
	if (got == 0)
		return switch_to(w, ancestor, NULL, NULL, 0);
	if (inbox_l1_block(w->config.inbox, ancestor, &ours) &&
	    !hash32_eq(&blocks[0].parent_hash, &ours.hash))
		return L1_BAD_ANSWER; /* reorganised meanwhile */
	logs = ARENA_ARRAY(&w->arena, struct logs, got);
	err = read_logs_of(w, blocks, got, logs);
	return err == L1_OK ? switch_to(w, ancestor, blocks, logs, got) : err;
}

/* What is known so far, or the block before the first one. */
static struct inbox_l1_block known_head(struct l1_watcher *w)
{
	struct inbox_l1_block head = { 0 };

	if (!inbox_l1_head(w->config.inbox, &head) || head.number == 0)
		head.number = w->config.rollup->l1_start_block - 1;
	return head;
}

/* Whether L1's chain up to `target` goes on from our head. */
static enum l1_err continues(struct l1_watcher *w, const struct inbox_l1_block *head,
			     const struct l1_block *target, bool *yes)
{
	struct l1_block child;
	enum l1_err err;

	*yes = head->number + 1 == w->config.rollup->l1_start_block;
	if (*yes || target->number <= head->number)
		return L1_OK;
	err = l1_block(w->config.client, &child, l1_at_number(head->number + 1));
	*yes = err == L1_OK && hash32_eq(&child.parent_hash, &head->hash);
	return err == L1_ABSENT ? L1_BAD_ANSWER : err;
}

static enum l1_err catch_up(struct l1_watcher *w, const struct l1_block *target, uint64_t final)
{
	struct inbox_l1_block head = known_head(w), ours;
	uint64_t ancestor = head.number < target->number ? head.number : target->number;
	enum l1_err err;
	bool straight;

	/* A node that lags behind says nothing new. */
	if (target->number < inbox_l1_finalized(w->config.inbox) ||
	    (target->number <= head.number &&
	     inbox_l1_block(w->config.inbox, target->number, &ours) &&
	     hash32_eq(&ours.hash, &target->hash)))
		return L1_OK;
	err = continues(w, &head, target, &straight);
	if (err == L1_OK && !straight)
		err = find_ancestor(w, ancestor, &ancestor);
	if (err != L1_OK)
		return err;
	if (final <= ancestor)
		return read_tip(w, &head, ancestor, target->number);
	if (ancestor < head.number) /* we were away during a reorg that is final by now */
		return switch_to(w, ancestor, NULL, NULL, 0);
	do
		err = read_final(w, ancestor + 1, l1_span_end(&w->span, ancestor + 1, final));
	while (l1_span_note(&w->span, err));
	return err;
}

static void note_finalized(struct l1_watcher *w, uint64_t final)
{
	struct inbox_l1_block head;

	if (!inbox_l1_head(w->config.inbox, &head))
		return;
	if (final > head.number)
		final = head.number;
	if (final <= inbox_l1_finalized(w->config.inbox))
		return;
	database_begin(inbox_database(w->config.inbox));
	inbox_set_l1_finalized(w->config.inbox, final);
	database_commit(inbox_database(w->config.inbox));
}

/* The block up to which to read now, and L1's final one, at most that. */
static enum l1_err find_target(struct l1_watcher *w, struct l1_block *target, uint64_t *final)
{
	struct l1_block finalized;
	enum l1_err err = l1_block(w->config.client, target, L1_LATEST);

	*final = 0;
	if (err == L1_OK)
		w->newest_time = target->timestamp;
	if (err == L1_OK &&
	    target->number < w->config.confirmations + w->config.rollup->l1_start_block)
		return L1_ABSENT; /* too early */
	if (err == L1_OK && w->config.confirmations)
		err = l1_block(w->config.client, target,
			       l1_at_number(target->number - w->config.confirmations));
	if (err != L1_OK)
		return err;
	err = l1_block(w->config.client, &finalized, L1_FINALIZED);
	if (err == L1_OK)
		*final = finalized.number < target->number ? finalized.number : target->number;
	/* A young L1 has none. */
	return err == L1_ABSENT || err == L1_NODE_ERROR ? L1_OK : err;
}

enum l1_err l1_watcher_tick(struct l1_watcher *w, bool *changed, bool *behind)
{
	struct arena_mark mark = arena_mark(&w->arena);
	struct inbox_l1_block before = known_head(w), after;
	uint64_t final_before = inbox_l1_finalized(w->config.inbox), final;
	struct l1_block target;
	enum l1_err err;

	*changed = *behind = false;
	w->error[0] = '\0';
	err = find_target(w, &target, &final);
	if (err != L1_OK)
		return err == L1_ABSENT ? L1_OK : err;
	if (before.number != target.number || !hash32_eq(&before.hash, &target.hash))
		err = catch_up(w, &target, final);
	if (err == L1_OK)
		note_finalized(w, final);
	arena_reset(&w->arena, mark);
	after = known_head(w);
	*changed = after.number != before.number || !hash32_eq(&after.hash, &before.hash) ||
		   inbox_l1_finalized(w->config.inbox) != final_before;
	*behind = err == L1_OK && *changed && after.number < target.number;
	return err;
}

uint64_t l1_watcher_newest_time(const struct l1_watcher *w)
{
	return w->newest_time;
}

const char *l1_watcher_error(const struct l1_watcher *w)
{
	const char *clients = l1_error(w->config.client)->message;

	if (w->error[0])
		return w->error;
	return clients[0] ? clients : "its answers do not fit each other";
}
