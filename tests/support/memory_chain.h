/* memory_chain: an L1 inbox and an L2 chain in memory, for tests and
 * benchmarks: what the inbox contract, the databases and the L1 client are to
 * the programs.  Running out of anything aborts. */
#ifndef GAVEL_TESTS_SUPPORT_MEMORY_CHAIN_H
#define GAVEL_TESTS_SUPPORT_MEMORY_CHAIN_H

#include "rollup/block.h"
#include "rollup/native/config_file.h"

/* Byte strings by hash: trie nodes, code, payloads. */
struct memory_map {
	struct arena *arena;
	struct memory_slot *slots;
	size_t count;
	size_t capacity; /* a power of two */
};

struct memory_message {
	struct bytes raw;
	struct hash32 link; /* up to and with it */
};

/* Inbox.sol. */
struct memory_inbox {
	struct arena arena;
	struct memory_message *messages;
	size_t message_count;
	struct entry *entries;
	size_t entry_count;
	struct memory_map payloads;
};

void memory_inbox_init(struct memory_inbox *inbox);
void memory_inbox_free(struct memory_inbox *inbox);
void memory_inbox_message(struct memory_inbox *inbox, struct bytes raw);
/* A deposit, as the portal queues it. */
struct memory_deposit {
	struct address from, to;
	struct u256 mint, value; /* wei */
	uint64_t gas_limit;
	bool is_creation;
	struct bytes data;
};
void memory_inbox_deposit(struct memory_inbox *inbox, const struct memory_deposit *deposit);
/* Attributes of L1 block `number`, whose other values follow from it. */
void memory_inbox_attributes(struct memory_inbox *inbox, uint64_t number, uint64_t timestamp);
/* An entry that consumes the messages up to `queue_to`. */
void memory_inbox_append(struct memory_inbox *inbox, struct bytes payload, uint64_t queue_to,
			 uint64_t l1_timestamp);
/* Valid as long as `inbox`. */
struct inbox_source memory_inbox_source(struct memory_inbox *inbox);

/* A chain and its state. */
struct memory_chain {
	struct arena arena;
	const struct chain_config *config;
	struct memory_map nodes; /* and code */
	struct header *headers;  /* by number */
	struct hash32 *hashes;
	size_t length;
	struct state_store store;
	struct derive_cache cache;
};

/* Genesis of `config`. */
void memory_chain_init(struct memory_chain *chain, const struct rollup_config *config);
void memory_chain_free(struct memory_chain *chain);
const struct header *memory_chain_head(const struct memory_chain *chain);
struct state_sink memory_chain_sink(struct memory_chain *chain);
/* To execute the next block; its tries live in `a`. */
struct block_environment memory_chain_environment(struct memory_chain *chain, struct arena *a);
void memory_chain_push(struct memory_chain *chain, const struct block *block);
/* Derives and executes one block.  DERIVE_OK: it was pushed; `*block` lies in
 * `a` and may be NULL. */
enum derive_err memory_chain_derive(struct memory_chain *chain, struct memory_inbox *inbox,
				    struct arena *a, struct block *block);
/* An account as it is after the newest block; false: it does not exist. */
bool memory_chain_account(struct memory_chain *chain, const struct address *address,
			  struct account *account);

#endif
