/* memory_chain: see memory_chain.h. */
#include "tests/support/memory_chain.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "crypto/native/native.h"

#define MAX_MESSAGES ((size_t)1 << 16)
#define MAX_ENTRIES  ((size_t)1 << 16)
#define MAX_HEADERS  ((size_t)1 << 16)

struct memory_slot {
	struct hash32 hash;
	struct bytes value; /* data NULL: empty slot */
};

static void need(bool fact, const char *what)
{
	if (fact)
		return;
	fprintf(stderr, "memory_chain: %s\n", what);
	abort();
}

static void map_init(struct memory_map *map, struct arena *a)
{
	map->arena = a;
	map->count = 0;
	map->capacity = 1024;
	map->slots = ARENA_ARRAY(a, struct memory_slot, map->capacity);
}

static struct memory_slot *map_find(const struct memory_map *map, const struct hash32 *hash)
{
	size_t at = (size_t)le64_load(hash->b) & (map->capacity - 1);

	while (map->slots[at].value.data != NULL && !hash32_eq(&map->slots[at].hash, hash))
		at = (at + 1) & (map->capacity - 1);
	return &map->slots[at];
}

static void map_grow(struct memory_map *map)
{
	struct memory_map larger = *map;

	larger.capacity = 2 * map->capacity;
	larger.slots = ARENA_ARRAY(map->arena, struct memory_slot, larger.capacity);
	for (size_t i = 0; i < map->capacity; i++) {
		if (map->slots[i].value.data != NULL)
			*map_find(&larger, &map->slots[i].hash) = map->slots[i];
	}
	*map = larger;
}

static void map_put(struct memory_map *map, const struct hash32 *hash, struct bytes value)
{
	struct memory_slot *slot;

	if (2 * map->count >= map->capacity)
		map_grow(map);
	slot = map_find(map, hash);
	if (slot->value.data != NULL)
		return;
	slot->hash = *hash;
	slot->value = arena_copy(map->arena, value);
	map->count++;
}

static bool map_get(const struct memory_map *map, const struct hash32 *hash, struct bytes *value)
{
	const struct memory_slot *slot = map_find(map, hash);

	if (slot->value.data == NULL)
		return false;
	*value = slot->value;
	return true;
}

void memory_inbox_init(struct memory_inbox *inbox)
{
	memset(inbox, 0, sizeof(*inbox));
	arena_init(&inbox->arena, &arena_heap, ARENA_HEAP_BLOCK);
	inbox->messages = ARENA_ARRAY(&inbox->arena, struct memory_message, MAX_MESSAGES);
	inbox->entries = ARENA_ARRAY(&inbox->arena, struct entry, MAX_ENTRIES);
	map_init(&inbox->payloads, &inbox->arena);
}

void memory_inbox_free(struct memory_inbox *inbox)
{
	arena_free(&inbox->arena);
}

/* The queue's hash chain before message `index`. */
static struct hash32 link_before(const struct memory_inbox *inbox, uint64_t index)
{
	return index == 0 ? (struct hash32){ { 0 } } : inbox->messages[index - 1].link;
}

void memory_inbox_message(struct memory_inbox *inbox, struct bytes raw)
{
	struct hash32 before = link_before(inbox, inbox->message_count);
	struct memory_message *m = &inbox->messages[inbox->message_count++];

	need(inbox->message_count < MAX_MESSAGES, "too many messages");
	m->raw = arena_copy(&inbox->arena, raw);
	m->link = message_link(&before, m->raw);
}

void memory_inbox_deposit(struct memory_inbox *inbox, const struct memory_deposit *deposit)
{
	size_t len = 114 + deposit->data.len;
	uint8_t *raw = arena_alloc(&inbox->arena, len);

	raw[0] = MESSAGE_DEPOSIT;
	memcpy(raw + 1, deposit->from.b, 20);
	memcpy(raw + 21, deposit->to.b, 20);
	u256_to_be(raw + 41, &deposit->mint);
	u256_to_be(raw + 73, &deposit->value);
	be64_store(raw + 105, deposit->gas_limit);
	raw[113] = deposit->is_creation;
	if (deposit->data.len > 0)
		memcpy(raw + 114, deposit->data.data, deposit->data.len);
	memory_inbox_message(inbox, bytes_of(raw, len));
}

void memory_inbox_attributes(struct memory_inbox *inbox, uint64_t number, uint64_t timestamp)
{
	uint8_t raw[145] = { MESSAGE_ATTRIBUTES };
	struct hash32 values;

	be64_store(raw + 1, number);
	be64_store(raw + 9, timestamp);
	raw[48] = 7;
	raw[80] = 1;
	values = keccak256(bytes_of(raw, sizeof(raw)));
	memcpy(raw + 81, values.b, 32);
	values = keccak256(bytes_of_hash(&values));
	memcpy(raw + 113, values.b, 32);
	memory_inbox_message(inbox, bytes_of(raw, sizeof(raw)));
}

void memory_inbox_append(struct memory_inbox *inbox, struct bytes payload, uint64_t queue_to,
			 uint64_t l1_timestamp)
{
	struct entry *entry = &inbox->entries[inbox->entry_count];
	struct hash32 hash = keccak256(payload);

	need(inbox->entry_count < MAX_ENTRIES - 1, "too many entries");
	need(queue_to <= inbox->message_count, "no such message");
	*entry = (struct entry){
		.payload_hash = hash,
		.queue_from = inbox->entry_count == 0 ? 0 : entry[-1].queue_to,
		.queue_to = queue_to,
		.queue_link = link_before(inbox, queue_to),
		.l1_block_number = 100 + inbox->entry_count,
		.l1_timestamp = l1_timestamp,
	};
	inbox->entry_count++;
	if (payload.len > 0)
		map_put(&inbox->payloads, &hash, payload);
}

static enum derive_err source_entry(void *context, uint64_t index, struct entry *entry)
{
	const struct memory_inbox *inbox = context;

	if (index >= inbox->entry_count)
		return DERIVE_END;
	*entry = inbox->entries[index];
	return DERIVE_OK;
}

static bool source_payload(void *context, struct arena *a, const struct hash32 *hash,
			   struct bytes *payload)
{
	(void)a;
	return map_get(&((const struct memory_inbox *)context)->payloads, hash, payload);
}

static bool source_message(void *context, struct arena *a, uint64_t index, struct bytes *raw,
			   struct hash32 *before)
{
	const struct memory_inbox *inbox = context;

	(void)a;
	if (index >= inbox->message_count)
		return false;
	*raw = inbox->messages[index].raw;
	*before = link_before(inbox, index);
	return true;
}

struct inbox_source memory_inbox_source(struct memory_inbox *inbox)
{
	return (struct inbox_source){ inbox, source_entry, source_payload, source_message };
}

static bool load_node(void *context, struct arena *a, struct bytes *rlp, const struct hash32 *owner,
		      struct trie_path path, const struct hash32 *hash)
{
	(void)a, (void)owner, (void)path;
	return map_get(&((const struct memory_chain *)context)->nodes, hash, rlp);
}

static bool load_code(void *context, struct arena *a, struct bytes *code, const struct hash32 *hash)
{
	(void)a;
	return map_get(&((const struct memory_chain *)context)->nodes, hash, code);
}

static void store_node(void *context, const struct hash32 *owner, struct trie_path path,
		       const struct hash32 *hash, struct bytes rlp)
{
	(void)owner, (void)path;
	if (rlp.len > 0)
		map_put(&((struct memory_chain *)context)->nodes, hash, rlp);
}

static void store_code(void *context, const struct hash32 *hash, struct bytes code)
{
	map_put(&((struct memory_chain *)context)->nodes, hash, code);
}

static void clear_storage(void *context, const struct hash32 *owner)
{
	(void)context, (void)owner; /* nodes are kept by hash: nothing to forget */
}

struct state_sink memory_chain_sink(struct memory_chain *chain)
{
	return (struct state_sink){ chain, store_node, store_code, clear_storage };
}

static void push_header(struct memory_chain *chain, const struct header *header,
			const struct hash32 *hash)
{
	need(chain->length < MAX_HEADERS, "too many blocks");
	chain->headers[chain->length] = *header;
	chain->hashes[chain->length] = *hash;
	chain->length++;
}

void memory_chain_init(struct memory_chain *chain, const struct rollup_config *config)
{
	struct state_sink sink = memory_chain_sink(chain);
	struct header header;
	struct hash32 hash;

	memset(chain, 0, sizeof(*chain));
	arena_init(&chain->arena, &arena_heap, ARENA_HEAP_BLOCK);
	chain->config = &config->chain;
	map_init(&chain->nodes, &chain->arena);
	chain->headers = ARENA_ARRAY(&chain->arena, struct header, MAX_HEADERS);
	chain->hashes = ARENA_ARRAY(&chain->arena, struct hash32, MAX_HEADERS);
	chain->store = (struct state_store){ chain, load_node, load_code };
	derive_cache_init(&chain->cache, &arena_heap);
	need(genesis_build(&chain->arena, config, &sink, &header), "bad genesis");
	hash = header_hash(&chain->arena, &header);
	push_header(chain, &header, &hash);
}

void memory_chain_free(struct memory_chain *chain)
{
	derive_cache_free(&chain->cache);
	arena_free(&chain->arena);
}

const struct header *memory_chain_head(const struct memory_chain *chain)
{
	return &chain->headers[chain->length - 1];
}

static bool block_hash(void *context, uint64_t number, struct hash32 *hash)
{
	const struct memory_chain *chain = context;

	if (number >= chain->length)
		return false;
	*hash = chain->hashes[number];
	return true;
}

struct block_environment memory_chain_environment(struct memory_chain *chain, struct arena *a)
{
	return (struct block_environment){
		.config = chain->config,
		.crypto = crypto_native(),
		.state = state_trie_open(a, &chain->store, &memory_chain_head(chain)->state_root),
		.hashes = { chain, block_hash },
	};
}

void memory_chain_push(struct memory_chain *chain, const struct block *block)
{
	push_header(chain, &block->header, &block->hash);
}

enum derive_err memory_chain_derive(struct memory_chain *chain, struct memory_inbox *inbox,
				    struct arena *a, struct block *block)
{
	struct inbox_source source = memory_inbox_source(inbox);
	struct state_sink sink = memory_chain_sink(chain);
	struct block_environment environment;
	struct block_input input;
	struct block ours;
	enum derive_err err =
	    derive_next(a, &input, chain->config, memory_chain_head(chain), &source, &chain->cache);

	if (err != DERIVE_OK)
		return err;
	environment = memory_chain_environment(chain, a);
	need(block_execute(a, &environment, memory_chain_head(chain), &input, &sink, &ours),
	     "the state failed");
	memory_chain_push(chain, &ours);
	if (block != NULL)
		*block = ours;
	return DERIVE_OK;
}

bool memory_chain_account(struct memory_chain *chain, const struct address *address,
			  struct account *account)
{
	struct state_trie *trie =
	    state_trie_open(&chain->arena, &chain->store, &memory_chain_head(chain)->state_root);
	const struct state_reader *reader = state_trie_reader(trie);
	bool exists = false;

	need(reader->account(reader->context, address, account, &exists), "the state failed");
	return exists;
}
