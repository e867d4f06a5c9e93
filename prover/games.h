/* games: the dispute games of a factory, as L1 has them now.
 *
 * Every log that matters is kept in the database, so that a restart goes on where
 * it was; what an L1 reorg takes back is taken back here, and read anew.  Belongs
 * to one thread. */
#ifndef GAVEL_PROVER_GAMES_H
#define GAVEL_PROVER_GAMES_H

#include "net/l1_client.h"
#include "prover/dispute/game.h"
#include "prover/games_store.h"

/* A game that goes on. */
struct game_entry {
	struct address address;
	uint64_t created_in; /* L1 block */
	bool is_ready;       /* `game` has all events up to games_head() */
	bool is_broken;      /* its events make no sense: `trouble` says why */
	const char *trouble;
	struct game game;
	bool has_news; /* set with every event; the owner clears it */
	/* The owner sets it where the inbox is not the one that `game.rules` names: then
	 * the rules are looked at again, and where L1 has another inbox by now, the
	 * entry begins anew. */
	bool is_doubted;
	void *owner; /* the owner's, from calloc(); freed with the entry */
};

struct games_config {
	struct database *db; /* with GAMES_SQL's tables, and losses_open() */
	struct l1_client *client;
	struct address factory, inbox;
	uint64_t first_block;   /* of L1: there is nothing before */
	unsigned confirmations; /* L1 blocks on top of one before it is read */
};

struct games;

struct games *games_open(const struct games_config *config);
void games_close(struct games *g);

/* One look at L1: what is there is read up to some block, whole, or not at all.
 * Entries may come and go, and an entry that was touched by a reorg begins anew; a
 * finished game goes on if the reorg touched what was read of it.  L1_ABSENT: a reorg
 * just now, or the node is behind what was read.  L1_BAD_ANSWER: logs that can't be of
 * one chain, or a game that does not answer; the others are read. */
enum l1_err games_follow(struct games *g);

/* Up to here everything was read; number 0: nothing yet, or a reorg is being read. */
const struct l1_block *games_head(const struct games *g);
/* Nothing newer was there at the last look. */
bool games_is_current(const struct games *g);

/* How often something was taken back, by a reorg or because a node had left logs out:
 * finished games may go on since. */
unsigned games_times_taken_back(const struct games *g);

size_t games_count(const struct games *g);
struct game_entry *games_entry(struct games *g, size_t index);

/* The oldest block that a game here starts from, if that is below `*block`.  False:
 * not everything is known of all of them yet. */
bool games_oldest_anchor(const struct games *g, uint64_t *block);

/* Nothing will come of this one any more: it is not followed further, but for
 * `report`, which is kept.  The entry is gone. */
void games_finish(struct games *g, size_t index, const char *report);
/* The reports of finished games, newest first. */
void games_finished(struct games *g, size_t most, void (*each)(void *context, const char *report),
		    void *context);

#endif
