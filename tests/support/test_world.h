/* test_world: a small chain for tests of the databases: its configuration,
 * signed transactions, and an L1 whose inbox can be reorganised.  Running out
 * of anything aborts. */
#ifndef GAVEL_TESTS_SUPPORT_TEST_WORLD_H
#define GAVEL_TESTS_SUPPORT_TEST_WORLD_H

#include "store/inbox.h"
#include "tests/support/memory_chain.h"

#define WORLD_T0         1700000000
#define WORLD_SENDERS    6
#define WORLD_MAX_PAST   3600
#define WORLD_MAX_FUTURE 60

/* Writes call data's second word into the slot that the first one names, and
 * logs it. */
extern const struct address world_keeper;

/* Everything lies in `a`; the genesis hash is the right one. */
void world_config(struct arena *a, struct rollup_config *config);
/* What the databases of its programs are bound to. */
void world_owner(const struct rollup_config *config, char owner[CONFIG_OWNER_SIZE]);

struct address world_sender(unsigned index);
/* Signed, decoded from its own bytes (the sender is not recovered). */
struct transaction world_transfer(struct arena *a, unsigned sender, uint64_t nonce, uint64_t wei);
struct transaction world_keep(struct arena *a, unsigned sender, uint64_t nonce, uint64_t slot,
			      uint64_t value);
struct transaction world_create(struct arena *a, unsigned sender, uint64_t nonce);

/* A random number below `bound`, from a state that is not 0. */
uint64_t world_random(uint64_t *state, uint64_t bound);

/* An empty directory under TMPDIR or /tmp, and the path of a file in it. */
#define WORLD_PATH_SIZE 256
void world_directory(char out[WORLD_PATH_SIZE]);
void world_path(char out[WORLD_PATH_SIZE], const char *directory, const char *file);
/* Removes it with the files in it. */
void world_remove(const char *directory);

/* ---- L1 ---- */

struct world_message {
	struct bytes raw;
	struct hash32 link;
	uint64_t l1_number;
};

struct world_entry {
	struct entry entry;
	struct bytes payload;
	struct hash32 link;
};

/* What the inbox database should hold, beside it.  Everything that changes it
 * is done between world_l1_begin() and world_l1_commit(). */
struct world_l1 {
	struct inbox *inbox; /* the writer */
	struct arena arena;
	struct inbox_l1_block head;
	uint64_t finalized;
	uint64_t fork; /* makes the blocks of each fork differ */
	struct world_message *messages;
	size_t message_count;
	struct world_entry *entries;
	size_t entry_count;
};

void world_l1_open(struct world_l1 *l1, const char *path, const char *owner);
void world_l1_close(struct world_l1 *l1);
void world_l1_begin(struct world_l1 *l1);
void world_l1_commit(struct world_l1 *l1);
/* The next block; what comes next is in it. */
void world_l1_mine(struct world_l1 *l1);
void world_l1_message(struct world_l1 *l1, struct bytes raw);
/* The account gets `wei`. */
void world_l1_deposit(struct world_l1 *l1, unsigned sender, uint64_t wei);
void world_l1_attributes(struct world_l1 *l1);
/* As appendBatch() of Inbox.sol. */
void world_l1_append(struct world_l1 *l1, struct bytes payload, uint64_t queue_to);
uint64_t world_l1_consumed(const struct world_l1 *l1);
/* Takes the newest `depth` blocks back. */
void world_l1_reorg(struct world_l1 *l1, uint64_t depth);
void world_l1_finalize(struct world_l1 *l1, uint64_t number);

/* What follows from L1 as it is now, derived and executed in memory. */
void world_l1_derive(const struct world_l1 *l1, const struct rollup_config *config,
		     struct memory_chain *chain);

#endif
