/* game_l1: a JSON-RPC node of an L1 with a dispute game factory and its games, whose
 * blocks a test writes; it reorganises, and has the faults that real nodes have.  One
 * account sends transactions, which pay and are mined, but do nothing.
 *
 * Between two questions of the client it may be changed freely.  Running out of
 * anything aborts. */
#ifndef GAVEL_TESTS_SUPPORT_GAME_L1_H
#define GAVEL_TESTS_SUPPORT_GAME_L1_H

#include <jansson.h>

#include "base/arena.h"
#include "eth/transaction.h"
#include "net/http_server.h"
#include "tests/support/game_events.h"

#define GAME_L1_CHAIN_ID 31337
#define GAME_L1_FIRST    100 /* number of the first block */
#define GAME_L1_BLOCKS   ((size_t)4096)
#define GAME_L1_TIP      1000000000 /* wei per gas: what the node suggests */
#define GAME_L1_BASE_FEE 7000000000

extern const struct address game_l1_factory;
extern const struct address game_l1_inbox;

struct game_l1_log {
	struct address address;
	struct hash32 topics[4];
	size_t topic_count;
	struct bytes data;
};

struct game_l1_block {
	uint64_t number;
	struct hash32 hash, parent;
	struct game_l1_log *logs;
	size_t count, room;
};

struct game_l1_transaction {
	struct transaction tx;
	uint64_t mined_in; /* 0: not */
	bool fails;        /* reverts when it is mined */
	bool is_known;     /* the node has it, in its pool or in a block */
	unsigned received; /* how often it came */
};

struct game_l1 {
	struct http_server *server;
	char url[64];
	struct arena arena;
	struct game_l1_block *blocks; /* the last is the next one, not mined yet */
	size_t count;                 /* mined */
	uint64_t salt;                /* of block hashes: those of each fork differ */
	struct game_rules *rules;     /* of all games that ever were */
	size_t rules_count, rules_room;
	struct hash32 link; /* of every entry of the inbox */
	uint64_t finalized; /* below GAME_L1_FIRST: it has no final block */

	struct u256 funds; /* of the account, before all transactions */
	struct game_l1_transaction *transactions;
	size_t transaction_count, transaction_room;
	bool reverts;        /* what is mined now fails */
	const char *refuses; /* what is sent, with these words */

	/* Before each answer, where set; may change anything. */
	void (*before)(struct game_l1 *l1, const char *method, const json_t *params);
	/* Of each result, where set: takes the reference, gives what is answered.  NULL:
	 * an error. */
	json_t *(*lie)(struct game_l1 *l1, const char *method, json_t *result);
	const char *fails_method; /* this one only is answered as these two say; NULL: all */
	int http_status;          /* 0: 200 */
	bool breaks_off;          /* in the middle of the answer */
	uint64_t logs_behind;     /* asked for logs, so many blocks are not known */
	unsigned calls;
	unsigned log_calls;
};

/* With one block. */
void game_l1_start(struct game_l1 *l1);
void game_l1_stop(struct game_l1 *l1);

uint64_t game_l1_head(const struct game_l1 *l1);

/* Into the next block. */
void game_l1_log(struct game_l1 *l1, const struct address *address, const struct game_log *log);
/* A game, with its root claim: the factory's log, and the game's own. */
void game_l1_create(struct game_l1 *l1, const struct game_rules *rules,
		    const struct address *creator);
/* What a game says of itself; game_l1_create() does it. */
void game_l1_add_rules(struct game_l1 *l1, const struct game_rules *rules);

/* Closes the next block, with the transactions that can be in it, and begins another.
 * The dearest of each nonce is taken. */
void game_l1_mine(struct game_l1 *l1);
/* The last `count` blocks go; what they had of transactions is in the pool again. */
void game_l1_drop(struct game_l1 *l1, size_t count);
/* What is not mined is known no more. */
void game_l1_forget(struct game_l1 *l1);
/* Somebody else uses the account's next nonce, in a block of its own. */
void game_l1_steal_nonce(struct game_l1 *l1);

#endif
