/* fake_l1: see fake_l1.h. */
#include "tests/support/fake_l1.h"
#include "tests/support/json_node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "net/inbox_events.h"
#include "net/json_values.h"

const struct address fake_l1_inbox = { { 0x1b, 0x0c } };
const struct address fake_l1_portal = { { 0x90, 0x47 } };

static uint64_t head_of(const struct fake_l1 *fake)
{
	return fake->world->head.number - fake->behind;
}

static bool block_at(const struct fake_l1 *fake, uint64_t number, struct inbox_l1_block *block)
{
	return number >= FAKE_L1_FIRST && number <= head_of(fake) &&
	       inbox_l1_block(fake->world->inbox, number, block);
}

struct hash32 fake_l1_hash(const struct fake_l1 *fake, uint64_t number)
{
	struct inbox_l1_block block = { 0 };

	(void)block_at(fake, number, &block);
	return block.hash;
}

/* ---- blocks ---- */

static json_t *json_of_block(const struct fake_l1 *fake, uint64_t number)
{
	struct hash32 zero = { { 0 } };
	struct address nobody = { { 0 } };
	struct inbox_l1_block block;

	if (!block_at(fake, number, &block))
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:s}", "number",
			 json_of_u64(block.number), "hash", json_of_hash(&block.hash), "parentHash",
			 json_of_hash(&block.parent_hash), "stateRoot", json_of_hash(&zero),
			 "mixHash", json_of_hash(&zero), "miner", json_of_address(&nobody),
			 "timestamp", json_of_u64(block.timestamp), "gasLimit", "0x1c9c380",
			 "gasUsed", "0x0", "baseFeePerGas", "0x7");
}

static json_t *block_by_tag(const struct fake_l1 *fake, const json_t *tag)
{
	uint64_t number;

	return json_node_block(tag, head_of(fake), fake->finalized, &number)
		   ? json_of_block(fake, number)
		   : json_null();
}

/* ---- logs ---- */

static void put_word(uint8_t *out, unsigned index, uint64_t value)
{
	be64_store(out + 32 * index + 24, value);
}

static void add_log(json_t *logs, const struct inbox_l1_block *block, unsigned *index,
		    const struct address *address, json_t *topics, struct bytes data,
		    const struct hash32 *transaction)
{
	json_array_append_new(
	    logs, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "address",
			    json_of_address(address), "topics", topics, "data", json_of_bytes(data),
			    "blockNumber", json_of_u64(block->number), "blockHash",
			    json_of_hash(&block->hash), "transactionHash",
			    json_of_hash(transaction), "logIndex", json_of_u64((*index)++)));
}

static json_t *topics_of(enum inbox_event_kind kind, uint64_t number, const struct hash32 *hash)
{
	struct hash32 signatures[INBOX_EVENT_TOPICS], word = { { 0 } };

	inbox_event_topics(signatures);
	put_word(word.b, 0, number);
	return json_pack("[o, o, o]", json_of_hash(&signatures[kind]), json_of_hash(&word),
			 json_of_hash(hash));
}

static void add_message(const struct fake_l1 *fake, json_t *logs,
			const struct inbox_l1_block *block, unsigned *index, size_t number)
{
	const struct world_message *m = &fake->world->messages[number];
	size_t padded = (m->raw.len + 31) / 32 * 32;
	uint8_t *data = calloc(64 + padded + 1, 1);

	put_word(data, 0, 32);
	put_word(data, 1, m->raw.len);
	if (m->raw.len)
		memcpy(data + 64, m->raw.data, m->raw.len);
	if (fake->lies && padded)
		data[64] ^= 0x80;
	add_log(logs, block, index, &fake_l1_inbox,
		topics_of(INBOX_EVENT_MESSAGE, number, &m->link), bytes_of(data, 64 + padded),
		&m->link);
	if (m->raw.len > 0 && m->raw.data[0] == MESSAGE_DEPOSIT)
		add_log(logs, block, index, &fake_l1_portal,
			topics_of(INBOX_EVENT_DEPOSITED, 0, &m->link), bytes_of(data, 64),
			&m->link);
	free(data);
}

static void add_entry(const struct fake_l1 *fake, json_t *logs, const struct inbox_l1_block *block,
		      unsigned *index, size_t number)
{
	const struct world_entry *e = &fake->world->entries[number];
	uint8_t data[192] = { 0 };

	memcpy(data, e->link.b, 32);
	put_word(data, 1, e->entry.queue_from);
	put_word(data, 2, e->entry.queue_to);
	memcpy(data + 96, e->entry.queue_link.b, 32);
	put_word(data, 4, e->entry.l1_block_number);
	put_word(data, 5, e->entry.l1_timestamp);
	add_log(logs, block, index, &fake_l1_inbox,
		topics_of(INBOX_EVENT_ENTRY, number, &e->entry.payload_hash),
		bytes_of(data, sizeof(data)), &e->link);
}

static void add_block_logs(const struct fake_l1 *fake, json_t *logs, uint64_t number)
{
	struct inbox_l1_block block;
	unsigned index = 3; /* others' logs come before */

	if (number > head_of(fake) - fake->logs_behind || !block_at(fake, number, &block))
		return;
	for (size_t i = 0; i < fake->world->message_count; i++)
		if (fake->world->messages[i].l1_number == number)
			add_message(fake, logs, &block, &index, i);
	for (size_t i = 0; i < fake->world->entry_count; i++)
		if (fake->world->entries[i].entry.l1_block_number == number)
			add_entry(fake, logs, &block, &index, i);
}

uint64_t fake_l1_deposit_log(const struct fake_l1 *fake, uint64_t index)
{
	const struct world_message *messages = fake->world->messages;
	uint64_t at = 3;

	for (uint64_t i = 0; i < index; i++)
		if (messages[i].l1_number == messages[index].l1_number)
			at += 1 + (messages[i].raw.data[0] == MESSAGE_DEPOSIT);
	return at + 1;
}

/* NULL: an error, as geth gives for a hash that it does not know; a range that
 * it does not know all of gives what there is. */
static json_t *get_logs(struct fake_l1 *fake, const json_t *filter)
{
	uint64_t from = 0, to = 0, last = head_of(fake) - fake->logs_behind;
	struct hash32 hash;
	json_t *logs;

	fake->log_calls++;
	if (json_to_hash(&hash, json_object_get(filter, "blockHash"))) {
		for (from = FAKE_L1_FIRST; from <= last; from++) {
			struct hash32 ours = fake_l1_hash(fake, from);

			if (hash32_eq(&ours, &hash))
				break;
		}
		if (from > last)
			return NULL;
		to = from;
	} else if (!json_to_u64(&from, json_object_get(filter, "fromBlock")) ||
		   !json_to_u64(&to, json_object_get(filter, "toBlock"))) {
		return NULL;
	}
	logs = json_array();
	for (uint64_t n = from; n <= to; n++)
		add_block_logs(fake, logs, n);
	return logs;
}

/* ---- transactions ---- */

static json_t *get_transaction(const struct fake_l1 *fake, const json_t *wanted)
{
	struct address sender = { { 0xba } };
	struct hash32 hash = { { 0 } };
	json_t *transaction;
	struct arena a;

	(void)json_to_hash(&hash, wanted);
	for (size_t i = 0; i < fake->world->entry_count; i++) {
		const struct world_entry *e = &fake->world->entries[i];
		struct bytes payload = e->payload;

		if (!hash32_eq(&e->link, &hash) || e->entry.l1_block_number > head_of(fake))
			continue;
		if (fake->lies)
			payload = bytes_of("something else", 14);
		arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
		transaction = json_pack(
		    "{s:o, s:o, s:o, s:s, s:s, s:o}", "hash", json_of_hash(&hash), "from",
		    json_of_address(&sender), "to", json_of_address(&fake_l1_inbox), "nonce", "0x0",
		    "value", "0x0", "input",
		    json_of_bytes(inbox_append_calldata(&a, i, payload, e->entry.queue_to)));
		arena_free(&a);
		return transaction;
	}
	return json_null();
}

static bool is_call(const json_t *message, const struct address *contract, const char *function)
{
	struct hash32 selector = keccak256(bytes_of(function, strlen(function)));
	const char *data = json_string_value(json_object_get(message, "input"));
	struct address to;
	char digits[9];

	hex_encode(digits, bytes_of(selector.b, 4));
	return json_to_address(&to, json_object_get(message, "to")) && address_eq(&to, contract) &&
	       data && strcmp(data + 2, digits) == 0;
}

/* The getters that tell an inbox and a portal; NULL: reverted. */
static json_t *call_contract(const struct fake_l1 *fake, const json_t *message)
{
	uint8_t word[32] = { 0 };

	if (fake->is_other)
		return json_string("0x");
	if (is_call(message, &fake_l1_inbox, "portal()"))
		memcpy(word + 12, fake_l1_portal.b, 20);
	else if (is_call(message, &fake_l1_portal, "inbox()"))
		memcpy(word + 12, fake_l1_inbox.b, 20);
	else if (is_call(message, &fake_l1_inbox, "forcedInclusionWindow()"))
		word[31] = 100;
	else
		return NULL;
	return json_of_bytes(bytes_of(word, sizeof(word)));
}

/* ---- HTTP ---- */

static json_t *result_of(void *context, const char *method, const json_t *params,
			 const char **error)
{
	struct fake_l1 *fake = context;
	const json_t *first = json_array_get(params, 0);

	if (fake->hook)
		fake->hook(fake, method);
	*error = "unknown block";
	if (strcmp(method, "eth_chainId") == 0)
		return json_of_u64(fake->chain_id);
	if (strcmp(method, "eth_getCode") == 0)
		return json_string(fake->has_no_code ? "0x" : "0x60");
	if (strcmp(method, "eth_call") == 0)
		return call_contract(fake, first);
	if (strcmp(method, "eth_getBlockByNumber") == 0)
		return block_by_tag(fake, first);
	if (strcmp(method, "eth_getLogs") == 0)
		return get_logs(fake, first);
	if (strcmp(method, "eth_getTransactionByHash") == 0)
		return get_transaction(fake, first);
	return NULL;
}

static void on_request(void *context, struct http_exchange *exchange,
		       const struct http_request *request)
{
	char *text = json_node_answer(request->body, result_of, context);

	http_reply(exchange, 200, "application/json", bytes_of(text, strlen(text)));
	free(text);
}

void fake_l1_start(struct fake_l1 *fake, struct world_l1 *world)
{
	struct http_server_config config = { .handler = on_request, .context = fake };
	char error[HTTP_SERVER_ERROR_SIZE];

	*fake = (struct fake_l1){ .world = world, .chain_id = FAKE_L1_CHAIN_ID };
	if (!http_server_start(&fake->server, &config, error)) {
		fprintf(stderr, "fake_l1: %s\n", error);
		abort();
	}
	snprintf(fake->url, sizeof(fake->url), "http://127.0.0.1:%u",
		 (unsigned)http_server_port(fake->server));
}

void fake_l1_stop(struct fake_l1 *fake)
{
	http_server_stop(fake->server, 0);
}
