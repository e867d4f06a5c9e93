/* test_world: see test_world.h. */
#include "tests/support/test_world.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "tests/bench/workload.h"

#define MAX_MESSAGES 8192
#define MAX_ENTRIES  4096

const struct address world_keeper = { { 0x4b, 0x65, 0x65, 0x70 } };

/* sstore(calldata[0], calldata[1]); log1(0, 0, calldata[1]) */
static const uint8_t keeper_code[] = { 0x60, 0x20, 0x35, 0x5f, 0x35, 0x55, 0x60,
				       0x20, 0x35, 0x5f, 0x5f, 0xa1, 0x00 };
/* sstore(0, 1); return(0, 32): a contract of 32 zero bytes. */
static const uint8_t creation_code[] = { 0x60, 0x01, 0x5f, 0x55, 0x60, 0x20, 0x5f, 0xf3 };

static void need(bool fact, const char *what)
{
	if (fact)
		return;
	fprintf(stderr, "test_world: %s\n", what);
	abort();
}

struct address world_sender(unsigned index)
{
	return workload_sender(index);
}

void world_config(struct arena *a, struct rollup_config *config)
{
	static const struct address *const predeploys[] = { &world_keeper, &predeploy_l1_block,
							    &predeploy_message_passer };
	size_t count = WORLD_SENDERS + 3;
	struct genesis_account *accounts = ARENA_ARRAY(a, struct genesis_account, count);
	struct header genesis;

	for (unsigned i = 0; i < WORLD_SENDERS; i++) {
		accounts[i].address = world_sender(i);
		accounts[i].balance = u256_from_u64(1000000000000000000u);
	}
	for (unsigned i = 0; i < 3; i++)
		accounts[WORLD_SENDERS + i] = (struct genesis_account){
			.address = *predeploys[i],
			.nonce = 1,
			.code = bytes_of(keeper_code, sizeof(keeper_code)),
		};
	*config = (struct rollup_config){
		.chain = { .chain_id = WORKLOAD_CHAIN_ID,
			   .revision = EVM_OSAKA,
			   .gas_limit = 30000000,
			   .max_past = WORLD_MAX_PAST,
			   .max_future = WORLD_MAX_FUTURE,
			   .fee_recipient = { { 0xfe, 1 } },
			   .base_fee_recipient = { { 0xfe, 2 } } },
		.genesis_timestamp = WORLD_T0,
		.genesis_base_fee = u256_from_u64(1000000),
		.alloc = accounts,
		.alloc_count = count,
	};
	need(genesis_build(a, config, NULL, &genesis), "bad genesis");
	config->genesis_state_root = genesis.state_root;
	config->genesis_hash = config->chain.genesis_hash = header_hash(a, &genesis);
}

void world_owner(const struct rollup_config *config, char owner[CONFIG_OWNER_SIZE])
{
	config_owner(config, owner);
}

static struct transaction sign(struct arena *a, unsigned sender, struct transaction tx)
{
	struct signer_key key = workload_sender_key(sender);
	struct signer_signature signature;
	struct transaction decoded;
	struct hash32 hash;

	tx.type = TX_DYNAMIC_FEE;
	tx.has_chain_id = true;
	tx.chain_id = WORKLOAD_CHAIN_ID;
	tx.max_priority_fee_per_gas = u256_from_u64(1000);
	tx.max_fee_per_gas = u256_from_u64(1000000000);
	hash = tx_signing_hash(a, &tx);
	need(signer_sign(&signature, &key, &hash), "can't sign");
	tx.y_parity = signature.y_parity;
	tx.r = u256_from_be(signature.r.b, 32);
	tx.s = u256_from_be(signature.s.b, 32);
	need(tx_decode(a, &decoded, tx_encode(a, &tx)) == TX_DECODE_OK, "not a transaction");
	return decoded;
}

struct transaction world_transfer(struct arena *a, unsigned sender, uint64_t nonce, uint64_t wei)
{
	struct transaction tx = {
		.nonce = nonce,
		.gas_limit = 21000,
		.to = { { 0xaa, (uint8_t)wei, (uint8_t)(wei >> 8) } },
		.value = u256_from_u64(wei),
	};

	return sign(a, sender, tx);
}

struct transaction world_keep(struct arena *a, unsigned sender, uint64_t nonce, uint64_t slot,
			      uint64_t value)
{
	uint8_t *words = arena_calloc(a, 64, 1);
	struct transaction tx = {
		.nonce = nonce,
		.gas_limit = 100000,
		.to = world_keeper,
		.data = bytes_of(words, 64),
	};

	be64_store(words + 24, slot);
	be64_store(words + 56, value);
	return sign(a, sender, tx);
}

struct transaction world_create(struct arena *a, unsigned sender, uint64_t nonce)
{
	struct transaction tx = {
		.nonce = nonce,
		.gas_limit = 200000,
		.is_creation = true,
		.data = bytes_of(creation_code, sizeof(creation_code)),
	};

	return sign(a, sender, tx);
}

uint64_t world_random(uint64_t *state, uint64_t bound)
{
	/* xorshift64 */
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state % bound;
}

void world_directory(char out[WORLD_PATH_SIZE])
{
	const char *base = getenv("TMPDIR");

	snprintf(out, WORLD_PATH_SIZE, "%s/gavel-test-XXXXXX", base ? base : "/tmp");
	need(mkdtemp(out) != NULL, "can't make a directory");
}

void world_path(char out[WORLD_PATH_SIZE], const char *directory, const char *file)
{
	need(snprintf(out, WORLD_PATH_SIZE, "%s/%s", directory, file) < WORLD_PATH_SIZE,
	     "a path is too long");
}

void world_remove(const char *directory)
{
	char path[WORLD_PATH_SIZE];
	DIR *list = opendir(directory);
	struct dirent *entry;

	need(list != NULL, "a directory is gone");
	while ((entry = readdir(list))) {
		if (entry->d_name[0] == '.')
			continue;
		world_path(path, directory, entry->d_name);
		(void)unlink(path);
	}
	closedir(list);
	(void)rmdir(directory);
}

/* ---- L1 ---- */

static struct inbox_l1_block child_of(const struct world_l1 *l1)
{
	struct inbox_l1_block block = { .number = l1->head.number + 1,
					.parent_hash = l1->head.hash,
					.timestamp = l1->head.timestamp + 12 };
	uint8_t seed[48];

	memcpy(seed, block.parent_hash.b, 32);
	be64_store(seed + 32, block.number);
	be64_store(seed + 40, l1->fork);
	block.hash = keccak256(bytes_of(seed, sizeof(seed)));
	return block;
}

void world_l1_open(struct world_l1 *l1, const char *path, const char *owner)
{
	char error[DATABASE_ERROR_SIZE];

	*l1 = (struct world_l1){ .head = { .number = 99, .timestamp = WORLD_T0 } };
	need(inbox_open(&l1->inbox, path, owner, error), "the inbox can't be opened");
	arena_init(&l1->arena, &arena_heap, ARENA_HEAP_BLOCK);
	l1->messages = ARENA_ARRAY(&l1->arena, struct world_message, MAX_MESSAGES);
	l1->entries = ARENA_ARRAY(&l1->arena, struct world_entry, MAX_ENTRIES);
}

void world_l1_close(struct world_l1 *l1)
{
	inbox_close(l1->inbox);
	arena_free(&l1->arena);
}

void world_l1_begin(struct world_l1 *l1)
{
	database_begin(inbox_database(l1->inbox));
}

void world_l1_commit(struct world_l1 *l1)
{
	database_commit(inbox_database(l1->inbox));
}

void world_l1_mine(struct world_l1 *l1)
{
	l1->head = child_of(l1);
	inbox_add_l1_block(l1->inbox, &l1->head, l1->finalized);
	inbox_set_l1_head(l1->inbox, &l1->head);
}

void world_l1_message(struct world_l1 *l1, struct bytes raw)
{
	struct world_message *m = &l1->messages[l1->message_count];
	struct hash32 before = { { 0 } };

	need(l1->message_count < MAX_MESSAGES, "too many messages");
	if (l1->message_count > 0)
		before = m[-1].link;
	m->raw = arena_copy(&l1->arena, raw);
	m->link = message_link(&before, raw);
	m->l1_number = l1->head.number;
	need(inbox_add_message(l1->inbox, l1->message_count, &m->link, raw, m->l1_number, NULL),
	     "the message is refused");
	l1->message_count++;
}

void world_l1_deposit(struct world_l1 *l1, unsigned sender, uint64_t wei)
{
	struct address to = world_sender(sender);
	struct u256 amount = u256_from_u64(wei);
	uint8_t raw[114] = { MESSAGE_DEPOSIT, 0xd0 };

	memcpy(raw + 21, to.b, 20);
	u256_to_be(raw + 41, &amount);
	u256_to_be(raw + 73, &amount);
	be64_store(raw + 105, 60000);
	world_l1_message(l1, bytes_of(raw, sizeof(raw)));
}

void world_l1_attributes(struct world_l1 *l1)
{
	uint8_t raw[145] = { MESSAGE_ATTRIBUTES };

	be64_store(raw + 1, l1->head.number);
	be64_store(raw + 9, l1->head.timestamp);
	raw[48] = 7;
	raw[80] = 1;
	memcpy(raw + 81, l1->head.hash.b, 32);
	memcpy(raw + 113, l1->head.parent_hash.b, 32);
	world_l1_message(l1, bytes_of(raw, sizeof(raw)));
}

uint64_t world_l1_consumed(const struct world_l1 *l1)
{
	return l1->entry_count ? l1->entries[l1->entry_count - 1].entry.queue_to : 0;
}

void world_l1_append(struct world_l1 *l1, struct bytes payload, uint64_t queue_to)
{
	struct world_entry *e = &l1->entries[l1->entry_count];
	struct hash32 before = { { 0 } };

	need(l1->entry_count < MAX_ENTRIES, "too many entries");
	if (l1->entry_count > 0)
		before = e[-1].link;
	e->entry = (struct entry){
		.payload_hash = keccak256(payload),
		.queue_from = world_l1_consumed(l1),
		.queue_to = queue_to,
		.l1_block_number = l1->head.number,
		.l1_timestamp = l1->head.timestamp,
	};
	if (queue_to > 0)
		e->entry.queue_link = l1->messages[queue_to - 1].link;
	e->payload = arena_copy(&l1->arena, payload);
	e->link = entry_link(&before, &e->entry);
	need(inbox_add_entry(l1->inbox, l1->entry_count, &e->link, &e->entry, payload),
	     "the entry is refused");
	l1->entry_count++;
}

void world_l1_reorg(struct world_l1 *l1, uint64_t depth)
{
	uint64_t number = l1->head.number - depth;

	need(number >= l1->finalized, "a reorg of final blocks");
	l1->fork++;
	inbox_undo_above(l1->inbox, number);
	while (l1->message_count > 0 && l1->messages[l1->message_count - 1].l1_number > number)
		l1->message_count--;
	while (l1->entry_count > 0 &&
	       l1->entries[l1->entry_count - 1].entry.l1_block_number > number)
		l1->entry_count--;
	if (!inbox_l1_block(l1->inbox, number, &l1->head))
		l1->head = (struct inbox_l1_block){ .number = number, .timestamp = WORLD_T0 };
	inbox_set_l1_head(l1->inbox, &l1->head);
}

void world_l1_finalize(struct world_l1 *l1, uint64_t number)
{
	if (number <= l1->finalized)
		return;
	l1->finalized = number;
	inbox_set_l1_finalized(l1->inbox, number);
}

void world_l1_derive(const struct world_l1 *l1, const struct rollup_config *config,
		     struct memory_chain *chain)
{
	struct memory_inbox inbox;
	struct arena a;

	memory_inbox_init(&inbox);
	for (size_t i = 0; i < l1->message_count; i++)
		memory_inbox_message(&inbox, l1->messages[i].raw);
	for (size_t i = 0; i < l1->entry_count; i++)
		memory_inbox_append(&inbox, l1->entries[i].payload, l1->entries[i].entry.queue_to,
				    l1->entries[i].entry.l1_timestamp);
	memory_chain_init(chain, config);
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	while (memory_chain_derive(chain, &inbox, &a, NULL) == DERIVE_OK)
		arena_free(&a);
	arena_free(&a);
	memory_inbox_free(&inbox);
}
